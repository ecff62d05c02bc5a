"""Measures the router on labelled reports, with the same figures for officers' choices and for owners that the law names."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from normalizer.places.gazetteer import PROVINCE, REGENCY
from ops.quality.labelled import Labelled, ids_of, read
from router.agencies.registry import DKI
from router.routing import Router
from router.rulebook.tiers import LOCAL, NATIONAL, PROVINCIAL, tier_of
from router.within import House, choose

BANDS = 10
"""The number of bands in the calibration curve: each is ten percentage points wide."""

SURE = 0.8
"""The confidence from which an answer counts as sure."""

TIERS = (NATIONAL, PROVINCIAL, LOCAL)
"""The tiers of government, in the order of the tables."""

_CONFUSED = 20
"""The number of pairs of agencies that are listed as most confused."""

_DEPTH = 3
"""The number of ranked agencies that count for top 3, the owner included."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The router's result for one report, together with the report's label.

    Attributes:
        report: the labelled report.
        best: the ids of the right agencies that the registry knows.
        ok: the ids of other agencies that would be acceptable owners ("no wrong door").
        ranked: the ids of the owner and of the first alternatives, the owner first; at most _DEPTH.
        in_house: for each of `ranked`, whether it is one of the right agencies or a unit below one.
        triage: whether the owner is a triage desk.
        confidence: the probability, according to the router, that the owner is right.
        region: the code of the regency, city or province that the reader found, or None.
        asks_place: whether the reader finds the place missing, so that the citizen is asked for it.
        complaint_class: the class that the reader found.
        oversight: the oversight flag that the reader found.
        unknown: the names among the labels that no agency in the registry has.
    """

    report: Labelled
    best: frozenset[str]
    ok: frozenset[str]
    ranked: tuple[str, ...]
    in_house: tuple[bool, ...]
    triage: bool
    confidence: float
    region: str | None
    asks_place: bool
    complaint_class: str
    oversight: bool
    unknown: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """True if the owner is one of the right agencies."""
        return self.ranked[0] in self.best


def outcome(report: Labelled, router: Router, house: House | None = None) -> Outcome:
    """Return the router's result for a report, together with its labels. The router does not see the labels.

    Args:
        report: the report.
        router: the router.
        house: the government or body whose own desk got the report, so that it chooses among its units; None for all agencies.
    """
    reading, facts = read(router, report, house)
    decision = choose(router, facts, house).decision if house else router.decide(facts)
    place = reading.place
    read_region = DKI if place.province == DKI else place.regency or place.province
    own = house.region if house else None
    region = report.region if report.region_labelled else report.region or own or read_region
    others = [candidate.agency.id for candidate in decision.ranked if candidate.agency.id != decision.owner.id]
    named = dict(zip((*report.best, *report.ok), ids_of(router, (*report.best, *report.ok), region), strict=True))
    best = frozenset(found for name in report.best if (found := named[name]))
    ranked = (decision.owner.id, *others[: _DEPTH - 1])
    return Outcome(
        report=report,
        best=best,
        ok=frozenset(found for name in report.ok if (found := named[name])),
        ranked=ranked,
        in_house=tuple(one in best or any(body.id in best for body in router.registry.parents(one)) for one in ranked),
        triage=decision.triage,
        confidence=decision.confidence,
        region=read_region,
        asks_place="place" in reading.missing,
        complaint_class=reading.complaint_class,
        oversight=reading.oversight,
        unknown=tuple(name for name, found in named.items() if not found),
    )


def evaluate(reports: Sequence[Labelled], router: Router, house: House | None = None) -> dict[str, Any]:
    """Route labelled reports and return all figures as plain data that can be written as JSON.

    A figure that is a share has the form {"right": count, "of": count, "share": right / of}; `share` is None if there are no reports. The
    figures about owners count only reports whose owner is labelled and can be found from the text. `owners` has the id of the owner that
    the router chose, by the id of the report.

    Args:
        reports: the labelled reports.
        router: the router.
        house: see `outcome`.
    """
    outcomes = [outcome(report, router, house) for report in reports]
    owned = [one for one in outcomes if one.report.best and not one.report.needs]
    return {
        "reports": len(outcomes),
        "rules_version": router.rules.version,
        "registry_version": router.registry.version,
        "model_version": router.models.version,
        "top_1": _part(owned, _is_right),
        "top_3": _part(owned, lambda one: bool(one.best.intersection(one.ranked))),
        "best_or_ok": _part(owned, lambda one: one.ranked[0] in one.best | one.ok),
        **_in_house(owned),
        "macro_recall": _macro_recall(owned),
        "macro_f1_by_agency": _macro_f1([(_label(one), one.ranked[0]) for one in owned]),
        "macro_f1_by_level": _macro_f1([(level(_label(one)), level(one.ranked[0])) for one in owned]),
        "class": _part([one for one in outcomes if one.report.complaint_class], _class_right),
        "oversight": _part([one for one in outcomes if one.report.oversight is not None], _oversight_right),
        "region_right": _part(
            [one for one in outcomes if one.report.region_labelled and one.report.region], _region_right
        ),
        "region_invented": _part(
            [one for one in outcomes if one.report.region_labelled and not one.report.region],
            lambda one: one.region is not None,
        ),
        "place_asked": _part([one for one in outcomes if "place" in one.report.needs], lambda one: one.asks_place),
        "abstention": _part(outcomes, lambda one: one.triage),
        "unresolved_labels": sum(not one.best for one in owned),
        "unknown_names": dict(Counter(name for one in owned for name in one.unknown).most_common()),
        "unlabelled": sum(not _is_labelled(one.report) for one in outcomes),
        "sure_wrong": _part(
            [one for one in owned if not one.triage and one.confidence >= SURE], lambda one: not one.right
        ),
        **{
            f"right_{tier}": _part([one for one in owned if _tier(_label(one), router) == tier], _is_right)
            for tier in TIERS
        },
        "calibration": _calibration(owned),
        "calibration_by_tier": _by_tier(owned, router),
        "confused": _confused(owned, router),
        "owners": {one.report.id: one.ranked[0] for one in outcomes},
    }


def compare(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the differences between two results of `evaluate`.

    `figures` has each share that is in both and changed, before and after. `moved` has each report that is in both results and whose
    owner changed.
    """
    figures = {
        key: {"before": before[key]["share"], "after": after[key]["share"]}
        for key in after
        if isinstance(after[key], dict)
        and "share" in after[key]
        and isinstance(before.get(key), dict)
        and before[key]["share"] != after[key]["share"]
    }
    moved = [
        {"id": key, "before": before["owners"][key], "after": owner}
        for key, owner in after["owners"].items()
        if before["owners"].get(key, owner) != owner
    ]
    return {"figures": figures, "moved": moved}


