"""Where a partition of a mailbox goes on: the known positions, whether the log is still the same, and what an operator decides."""
