"""The records to the step that looks for duplicates: which cases are candidates, and what supporters are to hear."""

from collections.abc import Iterator
from typing import Final

import orjson

from complaints.bus import Record
from complaints.bus.envelope import enveloped
from complaints.contract import NEIGHBOURS
from complaints.fact import FactKind
from complaints.neighbour import Closed, Joined, Left, Opened, Told, ToSupporters
from complaints.values import Event
from normalizer.signature import signature
from router.cases.changes import OPEN
from router.cases.inbound import Inbound
from router.cases.merging import heard_by_supporters
from router.cases.plain import Document, text_id

SOURCE: Final = b"/router"

_SUPPORTED, _LEFT = FactKind.supported.value, FactKind.left.value


def records(before: Document | None, facts: tuple[Document, ...], case: Document, inbound: Inbound) -> Iterator[Record]:
    """Yield what the step that looks for duplicates must know of what a record led to.

    Args:
        before: the document before; None if there was none.
        facts: what the record led to.
        case: the document after them.
        inbound: the record.
    """
    was, is_ = _candidate_in(before), _candidate_in(case)
    if is_ and is_ != was:
        yield _opened(case, is_, inbound)
    elif was and not is_:
        said = {"id": text_id(inbound.id, "closed"), "tracking_code": case["tracking_code"], "regency": was}
        merged = case["state"] == "digabung"
        yield _record(Closed, was, said | {"merged": merged, "at": inbound.at}, inbound)
    for fact in facts:
        if fact["kind"] == _SUPPORTED:
            yield _of_page(Joined, case, inbound, "joined", supporter=fact["other"])
        elif fact["kind"] == _LEFT:
            yield _of_page(Left, case, inbound, "left", supporter=fact["other"])
    heard = heard_by_supporters(before, facts, case)
    if heard is not None:
        body = heard | {"other": case["tracking_code"], "received_at": inbound.at}
        yield _of_page(Told, case, inbound, "told", body=body)


def _candidate_in(case: Document | None) -> str:
    """Return the code of the regency in which a case is a candidate for a duplicate; empty if it is none."""
    if case is None or case["state"] not in OPEN or case["complaint"].get("secret"):
        return ""
    code: str = ((case["complaint"].get("place") or {}).get("regency") or {}).get("code") or ""
    return code


def _text(complaint: Document) -> str:
    """Return the words of a complaint and its additions: a place may be told later."""
    additions = complaint.get("additions") or ()
    return "\n".join([complaint.get("title") or "", complaint["text"], *[one["text"] for one in additions]])


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
        "signature": signature(_text(complaint), address=place.get("text") or "", place=place.get("evidence") or ()),
    }
    for level in ("district", "village"):
        if region := place.get(level):
            said[level] = region["code"]
    for name in ("topic", "class"):
        if complaint.get(name):
            said[name] = complaint[name]
    return _record(Opened, regency, said, inbound)


def _of_page(model: type[ToSupporters], case: Document, inbound: Inbound, what: str, **fields: object) -> Record:
    main = case["tracking_code"]
    said = {"id": text_id(inbound.id, what), "main": main, "page": 0, "at": inbound.at, **fields}
    return _record(model, f"{main}/0", said, inbound)


def _record(model: type[Event], key: str, said: Document, inbound: Inbound) -> Record:
    return enveloped(
        model,
        topic=NEIGHBOURS,
        key=key.encode(),
        value=orjson.dumps(said),
        id_=said["id"],
        source=SOURCE,
        time=inbound.at,
    )
