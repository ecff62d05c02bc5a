"""Makes the scripts of a kill test from a seed: what each citizen writes, by which channel, and what it must become."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, NamedTuple

import yaml

from complaints.crypto import Keyring
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.support import message, normalised

LINKS: Final = ("north", "south")
"""The links to SMSCs. Their mailboxes are in partitions 4 and 9, so that each of two processes owns one."""

SOURCES: Final = ("dinas", "kiosk")
"""The sources of webhooks; their mailboxes are in partitions 0 and 7. Many people use each sender of the second one."""

CODE: Final = "{code}"
"""Stands in a text for the tracking code of the citizen's case."""

PLACELESS: Final = ("lampu jalan mati sejak Lebaran", "air PDAM tidak mengalir sudah seminggu")
PLACES: Final = ("di Jalan Pemuda, Kota Semarang", "di Jalan Kawi, Kota Malang", "di Jalan Dipati Ukur, Kota Bandung")
MORE: Final = (
    "kejadiannya kemarin sore",
    "tolong segera, sudah tiga minggu",
    "sampai sekarang belum ada petugas datang",
)
FILLER: Final = (
    " Kami sudah menyampaikan hal ini kepada ketua RT dan RW, tetapi sampai hari ini belum ada perubahan sama sekali."
    " Warga berharap petugas datang dan memeriksa sendiri keadaannya, karena anak-anak lewat di sana setiap pagi."
)
KEYWORDS: Final = ("LAPORHENDI", "TANGKAB", "/lapor")
"""Samples that begin so lose the word, and a story must be told whole."""

SHARES: Final = {"sms": 48, "webhook": 16, "web": 16, "twitter": 8, "telegram": 12}
"""Of a hundred scripts, how many use which channel."""


