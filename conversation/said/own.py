"""Finds in a message the citizen's own words: without the accounts that a post begins with, and the posts that it quotes. Pure."""

import re
from typing import Final

from complaints.message import InboundMessage

_MENTIONED: Final = re.compile(r"^(?:\s*\.?@\w+[,:]?)+")
"""The accounts at the beginning of a post. X writes those of a thread before each answer."""

_QUOTED: Final = re.compile(r"(?:^|\n\s*)\[(?:menanggapi|mengutip) @.*", re.DOTALL)
"""The posts of others that channels/twitter/parse.py adds to the text of one that quotes or answers them."""


def own_words(message: InboundMessage) -> str:
    """Return what a citizen says himself, to be read for what he asks for. What is kept of the message is its whole text."""
    _, found, account = message.account.rpartition("/@")
    if not found:
        return message.text
    said = _QUOTED.sub("", _MENTIONED.sub("", message.text))
    return re.sub(rf"@{re.escape(account)}\b", " ", said, flags=re.IGNORECASE).strip()
