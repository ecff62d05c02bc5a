"""Finds the tier of government of a matter: by what a text says, by whom it accuses, and by the answer to a question."""
