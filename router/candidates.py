"""Weighs place, subject, level of government and the citizen's own words into candidates for the owner."""

from collections.abc import Collection
from typing import Final

from router.agencies.blame import is_on_record
from router.agencies.mentions import Mention, Mentions
from router.agencies.registry import Agency
from router.agencies.resolve import resolve
from router.allotments.edition import Edition
from router.candidate import THING, Candidate, Candidates, Reason
from router.facts import Facts, is_outside
from router.learning.habits import Habits
from router.learning.learnt import Model
from router.owners import Owners, local_unit
from router.rulebook.rules import MINISTER, POLICE_AUDITOR, REGIONAL, STAFF, Basis
from router.watchdog import OF_REGION, accused, watchdog_of

CHOSEN_SCORE: Final = 0.6
"""Score for the agency that the citizen chose: it is often right, but can be outweighed by other reasons."""

SUGGESTED_SCORE: Final = 1.0
SUGGESTED_HERE_SCORE: Final = 0.6
SUGGESTED_NATIONAL_SCORE: Final = 0.3
"""Scores for the agency that a refusal suggests, because an officer knows his neighbours' tasks. An agency that the law names for the
subject gets as much as for a clear subject; another agency of the place more than for most other reasons; another national body as much as
for one reason among others. An agency of another place gets none: no suggestion moves a complaint to another region against the law."""

TAGGED_SCORE: Final = 0.2
"""Score for an agency whose account is tagged: people tag the accounts that they know."""

ADDRESSED_SCORE: Final = 0.45
MENTIONED_SCORE: Final = 0.1
"""Score for an agency to which the text is addressed, and for an agency that it only names."""

BLAMED_SCORE: Final = 2.0
"""Score for a unit of a government with an allotment if the text complains about how it answers and works: more than for a subject that
only its name or the missing answer suggests (UU 25/2009 Pasal 36: whoever gives a service handles complaints about it)."""

CLEAR: Final = 4.0
"""Minimum score of a subject that a text is clearly about, besides complaining about a unit: nearly one clear word."""

OF_SERVICE: Final = frozenset(("bureaucracy-reform", "local-staff"))
"""Subjects that words for bad service and missing answers suggest, whatever the unit."""

UNSHOWN: Final = frozenset((*OF_SERVICE, "maladministration"))
"""The same and maladministration, for a text that shows no earlier complaint. With one, maladministration is the Ombudsman's."""

WATCHDOG: Final = 1.5
"""Factor for the inspectorate's score: a report of abuse of office goes to it rather than to the accused unit."""

THING_SCORE: Final = 1.3
"""Score for the agency that is responsible for a named thing; multiplied by the share of those subjects that fit the thing."""
CHANNEL: Final = 0.1
"""Score, as a share of the best one, for the government whose own channel took a complaint about a place elsewhere: officers know better
than a reader of texts where something is, but few texts name another place without reason."""

_NO_EDITIONS: Final[list[Edition]] = []


