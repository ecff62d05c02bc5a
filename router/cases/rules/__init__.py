"""Applies each command to a case, in modules by who may give it."""
