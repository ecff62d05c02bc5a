"""Helpers that several modules of the case need: its regency, and events without their raw bytes."""

from msgspec.structs import replace

from complaints.case import Case
from complaints.event import Addition, Complaint


def kept(complaint: Complaint) -> Complaint:
    """Return a complaint as its case keeps it: without the received bytes, and without the fields that only the first decision needs."""
    return replace(complaint, raw=replace(complaint.raw, body=b""), danger=None, clear=None)


def bare(addition: Addition) -> Addition:
    """Return an addition without the received bytes, which stay in the mailbox of the case."""
    return replace(addition, raw=replace(addition.raw, body=b""))


def regency_of(case: Case) -> str:
    """Return the Kemendagri code of the regency of a case; empty if it is not known."""
    regency = case.complaint.place.regency
    return "" if regency is None else regency.code
