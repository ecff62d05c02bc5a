"""Finds the agencies and kinds of local unit that a text names, and whether the text is addressed to them."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from normalizer.places.context import WHEREABOUTS
from normalizer.results import NameHit, Reading
from normalizer.text import fold
from router.agencies.registry import Registry

_ADDRESS_WORDS: Final = frozenset(
    (
        *("yth", "kpd", "kepada", "pimpinan", "kadis", "kepala", "admin", "cq", "up", "ytk"),
        *("pihak", "dear", "terhormat"),
    )
)
_REACH_WORDS: Final = 4
"""Number of words before a name that are searched for words of address."""

_WHEREABOUTS: Final = WHEREABOUTS | {"utara", "selatan", "timur", "barat", "sekitar", "arah"}
_WHEREABOUTS_WORDS: Final = 2
"""Number of words before an agency's name that are searched for a sign that the name only says where something is."""

_SHORTEST: Final = 3
"""Minimum length in characters of a name for which texts are searched."""

_NOT_ALONE: Final = frozenset(
    (
        *("bpjs", "imigrasi", "pemasyarakatan", "samsat", "ppi", "oss", "iain", "its", "um", "ut", "ub", "pa", "pn"),
        *("lapas", "rutan", "puskesmas", "kurir", "uns", "pens", "usu", "kis", "hpp"),
    )
)
"""Aliases for which texts are not searched: people use them for the subject and not for the agency, or they are also other words."""


class Target:
    """The agency, or the kind of local unit, that a name means.

    Attributes:
        agency: the id of an agency that the registry lists ("pln"), or the kind of a local unit whose place is still open ("dishub").
        is_unit: whether `agency` is the kind of a local unit.
    """

    __slots__ = ("agency", "is_unit")

    def __init__(self, agency: str, *, is_unit: bool) -> None:
        self.agency = agency
        self.is_unit = is_unit


class Mention:
    """An agency, or a kind of local unit, that a text names.

    Attributes:
        target: the agency or the kind of unit.
        addressed: whether the text is addressed to it ("Yth. Kepala Dinas Perhubungan").
        span: the folded words that name it.
    """

    __slots__ = ("addressed", "span", "target")

    def __init__(self, target: Target, span: str, *, addressed: bool) -> None:
        self.target = target
        self.span = span
        self.addressed = addressed


@dataclass(frozen=True, slots=True, eq=False)
class Mentions:
    """The names of agencies for which texts are searched, and what each name means.

    Attributes:
        names: the folded names; the index of a name is its number in a NameHit.
        targets: what each name means, in the same order.
    """

    names: tuple[str, ...]
    targets: tuple[Target, ...]

    def of(self, reading: Reading) -> list[Mention]:
        """Return the agencies and kinds of local unit that a text names, each once, in the order of the text; empty if it names none.

        Of names that overlap, the one that begins first counts, and of these the longest.
        A name that only says where something is ("depan kantor PDAM") does not count.

        Args:
            reading: the reading of the text by a reader that searched for `names`.
        """
        if not reading.names:
            return []
        words = reading.words
        found: dict[str, Mention] = {}
        reach = 0
        for hit in sorted(reading.names, key=_longest_first):
            start = hit.start
            if start < reach:
                continue
            reach = hit.end
            if not _WHEREABOUTS.isdisjoint(words[max(0, start - _WHEREABOUTS_WORDS) : start]):
                continue
            target = self.targets[hit.number]
            addressed = not _ADDRESS_WORDS.isdisjoint(words[max(0, start - _REACH_WORDS) : start])
            old = found.get(target.agency)
            if old is None or (addressed and not old.addressed):
                found[target.agency] = Mention(target, " ".join(words[start:reach]), addressed=addressed)
        return list(found.values())


def _longest_first(hit: NameHit) -> tuple[int, int]:
    return hit.start, -hit.end


@cache
def mentions_of(registry: Registry) -> Mentions:
    """Return the names of a registry's agencies and kinds of local unit for which texts are searched, with their meanings.

    Left out are names of fewer than three characters, ambiguous names (_NOT_ALONE), and those of governments ("pemda").
    """
    table: dict[str, Target] = {}
    for unit, template in registry.units.items():
        if unit == "pemda":
            continue
        for name in (template["name"], *template["aliases"]):
            written = fold(name).decode("ascii")
            table.setdefault(written, Target(unit, is_unit=True))
            if " " not in written and written.startswith(("dis", "satpol", "din")):
                table.setdefault(f"ka{written}", Target(unit, is_unit=True))
    for agency in registry.bodies.values():
        for name in (agency.name, *agency.aliases):
            table.setdefault(fold(name).decode("ascii"), Target(agency.id, is_unit=False))
    names = tuple(sorted(name for name in table if len(name) >= _SHORTEST and name not in _NOT_ALONE))
    return Mentions(names=names, targets=tuple(table[name] for name in names))
