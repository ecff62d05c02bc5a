"""Facts and documents of cases that many tests build, and the records that they are on Kafka."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, get_args
from uuid import uuid5

import msgspec
from msgspec import structs
from msgspec.structs import replace

from complaints import ids
from complaints.bus import StoredRecord
from complaints.case import Case, Hop
from complaints.command import CITIZEN, CommandKind, MessageReading
from complaints.contract import CASES
from complaints.event import Addition, AgencyRef, Complaint, Disposition, Raw
from complaints.fact import AnyFact, FactKind, Result
from tests.harness.events import DPU, complaint
from tests.harness.support import NOON

FIRST = timedelta(seconds=2)
"""The time from the channel's clock to the append of the complaint to its mailbox."""


OF_KIND: Final = {FactKind(model.__struct_config__.tag): model for model in get_args(AnyFact)}
"""The Structs of facts, by their kinds."""

LEAST: Final[Mapping[str, Any]] = {
    "complaint": complaint(),
    "addition": Addition(text="", received_at=NOON, raw=Raw(coding="utf-8", upstream_id="+")),
    "reading": MessageReading(),
    "continued_as": complaint(9).tracking_code,
    "to": DPU.id,
    "until": date(2026, 12, 1),
    "stars": 5,
    "duty": "complete",
    "level": 1,
    "other": complaint(8).tracking_code,
    "event": "answered",
    "text": "",
    "command": CommandKind.add,
    "result": Result.refused,
}
"""What a fact says that must say something, if the test does not."""


def of_kind(kind: FactKind, **fields: Any) -> Any:
    """Return a fact of a kind. Words are left out if it has none, and what it needs is there."""
    model = OF_KIND[kind]
    needs = {one.name: LEAST[one.name] for one in structs.fields(model) if one.required and one.name in LEAST}
    if "text" not in model.__struct_fields__:
        fields.pop("text", None)
    return model(**(needs | fields))


Facts = list[Any]
"""Facts as a test reads them: it knows the kind of each, and so its fields."""


def without_bytes(of: Complaint) -> Complaint:
    """Return a complaint as facts and cases carry it."""
    return replace(of, raw=replace(of.raw, body=b""))


def fact(of: Complaint, kind: FactKind, version: int, **changes: Any) -> Any:
    """Return a fact of a case; of the first two the complaint is the cause, of a later one a command of its own."""
    cause = of.id if version <= 2 else ids.command_id(of.id, kind.value, actor="a", nonce=str(version))
    fields: dict[str, Any] = {
        "id": uuid5(cause, f"fact/{kind.value}"),
        "complaint_id": of.id,
        "tracking_code": of.tracking_code,
        "version": version,
        "at": NOON + FIRST,
        "caused_by": cause,
        "actor": CITIZEN,
        "secret": of.secret,
    }
    return of_kind(kind, **(fields | changes))


def opened(of: Complaint, **changes: Any) -> Any:
    """Return the fact that a complaint became a case."""
    return fact(of, FactKind.opened, 1, complaint=without_bytes(of), **changes)


def disposition(owner: AgencyRef = DPU, **changes: Any) -> Disposition:
    """Return a decision who owns a case."""
    fields: dict[str, Any] = {
        "hop": 0,
        "owner": owner,
        "confidence": 0.9,
        "explanation": "Diteruskan karena jalan kota.",
        "rules_version": "r1",
        "registry_version": "g1",
    }
    return Disposition(**(fields | changes))


def routed(of: Complaint, owner: AgencyRef = DPU, *, version: int = 2, **changes: Any) -> Any:
    """Return the fact that a case has an owner; `changes` are those of its disposition."""
    return fact(of, FactKind.routed, version, disposition=disposition(owner, **changes))


def refused(of: Complaint, agency: AgencyRef = DPU, *, version: int = 3, **changes: Any) -> Any:
    """Return an agency's "not ours"."""
    return fact(of, FactKind.refused, version, **({"actor": agency.id, "text": "bukan"} | changes))


def added(of: Complaint, *, version: int = 3, **changes: Any) -> Any:
    """Return the fact that the citizen added the last addition of a completed complaint."""
    return fact(of, FactKind.added, version, **({"addition": of.additions[-1]} | changes))


def answered(of: Complaint, agency: AgencyRef = DPU, *, version: int = 3, **changes: Any) -> Any:
    """Return an agency's answer."""
    return fact(of, FactKind.answered, version, **({"actor": agency.id, "text": "Sudah ditambal."} | changes))


def case(of: Complaint, owner: AgencyRef = DPU, **changes: Any) -> Case:
    """Return the document of a case."""
    fields: dict[str, Any] = {
        "version": 2,
        "complaint_id": of.id,
        "tracking_code": of.tracking_code,
        "state": "accepted",
        "complaint": without_bytes(of),
        "owner": owner,
        "confidence": 0.9,
        "explanation": "Diteruskan karena jalan kota.",
        "chain": (Hop(hop=0, owner=owner, since=NOON + FIRST, caused_by=of.id),),
        "rules_version": "r1",
        "registry_version": "g1",
        "changed_at": NOON + FIRST,
    }
    return Case(**(fields | changes))


def stored_case(document: Case, offset: int = 0) -> StoredRecord:
    """Return the document of a case as Kafka gives it."""
    value = msgspec.json.encode(document)
    return StoredRecord(CASES, 0, offset, document.tracking_code.encode(), value, (), timestamp_ms=0)
