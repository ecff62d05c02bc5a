"""Chooses the owner of a complaint among the candidates of the law, the text and officers' habits, and explains it to the citizen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from normalizer.places.gazetteer import described
from router.agencies.mentions import Mentions
from router.agencies.registry import DKI, Registry
from router.allotments.edition import Allotments
from router.calibration import probability, thousandths
from router.candidate import Candidate
from router.candidates import Weighing
from router.decision import Decision
from router.desks import DESK_IS_RIGHT, Desks
from router.explain import explain, explain_triage
from router.facts import Facts
from router.learning.learnt import Model
from router.learning.models import Models
from router.owners import Owners, is_doubtful, lacks_place, stands_in, undecided
from router.rulebook.rules import Rule, Rules
from router.rulebook.tiers import contradicts_said
from router.watchdog import lacks_region

NAMED_EVIDENCE: Final = 6.0
"""Evidence added to the words for the subject if the text names the agency, or a thing for which it is responsible: one clear word."""

_NO_REFUSALS: Final[list[str]] = []


def first_rule(rules: Rules, facts: Facts) -> Rule | None:
    """Return the rule of the first subject; None if there is none."""
    subjects = facts.reading.subjects
    return rules.subjects.get(subjects[0].id) if subjects else None


def is_open(ranked: Sequence[Candidate], facts: Facts, rules: Rules, registry: Registry) -> bool:
    """Return whether the owner depends on a place that is not known."""
    where = facts.place
    return (
        where.regency is None
        and where.province != DKI
        and lacks_place(first_rule(rules, facts), facts, registry)
        and not (ranked and ranked[0].by_thing)
    ) or lacks_region(facts)


def confidence(ranked: Sequence[Candidate], facts: Facts, rules: Rules, model: Model | None) -> float:
    """Return the probability that the first of the ranked candidates must handle the complaint; 0 if none has a score above 0.

    Without a model it is no higher than the words allow: one weak word may point to one subject alone and still be misread.
    """
    if not ranked:
        return 0.0
    total = 0.0
    for candidate in ranked:
        total += candidate.score
    if not total:
        return 0.0
    share = ranked[0].score / total
    if model is not None:
        return thousandths(probability(share, model.calibration))
    subjects = facts.reading.subjects
    words = (subjects[0].score if subjects else 0.0) + (NAMED_EVIDENCE if ranked[0].is_named else 0.0)
    return thousandths(min(probability(share, rules.calibration), probability(words, rules.evidence)))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Judge:
    """Decides on the facts of a complaint. Pure and total.

    Attributes:
        registry: the agencies that exist.
        rules: the law: who owns which subject. The reader notes the word groups that they ask for; other rules need another reader.
        mentions: the names of agencies for which the reader searches, with their meanings.
        subject_names: the Indonesian name of each subject, by its id.
        max_hops: the number of refusals after which the national administrator takes the complaint.
        models: the models learnt from officers; none if the rules decide alone.
        allotments: the governments' own divisions of tasks.
        owners: the rules applied to the registry.
        desks: the triage desks.
    """

    registry: Registry
    rules: Rules
    mentions: Mentions
    subject_names: Mapping[str, str]
    max_hops: int
    models: Models
    allotments: Allotments
    owners: Owners = field(init=False)
    desks: Desks = field(init=False)

    def __post_init__(self) -> None:
        """Apply the rules to the registry. A copy with other rules or another registry gets its own `owners` and `desks`."""
        object.__setattr__(self, "owners", Owners(self.rules, self.registry, self.allotments))
        object.__setattr__(self, "desks", Desks(self.rules, self.registry, self.allotments))

    def decide(
        self, facts: Facts, refused_by: Sequence[str] = (), hops: int | None = None, *, by_law: bool = False
    ) -> Decision:
        """Return the decision on these facts after these refusals.

        The best candidate becomes the owner if its probability is high enough; otherwise a triage desk does. A triage desk also does if a
        local agency is responsible and the regency is not known (outside DKI Jakarta).
        After `max_hops` refusals, the owner is always the national administrator. A complaint that the rules give to a triage desk stays
        there even if there is a model. A government's own model chooses among its units only if the rules give the complaint to a unit
        that the model knows; any other complaint is decided as without a model.

        Args:
            facts: the facts of the complaint.
            refused_by: the ids of the agencies that refused, oldest first.
            hops: the number of refusals that moved the case; None if all that count did.
            by_law: whether the rules decide alone, even if there is a model.
        """
        administrator = self.registry.administrator_id
        counted = [one for one in dict.fromkeys(refused_by) if one != administrator] if refused_by else _NO_REFUSALS
        exhausted = (len(counted) if hops is None else hops) >= self.max_hops
        weighing = Weighing(facts, self.owners, self.mentions)
        decision = self._decided(weighing.candidates(counted), facts, None, exhausted=exhausted, out=counted)
        model = None if by_law else self.models.at(facts.place)
        if model is not None and not self._has_part(model, decision, facts):
            model = None
        at_desk = decision.triage
        if model is not None and not at_desk:
            ranked = weighing.with_model(model, counted)
            decision = self._decided(ranked, facts, model, exhausted=exhausted, out=counted)
        self._tell(decision, facts, counted)
        if model is not None and at_desk:  # the desk sees officers' choices among the alternatives
            decision.ranked = weighing.with_model(model, counted)
        return decision

    def _has_part(self, model: Model, plain: Decision, facts: Facts) -> bool:
        """Return whether a model changes a decision: a general model does, a government's own if it knows the owner as its unit."""
        owner = plain.owner
        return not model.region or (
            not plain.triage and model.is_over(owner, self.registry) and model.knows(owner, facts.place)
        )

    def _decided(
        self, ranked: list[Candidate], facts: Facts, model: Model | None, *, exhausted: bool, out: Sequence[str]
    ) -> Decision:
        """Return the decision between ranked candidates, without what it tells the citizen.

        Args:
            ranked: the candidates, best first.
            facts: the facts of the complaint.
            model: the model that changed the scores; None if they are the rules' own. Then a place that is not known matters.
            exhausted: whether so many agencies have refused that the national administrator is the owner.
            out: the ids of the agencies that refused and count, oldest first.
        """
        chance = confidence(ranked, facts, self.rules, model)
        sure_from = self.rules.sure_from if model is None else model.sure_from
        if chance < sure_from or exhausted or (model is None and is_open(ranked, facts, self.rules, self.registry)):
            desk = self.registry.national_administrator if exhausted else self.desks.of(facts, set(out))
            return Decision(desk, DESK_IS_RIGHT, ranked, triage=True)
        return Decision(ranked[0].agency, chance, ranked, triage=False)

    def _tell(self, decision: Decision, facts: Facts, counted: Sequence[str]) -> None:
        """Add the explanation for the citizen and the part to ask for. Lower the confidence if the tier or the place is doubtful."""
        reading, deepest, owner = facts.reading, facts.place.deepest, decision.owner
        subject = self.subject_names.get(reading.subjects[0].id, "") if reading.subjects else ""
        place = described(self.registry.gazetteer, deepest) if deepest else ""
        last = self.registry.name_of(counted[-1]) if counted else ""
        is_general = "general_question" in reading.groups
        if decision.triage:
            asked = is_open(decision.ranked, facts, self.rules, self.registry) and not is_general
            text = explain_triage(owner, subject=subject, place=place, missing_place=asked, refused_by=last)
            decision.explanation = text
            return
        decision.explanation = explain(owner, decision.ranked[0].why, subject=subject, place=place, refused_by=last)
        rule = first_rule(self.rules, facts)
        if not facts.oversight:
            decision.asks = None if counted else undecided(rule, facts)
            if decision.asks or is_doubtful(rule, facts) or contradicts_said(owner, reading.groups, self.registry):
                decision.confidence = min(decision.confidence, self.rules.undecided)
        if "place" in reading.missing and not decision.ranked[0].is_named and stands_in(rule, facts):
            decision.confidence = min(decision.confidence, self.rules.unplaced)
