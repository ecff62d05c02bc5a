"""Complaints written for the demo: realistic Indonesian texts for every channel, with the faults that occur in practice."""
