"""The case as a decider: what a record in its mailbox leads to, and how the document changes by it. Pure."""
