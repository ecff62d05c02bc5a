"""The checker of whole lives finds what it must find: each way in which the topics can be wrong is a violation."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from complaints.crypto import Keyring
from router.routing import Router
from tests.harness.cases.log import Entry, Log
from tests.harness.cases.logged import Logged
from tests.harness.lives.checker import LifeChecker
from tests.harness.lives.driver import Driver
from tests.harness.lives.many import DAY_MS

ROUNDS, CASES = 7, 40

World = tuple[Log, list[Entry]]


@pytest.fixture(scope="module")
def world() -> World:
    """Some lives over two months, with everything in them."""
    law = Router.load()
    driver, made = Driver(8, Keyring.from_secret(b"a secret of the tests, 32 bytes long"), law), Logged(law)
    for number in range(ROUNDS):
        made.ring()
        now = datetime.fromtimestamp(made.now_ms / 1000, UTC)
        if number < ROUNDS // 2:
            made.take([driver.opened(now) for _ in range(CASES)])
        for code, state in list(made.states.items()):
            made.take(list(driver.commands(code.decode(), state.value, now)))
        made.now_ms += 9 * DAY_MS
    made.ring()
    return made.log, made.neighbours


def violations(log: Log, neighbours: list[Entry]) -> list[str]:
    """Return what the checker says."""
    checker = LifeChecker(log, neighbours, administrator=Router.load().administrator_id, ahead_ms=(0,))
    checker.check(())
    return checker.violations


def test_lives_without_faults_have_no_violations_and_everything_in_them(world: World) -> None:
    """All kinds of facts that two months bring."""
    assert violations(*world) == []
    kinds = {entry.said["kind"] for entry in world[0].facts}
    assert kinds >= {"digabung", "dikabari", "dukungan ditarik", "terlambat", "dieskalasi", "diingatkan", "dinilai"}
    assert kinds >= {
        "ditunda",
        "diaktifkan kembali",
        "dialihkan",
        "dipindahkan",
        "selesai",
        "dibuka kembali",
        "dicabut",
    }


def changed(entries: list[Entry], place: int, /, **fields: Any) -> None:
    """Change fields of the JSON of an entry."""
    entries[place] = entries[place]._replace(value=json.dumps(entries[place].said | fields).encode())


def first(entries: list[Entry], **wanted: Any) -> int:
    """Return the place of the first entry with these fields."""
    return next(at for at, entry in enumerate(entries) if wanted.items() <= entry.said.items())


def last_document(log: Log, **wanted: Any) -> int:
    """Return the place of the last document of a case that has these fields."""
    last = {entry.key: at for at, entry in enumerate(log.cases)}
    return next(at for at in last.values() if wanted.items() <= log.cases[at].said.items())


def another_day(log: Log, _: list[Entry]) -> None:
    """Set the last day of the completion of an answered case."""
    at = last_document(log, state="ditanggapi")
    days = [
        one | {"due": "2027-05-05"} if one["duty"] == "complete" else one for one in log.cases[at].said["deadlines"]
    ]
    changed(log.cases, at, deadlines=days)


FAULTS: dict[str, Callable[[Log, list[Entry]], object]] = {
    "an acceptance has no effect": lambda log, _: log.facts.pop(first(log.facts, kind="diproses")),
    "a case is late twice": lambda log, _: log.facts.insert(
        first(log.facts, kind="terlambat"), log.facts[first(log.facts, kind="terlambat")]
    ),
    "a step of the ladder is left out": lambda log, _: changed(log.facts, first(log.facts, kind="dieskalasi"), level=3),
    "a reminder is not told": lambda log, _: log.replies.pop(first(log.replies, kind="reminded")),
    "a closing is told twice": lambda log, _: log.replies.append(log.replies[first(log.replies, kind="closed")]),
    "a closing is told to another citizen": lambda log, _: changed(
        log.replies, first(log.replies, kind="closed"), citizen="x"
    ),
    "a day is another": another_day,
    "a case has another owner": lambda log, _: changed(
        log.cases, last_document(log, state="diproses"), owner={"id": "x", "name": "x"}
    ),
    "a supporter has no main case": lambda log, _: changed(
        log.cases, last_document(log, state="digabung"), main="00000000000"
    ),
    "a case waits for an answer": lambda log, _: changed(
        log.cases, last_document(log, state="diproses"), proposed="00000000000"
    ),
    "an older case is not asked": lambda log, _: log.mailbox.pop(first(log.mailbox, kind="adopt", actor="case")),
    "a proposal comes twice": lambda log, _: log.mailbox.append(
        log.mailbox[first(log.mailbox, kind="merge", actor="neighbours")]
    ),
    "a supporter does not hear": lambda log, _: log.mailbox.pop(first(log.mailbox, kind="echo", actor="neighbours")),
    "a supporter is on no page": lambda _, neighbours: neighbours.pop(
        next(at for at, entry in enumerate(neighbours) if "supporter" in entry.said)
    ),
    "a rating is a closing": lambda log, _: changed(log.facts, first(log.facts, kind="dinilai"), kind="selesai"),
    "two facts have one id": lambda log, _: changed(log.facts, 9, id=log.facts[8].said["id"]),
    "a complaint has no case": lambda log, _: log.cases.clear(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(world: World, fault: str) -> None:
    """One change of a log without faults is at least one violation."""
    log, neighbours = Log(*(list(entries) for entries in world[0])), list(world[1])
    FAULTS[fault](log, neighbours)
    assert violations(log, neighbours)
