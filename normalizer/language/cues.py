"""Finds cues that no example teaches yet (cues.yaml): a street, a part of something reported before, an accusation. Pure."""

import re
from functools import cache
from itertools import pairwise
from typing import Any, Final

from complaints.runtime import packaged
from normalizer.matter.senses import senses
from normalizer.text import any_of, fold

_THING: Final = 3
"""Words of a topic's name count if they have more letters than this; a sentence can be a story if it has more words than this."""

_BEGINNING: Final = 3
"""Number of words at the beginning of a text in which a fault is looked for."""

_ONE_BEFORE: Final = 2
"""Number of words before an accusation that can deny it: "tidak ada"."""


_DRAWN_OUT: Final = re.compile(r"([a-z])\1(?:\1+|\b)", re.IGNORECASE)


@cache
def _known() -> dict[str, Any]:
    file: dict[str, Any] = packaged.document("normalizer", "cues.yaml")
    placed = rf"\b{any_of(file['before'])} {any_of(file['kinds'])} (?!{any_of(file['no_names'])}\b)\w"
    return file | {
        "placed": re.compile(placed),
        "polar": re.compile(file["polar"]),
        "threatens": re.compile(file["threatens"]),
        "accuses": re.compile(
            "|".join(file["accuses"]).replace("{takes}", file["takes"]).replace("{money}", file["money"])
        ),
        **{
            name: frozenset(file[name])
            for name in ("general", "no_things", "beside", "denying", "states", "around", "praises", "good", "kinds")
        },
    }


def folded(text: str) -> list[str]:
    """Return the words of a text in small letters, without accents and signs."""
    return fold(text).decode("ascii").split()


def spelt(text: str) -> str:
    """Return a text without the repeated letters of drawn-out words: "bohongg", "beluuum"."""
    return _DRAWN_OUT.sub(r"\1", text)


def names_place(text: str) -> bool:
    """Return whether a text names a street, or another place with its name, whether or not anybody knows where it is."""
    return _known()["placed"].search(" ".join(folded(text))) is not None


def names_kind_of_place(text: str) -> bool:
    """Return whether a text has a word for a kind of place."""
    return not _known()["kinds"].isdisjoint(folded(text))


def begins_with_its(text: str) -> bool:
    """Return whether a text begins with a part of what was reported before ("-nya"), and not with another thing next to that ("juga")."""
    words, known = folded(text), _known()
    its = any(word.endswith(known["its"]) and word not in known["no_things"] for word in words[:2])
    return its and known["beside"].isdisjoint(words)


def only_tells_a_state(text: str) -> bool:
    """Return whether a text only says in what state something is, without naming the thing: "mati total pak sejak kemarin"."""
    words, known = folded(text), _known()
    return not known["states"].isdisjoint(words) and (known["states"] | known["around"]).issuperset(words)


def begins_with_a_fault(text: str) -> bool:
    """Return whether a text begins with what is wrong with a thing, and not with where it is: "pohon tumbang Jl Sultan Agung"."""
    words = folded(text)[:_BEGINNING]
    return not set(words[:1]) <= set(_known()["before"]) and any(senses().of(word)[1] for word in words)


def is_rest(topic: str) -> bool:
    """Return whether a topic is the one for everything else in its field."""
    return _known()["rest"] in topic


def can_be_agreed_to(question: str) -> bool:
    """Return whether a question can be answered with yes."""
    return _known()["polar"].search(" ".join(folded(question))) is not None


def accuses(text: str) -> bool:
    """Return whether a text says that somebody took or wanted money, and does not deny it."""
    said, known = " ".join(folded(text)), _known()
    found = known["accuses"].search(said)
    return found is not None and known["denying"].isdisjoint(
        [*said[: found.start()].split()[-_ONE_BEFORE:], *found[0].split()]
    )


def praises(text: str) -> bool:
    """Return whether a text has a word of praise and no word that denies."""
    words, known = folded(text), _known()
    return not known["praises"].isdisjoint(words) and known["denying"].isdisjoint(words)


def denies_good(text: str) -> bool:
    """Return whether a text says that something is not as it should be: "tidak terang", "belum menyala"."""
    words, known = folded(text), _known()
    good = known["good"] | known["praises"]
    return any(one in known["denying"] and next_ in good for one, next_ in pairwise(words))


def threatens(text: str) -> bool:
    """Return whether a text says that somebody was threatened for having reported."""
    return _known()["threatens"].search(" ".join(folded(text))) is not None


def names_topic(topic: str, text: str) -> bool:
    """Return whether a text has a word of a topic's name that is not a general one: "lampu" for a street lamp."""
    known = _known()
    named = {word for word in folded(topic) if len(word) > _THING} - known["general"]
    return not named.isdisjoint(word.removesuffix(known["its"]) for word in folded(text))
