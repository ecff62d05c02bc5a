"""The word groups that code asks for by name. Groups that are only in pairs are not noted for each text."""

from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.dates import WAYS

ASKED_BY_CODE: Final = frozenset((*words_in("normalizer", "asked_by_code"), *WAYS))
"""The word groups with words whose names are written in code of normalizer/ or router/."""
