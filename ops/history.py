"""Reads the cases of this installation whose owner an officer decided from ClickHouse, as rows to learn from."""

from typing import Any

from complaints.fact import FactKind
from ops.answers import Answers

_DECIDED = """
SELECT complaint_id, title, text, regency_code, province_code, owner_id, received_at
FROM cases
WHERE NOT secret AND NOT triage
    AND
    (
        (complaint_id, owner_id) IN (SELECT complaint_id, actor FROM case_events WHERE kind = %(answered)s)
        OR (complaint_id, hop) IN
        (
            SELECT complaint_id, hop FROM dispositions
            WHERE (complaint_id, caused_by) IN (SELECT complaint_id, caused_by FROM case_events WHERE kind = %(refused)s)
        )
    )
ORDER BY received_at, complaint_id
"""
"""The query for the cases to learn from. The owner of any other case is only the router's own decision, even if an addition of the citizen
moved the case, because no officer has confirmed it yet."""


def decided(store: Answers) -> list[dict[str, Any]]:
    """Return a row for each case whose present owner counts as confirmed, in the order in which the complaints were received.

    The owner counts as confirmed if it answered the case, or got it through a refusal by the previous owner. Secret cases and cases at a
    triage desk are left out. A row has `id`, `title` and `text` (masked, with all additions), `region` (a code or None), `final_owner` (an
    agency's id) and `received_at`.

    Raises:
        StoreUnavailable: ClickHouse does not answer.
    """
    kinds = {"answered": FactKind.answered.value, "refused": FactKind.refused.value}
    return [
        {
            "id": str(complaint_id),
            "title": title,
            "text": text,
            "region": regency or province or None,
            "final_owner": owner,
            "received_at": received.isoformat(),
        }
        for complaint_id, title, text, regency, province, owner, received in store.execute(_DECIDED, kinds)
    ]
