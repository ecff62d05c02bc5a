"""Finds the agencies and kinds of local unit that a text names, and whether the text is addressed to them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cache
from itertools import pairwise
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.places.context import WHEREABOUTS
from normalizer.reader import Reader
from normalizer.results import NameHit, Reading, SubjectScore
from normalizer.subjects.lexicon import Lexicon
from normalizer.subjects.meanings import NO_TARGET
from normalizer.text import BREAK, fold
from router.agencies.blame import blames, of_staff
from router.agencies.registry import OWN, Registry

_OFFICES: Final = frozenset(words_in("router", "own_names_offices"))
"""First words of units' names: followed by another word they name a unit, whatever that word means elsewhere."""

_SHORTENED: Final = "dis"
"""The beginning of a shortened "Dinas ..." ("Disdalduk")."""

_CAPITALS: Final = 2
"""Minimum number of capitals in a single word that is an abbreviation ("DALDUK", "DisPUPR") and not an everyday word ("Kebersihan")."""


def own_names(registry: Registry) -> dict[str, dict[str, str]]:
    """Return the folded names and aliases of units in allotments, each with the kind of unit that it means, by region code.

    Left out are a name that several units of one government have, and a single word that is written like any other word.
    """
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for region, aliases in registry.local_aliases.items():
        place = registry.gazetteer.full_name(region)
        names = [(kind, (name,)) for kind, name in registry.local_names.get(region, {}).items()]
        for kind, written in (*names, *aliases.items()):
            for name in written:
                if _is_name(name):
                    found[_without_place(name, place)][region].add(kind)
    return {
        name: {region: kinds.pop() for region, kinds in by_region.items() if len(kinds) == 1}
        for name, by_region in found.items()
    }


def common_names(names: Collection[str], lexicon: Lexicon) -> set[str]:
    """Return the folded names that consist only of words that texts also use for other things ("air bersih") or of place names."""
    following: dict[str, set[str]] = defaultdict(set)
    for name in names:
        words = name.split()
        for word, after in pairwise(words):
            following[word].add(after)
    return {
        name
        for name in names
        if not (len(words := name.split()) > 1 and words[0] in _OFFICES)
        and all(_is_known(word, following[word], lexicon) for word in words)
    }


def _is_known(word: str, following: Collection[str], lexicon: Lexicon) -> bool:
    """Return whether the lexicon gives a word a meaning, or has a phrase that begins with it and is not one of the names."""
    known = lexicon.vocabulary[word]
    tells = known.target != NO_TARGET or known.grouped or known.place is not None or known.is_level
    return tells or any(after not in following for after in known.follow)


def _is_name(written: str) -> bool:
    words = fold(written).decode("ascii").split()
    if len(words) > 1:
        return True
    return sum(map(str.isupper, written)) >= _CAPITALS or (bool(words) and words[0].startswith(_SHORTENED))


def _without_place(name: str, place: str) -> str:
    folded, at_end = (fold(one.replace("{place}", "")).decode("ascii").strip() for one in (name, place))
    return folded.removesuffix(at_end).strip() or folded


_ADDRESS_WORDS: Final = frozenset(words_in("router", "mentions_address_words"))
_REACH_WORDS: Final = 4
"""Number of words before a name that are searched for words of address."""

_WHEREABOUTS: Final = WHEREABOUTS | {"utara", "selatan", "timur", "barat", "sekitar", "arah"}
_WHEREABOUTS_WORDS: Final = 2
"""Number of words before an agency's name that are searched for a sign that the name only says where something is."""

_SHORTEST: Final = 3
"""Minimum length in characters of a name for which texts are searched."""

_NOT_ALONE: Final = frozenset(words_in("router", "mentions_not_alone"))
"""Aliases for which texts are not searched: people use them for the subject and not for the agency, or they are also other words."""


@dataclass(slots=True, eq=False)
class Target:
    """The agency, or the kind of local unit, that a name means.

    Attributes:
        agency: the id of an agency that the registry lists ("pln"), or the kind of a local unit whose place is still open ("dishub"); empty
            if only governments with an allotment have the name.
        is_unit: whether `agency` is the kind of a local unit.
        own: by region code, the kind of unit that has this name in the allotment of the region's government.
    """

    agency: str
    _: KW_ONLY
    is_unit: bool
    own: Mapping[str, str] = field(default_factory=dict)


_NO_TARGET: Final = Target("", is_unit=True)


