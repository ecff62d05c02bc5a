"""The scores of a model's classes: of one complaint alone, and of the best classes whatever was touched."""

from pathlib import Path
from typing import Any

import orjson

from router.jsonlines import route_line
from router.routing import Router
from tests.harness.models import without_bodies

UNITS = ("dpu-33.74", "dishub-33.74", "dlh-33.74", "dinsos-33.74", "dinkes-33.74", "disperkim-33.74")


def router(folder: Path, document: dict[str, Any]) -> Router:
    """Return a router with a model."""
    (folder / "m.json").write_bytes(orjson.dumps(document))
    return Router.load(model=folder / "m.json")


def line(text: str) -> bytes:
    """Return a complaint from the city."""
    return orjson.dumps({"text": f"{text} di Kota Semarang"})


def test_a_complaint_leaves_no_score_for_the_next(tmp_path: Path) -> None:
    """The same complaint has the same answer, byte for byte, whatever came before it."""
    words = {"lampu": [0, 6.0, 1, 3.0], "mati": [1, 2.0, 2, 5.0], "trotoar": [0, 4.0, 2, 9.0], "rusak": [1, 8.0]}
    law = router(tmp_path, without_bodies(*UNITS, words=words))
    lamp, pavement = line("lampu jalan mati"), line("trotoar rusak, lampu jalan mati")
    first, other = route_line(law, lamp), route_line(law, pavement)
    assert first != other
    assert [route_line(law, one) for one in (lamp, pavement, lamp, lamp)] == [first, other, first, first]


def test_the_likeliest_class_counts_even_if_five_others_have_a_word_of_the_text(tmp_path: Path) -> None:
    """A word against each of them leaves the class to which officers give most reports."""
    words = {"lampu": [number for at in range(5) for number in (at, -6.0)]}
    law = router(tmp_path, without_bodies(*UNITS, words=words, bias=[0.0] * 5 + [4.0]))
    said = orjson.loads(route_line(law, line("lampu jalan mati")))
    assert said["agency"]["id"] == UNITS[5]
