"""Build-time programs that make the data files; nothing here runs in the service."""
