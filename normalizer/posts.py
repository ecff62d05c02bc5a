"""Finds the citizen's own words in a message, without the accounts and the posts of others in it. Pure."""

import re
from typing import Final

from complaints.message import InboundMessage
from complaints.visible import visible
from normalizer.emergency import QUOTED

_MENTIONED: Final = re.compile(r"^(?:\s*\.?@\w+[,:]?)+")
"""The accounts at the beginning of a post. X writes those of a thread before each answer."""

_LINK: Final = re.compile(r"https?://\S+")


def says_nothing(message: InboundMessage) -> bool:
    """Return whether a message from an address has nothing to read: no word, file or position; or on X only accounts and links."""
    if not message.sender or message.act or message.title or message.attachments or message.shared_location:
        return False
    said = visible(message.text)
    if "/@" in message.account and QUOTED.search(said) is None:
        said = _LINK.sub("", own_words(message))
    return not said.strip()


def own_words(message: InboundMessage) -> str:
    """Return a citizen's own words, in which his wishes are looked for. The message itself keeps its whole text."""
    _, found, account = message.account.rpartition("/@")
    if not found:
        return visible(message.text)
    said = QUOTED.sub("", _MENTIONED.sub("", visible(message.text)))
    return re.sub(rf"@{re.escape(account)}\b", " ", said, flags=re.IGNORECASE).strip()


def speaks_to_others(message: InboundMessage) -> bool:
    """Return whether a post begins with an account other than ours, or quotes or answers somebody else's post."""
    _, found, account = message.account.rpartition("/@")
    shown = QUOTED.search(visible(message.text)) if found else None
    if shown is not None and shown[1] == "@":
        return True
    begins = _MENTIONED.match(visible(message.text)) if found else None
    named = re.findall(r"@(\w+)", begins[0].lower()) if begins else []
    return any(name != account.lower() for name in named)
