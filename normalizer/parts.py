"""Makes the parts of a complaint that need no reading: raw message, title, regions, and texts that UTF-8 can encode. Pure."""

import re
from functools import lru_cache

from complaints.event import Addition, MissingPart, Raw, Region
from complaints.ids import content_digest
from complaints.message import InboundMessage

_TITLE_CHARS = 60
"""Maximum length, before the ellipsis, of the title that is made from the first words of the text if the citizen wrote none."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

ADDRESS_CHARACTERS = 200
"""The longest answer that is taken for an address: as long as the form's field for it. A longer one tells a story, and is read as such."""


def raw_of(message: InboundMessage) -> Raw:
    """Return the message as it came in, without the sender."""
    return Raw(
        body=message.body,
        coding=message.coding,
        parts=message.parts,
        partial=message.partial,
        upstream_id=message.upstream_id,
        digest=None if message.sender else content_digest(message.body),
    )


def addition_of(message: InboundMessage) -> Addition:
    """Return a further message as the complaint keeps it."""
    return Addition(
        text=writable(message.text),
        received_at=message.received_at,
        attachments=message.attachments,
        raw=raw_of(message),
    )


def without(missing: tuple[MissingPart, ...], *, evidence: bool, date: bool) -> tuple[MissingPart, ...]:
    """Return the given missing parts, without "evidence" if files are attached and without "date" if the complaint already has a date."""
    there = {name for name, is_there in (("evidence", evidence), ("date", date)) if is_there}
    return tuple(part for part in missing if part not in there)


def printable(text: str) -> str:
    """Return a text with U+FFFD for control characters other than line breaks and tabs: in JSON each takes six bytes."""
    return text if _CONTROL.search(text) is None else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def writable(text: str) -> str:
    """Return the text in a form that UTF-8 can encode: a lone half of a surrogate pair, which JSON may contain, becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def title_of(text: str) -> str:
    """Return the title made from the first words of a text."""
    words = " ".join(text.split())
    return words if len(words) <= _TITLE_CHARS else words[:_TITLE_CHARS].rsplit(" ", 1)[0] + "…"


def own_title(title: str, text: str) -> str:
    """Return the title that a citizen gave his complaint; empty if it was made from the text, whose words it would count twice."""
    return "" if title == title_of(text) else title


def own_words(title: str, text: str) -> tuple[str, str]:
    """Return the title and the text of a complaint as its citizen wrote them: a title cut from the text may say something else."""
    return own_title(title, text), text


def as_address(text: str) -> str:
    """Return an answer to the question for the place as the address that the citizen wrote; empty if it is too long for one."""
    return text if len(text) <= ADDRESS_CHARACTERS else ""


@lru_cache(maxsize=8192)
def region_of(code: str, name: str) -> Region:
    """Return the region with this code and name. Regions are frozen, so complaints about the same place can share one object."""
    return Region(code=code, name=name)
