"""Turns records into rows: without identity, tracking codes and our ids, with masked text, and without the content of secret reports. Pure.

A value that does not fit its column makes its record poison: ClickHouse would otherwise refuse the whole batch, for ever.
"""

from functools import cache

from complaints.bus import StoredRecord
from complaints.bus.envelope import decode, type_in, type_of
from complaints.bus.step.contract import RESERVED
from complaints.case import Case
from complaints.contract import CASE_EVENTS, CASES, DEAD_LETTERS, MESSAGE_EVENTS
from complaints.errors import ContractViolation
from complaints.event import DeadLetter
from complaints.fact import Fact
from complaints.mail import Delivery, MessageEvent, ReplyEvent
from complaints.tracking import NUMBER_PREFIX, Numbers
from sinks.clickhouse.rows import cases, dead_letters, facts, messages
from sinks.clickhouse.rows.values import Row, Rows
from sinks.clickhouse.tables import schema

TOPICS = (CASE_EVENTS, CASES, MESSAGE_EVENTS, DEAD_LETTERS)
"""The topics that the sink reads."""

_MODELS: dict[str, type[Case | Fact | DeadLetter]] = {CASE_EVENTS: Fact, CASES: Case, DEAD_LETTERS: DeadLetter}

_OF_MESSAGES: dict[bytes, type[MessageEvent | ReplyEvent | Delivery]] = {
    type_of(model): model for model in (MessageEvent, ReplyEvent, Delivery)
}

TABLES = (*facts.TABLES, cases.TABLE, *messages.TABLES, dead_letters.TABLE)
"""The tables that it fills."""


CODES = frozenset(("case_number", "main", "continues", "other", "continued_as"))
"""The values of rows that are tracking codes. Their columns hold the case number instead."""

IDS = frozenset(
    ("complaint_id", "caused_by", "event_id", "message_id", "whole_id", "reply_id", "delivery_id", "dead_letter_id")
)
"""The values of rows that are ids. Ids are derived from each other; their columns hold numbers that nobody can derive (see Numbers.id)."""


def rows_of(record: StoredRecord, number: Numbers) -> Rows:
    """Return the rows of a record of one of TOPICS, each with the name of its table.

    A fact has one row, and another one if it opened or routed the case. Any other event has one. A tombstone
    of a case, and the position that the router's step keeps between the cases, have none.

    Raises:
        ContractViolation: the record is no event of its topic, or a value does not fit its column. The text says where the record is and
            which value is wrong, but not what it is.
    """
    if record.topic == CASES and (record.value is None or (record.key or b"").startswith(RESERVED)):
        return []
    event = _event(record)
    try:
        rows = _rows(event, record)
    except ContractViolation as error:
        raise ContractViolation(f"{record.position} is not valid: {error}") from None
    return [(table, _numbered(table, row, number)) for table, row in rows]


def _event(record: StoredRecord) -> Case | Fact | DeadLetter | MessageEvent | ReplyEvent | Delivery:
    model = _MODELS.get(record.topic) or _OF_MESSAGES.get(type_in(record))
    if model is None:
        raise ContractViolation(f"{record.position} is not valid: it is of a type that the topic does not carry")
    return decode(record, model)


def _rows(event: Case | Fact | DeadLetter | MessageEvent | ReplyEvent | Delivery, record: StoredRecord) -> Rows:
    match event:
        case Fact():
            return facts.rows(event, record)
        case Case():
            return cases.rows(event, record)
        case DeadLetter():
            return dead_letters.rows(event, record)
        case _:
            return messages.rows(event, record)


def _numbered(table: str, row: Row, number: Numbers) -> Row:
    """Put what analysts see in the place of codes and ids, and return the row."""
    codes, ids = _hidden(table)
    for name in codes:
        if code := row[name]:
            row[name] = number(code)
    for name in ids:
        if id_ := row[name]:
            row[name] = number.id(id_)
    if citizen := row.get("reporter"):
        row["reporter"] = "R" + number(f"reporter {citizen}").removeprefix(NUMBER_PREFIX[:1])
    return row


@cache
def _hidden(table: str) -> tuple[list[str], list[str]]:
    """Return which columns of a table have CODES, and which have IDS."""
    columns = schema().tables[table].columns
    return [name for name in columns if name in CODES], [name for name in columns if name in IDS]


__all__ = ["TABLES", "TOPICS", "Rows", "rows_of"]
