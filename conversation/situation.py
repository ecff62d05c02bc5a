"""Finds which case of its citizen a message is about, the status of that case, and what the message tells about it. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple

from conversation.citizen import HOUR_MS, MESSAGES_MS, KnownCase
from conversation.heard import Heard
from conversation.parts import DAY_MS
from conversation.records import Turn
from normalizer.language import cues

ANSWERED_MS: Final = 30 * DAY_MS
"""How long an answer or a closing can be disputed and rated: longer than ten working days, which the router counts exactly."""

LATE_MS: Final = 365 * DAY_MS
"""How long after a question or a withdrawal a text that is no complaint by itself belongs to that case. By law a citizen has 30 days to
answer (UU 25/2009 Pasal 44 ayat (4)), and his next words reopen a withdrawn case."""

_NO_STORY: Final = 0.7
"""Minimum probability that a message tells no story, at which its matter does not count: "good job dishub"."""

_OF_ANSWERS: Final = {
    "number": 1.0,
    "threat": 1.0,
    "accusation": 1.0,
    "blame": 0.6,
    "praise": 0.6,
    "thanks": 0.5,
    "status": 0.3,
}
_JUDGES: Final = {"dispute": 0.3, "settled": 0.5, **_OF_ANSWERS}
_SURELY_JUDGES: Final = {"dispute": 0.6, "settled": 0.8, **_OF_ANSWERS}
"""The minimum probabilities at which a message judges an answer: then it is about what was answered or asked last; and if that is sure,
about what was answered last."""

_ITS_OWN: Final = 0.985
"""Minimum probability of a story at which a message has a matter of its own although its words have no clear subject."""

_SURELY_DENIES: Final = 0.9
"""Minimum probability that a message without a matter disputes an answer, at which a bare word is no place: "jangan bohong ngapa"."""

_VERDICTS: Final = frozenset(("dispute", "settled", "thanks", "agree", "rating"))
"""The intents that judge an answer."""

_OF_ONE: Final = frozenset((*_VERDICTS, "withdraw", "status"))
"""The intents about one case, which a word of its topic can identify."""


class Situation(StrEnum):
    """The situation of a message's case: the first that is true of asked, withdrawn, closed, answered, told, alive and past."""

    new = "the citizen has none"
    asked = "a question to him is open, for at most a year"
    answered = "it was answered or archived within 30 days, and he can dispute that"
    closed = "it was closed within 30 days, and he can rate or dispute it"
    told = "it is being handled, and he wrote about it within the hour"
    alive = "it is being handled, and he wrote about it within the week, or writes now on its page, in its thread, or with its code only"
    withdrawn = "he withdrew it within a year"
    past = "none of these: it ended, or he wrote about it longer ago"


class Tells(StrEnum):
    """The content of a message: about that case, and about anything else."""

    nothing = "no matter and no place, or a matter too unclear to be another one"
    place = "a correction, or no matter but a place: alone, as an answer to a question, or for a case without a place"
    same = "the matter of the case, without a place"
    again = "the matter of the case, with a place that can be the same"
    other = "another matter, without a place; also whatever is told if the case is `new`"
    elsewhere = "another matter or the same one, with another place; or no matter, but a place among other words"


class Standing(NamedTuple):
    """The subject of a message: its case, if it has one, and the case's situation.

    The message may name the case by its code, or answer a text about it. The citizen may have asked for silence. The ages say how
    many milliseconds ago he last wrote about the case and was last asked; the count says how often he wrote about it within a day.
    """

    case: KnownCase | None
    situation: Situation
    tells: Tells
    is_named: bool = False
    is_silent: bool = False
    age_ms: int = DAY_MS
    asked_age_ms: int = 0
    recent: int = 0

    @property
    def about(self) -> KnownCase:
        """The case, which must exist."""
        assert self.case is not None
        return self.case


def standing(turn: Turn, heard: Heard, named: KnownCase | None, *, question_ms: int) -> Standing:
    """Return the case of a message and its situation. `question_ms` is how long a question waits for words about another matter."""
    cases, thread, look = turn.state.cases, heard.message.thread, _Look(turn, heard, question_ms)
    if named is not None:
        return look.standing(named, is_named=True)
    if thread and (heard.rating is None or any(case.thread == thread for case in cases)):
        cases = [case for case in cases if case.thread == thread]
    if not cases:
        return Standing(None, Situation.new, Tells.other, is_silent=bool(turn.state.silent_ms))
    return look.standing(look.meant(cases) or look.waiting(cases))


def open_questions(turn: Turn, since_ms: int) -> list[KnownCase]:
    """Return the cases of a citizen with a question asked within this number of milliseconds, the latest question first."""
    asked = [case for case in turn.state.cases if case.asked_ms > turn.at_ms - since_ms]
    return sorted(asked, key=attrgetter("asked_ms"), reverse=True)


_SPOKEN_OF: Final = frozenset((Situation.asked, Situation.told))
"""The situations of a case that was just written about: words without a clear subject belong to it."""

_FIRST: Final = sorted(Situation, key=lambda situation: situation not in _SPOKEN_OF)
"""The situations in the order in which cases with the same matter are meant."""


