"""Finds kabupaten and kota by their names as people type them. Pure after it is made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from normalizer.text import fold

MOST_SUGGESTIONS = 8
"""The maximum number of suggestions: as many as a phone shows above its keyboard."""

SHORTEST = 2
"""The least letters for a suggestion: one letter would match a third of all names."""

LONGEST = 200
"""The maximum number of characters of a text that are searched for."""

_ABBREVIATIONS = {b"kab": b"kabupaten", b"kodya": b"kota", b"kotamadya": b"kota", b"adm": b"administrasi"}
_LEVELS = frozenset((b"kabupaten", b"kota", b"administrasi"))


@dataclass(frozen=True, slots=True)
class Regency:
    """One kabupaten or kota.

    Attributes:
        code: Kemendagri's code, such as "33.74".
        name: the name with its province, such as "Kota Semarang, Jawa Tengah".
    """

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class _Entry:
    regency: Regency
    words: tuple[bytes, ...]
    bare: bytes


def _words(text: str) -> tuple[bytes, ...]:
    return tuple(_ABBREVIATIONS.get(word, word) for word in fold(text[:LONGEST]).split())


def _bare(words: Iterable[bytes]) -> bytes:
    return b"".join(word for word in words if word not in _LEVELS)


class RegencySearch:
    """Looks up regencies. Holds only the names of all 514, not a gazetteer."""

    def __init__(
        self,
        regencies: Iterable[tuple[str, str]],
        *,
        province: Callable[[str], str],
        reads: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        """Prepare the names.

        Args:
            regencies: the code and the name of each.
            province: returns the name of the province with a code.
            reads: returns the code of the regency that a text names in another way (a district, a nickname), as the normaliser reads it.
        """
        self._reads = reads
        self._entries = []
        for code, name in regencies:
            words = _words(name)
            self._entries.append(_Entry(Regency(code, f"{name}, {province(code[:2])}"), words, _bare(words)))
        self._by_code = {entry.regency.code: entry.regency for entry in self._entries}
        self._by_bare: dict[str, list[Regency]] = {}
        for entry in self._entries:
            self._by_bare.setdefault(entry.bare.decode(), []).append(entry.regency)

    def suggest(self, text: str) -> list[Regency]:
        """Return the regencies that the text may mean, likeliest first, at most MOST_SUGGESTIONS; none for less than SHORTEST letters."""
        if (exact := self.exact(text)) is not None:
            return [exact]
        words = _words(text.split(",", maxsplit=1)[0])
        bare = _bare(words)
        if len(b"".join(words)) < SHORTEST:
            return []
        levels = {word for word in words if word in _LEVELS}
        ranked = sorted(
            (self._rank(entry, bare, levels), entry.regency.name, entry.regency)
            for entry in self._entries
            if bare in entry.bare
        )
        found = [regency for _, _, regency in ranked]
        return (found or self._near(text, bare))[:MOST_SUGGESTIONS]

    @staticmethod
    def _rank(entry: _Entry, bare: bytes, levels: set[bytes]) -> tuple[bool, bool, bool]:
        return (not levels <= set(entry.words), entry.bare != bare, not entry.bare.startswith(bare))

    def _near(self, text: str, bare: bytes) -> list[Regency]:
        read = self._by_code.get(self._reads(text) or "")
        close = get_close_matches(bare.decode(), self._by_bare, n=3, cutoff=0.75)
        near = [regency for name in close for regency in self._by_bare[name]]
        return [read, *(regency for regency in near if regency != read)] if read else near

    def exact(self, text: str) -> Regency | None:
        """Return the regency with this code, or with this name if no other has it; None if there is doubt."""
        if (known := self._by_code.get(text.strip())) is not None:
            return known
        words = _words(text.split(",", maxsplit=1)[0])
        whole = [entry.regency for entry in self._entries if entry.words == words]
        if len(whole) == 1:
            return whole[0]
        if set(words) & _LEVELS:
            bare, levels = _bare(words), set(words) & _LEVELS
            named = [entry.regency for entry in self._entries if entry.bare == bare and levels <= set(entry.words)]
        else:
            named = self._by_bare.get(_bare(words).decode(), [])
        return named[0] if len(named) == 1 else None
