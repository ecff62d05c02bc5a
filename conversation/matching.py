"""Tells whether a text belongs to a case of its citizen: by the matter and the place, or as the answer to its question. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from complaints.event import Complaint
from conversation.said.words import WORDS, folded
from normalizer.tiers.answers import TIER_QUESTIONS, is_answer

SHORT_CHARACTERS: Final = 100
"""An answer names a place in fewer; a longer text about another topic is another complaint."""


def is_of(case: Mapping[str, Any], told: Complaint) -> bool:
    """Return whether a text tells the matter of a case: its topic, and no other place."""
    return told.topic == case.get("topic") and not _is_elsewhere(case, told)


_ABOUT_US: Final = "Sp4N-Lapor!/"
"""The beginning of the topics about this service: "itu bukan jawaban atas laporan saya" is read as one."""


def is_without_matter(told: Complaint) -> bool:
    """Return whether a text tells no matter of its own: none at all, or only this service, and no place."""
    if told.place.province is not None:
        return False
    return "subject" in told.missing or (told.topic or "").startswith(_ABOUT_US)


def is_other_matter(case: Mapping[str, Any], told: Complaint) -> bool:
    """Return whether a text tells a matter, and another one than that of a case."""
    return "subject" not in told.missing and told.topic != case.get("topic")


def names_matter(topic: str | None, text: str) -> bool:
    """Return whether a text has a word of the name of a topic, of those that are no general ones: "lampu" for a lamp in the street."""
    named = {word for word in folded(topic or "") if len(word) >= _SHORT_THING}
    return not named.difference(WORDS.general).isdisjoint(_things(text))


def names_other_thing(topic: str | None, text: str) -> bool:
    """Return whether a text names a thing, and not the first one in the name of a topic, or one that the name lacks.

    For a lamp in the street these are "jalan" alone and "listrik". Of a topic whose name has no thing nothing is known.
    """
    of_topic, of_text = [word for word in folded(topic or "") if word in WORDS.things], WORDS.things & _things(text)
    return bool(of_topic) and bool(of_text) and not (of_topic[0] in of_text and of_text.issubset(of_topic))


def _things(text: str) -> set[str]:
    return {word.removesuffix("nya") for word in folded(text)}


_SHORT_THING: Final = 3
"""The least letters of a word of the name of a topic that may be that of its matter: "air"."""

_THING: Final = 4
"""The least letters of a word that can be the name of a matter."""


def meant_among(cases: Iterable[dict[str, Any]], told: Complaint) -> dict[str, Any] | None:
    """Return the one of several cases whose matter a text tells, or names: "yang lampu belum"; None if it is none, or more than one."""
    known = [case for case in cases if case.get("topic")]
    found = [case for case in known if told.topic == case["topic"]]
    if not found:
        words = {word.removesuffix("nya") for word in folded(told.text) if len(word) >= _THING}
        found = [case for case in known if not words.difference(WORDS.general).isdisjoint(folded(case["topic"]))]
    return found[0] if len(found) == 1 else None


def is_told_anew(case: Mapping[str, Any], told: Complaint) -> bool:
    """Return whether a text tells the topic of a case without a place of its own: the place is that of the case."""
    return told.topic is not None and told.topic == case.get("topic") and told.place.province is None


def answers(case: Mapping[str, Any], fresh: Complaint) -> bool:
    """Return whether a text from the citizen of a case, on a channel without threads, answers the open question of the case.

    Args:
        case: what is known of a case with an open question.
        fresh: the complaint that the text would be.
    """
    part = case.get("part")
    if part in TIER_QUESTIONS:
        return fresh.place.province is None and is_answer(part, fresh.text)  # "kota" may be part of a place
    if part == "subject" or "subject" in fresh.missing:
        return True
    if _is_elsewhere(case, fresh):
        return False
    return fresh.topic == case.get("topic") or (len(fresh.text) <= SHORT_CHARACTERS and not is_another(case, fresh))


def is_another(case: Mapping[str, Any], told: Complaint) -> bool:
    """Return whether a short text tells a matter of another field than the case's: "KTP saya belum jadi" for a hole in the road."""
    mine, other = (case.get("topic") or "").partition("/")[0], (told.topic or "").partition("/")[0]
    words = folded(told.text)
    return bool(
        mine
        and other
        and mine != other
        and not WORDS.before_a_place.issuperset(words[:1])
        and not WORDS.trouble.isdisjoint(words)
    )


def _is_elsewhere(case: Mapping[str, Any], told: Complaint) -> bool:
    """Return whether a text names a place that neither holds that of a case nor lies in it."""
    place = told.place.district or told.place.regency or told.place.province
    known = case.get("region") or ""
    return bool(place is not None and known and not (known.startswith(place.code) or place.code.startswith(known)))
