"""Weighs place, subject, level of government and the citizen's own words into candidates for the owner."""

from collections.abc import Collection
from typing import Final

from router.agencies.blame import is_on_record
from router.agencies.mentions import Mention, Mentions
from router.agencies.registry import Agency
from router.agencies.resolve import resolve
from router.allotments.edition import Edition
from router.candidate import AS_BEFORE, MODEL, THING, Candidate, Reason
from router.facts import Facts, is_outside
from router.features import Ruled
from router.learnt import Model
from router.owners import Owners, local_unit
from router.rulebook.rules import MINISTER, POLICE_AUDITOR, REGIONAL, STAFF, Basis
from router.watchdog import OF_REGION, accused, watchdog_of

CHOSEN_SCORE: Final = 0.6
"""Score for the agency that the citizen chose: it is often right, but can be outweighed by other reasons."""

SUGGESTED_SCORE: Final = 1.0
SUGGESTED_HERE_SCORE: Final = 0.6
SUGGESTED_NATIONAL_SCORE: Final = 0.3
"""Scores for the agency that a refusal suggests, because an officer knows his neighbours' tasks: one that the law names for the subject, as
much as a clear subject; another one of the place, more than most other reasons; another national body, as one reason beside others. An
agency of another place gets none: nobody passes a complaint over a border against the law."""

AGREEMENT: Final = 0.4
"""Factor for the smaller of two scores for the same agency, for example from two subjects; the product is added to the larger."""

TAGGED_SCORE: Final = 0.2
"""Score for an agency whose account is tagged: people tag the accounts that they know."""

ADDRESSED_SCORE: Final = 0.45
MENTIONED_SCORE: Final = 0.1
"""Score for an agency to which the text is addressed, and for an agency that it only names."""

BLAMED_SCORE: Final = 2.0
"""Score for a unit of a government with an allotment if the text complains of how it answers and serves: more than a subject that its name,
or the answer that is missing, seems to show (UU 25/2009 Pasal 36: who serves answers complaints of the service)."""

CLEAR: Final = 4.0
"""Score of a subject that the text is clearly about, beside a complaint of a unit: nearly one clear word."""

OF_SERVICE: Final = frozenset(("bureaucracy-reform", "local-staff"))
"""Subjects that words for bad service and missing answers show, whatever the unit."""

UNSHOWN: Final = frozenset((*OF_SERVICE, "maladministration"))
"""The same with an earlier report that was never answered, if nothing says that it can be shown: with that it is the Ombudsman's."""

WATCHDOG: Final = 1.5
"""Factor for the inspectorate's score: a report of abuse of office goes to it rather than to the unit complained of."""

THING_SCORE: Final = 1.3
"""Score for the particular agency that answers for a named thing, times the share of the subjects that a report about it can have."""
CHANNEL: Final = 0.1
"""Score for the government whose own channel took a complaint about a place elsewhere, times the best score: officers know better than a
reader of texts where something is, but few texts name another place for nothing."""

_NO_EDITIONS: Final[list[Edition]] = []

_BEHIND: Final = 0.999
"""Factor that keeps a score behind another one."""


