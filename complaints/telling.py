"""Decides which notice the citizen gets about the facts of a record: the same for the reply and for the page of the case. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from complaints.calendar import written_day
from complaints.disposition import Deadline
from complaints.fact import (
    Added,
    Asked,
    Echoed,
    Fact,
    FactKind,
    Postponed,
    Reclassified,
    Routed,
    Withdrawn,
    field_of,
    text_of,
)
from complaints.mail import ReplyKind
from complaints.notices import chosen, notices
from complaints.wording import question, reminder, text

PUBLIC: Final = frozenset(("twitter",))
"""The channels on which everybody reads a reply and its code: an officer's words about a person are masked, as on the page of a case."""

LAST_LEVEL: Final = 5
"""The step of the ladder on which the citizen hears of the Ombudsman as his next right. There is none above it."""

_COMPLETE_BY: Final = ("complete", "statute_decision")
"""The two duties of which the citizen learns only the earlier day: no class or extension moves the one of UU 25/2009 Pasal 50."""


def complete_by(deadlines: Iterable[Deadline]) -> date | None:
    """Return the day by which a case with these deadlines must be completed; None if none of them says it."""
    return min((one.due for one in deadlines if one.duty in _COMPLETE_BY), default=None)


def put_off_to(fact: Fact, due: date | None) -> date | None:
    """Return the day to which a fact puts a case off, or else the day by which the case must now be completed."""
    return (fact.until if isinstance(fact, Postponed | Echoed) else None) or due


_NO_ANSWER: Final = "status_answered"
"""The occasion whose wording says that there is an answer, without the answer."""

_CODE_LIKE: Final = "@@@@@ @@@@@ @"
"""Placeholder in a cached sentence for the code, which always has this length."""


class Asking(NamedTuple):
    """A question to the citizen: for a part of the complaint, or in the words of an agency with this name."""

    part: str | None
    words: str
    asker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The case after the facts of a record, as far as a sentence about them depends on it.

    Attributes:
        owner: the name of its owner.
        heard: the name of its main case's owner; empty if it is no supporter.
        state: its state; "answered" if it is a supporter that has heard an answer.
        due: the day by which it must be completed: see `complete_by`.
        named: its class, as citizens read it.
        asked: the question that is open.
        choices: the names of the regencies among which a pin on the map leaves a choice.
    """

    owner: str
    heard: str = ""
    state: str = ""
    due: date | None = None
    named: str = ""
    asked: Asking | None = None
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The notice to the citizen about the facts of a record.

    Attributes:
        kind: the kind of the reply.
        fact: the fact that it tells.
        occasion: the sentence (a key of wording.yaml), apart from questions, answers and delays.
        seen: the case after the facts.
    """

    kind: ReplyKind
    fact: Fact
    occasion: str
    seen: Seen

    def sentence(self, channel: str, code: str, *, shown: Callable[[str], str], ending: str = "") -> str:
        """Return the sentence on a channel.

        Args:
            channel: the channel's name.
            code: the tracking code, as it is written.
            shown: returns an officer's words as they may be read there; empty if they may not.
            ending: the occasion of the sentence that follows; empty for none.
        """
        fact, seen = self.fact, self.seen
        owner = fact.agency.name if isinstance(fact, Echoed) and fact.agency else seen.heard or seen.owner
        match self.kind:
            case ReplyKind.answered:
                answer = shown(text_of(fact))
                return text("answered" if answer else _NO_ANSWER, channel, code=code, owner=owner, answer=answer)
            case ReplyKind.put_off:
                return self._put_off(channel, shown(text_of(fact)), code=code, owner=owner)
            case ReplyKind.question if seen.asked:
                return asking(seen.asked, seen, channel, code, shown=shown, ending=ending)
            case ReplyKind.reminded if seen.asked:
                return asking(seen.asked, seen, channel, code, shown=shown, again=True)
        return _kept(self.occasion, channel, owner, ending=ending).replace(_CODE_LIKE, code)

    def _put_off(self, channel: str, reason: str, **values: str) -> str:
        """Return the sentence with the day to which a case was put off and the owner's reason, or with its new class and day."""
        fact, seen = self.fact, self.seen
        day = put_off_to(fact, seen.due)
        due = "-" if day is None else written_day(day)
        if isinstance(fact, Reclassified):
            return text("reclassified", channel, **values, due=due, named=seen.named)
        kind = FactKind[fact.event].value if isinstance(fact, Echoed) else fact.kind.value
        if not reason:
            return text(f"put_off_{kind}", channel, **values, due=due)
        return text(f"put_off_{kind}_because", channel, **values, due=due, answer=reason)


