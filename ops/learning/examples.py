"""Prepares labelled reports for learning: the findings in each, and the class that represents the officer's choice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any, NamedTuple

from normalizer.places.gazetteer import REGENCY
from normalizer.results import Reading
from normalizer.text import BREAK, PARTS, fold
from ops.learning.weighing import DEPTH
from ops.quality.labelled import Labelled, read
from router.agencies.registry import Agency, Registry
from router.agencies.resolve import resolve
from router.candidates import Weighing
from router.facts import Facts
from router.learning.features import Ruled, findings, kind_of
from router.routing import Router
from router.within import House, choose

HOME = 0.9
"""If at least this share of a history's labelled local units is of one government, the history counts as its own."""

_SMALL = ("@district", "@village")
"""Suffixes of the classes that even a government's own model shares: the office of the report's district is learnt from all districts."""


class View:
    """The findings of the rules alone in a report, either in general or at the desk of one government. The reading itself is not kept.

    Attributes:
        found: the findings of the rules and the reader (see router.learning.features): names with values.
        ruled: the candidates of the rules, best first.
        place: where it happened.
        first: the ids of the owner that the rules alone choose, and of the first alternatives.
        triage: whether that owner is the triage desk.
        is_away: whether it happened outside the region of the government whose desk got it.
        desk: the id of its triage desk.
    """

    __slots__ = ("desk", "first", "found", "is_away", "place", "ruled", "triage")

    def __init__(self, reading: Reading, facts: Facts, router: Router, house: House | None = None) -> None:
        if house is None:
            decision, self.is_away = router.decide(facts), False
            candidates, desk = decision.ranked, router.desks.of(facts, ())
        else:
            candidates = Weighing(facts, router.owners, router.mentions).candidates()
            choice = choose(router, facts, house)
            decision, self.is_away = choice.decision, choice.is_away
            desk = router.desks.officer(house.region, facts) or house.agency
        others = [one.agency.id for one in decision.ranked if one.agency is not decision.owner]
        self.first = (decision.owner.id, *others[: DEPTH - 1])
        self.triage, self.desk = decision.triage, desk.id
        total = sum(candidate.score for candidate in candidates) or 1.0
        self.place = reading.place
        self.ruled = [Ruled(candidate.agency, candidate.score / total) for candidate in candidates]
        self.found = [(intern(one.name), one.value) for one in findings(reading, facts.place, self.ruled)]


class Example(NamedTuple):
    """A report prepared for learning. There may be hundreds of thousands.

    Attributes:
        said: title and text, for the baseline.
        words: the words of the text, each once.
        length: the number of words of the text, including repeated ones.
        alone: what the rules and the reader find in the text alone, from which the model learns.
        asked: what they find where the model is measured: at the government's desk for its own model, else the same as `alone`.
        oversight: whether it reports abuse of office.
        label: the id of the agency that the officer chose.
        target: the class to learn.
        received: the time of receipt in ISO 8601; empty if it is not known.
        outside: the ids of the rules' candidates outside the government that the model is for; empty for a general model.
    """

    said: str
    words: tuple[str, ...]
    length: int
    alone: View
    asked: View
    oversight: bool
    label: str
    target: str
    received: str
    outside: frozenset[str]


@dataclass(slots=True)
class History:
    """The labelled reports of one history, prepared for learning.

    Attributes:
        registry: the agencies that exist, with those that only the labels name.
        region: the Kemendagri code of the government whose own history it is; empty if it is of several.
        examples: the reports.
        bodies: the agencies that the registry lacks, as rows for the model file.
        names: the folded names of labels, with agency ids: of all labels in a government's own history, otherwise of `bodies`.
    """

    registry: Registry
    region: str
    examples: list[Example] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def prepared(reports: Sequence[Labelled], router: Router, region: str = "") -> History:
    """Return labelled reports as a history. Those without a label are left out; of several owners the first one counts.

    Args:
        reports: the labelled reports.
        router: a router that uses only the rules.
        region: the region of the government whose own history it is, at whose desk the model is then measured. If it is empty, the region
            of nine in ten labelled units counts, if there is one.
    """
    owned = [report for report in reports if report.best]
    house = House.of(f"pemda-{router.registry.seat(region)}", router.registry) if region else None
    readings = [_Read(report, router, house) for report in owned]
    region = region or _home(readings, router.registry)
    history = History(router.registry, region)
    found: dict[str, Agency] = {}
    for one in readings:
        _name(one, history, found)
    history.registry = router.registry.with_learnt(list(found.values()), history.names)
    history.examples = [one.example(history) for one in readings]
    return history


class _Read:
    """A report as the rules alone read it, before its label is resolved."""

    __slots__ = ("alone", "asked", "label", "length", "outside", "oversight", "report", "words")

    def __init__(self, report: Labelled, router: Router, house: House | None) -> None:
        reading, facts = read(router, report)
        self.report = report
        self.label: Agency | None = None
        self.oversight = facts.oversight
        self.alone = View(reading, facts, router)
        self.asked = View(*read(router, report, house), router, house) if house else self.alone
        ruled = [one.agency for one in self.asked.ruled]
        self.outside = frozenset([one.id for one in ruled if house and not house.has(one, router.registry)])
        self.words = tuple(intern(word) for word in dict.fromkeys(reading.words) if word != BREAK)
        self.length = len(reading.words) - PARTS

    def region(self, home: str) -> str | None:
        """Return the region in which the label's name is looked up."""
        return home or self.report.region or self.alone.place.regency or self.alone.place.province

    def example(self, history: History) -> Example:
        """Return the report as an example, once its label is resolved."""
        assert self.label
        target = kind_of(self.label, self.alone.place)
        if history.region and not target.endswith(_SMALL):
            target = self.label.id
        report = self.report
        said = f"{report.title} {report.text}"
        received = report.received
        return Example(
            said=said,
            words=self.words,
            length=self.length,
            alone=self.alone,
            asked=self.asked,
            oversight=self.oversight,
            label=self.label.id,
            target=target,
            received=received,
            outside=self.outside,
        )


def _home(readings: Sequence[_Read], registry: Registry) -> str:
    """Return the region of nearly all labelled local units (see HOME), at most of a regency; empty if there is none."""
    labels = [resolve(registry, one.report.best[0], one.region("")) for one in readings]
    regions = Counter(label.region[:REGENCY] for label in labels if label and label.region)
    region, count = max(regions.items(), key=lambda item: item[1], default=("", 0))
    return region if count >= HOME * max(1, regions.total()) else ""


def _name(one: _Read, history: History, found: dict[str, Agency]) -> None:
    """Resolve the label of a report to an agency, or make a new agency for it."""
    name, home = one.report.best[0], history.region
    region = one.region(home)
    written = fold(name).decode("ascii")
    label = resolve(history.registry, name, region)
    if label is None:
        slug = (written.replace(" ", "-")[:80] or "-") + (f"-{region}" if region else "")
        registry = history.registry
        parent = f"pemda-{registry.seat(region)}" if region else registry.administrator_id
        label = found.setdefault(slug, Agency(id=slug, name=name, kind="learnt", parent=parent, region=region))
        if len(history.bodies) < len(found):
            history.bodies.append({"id": slug, "name": name, "parent": label.parent, "region": label.region})
        history.names.setdefault(written, slug)
    elif home:
        history.names.setdefault(written, label.id)
    one.label = label
