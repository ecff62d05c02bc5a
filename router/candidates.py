"""Weighs place, subject, level of government and what the citizen said into candidates for the owner."""

from collections.abc import Collection, Mapping, Sequence

from complaints.event import Evidence, RoutingHints
from normalizer.places.gazetteer import PROVINCE
from normalizer.results import PlaceReading, Reading
from router.agencies.mentions import Mentions
from router.agencies.registry import DKI, Agency, Owning, Registry
from router.agencies.resolve import resolve
from router.learnt import Model
from router.rules import Owner, Rule, Rules

CHOSEN_SCORE = 0.6
"""What the citizen's own choice of a body adds: often right, and never alone."""

RANK_DECAY = 0.35
"""Each further owner that the law names for a subject has this part of the score of the one before."""

AGREEMENT = 0.4
"""Where two subjects name one body, the lesser adds this part."""

TAGGED_SCORE = 0.2
"""What it adds that a body's account is tagged: people tag whom they know."""

ADDRESSED_SCORE, MENTIONED_SCORE = 0.45, 0.1
"""What it adds that the text is addressed to a body, or names it."""

WATCHDOG = 1.5
"""Abuse of office goes to the inspectorate before the unit that is complained of."""

Groups = Mapping[str, Sequence[int]]
NO_GROUPS: Groups = {}

_ACCUSED_BEFORE, _ACCUSED_AFTER = 2, 3
"""So many words an accusation stands at most before the head of region, or behind, where his region may stand between."""

Reason = tuple[str, str, str, float]
"""The rule, the citizen's words, the law and the weight of one reason."""

_LEVELS = {"province": 0, "local": 1, "district": 2, "village": 3}


