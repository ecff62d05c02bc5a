"""Composes what the citizen of a case reads on its page: what happened to the case so far, and the question that is open. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from itertools import groupby

from channels.web.messages import NAME
from complaints import fact as happened
from complaints import tracking
from complaints.calendar import written_day
from complaints.case import Case
from complaints.fact import Fact, FactKind, deadlines_of
from complaints.telling import Asking, Seen, asking, class_named, complete_by, noticed
from complaints.wording import text
from normalizer import emergency
from normalizer.masking import mask
from normalizer.zones import zone_of

STATES = {
    "received": "Sedang dipilah",
    "awaiting_citizen": "Menunggu jawaban Anda",
    "routed": "Sudah diteruskan",
    "accepted": "Sedang ditangani",
    "postponed": "Ditunda",
    "reopened": "Dibuka kembali",
    "answered": "Sudah dijawab",
    "closed": "Selesai",
    "withdrawn": "Dicabut",
    "merged": "Ditangani bersama laporan lain",
    "archived": "Diarsipkan",
}
"""The states of a case as the citizen reads them."""


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
    """All that the citizen reads about a case in addition to its status.

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
    question = _open(case)
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
    asked: Asking | None = None
    is_merged: bool = False
    heard: str = ""
    is_answered: bool = False
    due: date | None = None
    complaint_class: str = ""
    oversight: bool = False
    state: str = ""

    def seen(self, case: Case) -> Seen:
        """Return the case as far as a sentence depends on it."""
        return Seen(
            owner=self.owner,
            heard=self.heard,
            state="answered" if self.is_answered else self.state,
            due=self.due,
            named=class_named(self.complaint_class, oversight=self.oversight),
            asked=self.asked,
            choices=_choices(case),
        )

    def after(self, together: Sequence[Fact]) -> None:
        """Apply the facts that one record caused."""
        for fact in together:
            self.due = complete_by(deadlines_of(fact)) or self.due
            self.state = _ENDS.get(fact.kind, self.state)
            match fact:
                case happened.Routed():
                    self.owner = fact.disposition.owner.name
                case happened.Opened():
                    self._classified(fact.complaint.complaint_class, oversight=fact.complaint.oversight)
                case happened.Reclassified():
                    self._classified(fact.complaint_class, oversight=fact.oversight)
                case happened.Asked():
                    self.asked = Asking(fact.part, fact.text or "", self.owner)
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
    FactKind.answered: "answered",
    FactKind.closed: "closed",
    FactKind.archived: "archived",
    FactKind.reopened: "reopened",
    FactKind.routed: "routed",
}
"""The state of a case after a fact, as far as the wording about an addition depends on it."""

_PARTS = (happened.Merged, happened.Unmerged, happened.Reopened, happened.Withdrawn)
"""The facts after which a case becomes a supporter, or stops being one."""


def _told(facts: Iterable[Fact], case: Case) -> Iterable[Told]:
    then = _Then()
    code = tracking.spaced(case.tracking_code)
    for _, caused in groupby(facts, key=lambda fact: fact.caused_by):
        together = list(caused)
        was_merged = then.is_merged
        then.after(together)
        notice = noticed(together, then.seen(case), was_merged=was_merged)
        if notice is not None:
            ending = "" if case.complaint.secret else emergency.ending(together[0], case.complaint)
            words = notice.sentence(NAME, code, shown=_shown(case), ending=ending)
            yield Told(at=together[0].at, text=words)


def _open(case: Case) -> str:
    """Return the question that is open; empty if none is."""
    if case.question is None:
        return ""
    seen = Seen(owner=case.owner.name, choices=_choices(case))
    asked = Asking(case.question.part, case.question.text, seen.owner)
    return asking(asked, seen, NAME, tracking.spaced(case.tracking_code), shown=_shown(case))


def _choices(case: Case) -> Sequence[str]:
    """Return the names of the regencies among which a pin on the map leaves a choice; none if the report is secret."""
    return () if case.complaint.secret else [region.name for region in case.complaint.place.choices]


def _shown(case: Case) -> Callable[[str], str]:
    """Return how an officer's words are read on the page: masked, and not at all if the report is secret."""
    return lambda words: "" if case.complaint.secret else mask(" ".join(words.split()))


def number_for_emergencies(*said: str) -> str:
    """Return the sentence with the emergency number if the words report present danger to life; else ""."""
    return text(emergency.OCCASION, NAME) if any(map(emergency.tells_of_danger, said)) else ""
