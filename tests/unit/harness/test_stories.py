"""A story of tests/data/tables that ends otherwise fails."""

from typing import Any

import pytest

from tests.harness.stories import tell
from tests.harness.tables import each

STORY: dict[str, Any] = {
    "rule": "A hole is a case.",
    "columns": "text",
    "rows": ["Jalan berlubang di Kota Semarang"],
    "steps": [{"say": "{text}"}, {"cases": 1, "state": "routed", "texts": ["{text}"], "not asks": True}],
}


@each(("name", "wanted"), [("cases", 2), ("state", "closed"), ("texts", []), ("not asks", False), ("text", "CABUT")])
def test_a_story_that_ends_otherwise_fails(name: str, wanted: Any) -> None:
    """With what was seen instead; as it is told it does not."""
    tell(STORY)
    with pytest.raises(pytest.fail.Exception, match=name):
        tell(STORY | {"steps": [*STORY["steps"], {name: wanted}]})
