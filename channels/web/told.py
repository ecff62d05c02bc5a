"""Composes what the citizen of a case reads on its page: what happened to the case so far, and the question that is open. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from itertools import groupby

from channels.web.messages import NAME
from complaints import fact as happened
from complaints import tracking, wording
from complaints.calendar import written_day
from complaints.case import Case
from complaints.fact import Fact, FactKind, deadlines_of, said_in, text_of
from complaints.mail import ReplyKind
from complaints.telling import (
    BY_CODE,
    COMPLETE_BY,
    class_named,
    completed_as,
    first_of,
    hidden_as,
    is_deemed,
    kind_of,
    moves,
    put_off_as,
)
from complaints.wording import text
from normalizer import emergency
from normalizer.masking import mask
from normalizer.parts import own_words
from normalizer.zones import zone_of

STATES = {
    "diterima": "Sedang dipilah",
    "perlu dilengkapi": "Menunggu jawaban Anda",
    "diteruskan": "Sudah diteruskan",
    "diproses": "Sedang ditangani",
    "ditunda": "Ditunda",
    "dibuka kembali": "Dibuka kembali",
    "ditanggapi": "Sudah dijawab",
    "selesai": "Selesai",
    "dicabut": "Dicabut",
    "digabung": "Ditangani bersama laporan lain",
    "diarsipkan": "Diarsipkan",
}
"""The states of a case as the citizen reads them."""

_SECRET_ANSWER = "status_ditanggapi"  # noqa: S105  # an occasion
"""The occasion whose wording says that there is an answer, without the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that happened to a case.

    Attributes:
        at: when it happened.
        text: what the citizen reads about it.
    """

    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the citizen reads about a case in addition to its status.

    Attributes:
        explanation: why the present owner has the case, masked; empty if the report is secret, and for a supporter, whose own explanation
            names another owner than its main case has.
        question: the open question; empty if none is open.
        told: the events, oldest first, without the open question.
        stars: the citizen's rating; 0 if there is none yet.
        province: the code of the province whose time zone is used; None if it is not known or the report is secret.
    """

    explanation: str = ""
    question: str = ""
    told: tuple[Told, ...] = ()
    stars: int = 0
    province: str | None = None


def story(case: Case, facts: Sequence[Fact]) -> Story:
    """Return the story of a case. Answers are masked, and nothing of the content of a secret report is shown."""
    question = "" if case.question is None else _asking(case.question.part, case.question.text, case, case.owner.name)
    told = list(_told(facts, case))
    if question:
        last = max((number for number, one in enumerate(told) if one.text.startswith(question)), default=None)
        question = question if last is None else told.pop(last).text
    explanation = "" if case.complaint.secret or case.heard is not None else mask(case.explanation)
    province = None if case.complaint.secret else case.complaint.place.province
    return Story(
        explanation=explanation,
        question=question,
        told=tuple(told),
        stars=0 if case.rating is None else case.rating.stars,
        province=None if province is None else province.code,
    )


def moment(at: datetime, province: str | None = None) -> str:
    """Return a time as people in a province write it, such as 3 Nov 2026 12.05 WIB."""
    ahead, zone = zone_of(province)
    there = at.astimezone(timezone(ahead))
    return f"{written_day(there.date())} {there:%H.%M} {zone}"


@dataclass(slots=True)
class _Then:
    """The case as it was after a fact, as far as the citizen's page needs it."""

    owner: str = ""
    asked: happened.Asked | None = None
    asker: str = ""
    is_merged: bool = False
    heard: str = ""
    is_answered: bool = False
    due: date | None = None
    complaint_class: str = ""
    oversight: bool = False
    state: str = ""

    @property
    def named(self) -> str:
        """The class of the report."""
        return class_named(self.complaint_class, oversight=self.oversight)

    def after(self, together: Sequence[Fact]) -> None:
        """Apply the facts that one record caused."""
        for fact in together:
            self.due = min((one.due for one in deadlines_of(fact) if one.duty in COMPLETE_BY), default=self.due)
            self.state = _ENDS.get(fact.kind, self.state)
            match fact:
                case happened.Routed():
                    self.owner = fact.disposition.owner.name
                case happened.Opened():
                    self._classified(fact.complaint.complaint_class, oversight=fact.complaint.oversight)
                case happened.Reclassified():
                    self._classified(fact.complaint_class, oversight=fact.oversight)
                case happened.Asked():
                    self.asked, self.asker = fact, self.owner
            self._of_main_case(fact)

    def _classified(self, complaint_class: str | None, *, oversight: bool | None) -> None:
        self.complaint_class = complaint_class or self.complaint_class
        self.oversight = self.oversight if oversight is None else oversight

    def _of_main_case(self, fact: Fact) -> None:
        event = fact.event if isinstance(fact, happened.Echoed) else None
        if isinstance(fact, _PARTS) or event == "closed":
            self.is_merged, self.is_answered, self.heard = isinstance(fact, happened.Merged), False, ""
        if self.is_merged and isinstance(fact, happened.Merged | happened.Echoed) and fact.agency is not None:
            self.heard = fact.agency.name
            self.is_answered = event == "answered" or (self.is_answered and event not in {"reopened", "moved"})


