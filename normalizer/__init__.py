"""Pure: a message becomes the single complaint (normaliser.py); free text is masked (privacy.py)."""

from complaints.compiled import beside

__path__ = beside("normalizer", __path__)