class Weighing:
    """Collects the candidates for one complaint. Use one object per complaint, and call each method only once."""

    __slots__ = ("_facts", "_found", "_mentions", "_owners", "_ranked", "_registry", "_rules")

    def __init__(self, facts: Facts, owners: Owners, mentions: Mentions) -> None:
        self._facts = facts
        self._mentions = mentions
        self._owners = owners
        self._rules = owners.rules
        self._registry = owners.registry
        self._found = Candidates()
        self._ranked: list[Candidate] = []

    def candidates(self, refused: Collection[str] = ()) -> list[Candidate]:
        """Return the agencies that the rules and the citizen name, best first, without those that refused. May be empty."""
        self._by_subject()
        if self._facts.oversight:
            self._by_accused()
        self._by_mention()
        if self._facts.reading.things:
            self._by_thing()
        if self._facts.hints.addressed_to:
            self._by_choice(self._facts.hints.addressed_to)
        for agency_id in self._facts.hints.suggested:
            self._by_suggestion(agency_id)
        for account in self._facts.hints.tagged:
            self._by_account(account)
        if self._facts.home:
            self._by_channel()
        return self._best(refused)

    def with_model(self, model: Model, refused: Collection[str] = ()) -> list[Candidate]:
        """Return the agencies that the model names too, best first. Call it at most once, after `candidates`.

        The scores of the candidates that `candidates` returned change.
        """
        Habits(self._facts, self._owners, self._found).combine(model, self._ranked)
        return self._best(refused)

    def _best(self, refused: Collection[str]) -> list[Candidate]:
        """Return the candidates that have not refused and still exist, best first."""
        self._ranked = found = self._found.ranked()
        out = {*refused, *self._owners.gone(self._facts)} if self._owners.divides else refused
        return [candidate for candidate in found if candidate.agency.id not in out] if out else found

    def _by_subject(self) -> None:
        facts, rules, registry, found = self._facts, self._rules, self._registry, self._found.by_id
        subjects = facts.reading.subjects
        if not subjects:
            return
        total = sum([subject.score for subject in subjects])
        for subject in subjects:
            rule = rules.subjects.get(subject.id)
            if not rule:
                continue
            part = subject.score / total
            label = rule.label
            for owning in self._owners.of(rule, facts):
                agency, why, law, share = owning.agency, owning.why, owning.law, part * owning.weight
                if facts.oversight and (watchdog := watchdog_of(agency, rules, registry, facts.reading.groups)):
                    basis = self._basis(watchdog)
                    of_office = Reason("oversight", "", basis.law, share * WATCHDOG)
                    itself = watchdog is agency and "accused_central_auditor" not in facts.reading.groups
                    self._found.add(watchdog, share * WATCHDOG, why if itself else basis.why, of_office)
                if agency.id in found:
                    self._found.add(agency, share, why, Reason(label, "", law, share))
                else:  # as `add` does, without a call: this is the innermost loop
                    found[agency.id] = Candidate(agency, why, share, Reason(label, "", law, share))

    def _by_accused(self) -> None:
        """Add the agencies that investigate the officials whom the text accuses, whatever the subject."""
        for agency_id, share in accused(self._facts, self._rules):
            agency = self._registry.get(agency_id)
            if agency:
                weight, basis, before = share * WATCHDOG, self._basis(agency), self._found.by_id.get(agency_id)
                if before is not None:
                    before.why = basis.why  # the subject's reason may be that of another task of the agency
                self._found.add(agency, weight, basis.why, Reason("oversight", "", basis.law, weight))

    def _basis(self, watchdog: Agency) -> Basis:
        """Return the legal basis on which an agency investigates abuse of office in this case."""
        groups, oversight = self._facts.reading.groups, self._rules.oversight
        if watchdog.kind == "ministry" and "accused_central_auditor" in groups:
            return oversight.bases[MINISTER]
        if "accused_police_auditor" in groups and watchdog.id == oversight.police:
            return oversight.bases[POLICE_AUDITOR]
        basis = oversight.basis(watchdog.id, in_region=not OF_REGION.isdisjoint(groups))
        of_staff = "regional_staff_acts" in groups and "village_head" not in groups and OF_REGION.isdisjoint(groups)
        return oversight.bases[STAFF] if of_staff and basis is oversight.bases[REGIONAL] else basis

    def _by_mention(self) -> None:
        reading, registry = self._facts.reading, self._registry
        if not reading.names:
            return
        first = self._rules.subjects.get(reading.subjects[0].id) if reading.subjects else None
        editions = self._owners.editions(self._facts) if self._owners.divides else _NO_EDITIONS
        for mention in self._mentions.of(reading, [edition.region for edition in editions]):
            target = mention.target
            is_unit, name = target.is_unit, target.agency
            own = self._owners.named_unit(mention, self._facts, editions) if editions else None
            agency = own or (local_unit(name, self._facts.place, registry) if is_unit else registry.bodies.get(name))
            if not agency:
                continue
            weight = ADDRESSED_SCORE if mention.addressed else MENTIONED_SCORE
            if own is not None and self._is_blamed(mention):
                weight = BLAMED_SCORE
            if first and not is_unit and name not in first.bodies:
                weight += first.named
            for one in self._with_watchdog(agency):
                score = weight if one is agency else weight * WATCHDOG
                self._found.add_beside(one, score, Reason("named", mention.span, "", score))

    def _is_blamed(self, mention: Mention) -> bool:
        """Return whether the text complains about how the named unit answers and works, and is clearly about nothing else."""
        if self._facts.oversight or not self._mentions.is_blamed(mention, self._facts.reading):
            return False
        reading = self._facts.reading
        of_service = OF_SERVICE if is_on_record(reading.words) else UNSHOWN
        others = self._mentions.rest(mention, reading)
        return all(subject.id in of_service or subject.score < CLEAR for subject in others)

    def _by_thing(self) -> None:
        """Add the agencies responsible for the things that the text names, weighted by how far its subjects fit these things."""
        reading = self._facts.reading
        total = sum([subject.score for subject in reading.subjects])
        seen: set[str] = set()
        for named in reading.things:
            thing = named.thing
            agency = None if named.aside or thing.owner in seen else self._registry.get(thing.owner)
            if not agency:
                continue
            seen.add(thing.owner)
            about = sum([subject.score for subject in reading.subjects if subject.id in thing.subjects])
            weight = THING_SCORE * (about / total if total else 1.0)
            if weight > 0.0:
                for one in self._with_watchdog(agency):
                    score = weight if one is agency else weight * WATCHDOG
                    why = self._owners.reasons.of_thing(thing, agency) if one is agency else self._basis(one).why
                    before = self._found.by_id.get(one.id)
                    if before is not None and before.score < score:
                        before.why = why  # the rule's reason may be that of another agency
                    self._found.add(one, score, why, Reason(f"{THING}{thing.id}", named.span, thing.law, score))

    def _with_watchdog(self, agency: Agency) -> list[Agency]:
        watchdog = (
            watchdog_of(agency, self._rules, self._registry, self._facts.reading.groups)
            if self._facts.oversight
            else None
        )
        return [agency, watchdog] if watchdog and watchdog.id != agency.id else [agency]

    def _by_account(self, account: str) -> None:
        """Add a score to the agency whose name a tagged account has (@pln_123, @DishubKotaSmg); not to a government."""
        named = resolve(self._registry, account.strip("0123456789_"), self._facts.place.regency)
        if named and named.kind != "government":
            self._found.add(named, TAGGED_SCORE, "", Reason("tagged", account, "", TAGGED_SCORE))

    def _by_channel(self) -> None:
        """Add the government whose own channel took a complaint about a place elsewhere: it is asked if all others refuse."""
        facts = self._facts
        if facts.within or facts.oversight or not self._found.by_id or not is_outside(facts.place, facts.home):
            return
        government = self._registry.unit("pemda", facts.home)
        if government is not None and government.id not in self._found.by_id:
            weight = CHANNEL * max([candidate.score for candidate in self._found.by_id.values()])
            self._found.add(
                government,
                weight,
                f"laporan ini masuk lewat kanal {government.name}",
                Reason("channel", "", "", weight),
            )

    def _by_choice(self, written: str) -> None:
        place = self._facts.place
        named = resolve(self._registry, written, place.regency or place.province)
        if named:
            self._found.add(named, CHOSEN_SCORE, "", Reason("addressed_to", written, "", CHOSEN_SCORE))

    def _by_suggestion(self, agency_id: str) -> None:
        suggested = self._registry.get(agency_id)
        score = self._suggested_score(suggested) if suggested else 0.0
        if suggested and score:
            self._found.add(suggested, score, "", Reason("suggested", "", "", score))

    def _suggested_score(self, suggested: Agency) -> float:
        if suggested.id in self._found.by_id:
            return SUGGESTED_SCORE
        codes = self._facts.place.codes
        if suggested.region is None:
            return SUGGESTED_NATIONAL_SCORE
        return SUGGESTED_HERE_SCORE if codes[1] is None or suggested.region in codes else 0.0
