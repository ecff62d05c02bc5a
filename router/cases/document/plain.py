"""What several parts of the case need: its times, its place, and events without their raw bytes."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from complaints.case import Case
from complaints.event import Addition, Complaint

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)


@lru_cache(maxsize=1024)
def moment_of(milliseconds: int) -> datetime:
    """Return a moment in UTC, from its milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def ms_of(moment: datetime) -> int:
    """Return a moment in milliseconds since 1970."""
    return round((moment - _EPOCH) / _MS)


def kept(complaint: Complaint) -> Complaint:
    """Return a complaint as its case keeps it: without its bytes as received, and without what is for the first decision alone."""
    return replace(complaint, raw=replace(complaint.raw, body=b""), danger=None, clear=None)


def bare(addition: Addition) -> Addition:
    """Return an addition without its bytes as received, which stay in the mailbox of the case."""
    return replace(addition, raw=replace(addition.raw, body=b""))


def regency_of(case: Case) -> str:
    """Return the Kemendagri code of the regency of a case; empty if it is not known."""
    regency = case.complaint.place.regency
    return "" if regency is None else regency.code
