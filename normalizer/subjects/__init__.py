"""Subjects: the word lists, and what kind of report a text is."""
