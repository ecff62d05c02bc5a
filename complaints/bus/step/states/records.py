"""How a state is written into the state topic, and read from it."""

from typing import Final

from confluent_kafka import Message

from complaints.bus.confluent.client import epoch_of
from complaints.bus.step.contract import newer_format
from complaints.bus.step.place.positions import Mark
from complaints.bus.step.states.store import StoredState
from complaints.errors import ConfigurationError

_MOST_FORMAT: Final = (1 << 16) - 1
"""The largest format number that a store can hold."""

LAST_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, in milliseconds since 1970: Python knows no later time."""


def mark_of(message: Message) -> Mark:
    """Return the mark of a record."""
    return Mark(message.offset() or 0, message.timestamp()[1], epoch_of(message))


def read_state(message: Message, value: bytes, newest: int) -> StoredState:
    """Return the state in a record of the state topic.

    Raises:
        NewerFormat: its format is newer than this program's.
        ConfigurationError: its headers are not those of a state.
    """
    said = dict(message.headers() or [])
    try:
        number, due_ms = int(said.get("format") or b"1"), int(said.get("due") or b"0")
        _require(0 < number <= _MOST_FORMAT and 0 <= due_ms <= LAST_MS)
    except ValueError as error:
        raise ConfigurationError(
            f"the record {message.topic()}/{message.partition()}/{message.offset()} is no state: its headers say the format"
            f" {said.get('format')!r} and the due time {said.get('due')!r}. Nothing of this program writes such a record; find out who"
            " writes to the topic, and write the former state of the key again, or a record without a value to delete it"
        ) from error
    if number > newest:
        raise newer_format(f"{message.topic()}/{message.partition()}", number, newest)
    return StoredState(number, due_ms, value)


def _require(fits: bool) -> None:  # what is required
    if not fits:
        raise ValueError("out of bounds")


def state_headers(state: StoredState) -> list[tuple[str, str | bytes | None]]:
    """Return the headers of a state's record."""
    headers: list[tuple[str, str | bytes | None]] = [("format", str(state.format))]
    return [*headers, ("due", str(state.due_ms))] if state.due_ms else headers
