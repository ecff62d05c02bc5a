"""Packs the word lists into the compact form that the cache keeps: subjects, pairs of word groups, the meanings of words and phrases."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from complaints.runtime import packaged
from normalizer.subjects.vocabulary import OPEN, Packed, folded

SIGNALS: Final = ("oversight", "information_request", "aspiration", "grievance", "evidence")
"""Names of the word lists that point to a property of the report and not to its subject; their order gives the numbers of the targets."""

SUBJECT_FILES: Final = ("places", "nation")
"""The data files of the subjects."""

SOURCES: Final = (
    *("abbreviations.yaml", "regional.yaml", "subjects/signals.yaml"),
    *(f"subjects/{file}.yaml" for file in SUBJECT_FILES),
)
"""The data files from which the word lists are made."""

_ENDINGS: Final = ("", "nya", "kan", "i", "an", "lah", "kah", "ku")
"""Suffixes that the last word of a phrase can have if its end is open."""

_OF_DATES: Final = "date_"
"""Beginning of the names of word groups whose words are looked up as they are written."""


class Entry:
    """All that the lists have for one word or phrase.

    Attributes:
        weights: how strongly it points to each target, by the target's number.
        groups: the numbers of its word groups.
        name: its index among the further names to find; -1 if it is not one of them.
    """

    __slots__ = ("groups", "name", "weights")

    def __init__(self) -> None:
        self.weights: dict[int, int] = {}
        self.groups: dict[int, None] = {}
        self.name = -1

    def take(self, other: "Entry") -> None:
        """Add the content of another entry. Weights for the same target are summed."""
        for target, weight in other.weights.items():
            self.weights[target] = self.weights.get(target, 0) + weight
        self.groups |= other.groups
        self.name = max(self.name, other.name)

    def packed(self) -> str:
        """Return the entry as a text (see Packed in vocabulary.py)."""
        weights = " ".join(f"{target}:{weight}" for target, weight in self.weights.items())
        return f"{weights};{' '.join(map(str, self.groups))};{self.name}"


def packed_lists(others: Sequence[str] = (), without: Collection[str] = ()) -> dict[str, Any]:
    """Return the packaged word lists as JSON.

    - `subjects`: for each subject its id and its fields in the data file other than the words.
    - `cues`: by subject, the words that point to it, each as a text of its weight and the word.
    - `pairs`: the pairs that point to a target: two word groups, the target and the weight.
    - `raised`: by word group, the pairs that raise it.
    - `groups`: the word groups with words; the index of one is its number.
    - `phrases`: the tree of words and phrases (see Packed in vocabulary.py).
    - `parts`: the words whose beginning or end is open, each with its packed entry.
    - `listed`: all words that are listed as they are or in a phrase, with spaces between them.
    - `dated`: the words and phrases of dates.
    - `regional`: the Indonesian word that means the same, by the word of a regional language.

    Args:
        others: further folded names to find in texts; Entry.name is the index of such a name in this sequence.
        without: folded words and phrases of the lists to leave out, to measure what depends on them.
    """
    signals = packaged.document("normalizer", "subjects/signals.yaml")
    subjects: dict[str, Mapping[str, Any]] = {}
    for file in SUBJECT_FILES:
        subjects |= packaged.document("normalizer", f"subjects/{file}.yaml")
    pointing = subjects | {signal: signals[signal] for signal in SIGNALS}
    targets = {target: number for number, target in enumerate(pointing)}
    groups: Mapping[str, Sequence[object]] = signals["words"]
    entries = _entries(pointing, groups, others, without)
    written: Mapping[str, str] = packaged.document("normalizer", "regional.yaml")
    return {
        "subjects": [[key, _fields(value)] for key, value in subjects.items()],
        "cues": _cues(list(subjects), entries),
        "pairs": [
            [*pair.split("+"), targets[target], weight]
            for target, lists in pointing.items()
            for pair, weight in lists.get("pairs", {}).items()
        ],
        "raised": signals["raised"],
        "groups": list(groups),
        "phrases": _tree(entries),
        "parts": [[word, entry.packed()] for word, entry in entries.items() if OPEN in word and " " not in word],
        "listed": " ".join(
            dict.fromkeys(
                one for word in entries if " " in word or OPEN not in word for one in word.removesuffix(OPEN).split()
            )
        ),
        "dated": [folded(word) for group in groups if group.startswith(_OF_DATES) for word in groups[group]],
        "regional": {word: means for means, words in written.items() for word in words.split() if word not in without},
    }


def _fields(subject: Mapping[str, Any]) -> dict[str, Any]:
    return {key: subject[key] for key in ("name", "topic", "local", "local_if", "rescues") if key in subject}


def _entries(
    pointing: Mapping[str, Mapping[Any, Any]],
    groups: Mapping[str, Iterable[object]],
    others: Sequence[str],
    without: Collection[str],
) -> dict[str, Entry]:
    """Return the entry of each word and phrase, sorted."""
    found: dict[str, Entry] = {}
    for target, lists in enumerate(pointing.values()):
        for weight, words in lists.items():
            if isinstance(weight, int):
                for word in words:
                    found.setdefault(folded(word), Entry()).weights[target] = weight
    for number, members in enumerate(groups.values()):
        for word in members:
            found.setdefault(folded(word), Entry()).groups[number] = None
    for word in without:
        found.pop(word, None)
    _spell_out(found, packaged.document("normalizer", "abbreviations.yaml"))
    for number, name in enumerate(others):
        found.setdefault(name, Entry()).name = number
    return dict(sorted(found.items()))


def _spell_out(entries: dict[str, Entry], long: Mapping[str, str]) -> None:
    """Add each entry with an abbreviation once more, with the abbreviation's long form. A weight that is listed itself is kept."""
    for written, entry in list(entries.items()):
        words = written.split()
        spelled = " ".join([long.get(word.removesuffix(OPEN), word) for word in words])
        if words[-1].endswith(OPEN) and not spelled.endswith(OPEN):
            spelled += OPEN
        if spelled == written:
            continue
        other = entries.setdefault(spelled, Entry())
        other.weights = entry.weights | other.weights
        other.groups |= entry.groups


def _cues(subjects: Sequence[str], entries: Mapping[str, Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {subject: [] for subject in subjects}
    for written, entry in entries.items():
        for target, weight in entry.weights.items():
            if target < len(subjects) and weight > 0:
                found[subjects[target]].append(f"{weight} {written}")
    return found


def _tree(entries: Mapping[str, Entry]) -> dict[str, Packed]:
    """Return the packed tree of words and phrases; a phrase whose end is open is in it with each of the endings."""
    whole: dict[str, Entry] = {}
    for written, entry in entries.items():
        if OPEN not in written:
            whole.setdefault(written, Entry()).take(entry)
        elif " " in written:
            for ending in _ENDINGS:
                whole.setdefault(written.removesuffix(OPEN) + ending, Entry()).take(entry)
    root: dict[str, Any] = {}
    for written, entry in whole.items():
        *before, last = written.split()
        table = root
        for word in before:
            node = table.get(word)
            if not isinstance(node, list):
                node = table[word] = [node, {}]
            table = node[1]
        node = table.get(last)
        if isinstance(node, list):
            node[0] = entry.packed()
        else:
            table[last] = entry.packed()
    return root
