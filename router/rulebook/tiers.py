"""The tiers of government: the one of each agency, its name for the citizen, and which of them a reason names."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from normalizer.places.gazetteer import PROVINCE
from router.agencies.registry import DKI, Agency, Registry

Tier = Literal["national", "province", "regency"]

NATIONAL: Final = "national"
PROVINCIAL: Final = "province"
LOCAL: Final = "regency"

PLACEHOLDER: Final = "{tier}"
"""Stands in a reason for the name of the tier of the agency that the reason is about."""

_NAMED: Final[tuple[tuple[Tier, re.Pattern[str]], ...]] = (
    (NATIONAL, re.compile(r"\bpusat\b|\bnasional\b|\bkementerian\b|\bdirektorat jenderal\b|\bantarprovinsi\b")),
    (PROVINCIAL, re.compile(r"\bprovinsi\b")),
    (LOCAL, re.compile(r"\bkabupaten\b|\bkota\b")),
)
"""For each tier the words of a reason that name it or a thing of it."""


_SAID: Final[tuple[tuple[str, Tier], ...]] = (
    ("said_national", NATIONAL),
    ("said_province", PROVINCIAL),
    ("said_regency", LOCAL),
)
"""The word groups by which a text says to which tier a thing belongs, each with the tier."""

_OF_A_REGENCY: Final = frozenset(("district", "village", "government"))
"""Kinds of agencies that are of their region without a look at what is above them."""


def tier_of(agency: Agency, registry: Registry) -> Tier:
    """Return the tier of government that an agency belongs to. A branch of a national agency belongs to the national one.

    The tier of districts, villages and of what they run is the regency's (UU 23/2014 Pasal 209 and 221), in DKI Jakarta the province's.
    """
    region = agency.region
    if region is None or _is_branch(agency, registry):
        return NATIONAL
    return PROVINCIAL if len(region) == PROVINCE or region[:PROVINCE] == DKI else LOCAL


def _is_branch(agency: Agency, registry: Registry) -> bool:
    """Return whether an agency of a region is below a national agency and not below the region's government."""
    if agency.kind in _OF_A_REGENCY:
        return False
    for above in registry.parents(agency.id):
        if above.kind == "government":
            return False
    return agency.kind != "government"


def contradicts_said(agency: Agency, groups: Mapping[str, Sequence[int]], registry: Registry) -> bool:
    """Return whether a text says that the thing complained of belongs to another tier than that of an agency ("milik pusat").

    False if the text names several tiers.
    """
    said = [tier for group, tier in _SAID if group in groups]
    if len(said) != 1:
        return False
    tier = tier_of(agency, registry)
    in_capital = tier == PROVINCIAL and agency.region is not None and agency.region[:PROVINCE] == DKI
    return tier != said[0] and not (in_capital and said[0] == LOCAL)


def tier_name(agency: Agency, registry: Registry) -> str:
    """Return the name of the government of an agency's tier, for the citizen: "pemerintah pusat", "Pemerintah Kabupaten Kendal"."""
    if tier_of(agency, registry) == NATIONAL or agency.region is None:
        return "pemerintah pusat"
    government = registry.unit("pemda", Registry.seat(agency.region))
    return government.name if government else "pemerintah daerah"


def tiers_named(reason: str) -> frozenset[Tier]:
    """Return the tiers that an Indonesian reason names."""
    written = reason.lower()
    return frozenset(tier for tier, words in _NAMED if words.search(written))
