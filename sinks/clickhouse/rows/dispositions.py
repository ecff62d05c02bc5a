"""The columns that describe a disposition, in the tables of dispositions and of cases."""

from datetime import date
from functools import lru_cache

from normalizer.masking import mask
from sinks.clickhouse.rows.values import UINT8, UINT16, Json, Row, count, day, flag, part, parts, share, text

_masked = lru_cache(maxsize=4096)(mask)
"""Masks explanations, which are our own sentences: long, with laws in them, and most of them come again and again."""


def owned(of: Json, *, secret: bool) -> Row:
    """Return the columns about the owner, from a disposition or from a case. The explanation is masked, and empty if the report is secret.

    Raises:
        ContractViolation: a value is missing or does not fit its column.
    """
    owner = part(of, "owner")
    return {
        "hop": count(of, "hop", UINT8, 0),
        "owner_id": text(owner, "id"),
        "owner": text(owner, "name"),
        "triage": flag(of, "triage"),
        "confidence": share(of, "confidence", 0.0),
        "explanation": "" if secret else _masked(text(of, "explanation", "")),
        "deadlines": [_deadline(deadline) for deadline in parts(of, "deadlines")],
        "rules_version": text(of, "rules_version"),
        "registry_version": text(of, "registry_version"),
    }


def _deadline(deadline: Json) -> tuple[str, int, date, str]:
    return (
        text(deadline, "duty"),
        count(deadline, "working_days", UINT16),
        day(deadline, "due"),
        text(deadline, "source"),
    )
