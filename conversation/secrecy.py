"""Reads in a complaint that its reporter, or the report itself, is to be hidden. To hide too much does the least harm. Pure."""

from dataclasses import replace
from typing import Final

from complaints.message import InboundMessage
from conversation.citizen import Document
from conversation.said.own import own_words
from conversation.said.words import WORDS, folded
from normalizer.language.hiding import asks_to_be_hidden, is_marked, parts
from normalizer.language.understanding import tells_beside, understood

_OF_A_WISH: Final = 20
"""The maximum number of words of a message that says no more than the wish to be hidden."""

_SURELY: Final = 0.9
"""How likely it must be that a message only wishes to be hidden: another one opens a case, which is hidden too."""

_OF_A_PERSON: Final = 4
"""The maximum number of words between a person and what is said of him: "identitas saya mohon dirahasiakan"."""

_TELLS: Final = {"story", "danger", "dispute", "settled", "place", "correction"}
"""The intents of a clause that says something beside a wish."""


def hidden(message: InboundMessage, *, like: Document | None = None) -> InboundMessage:
    """Return a complaint as hidden as it asks to be in its text. Who asks for a secret report without a word of the person means both.

    Args:
        message: the complaint.
        like: the citizen's case of these days, if he has one: further words of it would betray what he had hidden there.
    """
    text, known = own_words(message), like or {}
    wishes = asks_to_be_hidden(text)
    secret = (wishes and asks_to_be_secret(text)) or bool(known.get("secret"))
    anonymous = wishes or secret or bool(known.get("anonymous"))
    if (secret and not message.secret) or (anonymous and not message.anonymous):
        return replace(message, secret=message.secret or secret, anonymous=message.anonymous or anonymous)
    return message


def only_wishes(text: str) -> bool:
    """Return whether a text says nothing but a wish to be hidden, whom from, and why: "jangan sebut nama saya ke camat, saya takut"."""
    found = understood(text)
    is_wish = found.wants("hide", sure=_SURELY) and _TELLS.isdisjoint(clause.intent for clause in found.clauses)
    return is_wish and len(folded(text)) <= _OF_A_WISH and not tells_beside(text)


def asks_to_be_secret(text: str) -> bool:
    """Return whether a text that asks to be hidden asks it of the report itself, or does not say of what."""
    if any(WORDS.anonymous.issuperset(folded(part)) for part in parts(text)):
        return False
    asked = [clause.text for clause in understood(text).clauses if clause.intent == "hide"] or [text]
    return is_marked(text) or any(_is_of_the_report(folded(part)) for part in asked)


def _is_of_the_report(words: list[str]) -> bool:
    return any(
        word in WORDS.secret | WORDS.report
        and WORDS.person.isdisjoint(words[max(0, at - _OF_A_PERSON) : at + _OF_A_PERSON])
        for at, word in enumerate(words)
    )