_ENDS = {
    FactKind.answered: "ditanggapi",
    FactKind.closed: "selesai",
    FactKind.archived: "diarsipkan",
    FactKind.reopened: "dibuka kembali",
    FactKind.routed: "diteruskan",
}
"""The state of a case after a fact, as far as the wording about an addition depends on it."""

_PARTS = (happened.Merged, happened.Unmerged, happened.Reopened, happened.Withdrawn)
"""The facts after which a case becomes a supporter, or stops being one."""


def _told(facts: Iterable[Fact], case: Case) -> Iterable[Told]:
    then = _Then()
    for _, caused in groupby(facts, key=lambda fact: fact.caused_by):
        together = list(caused)
        was_merged = then.is_merged
        then.after(together)
        if words := _words(together, then, case, was_merged=was_merged):
            yield Told(at=together[0].at, text=words)


def _words(together: Sequence[Fact], then: _Then, case: Case, *, was_merged: bool) -> str:
    """Return the text for the citizen about the facts that one record caused; empty if they do not concern him."""
    asked = next((fact for fact in together if isinstance(fact, happened.Asked)), None)
    if asked:
        return _asking(asked.part, asked.text or "", case, then.owner, ending=_ending(together[0], case))
    kind = first_of([kind_of(fact, was_merged=was_merged) for fact in together])
    if kind is None:
        return ""
    return _sentence(kind, together, then, case)


def _sentence(kind: ReplyKind, together: Sequence[Fact], then: _Then, case: Case) -> str:
    first = together[0]
    owner = first.agency.name if isinstance(first, happened.Echoed) and first.agency else then.heard or then.owner
    values = {"code": tracking.spaced(case.tracking_code), "owner": owner}
    match kind:
        case ReplyKind.answered if case.complaint.secret:
            return text(_SECRET_ANSWER, NAME, **values)
        case ReplyKind.answered:
            return text("answered", NAME, **values, answer=mask(" ".join(text_of(first).split())))
        case ReplyKind.put_off:
            return _put_off(first, then, case, values)
        case ReplyKind.withdrawn if is_deemed(first):
            return text("deemed_withdrawn", NAME, **values)
        case ReplyKind.reminded:
            asked = then.asked
            asker = owner if asked is None or asked.part else then.asker
            return "" if asked is None else _asking(asked.part, asked.text or "", case, asker, "reminded")
        case _:
            occasion = kind.value
            if kind is ReplyKind.completed:
                occasion = completed_as(
                    "ditanggapi" if then.is_answered else then.state, moves=any(map(moves, together))
                )
                if isinstance(first, happened.Added) and first.addition.by_code:
                    occasion = BY_CODE
            elif kind is ReplyKind.hidden:
                occasion = hidden_as(first.kind.value)
            elif kind is ReplyKind.merged and then.heard:
                occasion = "merged_ditangani"
            return text(occasion, NAME, ending=_ending(first, case), **values)


def _ending(first: Fact, case: Case) -> str:
    """Return the occasion of the sentence that ends a reply to words about present danger to life; empty if the report is secret."""
    if case.complaint.secret:
        return ""
    return emergency.occasion(first.kind.value, own_words(case.complaint.title, case.complaint.text), said_in(first))


def number_for_emergencies(*said: str) -> str:
    """Return the sentence with the emergency number if the words report present danger to life; else ""."""
    found = emergency.occasion(FactKind.opened, said)
    return text(found, NAME) if found else ""


def _put_off(fact: Fact, then: _Then, case: Case, values: dict[str, str]) -> str:
    until = fact.until if isinstance(fact, happened.Postponed | happened.Echoed) else None
    due = "-" if (day := until or then.due) is None else written_day(day)
    if isinstance(fact, happened.Reclassified):
        return text("reclassified", NAME, **values, due=due, named=then.named)
    reason = "" if case.complaint.secret else mask(" ".join(text_of(fact).split()))
    occasion = put_off_as(fact, has_reason=bool(reason))
    return text(occasion, NAME, **values, due=due, answer=reason)


def _asking(  # noqa: PLR0913  # the parts of a question
    part: str | None, words: str, case: Case, owner: str, occasion: str = "asked", *, ending: str = ""
) -> str:
    """Return the question for a missing part, or in the owner's own words if there is no part."""
    if part:
        return _question(part, case, owner, again=occasion == "reminded", ending=ending)
    code = tracking.spaced(case.tracking_code)
    return text(occasion, NAME, code=code, owner=owner, answer="" if case.complaint.secret else mask(words))


def _question(part: str, case: Case, owner: str, *, again: bool, ending: str) -> str:
    choices = () if case.complaint.secret else [region.name for region in case.complaint.place.choices]
    values = {"code": tracking.spaced(case.tracking_code), "owner": owner}
    return wording.question(part, NAME, choices, again=again, ending=ending, **values)
