"""The table of what becomes of a message; `python -m conversation` prints it. The first row that fits decides; the last fits all. Pure."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from conversation.citizen import HOUR_MS
from conversation.heard import ANYTHING, Heard
from conversation.parts import DAY_MS
from conversation.situation import Situation, Standing, Tells
from normalizer.language.understanding import SURE


class Act(StrEnum):
    """The action for a message."""

    open = "a case is opened"
    accuse = "a case is opened for those who oversee officials; the answered one stays as it is"
    both = "a case is opened, and the answered one is reopened"
    add = "it is added to the case"
    apart = "it is added to the case, and changes nothing in it"
    answer = "it is added to the case: it answers the question, or reopens the withdrawn case"
    dispute = "the answered case is reopened"
    move = "it is added to the case; if it corrects the regency, the answered case is reopened, too"
    agree = "it answers a question that takes yes or, for `smalltalk`, a date; to any other question it is only noted, without a reply"
    noted = "it is noted, without a reply"
    hide = "all his open cases, or else the latest, are hidden; the reply names the word that shows them"
    silence = "the reply names the word that stops our texts; an open case keeps the message"
    hear = "our texts to him go on, with the status that he missed"
    withdraw = "the reply names the word that withdraws the case, or asks which case; an open case keeps the message"
    which = "the reply asks which case he means"
    status = "he is told the status of the case, or how to ask for it if there is none"
    help = "he is told how to report"
    rate = "the case is rated, and reopened if a clause also says that the matter is not settled"
    scale = "he is told the scale and when he can rate; if a clause disputes the answer, the case is reopened instead"


class Row(NamedTuple):
    """A row of the table.

    Attributes:
        wants: what the citizen wants: an intent (see normalizer.language), or a key of heard.READ.
        sure: the minimum probability of that, from 0 to 1, chosen by what an error costs.
        tells: what the message may tell about the case and apart from it; empty if it must say only what it wants (Heard.says_only).
        does: the acts, each with its situations; in other situations the row does not apply.
        why: the reason.
        named: True if the row is for messages that name a case, False if it is for those that name none, None for both.
    """

    wants: str
    sure: float
    tells: frozenset[Tells]
    does: Mapping[Act, frozenset[Situation]]
    why: str
    named: bool | None = None

    @property
    def acts(self) -> dict[Situation, Act]:
        """The act for each situation."""
        return {situation: act for act, situations in self.does.items() for situation in situations}


A, S, T = Act, Situation, Tells

EVER: Final = frozenset(Situation)
HAS: Final = EVER - {S.new}
NEW, ASKED, CLOSED = frozenset((S.new,)), frozenset((S.asked,)), frozenset((S.closed,))
DONE: Final = frozenset((S.answered, S.closed))
LIVES: Final = frozenset((S.told, S.alive))
OVER: Final = frozenset((S.withdrawn, S.past))
ENDED: Final = CLOSED | OVER
OPEN: Final = HAS - ASKED - ENDED

_SURELY_MORE: Final = 0.85
"""How sure it must be that a message only goes on with a report, if more than a case too many depends on that."""

_EVENT_MS: Final = 6 * HOUR_MS
"""How long danger told without a place is of the same event as its matter before. Later it may be elsewhere."""

_MOST_RECENT: Final = 4
"""The number of messages about a case within a day, after which another one that reads like more of it opens a case."""

ONLY: Final = frozenset[Tells]()
ALL: Final = frozenset(Tells)
ITS: Final = frozenset((T.nothing, T.same))
NEAR: Final = ITS | {T.place}
HERE: Final = ALL - {T.elsewhere, T.place}
AWAY: Final = ALL - NEAR

TABLE: Final = (
    Row(
        "danger in its matter",
        1.0,
        HERE | {T.place},
        {A.dispute: DONE, A.add: HAS - DONE},
        "he is its citizen, and names it, or goes on within six hours with its matter or its danger",
    ),
    Row("danger", 1.0, ALL, {A.open: EVER}, "it cannot wait, and naming 112 once too often harms nobody"),
    Row("new report", 1.0, ALL, {A.open: HAS}, "he says so, with the words that our text teaches"),
    Row("stop", SURE["stop"].whole, ONLY, {A.silence: HAS}, "only the exact word stops texts: an error is costly"),
    Row("stop", 0.95, ONLY, {A.silence: NEW}, "he may mean something else than our texts"),
    Row("resume", 0.6, ONLY, {A.hear: EVER}, "only if texts are stopped: otherwise it may be an answer"),
    Row("only hide", 0.9, ONLY, {A.hide: HAS}, "to hide too much does the least harm", named=False),
    Row("stars", 1.0, NEAR, {A.rate: CLOSED}, "on a closed case it can be nothing else"),
    Row("number", 1.0, NEAR, {A.scale: DONE | LIVES | {S.withdrawn}}, "it is off the scale, or not yet due"),
    Row(
        "withdraw",
        0.65,
        ONLY,
        {A.withdraw: LIVES | {S.answered, S.past}, A.noted: CLOSED, A.status: frozenset((S.withdrawn,))},
        "only the exact word withdraws, because the agency then stops its work",
    ),
    Row("withdraw", 0.9, ONLY, {A.which: NEW}, "nothing is withdrawn"),
    Row("status", 0.8, ONLY, {A.status: ASKED}, "with anything else beside it, it is the answer"),
    Row("status", 0.9, ALL, {A.status: HAS - ASKED}, "his case is kept"),
    Row("status", 0.8, ITS, {A.status: LIVES | OVER}, "less sure, it may answer or dispute"),
    Row("status", 0.5, ONLY, {A.status: LIVES | OVER}, "less sure, but he names it", named=True),
    Row("status", 0.7, HERE, {A.status: LIVES | OVER}, "his case is kept", named=False),
    Row("status", 0.8, ONLY, {A.status: NEW}, "what he tells opens no case"),
    Row("help", 0.7, ONLY, {A.help: HAS - ASKED}, "his case is kept", named=False),
    Row("help", 0.8, ONLY, {A.help: NEW}, "what he tells opens no case"),
    Row("correction", 0.2, ONLY, {A.add: LIVES}, "the report may have been sent by mistake"),
    Row("thanks", 0.9, ONLY, {A.noted: ASKED}, "very sure, since a name may be the answer"),
    Row("thanks", 0.75, ONLY, {A.noted: OPEN}, "words that no example has share less, and are kept"),
    Row("thanks", 0.6, ONLY, {A.noted: ENDED}, "less sure, since an addition opens it again, or a new one"),
    Row("smalltalk", 0.6, ONLY, {A.noted: ENDED}, "the same"),
    Row("agree", 0.6, ONLY, {A.noted: ENDED}, "the same"),
    Row("praise", 0.6, ONLY, {A.noted: DONE}, "his case is kept"),
    Row("smalltalk", 0.85, ONLY, {A.noted: OPEN, A.agree: ASKED}, "words that no example has share less, and are kept"),
    Row("agree", 0.85, ONLY, {A.noted: OPEN, A.agree: ASKED}, "its owner may ask for a yes"),
    Row("thanks", 0.8, ONLY, {A.help: NEW}, "what he tells opens no case"),
    Row("spam", 0.98, ONLY, {A.help: NEW}, "surely an advert, whatever it sells; the reply tells how to report"),
    Row("chatter", 0.85, ONLY, {A.help: NEW}, "an advert, or meant for somebody else; the reply tells how to report"),
    Row("smalltalk", 0.8, ONLY, {A.help: NEW}, "the same"),
    Row("agree", 0.8, ONLY, {A.help: NEW}, "the same"),
    Row("no, and more", 1.0, AWAY, {A.both: DONE}, "the answer, and another matter", named=False),
    Row("threat", 1.0, ALL, {A.both: DONE}, "who was threatened for his report tells two matters", named=False),
    Row("accusation", 1.0, HERE, {A.accuse: DONE}, "the accused does not look into it", named=False),
    Row("dispute", 0.6, NEAR, {A.dispute: DONE, A.add: LIVES}, "its owner looks again, also if it may be settled"),
    Row("settled", 0.5, ONLY, {A.noted: DONE, A.add: LIVES}, "nothing is undone"),
    Row("settled", 0.8, ONLY, {A.noted: frozenset((S.withdrawn,))}, "surer, since he may want it open again"),
    Row(
        "settled",
        0.7,
        ITS,
        {A.noted: DONE, A.add: LIVES | {S.past}},
        "surer, since it may tell more; of an open case also long ago",
    ),
    Row("dispute", 0.3, NEAR, {A.dispute: DONE, A.add: LIVES}, "its owner looks again"),
    Row("blame", 0.6, NEAR, {A.dispute: DONE}, "who judges and does not praise is not content"),
    Row("dispute", 0.6, HERE, {A.dispute: DONE, A.add: LIVES | {S.past}}, "surer, since it seems another matter"),
    Row("story", 0.5, frozenset((T.same,)), {A.dispute: DONE}, "who tells it again after its answer is not content"),
    Row("picture", 1.0, NEAR, {A.open: frozenset((S.alive,))}, "later nobody knows what it shows"),
    Row("correction", 0.8, ALL - {T.elsewhere}, {A.add: LIVES, A.move: DONE}, "its owner reads it"),
    Row("correction", 0.95, ALL, {A.answer: ASKED, A.add: LIVES}, "it is not there but elsewhere"),
    Row("place", 0.3, ALL - {T.elsewhere}, {A.answer: ASKED}, "it is what was asked for"),
    Row("place", 0.7, ALL, {A.answer: ASKED, A.add: frozenset((S.alive,))}, "it is asked for, or not told yet"),
    Row(ANYTHING, 0.0, NEAR | {T.again}, {A.answer: ASKED | {S.withdrawn}}, "it belongs to what was spoken of"),
    Row(ANYTHING, 0.0, NEAR, {A.add: DONE | {S.told}}, "it belongs to what was spoken of"),
    Row(ANYTHING, 0.0, ITS, {A.add: frozenset((S.alive,))}, "a place alone may begin something else by now"),
    Row(ANYTHING, 0.0, ALL, {A.add: HAS}, "he says which case it belongs to", named=True),
    Row("more", 0.55, ALL, {A.apart: LIVES}, "it reads like more; our text names the words that open a case"),
    Row("more", 0.75, ALL, {A.apart: frozenset((S.past,)), A.dispute: DONE}, "surer, since it is later"),
    Row("more", _SURELY_MORE, ALL, {A.answer: ASKED}, "surer still, since another matter is no answer"),
    Row(ANYTHING, 0.0, ALL, {A.open: EVER}, "nothing is lost"),
)
"""The rows. A wish to be hidden applies with all of them (normalizer.language.understanding.SURE)."""


_COURTESIES: Final = frozenset(("thanks", "praise", "smalltalk", "agree"))
"""The intents that report nothing: a row for one of these does not fit a message with a matter other than that of the case."""

_SURELY_KIND: Final = 0.75
"""How sure a courtesy must be, none of whose clauses tells anything, for a name in it to be no matter: "makasih bu lurah"."""

_NODS: Final = frozenset(("agree", "smalltalk"))
_SURE_NOD, _MAYBE_NO = 0.85, 0.12
"""Below the first probability a nod may mean no, if the probability of a dispute is at least the second."""

_ROWS: Final = {situation: [row for row in TABLE if situation in row.acts] for situation in Situation}


def row_for(heard: Heard, stands: Standing) -> Row:
    """Return the row that decides what is done with a message."""
    return next(row for row in _ROWS[stands.situation] if _fits(row, heard, stands))


def _fits(row: Row, heard: Heard, stands: Standing) -> bool:
    if row.named not in {None, stands.is_named} or (row.tells and stands.tells not in row.tells):
        return False
    if not _may(row.wants, heard, stands) or heard.sure_of(row.wants) < row.sure:
        return False
    return bool(row.tells) or heard.says_only


def _may(wants: str, heard: Heard, stands: Standing) -> bool:
    """Return whether the citizen can mean it: most wants need his own case and an account that only he uses."""
    is_foreign = stands.case is not None and stands.case.foreign
    is_his = heard.is_own and not is_foreign and not (heard.message.thread and stands.case is None)
    if not is_his and wants not in _OF_ANYBODY and not (wants == "status" and is_foreign):
        return False
    if wants in _COURTESIES and _tells_something(wants, heard, stands):
        return False
    return wants not in _IF or _IF[wants](heard, stands)


def _tells_something(wants: str, heard: Heard, stands: Standing) -> bool:
    """Return whether what seems a courtesy may mean no, tells a matter that is not the case's, or may be the place or matter asked for."""
    if wants in _NODS and heard.sure_of(wants) < _SURE_NOD and heard.sure_of("dispute") >= _MAYBE_NO:
        return True
    if stands.case is None:
        return False
    asked = stands.case.part if stands.situation is S.asked and wants != "thanks" else None
    is_asked = asked == "place" or (asked == "subject" and heard.names_matter)
    is_kind = heard.is_wish and heard.sure_of(wants) >= _SURELY_KIND
    return is_asked or (heard.names_matter and stands.tells is not T.same and not is_kind)


