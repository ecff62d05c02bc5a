"""Named public things (a terminal, a hospital, a road): who owns them and where they are."""
