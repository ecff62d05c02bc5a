"""Turns inbound messages into complaints (complaint.py) and masks personal data (masking.py). Does no I/O after its data are loaded.

Only the build-time programs in tools/ write data files.
"""
