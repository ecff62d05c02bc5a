"""Places: all regions, their names, and which region a text means."""
