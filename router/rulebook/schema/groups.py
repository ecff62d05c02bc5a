"""The word groups that have no list of words."""

from typing import Final

DERIVED: Final = frozenset(
    (
        *("accused_governor", "accused_kpk_staff", "accused_mayor", "accused_ombudsman_staff", "accused_minister"),
        *("accused_parliament", "accused_prosecutor", "accused_prosecutor_auditor", "accused_police"),
        *("accused_police_auditor", "accused_election_staff", "accused_regional_staff"),
        *("intercity_road", "road_with_ends", "route_in_province", "route_across_provinces", "two_provinces"),
        *("irrigation_regency", "ship_above_30", "beyond_12", "slum_national", "slum_province"),
        *("question", "general_question"),
    )
)
"""Word groups that normalizer/ finds without a list of words: from numbers, places, and who does what to whom."""

OF_THINGS: Final = frozenset(("seaport",))
"""Word groups that only a named thing raises (types.yaml)."""
