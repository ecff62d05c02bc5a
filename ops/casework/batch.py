"""Applies a file of acts: reads its lines, sends the commands, and returns the result of each line."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

import orjson

from complaints import ids, tracking
from complaints.command import AnyCommand, Merge
from complaints.disposition import AgencyRef
from complaints.errors import CaseError, ConfigurationError, TrackingCodeError, UnavailableError
from complaints.fact import AnyFact, Declined, Fact, Result
from ops.casework.acts import ACTS
from ops.casework.orders import FIELDS, checked, command, digest
from ops.casework.outcome import NO_RESULT, outcome

IN_FLIGHT: Final = 500
"""The maximum number of commands that are sent and have no result yet."""

LOOK_EVERY_S: Final = 0.05
"""Seconds between two queries for results."""

_LINE: Final = frozenset(("code", "act", "as", "at", *FIELDS))


class Found(Protocol):
    """The results of commands, as the view's client returns them (see view.client.Results)."""

    @property
    def facts(self) -> Mapping[UUID, tuple[AnyFact, ...]]:
        """The facts that each command caused, by its id. Commands without a result are missing."""

    @property
    def versions(self) -> Mapping[str, int]:
        """The version of each case, by its tracking code. Unknown cases are missing."""


class Results(Protocol):
    """Looks up the results of commands."""

    def results(self, commands: Sequence[tuple[str, UUID]]) -> Found:
        """Return the results of commands, each given as the code of its case and its id.

        Raises:
            UnavailableError: they cannot be looked up now.
        """


class Order(NamedTuple):
    """A line that is a valid command.

    Attributes:
        number: the number of the line, from 1.
        agency: the acting agency.
        command: the command.
    """

    number: int
    agency: AgencyRef
    command: AnyCommand


class Fault(NamedTuple):
    """A line that is not a valid command.

    Attributes:
        number: the number of the line, from 1.
        why: what is wrong with it.
    """

    number: int
    why: str


@dataclass(slots=True)
class Tally:
    """The number of lines per result."""

    applied: int = 0
    repeated: int = 0
    refused: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Applies:
    """Applies lines.

    Attributes:
        view: looks up the results of commands.
        publish: writes a command to its case's mailbox; its future may fail with BusUnavailable.
        agency: returns the agency with an id; None if there is none.
        state: returns the present state of a case; None if no case has the code.
        now: returns the present time.
        patience_s: how long to wait for further results while none comes, in seconds.
        sleep: waits for some seconds.
    """

    view: Results
    publish: Callable[[AnyCommand], "Future[Any]"]
    agency: Callable[[str], AgencyRef | None]
    state: Callable[[str], str | None]
    now: Callable[[], datetime]
    patience_s: float
    sleep: Callable[[float], None] = time.sleep

    def lines(self, lines: Iterable[tuple[int, bytes]], tally: Tally) -> Iterator[bytes]:
        """Yield the result of each line, as a line of JSON, in the order of the lines.

        Args:
            lines: at most IN_FLIGHT lines with their numbers; their commands are sent together.
            tally: counts the results.

        Raises:
            BusUnavailable: Kafka does not take a command.
            UnavailableError: the view does not answer.
        """
        yield from self.orders([self._read(number, line) for number, line in lines], tally)

    def orders(self, lines: Iterable[Order | Fault], tally: Tally) -> Iterator[bytes]:
        """Yield the result of each order or fault (see `lines`)."""
        state = cache(self.state)
        read = [_with_main(one, state) for one in lines]
        orders = [one for one in read if isinstance(one, Order)]
        before = self.view.results(_pairs(orders))
        given = list[Order]()
        had = set(before.facts)
        repeats = set[int]()
        for order in orders:
            if order.command.id in had:
                repeats.add(order.number)
            elif order.command.tracking_code in before.versions:
                had.add(order.command.id)
                given.append(order)
        for future in [self.publish(one.command) for one in given]:
            future.result()
        facts = {**before.facts, **self._awaited(given)}
        state.cache_clear()
        for one in read:
            if isinstance(one, Fault):
                said: dict[str, Any] = {"line": one.number, "result": "error", "error": one.why}
            else:
                known = one.command.tracking_code in before.versions
                said = _said(one, facts.get(one.command.id, ()), known=known)
                if one.number in repeats and one.command.id in facts:
                    said = _repeated(said, facts[one.command.id], state(one.command.tracking_code))
            _count(tally, said["result"])
            yield orjson.dumps(said) + b"\n"

    def _awaited(self, orders: Sequence[Order]) -> dict[UUID, tuple[AnyFact, ...]]:
        """Wait for the results of commands, and return their facts; those without a result in time are missing."""
        found = dict[UUID, tuple[AnyFact, ...]]()
        waiting, news_at = list(orders), time.monotonic()
        while waiting and time.monotonic() - news_at < self.patience_s:
            self.sleep(LOOK_EVERY_S)
            try:
                new = self.view.results(_pairs(waiting)).facts
            except UnavailableError:  # try again until the patience ends
                continue
            if new:
                found, news_at = {**found, **new}, time.monotonic()
                waiting = [one for one in waiting if one.command.id not in found]
        return found

    def _read(self, number: int, line: bytes) -> Order | Fault:
        try:
            return self._order(number, line)
        except (ConfigurationError, TrackingCodeError) as error:
            return Fault(number, str(error))

    def _order(self, number: int, line: bytes) -> Order:
        """Return the command of a line. Its id derives from the content of the line, so that the same line is the same command."""
        said = _object(line)
        act, agency = ACTS.get(said["act"]), self.agency(said["as"])
        if act is None:
            raise ConfigurationError(f"no act {said['act']!r}; there are {', '.join(ACTS)}")
        if agency is None:
            raise ConfigurationError(f"no agency has the id {said['as']!r}; `lapor agency search` finds it by its name")
        fields = checked(act, {name: said[name] for name in FIELDS if name in said}, prefix="")
        code, nonce = tracking.parse(said["code"]), digest({**fields, "at": said.get("at")})
        id_ = ids.line_id(code, act.name, actor=agency.id, nonce=nonce)
        at = said.get("at") or self.now()
        made = command(act, code, id_=id_, agency=agency.id, fields=fields, at=at, prefix="")
        return Order(number, agency, made)


