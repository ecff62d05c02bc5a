"""Normalises the spellings and abbreviations in an agency's name."""

import re

from complaints.runtime.packaged import pairs_in
from normalizer.text import fold

_WORDS = pairs_in("router", "spelling_words")
"""Spellings and abbreviations of single words, each with its normal form."""

_PHRASES = tuple(
    (re.compile(rf"\b(?:{said})\b"), meant)
    for said, meant in (
        (r"program bpnt(?: rastra)?", ""),
        (r"inspektorat (?:jenderal|utama)|inspektur (?:jenderal|utama)", "itjen"),
        (r"itjen (?:dari|pada|di)", "itjen"),
        ("direktorat jenderal|direktur jenderal", "ditjen"),
        (
            r"(?:kemenko|menko|menteri koordinator|kementerian koordinator)(?: bidang)?",
            "kementerian koordinator bidang",
        ),
        ("dewan perwakilan rakyat daerah", "dprd"),
        ("dewan perwakilan rakyat", "dpr"),
        ("dewan perwakilan daerah", "dpd"),
        ("kantor urusan agama", "kua"),
        ("kantor kementerian agama", "kankemenag"),
        ("(?:rumah sakit|rs) umum daerah", "rsud"),
        ("kepolisian sektor", "polsek"),
        ("kepolisian resor kota besar", "polrestabes"),
        ("kepolisian resor metro", "polres"),
        ("kepolisian resor|polresta|polres metro", "polres"),
        (r"(?:satlantas|satreskrim|satpas sim|satpas|spkt) (?=pol)", ""),
        ("lembaga pemasyarakatan", "lapas"),
        ("rumah tahanan negara|rumah tahanan", "rutan"),
        ("unit pelaksana teknis(?: daerah)?", "uptd"),
        ("pemkab|bupati", "pemerintah kabupaten"),
        ("pemkot|wali ?kota", "pemerintah kota"),
        ("pemprov|gubernur", "pemerintah provinsi"),
        (r"(?:kabupaten|kota|provinsi) (?=(?:kabupaten|kota|provinsi) )", ""),
    )
)
"""Patterns of phrases, each with its normal form, in the order in which they are applied."""


def clean(name: str) -> str:
    """Return a name folded, with known abbreviations and variants in their normal forms ("Kadis Kab. X" becomes "dinas kabupaten x")."""
    words = " ".join(_WORDS.get(word, word) for word in fold(name).decode("ascii").split())
    for said, meant in _PHRASES:
        words = said.sub(meant, words)
    return " ".join(words.split())