def level(agency_id: str) -> str:
    """Return the level of government of an agency, by the region code in its id: "national", "province", "regency" or "district"."""
    region = agency_id.rpartition("-")[2]
    if not region[:PROVINCE].isdigit():
        return "national"
    if len(region) > REGENCY:
        return "district"
    return "regency" if len(region) == REGENCY else "province"


def _is_labelled(report: Labelled) -> bool:
    return bool(report.best or report.complaint_class or report.region_labelled) or report.oversight is not None


def _label(one: Outcome) -> str:
    """Return one id that represents the right agencies: the router's owner if it is right, else the first by id."""
    return one.ranked[0] if one.right else min(one.best, default="?")


def _part(outcomes: Sequence[Outcome], right: Callable[[Outcome], bool]) -> dict[str, Any]:
    hits = sum(right(one) for one in outcomes)
    return {"right": hits, "of": len(outcomes), "share": round(hits / len(outcomes), 4) if outcomes else None}


def _in_house(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the figures that count a unit below a right agency as right, also separately by whether the text names the agency."""
    named = [one for one in outcomes if one.report.names_agency]
    unnamed = [one for one in outcomes if one.report.names_agency is False]
    return {
        f"in_house_{depth}{suffix}": _part(members, right)
        for suffix, members in (("", outcomes), ("_named", named), ("_unnamed", unnamed))
        for depth, right in ((1, lambda one: one.in_house[0]), (_DEPTH, lambda one: any(one.in_house)))
    }


def _class_right(one: Outcome) -> bool:
    return one.complaint_class == one.report.complaint_class


def _oversight_right(one: Outcome) -> bool:
    return one.oversight == one.report.oversight


def _region_right(one: Outcome) -> bool:
    return one.region == one.report.region


def _macro_f1(pairs: Sequence[tuple[str, str]]) -> float | None:
    labels = {label for label, _ in pairs}
    scores = []
    for label in labels:
        hits = sum(want == label == got for want, got in pairs)
        found = sum(got == label for _, got in pairs)
        wanted = sum(want == label for want, _ in pairs)
        scores.append(2 * hits / (found + wanted))
    return round(sum(scores) / len(scores), 4) if scores else None


def _macro_recall(outcomes: Sequence[Outcome]) -> float | None:
    """Return the mean over the labelled agencies of the share of their reports that have the right owner."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for one in outcomes:
        hits[_label(one)].append(one.right)
    shares = [sum(row) / len(row) for row in hits.values()]
    return round(sum(shares) / len(shares), 4) if shares else None


def _calibration(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    bands: dict[int, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if not one.triage:
            bands[min(BANDS - 1, int(one.confidence * BANDS))].append(one)
    return [
        {
            "band": f"{band / BANDS:.1f}-{(band + 1) / BANDS:.1f}",
            **_sureness(members),
        }
        for band, members in sorted(bands.items())
    ]


def _by_tier(outcomes: Sequence[Outcome], router: Router) -> list[dict[str, Any]]:
    """Return, for each tier of the chosen owner, the number of reports, the mean confidence and the accuracy."""
    found = []
    for tier in TIERS:
        members = [one for one in outcomes if not one.triage and _tier(one.ranked[0], router) == tier]
        if members:
            found.append({"tier": tier, **_sureness(members)})
    return found


def _sureness(members: Sequence[Outcome]) -> dict[str, Any]:
    """Return the number of some answers, their mean confidence and their accuracy."""
    return {
        "reports": len(members),
        "confidence": round(sum(one.confidence for one in members) / len(members), 3),
        "accuracy": round(sum(one.right for one in members) / len(members), 3),
    }


def _tier(agency_id: str, router: Router) -> str:
    agency = router.registry.get(agency_id)
    return tier_of(agency, router.registry) if agency else ""


def _is_right(one: Outcome) -> bool:
    return one.right


def _confused(outcomes: Sequence[Outcome], router: Router) -> list[dict[str, Any]]:
    pairs = Counter((_unit(_label(one)), _unit(one.ranked[0])) for one in outcomes if not one.right)
    return [
        {"wanted": _name(wanted, router), "got": _name(got, router), "reports": count}
        for (wanted, got), count in pairs.most_common(_CONFUSED)
    ]


def _unit(agency_id: str) -> str:
    """Return an agency's id with "*" instead of its region code, so that the same kind of office counts together for all places."""
    unit, _, region = agency_id.rpartition("-")
    return f"{unit}-*" if unit and region[:PROVINCE].isdigit() else agency_id


def _name(unit: str, router: Router) -> str:
    template = router.registry.units.get(unit.removesuffix("-*"))
    if template and unit.endswith("-*"):
        return str(template["name"]).replace(" {place}", "")
    agency = router.registry.get(unit)
    return agency.name if agency else unit
