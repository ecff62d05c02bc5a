"""Chooses among the units of one government or national body, for its own desk, and decides whether the matter is not its own."""

from dataclasses import dataclass

from complaints.errors import ConfigurationError
from normalizer.places.gazetteer import described, lineage
from normalizer.places.scores import seat_of
from normalizer.results import PlaceReading
from router.agencies.registry import Agency, Registry
from router.calibration import thousandths
from router.candidate import Candidate
from router.candidates import Weighing
from router.decision import Decision
from router.desks import DESK_IS_RIGHT
from router.explain import explain, explain_elsewhere, explain_triage
from router.facts import Facts, is_outside
from router.owners import locate_for, owner_fits
from router.routing import Router


@dataclass(frozen=True, slots=True)
class House:
    """A government or national body whose desk hands complaints on to its units."""

    agency: Agency
    region: str

    @classmethod
    def of(cls, agency_id: str, registry: Registry) -> "House":
        """Return the house of an agency.

        Raises:
            ConfigurationError: there is no such agency.
        """
        agency = registry.get(agency_id)
        if agency is None:
            raise ConfigurationError(
                f"no agency has the id {agency_id!r}: `lapor agency search` finds ids, such as pemda-33.74"
            )
        return cls(agency, agency.region or "")

    def has(self, agency: Agency, registry: Registry) -> bool:
        """Return whether an agency is the house itself or one of its units. A regency is no unit of its province."""
        if self.agency.kind == "government":
            government = registry.government_of(agency)
            return government is not None and government.id == self.agency.id
        return agency.id == self.agency.id or any(above.id == self.agency.id for above in registry.parents(agency.id))


@dataclass(frozen=True, slots=True)
class Choice:
    """The unit of a house for a complaint.

    Attributes:
        decision: the unit, with the other units as alternatives; the managing officer or the house itself if no unit is known for it, or
            if it happened in another government's region. If the matter is not the house's own, the confidence is at most the
            probability that the agency elsewhere is wrong.
        own: whether the law gives the house a part in the matter; None if it is not clear what the complaint is about.
        elsewhere: the agency outside the house that owns it by law, or the triage desk of the place where it happened; None if the
            owner is in the house, or not clear.
        is_away: whether it happened in another government's region, and the law does not give it to the house all the same.
    """

    decision: Decision
    own: bool | None
    elsewhere: Agency | None
    is_away: bool


def choose(router: Router, facts: Facts, house: House) -> Choice:
    """Return the unit of a house that a complaint goes to. Total: if no unit is known, it is the managing officer or the house itself."""
    whole = router.decide(Facts(facts.reading, day=facts.day), by_law=True)
    is_away = _is_away(router, facts, whole, house)
    ranked = units_of(router, _at_home(facts, house) if is_away else facts, house)
    elsewhere = _elsewhere(router, facts, whole, house, is_away=is_away)
    if elsewhere is None:
        own = None if whole.triage and not ranked else True
    else:
        by_thing = bool(whole.ranked) and whole.ranked[0].by_thing
        own = not is_away and _shares(router, facts, house, by_thing=by_thing)
    decision = _decision(router, facts, house, ranked, is_away=is_away)
    if elsewhere is not None and not own:
        place = _place(router, facts)
        why = f"kejadiannya di {place}" if whole.triage else whole.ranked[0].why
        decision.explanation = explain_elsewhere(
            decision.owner, elsewhere, why, house=house.agency, subject=_subject(router, facts)
        )
        if not whole.triage:
            decision.confidence = thousandths(decision.confidence * (1.0 - whole.confidence))
    return Choice(decision, own, elsewhere, is_away)


def units_of(router: Router, facts: Facts, house: House) -> list[Candidate]:
    """Return the candidates for a complaint that are units of a house, best first."""
    weighing, model = Weighing(facts, router.owners, router.mentions), router.models.at(facts.place)
    found = weighing.candidates()
    if model is not None:
        found = weighing.with_model(model)
    return [one for one in found if house.has(one.agency, router.registry)]


def _is_away(router: Router, facts: Facts, whole: Decision, house: House) -> bool:
    """Return whether it happened in another government's region, and the law does not give it to the house all the same."""
    if house.agency.kind != "government" or not is_outside(facts.place, house.region):
        return False
    return whole.triage or not house.has(whole.owner, router.registry)


def _at_home(facts: Facts, house: House) -> Facts:
    """Return the facts as they would be in the house's region: its units may know the matter although it happened elsewhere."""
    moved = Facts(facts.reading, home=house.region, day=facts.day, within=True)
    moved.place = PlaceReading(lineage(house.region), "keyword")
    return moved


def _elsewhere(router: Router, facts: Facts, whole: Decision, house: House, *, is_away: bool) -> Agency | None:
    """Return the agency outside the house that owns a complaint, or the government of the place elsewhere; None if there is none."""
    is_known = not whole.triage or (is_away and whole.owner.id != router.administrator_id)
    if is_known and not house.has(whole.owner, router.registry):
        return whole.owner
    place = facts.place.regency or facts.place.province
    return router.registry.unit("pemda", seat_of(place)) if is_away and place else None


def _shares(router: Router, facts: Facts, house: House, *, by_thing: bool) -> bool:
    """Return whether the law gives the house a part in a matter whose first owner is outside it.

    It does not if the text decided for the other agency: by a condition of the rule, or by a thing that belongs to that agency.
    """
    subjects = facts.reading.subjects
    rule = router.rules.subjects.get(subjects[0].id) if subjects else None
    if rule is None or by_thing:
        return False
    fitting = [owner for owner in rule.owners if owner_fits(owner, facts)]
    agencies = [locate_for(owner, facts, router.registry) for owner in fitting]
    first = next((owner for owner, agency in zip(fitting, agencies, strict=True) if agency), None)
    return first is not None and not first.needs and any(one and house.has(one, router.registry) for one in agencies)


def _subject(router: Router, facts: Facts) -> str:
    subjects = facts.reading.subjects
    return router.subject_names.get(subjects[0].id, "") if subjects else ""


def _place(router: Router, facts: Facts) -> str:
    deepest = facts.place.deepest
    return described(router.registry.gazetteer, deepest) if deepest else ""


def _decision(router: Router, facts: Facts, house: House, ranked: list[Candidate], *, is_away: bool) -> Decision:
    name, place = _subject(router, facts), _place(router, facts)
    total = sum(one.score for one in ranked)
    best = ranked[0] if total and not is_away else None
    if best is None or best.agency.id == house.agency.id:
        desk = router.desks.officer(house.region, facts) or house.agency
        text = explain_triage(desk, subject=name, place=place, missing_place=False, refused_by="")
        return Decision(desk, DESK_IS_RIGHT, ranked, triage=True, explanation=text)
    text = explain(best.agency, best.why, subject=name, place=place, refused_by="")
    return Decision(best.agency, thousandths(best.score / total), ranked, triage=False, explanation=text)
