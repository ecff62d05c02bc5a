"""Common Indonesian names of persons, and the beginnings of regions' names, with which masking distinguishes persons from places."""

from typing import Final

from complaints.runtime.packaged import words_in


def alternatives(name: str) -> str:
    """Return the words of a list as the alternatives of a pattern."""
    return "|".join(words_in("normalizer", name))


NEVER_A_PLACE: Final = alternatives("masking_never_a_place")
"""Names with which no place of the gazetteer begins."""

ALSO_A_PLACE: Final = alternatives("masking_also_a_place")
"""Names with which places begin too ("Budi Mulya"): alone, or before any other word, they prove nothing."""

REGIONS: Final = alternatives("masking_regions")
"""The beginnings of the names of provinces, regencies and cities, and of what people call some of them."""

NO_NAMES: Final = alternatives("masking_no_names")
"""Capitalised words after somebody's kin that are no name: ordinary words and verbs, offices, bodies and brands."""

KIN: Final = alternatives("masking_kin")
"""Words for somebody's kin, and for others whom a report mentions."""

OF_NOTHING: Final = alternatives("masking_of_nothing")
"""Those after which a name is a person's without a word that says whose kin: a hospital may be one "Ibu dan Anak"."""

WHICH_KIN: Final = alternatives("masking_which_kin")
"""Words after one for kin that qualify it."""

NO_BEARER: Final = alternatives("masking_no_bearer")
"""Capitalised words after "saya" that are no name."""