class Step(NamedTuple):
    """One message of a script.

    Attributes:
        kind: what it must become: "complaint", "answer", "addition", "status", "small_talk" or "dead_letter"; "repeat" if it has the words
            of the one before; "changed" if it has its key and other words, which must be added, and "another" if these must become a
            complaint of their own.
        text: what the citizen writes.
        told: how many replies the citizen must have been told before the next message.
        secret: whether the report is secret.
    """

    kind: str
    text: str
    told: int
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What one citizen writes, one message after another.

    Attributes:
        number: of the script; names the citizen.
        channel: the channel.
        door: of a webhook, the source.
        steps: the messages.
    """

    number: int
    channel: str
    door: str
    steps: tuple[Step, ...]


Made = Iterator[Step]


class Plan:
    """Makes scripts. The same seed makes the same ones.

    Attributes:
        administrator: the id of the triage desk.
        unasked: the stories after which nobody is asked anything.
    """

    def __init__(self, seed: int, keys: Keyring, channels: Sequence[str] = tuple(SHARES)) -> None:
        """Load the normaliser and the rules, by which it is certain what a text becomes."""
        self._dice, self._channels = random.Random(seed), tuple(channels)
        self._law, self._keys, self._number = Router.load(max_hops=3), keys, 100_000
        items = yaml.safe_load(files("lapor.demo.samples").joinpath("complaints.yaml").read_text("utf-8"))
        self._stories = [one["text"] for one in items if self._is_whole(one["text"])]
        self._topic = {text: self._reading(text)[0].topic for text in self._stories}
        self.unasked = [text for text in self._stories if not self._is_asked_about(text)]
        for text in PLACELESS:
            self._check_asks(text)
        self.administrator = self._law.administrator_id

    def _reading(self, text: str) -> tuple[Any, Any]:
        read = normalised(message(f"{text} (123456)", title=""), self._keys)
        return read, self._law.route(read, [])

    def _is_whole(self, text: str) -> bool:
        """Return whether a text certainly becomes a complaint whose owner is known without a question."""
        read, given = self._reading(text)
        asked = given.triage or given.asks or {"place", "subject"} & set(read.missing)
        return not text.startswith(KEYWORDS) and not asked

    def _is_asked_about(self, text: str) -> bool:
        """Return whether the owner needs more, so that the next text without a place or code can be the answer."""
        read, _ = self._reading(text)
        return bool(read.oversight and {"date", "chronology", "evidence"} & set(read.missing))

    def _check_asks(self, text: str) -> None:
        read, given = self._reading(text)
        assert given.triage, text
        assert set(read.missing) & {"place", "subject"} == {"place"}, text
        for place in PLACES:
            completed = Normaliser.load().complete(read, message(f"{place} (123456)"), part="place").complaint
            assert completed is not None, place
            assert "place" not in completed.missing, place

    def scripts(self, messages: int) -> list[Script]:
        """Return scripts with about so many messages."""
        found: list[Script] = []
        written = 0
        weights = [SHARES[channel] for channel in self._channels]
        while written < messages:
            channel = self._dice.choices(self._channels, weights)[0]
            script = self._script(len(found), channel)
            found.append(script)
            written += len(script.steps) + sum(len(step.text) // 160 for step in script.steps if channel == "sms")
        return found

    def _script(self, number: int, channel: str) -> Script:
        door = self._dice.choices(SOURCES, (3, 1))[0] if channel == "webhook" else ""
        kinds = _KINDS[channel if door != "kiosk" else "kiosk"]
        make = self._dice.choices([one for one, _ in kinds], [weight for _, weight in kinds])[0]
        return Script(number=number, channel=channel, door=door, steps=tuple(make(self)))

    def _marked(self, text: str) -> str:
        self._number += 1
        return f"{text} ({self._number})"

    def _story(self) -> str:
        return self._marked(self._dice.choice(self._stories))

    def _one(self) -> Made:
        yield Step("complaint", self._story(), 1)

    def _secret(self) -> Made:
        yield Step("complaint", self._story(), 1, secret=True)

    def seconds(self, first: str) -> list[str]:
        """Return the stories that are a second complaint of who has told a first one: their topic is another."""
        return [text for text in self._stories if self._topic[text] != self._topic[first]]

    def _two(self) -> Made:
        first = self._dice.choice(self.unasked)
        second = self._dice.choice(self.seconds(first))
        yield Step("complaint", self._marked(first), 1)
        yield Step("complaint", self._marked(second), 2)

    def _long(self) -> Made:
        text = self._dice.choice(self._stories) + FILLER * self._dice.choice((1, 1, 2))
        yield Step("complaint", self._marked(text), 1)

    def _repeat(self) -> Made:
        story = self._story()
        yield Step("complaint", story, 1)
        yield Step("repeat", story, 1)

    def _another(self) -> Made:
        (first, second) = self._two()
        yield first
        yield second._replace(kind="another")

    def _changed(self) -> Made:
        yield Step("complaint", self._story(), 1)
        yield Step("changed", self._story(), 1)

    def _asked(self) -> Made:
        yield Step("complaint", self._marked(self._dice.choice(PLACELESS)), 1)
        yield Step("answer", self._marked(self._dice.choice(PLACES)), 2)

    def _more(self) -> Made:
        yield Step("complaint", self._story(), 1)
        yield Step("addition", self._marked(self._dice.choice(MORE)), 2)

    def _more_by_code(self) -> Made:
        yield Step("complaint", self._story(), 1)
        yield Step("addition", f"{CODE} {self._marked(self._dice.choice(MORE))}", 2)

    def _status(self) -> Made:
        yield Step("complaint", self._story(), 1)
        yield Step("status", f"STATUS {CODE}", 2)

    def _garbage(self) -> Made:
        self._number += 1
        yield Step("dead_letter", f"{self._number}", 0)

    def _hello(self) -> Made:
        yield Step("small_talk", "/start", 1)


_KINDS: Final[dict[str, tuple[tuple[Callable[[Plan], Made], int], ...]]] = {
    "sms": (
        (Plan._one, 42),
        (Plan._long, 14),
        (Plan._repeat, 8),
        (Plan._asked, 10),
        (Plan._more_by_code, 8),
        (Plan._status, 6),
        (Plan._two, 8),
        (Plan._garbage, 1),
    ),
    "webhook": (
        (Plan._one, 50),
        (Plan._another, 12),
        (Plan._repeat, 8),
        (Plan._more, 15),
        (Plan._asked, 10),
        (Plan._two, 5),
    ),
    "kiosk": ((Plan._one, 8), (Plan._two, 3)),
    "web": ((Plan._one, 60), (Plan._changed, 15), (Plan._more, 15), (Plan._secret, 10)),
    "twitter": ((Plan._one, 70), (Plan._more, 30)),
    "telegram": (
        (Plan._one, 48),
        (Plan._repeat, 12),
        (Plan._asked, 14),
        (Plan._more_by_code, 12),
        (Plan._status, 8),
        (Plan._hello, 6),
    ),
}
"""What citizens do by each channel, with weights."""
