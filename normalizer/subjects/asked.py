"""The word groups that code asks for by name. A group that only pairs have is not noted for each text."""

from typing import Final

from normalizer.dates import WAYS

_OF_OFFICIALS: Final = (
    *("absent", "abuse", "accusation", "bribe", "central_auditor", "central_staff", "council", "council_province"),
    *("cuts", "demand", "election_staff", "extortion", "governor", "hint_of_money", "inspectorate", "kpk_staff"),
    *("inspectorate_province", "mayor", "minister", "misconduct", "national_staff", "no_answer", "office_goods"),
    *("ombudsman_staff", "other_actor", "parliament", "police", "police_auditor", "prosecutor", "prosecutor_auditor"),
    *(
        "not_official",
        "office_money",
        "official_head",
        "own_money",
        "private_taking",
        "regional_staff",
        "school_head",
        "self_dealing",
    ),
    *("shields_crime", "sold_office", "sum", "tribute", "village_head"),
)
_OF_TIERS: Final = (
    *(
        "beyond_12",
        "broken",
        "cooperative",
        "cross_regency",
        "dark",
        "drain",
        "falls",
        "flood",
        "hole",
        "hospital_national",
    ),
    *("hospital_province", "hospital_regency", "irrigation", "irrigation_national", "irrigation_province"),
    *(
        "irrigation_regency",
        "lamp",
        "landfill",
        "litter",
        "local_road",
        "national_park",
        "national_road",
        "of_province",
    ),
    *("province_office", "province_word", "provincial_road", "regency_office", "road", "road_gear", "said_national"),
    *("said_province", "said_regency", "sea_fishing", "slum", "spoils", "terminal_a", "terminal_b", "terminal_c"),
    *("many_provinces", "toll_road", "vehicle"),
)
_OTHERS: Final = ("asks_rule", "own_document", "special_zone", "water_company")

ASKED_BY_CODE: Final = frozenset((*_OF_OFFICIALS, *_OF_TIERS, *WAYS, *_OTHERS))
"""The word groups with words whose names are written in code of normalizer/ or router/."""
