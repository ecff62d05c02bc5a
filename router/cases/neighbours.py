"""The records to the step that looks for duplicates: which cases are candidates, and what supporters are to hear."""

from typing import Final

from complaints.bus import Record
from complaints.case import OPEN
from complaints.fact import FactKind
from complaints.neighbour import Closed, Joined, Left, Opened, Told, ToSupporters
from normalizer.matter.signature import signature
from router.cases.document.plain import Document, regency_of, text_id
from router.cases.inbound import Inbound
from router.cases.records import written
from router.cases.rules.merging import heard_by_supporters, is_unclear
from router.facts import whole_text

_SUPPORTED: Final = FactKind.supported.value
_LEFT: Final = FactKind.left.value


def records(before: Document | None, facts: tuple[Document, ...], case: Document, inbound: Inbound) -> list[Record]:
    """Return what the step that looks for duplicates must know of what a record led to.

    Args:
        before: the document before; None if there was none.
        facts: what the record led to.
        case: the document after them.
        inbound: the record.
    """
    found: list[Record] = []
    was, is_ = _candidate_in(before), _candidate_in(case)
    if is_ and is_ != was:
        found.append(_opened(case, is_, inbound))
    if was and is_ != was:
        said = {"id": text_id(inbound.id, "closed"), "tracking_code": case["tracking_code"], "regency": was}
        merged = case["state"] == "digabung"
        found.append(written(Closed, was, said | {"merged": merged, "at": inbound.at}, inbound.at))
    for fact in facts:
        if fact["kind"] == _SUPPORTED:
            found.append(_of_page(Joined, case, inbound, "joined", supporter=fact["other"]))
        elif fact["kind"] == _LEFT:
            found.append(_of_page(Left, case, inbound, "left", supporter=fact["other"]))
    heard = heard_by_supporters(before, facts, case)
    if heard is not None:
        body = heard | {"other": case["tracking_code"], "received_at": inbound.at}
        found.append(_of_page(Told, case, inbound, "told", body=body))
    return found


def _candidate_in(case: Document | None) -> str:
    """Return the code of the regency in which a case is a candidate for a duplicate; empty if it is none.

    A case that does not say yet what it is about, or whose citizen is being asked, is none: what it becomes is not known.
    """
    if case is None or case["state"] not in OPEN or is_unclear(case):
        return ""
    if case["complaint"].get("secret") or case["complaint"].get("oversight"):
        return ""
    return regency_of(case)


def _opened(case: Document, regency: str, inbound: Inbound) -> Record:
    complaint = case["complaint"]
    place = complaint.get("place") or {}
    said: Document = {
        "id": text_id(inbound.id, "opened"),
        "tracking_code": case["tracking_code"],
        "complaint_id": case["complaint_id"],
        "regency": regency,
        "received_at": complaint["received_at"],
        "reporter_ref": complaint["reporter_ref"],
        "signature": signature(
            f"{complaint.get('title') or ''}\n{whole_text(complaint)}",  # a place may be told later
            address=place.get("text") or "",
            place=place.get("evidence") or (),
            regency=regency,
        ),
    }
    for level in ("district", "village"):
        if region := place.get(level):
            said[level] = region["code"]
    for name in ("topic", "class"):
        if complaint.get(name):
            said[name] = complaint[name]
    return written(Opened, regency, said, inbound.at)


def _of_page(model: type[ToSupporters], case: Document, inbound: Inbound, what: str, **fields: object) -> Record:
    main = case["tracking_code"]
    said = {"id": text_id(inbound.id, what), "main": main, "page": 0, "at": inbound.at, **fields}
    return written(model, f"{main}/0", said, inbound.at)
