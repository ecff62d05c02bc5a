"""The records to the step that looks for duplicates: which cases are candidates, and what supporters are to hear."""

from collections.abc import Iterator
from typing import Final

import orjson

from complaints.bus import Record
from complaints.bus.envelope import enveloped
from complaints.contract import NEIGHBOURS
from complaints.fact import FactKind
from complaints.neighbour import Joined, Left, Told, ToSupporters
from complaints.values import Event
from router.cases.inbound import Inbound
from router.cases.merging import heard_by_supporters
from router.cases.plain import Document, text_id

SOURCE: Final = b"/router"


def records(before: Document | None, facts: tuple[Document, ...], case: Document, inbound: Inbound) -> Iterator[Record]:
    """Yield what the step that looks for duplicates must know of what a record led to.

    Args:
        before: the document before; None if there was none.
        facts: what the record led to.
        case: the document after them.
        inbound: the record.
    """
    for fact in facts:
        if fact["kind"] == FactKind.supported.value:
            yield _of_page(Joined, case, inbound, "joined", supporter=fact["other"])
        elif fact["kind"] == FactKind.left.value:
            yield _of_page(Left, case, inbound, "left", supporter=fact["other"])
    heard = heard_by_supporters(before, facts, case)
    if heard is not None:
        body = heard | {"other": case["tracking_code"], "received_at": inbound.at}
        yield _of_page(Told, case, inbound, "told", body=body)


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