class Weighing:
    """Collects the candidates for one complaint. Use one object per complaint, and call each method only once."""

    __slots__ = ("_facts", "_found", "_mentions", "_owners", "_ranked", "_registry", "_rules")

    def __init__(self, facts: Facts, owners: Owners, mentions: Mentions) -> None:
        """Take what the decision depends on.

        Args:
            facts: the facts of the complaint.
            owners: the law, applied to the agencies that exist.
            mentions: the names of agencies that the reader was asked to find, with their meanings.
        """
        self._facts = facts
        self._mentions = mentions
        self._owners = owners
        self._rules = owners.rules
        self._registry = owners.registry
        self._found: dict[str, Candidate] = {}
        self._ranked: list[Candidate] = []

    def candidates(self, refused: Collection[str] = ()) -> list[Candidate]:
        """Return the agencies that the rules and the citizen name, best first, without those that refused. May be empty.

        Args:
            refused: the ids of the agencies that refused.
        """
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
        self._by_model(model)
        return self._best(refused)

    def _best(self, refused: Collection[str]) -> list[Candidate]:
        """Return the candidates that have not refused and still exist, best first."""
        found: list[Candidate] = []
        for candidate in self._found.values():
            _insert(found, candidate)
        self._ranked = found
        out = {*refused, *self._owners.gone(self._facts)} if self._owners.divides else refused
        return [candidate for candidate in found if candidate.agency.id not in out] if out else found

    def _add(self, agency: Agency, score: float, why: str, reason: Reason) -> None:
        candidate = self._found.get(agency.id)
        if candidate is None:
            self._found[agency.id] = Candidate(agency, why, score, reason)
        else:
            before = candidate.score
            candidate.score = before + AGREEMENT * score if before >= score else score + AGREEMENT * before
            candidate.reasons.append(reason)

    def _add_beside(self, agency: Agency, score: float, reason: Reason, why: str = "") -> None:
        """Make the agency a candidate with this score; if it is a candidate already, add the whole score to the one that it has.

        In contrast, `_add` multiplies the smaller of the two scores by AGREEMENT. The reason is added to the agency's reasons; the citizen
        reads `why` if there was no candidate yet.
        """
        candidate = self._found.get(agency.id)
        if candidate is None:
            self._found[agency.id] = Candidate(agency, why, score, reason)
        else:
            candidate.score += score
            candidate.reasons.append(reason)

    def _by_subject(self) -> None:
        facts, rules, registry, found = self._facts, self._rules, self._registry, self._found
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
                    self._add(watchdog, share * WATCHDOG, why if itself else basis.why, of_office)
                if agency.id in found:
                    self._add(agency, share, why, Reason(label, "", law, share))
                else:  # as _add does, without a call: this is the innermost loop
                    found[agency.id] = Candidate(agency, why, share, Reason(label, "", law, share))

    def _by_accused(self) -> None:
        """Add who looks into the head of a region that the text accuses, whatever he is accused of."""
        for agency_id, share in accused(self._facts, self._rules):
            agency = self._registry.get(agency_id)
            if agency:
                weight, basis, before = share * WATCHDOG, self._basis(agency), self._found.get(agency_id)
                if before is not None:
                    before.why = basis.why  # the subject's reason may be that of another task of the agency
                self._add(agency, weight, basis.why, Reason("oversight", "", basis.law, weight))

    def _basis(self, watchdog: Agency) -> Basis:
        """Return why an agency looks into abuse of office in this case."""
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
                self._add_beside(one, weight, Reason("named", mention.span, "", weight))

    def _is_blamed(self, mention: Mention) -> bool:
        """Return whether the text complains of how the named unit answers and serves, and is clearly about nothing else."""
        if self._facts.oversight or not self._mentions.is_blamed(mention, self._facts.reading):
            return False
        reading = self._facts.reading
        of_service = OF_SERVICE if is_on_record(reading.words) else UNSHOWN
        others = self._mentions.rest(mention, reading)
        return all(subject.id in of_service or subject.score < CLEAR for subject in others)

    def _by_thing(self) -> None:
        """Add the agencies that answer for the things that the text means, so far as the text is about such a thing."""
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
                    before = self._found.get(one.id)
                    if before is not None and before.score < score:
                        before.why = why  # the rule's reason may be that of another agency
                    self._add(one, score, why, Reason(f"{THING}{thing.id}", named.span, thing.law, score))

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
            self._add(named, TAGGED_SCORE, "", Reason("tagged", account, "", TAGGED_SCORE))

    def _by_channel(self) -> None:
        """Add the government whose own channel took the complaint, if it happened elsewhere: it is asked if all others refuse."""
        facts = self._facts
        if facts.within or facts.oversight or not self._found or not is_outside(facts.place, facts.home):
            return
        government = self._registry.unit("pemda", facts.home)
        if government is not None and government.id not in self._found:
            weight = CHANNEL * max([candidate.score for candidate in self._found.values()])
            self._add(
                government,
                weight,
                f"laporan ini masuk lewat kanal {government.name}",
                Reason("channel", "", "", weight),
            )

    def _by_model(self, model: Model) -> None:
        """Combine the scores so far with the probabilities of the model, in the proportion (1 - trust) to trust.

        Agencies that only the model names become candidates too. A government's own model divides the sum of the scores of its units anew,
        and that sum is not changed: the law decides whose house it is. If the rules' first unit is not one of its classes, or if the rules
        have no unit there, nothing changes. Within a house the model may also name a unit where the rules have none: nobody else is asked.
        """
        before = self._ranked
        total = sum([candidate.score for candidate in before]) or 1.0
        ruled = [Ruled(candidate.agency, candidate.score / total) for candidate in before]
        if model.region and not self._facts.within:
            own = [one for one in before if model.is_over(one.agency, self._registry)]
            if own and model.knows(own[0].agency, self._facts.place):
                self._divide_anew(model, ruled, own, is_first=own[0] is before[0])
        else:
            for candidate in before:
                candidate.score *= (1.0 - model.trust) / total
            for one in model.suggest(self._facts.reading, self._facts.place, ruled, self._registry):
                self._suggest(model, one.agency, model.trust * one.chance)
        if self._facts.oversight and before:  # officers' habits do not change who looks into abuse of office
            self._keep_first(before[0], ruled[0].share)

    def _divide_anew(self, model: Model, ruled: list[Ruled], own: list[Candidate], *, is_first: bool) -> None:
        """Divide the sum of the scores of a government's units as its own model does.

        Args:
            model: the government's model.
            ruled: the candidates of the rules with their shares, best first.
            own: the candidates that are units of the government.
            is_first: whether the first of all candidates is one of them; then no agency outside the government overtakes the best of them.
        """
        facts, registry = self._facts, self._registry
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
        others = [one for one in self._found.values() if one not in own]
        for suggestion in said:
            self._suggest(model, suggestion.agency, part * suggestion.chance)
        if is_first:
            most = max([one.score for one in self._found.values() if one not in others])
            for other in others:
                other.score = min(other.score, most * _BEHIND)

    def _suggest(self, model: Model, agency: Agency, weight: float) -> None:
        """Add a score to an agency that the model suggests.

        What it gives to other units of a government whose own division of tasks says who has the subject goes to that unit: officers
        decided before the division of the day did.
        """
        decided = self._decided() if self._owners.divides else None
        if decided is not None and self._is_beside(agency, decided):
            decided.score += weight
        else:
            self._add_beside(agency, weight, Reason(MODEL + model.version, "", "", weight), why=AS_BEFORE)

    def _decided(self) -> Candidate | None:
        """Return the unit to which its government's division of tasks gives the first subject; None if it only counts reports, or none."""
        subjects = self._facts.reading.subjects
        rule = self._rules.subjects.get(subjects[0].id) if subjects else None
        for owning in self._owners.of(rule, self._facts) if rule else ():
            if owning.decided:
                return self._found.get(owning.agency.id)
        return None

    def _is_beside(self, agency: Agency, decided: Candidate) -> bool:
        """Return whether an agency is another unit of the same government: a model learnt from days on which it had the subject."""
        government, own = (self._registry.government_of(one) for one in (agency, decided.agency))
        return government is not None and own is not None and government.id == own.id and agency.id != decided.agency.id

    def _keep_first(self, first: Candidate, share: float) -> None:
        """Give a candidate this share of all scores, and no other candidate more than it."""
        others = [candidate for candidate in self._found.values() if candidate is not first]
        rest = (1.0 - share) / (sum([candidate.score for candidate in others]) or 1.0)
        for candidate in others:
            candidate.score = min(candidate.score * rest, share * _BEHIND)
        first.score = share

    def _by_choice(self, written: str) -> None:
        place = self._facts.place
        named = resolve(self._registry, written, place.regency or place.province)
        if named:
            self._add(named, CHOSEN_SCORE, "", Reason("addressed_to", written, "", CHOSEN_SCORE))

    def _by_suggestion(self, agency_id: str) -> None:
        suggested = self._registry.get(agency_id)
        score = self._suggested_score(suggested) if suggested else 0.0
        if suggested and score:
            self._add(suggested, score, "", Reason("suggested", "", "", score))

    def _suggested_score(self, suggested: Agency) -> float:
        if suggested.id in self._found:
            return SUGGESTED_SCORE
        codes = self._facts.place.codes
        if suggested.region is None:
            return SUGGESTED_NATIONAL_SCORE
        return SUGGESTED_HERE_SCORE if codes[1] is None or suggested.region in codes else 0.0


def _insert(ranked: list[Candidate], candidate: Candidate) -> None:
    """Put a candidate at its place: the highest score first, of equal scores the first id. There are few: sorting by a key costs more."""
    at, score = len(ranked), candidate.score
    while at > 0:
        before = ranked[at - 1]
        if before.score > score or (before.score == score and before.agency.id < candidate.agency.id):
            break
        at -= 1
    ranked.insert(at, candidate)
