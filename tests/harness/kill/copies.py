"""Compares the copies with the log: the rows in ClickHouse and what the view serves. It shares no code with the product."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import httpx

from sinks.clickhouse.client import Store
from tests.harness.cases.checker import Checker
from tests.harness.cases.log import Topics, filled, kind_of
from tests.harness.numbers import number
from tests.harness.support import wait_until

Said = Mapping[str, Any]
Row = tuple[Any, ...]

WAIT_S: Final = 9.0
"""How long the view may take for one case that it does not have yet."""

QUERIES: Final = {
    "cases": "SELECT case_number, toString(complaint_id), version, state, owner_id, triage, hop, refusals, additions, answers, questions,"
    " question FROM cases",
    "case_events": "SELECT toString(event_id), case_number, version, kind, toString(caused_by), actor, result FROM case_events",
    "messages": "SELECT toString(message_id), channel, account, kind, toString(complaint_id), case_number, toString(whole_id),"
    " partial, doubtful, unread FROM messages",
    "replies": "SELECT toString(reply_id), channel, account, kind, toString(complaint_id), case_number FROM replies",
    "deliveries": "SELECT toString(delivery_id), channel, account, kind, toString(complaint_id), case_number, toString(reply_id),"
    " outcome FROM deliveries",
}
"""The rows of each table that are compared as a whole."""

EVENTS: Final = {"messageevent": "messages", "replyevent": "replies", "delivery": "deliveries"}
"""The tables of the events of messages."""


def differences(address: str, topics: Topics, checker: Checker, timeout_s: float = 60.0) -> Iterator[str]:
    """Yield what differs in ClickHouse, after it has had time to take everything.

    Args:
        address: of the sink's database.
        topics: the log.
        checker: has read the log.
        timeout_s: how long the sink may take.
    """
    store = Store(address)
    facts = [entry.said for entries in checker.facts.values() for entry in entries]
    wanted: dict[str, set[Row]] = {name: set() for name in QUERIES}
    wanted["cases"] |= {_of_case(case) for case in checker.cases.values()}
    wanted["case_events"] |= {_of_fact(fact) for fact in facts}
    for entry in topics.events:
        wanted[EVENTS[kind_of(entry)]].add(_of_event(EVENTS[kind_of(entry)], entry.said))
    kinds = Counter(fact["kind"] for fact in facts)
    counts = {
        "complaints": kinds["opened"],
        "dispositions": kinds["routed"],
        "dead_letters": len({letter["id"] for letter in checker.letters}),
        "case_events": len(facts),
        "cases": len(checker.cases),
    }

    def found() -> dict[str, set[Row]]:
        return {name: set(store.execute(query)) for name, query in QUERIES.items()}

    def counted() -> dict[str, int]:
        return {name: int(store.execute(f"SELECT count() FROM {name}")[0][0]) for name in counts}

    try:
        wait_until(lambda: counted() == counts and found() == wanted, timeout_s=timeout_s, what="the rows of the log")
    except AssertionError as error:
        yield f"ClickHouse: {error}, has {counted()}, the log {counts}"
        for name, rows in found().items():
            for row in sorted(rows ^ wanted[name], key=str)[:20]:
                yield f"{row} is only in {'ClickHouse' if row in rows else 'the log'}: {name}"
    store.close()


def _of_case(case: Said) -> Row:
    secret = case["complaint"].get("secret", False)
    return (
        "" if secret else number(case["tracking_code"]),
        _id(case, "complaint_id"),
        case["version"],
        case["state"],
        _shown(case["owner"]["id"], secret=secret),
        case["triage"],
        case["hop"],
        len(case["refusals"]),
        len(case["complaint"].get("additions", ())),
        len(case["answers"]),
        case["questions"],
        case.get("question", {}).get("part", ""),
    )


def _of_fact(fact: Said) -> Row:
    secret = fact["secret"]
    return (
        _id(fact, "id"),
        "" if secret else number(fact["tracking_code"]),
        fact["version"],
        fact["kind"],
        _id(fact, "caused_by"),
        _shown(fact["actor"], secret=secret),
        fact.get("result", ""),
    )


def _of_event(table: str, said: Said) -> Row:
    code = "" if said.get("secret") else said.get("tracking_code", "")
    kind = "part" if said.get("whole_id") and said["kind"] != "repeated" else said["kind"]
    about = (said["channel"], said.get("account", ""), kind, _id(said, "complaint_id"), number(code) if code else "")
    marks = tuple(said.get(mark, False) for mark in ("partial", "doubtful", "unread"))
    own: dict[str, Row] = {
        "messages": (_id(said, "whole_id"), *marks),
        "deliveries": (_id(said, "reply_id"), said.get("outcome")),
    }
    return (_id(said, "id"), *about, *own.get(table, ()))


def _id(said: Said, name: str) -> str | None:
    found = said.get(name)
    return None if found is None else str(number.id(UUID(found)))


def _shown(agency_id: str, *, secret: bool) -> str:
    """Return an agency's id as analysts see it: of a secret report without the district ("kec-73.71.14" is "kec-73.71")."""
    kind, _, code = agency_id.rpartition("-")
    return f"{kind}-{code[:5]}" if secret and code[:2].isdigit() and code.count(".") > 1 else agency_id


def view_differences(address: str, key: str, checker: Checker) -> Iterator[str]:
    """Yield what the view serves otherwise than the log says: every case and its facts.

    Args:
        address: of the view.
        key: that it asks for.
        checker: has read the log.
    """
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"http://{address}", headers=headers, timeout=2 * WAIT_S, trust_env=False) as client:
        wait_until(lambda: _is_ready(client), timeout_s=60, what="the view")
        for code, case in checker.cases.items():
            asked = client.get(f"/cases/{code}", params={"version": case["version"], "wait_s": WAIT_S})
            if filled(asked.json().get("case"), "case") != case:
                yield f"the view's case {code} is not that of the log: {asked.text[:300]}"
            # the facts come from a topic of their own, so they may be later than the document
            last = checker.facts[code][-1].said["caused_by"]
            client.get(f"/cases/{code}/commands/{last}", params={"wait_s": WAIT_S})
            facts = client.get(f"/cases/{code}/facts")
            served = [filled(one, "fact") for one in facts.json().get("facts", ())]
            if served != [entry.said for entry in checker.facts[code]]:
                yield f"the view's facts of {code} are not those of the log: {facts.text[:300]}"


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code == httpx.codes.OK
    except httpx.TransportError:  # it is just starting again
        return False
