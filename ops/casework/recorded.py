"""Makes the message of a complaint that an officer records on a citizen's behalf: a walk-in, a letter or a call. Pure."""

from datetime import datetime
from typing import Final
from uuid import uuid4

import orjson

from complaints.errors import ConfigurationError
from complaints.message import InboundMessage
from complaints.values import Source
from router.agencies.registry import Agency, Registry
from router.offices import house_of

CHANNEL: Final = "petugas"
"""The name of the channel of what officers record. It knows no persons: the mailbox is that of the tracking code, as on the web."""

MOST_CHARACTERS: Final = 20_000
"""The longest text: as long as the web form's."""


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
    """Return the message. Its region, where the text names none, is that of the recording agency's government.

    Args:
        registry: knows the agency's government.
        agency: whose officer records it.
        source: how the citizen told it.
        text: what the citizen said or wrote.
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
