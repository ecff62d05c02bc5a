"""Turns an inbound message into a complaint (complaint.py) and masks personal data in free text (masking.py). Pure."""
