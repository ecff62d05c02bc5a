"""Whether a message that follows a report goes on with it or begins another one, on pairs whose writer nobody had read."""

from collections import Counter
from typing import Any, Final

import orjson

from tests.harness.stories import TownTelling
from tests.harness.tables import DATA

_LATER: Final = {"minutes": {"minutes": 12}, "hours": {"hours": 5}, "days": {"days": 3}}


def _became(pair: dict[str, Any]) -> str:
    town = TownTelling(values={}).town
    town.say(pair["first"])
    town.wait(**_LATER[pair["later"]])
    before = len(town.complaints)
    town.say(pair["second"])
    return "more" if len(town.complaints) == before else "new"


def test_follow_ups_join_the_report_and_other_matters_do_not() -> None:
    """A second report that is taken for more of the first costs most."""
    pairs = [orjson.loads(line) for line in (DATA / "follow_ups.jsonl").read_bytes().splitlines()]
    counted = Counter((pair["label"], _became(pair)) for pair in pairs)
    assert counted["more", "more"] >= 0.75 * (counted["more", "more"] + counted["more", "new"]), counted
    assert counted["new", "more"] <= 0.06 * (counted["new", "more"] + counted["new", "new"]), counted
