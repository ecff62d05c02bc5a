"""The client of the view, with which channels and commands look up cases. It asks the next copy if one does not answer."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import httpx
from msgspec import UNSET, Raw, Struct, UnsetType, json
from pydantic import SecretStr

from complaints import tracking
from complaints.bus.foreign import decoded
from complaints.case import Case, CaseStatus
from complaints.errors import UnavailableError
from complaints.fact import AnyFact
from view.forgotten import shown
from view.rows import DueCase
from view.status import status_of

PATIENCE_S: Final = 5.0
"""Seconds to wait for an answer beyond those that the view is asked to wait: it takes milliseconds, and a citizen may be waiting."""

AWAY_S: Final = 5.0
"""Seconds for which a copy is not asked after a failure. So if every copy is away, each look-up fails at once."""

ASK_S: Final = 9.0
"""Maximum number of seconds that one request asks the view to wait; a longer wait takes several requests."""

NOT_FOUND: Final = 404

T = TypeVar("T")


class _Answer(Struct):
    """Any answer of the view. Cases and facts are decoded later: one that cannot be decoded does not count as a failure of the copy."""

    behind_ms: int | UnsetType | None = UNSET
    case: Raw = Raw()
    facts: Raw = Raw()
    results: dict[UUID, Raw] = {}
    versions: dict[str, int] = {}
    cases: list[Raw] = []
    next: dict[str, str] | None = None


class Results(NamedTuple):
    """The results of commands.

    Attributes:
        facts: the facts that each command caused, oldest first; without those that have no result yet.
        versions: the version of each of their cases, by tracking code; without cases that are not known.
    """

    facts: dict[UUID, tuple[AnyFact, ...]]
    versions: dict[str, int]


class ViewClient:
    """Looks up cases and facts in the view (see CaseReader). Thread-safe. Several copies of the view may be named: any of them answers.

    Every look-up raises UnavailableError if no copy answers or all are still catching up, and TrackingCodeError if a code is not valid.
    """

    def __init__(self, urls: Sequence[str], *, key: SecretStr, patience_s: float = PATIENCE_S) -> None:
        """Keep the settings. The first request connects.

        Args:
            urls: the base addresses of the copies of the view, in the order in which they are tried.
            key: the key that the view asks for.
            patience_s: seconds to wait for one answer.
        """
        self._urls = [url.rstrip("/") for url in urls]
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._away_until = dict.fromkeys(self._urls, 0.0)
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {key.get_secret_value()}"}, timeout=patience_s, trust_env=False
        )

    def status(self, code: str) -> CaseStatus | None:
        """Return the status of the case with this tracking code; None if there is no such case (see CaseReader)."""
        found = self.case(code)
        return None if found is None else status_of(found)

    def status_of(self, complaint_id: UUID) -> CaseStatus | None:
        """Return the status of the case of a complaint, whatever its tracking code is; None if there is none yet."""
        found = _case(self._ask(f"/complaints/{complaint_id}", {}, 0.0))
        return None if found is None else status_of(found)

    def case(self, code: str, *, version: int = 0, wait_s: float = 0.0) -> Case | None:
        """Return the case with this tracking code or case number; None if there is no such case.

        Args:
            code: the tracking code or the case number as a person typed it. For a case number, the case is returned as it is now.
            version: the least version to wait for. If the case does not have it in time, an earlier one is returned.
            wait_s: seconds to wait for it, at most ASK_S.
        """
        if number := tracking.case_number_in(code):
            return _case(self._ask(f"/numbers/{number}", {}, 0.0))
        asked = {"version": str(version), "wait_s": f"{min(wait_s, ASK_S)}"} if wait_s else {}
        return _case(self._ask(f"/cases/{tracking.parse(code)}", asked, min(wait_s, ASK_S)))

    def facts(self, code: str) -> tuple[AnyFact, ...]:
        """Return the facts of a case, oldest first; none if there is no such case. Texts that may no longer be shown are left out."""
        return shown(_facts(self._ask(f"/cases/{tracking.parse(code)}/facts", {}, 0.0)))

    def result(self, code: str, command_id: UUID, *, wait_s: float = 0.0) -> tuple[AnyFact, ...]:
        """Return the facts that a command or complaint caused, oldest first; none if it has no result in time."""
        path, deadline = f"/cases/{tracking.parse(code)}/commands/{command_id}", time.monotonic() + wait_s
        while True:
            ask_s = max(0.0, min(deadline - time.monotonic(), ASK_S))
            if found := _facts(self._ask(path, {"wait_s": f"{ask_s:.3f}"}, ask_s)):
                return found
            if time.monotonic() >= deadline:
                return ()

    def results(self, commands: Sequence[tuple[str, UUID]]) -> Results:
        """Return the results of many commands; those that have no result yet are left out.

        Args:
            commands: the tracking code and the id of each; at most 1,000.
        """
        asked = {"commands": [(code, str(id_)) for code, id_ in commands]}
        found = self._ask("/results", {}, 0.0, asked) or _Answer()
        return Results({id_: _read(tuple[AnyFact, ...], said) for id_, said in found.results.items()}, found.versions)

    def due(self, *, agency: str = "", before: str = "") -> Iterator[DueCase]:
        """Yield the cases that wait for somebody, the one with the earliest next deadline first. They are asked for page by page.

        `agency` limits them to cases that it owns, and `before` (a day in ISO 8601) to those whose next deadline ends before it.
        """
        asked = {name: value for name, value in (("agency", agency), ("before", before)) if value}
        following: dict[str, str] | None = {}
        while following is not None:
            found = self._ask("/due", {**asked, **following}, 0.0) or _Answer()
            yield from (_read(DueCase, one) for one in found.cases)
            following = found.next

    def health(self) -> list[tuple[str, Mapping[str, Any] | str]]:
        """Return for each copy of the view its address and what it says about itself, or why it does not answer."""
        found: list[tuple[str, Mapping[str, Any] | str]] = []
        for url in self._urls:
            try:
                answer = self._http.get(f"{url}/health")
                known = decoded(answer.content, _Answer)
                is_view = known is not None and known.behind_ms is not UNSET
                said = json.decode(answer.content) if is_view else f"it answers {answer.status_code}"
            except httpx.HTTPError as error:
                said = _reason(error)
            found.append((url, said))
        return found

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(self, path: str, parameters: Mapping[str, str], wait_s: float, body: object = None) -> _Answer | None:
        """Return the answer of the first copy that answers; None if that copy answers that there is no such thing."""
        faults = []
        for url in self._urls:
            with self._lock:
                is_away = time.monotonic() < self._away_until[url]
            if is_away:
                faults.append(f"{url} did not answer a moment ago")
                continue
            try:
                answer = self._http.request(
                    "GET" if body is None else "POST",
                    url + path,
                    params=dict(parameters),
                    json=body,
                    timeout=self._patience_s + wait_s,
                )
            except httpx.HTTPError as error:
                faults.append(f"{url}: {_reason(error)}")
            else:
                said = decoded(answer.content, _Answer)
                if answer.is_success and said is not None:
                    return said
                if answer.status_code == NOT_FOUND and said is not None and said.behind_ms is not UNSET:
                    return None
                faults.append(f"{url} answers {answer.status_code}{'' if said else ', no JSON of a view'}")
            with self._lock:
                self._away_until[url] = time.monotonic() + AWAY_S
        raise UnavailableError(f"the case cannot be looked up: {'; '.join(faults) or 'no view is set'}")


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _case(said: _Answer | None) -> Case | None:
    return None if said is None else _read(Case, said.case)


def _facts(said: _Answer | None) -> tuple[AnyFact, ...]:
    return () if said is None else _read(tuple[AnyFact, ...], said.facts)


def _read(model: type[T], said: Raw) -> T:
    found = decoded(said, model)
    if found is None:
        raise UnavailableError("the view's answer cannot be read: is the view of another version?")
    return found
