"""Finds open cases whose owner no longer exists: the agency was removed from the registry or from its government's allotment."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from complaints.case import OPEN
from ops.answers import Answers
from router.agencies.registry import Registry
from router.allotments.edition import Allotments

MOST_NUMBERS: Final = 20
"""The maximum number of case numbers that are listed for one former owner."""

_OWNERS: Final = "SELECT DISTINCT owner_id FROM cases WHERE state IN %(open)s"
_WITH: Final = (
    "SELECT case_number FROM cases WHERE owner_id = %(owner)s AND state IN %(open)s ORDER BY received_at, complaint_id"
)

_OPEN: Final = tuple(sorted(OPEN))
"""The states in which a case waits for its owner's answer; only in these a desk can reroute it."""

_HIDDEN: Final = re.compile(r"(kec|kel|polsek|kua)-\d{2}\.\d{2}")
"""Owners of secret cases as the analysts' views show them: an office of a district or village without its place."""


class Orphans(NamedTuple):
    """The open cases of an owner that no longer exists.

    Attributes:
        owner_id: the id of the former agency.
        numbers: the case numbers, oldest first; an empty text for a secret case.
    """

    owner_id: str
    numbers: list[str]

    def __str__(self) -> str:
        """Return the owner, the number of its cases and their first case numbers."""
        shown = [number or "(secret)" for number in self.numbers[:MOST_NUMBERS]]
        more = f" and {len(self.numbers) - MOST_NUMBERS} more" if len(self.numbers) > MOST_NUMBERS else ""
        return f"{self.owner_id} ({len(self.numbers)}): {', '.join(shown)}{more}"


def is_gone(agency_id: str, registry: Registry, allotments: Allotments) -> bool:
    """Return whether an agency no longer exists: it is not in the registry, or its government has removed the unit (`UNIT: none`).

    Args:
        agency_id: the id of the agency.
        registry: the agencies that exist, with the units of the allotments.
        allotments: the governments' allotments, whose present editions count.
    """
    agency = registry.get(agency_id)
    if agency is None:
        return True
    edition = allotments.at(agency.region, None)
    return edition is not None and agency.id in edition.gone


def orphans(store: Answers, gone: Callable[[str], bool]) -> Iterator[Orphans]:
    """Yield the open cases of owners that no longer exist, by owner.

    A case that the former unit has answered is not open: it closes by itself, or is open again if the citizen disputes the answer.

    Args:
        store: answers queries on the analysts' views.
        gone: returns whether the agency with an id no longer exists.

    Raises:
        LaporError: ClickHouse does not answer, or refuses the query because a table is missing.
    """
    owners = sorted(owner for (owner,) in store.execute(_OWNERS, {"open": _OPEN}) if not _HIDDEN.fullmatch(owner))
    for owner in filter(gone, owners):
        rows = store.execute(_WITH, {"owner": owner, "open": _OPEN})
        yield Orphans(owner, [number for (number,) in rows])
