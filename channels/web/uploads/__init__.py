"""Reads the forms and files that citizens send, with a size limit for each."""
