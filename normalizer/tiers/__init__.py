"""Whose a matter is: the tier that a text tells, whom it accuses, and what an answer settles."""
