"""What officers decided in the cases of this installation, as rows to learn from."""

from typing import Any

from complaints.event import CaseEventKind
from ops.cases import Answers

_DECIDED = """
SELECT complaint_id, title, text, regency_code, province_code, owner_id
FROM cases AS c
LEFT JOIN complaints AS p ON p.complaint_id = c.complaint_id
WHERE NOT triage AND NOT p.secret
    AND (hop > 0 OR complaint_id IN (SELECT complaint_id FROM case_events WHERE kind IN %(kinds)s))
ORDER BY received_at, complaint_id
"""
"""A case says something where its owner took or answered it, or where others refused it before; what nobody has looked at is only
what the router itself thought."""

_TAKEN = (CaseEventKind.accepted.value, CaseEventKind.answered.value, CaseEventKind.closed.value)


def decided(store: Answers) -> list[dict[str, Any]]:
    """Return a row for each case whose owner of now somebody confirmed, by taking it or by refusals before; the texts are masked.

    Raises:
        StoreUnavailable: ClickHouse does not answer.
    """
    return [
        {
            "id": str(complaint_id),
            "title": title,
            "text": text,
            "region": regency or province or None,
            "final_owner": owner,
        }
        for complaint_id, title, text, regency, province, owner in store.execute(_DECIDED, {"kinds": _TAKEN})
    ]
