"""LAPOR!'s main categories, by name and by code. Pure."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One main category.

    Attributes:
        code: our own code, which is the service code in Open311.
        name: LAPOR!'s name, as in events.
        shown: the name for citizens.
        keywords: words by which a client may find it.
        offered: whether it is offered for choice; if not, it is still accepted.
    """

    code: str
    name: str
    shown: str
    keywords: tuple[str, ...]
    offered: bool = True


@cache
def categories() -> tuple[Category, ...]:
    """Return all categories in the order of the file."""
    loaded = yaml.safe_load(files(__package__).joinpath("data/categories.yaml").read_text("utf-8"))
    return tuple(Category(**{**entry, "keywords": tuple(entry["keywords"])}) for entry in loaded)


@cache
def _known() -> dict[str, Category]:
    found = {category.code.casefold(): category for category in categories()}
    for category in categories():
        found |= {category.name.casefold(): category, category.shown.casefold(): category}
    return found


def find(text: str) -> Category | None:
    """Return the category with a code or a name, in upper or lower case; None if there is none."""
    return _known().get(" ".join(text.split()).casefold())


def topic(text: str) -> str | None:
    """Return the path in LAPOR!'s category tree for `Main`, `Main/Sub` or a code; None if there is no such main category."""
    main, slash, rest = text.partition("/")
    category = find(main)
    return None if category is None else category.name + slash + rest
