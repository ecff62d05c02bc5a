"""The routing function. Pure and total: each complaint gets an owner, and after `max_hops` refusals the national administrator.

No agency that refused a complaint gets it again, except the national administrator, whose refusals do not count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from complaints.case import Case
from complaints.disposition import AgencyRef, Alternative, Deadline, Disposition, Evidence, Terms
from complaints.event import Complaint
from complaints.runtime.loading import without_collector
from normalizer.parts import own_title
from normalizer.reader import Reader
from normalizer.results import PlaceReading, SubjectScore, unread
from router.agencies.mentions import mentions_of
from router.agencies.registry import Registry
from router.allotments.edition import Allotments, Loaded
from router.calibration import thousandths
from router.candidate import MODEL
from router.deadlines import Deadlines
from router.decision import Decision
from router.explain import explain_pin
from router.facts import Facts, received, whole_text
from router.judge import Judge
from router.learning.learnt import Model
from router.learning.models import NO_MODELS, Models, models_in
from router.offices import given, is_desk, of_ladder, same_house
from router.rulebook.rules import Rules
from router.rulebook.topics import topic_key, topic_subjects

MAX_HOPS: Final = 3
"""Number of refusals after which the national administrator takes the complaint."""

CHOSEN_TOPIC: Final = 6.0
"""Score of the subject whose category the citizen chose in the form, if the text does not show it: as much as one clear word."""

ALTERNATIVES: Final = 3
"""Maximum number of other candidates that a disposition names."""

OF_SUBJECT: Final = "subject:"
"""The beginning of the name of a rule about a subject; the subject's id follows."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Router(Judge):
    """Routes complaints. Holds only compiled tables, so one object serves all threads.

    Attributes:
        reader: reads the texts and finds the names of agencies in them.
        topic_subjects: the id of the subject of each path in LAPOR!'s category tree (see router.rulebook.topics).
    """

    reader: Reader
    topic_subjects: Mapping[str, str]

    @classmethod
    def load(
        cls,
        *,
        max_hops: int = MAX_HOPS,
        model: Path | Models | None = None,
        allotments: Path | Loaded | None = None,
        today: date = date.max,
    ) -> "Router":
        """Return a router with the packaged data, which are read at most once per process for the same parameters.

        Args:
            max_hops: the number of refusals after which the national administrator takes the complaint.
            model: a file that `lapor learn` made, a folder of such files, or the models in them; if None, the rules decide alone.
            allotments: a folder of allotment files (see router.allotments.files), or what was loaded of one; None if there are none.
            today: the day whose allotments count for a complaint whose day is not known.

        Raises:
            ConfigurationError: a file cannot be read or is not a model, the folder has none, or an allotment file has a mistake.
        """
        models = _models(model) if isinstance(model, Path) else model or NO_MODELS
        return _load(max_hops, models, allotments, today)

    def route(
        self,
        complaint: Complaint,
        refused_by: Sequence[str] = (),
        hops: int | None = None,
        suggested: Sequence[str] = (),
    ) -> Disposition:
        """Return the disposition of the complaint after these refusals, without `hop`, `previous_owner` and `deadlines`.

        Total: any complaint with any refusals gets an owner. Deterministic: the same arguments give the same disposition.

        Args:
            complaint: the complaint with its additions.
            refused_by: the ids of the agencies that refused it (*bukan wewenang*), oldest first. Refusals of the national administrator
            do not count, and those of one agency count once.
            hops: the number of refusals that moved the case and so count towards `max_hops`; None if all that count did.
            suggested: the ids of the agencies that refusals suggest.
        """
        reading = self.reader.read(
            whole_text(complaint),
            title=own_title(complaint.title, complaint.text),
            address=complaint.place.text,
            parts=False,  # the complaint has them
        )
        reading.missing = complaint.missing
        topic = complaint.topic or ""
        chosen = self.topic_subjects.get(topic_key(topic)) if topic and topic != reading.topic else None
        if chosen and not any(chosen == subject.id for subject in reading.subjects):
            reading.subjects = (*reading.subjects, SubjectScore(chosen, CHOSEN_TOPIC))
        if complaint.settled:
            reading.groups = {group: [] for group in complaint.settled} | reading.groups
        facts = received(Facts(reading, complaint, suggested=suggested), complaint)
        decision = self.decide(facts, refused_by, hops)
        model = self.models.at(facts.place)
        owner = decision.owner
        others = [one for one in decision.ranked[: ALTERNATIVES + 1] if one.agency.id != owner.id]
        return Disposition(
            owner=AgencyRef(id=owner.id, name=owner.name),
            triage=decision.triage,
            confidence=decision.confidence,
            explanation=decision.explanation + explain_pin(complaint.place.pin),
            evidence=self._evidence(decision, facts, model),
            alternatives=tuple(
                [
                    Alternative(id=one.agency.id, name=one.agency.name, score=thousandths(min(1.0, one.score)))
                    for one in others[:ALTERNATIVES]
                ]
            ),
            asks=decision.asks,
            rules_version=self._version(facts, model),
            registry_version=self.registry.version,
        )

    def given(self, complaint: Complaint, agency_id: str, by: str, beside: Sequence[str] = ()) -> Disposition:
        """Return the disposition by which a person gives the complaint to an agency, in the form that `route` returns.

        Raises:
            KeyError: the registry has no such agency.
        """
        is_desk = not same_house(self.registry, by, agency_id) or self.is_desk(by, complaint)
        found = given(self.registry, agency_id, by, beside, is_desk=is_desk)
        return msgspec.structs.replace(found, rules_version=self.rules.version)

    def knows(self, agency_id: str) -> bool:
        """Return whether the registry has an agency."""
        return self.registry.get(agency_id) is not None

    def same_government(self, one: str, other: str) -> bool:
        """Return whether two agencies belong to one government or national body."""
        return same_house(self.registry, one, other)

    def is_desk(self, agency_id: str, complaint: Complaint) -> bool:
        """Return whether an agency is a triage desk for a complaint."""
        return is_desk(agency_id, self._place_only(complaint), self.desks)

    def desk(self, complaint: Complaint) -> str:
        """Return the name and the id of the triage desk for a complaint."""
        agency = self.desks.of(self._place_only(complaint), ())
        return f"{agency.name} ({agency.id})"

    def ladder(self, case: Case, level: int) -> AgencyRef:
        """Return the agency to which an overdue case escalates at a level from 1 to 5."""
        facts = self._place_only(case.complaint)
        agency = of_ladder(self.registry, self.desks, case.owner.id, facts, level)
        return AgencyRef(id=agency.id, name=agency.name)

    @staticmethod
    def _place_only(complaint: Complaint) -> Facts:
        """Return the facts of a complaint on which its triage desks depend: the place, the day and oversight."""
        return received(Facts(unread(PlaceReading()), complaint), complaint)

    def terms(self, complaint: Complaint) -> Terms:
        """Return the days that count for a complaint to its end (see router.deadlines)."""
        return Deadlines.load().terms(complaint)

    def deadlines(self, case: Case) -> tuple[Deadline, ...]:
        """Return the deadlines that run in a case (see router.deadlines)."""
        return Deadlines.load().of(case)

    def _version(self, facts: Facts, model: Model | None) -> str:
        """Return the versions of all that decided: the rules, the model, and the divisions of tasks of the place's governments."""
        parts = [self.rules.version]
        if model:
            parts.append(model.version)
        if self.allotments.editions:
            parts += [one.version for one in dict.fromkeys(self.allotments.of_place(facts.place, facts.day)) if one]
        return "+".join(parts)

    def _evidence(self, decision: Decision, facts: Facts, model: Model | None) -> tuple[Evidence, ...]:
        """Return the reasons for the owner with the citizen's words, or those for the best candidate if the owner is none.

        Empty if there are no candidates.
        """
        if not decision.ranked:
            return ()
        owner = decision.owner
        best = next((one for one in decision.ranked if one.agency is owner), decision.ranked[0])
        reading = facts.reading
        found = []
        for reason in best.evidence:
            rule, span = reason.rule, reason.span
            if rule.startswith(OF_SUBJECT):
                span = self.reader.words_for(reading, rule[len(OF_SUBJECT) :])
            elif model and rule.startswith(MODEL):
                span = model.words_for(reading, facts.place, best.agency)
            found.append(Evidence(rule=rule, span=span, law=reason.law, weight=thousandths(reason.weight)))
        return tuple(found)

    @property
    def administrator_id(self) -> str:
        """The id of the national administrator."""
        return self.registry.administrator_id

    def name(self, agency_id: str) -> str:
        """Return the name of an agency, or the id itself if the registry has no such agency."""
        return self.registry.name_of(agency_id)


@cache
def _models(path: Path) -> Models:
    return models_in(path)


@cache
def _load(max_hops: int, models: Models, allotments: Path | Loaded | None, today: date) -> Router:
    with without_collector():
        return _loaded(max_hops, models, allotments, today)


def _loaded(max_hops: int, models: Models, allotments: Path | Loaded | None, today: date) -> Router:
    registry = Registry.load()
    divisions = Allotments(today=today)
    if allotments:
        from router.allotments.files import load as load_allotments  # reads YAML, which nothing else here does

        loaded = allotments if isinstance(allotments, Loaded) else load_allotments(allotments, registry, today)
        divisions, registry = loaded.allotments, loaded.registry
    if models.all:
        registry = registry.with_learnt(models.bodies, models.names)
    mentions = mentions_of(registry)
    rules = Rules.load()
    reader = Reader.load(mentions.names, rules.groups)
    return Router(
        reader=reader,
        registry=registry,
        rules=rules,
        mentions=mentions.read_by(reader),
        subject_names={subject.id: subject.name for subject in reader.lexicon.subjects},
        topic_subjects=topic_subjects(),
        max_hops=max_hops,
        models=models,
        allotments=divisions,
    )