class _Look:
    """Compares one message with a citizen's cases."""

    def __init__(self, turn: Turn, heard: Heard, question_ms: int) -> None:
        self._turn, self._heard, self._question_ms = turn, heard, question_ms
        self._spoken_ms = {one.code: one.at_ms for one in turn.state.messages}
        """When the citizen last wrote about each case, as far as that is remembered."""

    def standing(self, case: KnownCase, *, is_named: bool = False) -> Standing:
        """Return a case with its situation for the message."""
        state, at = self._turn.state, self._turn.at_ms
        recent = sum(one.code == case.code and one.at_ms > at - DAY_MS for one in state.messages)
        ages = at - self._spoken_ms.get(case.code, 0), at - case.asked_ms
        return Standing(case, self.situation(case), self.tells(case), is_named, bool(state.silent_ms), *ages, recent)

    def situation(self, case: KnownCase) -> Situation:
        """Return the situation of a case."""
        at, spoken = self._turn.at_ms, self._spoken_ms.get(case.code, 0)
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
        """Return what the message tells about a case, and apart from it."""
        heard = self._heard
        if heard.corrects or (case.part == "place" and case.asked_ms and heard.is_place):
            return Tells.place
        if not heard.names_matter:
            denies = heard.sure_of("dispute") >= _SURELY_DENIES and not cues.names_place(heard.said)
            if denies or not heard.is_placed:
                return Tells.nothing
            return Tells.place if case.asked_ms or heard.is_place or not case.region else Tells.elsewhere
        if self._is_same(case):
            return Tells.again if heard.is_placed and not heard.message.thread else Tells.same
        return self._tells_more(case)

    def _tells_more(self, case: KnownCase) -> Tells:
        """Return what a message with another matter tells. An unclear matter does not count just after the case was written about."""
        heard = self._heard
        told = heard.fresh.complaint
        if told.place.province is not None or cues.names_place(heard.said):
            return Tells.elsewhere
        is_story = (heard.cries and not case.danger) or told.clear or heard.sure_of("story") >= _ITS_OWN
        if not is_story and self.situation(case) in _SPOKEN_OF:
            return Tells.nothing
        return Tells.nothing if heard.sure_of("no story") >= _NO_STORY else Tells.other

    def meant(self, cases: list[KnownCase]) -> KnownCase | None:
        """Return the case whose matter a message tells or names; None if there is none."""
        if cases[1:] and self._heard.found.intent in _OF_ONE and self._heard.fresh.complaint.place.province is None:
            said = self._heard.disputing if self._heard.found.intent == "dispute" else self._heard.said
            found = [case for case in cases if cues.names_topic(case.topic or "", said)]
            if len(found) == 1:
                return found[0]
        found = [case for case in reversed(cases) if self._is_same(case)]
        answered = [case for case in found if self._is_answered(case)]
        if answered and self._judges(_JUDGES) and not self._heard.is_placed:
            asked = [case for case in found if self.situation(case) is Situation.asked]
            return max(answered if self._judges(_SURELY_JUDGES) else [*answered, *asked], key=self._waits_ms)
        return min(found, key=lambda case: _FIRST.index(self.situation(case)), default=None)

    def _judges(self, bars: Mapping[str, float]) -> bool:
        """Return whether the message judges an answer, with at least one of these probabilities, or accuses an official."""
        accuses = self._heard.fresh.complaint.oversight
        return accuses or any(self._heard.sure_of(wish) >= sure for wish, sure in bars.items())

    def waiting(self, cases: list[KnownCase]) -> KnownCase:
        """Return the case that waits for the citizen, because of a question or an answer; otherwise the last one written about."""
        at, latest = self._turn.at_ms, cases[-1]
        answered = [case for case in cases if case.told_ms > at - ANSWERED_MS]
        asked = [case for case in cases if case.asked_ms > at - (LATE_MS if case is latest else self._question_ms)]
        if self._heard.found.intent in _VERDICTS or self._heard.rating is not None:
            answered += [case for case in cases if case.withdrawn_ms > at - MESSAGES_MS]
            asked = [case for case in asked if case.part != "subject" or not answered]
            if self._heard.rating is not None and not self._heard.corrects:  # one more number is of another case
                answered = [case for case in answered if not case.rated_ms] or answered
            return max((*asked, *answered), key=self._waits_ms, default=self._spoken_of(cases))
        if self._heard.corrects and not self._is_answered(latest):
            return latest
        return max(asked, key=self._waits_ms, default=None) or self._spoken_of(cases)

    def _spoken_of(self, cases: list[KnownCase]) -> KnownCase:
        """Return the case about which we or the citizen wrote last."""
        spoken = self._spoken_ms
        return max(reversed(cases), key=lambda case: max(self._waits_ms(case), spoken.get(case.code, 0)))

    def _waits_ms(self, case: KnownCase) -> int:
        return max(case.asked_ms, case.withdrawn_ms, case.told_ms, case.rated_ms)

    def _is_answered(self, case: KnownCase) -> bool:
        return self.situation(case) in {Situation.answered, Situation.closed}

    def _is_same(self, case: KnownCase) -> bool:
        """Return whether the message tells the matter of a case, or the subject that it was asked for, and no other place."""
        heard, known = self._heard, case.region or ""
        if heard.corrects or not heard.names_matter:
            return False
        told = heard.fresh.complaint.place
        place = (told.district or told.regency or told.province) if known else None
        if place is not None and not (known.startswith(place.code) or place.code.startswith(known)):
            return False
        if case.part == "subject" and case.asked_ms > self._turn.at_ms - self._question_ms:
            return True
        return heard.fresh.complaint.topic == case.topic or (not heard.is_placed and self._is_kin(case))

    def _is_kin(self, case: KnownCase) -> bool:
        """Return whether a message continues a case: the same field, and one of the topics is its rest, or the text begins with "-nya"."""
        mine, other = case.topic or "", self._heard.fresh.complaint.topic or ""
        if not mine or mine.partition("/")[0] != other.partition("/")[0]:
            return False
        return cues.is_rest(mine) or cues.is_rest(other) or cues.begins_with_its(self._heard.said)
