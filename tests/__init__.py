"""Tests read as a specification: each docstring is a rule."""
