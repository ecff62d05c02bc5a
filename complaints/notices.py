"""Loads the table of notices: the texts to people about each kind of fact."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Final, get_args

import msgspec

from complaints.case import CaseState
from complaints.command import EchoedEvent
from complaints.errors import ConfigurationError
from complaints.fact import AnyFact, FactKind, Result
from complaints.mail import ReplyKind
from complaints.wording import wording

_FILE: Final = "notices.yaml"
_OPTION: Final = re.compile(r"\[([^\]]*)\]")


_OF_OFFICERS: Final = """actor agency channel class command continued_as continues due duty event hidden holder level on_file other part
recorded_by source stars text title title_of_level to until words"""
VALUES: Final = frozenset(_OF_OFFICERS.split())
"""The values that a sentence for officers may name."""

_BY_READERS: Final = {"else", "alone", "by_code", "deemed", "heard", "last", "moved", "was_merged"}
_FIELDS: Final = {name for kind in get_args(AnyFact) for name in kind.__struct_fields__}
CONDITIONS: Final = _BY_READERS | _FIELDS | {*get_args(CaseState), *get_args(EchoedEvent), *Result}
"""The conditions by which a cell may choose."""

Cell = str | dict[str, str]
"""The text of a row for one recipient: always the same, or by condition."""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The texts to people about a kind of fact: each cell by condition (see notices.yaml)."""

    reply: Cell = ""
    says: Cell = ""
    supporters: Cell = ""
    story: Cell = ""
    outcome: Cell = ""


@cache
def notices() -> dict[FactKind, Row]:
    """Return the row of each kind of fact.

    Raises:
        ConfigurationError: the file has a mistake; it says where.
    """
    try:
        rows = msgspec.yaml.decode(files(__package__).joinpath(_FILE).read_bytes(), type=dict[FactKind, Row])
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"complaints/{_FILE}: {error}") from error
    if found := [*mistakes(rows)]:
        raise ConfigurationError(f"complaints/{_FILE}: {'; '.join(found)}")
    return rows


def mistakes(rows: Mapping[FactKind, Row]) -> Iterator[str]:
    """Yield the mistakes in rows: a kind of fact without a row, or a condition, a reply, news, an occasion or a value that is not known."""
    yield from (f"{kind} has no row" for kind in FactKind if kind not in rows)
    for kind, row in rows.items():
        cells = (row.reply, row.says, row.supporters, row.story, row.outcome)
        asked = {name for cell in cells if isinstance(cell, dict) for name in cell}
        yield from (f"{kind}: there is no condition {one}" for one in asked - CONDITIONS)
        yield from (f"{kind}: there is no reply {one}" for one in _said(row.reply) - set(ReplyKind))
        yield from (f"{kind}: there is no news {one}" for one in _said(row.supporters) - {*get_args(EchoedEvent)})
        yield from (f"{kind}: wording.yaml has no {one}" for one in _said(row.says) - wording().keys())
        named = {name for said in (*_said(row.story), *_said(row.outcome)) for _, name, _, _ in Formatter().parse(said)}
        yield from (f"{kind}: there is no value {{{name}}}" for name in named - VALUES - {None})


def _said(cell: Cell) -> set[str]:
    return set(cell.values()) if isinstance(cell, dict) else {cell} - {""}


def chosen(cell: Cell, holds: Mapping[str, object]) -> str:
    """Return what a cell says by the conditions that hold, whose value is then true; empty if it says nothing."""
    if isinstance(cell, str):
        return cell
    return next((said for name, said in cell.items() if name == "else" or holds.get(name)), "")


def filled(sentence: str, values: Mapping[str, str]) -> str:
    """Return a sentence with its values. What is in brackets is left out if a value in it is empty."""

    def kept(option: re.Match[str]) -> str:
        return option[1] if all(values[name] for _, name, _, _ in Formatter().parse(option[1]) if name) else ""

    return _OPTION.sub(kept, sentence).format_map(values)