class Candidate:
    """A body that may own the complaint, and why."""

    __slots__ = ("agency", "reasons", "score", "why")

    def __init__(self, agency: Agency, why: str, score: float, reason: Reason) -> None:
        self.agency = agency
        self.why = why
        self.score = score
        self.reasons = [reason]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The reasons as an event has them, the weightiest first."""
        ordered = sorted(self.reasons, key=lambda reason: -reason[3])
        return tuple(
            Evidence(rule=rule, span=span, law=law, weight=round(weight, 3)) for rule, span, law, weight in ordered
        )


class Facts:
    """What the decision hangs on."""

    __slots__ = ("hints", "oversight", "place", "reading")

    def __init__(self, reading: Reading, place: PlaceReading, oversight: bool, hints: RoutingHints) -> None:
        self.reading = reading
        self.place = place
        self.oversight = oversight
        self.hints = hints


class Weighing:
    """Collects the candidates of one complaint."""

    __slots__ = ("_facts", "_found", "_mentions", "_registry", "_rules")

    def __init__(self, facts: Facts, rules: Rules, registry: Registry, mentions: Mentions) -> None:
        """Take what the decision hangs on.

        Args:
            facts: of the complaint.
            rules: the law.
            registry: the bodies that there are.
            mentions: what the names mean that the reader was asked to find.
        """
        self._facts = facts
        self._mentions = mentions
        self._rules = rules
        self._registry = registry
        self._found: dict[str, Candidate] = {}

    def candidates(self, refused: Collection[str] = (), model: Model | None = None) -> list[Candidate]:
        """Return the bodies that the rules and the model name, best first, without those that refused; perhaps none."""
        self._by_subject()
        self._by_mention()
        if self._facts.hints.addressed_to:
            self._by_choice(self._facts.hints.addressed_to)
        if model and not self._facts.oversight:  # whom officers send to does not change who looks into abuse of office
            self._by_model(model)
        for account in self._facts.hints.tagged:
            self._by_account(account)
        found = [candidate for key, candidate in self._found.items() if key not in refused]
        if len(found) > 1:
            found.sort(key=_best_first)
        return found

    def _add(self, agency: Agency, score: float, why: str, reason: Reason) -> None:
        candidate = self._found.get(agency.id)
        if candidate is None:
            self._found[agency.id] = Candidate(agency, why, score, reason)
        else:
            before = candidate.score
            candidate.score = before + AGREEMENT * score if before >= score else score + AGREEMENT * before
            candidate.reasons.append(reason)

    def _add_beside(self, agency: Agency, score: float, reason: Reason) -> None:
        """Add to a candidate's score in full, or make it one."""
        candidate = self._found.get(agency.id)
        if candidate is None:
            self._found[agency.id] = Candidate(agency, "", score, reason)
        else:
            candidate.score += score
            candidate.reasons.append(reason)

    def _by_subject(self) -> None:
        facts, rules, registry, found = self._facts, self._rules, self._registry, self._found
        subjects = facts.reading.subjects
        if not subjects:
            return
        total = sum([score for _, score in subjects])
        for subject, score in subjects:
            rule = rules.subjects.get(subject)
            if not rule:
                continue
            share = score / total
            label, law = rule.label, rule.law
            for agency, why in _owners(rule, facts, registry):
                if facts.oversight and (watchdog := watchdog_of(agency, rules, registry, facts.reading.groups)):
                    of_office = ("oversight", "", rules.oversight.law, share * WATCHDOG)
                    self._add(watchdog, share * WATCHDOG, why if watchdog is agency else rules.oversight.why, of_office)
                if agency.id in found:
                    self._add(agency, share, why, (label, "", law, share))
                else:  # as _add does, without a call: this is the innermost loop
                    found[agency.id] = Candidate(agency, why, share, (label, "", law, share))
                share *= RANK_DECAY

    def _by_mention(self) -> None:
        reading, registry = self._facts.reading, self._registry
        if not reading.names:
            return
        first = self._rules.subjects.get(reading.subjects[0][0]) if reading.subjects else None
        for body, is_unit, addressed, span in self._mentions.of(reading):
            agency = _local_unit(body, self._facts.place, registry) if is_unit else registry.bodies.get(body)
            if not agency:
                continue
            weight = ADDRESSED_SCORE if addressed else MENTIONED_SCORE
            if first and not is_unit and body not in first.bodies:
                weight += first.named
            for one in self._with_watchdog(agency):
                self._add_beside(one, weight, ("named", span, "", weight))

    def _with_watchdog(self, agency: Agency) -> list[Agency]:
        watchdog = (
            watchdog_of(agency, self._rules, self._registry, self._facts.reading.groups)
            if self._facts.oversight
            else None
        )
        return [agency, watchdog] if watchdog and watchdog.id != agency.id else [agency]

    def _by_account(self, account: str) -> None:
        """Count an account that the citizen tagged, where its name is that of a body (@pln_123, @DishubKotaSmg)."""
        named = resolve(self._registry, account.strip("0123456789_"), self._facts.place.codes[1])
        if named and named.kind != "government":
            self._add(named, TAGGED_SCORE, "", ("tagged", account, "", TAGGED_SCORE))

    def _by_model(self, model: Model) -> None:
        """Lay what officers would choose beside what the rules found, each with its part."""
        facts = self._facts
        total = sum([candidate.score for candidate in self._found.values()]) or 1.0
        first = min(self._found.values(), key=_best_first).agency.id if self._found else ""
        for candidate in self._found.values():
            candidate.score *= (1.0 - model.trust) / total
        for agency_id, chance, words in model.suggest(facts.reading, facts.place, first, self._registry):
            agency = self._registry.get(agency_id)
            if agency:
                weight = model.trust * chance
                self._add_beside(agency, weight, (f"model:{model.version}", words, "", weight))

    def _by_choice(self, written: str) -> None:
        place = self._facts.place
        named = resolve(self._registry, written, place.regency or place.province)
        if named:
            self._add(named, CHOSEN_SCORE, "", ("addressed_to", written, "", CHOSEN_SCORE))


def _best_first(candidate: Candidate) -> tuple[float, str]:
    return -candidate.score, candidate.agency.id