def _object(line: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(f"not JSON: {error}") from error
    if not isinstance(said, dict):
        raise ConfigurationError("not a JSON object")
    for name in ("code", "act", "as"):
        if not isinstance(said.get(name), str):
            raise ConfigurationError(f"{name} is missing or no text")
    if unknown := next((name for name in said if name not in _LINE), None):
        raise ConfigurationError(f"no line has a member {unknown!r}")
    return said


def _pairs(orders: Iterable[Order]) -> list[tuple[str, UUID]]:
    return [(one.command.tracking_code, one.command.id) for one in orders]


def _said(order: Order, facts: Sequence[Fact], *, known: bool) -> dict[str, Any]:
    """Return the result of a command as plain data."""
    made = order.command
    about = {"line": order.number, "code": made.tracking_code, "act": made.kind.value, "as": made.actor}
    if not known:
        return {**about, "result": "error", "error": f"no case has the code {tracking.spaced(made.tracking_code)}"}
    if not facts:
        return {**about, "result": "error", "error": f"{NO_RESULT}; the same line again will say it"}
    try:
        told = outcome(order.agency, facts, out_of_reach=None)  # looking up each case would be slow
    except CaseError as error:
        return {**about, "result": "refused", "why": str(error)}
    if isinstance(facts[0], Declined) and facts[0].result is Result.already_applied:
        return {**about, "result": "already applied", "told": told}
    return {**about, "result": "applied", "told": told}


def _with_main(read: Order | Fault, state: Callable[[str], str | None]) -> Order | Fault:
    """Return a line unchanged, or a fault if it merges a case into a code that no case has."""
    if isinstance(read, Order) and isinstance(read.command, Merge) and state(read.command.other) is None:
        return Fault(read.number, f"into: no case has the code {tracking.spaced(read.command.other)}")
    return read


def _repeated(said: dict[str, Any], facts: Sequence[Fact], state: str | None) -> dict[str, Any]:
    """Return the result of a line whose command had a result before: the former result, and that nothing is done now."""
    again = (
        f"given on {facts[0].at.astimezone(UTC):%Y-%m-%d %H:%M} UTC and not done again; the case is now {state}."
        " Give `at` to say it again"
    )
    if said["result"] == "refused":
        return {**said, "repeated": True, "why": f"{said['why']} ({again})"}
    return {**said, "result": "repeated", "told": [f"{again[0].upper()}{again[1:]}.", *said["told"]]}


def _count(tally: Tally, result: str) -> None:
    if result == "error":
        tally.errors += 1
    elif result == "refused":
        tally.refused += 1
    elif result == "repeated":
        tally.repeated += 1
    else:
        tally.applied += 1
