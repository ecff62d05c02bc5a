"""Measures the routing on labelled reports: the reports, the figures, a baseline to compare with, and a page."""
