"""Measures the SMS channel over a real SMPP socket."""
