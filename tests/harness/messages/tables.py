"""Compares ClickHouse with the log: the rows of messages, replies and deliveries with the events on Kafka."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sinks.clickhouse.client import Store
from tests.harness.messages.log import Said, Topics, of_kind
from tests.harness.numbers import number
from tests.harness.support import wait_until

QUERIES = {
    "messages": "SELECT toString(message_id), channel, account, kind, toString(complaint_id), case_number, toString(whole_id),"
    " partial, doubtful, unread FROM messages",
    "replies": "SELECT toString(reply_id), channel, account, kind, toString(complaint_id), case_number FROM replies",
    "deliveries": "SELECT toString(delivery_id), toString(reply_id), channel, account, kind, toString(complaint_id), case_number,"
    " outcome FROM deliveries",
}
KINDS = {"messages": "messageevent", "replies": "replyevent", "deliveries": "delivery"}
MARKS = ("partial", "doubtful", "unread")


def message_differences(store: Store, topics: Topics, timeout_s: float = 60.0) -> Iterator[str]:
    """Yield what differs, after ClickHouse has had time to take everything.

    Args:
        store: the sink's database.
        topics: the log.
        timeout_s: how long the sink may take.
    """
    for table, query in QUERIES.items():
        wanted = {_row(table, entry.said) for entry in of_kind(topics.events, KINDS[table])}

        def complete(query: str = query, wanted: set[tuple[Any, ...]] = wanted) -> bool:
            return set(store.execute(query)) == wanted

        try:
            wait_until(complete, timeout_s=timeout_s, what=f"the rows of {table}")
        except AssertionError as error:
            yield f"ClickHouse: {error}"
            found = set(store.execute(query))
            for row in sorted(found ^ wanted, key=str)[:20]:
                yield f"{row} is only in {'ClickHouse' if row in found else 'the log'}: {table}"


def _row(table: str, said: Said) -> tuple[Any, ...]:
    code = "" if said.get("secret") else said.get("tracking_code", "")
    kind = "part" if said.get("whole_id") and said["kind"] != "repeated" else said["kind"]
    about = (said["channel"], said.get("account", ""), kind, _id(said, "complaint_id"), number(code) if code else "")
    match table:
        case "messages":
            return (_id(said, "id"), *about, _id(said, "whole_id"), *(said.get(mark, False) for mark in MARKS))
        case "replies":
            return (_id(said, "id"), *about)
        case _:
            return (_id(said, "id"), _id(said, "reply_id"), *about, said["outcome"])


def _id(said: Said, name: str) -> str | None:
    found = said.get(name)
    return None if found is None else str(number.id(UUID(found)))
