"""The public bodies that a text names, and whether it is addressed to them."""

from dataclasses import dataclass
from functools import cache

from normalizer.places.context import WHEREABOUTS
from normalizer.results import Reading
from normalizer.text import fold
from router.agencies.registry import Registry

_ADDRESS_WORDS = frozenset(
    (
        *("yth", "kpd", "kepada", "pimpinan", "kadis", "kepala", "admin", "cq", "up", "ytk"),
        *("pihak", "dear", "terhormat"),
    )
)
_REACH_WORDS = 4
"""So many words before a name are looked at for words of address."""

_WHEREABOUTS = WHEREABOUTS | {"utara", "selatan", "timur", "barat", "sekitar", "arah"}
_WHEREABOUTS_WORDS = 2
"""So many words before the name of a building may say that it only tells where."""

_SHORTEST = 3
_NOT_ALONE = frozenset(
    (
        *("bpjs", "imigrasi", "pemasyarakatan", "samsat", "ppi", "oss", "iain", "its", "um", "ut", "ub", "pa", "pn"),
        *("lapas", "rutan", "puskesmas", "kurir", "uns", "pens", "usu", "kis", "hpp"),
    )
)
"""Aliases that people say of the matter and not of the body, or that are other words."""

Mention = tuple[str, bool, bool, str]
"""A national body's id or a unit's; whether it is a unit, whose place is still open; whether addressed; the words."""


@dataclass(frozen=True, slots=True, eq=False)
class Mentions:
    """The names of all bodies, for the reader to find, and what each means.

    Attributes:
        names: folded names, in the order of their numbers.
        targets: for each name, the body and whether it is a unit.
    """

    names: tuple[str, ...]
    targets: tuple[tuple[str, bool], ...]

    def of(self, reading: Reading) -> list[Mention]:
        """Return the bodies named in a text, each once, the longest name at a position."""
        if not reading.names:
            return []
        words = reading.words
        found: dict[str, Mention] = {}
        reach = 0
        for start, minus_end, number in sorted(reading.names):
            if start < reach:
                continue
            reach = -minus_end
            if not _WHEREABOUTS.isdisjoint(words[max(0, start - _WHEREABOUTS_WORDS) : start]):
                continue
            body, is_unit = self.targets[number]
            addressed = not _ADDRESS_WORDS.isdisjoint(words[max(0, start - _REACH_WORDS) : start])
            old = found.get(body)
            if old is None or (addressed and not old[2]):
                found[body] = (body, is_unit, addressed, " ".join(words[start:reach]))
        return list(found.values())


@cache
def mentions_of(registry: Registry) -> Mentions:
    """Return the names of a registry's bodies."""
    table: dict[str, tuple[str, bool]] = {}
    for unit, template in registry.units.items():
        if unit == "pemda":
            continue
        for name in (template["name"], *template["aliases"]):
            written = fold(name).decode("ascii")
            table.setdefault(written, (unit, True))
            if " " not in written and written.startswith(("dis", "satpol", "din")):
                table.setdefault(f"ka{written}", (unit, True))
    for agency in registry.bodies.values():
        for name in (agency.name, *agency.aliases):
            table.setdefault(fold(name).decode("ascii"), (agency.id, False))
    names = tuple(sorted(name for name in table if len(name) >= _SHORTEST and name not in _NOT_ALONE))
    return Mentions(names=names, targets=tuple(table[name] for name in names))
