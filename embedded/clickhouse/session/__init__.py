"""The conversation with one client, from its hello to the last result."""
