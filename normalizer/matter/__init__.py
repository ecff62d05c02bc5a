"""What a text is about and where, as a signature: by it duplicates are found."""
