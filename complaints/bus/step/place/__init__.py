"""Decides at which offset a partition of a mailbox goes on, from the known positions, the log's identity and an operator's decision."""
