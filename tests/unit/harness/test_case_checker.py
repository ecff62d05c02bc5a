"""The checker of the kill test finds what it must find: each way in which a log can be wrong is a violation."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from complaints.crypto import Keyring
from tests.harness.cases.checker import Checker
from tests.harness.cases.log import Entry, Log
from tests.harness.cases.logged import Logged
from tests.harness.cases.plan import Plan, Sizes

Fed = list[tuple[bytes, bytes]]


@pytest.fixture(scope="module")
def trial() -> tuple[Log, Fed, str]:
    """A log with everything in it, what was fed, and the administrator."""
    plan = Plan(5, Keyring.from_secret(b"a secret of the tests, 32 bytes long"))
    records = plan.records(Sizes(cases=40, records=500))
    made = Logged(plan.law, search=False)
    made.take(records)
    return made.log, [(one.key, one.value) for one in records], plan.law.administrator_id


def violations(log: Log, fed: Fed, administrator: str) -> list[str]:
    """Return what the checker says."""
    checker = Checker(log, administrator=administrator)
    checker.check(fed)
    return checker.violations


def test_a_log_without_faults_has_no_violations_and_everything_in_it(trial: tuple[Log, Fed, str]) -> None:
    """Each kind of fact, repeats, taken codes, a case without room, and poison."""
    log, fed, administrator = trial
    checker = Checker(log, administrator=administrator)
    checker.check(fed)
    assert checker.violations == []
    kinds = {"diterima", "dilengkapi", "bukan wewenang", "ditanggapi", "ditolak", "dilanjutkan"}
    assert {name for name, number in checker.counts.items() if number} >= kinds | {"redelivered", "passed on"}
    assert {"diteruskan", "ditanyakan"} <= {entry.said["kind"] for entry in log.facts}
    assert checker.counts["dead_letters"] > 0


@pytest.mark.parametrize("seed", [19, 22, 30, 37, 45, 56, 2045])
def test_other_seeds_have_no_violations_either(seed: int, keys: Keyring) -> None:
    """Records in nearly the plan's order, as four producers send them; in these, citizens tell dates that later readings do not see."""
    plan, dice = Plan(seed, keys), random.Random(seed)
    records = plan.records(Sizes(cases=60, records=600))
    sent = [
        record for _, record in sorted((number + dice.random() * 48, record) for number, record in enumerate(records))
    ]
    made = Logged(plan.law, search=False)
    made.take(sent)
    assert violations(made.log, [(one.key, one.value) for one in sent], plan.law.administrator_id) == []


def changed(entries: list[Entry], place: int, /, **fields: Any) -> None:
    """Change fields of the JSON of an entry."""
    entries[place] = entries[place]._replace(value=json.dumps(entries[place].said | fields).encode())


def first(entries: list[Entry], **wanted: Any) -> int:
    """Return the place of the first entry with these fields."""
    return next(at for at, entry in enumerate(entries) if wanted.items() <= entry.said.items())


def refused_again(log: Log) -> None:
    """Give a case back to the agency that refused it."""
    at = first(log.facts, kind="bukan wewenang")
    refusal = log.facts[at].said
    moved = next(
        number
        for number, entry in enumerate(log.facts)
        if entry.said["kind"] == "diteruskan" and entry.said["caused_by"] == refusal["caused_by"]
    )
    given = log.facts[moved].said["disposition"]
    changed(log.facts, moved, disposition=given | {"owner": {"id": refusal["actor"], "name": "x"}})


FAULTS: dict[str, Callable[[Log], object]] = {
    "a fact is missing": lambda log: log.facts.pop(first(log.facts, kind="ditanggapi")),
    "the last fact is missing": lambda log: log.facts.pop(),
    "a fact is there twice": lambda log: log.facts.insert(7, log.facts[7]),
    "a command has its effect twice": lambda log: log.facts.append(log.facts[first(log.facts, kind="ditolak")]),
    "a version is left out": lambda log: changed(log.facts, 0, version=2),
    "a fact has another id": lambda log: changed(log.facts, 3, id="5a2f0c1e-1708-5e14-8a70-0a9d1a9c1708"),
    "a fact has another time": lambda log: changed(log.facts, 3, at="2026-11-03T05:00:00Z"),
    "a fact has another cause": lambda log: changed(log.facts, 3, caused_by="5a2f0c1e-1708-5e14-8a70-0a9d1a9c1708"),
    "a refusal is declined": lambda log: changed(log.facts, first(log.facts, kind="bukan wewenang"), kind="ditolak"),
    "a refused body gets it again": refused_again,
    "a reply is missing": lambda log: log.replies.pop(),
    "a reply is there twice": lambda log: log.replies.append(log.replies[2]),
    "a reply counts wrongly": lambda log: changed(log.replies, 0, additions=7),
    "a document is missing": lambda log: log.cases.clear(),
    "a document goes back": lambda log: log.cases.append(log.cases[0]),
    "a document is of another state": lambda log: changed(log.cases, len(log.cases) - 1, state="selesai"),
    "a document lacks a command": lambda log: changed(log.cases, len(log.cases) - 1, commands={}),
    "a case is deleted": lambda log: log.cases.append(log.cases[0]._replace(value=None)),
    "a dead letter is missing": lambda log: log.letters.pop(),
    "a dead letter is there twice": lambda log: log.letters.append(log.letters[0]),
    "a complaint is not passed on": lambda log: log.mailbox.remove(
        next(entry for entry in log.mailbox if entry.headers.get("ce_source") == b"/router")
    ),
    "a complaint is passed on twice": lambda log: log.mailbox.append(
        next(entry for entry in log.mailbox if entry.headers.get("ce_source") == b"/router")
    ),
    "a record is lost": lambda log: log.mailbox.pop(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(trial: tuple[Log, Fed, str], fault: str) -> None:
    """One change of a log without faults is at least one violation."""
    log, fed, administrator = trial
    wrong = Log(*(list(entries) for entries in log))
    FAULTS[fault](wrong)
    assert violations(wrong, fed, administrator)


def test_a_record_that_kafka_lost_is_found(trial: tuple[Log, Fed, str]) -> None:
    """Also if nothing else tells of it, as of a second delivery."""
    log, fed, administrator = trial
    (found,) = violations(log, [*fed, fed[0]], administrator)
    assert found.startswith("Kafka acknowledged")
