"""What a text is about and where, as a signature, by which duplicates are found."""
