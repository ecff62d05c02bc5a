"""One client's conversation, from hello to the last result."""
