"""The records to the step that looks for duplicates: which cases are candidates, and the news for supporters."""

from collections.abc import Sequence

from complaints import fact as happened
from complaints.case import OPEN, Case
from complaints.fact import Fact, Supported
from complaints.ids import derived
from complaints.neighbour import Closed, Joined, Left, Opened, Told
from normalizer.matter.signature import signature
from router.cases.document.plain import regency_of
from router.cases.inbound import Inbound
from router.cases.rules.merging import heard_by_supporters, is_alone, is_unclear
from router.facts import whole_text

Notice = Opened | Closed | Joined | Left | Told
"""A record to the step that looks for duplicates."""


def notices(before: Case | None, facts: Sequence[Fact], case: Case, inbound: Inbound) -> list[Notice]:
    """Return the records to the step that looks for duplicates that follow from a record's facts."""
    found: list[Notice] = []
    was, is_ = _candidate_in(before, inbound.danger), _candidate_in(case, inbound.danger)
    if is_ and is_ != was:
        found.append(_opened(case, is_, inbound))
    if was and is_ != was:
        found.append(
            Closed(
                id=derived(inbound.id, "closed"),
                tracking_code=case.tracking_code,
                regency=was,
                merged=case.state == "digabung",
                at=inbound.at,
            )
        )
    for fact in facts:
        if isinstance(fact, Supported | happened.Left):
            model, name = (Joined, "joined") if isinstance(fact, Supported) else (Left, "left")
            id_, main = derived(inbound.id, name), case.tracking_code
            found.append(model(id=id_, main=main, at=inbound.at, supporter=fact.other or ""))
    heard = heard_by_supporters(before, inbound, facts, case)
    return found if heard is None else [*found, heard]


def _candidate_in(case: Case | None, danger: bool | None) -> str:
    """Return the code of the regency in which a case is a candidate for a duplicate; empty if it is none.

    A case whose subject is missing or whose citizen is being asked is none, because it may still change.
    """
    if case is None or case.state not in OPEN or is_unclear(case):
        return ""
    return "" if case.complaint.secret or is_alone(case, danger) else regency_of(case)


def _opened(case: Case, regency: str, inbound: Inbound) -> Opened:
    complaint, place = case.complaint, case.complaint.place
    return Opened(
        id=derived(inbound.id, "opened"),
        tracking_code=case.tracking_code,
        complaint_id=case.complaint_id,
        regency=regency,
        district=place.district.code if place.district else None,
        village=place.village.code if place.village else None,
        topic=complaint.topic,
        complaint_class=complaint.complaint_class,
        received_at=complaint.received_at,
        reporter_ref=complaint.reporter_ref,
        signature=signature(
            f"{complaint.title}\n{whole_text(complaint)}",  # an addition may tell the place
            address=place.text,
            place=place.evidence,
            regency=regency,
        ),
    )
