"""The stories of tests/data/tables: none is told by nobody, and one that ends otherwise fails."""

from typing import Any

import pytest
import yaml

from tests.harness.stories import tell
from tests.harness.tables import TABLES, TESTS, each

STORY: dict[str, Any] = {
    "rule": "A hole is a case.",
    "columns": "text",
    "rows": ["Jalan berlubang di Kota Semarang"],
    "steps": [{"say": "{text}"}, {"cases": 1, "state": "diteruskan", "texts": ["{text}"], "not asks": True}],
}


@each(("name", "wanted"), [("cases", 2), ("state", "selesai"), ("texts", []), ("not asks", False), ("text", "CABUT")])
def test_a_story_that_ends_otherwise_fails(name: str, wanted: Any) -> None:
    """With what was seen instead; as it is told it does not."""
    tell(STORY)
    with pytest.raises(pytest.fail.Exception, match=name):
        tell(STORY | {"steps": [*STORY["steps"], {name: wanted}]})


def test_each_story_is_told_by_the_test_file_of_its_table() -> None:
    """Or it would check nothing."""
    for path in TABLES.rglob("*.yaml"):
        if any(isinstance(one, dict) and "steps" in one for one in yaml.safe_load(path.read_text("utf-8")).values()):
            (file,) = (TESTS / "unit" / path.parent.name).glob(f"test_{path.stem}.py")
            assert "stories_of(__file__)" in file.read_text("utf-8"), path
