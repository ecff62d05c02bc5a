"""Reads from ClickHouse the cases of this installation whose owner counts as confirmed, as rows to learn from."""

from typing import Any

from complaints.event import CaseEventKind
from ops.cases import Answers

_DECIDED = """
SELECT c.complaint_id, c.title, c.text, c.regency_code, c.province_code, d.owner_id
FROM complaints AS c
INNER JOIN
(
    SELECT complaint_id, hop, owner_id, triage FROM dispositions ORDER BY complaint_id, hop DESC LIMIT 1 BY complaint_id
) AS d ON c.complaint_id = d.complaint_id
WHERE NOT c.secret AND NOT d.triage
    AND (d.hop > 0 OR c.complaint_id IN (SELECT complaint_id FROM case_events WHERE kind IN %(kinds)s))
ORDER BY c.received_at, c.complaint_id
"""
"""The query for the cases to learn from. The case was accepted, answered or closed, or a refusal or an addition led to a later disposition.
The owner of any other case is only the router's own guess."""

_TAKEN = (CaseEventKind.accepted.value, CaseEventKind.answered.value, CaseEventKind.closed.value)


def decided(store: Answers) -> list[dict[str, Any]]:
    """Return a row for each case whose present owner counts as confirmed, in the order in which the complaints were received.

    The owner counts as confirmed if the case was accepted, answered or closed, or has a disposition after the first. Secret cases and cases
    at a triage desk are left out. A row has `id`, `title` and `text` (masked), `region` (a code or None) and `final_owner` (an agency's
    id).

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
