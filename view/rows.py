"""Turns the records of cases and facts into the rows of the view. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from complaints.bus import StoredRecord
from complaints.bus.envelope import decode
from complaints.bus.step.contract import RESERVED
from complaints.case import ENDED, Case, CaseState
from complaints.contract import CASE_EVENTS, CASES
from complaints.disposition import AgencyRef, Deadline
from complaints.errors import ContractViolation
from complaints.fact import Fact
from complaints.tracking import CODE_LENGTH
from complaints.values import Event

TOPICS: Final = (CASES, CASE_EVENTS)
"""The topics that the view reads."""

MOST_VERSION: Final = 1 << 31
"""The largest version that is accepted: a case has some hundred facts, and SQLite's integers end at 2^63."""

MOST_BEGINNING: Final = 300
"""The maximum number of characters of a complaint in the list: enough for a line of it after personal data are masked."""


class DueCase(Event):
    """A case that waits for somebody, and its next deadline."""

    tracking_code: str
    state: CaseState
    owner: AgencyRef
    deadline: Deadline
    province: str | None = None
    """The code of the province where it happened; None if it is not known."""
    urgent: bool = False
    """True if it is marked as urgent."""
    secret: bool = False
    text: str = ""
    """How the complaint begins; empty if it is secret."""
    added: str = ""
    """How the latest of what the citizen added begins; empty if there is none, or if the complaint is secret."""


class CaseRow(NamedTuple):
    """A case.

    Attributes:
        code: its tracking code.
        number: its case number, by which analysts know it.
        complaint_id: the 16 bytes of the complaint's id.
        version: the number of its facts.
        document: the JSON of the case as this program writes it, without fields that it does not know.
        owner: the id of its owner.
        next_due: the last day of the next duty that is not fulfilled, as text; None if the case waits for nobody.
    """

    code: str
    number: str
    complaint_id: bytes
    version: int
    document: bytes
    owner: str
    next_due: str | None


class FactRow(NamedTuple):
    """A fact."""

    code: str
    version: int
    cause: bytes
    document: bytes


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes by a batch of records.

    Attributes:
        cases: the newest document of each case, by its code.
        gone: the codes of cases that were deleted; a code that is in `cases` too was made anew after that.
        facts: the facts, in the order of each partition.
        unreadable: the records that could not be read, each with the reason.
    """

    cases: dict[str, CaseRow] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    facts: list[FactRow] = field(default_factory=list)
    unreadable: list[tuple[StoredRecord, str]] = field(default_factory=list)

    @property
    def codes(self) -> set[str]:
        """The codes of all cases that change."""
        return {*self.cases, *self.gone, *(fact.code for fact in self.facts)}


def changes_of(records: Iterable[StoredRecord], number: Callable[[str], str]) -> Changes:
    """Return the changes by records of the TOPICS. A record that cannot be read changes nothing."""
    found = Changes()
    for record in records:
        try:
            if record.topic == CASE_EVENTS:
                found.facts.append(_fact(record))
            elif not (record.key or b"").startswith(RESERVED):
                _take_case(found, record, number)
        except (ContractViolation, ValueError) as error:
            found.unreadable.append((record, f"{type(error).__name__}: {error}"))
    return found


def _take_case(found: Changes, record: StoredRecord, number: Callable[[str], str]) -> None:
    code = _code(record)
    if record.value is None:
        found.cases.pop(code, None)
        found.gone.add(code)
        return
    row = _case(code, number(code), record)
    former = found.cases.get(code)
    if former is None or former.version < row.version:
        found.cases[code] = row


def _case(code: str, number: str, record: StoredRecord) -> CaseRow:
    case = decode(record, Case)
    _check(case, code)
    due = next_deadline(case)
    return CaseRow(
        code,
        number,
        case.complaint_id.bytes,
        case.version,
        msgspec.json.encode(case),
        case.owner.id,
        due.due.isoformat() if due else None,
    )


def next_deadline(case: Case) -> Deadline | None:
    """Return the deadline of a case that ends first of those whose duties are not fulfilled.

    None if there is none, and for a case that has ended or is a supporter: it waits for nobody, or for its main case.
    """
    if case.state in _WAITS_FOR_NOBODY:
        return None
    return min((one for one in case.deadlines if one.done is None), key=lambda one: one.due, default=None)


def entry(document: bytes) -> DueCase:
    """Return the entry of a case in the list by deadlines, without any text if the report is secret."""
    case = msgspec.json.decode(document, type=Case)
    complaint, deadline, province = case.complaint, next_deadline(case), case.complaint.place.province
    assert deadline is not None
    latest = next((one.text for one in reversed(complaint.additions) if one.text), "")
    return DueCase(
        tracking_code=case.tracking_code,
        state=case.state,
        owner=case.owner,
        deadline=deadline,
        province=province.code if province else None,
        urgent=case.urgent is not None,
        secret=complaint.secret,
        text="" if complaint.secret else complaint.text[:MOST_BEGINNING],
        added="" if complaint.secret else latest[:MOST_BEGINNING],
    )


_WAITS_FOR_NOBODY: Final = ENDED | {"merged"}
"""The states of a case that waits for no agency."""


def _fact(record: StoredRecord) -> FactRow:
    fact, code = decode(record, Fact), _code(record)
    _check(fact, code)
    return FactRow(code, fact.version, fact.caused_by.bytes, msgspec.json.encode(fact))


def _code(record: StoredRecord) -> str:
    code = (record.key or b"").decode("ascii")
    if len(code) != CODE_LENGTH:
        raise ContractViolation("the key is no tracking code")
    return code


def _check(event: Case | Fact, code: str) -> None:
    if event.tracking_code != code:
        raise ContractViolation("the key is not the tracking code of the value")
    if event.version > MOST_VERSION:
        raise ContractViolation("the version is no number of facts")