def _owners(rule: Rule, facts: Facts, registry: Registry) -> Sequence[Owning]:
    """Return the bodies that a rule names in this case and why, in its order."""
    codes = facts.place.codes
    groups = facts.reading.groups
    said = tuple([word in groups for word in rule.words]) if rule.words else ()
    key = (rule.subject, codes[0], codes[1], said)
    if not rule.deep and (kept := registry.kept.get(key)) is not None:
        return kept
    found: list[Owning] = []
    for owner in rule.owners:
        agency = locate(owner, facts.place, registry) if owner.always or _fits(owner, facts) else None
        if agency:
            found.append((agency, _said(owner.why or rule.why, agency)))
    if not rule.deep:
        registry.kept[key] = found
    return found


def _said(why: str, agency: Agency) -> str:
    """Return the reason as it is said of a body: in DKI Jakarta the province does what regencies and cities do elsewhere."""
    if agency.region != DKI:
        return why
    return why.replace("pemerintah kabupaten/kota", _DKI_NAME).replace("kabupaten/kota", _DKI_NAME)


_DKI_NAME = "Pemerintah Provinsi DKI Jakarta"


def _fits(owner: Owner, facts: Facts) -> bool:
    groups, place = facts.reading.groups, facts.place
    return (
        all(need in groups for need in owner.needs)
        and not any(word in groups for word in owner.unless)
        and (not owner.regions or place.regency in owner.regions or place.province in owner.regions)
    )


def is_of_a_place(rule: Rule | None, facts: Facts) -> bool:
    """Whether the body that the law names first in this case is one of a place."""
    for owner in rule.owners if rule else ():
        if owner.always or _fits(owner, facts):
            return bool(owner.level)
    return False


def _local_unit(unit: str, place: PlaceReading, registry: Registry) -> Agency | None:
    """Return the unit of the place's own government, None where the place is not known."""
    code = place.codes[1] or (DKI if place.codes[0] == DKI else None)
    return registry.unit_over(unit, code) if code else None


def locate(owner: Owner, place: PlaceReading, registry: Registry) -> Agency | None:
    """Return the body at its place, None where the place is not known so far down."""
    if not owner.level:
        return registry.get(owner.body)
    if place.codes[0] == DKI and owner.level in {"local", "province"}:
        return registry.unit_over(owner.body, place.codes[1] or DKI)
    code = place.codes[_LEVELS[owner.level]]
    return registry.unit(owner.body, code) if code else None


def watchdog_of(agency: Agency, rules: Rules, registry: Registry, groups: Groups = NO_GROUPS) -> Agency | None:
    """Return who looks into a body: its own inspectorate, and into a head of region who is above it; perhaps the body itself.

    A governor is looked into by the ministry, a regent or mayor by the province (UU 23/2014 Pasal 373 to 380).

    Args:
        agency: that is complained of.
        rules: say who looks into national bodies.
        registry: of the bodies.
        groups: the word groups of the text with their positions; some accuse the head of region himself.
    """
    for body in (agency, *registry.parents(agency.id)):
        if body.id == "polri":
            return registry.get(rules.oversight.police)
        if body.id in rules.oversight.itself:
            return body
        if body.id in rules.oversight.national:
            return registry.get(rules.oversight.national[body.id])
        if body.kind == "government" and body.region:
            return _over_government(body.region, rules, registry, groups)
    return None


def _over_government(region: str, rules: Rules, registry: Registry, groups: Groups) -> Agency | None:
    mayor = _is_accused("mayor", groups)
    if _is_accused("governor", groups) or (mayor and len(region) == PROVINCE):
        return registry.get(rules.oversight.national["kemendagri"])
    return registry.unit("inspektorat", region[:PROVINCE] if mayor else region)


def _is_accused(head: str, groups: Groups) -> bool:
    """Whether an accusation stands by a head of region: "bupati X diduga ...", "korupsi bupati"; not "mohon pak bupati ..."."""
    accusations = groups.get("accusation", ())
    return any(-_ACCUSED_BEFORE <= at - named <= _ACCUSED_AFTER for named in groups.get(head, ()) for at in accusations)
