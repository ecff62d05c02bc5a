"""What a decision between ranked candidates depends on: how sure it is, and whether a place that is not known decides it."""

from collections.abc import Sequence
from typing import Final

from router.agencies.registry import DKI, Registry
from router.calibration import probability, thousandths
from router.candidate import Candidate
from router.facts import Facts
from router.learning.learnt import Model
from router.owners import lacks_place
from router.rulebook.rules import Rule, Rules
from router.watchdog import lacks_region

NAMED_EVIDENCE: Final = 6.0
"""Evidence of an agency that the text names, or that answers for a thing in it, beside the words for the subject: one clear word."""


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

    Args:
        ranked: the candidates, best first.
        facts: the facts of the complaint.
        rules: the law.
        model: the model learnt from officers; None if the rules decide alone.
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
