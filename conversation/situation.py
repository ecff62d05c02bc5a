"""Tells which case of its citizen a message is about, how that stands, and what the message tells beside it. Pure."""

from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple

from conversation.citizen import HOUR_MS, MESSAGES_MS, KnownCase
from conversation.heard import Heard
from conversation.parts import DAY_MS
from conversation.turn import Turn
from normalizer.language import cues

ANSWERED_MS: Final = 30 * DAY_MS
"""For how long after an answer or a closing it can be disputed, and rated. Ten working days are at most that long; the router knows the
day."""

LATE_MS: Final = 365 * DAY_MS
"""For how long after a question or a withdrawal a text that is no complaint by itself belongs to that case. The law gives the citizen 30
days to answer (UU 25/2009 Pasal 44 ayat (4)), and a withdrawn case is open again at his next word."""

_NO_STORY: Final = 0.7
"""How sure it must be that a message tells no story, so that a matter in it is none: "good job dishub"."""

_ITS_OWN: Final = 0.985
"""How sure it must be that a message tells a story, to be one of its own though its words tell no subject clearly."""

_VERDICTS: Final = frozenset(("dispute", "settled", "thanks", "agree", "rating"))
"""What is said of an answer."""

_ABOUT_IT: Final = frozenset(("correction", "hide"))
"""What is said of what was told just now, whatever things it names: "yang salah nama sekolahnya"."""

_SURELY: Final = 0.9
"""How sure that must be."""

_STORY: Final = frozenset(("story",))
_A_STORY: Final = 0.6
"""How likely it must be that a clause tells a story, to be more than that."""

_OF_ONE: Final = frozenset((*_VERDICTS, "withdraw", "status"))
"""What is said of one case, which a word of its matter names."""


class Situation(StrEnum):
    """How the case stands that a message is about."""

    new = "there is none"
    asked = "a question is open"
    answered = "an answer can be disputed"
    closed = "it is closed, and can be rated, and disputed"
    told = "it is being handled, and he wrote of it within the hour"
    alive = "it is being handled, and he wrote of it within the week"
    withdrawn = "he withdrew it"
    past = "it has ended, or he wrote of it longer ago"


class Tells(StrEnum):
    """What a message tells beside that case."""

    nothing = "neither a matter nor a place"
    place = "a place, or a correction"
    same = "the matter of the case"
    again = "the matter of the case, with a place that can be its"
    other = "another matter"
    elsewhere = "another matter, or another place"


class Standing(NamedTuple):
    """What a message is about: a case, if there is one, which the message may name, by its code or as an answer to a text about it.

    Its citizen may have asked to hear nothing more. So many milliseconds ago he last wrote of it.
    """

    case: KnownCase | None
    situation: Situation
    tells: Tells
    is_named: bool = False
    is_silent: bool = False
    age_ms: int = DAY_MS

    @property
    def about(self) -> KnownCase:
        """The case, which there is."""
        assert self.case is not None
        return self.case


def standing(turn: Turn, heard: Heard, named: KnownCase | None, *, question_ms: int) -> Standing:
    """Return what a message is about, which may name a case. So long a question stays open for words that tell another matter."""
    cases, thread, look = turn.state.cases, heard.message.thread, _Look(turn, heard, question_ms)
    if named is not None:
        return look.standing(named, is_named=True)
    if thread and (heard.rating is None or any(case.thread == thread for case in cases)):
        cases = [case for case in cases if case.thread == thread]
    if not cases:
        return Standing(None, Situation.new, Tells.other, is_silent=bool(turn.state.silent_ms))
    return look.standing(look.meant(cases) or look.waiting(cases))


def open_questions(turn: Turn, since_ms: int) -> list[KnownCase]:
    """Return the cases of a citizen with a question that was asked within so many milliseconds, the last one first."""
    asked = [case for case in turn.state.cases if case.asked_ms > turn.at_ms - since_ms]
    return sorted(asked, key=attrgetter("asked_ms"), reverse=True)


_SPOKEN_OF: Final = frozenset((Situation.asked, Situation.told))
"""How a case stands of which was spoken just now: words that tell no subject clearly are more of it."""


