"""A feed: its file is read or the line is named, and each item is owned, dead-lettered, refused or lost, never two of them."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from complaints.crypto import Keyring
from complaints.errors import BusUnavailable, ConfigurationError, StoreUnavailable
from lapor.feed import feed as feeding
from lapor.feed.feed import Feed, Outcome
from lapor.feed.items import DOORS, Item, read_items
from tests.harness.numbers import SECRET, number
from tests.harness.tables import each, row_by_row

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def lines(folder: Path, *rows: object) -> Path:
    """Write a JSON-lines file."""
    path = folder / "feed.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def test_each_line_is_an_item_with_a_sender_of_its_own(tmp_path: Path) -> None:
    """Also two lines with the same words: two citizens wrote them."""
    path = lines(tmp_path, {"title": "Jalan", "text": "rusak 🌊"}, {"text": "rusak 🌊"}, {"text": "rusak 🌊", "x": 1})
    items = read_items(path, "sms")
    assert [(item.title, item.text, item.channel) for item in items] == [
        ("Jalan", "rusak 🌊", "sms"),
        ("", "rusak 🌊", "sms"),
        ("", "rusak 🌊", "sms"),
    ]
    assert len({item.sender for item in items}) == 3
    assert all(item.sender.startswith("62812") and item.sender.isdigit() for item in items)


def test_the_same_file_again_has_the_same_senders(tmp_path: Path) -> None:
    """So that feeding it twice adds nothing."""
    path = lines(tmp_path, {"text": "a"}, {"text": "b"})
    assert read_items(path, "mixed") == read_items(path, "mixed")


def test_mixed_goes_through_every_door_in_turn(tmp_path: Path) -> None:
    """Empty lines are no items and take no turn."""
    path = lines(tmp_path, *({"text": str(number)} for number in range(len(DOORS) + 1)))
    path.write_text(path.read_text().replace("\n", "\n\n  \n"))
    assert [item.channel for item in read_items(path, "mixed")] == [*DOORS, DOORS[0]]


@row_by_row
def test_a_line_that_is_no_complaint_is_named(tmp_path: Path, line: bytes) -> None:
    """By its number; no word None is ever sent as a citizen's text."""
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b'{"text": "good"}\n' + line + b"\n")
    with pytest.raises(ConfigurationError, match=r"feed\.jsonl line 2"):
        read_items(path, "sms")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing one and a folder."""
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            read_items(path, "sms")


def outcome(*ids: UUID | None, owned: tuple[UUID, ...] = (), stored: tuple[UUID, ...] = (), **more: int) -> Outcome:
    """Return what became of some items."""
    return Outcome(list(ids), owners=dict.fromkeys(owned, "x"), stored=set(stored), **more)  # type: ignore[arg-type]


def figures(found: Outcome) -> tuple[float, ...]:
    """Return sent, owned, stored, dead letters and lost."""
    return tuple(found.as_json()[name] for name in ("sent", "owned", "stored", "dead_letters", "lost"))


@each(
    ("found", "settled", "missing", "told"),
    [
        (outcome(A, B, owned=(A, B), stored=(A, B)), True, [], (2, 2, 2, 0, 0)),
        (outcome(A, None, owned=(A,), stored=(A,)), False, [1], (2, 1, 1, 0, 1)),
        (outcome(A, B, owned=(A,), stored=(A, B)), False, [1], (2, 1, 2, 0, 1)),
        (outcome(A, B, owned=(A, B), stored=(A,)), False, [], (2, 2, 1, 0, 0)),
        (outcome(A, None, C, owned=(A,), stored=(A, C)), False, [1, 2], (3, 1, 2, 0, 2)),
        (outcome(A, None, owned=(A,), stored=(A,), dead_letters=1), True, [1], (2, 1, 1, 1, 0)),
        (outcome(A, None, owned=(A,), stored=(A,), dead_letters=1, broken=1), False, [1], (2, 1, 1, 1, 1)),
        (outcome(A, owned=(A,), stored=(A,), broken=1), False, [], (1, 1, 1, 0, 0)),
        (outcome(A, owned=(A,), stored=(A,), broken=1, dead_letters=1), True, [], (1, 1, 1, 1, 0)),
        (outcome(A, owned=(A,), stored=(A,), dead_letters=5), True, [], (1, 1, 1, 5, 0)),
        (outcome(A, A, owned=(A,), stored=(A,)), True, [], (2, 2, 2, 0, 0)),
    ],
)
def test_each_item_is_accounted_for_once(
    found: Outcome, settled: bool, missing: list[int], told: tuple[float, ...]
) -> None:
    """A dead letter accounts for a missing item, unless it was sent on purpose; two items may be one complaint; lost is never negative."""
    assert (found.settled, found.missing, figures(found)) == (settled, missing, told)


def test_what_a_door_refused_was_not_sent() -> None:
    """The citizen knows: it is neither missing nor lost."""
    found = outcome(A, None, owned=(A,), stored=(A,))
    found.refused[1] = "503"
    assert found.settled
    assert (found.missing, figures(found)) == ([], (1, 1, 1, 0, 0))


def test_any_news_changes_what_was_seen() -> None:
    """Silence is measured by it."""
    states = [
        outcome(None, None),
        outcome(A, None),
        outcome(A, B),
        outcome(A, B, stored=(A,)),
        outcome(A, B, stored=(A,), owned=(A,)),
        outcome(A, B, stored=(A,), owned=(A,), dead_letters=1),
    ]
    assert [state.seen for state in states] == sorted({state.seen for state in states})


class Away:
    """Upstreams, Kafka and ClickHouse in one; each of the last two is away for its first looks, or for ever."""

    def __init__(self, looks: int) -> None:
        self._kafka = self._store = looks

    def check(self, _items: Any) -> None:
        """Find nothing wrong."""

    def send(self, _item: Any) -> UUID:
        """Say which complaint it is, as the web does."""
        return A

    def ends(self, _topic: str) -> dict[int, int]:
        """Return the ends of a topic with one partition."""
        return {0: 0}

    def scan(self, *_args: Any, **_named: Any) -> list[Any]:
        """Read a topic without records."""
        self._kafka -= 1
        if self._kafka > 0:
            raise BusUnavailable("Kafka is away")
        return []

    def execute(self, query: str, _parameters: Any) -> list[tuple[Any, ...]]:
        """Answer with the complaint and its owner."""
        self._store -= 1
        if self._store > 0:
            raise StoreUnavailable("ClickHouse is away")
        found = number.id(A)
        return [(found, "Dinas")] if "owner" in query else [(found,)]


def fed(away: Any, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Feed one complaint on the web."""
    monkeypatch.setattr(feeding, "LOOK_EVERY_S", 0.001)
    monkeypatch.setattr(feeding, "SILENCE_S", 0.3)
    feed = Feed(away, keys=Keyring.from_secret(SECRET), number=number, scanner=away, store=away)
    return feed.run([Item(channel="web", sender="0812", title="", text="jalan rusak")])


def test_a_server_that_restarts_does_not_end_a_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kafka and ClickHouse may be away while the feed waits for owners."""
    assert fed(Away(looks=5), monkeypatch).as_json()["owned"] == 1


def test_a_server_that_stays_away_ends_a_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the same silence as complaints without an owner."""
    with pytest.raises(BusUnavailable):
        fed(Away(looks=10**9), monkeypatch)
