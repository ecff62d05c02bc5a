"""Makes the log of a router that nothing disturbs, in memory: what is on Kafka if all mailboxes are in one partition."""

from collections import deque
from collections.abc import Iterable
from typing import Any

from complaints.bus import Record, StoredRecord
from complaints.bus.deadletter import of_record
from complaints.bus.envelope import encode
from complaints.bus.step.contract import Effect, Keep, State
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONVERSATIONS, NEIGHBOURS
from complaints.errors import ContractViolation
from neighbours.step import NeighboursStep
from router.cases.step import CaseStep, timer
from tests.harness.cases.log import Entry, Log
from tests.harness.house import NOON_MS


class Logged:
    """The steps, their states, and what they have written.

    Attributes:
        log: of the router.
        neighbours: the mailbox of the search for duplicates.
        states: by the code of a case.
        now_ms: when the next record comes, in milliseconds since 1970.
    """

    def __init__(self, law: Any, *, search: bool = True) -> None:
        """Begin without a case.

        Args:
            law: of the router.
            search: whether duplicates are looked for.
        """
        self._topics = {COMPLAINTS, NEIGHBOURS} if search else {COMPLAINTS}
        self.log, self.neighbours = Log([], [], [], [], []), list[Entry]()
        self.states: dict[bytes, State] = {}
        self.now_ms = NOON_MS
        self._pages: dict[bytes, State] = {}
        self._step, self._search = CaseStep(law), NeighboursStep()

    def take(self, records: Iterable[Record]) -> None:
        """Handle records, and all that follows from each."""
        waiting = deque(records)
        while waiting:
            record = waiting.popleft()
            of_search = record.topic == NEIGHBOURS
            at = self._write(self.neighbours if of_search else self.log.mailbox, record)
            stored = StoredRecord(record.topic, 0, at.offset, record.key, record.value, record.headers, at.at_ms)
            effect = self._searched(stored) if of_search else self._handled(stored)
            waiting.extendleft(reversed([one for one in effect.outputs if one.topic in self._topics]))

    def ring(self) -> None:
        """Let the timers that are due ring."""
        while due := [key for key, state in self.states.items() if state.due_ms and state.due_ms <= self.now_ms]:
            self.take(timer(key, self.states[key].due_ms or 0) for key in due)

    def _handled(self, record: StoredRecord) -> Effect:
        key = record.key or b""
        try:
            effect = self._step(self.states.get(key), record)
        except ContractViolation as error:
            self._write(self.log.letters, encode(of_record(record, error), source="/router"))
            return Effect()
        for output in effect.outputs:
            if output.topic in {CASE_EVENTS, CONVERSATIONS}:
                self._write(self.log.facts if output.topic == CASE_EVENTS else self.log.replies, output)
        if isinstance(effect.state, State):
            self.states[key] = effect.state
            self._write(self.log.cases, Record(topic="lapor.cases", key=key, value=effect.state.value))
        return effect

    def _searched(self, record: StoredRecord) -> Effect:
        key = record.key or b""
        effect = self._search(self._pages.get(key), record)
        if isinstance(effect.state, State):
            self._pages[key] = effect.state
        elif not isinstance(effect.state, Keep):
            self._pages.pop(key, None)
        return effect

    def _write(self, into: list[Entry], record: Record) -> Entry:
        into.append(Entry(0, len(into), record.key, record.value, dict(record.headers), self.now_ms + len(into)))
        return into[-1]
