"""Turns pydantic's errors into sentences for people who write data files."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, RootModel
from pydantic_core import ErrorDetails

from router.rulebook.schema.base import Part

_WANTED = {
    "string_type": "a text",
    "list_type": "a list",
    "dict_type": "entries of the form `key: value`",
    "model_type": "entries of the form `key: value`",
    "model_attributes_type": "entries of the form `key: value`",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false, without quotes",
    "date_type": "a day as in 2026-01-31, without quotes",
}
"""What is wanted, by the type of the error."""

_TAG = "("
"""The beginning of a union's tag, which is in the path of an error although it is no key of the file."""


def sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Return what is wrong, and what is wanted."""
    kind, name = error["type"], _named(error["loc"])
    if kind in {"extra_forbidden", "missing"}:
        return _of_field(kind, name, _part_at(model, error["loc"][:-1]))
    if kind == "data":
        return str(error["ctx"]["said"])
    return f"{name} is {_described(error['input'])}{_wish(error)}"


def _of_field(kind: str, name: str, part: type[Part] | None) -> str:
    called = part.called if part else "this part"
    if kind == "missing":
        return f"{called} needs the field {name}"
    fields = ", ".join(field.alias or key for key, field in part.model_fields.items()) if part else "others"
    return f"{called} has no field {name}, only {fields}"


def _wish(error: ErrorDetails) -> str:
    kind, found = error["type"], error["input"]
    if kind in _WANTED:
        is_bare = kind == "string_type" and found is not None and not isinstance(found, (dict, list))
        return f" where {_WANTED[kind]} is wanted{': put it in quotes' if is_bare else ''}"
    if kind in {"literal_error", "enum"}:
        return f", and can only be {error['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return ", which is not written as a name here is"
    return f": {error['msg'][0].lower()}{error['msg'][1:]}"


def _named(loc: tuple[int | str, ...]) -> str:
    """Return the key at the end of a path, for an entry of a list that of the list."""
    if loc[-1:] == ("[key]",):
        return "the key"
    keys = [key for key in loc if isinstance(key, str) and not key.startswith(_TAG)]
    if not keys:
        return "an entry" if loc else "the file"
    return f"an entry of {keys[-1]}" if isinstance(loc[-1], int) else keys[-1]


def _described(found: object) -> str:
    if found is None:
        return "empty"
    if isinstance(found, bool):
        return "yes or true" if found else "no or false"
    if isinstance(found, (dict, list)):
        return "a list" if isinstance(found, list) else "a group of entries"
    return repr(found) if isinstance(found, (str, int, float)) else str(found)


def _part_at(model: Any, loc: tuple[int | str, ...]) -> type[Part] | None:
    """Return the part of a model that a path of keys and places leads to; None if it leads to none."""
    at: Any = model
    for key in loc:
        at = next(iter(_below(at, key)), None)
    found = next(iter(_models(at)), None)
    return found if found is not None and issubclass(found, Part) else None


def _below(annotation: Any, key: int | str) -> Iterator[Any]:
    """Yield what an annotation has under a key."""
    for model in _models(annotation):
        for name, field in model.model_fields.items():
            if key in {name, field.alias}:
                yield field.annotation
    for kind in _plain(annotation):
        if get_origin(kind) in {dict, list}:
            yield get_args(kind)[-1]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for kind in _plain(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel) and not issubclass(kind, RootModel):
            yield kind


def _plain(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation stands for, without marks, alternatives and roots."""
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        yield from _plain(annotation.model_fields["root"].annotation)
    elif get_origin(annotation) in {dict, list} or not get_args(annotation):
        yield annotation
    else:
        for one in get_args(annotation):
            yield from _plain(one)
