"""Build-time programs that make the data files. Nothing here runs in the service."""
