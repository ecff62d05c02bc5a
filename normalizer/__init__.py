"""Pure: a message becomes the single complaint (normaliser.py); free text is masked (privacy.py)."""
