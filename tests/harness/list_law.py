"""A law of a few lines for lives of cases: bodies in an order, a triage desk, an administrator, and the real deadlines."""

from collections.abc import Sequence

from msgspec.structs import replace

from complaints.case import Case
from complaints.disposition import AgencyRef, Deadline, Disposition, Terms
from complaints.event import Complaint
from router.cases.clocks import LAST_LEVEL
from router.deadlines import Deadlines

BODIES = ("dinas", "pemda", "provinsi", "kementerian", "badan")
DESK = "meja"
ADMINISTRATOR = "administrator"
AGENCIES = (*BODIES, DESK, ADMINISTRATOR)
MOST_HOPS = 3


class ListLaw:
    """The first body that has not refused owns a case; a report without its place waits at the desk; the last one is the administrator.

    Another law is another order of the bodies, and other days.
    """

    administrator_id = ADMINISTRATOR

    def __init__(self, *, turned: int = 0, slower: int = 0) -> None:
        """Take what tells it from other laws.

        Args:
            turned: the number of the body that comes first.
            slower: how many days more each duty has, for cases that begin under this law.
        """
        self._turned, self._slower = turned, slower

    def route(
        self,
        complaint: Complaint,
        refused_by: Sequence[str] = (),
        hops: int | None = None,
        suggested: Sequence[str] = (),
    ) -> Disposition:
        """Return the disposition. An addition that says "pindah" puts another body first, and so does what a refusal suggests."""
        turned = self._turned + sum("pindah" in addition.text for addition in complaint.additions)
        order = [BODIES[(turned + number) % len(BODIES)] for number in range(len(BODIES))]
        order = [one for one in reversed(suggested) if one in BODIES] + order
        if "place" in complaint.missing and DESK not in refused_by:
            order = [DESK]
        owner = next((one for one in order if one not in refused_by), ADMINISTRATOR)
        if (hops or 0) >= MOST_HOPS:
            owner = ADMINISTRATOR
        return _disposition(owner, triage=owner in {DESK, ADMINISTRATOR})

    def given(self, complaint: Complaint, agency_id: str, by: str, beside: Sequence[str] = ()) -> Disposition:
        """Return the disposition."""
        assert complaint
        assert by
        named = tuple(AgencyRef(id=one, name=one) for one in beside)
        return replace(_disposition(agency_id, triage=False), beside=named)

    def deadlines(self, case: Case) -> tuple[Deadline, ...]:
        """Return the deadlines by the real rules."""
        return Deadlines.load().of(case)

    def terms(self, complaint: Complaint) -> Terms:
        """Return those of the real rules, or more days."""
        found = Deadlines.load().terms(complaint)
        more = {name: days + self._slower for name, days in found.complete.items()}
        return replace(found, complete=more, version=f"{self._slower}")

    def name(self, agency_id: str) -> str:
        """Return the id."""
        return agency_id

    def knows(self, agency_id: str) -> bool:
        """Return whether there is such an agency."""
        return agency_id in AGENCIES

    def same_government(self, one: str, other: str) -> bool:
        """Return whether both are of the one government that there is."""
        return ADMINISTRATOR not in {one, other}

    def is_desk(self, agency_id: str, complaint: Complaint) -> bool:
        """Return whether it is the desk or the administrator."""
        assert complaint
        return agency_id in {DESK, ADMINISTRATOR}

    def desk(self, complaint: Complaint) -> str:
        """Return the desk."""
        assert complaint
        return f"{DESK} ({DESK})"

    def ladder(self, case: Case, level: int) -> AgencyRef:
        """Return the owner, and last the administrator."""
        return case.owner if level < LAST_LEVEL else AgencyRef(id=ADMINISTRATOR, name=ADMINISTRATOR)


def _disposition(owner: str, *, triage: bool) -> Disposition:
    return Disposition(
        owner=AgencyRef(id=owner, name=owner),
        triage=triage,
        confidence=0.5,
        explanation="",
        rules_version="1",
        registry_version="1",
    )
