"""Subjects: the word lists, and which class of report a text is."""
