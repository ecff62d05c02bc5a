"""Complaints of our own writing, for the demo: realistic Indonesian, every door, and what goes wrong at doors."""