def _is_its_danger(heard: Heard, stands: Standing) -> bool:
    """Return whether danger belongs to a case of the citizen: he names it, or goes on.

    He goes on for some hours: with its matter, or without a place if the case has danger, or if the message is surely more of it.
    """
    case, tells = stands.about, stands.tells
    if not case.id or not (heard.message.sender or heard.message.proven):
        return False
    if stands.is_named and tells is not T.other:
        return True
    is_more = heard.may_be_past and heard.goes_on >= _SURELY_MORE
    is_its = tells is T.same or (tells is not T.place and (case.danger or is_more))
    return case.is_alive and is_its and stands.age_ms < _EVENT_MS


def _may_be_more(_: Heard, stands: Standing) -> bool:
    """Return whether a message can be more of a report: its question is no older than a day, or it is open and he has not written often."""
    if stands.situation is S.asked:
        return stands.asked_age_ms <= DAY_MS
    return stands.recent <= _MOST_RECENT and (stands.situation is not S.past or stands.about.is_alive)


_OF_ANYBODY: Final = frozenset((ANYTHING, "danger", "danger in its matter"))
"""The wants that also fit messages from an account that several people use, and about the case of somebody else."""

_IF: Final[Mapping[str, Callable[[Heard, Standing], bool]]] = {
    "danger in its matter": _is_its_danger,
    "resume": lambda _, stands: stands.is_silent,
    "number": lambda _, stands: stands.situation not in LIVES or bool(stands.about.reopened_ms),
    "accusation": lambda _, stands: not stands.about.oversight,
    "place": lambda _, stands: stands.situation is not S.alive or not stands.about.region,
    "dispute": lambda _, stands: stands.situation is not S.past or stands.about.is_alive,
    "settled": lambda _, stands: stands.situation is not S.past or stands.about.is_alive,
    "more": _may_be_more,
}
"""By a want: what the message or its case must be like for the want to fit."""
