"""Recognises a text that tells of danger to life now, whose writer needs another number than ours. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from complaints.fact import FactKind
from normalizer.known_words import without_codes
from normalizer.language.understanding import understood

OCCASION: Final = "emergency"
"""The occasion of the sentence that has the number for emergencies (complaints.wording)."""

_SAYS: Final = frozenset((FactKind.added, FactKind.reopened))
"""The facts that the citizen's own words lead to, beside the opening of a case."""

OWN_POST: Final = "kirimannya sendiri"
"""Stands in the place of the account where a citizen quotes or answers his own post."""

QUOTED: Final = re.compile(rf"(?:^|\n\s*)\[[a-z]+ (@|{OWN_POST}\]).*", re.DOTALL)
"""The posts of others that channels/twitter/parse.py adds to the text of one that quotes or answers them."""

_COMMAND: Final = re.compile(r"^\W*(?:[A-Z0-9]+\W+)+(?=[a-z])")
"""The words in capitals before what is told in small letters: a command, or a code, weakens no cry for help behind it."""


def occasion(kind: str, complaint: Iterable[str], said: str = "") -> str:
    """Return the occasion of the sentence behind the reply to words that tell of danger to life now; empty if they tell of none.

    Replies, the page of a case and the receipts of web and API ask here which words count.

    Args:
        kind: the first fact that the citizen's record led to (see complaints.fact.FactKind).
        complaint: title and text of the complaint, which count if the record opened the case.
        said: what he added, or with what he disputed an answer.
    """
    words = complaint if kind == FactKind.opened else (said,) if kind in _SAYS else ()
    return OCCASION if any(map(tells_of_danger, words)) else ""


def tells_of_danger(text: str) -> bool:
    """Return whether a text tells of danger to somebody's life now: fire, drowning, a victim without help, violence.

    A text of the past, of a fear, of training or of a benefit is none, as far as the examples show it (see normalizer.language).
    """
    told = _COMMAND.sub("", without_codes(text), count=1).strip()
    return "danger" in understood(text).modifiers or (told != text.strip() and "danger" in understood(told).modifiers)


def cry_in(text: str) -> str:
    """Return the own words of a post that cries for help: what it quotes or answers is another matter. Any other text is returned whole."""
    own = QUOTED.sub("", text) if "[" in text else text
    return own if own != text and tells_of_danger(own) else text
