"""The place at which a partition of a mailbox goes on: what is known of it, whether the log is still that one, and who says otherwise."""
