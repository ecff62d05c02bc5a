"""Allotments: each government's own division of tasks among its units, as a dated file."""
