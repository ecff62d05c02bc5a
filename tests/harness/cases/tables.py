"""Compares ClickHouse with the log: the rows of cases and facts with the documents and facts on Kafka."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sinks.clickhouse.client import Store
from tests.harness.cases.checker import Checker
from tests.harness.numbers import number
from tests.harness.support import wait_until

CASES = """
SELECT case_number, toString(complaint_id), version, state, owner_id, triage, hop, refusals, additions, answers, questions, question
FROM cases"""
FACTS = "SELECT toString(event_id), case_number, version, kind, toString(caused_by), actor, result FROM case_events"


def differences(store: Store, checker: Checker, timeout_s: float = 60.0) -> Iterator[str]:
    """Yield what differs, after ClickHouse has had time to take everything.

    Args:
        store: the sink's database.
        checker: has read the log.
        timeout_s: how long the sink may take.
    """
    facts = [entry.said for entries in checker.facts.values() for entry in entries]
    wanted = {
        "cases": {_of_case(case) for case in checker.cases.values()},
        "case_events": {_of_fact(fact) for fact in facts},
    }
    counts = {
        "complaints": sum(fact["kind"] == "diterima" for fact in facts),
        "dispositions": sum(fact["kind"] == "diteruskan" for fact in facts),
        "dead_letters": len({letter["id"] for letter in checker.letters}),
        "case_events": len(facts),
        "cases": len(checker.cases),
    }

    def complete() -> bool:
        return (
            all(_count(store, name) >= least for name, least in counts.items())
            and _rows(store, CASES) == wanted["cases"]
        )

    try:
        wait_until(complete, timeout_s=timeout_s, what="the rows of the log")
    except AssertionError as error:
        yield f"ClickHouse: {error}"
    for name, wanted_count in counts.items():
        if (found := _count(store, name)) != wanted_count:
            yield f"ClickHouse has {found} {name}, the log {wanted_count}"
    for name, query in (("cases", CASES), ("case_events", FACTS)):
        found_rows = _rows(store, query)
        for row in sorted(found_rows ^ wanted[name])[:20]:
            yield f"{row} is only in {'ClickHouse' if row in found_rows else 'the log'}: {name}"


def _count(store: Store, table: str) -> int:
    ((count,),) = store.execute(f"SELECT count() FROM {table}")
    return int(count)


def _rows(store: Store, query: str) -> set[tuple[Any, ...]]:
    return set(store.execute(query))


def _of_case(case: Mapping[str, Any]) -> tuple[Any, ...]:
    secret = case["complaint"].get("secret", False)
    return (
        "" if secret else number(case["tracking_code"]),
        str(number.id(UUID(case["complaint_id"]))),
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


def _of_fact(fact: Mapping[str, Any]) -> tuple[Any, ...]:
    secret = fact["secret"]
    return (
        str(number.id(UUID(fact["id"]))),
        "" if secret else number(fact["tracking_code"]),
        fact["version"],
        fact["kind"],
        str(number.id(UUID(fact["caused_by"]))),
        _shown(fact["actor"], secret=secret),
        fact.get("result", ""),
    )


def _shown(agency_id: str, *, secret: bool) -> str:
    """Return an agency's id as analysts see it: of a secret report without the district ("kec-73.71.14" is "kec-73.71")."""
    kind, _, code = agency_id.rpartition("-")
    return f"{kind}-{code[:5]}" if secret and code[:2].isdigit() and code.count(".") > 1 else agency_id
