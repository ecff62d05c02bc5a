"""What stops single partitions of a step: a pause, a hold, and what an operator has to decide."""
