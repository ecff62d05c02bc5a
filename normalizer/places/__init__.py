"""Places: every region and its names, and which one a text means."""
