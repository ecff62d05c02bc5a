"""Facts and documents of cases that many tests build, and the records that they are on Kafka."""

from datetime import timedelta
from typing import Any
from uuid import uuid5

import msgspec
from msgspec.structs import replace

from complaints import ids
from complaints.bus import StoredRecord
from complaints.case import Case, Hop
from complaints.command import CITIZEN
from complaints.contract import CASES
from complaints.event import AgencyRef, Complaint, Disposition
from complaints.fact import Fact, FactKind
from tests.harness.events import DPU
from tests.harness.support import NOON

FIRST = timedelta(seconds=2)
"""The time from the channel's clock to the append of the complaint to its mailbox."""


def without_bytes(of: Complaint) -> Complaint:
    """Return a complaint as facts and cases carry it."""
    return replace(of, raw=replace(of.raw, body=b""))


def fact(of: Complaint, kind: FactKind, version: int, **changes: Any) -> Fact:
    """Return a fact of a case; of the first two the complaint is the cause, of a later one a command of its own."""
    cause = of.id if version <= 2 else ids.command_id(of.id, kind.value, actor="a", nonce=str(version))
    fields: dict[str, Any] = {
        "id": uuid5(cause, f"fact/{kind.value}"),
        "complaint_id": of.id,
        "tracking_code": of.tracking_code,
        "version": version,
        "kind": kind,
        "at": NOON + FIRST,
        "caused_by": cause,
        "actor": CITIZEN,
        "secret": of.secret,
    }
    return Fact(**(fields | changes))


def opened(of: Complaint, **changes: Any) -> Fact:
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


def routed(of: Complaint, owner: AgencyRef = DPU, *, version: int = 2, **changes: Any) -> Fact:
    """Return the fact that a case has an owner; `changes` are those of its disposition."""
    return fact(of, FactKind.routed, version, disposition=disposition(owner, **changes))


def refused(of: Complaint, agency: AgencyRef = DPU, *, version: int = 3, **changes: Any) -> Fact:
    """Return an agency's "not ours"."""
    return fact(of, FactKind.refused, version, **({"actor": agency.id, "text": "bukan"} | changes))


def added(of: Complaint, *, version: int = 3, **changes: Any) -> Fact:
    """Return the fact that the citizen added the last addition of a completed complaint."""
    return fact(of, FactKind.added, version, **({"addition": of.additions[-1]} | changes))


def answered(of: Complaint, agency: AgencyRef = DPU, *, version: int = 3, **changes: Any) -> Fact:
    """Return an agency's answer."""
    return fact(of, FactKind.answered, version, **({"actor": agency.id, "text": "Sudah ditambal."} | changes))


def case(of: Complaint, owner: AgencyRef = DPU, **changes: Any) -> Case:
    """Return the document of a case."""
    fields: dict[str, Any] = {
        "version": 2,
        "complaint_id": of.id,
        "tracking_code": of.tracking_code,
        "state": "diproses",
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
