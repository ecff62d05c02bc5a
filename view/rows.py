"""Turns the records of cases and facts into the rows of the view. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from complaints.bus import StoredRecord
from complaints.bus.step.contract import RESERVED
from complaints.case import ENDED
from complaints.contract import CASE_EVENTS, CASES
from complaints.errors import ContractViolation
from complaints.tracking import CODE_LENGTH

TOPICS: Final = (CASES, CASE_EVENTS)
"""The topics that the view reads."""

MOST_VERSION: Final = 1 << 31
"""The largest version that is believed: a case has some hundred facts, and SQLite's integers end at 2^63."""

MOST_BEGINNING: Final = 300
"""The maximum number of characters of a complaint in the list: enough for a line of it after personal data are masked."""


class CaseRow(NamedTuple):
    """A case.

    Attributes:
        code: its tracking code.
        number: its case number, by which analysts know it.
        complaint_id: the 16 bytes of the complaint's id.
        version: the number of its facts.
        document: the JSON of the case.
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
    """A fact.

    Attributes:
        code: the tracking code of its case.
        version: the version of the case after it.
        cause: the 16 bytes of the id of the complaint or command that caused it.
        document: the JSON of the fact.
    """

    code: str
    version: int
    cause: bytes
    document: bytes


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch of records changes.

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
        """The codes of all cases that are concerned."""
        return {*self.cases, *self.gone, *(fact.code for fact in self.facts)}


def changes_of(records: Iterable[StoredRecord], number: Callable[[str], str]) -> Changes:
    """Return what records of the TOPICS change. A record that cannot be read changes nothing.

    Args:
        records: the records.
        number: returns the case number of a tracking code.
    """
    found = Changes()
    for record in records:
        try:
            if record.topic == CASE_EVENTS:
                found.facts.append(_fact(record))
            elif not (record.key or b"").startswith(RESERVED):
                _take_case(found, record, number)
        except (ContractViolation, ValueError, TypeError, KeyError, AttributeError) as error:
            found.unreadable.append((record, f"{type(error).__name__}: {error}"))
    return found


def _take_case(found: Changes, record: StoredRecord, number: Callable[[str], str]) -> None:
    code = _code(record)
    if record.value is None:
        found.cases.pop(code, None)
        found.gone.add(code)
        return
    row = _case(code, number(code), record.value)
    former = found.cases.get(code)
    if former is None or former.version < row.version:
        found.cases[code] = row


def _case(code: str, number: str, value: bytes) -> CaseRow:
    said = _object(value)
    _of_case(said, code)
    due = next_deadline(said)
    return CaseRow(
        code,
        number,
        UUID(said["complaint_id"]).bytes,
        _version(said),
        value,
        (said.get("owner") or {}).get("id", ""),
        due["due"] if due else None,
    )


def next_deadline(case: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the deadline of a case, as plain data, that ends first of those whose duties are not fulfilled.

    None if there is none, and for a case that has ended or is a supporter: it waits for nobody, or for its main case.
    """
    if case.get("state") in _WAITS_FOR_NOBODY:
        return None
    return min((one for one in case.get("deadlines", ()) if not one.get("done")), key=_due, default=None)


def entry(document: bytes) -> dict[str, Any]:
    """Return what the list of cases by their deadlines says of one: of a secret report no word.

    Args:
        document: the JSON of a case that has a next deadline.
    """
    case = orjson.loads(document)
    complaint = case["complaint"]
    place, secret = complaint.get("place") or {}, bool(complaint.get("secret"))
    found = {name: case[name] for name in ("tracking_code", "state", "owner")}
    found |= {"deadline": next_deadline(case), "province": (place.get("province") or {}).get("code"), "secret": secret}
    if secret:
        return found | {"text": ""}
    latest = next((one["text"] for one in reversed(complaint.get("additions", ())) if one["text"]), "")
    return found | {"text": complaint.get("text", "")[:MOST_BEGINNING], "added": latest[:MOST_BEGINNING]}


def _due(deadline: dict[str, Any]) -> str:
    due: str = deadline["due"]
    return due


_WAITS_FOR_NOBODY: Final = ENDED | {"digabung"}
"""The states of a case that waits for no agency."""


def _fact(record: StoredRecord) -> FactRow:
    if record.value is None:
        raise ContractViolation("a fact without a value")
    said, code = _object(record.value), _code(record)
    _of_case(said, code)
    return FactRow(code, _version(said), UUID(said["caused_by"]).bytes, record.value)


def _object(value: bytes) -> dict[str, Any]:
    said = orjson.loads(value)
    if not isinstance(said, dict):
        raise ContractViolation("not a JSON object")
    return said


def _code(record: StoredRecord) -> str:
    code = (record.key or b"").decode("ascii")
    if len(code) != CODE_LENGTH:
        raise ContractViolation("the key is no tracking code")
    return code


def _of_case(said: dict[str, Any], code: str) -> None:
    if said["tracking_code"] != code:
        raise ContractViolation("the key is not the tracking code of the value")


def _version(said: dict[str, Any]) -> int:
    version = said["version"]
    if not isinstance(version, int) or not 1 <= version <= MOST_VERSION:
        raise ContractViolation("the version is no number of facts")
    return version
