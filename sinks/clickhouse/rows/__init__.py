"""Turns records into rows: without identity, tracking codes and our ids, with masked text, and without the content of secret reports. Pure.

A value that does not fit its column makes its record poison: ClickHouse would otherwise refuse the whole batch, for ever.
"""

from collections.abc import Callable
from typing import Any, Final

from complaints.bus import StoredRecord
from complaints.bus.envelope import decode, type_in, type_of
from complaints.bus.step.contract import RESERVED
from complaints.case import Case
from complaints.contract import CASE_EVENTS, CASES, DEAD_LETTERS, MESSAGE_EVENTS
from complaints.errors import ContractViolation
from complaints.event import DeadLetter
from complaints.fact import Fact
from complaints.mail import Delivery, MessageEvent, ReplyEvent
from complaints.tracking import Numbers
from sinks.clickhouse.rows import cases, dead_letters, facts, messages
from sinks.clickhouse.rows.values import Rows

TOPICS = (CASE_EVENTS, CASES, MESSAGE_EVENTS, DEAD_LETTERS)
"""The topics that the sink reads."""

_Rows = Callable[[Any, StoredRecord, Numbers], Rows]
"""Returns the rows of an event of one model."""

_OF_TOPICS: Final[dict[str, tuple[type[Case | Fact | DeadLetter], _Rows]]] = {
    CASE_EVENTS: (Fact, facts.rows),
    CASES: (Case, cases.rows),
    DEAD_LETTERS: (DeadLetter, dead_letters.rows),
}
_OF_MESSAGES: Final[dict[bytes, tuple[type[MessageEvent | ReplyEvent | Delivery], _Rows]]] = {
    type_of(model): (model, messages.rows) for model in (MessageEvent, ReplyEvent, Delivery)
}

TABLES = (*facts.TABLES, cases.TABLE, *messages.TABLES, dead_letters.TABLE)
"""The tables that it fills."""


def rows_of(record: StoredRecord, number: Numbers) -> Rows:
    """Return the rows of a record of one of TOPICS, each with the name of its table.

    A fact has one row, and another one if it opened or routed the case. Any other event has one. A tombstone
    of a case, and the position that the router's step keeps between the cases, have none.

    Args:
        record: the record.
        number: returns what analysts see in place of codes and ids. Ids are derived from each other, so analysts see none of them.

    Raises:
        ContractViolation: the record is no event of its topic, or a value does not fit its column. The text says where the record is and
            which value is wrong, but not what it is.
    """
    if record.topic == CASES and (record.value is None or (record.key or b"").startswith(RESERVED)):
        return []
    found = _OF_TOPICS.get(record.topic) or _OF_MESSAGES.get(type_in(record))
    if found is None:
        raise ContractViolation(f"{record.position} is not valid: it is of a type that the topic does not carry")
    model, rows = found
    event = decode(record, model)
    try:
        return rows(event, record, number)
    except ContractViolation as error:
        raise ContractViolation(f"{record.position} is not valid: {error}") from None


__all__ = ["TABLES", "TOPICS", "Rows", "rows_of"]
