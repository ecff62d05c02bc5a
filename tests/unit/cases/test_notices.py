"""The table of notices: what people are told of each kind of fact."""

import pytest

from complaints.fact import FactKind
from complaints.notices import Row, filled, mistakes, notices


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (Row(reply="letter"), "left: there is no reply letter"),
        (Row(reply={"moved": "letter"}), "left: there is no reply letter"),
        (Row(reply={"mooved": "moved"}), "left: there is no condition mooved"),
        (Row(supporters={"moved": "lost"}), "left: there is no news lost"),
        (Row(says={"else": "goodbye"}), "left: wording.yaml has no goodbye"),
        (Row(story="{nobody} left"), "left: there is no value {nobody}"),
        (Row(outcome={"else": "left[ with {nobody}]"}), "left: there is no value {nobody}"),
    ],
)
def test_a_mistake_in_a_row_is_named(row: Row, why: str) -> None:
    """A reply, a sentence or a value that nobody knows."""
    assert not [*mistakes(notices())]
    assert [*mistakes(notices() | {FactKind.left: row})] == [why]


def test_every_kind_of_fact_has_a_row() -> None:
    """A new kind needs one, even an empty one."""
    rows: dict[FactKind, Row] = {kind: row for kind, row in notices().items() if kind is not FactKind.left}
    assert [*mistakes(rows)] == ["left has no row"]


def test_what_is_in_brackets_needs_its_values() -> None:
    """Each is left out by itself."""
    sentence = "{actor} left[ to {to}][: {text}]"
    assert filled(sentence, {"actor": "A", "to": "", "text": "why"}) == "A left: why"
    assert filled(sentence, {"actor": "A", "to": "B", "text": ""}) == "A left to B"
