"""The commands of `lapor`, one module per group."""
