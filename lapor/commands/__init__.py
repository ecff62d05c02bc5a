"""The commands of the program `lapor`, one module per group of commands, and the helpers that they share."""