class _Look:
    """Looks at a citizen's cases for one message."""

    def __init__(self, turn: Turn, heard: Heard, question_ms: int) -> None:
        self._turn, self._heard, self._question_ms = turn, heard, question_ms
        self._is_verdict = heard.found.intent in _VERDICTS or heard.rating is not None

    def standing(self, case: KnownCase, *, is_named: bool = False) -> Standing:
        """Return how a case stands for the message."""
        silent, age_ms = bool(self._turn.state.silent_ms), self._turn.at_ms - self._spoken_ms(case)
        return Standing(case, self.situation(case), self.tells(case), is_named, silent, age_ms)

    def situation(self, case: KnownCase) -> Situation:
        """Return how a case stands."""
        at, spoken = self._turn.at_ms, self._spoken_ms(case)
        is_held = bool(case.foreign or self._heard.message.thread or not self._heard.message.sender)
        found = (
            (Situation.asked, case.asked_ms > at - LATE_MS),
            (Situation.withdrawn, case.withdrawn_ms > at - LATE_MS),
            (Situation.closed, case.closed_ms > at - ANSWERED_MS),
            (Situation.answered, case.told_ms > at - ANSWERED_MS),
            (Situation.told, case.is_alive and spoken > at - HOUR_MS),
            (Situation.alive, case.is_alive and (bool(spoken) or is_held)),
        )
        return next((situation for situation, is_so in found if is_so), Situation.past)

    def tells(self, case: KnownCase) -> Tells:
        """Return what the message tells beside a case."""
        heard = self._heard
        if heard.corrects or (case.part == "place" and case.asked_ms and heard.is_place):
            return Tells.place
        if not heard.names_matter:
            if not heard.is_placed:
                return Tells.nothing
            return Tells.place if case.asked_ms or heard.is_place or not case.region else Tells.elsewhere
        if self._is_same(case):
            return Tells.again if heard.is_placed and not heard.message.thread else Tells.same
        return self._tells_more(case)

    def _tells_more(self, case: KnownCase) -> Tells:
        """Return what a message tells that has another matter. One that is not clear is no other just after the case was spoken of."""
        heard = self._heard
        told = heard.fresh.complaint
        if told.place.province is not None or cues.names_place(heard.said):
            return Tells.elsewhere
        is_about_it = heard.found.intent in _ABOUT_IT and heard.found.confidence >= _SURELY
        is_clear = told.clear and not (is_about_it and heard.most(_STORY) < _A_STORY)
        is_story = (heard.cries and not case.danger) or is_clear or heard.sure_of("story") >= _ITS_OWN
        if not is_story and self.situation(case) in _SPOKEN_OF:
            return Tells.nothing
        return Tells.nothing if heard.sure_of("no story") >= _NO_STORY else Tells.other

    def meant(self, cases: list[KnownCase]) -> KnownCase | None:
        """Return the case whose matter a message tells or names; None if it is none."""
        if cases[1:] and self._heard.found.intent in _OF_ONE and self._heard.fresh.complaint.place.province is None:
            said = self._heard.disputing if self._heard.found.intent == "dispute" else self._heard.said
            found = [case for case in cases if cues.names_topic(case.topic or "", said)]
            if len(found) == 1:
                return found[0]
        found = [case for case in reversed(cases) if self._is_same(case)]
        return min(found, key=self._rank, default=None)

    def waiting(self, cases: list[KnownCase]) -> KnownCase:
        """Return the case for which a citizen's word is waited: with a question, an answer, or the one of which he wrote last."""
        at, latest = self._turn.at_ms, cases[-1]
        answered = [case for case in cases if case.told_ms > at - ANSWERED_MS]
        asked = [case for case in cases if case.asked_ms > at - (LATE_MS if case is latest else self._question_ms)]
        if self._is_verdict:
            answered += [case for case in cases if case.withdrawn_ms > at - MESSAGES_MS]
            asked = [case for case in asked if case.part != "subject" or not answered]
            if self._heard.rating is not None:  # one more number is of another case
                answered = [case for case in answered if not case.rated_ms] or answered
            return max((*asked, *answered), key=self._waits_ms, default=self._spoken_of(cases))
        if self._heard.corrects and not self._is_answered(latest):
            return latest
        return max(asked, key=self._waits_ms, default=None) or self._spoken_of(cases)

    def _spoken_of(self, cases: list[KnownCase]) -> KnownCase:
        """Return the case of which was spoken last, by us or by the citizen."""
        return max(cases, key=lambda case: (max(self._waits_ms(case), self._spoken_ms(case)), cases.index(case)))

    def _waits_ms(self, case: KnownCase) -> int:
        return max(case.asked_ms, case.withdrawn_ms, case.told_ms, case.rated_ms)

    def _spoken_ms(self, case: KnownCase) -> int:
        """Return when the citizen last wrote of a case, as far as messages are remembered; 0 if they are forgotten."""
        return max((one.at_ms for one in self._turn.state.messages if one.code == case.code), default=0)

    def _rank(self, case: KnownCase) -> int:
        return list(Situation).index(self.situation(case))

    def _is_answered(self, case: KnownCase) -> bool:
        return self.situation(case) in {Situation.answered, Situation.closed}

    def _is_same(self, case: KnownCase) -> bool:
        """Return whether the message tells the matter of a case, or the one that it was asked for, and not at another place."""
        heard = self._heard
        if heard.corrects or not heard.names_matter or _is_elsewhere(case, heard):
            return False
        if case.part == "subject" and case.asked_ms > self._turn.at_ms - self._question_ms:
            return True
        return heard.fresh.complaint.topic == case.topic or (not heard.is_placed and self._is_kin(case))

    def _is_kin(self, case: KnownCase) -> bool:
        """Return whether a message tells the field of a case: the rest of it, or it begins with what is its."""
        mine, other = case.topic or "", self._heard.fresh.complaint.topic or ""
        if not mine or mine.partition("/")[0] != other.partition("/")[0]:
            return False
        return cues.is_rest(mine) or cues.is_rest(other) or cues.begins_with_its(self._heard.said)


def _is_elsewhere(case: KnownCase, heard: Heard) -> bool:
    """Return whether a message names a place that neither holds that of a case nor lies in it."""
    told = heard.fresh.complaint.place
    place, known = told.district or told.regency or told.province, case.region or ""
    return bool(place is not None and known and not (known.startswith(place.code) or place.code.startswith(known)))
