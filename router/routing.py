"""The routing function. Pure and total: each complaint gets an owner, and after `max_hops` refusals the national administrator.

No agency that refused a complaint gets it again, except the national administrator, whose refusals do not count.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from complaints.event import AgencyRef, Alternative, Complaint, Disposition, Evidence, Refusal
from complaints.ids import disposition_id
from normalizer.places.gazetteer import described
from normalizer.reader import Reader
from normalizer.results import Reading, SubjectScore
from router.agencies.mentions import Mentions, mentions_of
from router.agencies.registry import DKI, Agency, Registry
from router.calibration import probability, thousandths
from router.candidates import Candidate, Weighing
from router.deadlines import Deadlines
from router.explain import explain, explain_triage
from router.learnt import Model
from router.owners import Facts, Owners, is_of_a_place, watchdog_of
from router.rules import Rules

MAX_HOPS = 3
"""Number of refusals after which the national administrator takes the complaint."""

CHOSEN_TOPIC = 6.0
"""Score of the subject whose category the citizen chose in the form, if the text does not show it: as much as one clear word."""

ALTERNATIVES = 3
"""Maximum number of other candidates that a disposition names."""

DESK_IS_RIGHT = 0.1
"""Probability that a triage desk is itself the agency that must handle the complaint: 2 of 18 on labelled reports."""

_NOBODY: frozenset[str] = frozenset()


class Decision:
    """Who owns a complaint and why, before this becomes an event.

    Attributes:
        owner: the agency that gets the complaint.
        triage: whether the owner is a triage desk that must find the responsible agency.
        confidence: the probability that the owner is the agency that must handle the complaint.
        explanation: the reason, in one sentence for the citizen.
        ranked: the candidates, best first; empty if there are none. If the owner is a triage desk, it need not be among them.
    """

    __slots__ = ("confidence", "explanation", "owner", "ranked", "triage")

    def __init__(
        self, owner: Agency, confidence: float, explanation: str, ranked: list[Candidate], *, triage: bool
    ) -> None:
        self.owner = owner
        self.triage = triage
        self.confidence = confidence
        self.explanation = explanation
        self.ranked = ranked


@dataclass(frozen=True, slots=True, eq=False)
class Router:
    """Routes complaints. Holds only compiled tables, so one object serves all threads.

    Attributes:
        reader: reads the texts and finds the names of agencies in them.
        registry: the agencies that exist.
        rules: the law: who owns which subject.
        deadlines: the legal deadlines.
        mentions: the names of agencies for which the reader searches, with their meanings.
        subject_names: the Indonesian name of each subject, by its id.
        topic_subjects: the id of the subject of each path in LAPOR!'s category tree.
        max_hops: the number of refusals after which the national administrator takes the complaint.
        model: the model learnt from officers; None if the rules decide alone.
        owners: the rules applied to the registry.
    """

    reader: Reader
    registry: Registry
    rules: Rules
    deadlines: Deadlines
    mentions: Mentions
    subject_names: Mapping[str, str]
    topic_subjects: Mapping[str, str]
    max_hops: int = MAX_HOPS
    model: Model | None = None
    owners: Owners = field(init=False)

    def __post_init__(self) -> None:
        """Set `owners` to the rules applied to the registry. A copy with other rules or another registry gets its own."""
        object.__setattr__(self, "owners", Owners(self.rules, self.registry))

    @classmethod
    def load(cls, *, max_hops: int = MAX_HOPS, model: Path | Model | None = None) -> "Router":
        """Return a router with the packaged data, which are read at most once per process for the same parameters.

        Args:
            max_hops: the number of refusals after which the national administrator takes the complaint.
            model: a file that `lapor learn` made, or the model in it; if None, the rules decide alone.

        Raises:
            ConfigurationError: the file cannot be read or is not a model.
        """
        return _load(max_hops, _model(model) if isinstance(model, Path) else model)

    def route(self, complaint: Complaint, refusals: Sequence[Refusal] = ()) -> Disposition:
        """Return the disposition of the complaint after these refusals.

        Total: any complaint with any refusals gets an owner. Deterministic: the same arguments give the same event. Each counted refusal
        and each addition of the citizen is a hop of the chain. Only refusals count towards `max_hops`.

        Args:
            complaint: the complaint as the normaliser made it, possibly with additions.
            refusals: all refusals so far (*bukan wewenang*), oldest first. Only the first one of each agency counts, and
                none of the national administrator.
        """
        reading = self.reader.read(complaint.whole_text, title=complaint.title, address=complaint.place.text)
        chosen = self.topic_subjects.get(complaint.topic or "") if complaint.topic != reading.topic else None
        if chosen and all(chosen != subject.id for subject in reading.subjects):
            reading.subjects = (*reading.subjects, SubjectScore(chosen, CHOSEN_TOPIC))
        facts = Facts(reading, complaint)
        counted = self.counted(refusals)
        decision = self.decide(facts, counted)
        previous = AgencyRef(id=counted[-1].agency_id, name=self._name(counted[-1].agency_id)) if counted else None
        hop = len(counted) + len(complaint.additions)
        return Disposition(
            id=disposition_id(complaint.id, hop),
            complaint_id=complaint.id,
            tracking_code=complaint.tracking_code,
            hop=hop,
            owner=decision.owner.ref,
            previous_owner=previous,
            triage=decision.triage,
            confidence=decision.confidence,
            explanation=decision.explanation,
            evidence=self._evidence(decision, reading),
            alternatives=tuple(
                Alternative(id=other.agency.id, name=other.agency.name, score=thousandths(min(1.0, other.score)))
                for other in decision.ranked
                if other.agency.id != decision.owner.id
            )[:ALTERNATIVES],
            deadlines=self.deadlines.of(
                complaint.received_at,
                complaint_class=complaint.complaint_class.value,
                oversight=complaint.oversight,
                agency_id=decision.owner.id,
            ),
            secret=complaint.secret,
            rules_version=f"{self.rules.version}+{self.model.version}" if self.model else self.rules.version,
            registry_version=self.registry.version,
            decided_at=_last_turn(complaint, counted),
        )

    def _evidence(self, decision: Decision, reading: Reading) -> tuple[Evidence, ...]:
        """Return the reasons for the owner with the citizen's words, or those for the best candidate if the owner is none.

        Empty if there are no candidates.
        """
        if not decision.ranked:
            return ()
        owner = decision.owner
        best = next((one for one in decision.ranked if one.agency is owner), decision.ranked[0])
        return tuple(
            item.model_copy(update={"span": self.reader.words_for(reading.words, item.rule.removeprefix("subject:"))})
            if item.rule.startswith("subject:")
            else item
            for item in best.evidence
        )

    def counted(self, refusals: Sequence[Refusal]) -> tuple[Refusal, ...]:
        """Return the refusals that count, in their order: the first one of each agency, and none of the national administrator."""
        first: dict[str, Refusal] = {}
        for refusal in refusals:
            if refusal.agency_id != self.registry.administrator_id:
                first.setdefault(refusal.agency_id, refusal)
        return tuple(first.values())

    def decide(self, facts: Facts, refusals: Sequence[Refusal] = ()) -> Decision:
        """Return the decision on these facts after these refusals.

        The best candidate becomes the owner if its probability is high enough; otherwise a triage desk does. Without a model, a triage
        desk also does if a local agency is responsible and the regency is not known (outside DKI Jakarta).
        After `max_hops` refusals, the owner is always the national administrator.

        Args:
            facts: the facts of the complaint.
            refusals: the refusals that count (see `counted`), oldest first.
        """
        refused = {refusal.agency_id for refusal in refusals} if refusals else _NOBODY
        ranked = Weighing(facts, self.owners, self.mentions).candidates(refused, self.model)
        confidence = self._confidence(ranked)
        subjects, where = facts.reading.subjects, facts.place
        subject = subjects[0].id if subjects else ""
        name = self.subject_names.get(subject, "")
        deepest = where.deepest
        place = described(self.registry.gazetteer, deepest) if deepest else ""
        refused_by = self._name(refusals[-1].agency_id) if refusals else ""
        open_place = (
            where.regency is None and where.province != DKI and is_of_a_place(self.rules.subjects.get(subject), facts)
        )
        exhausted = len(refusals) >= self.max_hops
        sure_from = self.model.sure_from if self.model else self.rules.sure_from
        if confidence >= sure_from and not exhausted and (self.model or not open_place):
            best = ranked[0]
            text = explain(best.agency, best.why, subject=name, place=place, refused_by=refused_by)
            return Decision(best.agency, confidence, text, ranked, triage=False)
        desk = self.registry.national_administrator if exhausted else self._desk(facts, refused)
        text = explain_triage(desk, subject=name, place=place, missing_place=open_place, refused_by=refused_by)
        return Decision(desk, DESK_IS_RIGHT, text, ranked, triage=True)

    def _confidence(self, ranked: list[Candidate]) -> float:
        """Return the probability that the first of the ranked candidates must handle the complaint; 0 if none has a score above 0."""
        if not ranked:
            return 0.0
        total = 0.0
        for candidate in ranked:
            total += candidate.score
        if not total:
            return 0.0
        knots = self.model.calibration if self.model else self.rules.calibration
        return thousandths(probability(ranked[0].score / total, knots))

    def _desk(self, facts: Facts, refused: Collection[str]) -> Agency:
        """Return the nearest triage desk that has not refused: the regency's, the province's, then the national administrator.

        A report of abuse of office goes, instead of to the desk of a regency or province, to the agency that looks into its government,
        because that government may itself be accused.
        """
        for code in (facts.place.regency, facts.place.province):
            seat = Registry.seat(code) if code else None
            desk = self.registry.unit("pemda", seat) if seat else None
            if desk and facts.oversight:
                desk = watchdog_of(desk, self.rules, self.registry, facts.reading.groups)
            if desk and desk.id not in refused:
                return desk
        return self.registry.national_administrator

    def _name(self, agency_id: str) -> str:
        agency = self.registry.get(agency_id)
        return agency.name if agency else agency_id


def _last_turn(complaint: Complaint, refusals: Sequence[Refusal]) -> datetime:
    """Return the time of the latest refusal or addition, or else of receipt. No clock is read, so a replay gives the same disposition."""
    said = [refusal.at for refusal in refusals] + [addition.received_at for addition in complaint.additions]
    return max(said, default=complaint.received_at)


@cache
def _model(path: Path) -> Model:
    return Model.load(path)


@cache
def _load(max_hops: int, model: Model | None) -> Router:
    registry = Registry.load()
    if model:
        registry = registry.with_learnt(model.bodies, model.names)
    mentions = mentions_of(registry)
    reader = Reader.load(mentions.names)
    return Router(
        reader=reader,
        registry=registry,
        rules=Rules.load(),
        deadlines=Deadlines.load(),
        mentions=mentions,
        subject_names={subject.id: subject.name for subject in reader.lexicon.subjects},
        topic_subjects={subject.topic: subject.id for subject in reversed(reader.lexicon.subjects)},
        max_hops=max_hops,
        model=model,
    )
