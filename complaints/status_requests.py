"""Reads the few words that are a request to us and no complaint. Pure."""

import re
from dataclasses import dataclass

from complaints import tracking
from complaints.errors import TrackingCodeError

_REQUEST = re.compile(
    r"^(?:\s|@\w+|[#/])*(?:status|cek|lacak)(?:@\w+)?(?:\s+(?:laporan|aduan|kode))?\s*[:=#.]?\s*(?P<code>[\w \-.]{0,24}?)[\s.!?]*$",
    re.IGNORECASE,
)
"""`STATUS 2Q74G VWWCE 3`, `cek: 2Q74GVWWCE3`, `/status ...`, `@lapor1708 #status ...`; nothing that goes on like a story."""


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """The citizen asks where a case stands.

    Attributes:
        code: canonical; None where no code, or a wrong one, was given.
    """

    code: str | None


def parse(text: str) -> StatusRequest | None:
    """Return the request in a text; None where it is none.

    What follows the word must look like a code or be nothing: "status jalan rusak" is a complaint.
    """
    found = _REQUEST.match(text)
    if found is None:
        return None
    written = found["code"]
    letters = re.sub(r"[\W_]", "", written)
    if not letters:
        return StatusRequest(None)
    try:
        return StatusRequest(tracking.parse(written))
    except TrackingCodeError:
        looks_like_one = any(letter.isdigit() for letter in letters) and abs(len(letters) - tracking.CODE_LENGTH) <= 1
        return StatusRequest(None) if looks_like_one else None


_LEADING = re.compile(rf"^(?:\s|@\w+)*((?:[0-9A-Za-z][ -]?){{{tracking.CODE_LENGTH}}})(?![0-9A-Za-z])")


def leading_code(text: str) -> str | None:
    """Return the tracking code that a text begins with: the citizen says which case the rest belongs to.

    Three codes in two hundred have no digit. Words that look like one are taken for one, so the caller must know the case.
    """
    found = _LEADING.match(text)
    if found is None:
        return None
    try:
        return tracking.parse(found[1])
    except TrackingCodeError:
        return None


def without_code(text: str) -> str:
    """Return a text without the tracking code that it begins with."""
    found = _LEADING.match(text)
    return text if found is None or leading_code(text) is None else text[found.end() :]
