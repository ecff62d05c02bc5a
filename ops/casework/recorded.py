"""Makes the message of a complaint that an officer records on a citizen's behalf: a walk-in, a letter or a call. Pure."""

from datetime import datetime
from typing import Final
from uuid import uuid4

import orjson

from complaints.case import Case
from complaints.errors import ConfigurationError
from complaints.message import InboundMessage
from complaints.values import Source
from normalizer.emergency import tells_of_danger
from router.agencies.registry import Agency, Registry
from router.offices import house_of

CHANNEL: Final = "officer"
"""The name of the channel of recorded complaints. It knows no senders: the tracking code keys the mailbox, as on the web."""

MOST_CHARACTERS: Final = 20_000
"""The maximum length of the text, as in the web form."""


_PARTS: Final = {
    "subject": "what it is about",
    "place": "the place (kabupaten or kota, and street)",
    "date": "when it happened",
    "chronology": "what happened, in its order",
    "evidence": "evidence or witnesses",
}
"""The parts of a complaint in an officer's words."""

_ALWAYS: Final = ("subject", "place")
"""The parts that every report needs; a report of oversight needs all."""


def danger(*words: str) -> str:
    """Return a sentence for the officer who recorded a complaint if it reports danger to life; else an empty text."""
    if not any(map(tells_of_danger, words)):
        return ""
    return "Danger to life? Call 112 now, or tell the citizen to: a complaint brings no help."


def lacks(case: Case) -> str:
    """Return a sentence for the officer if the recorded complaint lacks parts, as nobody can ask the citizen later; else an empty text."""
    needed = _PARTS if case.complaint.oversight else _ALWAYS
    parts = [_PARTS[part] for part in _PARTS if part in needed and part in case.complaint.missing]
    if not parts:
        return ""
    return (
        f"It lacks {'; '.join(parts)}. Nobody can ask the citizen later: ask now, and add it on the page of the case."
    )


def message(  # noqa: PLR0913  # the fields of the form
    registry: Registry,
    agency: Agency,
    source: Source,
    *,
    text: str,
    title: str = "",
    regency: str = "",
    address: str = "",
    at: datetime,
) -> InboundMessage:
    """Return the message. If its text names no region, that of the recording agency's government counts.

    Args:
        registry: finds the agency's government.
        agency: the agency whose officer records it.
        source: how the citizen brought it.
        text: the citizen's words.
        title: a title; may be empty.
        regency: the kabupaten or kota; may be empty.
        address: the address or landmark; may be empty.
        at: the present time.

    Raises:
        ConfigurationError: the text is empty or too long.
    """
    text = text.strip()
    if not text:
        raise ConfigurationError("--text is empty: it says what the citizen reports")
    if len(text) > MOST_CHARACTERS:
        raise ConfigurationError(f"--text has {len(text)} characters; at most {MOST_CHARACTERS} are possible")
    said = {"title": title, "text": text, "regency": regency, "address": address, "source": source, "as": agency.id}
    return InboundMessage(
        channel=CHANNEL,
        upstream_id=uuid4().hex,
        received_at=at,
        text=text,
        title=title.strip(),
        address=", ".join(part for part in (address.strip(), regency.strip()) if part),
        keyword_region=house_of(registry, agency).region or None,
        recorded_by=agency.id,
        source=source,
        body=orjson.dumps({name: value for name, value in said.items() if value}),
        coding="application/json",
    )
