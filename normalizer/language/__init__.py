"""Finds what a citizen wants, learnt from example sentences: the intent of each clause of a message, and how sure it is."""
