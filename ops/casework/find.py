"""Finds a case by its tracking code or case number."""

from typing import Protocol
from uuid import UUID

from complaints import tracking
from complaints.case import Case
from complaints.errors import CaseError
from complaints.fact import AnyFact


class Cases(Protocol):
    """Looks up cases and their facts, as the view's client does. Each method raises UnavailableError if it cannot now."""

    def case(self, code: str, *, version: int = 0, wait_s: float = 0.0) -> Case | None:
        """Return the case with a tracking code; None if there is no such case."""

    def facts(self, code: str) -> tuple[AnyFact, ...]:
        """Return the facts of a case, oldest first."""

    def result(self, code: str, command_id: UUID, *, wait_s: float = 0.0) -> tuple[AnyFact, ...]:
        """Return the facts that a command caused, oldest first; none if it has no result within `wait_s` seconds."""


def find(cases: Cases, code: str) -> Case:
    """Return the case with this tracking code, or with the case number that stands for it in ClickHouse.

    Raises:
        TrackingCodeError: the text cannot be one of our tracking codes.
        CaseError: there is no such case.
        UnavailableError: it cannot be looked up now.
    """
    found = cases.case(code)
    if found is None:
        raise CaseError(
            f"no case has the {_written(code)}; a new complaint needs a moment until the router has"
            " decided about it; `lapor doctor` says whether it is running"
        )
    return found


def _written(code: str) -> str:
    number = tracking.case_number_in(code)
    return f"number {number}" if number else f"code {tracking.spaced(tracking.parse(code))}"