@dataclass(slots=True, eq=False)
class Mention:
    """An agency, or a kind of local unit, that a text names.

    Attributes:
        target: the agency or the kind of unit.
        addressed: whether the text is addressed to it ("Yth. Kepala Dinas Perhubungan").
        span: the folded words that name it.
        start, end: the positions of its first word and after its last one.
        own: the id of the unit that has this name in a government's allotment; empty if none has.
    """

    target: Target
    span: str
    _: KW_ONLY
    addressed: bool
    start: int
    end: int
    own: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Mentions:
    """The names of agencies for which texts are searched, and what each name means.

    Attributes:
        names: the folded names; the index of a name is its number in a NameHit.
        targets: what each name means, in the same order.
        reader: reads texts again without a name (see `rest`); None if no government has an allotment.
    """

    names: tuple[str, ...]
    targets: tuple[Target, ...]
    reader: Reader | None = None

    def of(self, reading: Reading, regions: Collection[str] = ()) -> list[Mention]:
        """Return the agencies and kinds of local unit that a text names, each once, in the order of the text; empty if it names none.

        Of names that overlap, the one that begins first counts, and of these the longest.
        A name that only says where something is ("depan kantor PDAM") does not count.

        Args:
            reading: the reading of the text by a reader that searched for `names`.
            regions: the codes of the place's regions whose governments have an allotment. Names from other allotments are ignored.
        """
        hits = reading.names
        if not hits:
            return []
        if self.reader is not None:
            hits = [hit for hit in hits if self.targets[hit.number].agency or self._own(hit, regions)]
        words = reading.words
        found: dict[str, Mention] = {}
        reach = 0
        for hit in sorted(hits, key=_longest_first):
            start = hit.start
            if start < reach:
                continue
            reach = hit.end
            if not _WHEREABOUTS.isdisjoint(words[max(0, start - _WHEREABOUTS_WORDS) : start]):
                continue
            target = self.targets[hit.number]
            own = self._own(hit, regions) if regions else ""
            addressed = not _ADDRESS_WORDS.isdisjoint(words[max(0, start - _REACH_WORDS) : start])
            key = own or target.agency
            old = found.get(key)
            if old is None or (addressed and not old.addressed):
                span = " ".join(words[start:reach])
                found[key] = Mention(target, span, addressed=addressed, start=start, end=reach, own=own)
        return list(found.values())

    def is_blamed(self, mention: Mention, reading: Reading) -> bool:
        """Return whether the text complains about how the named agency answers and works (see router.agencies.blame)."""
        return blames(reading.words, mention.start, mention.end)

    def rest(self, mention: Mention, reading: Reading) -> tuple[SubjectScore, ...]:
        """Return the subjects of a text when a name in it and the words for that agency's staff are left out, best first.

        These words may belong to other subjects than the one of the text. Without a `reader`, nothing is left out.
        """
        if self.reader is None:
            return reading.subjects
        words, start, end = reading.words, mention.start, mention.end
        out = {*range(start, end), *of_staff(words, start, end)}
        rest = [word for at, word in enumerate(words) if at not in out and word != BREAK]
        return self.reader.read(" ".join(rest)).subjects

    def read_by(self, reader: Reader) -> "Mentions":
        """Return these names with a reader; a name that is everyday words or places loses the meaning that an allotment gives it."""
        own = [name for name, target in zip(self.names, self.targets, strict=True) if target.own]
        if not own:
            return self
        common = common_names(own, reader.lexicon)
        targets = [
            Target(target.agency, is_unit=target.is_unit) if name in common else target
            for name, target in zip(self.names, self.targets, strict=True)
        ]
        return Mentions(names=self.names, targets=tuple(targets), reader=reader)

    def _own(self, hit: NameHit, regions: Collection[str]) -> str:
        own = self.targets[hit.number].own
        for region in regions:
            if region in own:
                return f"{own[region]}-{region}"
        return ""


def _longest_first(hit: NameHit) -> tuple[int, int]:
    return hit.start, -hit.end


@cache
def mentions_of(registry: Registry) -> Mentions:
    """Return the names of a registry's agencies and kinds of local unit for which texts are searched, with their meanings.

    Left out are names of fewer than three characters, ambiguous names (_NOT_ALONE), and those of governments ("pemda"). A name that comes
    from an allotment, for a unit of the government's own or for a usual one, counts only in that government's region (Target.own).
    """
    table: dict[str, Target] = {}
    for unit, template in registry.units.items():
        if unit == "pemda" or template.get(OWN):
            continue
        for name in (template["name"], *template["aliases"]):
            written = fold(name).decode("ascii")
            table.setdefault(written, Target(unit, is_unit=True))
            if " " not in written and written.startswith(("dis", "satpol", "din")):
                table.setdefault(f"ka{written}", Target(unit, is_unit=True))
    for agency in registry.bodies.values():
        for name in (agency.name, *agency.aliases):
            table.setdefault(fold(name).decode("ascii"), Target(agency.id, is_unit=False))
    for written, own in own_names(registry).items():
        usual = table.get(written, _NO_TARGET)
        table[written] = Target(usual.agency, is_unit=usual.is_unit, own=own)
    names = tuple(sorted(name for name in table if len(name) >= _SHORTEST and name not in _NOT_ALONE))
    return Mentions(names=names, targets=tuple(table[name] for name in names))