def noticed(facts: Sequence[Fact], seen: Seen, *, was_merged: bool, by_code: bool = False) -> Notice | None:
    """Return the notice to the citizen about the facts of one record; None if they do not concern him.

    A question takes precedence; then the first fact that leads to a reply, except that `reopened` says more than `completed`.

    Args:
        facts: the facts, oldest first.
        seen: the case after them.
        was_merged: whether it was a supporter before: the citizen has not heard of a merge that was only proposed.
        by_code: whether somebody else who has the code sent the record: the citizen is not thanked for what he did not write.
    """
    told = [(kind, fact) for fact in facts if (kind := _kind_of(fact, was_merged=was_merged)) is not None]
    if not told:
        return None
    first = next((one for one in told if one[0] is ReplyKind.question), told[0])
    if first[0] is ReplyKind.completed:
        first = next((one for one in told if one[0] is ReplyKind.reopened), first)
    kind, fact = first
    if isinstance(fact, Asked):
        seen = replace(seen, asked=Asking(fact.part, fact.text or "", seen.owner))
    elif kind is ReplyKind.reminded and seen.asked is None:
        return None
    holds = {
        "by_code": by_code or (isinstance(fact, Added) and fact.addition.by_code),
        "moved": any(map(moves, facts)),
        "deemed": is_deemed(fact),
        "heard": seen.heard,
        seen.state: True,
    }
    occasion = chosen(notices()[fact.kind].says, holds) or kind.value
    return Notice(kind=kind, fact=fact, occasion=occasion, seen=seen)


def asking(  # noqa: PLR0913  # the parts of a question
    asked: Asking,
    seen: Seen,
    channel: str,
    code: str,
    *,
    shown: Callable[[str], str],
    again: bool = False,
    ending: str = "",
) -> str:
    """Return the text of a question: an agency's own words, or the sentence for a missing part. For the arguments see Notice.sentence.

    `again` is whether it reminds the citizen of the question.
    """
    if asked.part is None:
        return text("reminded" if again else "asked", channel, code=code, owner=asked.asker, answer=shown(asked.words))
    if asked.part == "place" and seen.choices:
        return question(asked.part, channel, seen.choices, again=again, ending=ending, code=code, owner=seen.owner)
    return _kept(f"question_{asked.part}", channel, seen.owner, again=again, ending=ending).replace(_CODE_LIKE, code)


@lru_cache(maxsize=8192)
def _kept(occasion: str, channel: str, owner: str, *, again: bool = False, ending: str = "") -> str:
    if again:
        return reminder(occasion, channel, code=_CODE_LIKE, owner=owner)
    return text(occasion, channel, ending=ending, code=_CODE_LIKE, owner=owner)


def class_named(complaint_class: str, *, oversight: bool) -> str:
    """Return the class of a report as citizens read it: "pengaduan berkadar pengawasan"."""
    return complaint_class.replace("_", " ") + (" berkadar pengawasan" if oversight else "")


def is_deemed(fact: Fact) -> bool:
    """Return whether the citizen counts as having withdrawn by a fact."""
    return isinstance(fact, Withdrawn) and bool(fact.deemed)


def moves(fact: Fact) -> bool:
    """Return whether a fact gives the case to another owner than before."""
    return isinstance(fact, Routed) and fact.disposition.previous_owner is not None


def conditions(fact: Fact) -> dict[str, bool]:
    """Return the conditions of the table of notices that a fact decides alone: whether it moves the case, or is the ladder's last step."""
    return {"moved": moves(fact), "last": field_of(fact, "level") == LAST_LEVEL}


def _kind_of(fact: Fact, *, was_merged: bool) -> ReplyKind | None:
    """Return the kind of reply to which a fact leads; None if it leads to none.

    Args:
        fact: the fact.
        was_merged: whether the case was a supporter before: the citizen has not heard of a merge that was only proposed.
    """
    event = fact.event if isinstance(fact, Echoed) else ""
    kind = chosen(notices()[fact.kind].reply, conditions(fact) | {"was_merged": was_merged, event: True})
    return ReplyKind(kind) if kind else None
