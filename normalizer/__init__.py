"""Turns inbound messages into complaints (complaint.py) and masks personal data (masking.py). Does no I/O after its data are loaded."""
