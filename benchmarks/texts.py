"""Complaints to measure with: our own samples, each time with another place, number and sender, the same in every run."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from complaints import ids
from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.crypto import Keyring
from complaints.message import InboundMessage
from lapor.demo.samples import read_samples
from lapor.feed.items import Item
from normalizer.complaint import Normaliser
from normalizer.places.gazetteer import Gazetteer

SEED = 1708
FIRST = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""A Monday morning in Jakarta; each complaint comes a moment after the one before."""

EVERY = timedelta(milliseconds=250)

SHORT_CHARACTERS = 120
"""With the ending that `varied` adds, such a text is one short message of 160 characters."""

_REGENCY = re.compile(r"\b(?:Kabupaten|Kab\.?|kab|Kota|kota) [A-Za-z]+(?: Progo)?")
_GREETINGS = ("", "", "", "Assalamualaikum, ", "Selamat pagi. ", "Yth. admin, ", "min ")
_ENDINGS = ("", "", " Terima kasih.", " Mohon ditindaklanjuti.", " Sudah lapor RT tapi tidak ada tanggapan.", " trims")


def varied(*, short: bool = False) -> Iterator[Item]:
    """Yield complaints without end: no two have the same text and sender."""
    chance, samples = random.Random(SEED), read_samples()  # noqa: S311  # the same complaints in every run
    if short:
        samples = [item for item in samples if len(item.text) <= SHORT_CHARACTERS and item.text.isascii()]
    places = [name for _, name in Gazetteer.load().regencies()]
    number = 0
    while True:
        for sample in samples:
            place = chance.choice(places)
            body, found = _REGENCY.subn(place, sample.text, count=1)
            if not found and not short:
                body = f"{body} Lokasi {place}."
            house = f" RT {chance.randrange(1, 20)} RW {chance.randrange(1, 20)}"
            if not short:
                body = f"{chance.choice(_GREETINGS)}{body}{house}{chance.choice(_ENDINGS)}"
            sender = _sender("sms" if short else sample.channel, number)
            yield replace(sample, text=f"{body} #{number}" if short else body, sender=sender)
            number += 1


def records(count: int, normaliser: Normaliser, keys: Keyring) -> Iterator[Record]:
    """Yield complaints as the conversation would write them."""
    for number, item in zip(range(count), varied(), strict=False):
        message = InboundMessage(
            channel=item.channel,
            upstream_id=str(number),
            received_at=FIRST + number * EVERY,
            sender=item.sender,
            title=item.title,
            text=item.text,
            body=item.text.encode(),
            coding="utf-8",
        )
        found, citizen = ids.message_id(item.channel, str(number)), keys.pseudonym(item.channel, item.sender)
        complaint = normaliser.normalise(message, id_=found, code=keys.tracking_code(found), citizen=citizen)
        yield encode(complaint, source="/conversation")


def _sender(channel: str, number: int) -> str:
    return f"62812{number:010d}" if channel == "sms" else f"warga_{number:09d}"
