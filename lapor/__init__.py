"""The composition root: the command line, and the only place where real things are put together."""
