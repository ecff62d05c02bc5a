"""How good the routing is on labelled reports: the figures, a baseline to compare with, a page, and what learns from officers."""
