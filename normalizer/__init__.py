"""Pure: a message becomes the single complaint (complaint.py); free text is masked (masking.py)."""
