"""Combines the law with what officers did: the scores of the rules' candidates with the probabilities of a learnt model."""

from typing import Final

from router.agencies.registry import Agency
from router.candidate import AS_BEFORE, MODEL, Candidate, Candidates, Reason
from router.facts import Facts
from router.learning.features import Ruled
from router.learning.learnt import Model
from router.owners import Owners

_BEHIND: Final = 0.999
"""Factor that keeps a score below another one."""


class Habits:
    """Combines a model's probabilities with the scores of a complaint's candidates. Use one object per complaint, and only once."""

    __slots__ = ("_facts", "_found", "_owners")

    def __init__(self, facts: Facts, owners: Owners, found: Candidates) -> None:
        self._facts, self._owners, self._found = facts, owners, found

    def combine(self, model: Model, before: list[Candidate]) -> None:
        """Combine the scores so far with the probabilities of the model, in the proportion (1 - trust) to trust.

        Agencies that only the model names become candidates too. A government's own model redistributes the scores of its units, and keeps
        their sum, because the law decides which government owns the complaint. It changes nothing if the rules name no unit there, or if it
        does not know the first one. If the choice is within one house, it may also name a unit if the rules name none.
        """
        total = sum([candidate.score for candidate in before]) or 1.0
        ruled = [Ruled(candidate.agency, candidate.score / total) for candidate in before]
        if model.region and not self._facts.within:
            own = [one for one in before if model.is_over(one.agency, self._owners.registry)]
            if own and model.knows(own[0].agency, self._facts.place):
                self._divide_anew(model, ruled, own, is_first=own[0] is before[0])
        else:
            for candidate in before:
                candidate.score *= (1.0 - model.trust) / total
            for one in model.suggest(self._facts.reading, self._facts.place, ruled, self._owners.registry):
                self._suggest(model, one.agency, model.trust * one.chance)
        if self._facts.oversight and before:  # officers' habits do not change who looks into abuse of office
            self._keep_first(before[0], ruled[0].share)

    def _divide_anew(self, model: Model, ruled: list[Ruled], own: list[Candidate], *, is_first: bool) -> None:
        """Redistribute the sum of the scores of a government's units as its own model suggests."""
        facts, registry = self._facts, self._owners.registry
        said = [
            one
            for one in model.suggest(facts.reading, facts.place, ruled, registry)
            if model.is_over(one.agency, registry)
        ]
        chances = sum([one.chance for one in said])
        if not chances:
            return
        part = model.trust * sum([one.score for one in own]) / chances
        for candidate in own:
            candidate.score *= 1.0 - model.trust
        others = [one for one in self._found.by_id.values() if one not in own]
        for suggestion in said:
            self._suggest(model, suggestion.agency, part * suggestion.chance)
        if is_first:
            most = max([one.score for one in self._found.by_id.values() if one not in others])
            for other in others:
                other.score = min(other.score, most * _BEHIND)

    def _suggest(self, model: Model, agency: Agency, weight: float) -> None:
        """Add a score to an agency that the model suggests.

        If the government's own division of tasks names the unit for the subject, that unit gets the scores of the government's other units:
        the model learnt from decisions before that division.
        """
        decided = self._decided() if self._owners.divides else None
        if decided is not None and self._is_beside(agency, decided):
            decided.score += weight
        else:
            self._found.add_beside(agency, weight, Reason(MODEL + model.version, "", "", weight), why=AS_BEFORE)

    def _decided(self) -> Candidate | None:
        """Return the unit that a division of tasks names for the first subject; None if it names none, or only counts reports."""
        subjects = self._facts.reading.subjects
        rule = self._owners.rules.subjects.get(subjects[0].id) if subjects else None
        for owning in self._owners.of(rule, self._facts) if rule else ():
            if owning.decided:
                return self._found.by_id.get(owning.agency.id)
        return None

    def _is_beside(self, agency: Agency, decided: Candidate) -> bool:
        """Return whether an agency is another unit of the same government, which may have had the subject before."""
        government, own = (self._owners.registry.government_of(one) for one in (agency, decided.agency))
        return government is not None and own is not None and government.id == own.id and agency.id != decided.agency.id

    def _keep_first(self, first: Candidate, share: float) -> None:
        """Give a candidate this share of all scores, and no other candidate more than it."""
        others = [candidate for candidate in self._found.by_id.values() if candidate is not first]
        rest = (1.0 - share) / (sum([candidate.score for candidate in others]) or 1.0)
        for candidate in others:
            candidate.score = min(candidate.score * rest, share * _BEHIND)
        first.score = share
