"""Stops single partitions of a step: for a pause, for a hold, or until an operator has decided."""
