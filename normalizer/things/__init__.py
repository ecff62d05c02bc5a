"""Named public things (a terminal, a hospital, a road): whose they are and where they are."""
