"""The columns that describe a disposition, in the tables of dispositions and of cases."""

import re
from datetime import date
from functools import lru_cache

from complaints.case import Case
from complaints.disposition import AgencyRef, Deadline, Disposition
from normalizer.masking import mask
from sinks.clickhouse.rows.values import UINT8, UINT16, Row, held

_masked = lru_cache(maxsize=4096)(mask)
"""Masks explanations, which are our own sentences: long, with laws in them, and most of them come again and again."""

BELOW_A_REGENCY = "an office below the regency"
"""The name of the owner of a secret report if its real name would tell the district or village."""

_DISTRICT = re.compile(r"(-\d\d\.\d\d)\.[\d.]+$")


def without_district(agency_id: str) -> str:
    """Return the id of an agency without the codes of its district and village: "kec-33.74.08" becomes "kec-33.74"."""
    return _DISTRICT.sub(r"\1", agency_id)


def owned(of: Disposition | Case, *, secret: bool) -> Row:
    """Return the columns about the owner, from a disposition or from a case. The explanation is masked.

    If the report is secret, the explanation is empty, and an owner below the level of a regency is named by the kind of its office and the
    regency only.

    Raises:
        ContractViolation: a value does not fit its column.
    """
    return {
        "hop": held(of.hop, UINT8, "hop"),
        **named(of.owner, secret=secret),
        "triage": of.triage,
        "confidence": of.confidence,
        "explanation": "" if secret else _masked(of.explanation),
        "rules_version": of.rules_version,
        "registry_version": of.registry_version,
    }


def named(owner: AgencyRef, *, secret: bool) -> Row:
    """Return the id and name of an owner, as `owned` has them."""
    owner_id, name = owner.id, owner.name
    if secret and (shorter := without_district(owner_id)) != owner_id:
        owner_id, name = shorter, BELOW_A_REGENCY
    return {"owner_id": owner_id, "owner": name}


def deadline(of: Deadline) -> tuple[str, int, str, date, date, str]:
    """Return the values of a deadline that is not said to be done."""
    return of.duty, held(of.days, UINT16, "days"), of.counted, of.begins, of.due, of.source
