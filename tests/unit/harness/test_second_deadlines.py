"""The second account of the time limits, by which lives of cases are judged, agrees with the examples of the law as well."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.harness.second_deadlines import Story
from tests.harness.tables import each

EXAMPLES = [json.loads(line) for line in Path("tests/data/deadlines.jsonl").read_text("utf-8").splitlines()]


@each("example", EXAMPLES)
def test_it_agrees_with_the_example(example: dict[str, Any]) -> None:
    """The due day of each limit, and which are fulfilled."""
    story = Story(example["region"], example["class"])
    for event in example["story"]:
        if event["what"] == "reclassified":
            story.kind = event["class"]
        else:
            story.happens(event["what"], datetime.fromisoformat(event["at"]))
    wanted = {name: (one["due"], one["state"] == "done") for name, one in example["expect"].items()}
    assert story.limits() == wanted
