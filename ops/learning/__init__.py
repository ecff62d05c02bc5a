"""Learns from officers which agencies they choose: a model that the router uses beside its rules."""
