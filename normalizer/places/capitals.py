"""Finds the region of a text whose only places are small ones, by capital letters and by the speech of a province."""

from collections.abc import Sequence
from typing import Final

from normalizer.places.context import LOCATIVES, SURROUNDINGS, VILLAGE_CUE
from normalizer.places.gazetteer import DISTRICT, PROVINCE, lineage
from normalizer.places.names import PlaceNames
from normalizer.places.scores import seat_of
from normalizer.results import PlaceReading

_SIZES: Final = (3, 2, 1)
"""Numbers of words of a small place's name that are looked for, in this order."""

_SHORTEST: Final = 3
"""Minimum letters of each word of such a name."""

_NO_PLACES: Final = frozenset(
    (
        *(
            "kejaksaan",
            "pengadilan",
            "kepolisian",
            "polres",
            "polsek",
            "polda",
            "puskesmas",
            "rumah",
            "sekolah",
            "kelurahan",
        ),
        *(
            "kecamatan",
            "desa",
            "kota",
            "kabupaten",
            "provinsi",
            "jalan",
            "perumahan",
            "komplek",
            "gedung",
            "stasiun",
            "terminal",
        ),
        *(
            "bandara",
            "negeri",
            "universitas",
            "samsat",
            "imigrasi",
            "pemerintah",
            "indonesia",
            "negara",
            "rsud",
            "pasar",
            "toko",
        ),
        *(
            "bapak",
            "ibu",
            "pak",
            "bu",
            "yth",
            "kepala",
            "dinas",
            "kantor",
            "bank",
            "pt",
            "tuhan",
            "allah",
            "kementerian",
            "presiden",
        ),
        *(
            "penang",
            "melaka",
            "malaka",
            "johor",
            "singapura",
            "kuching",
            "tawau",
            "sabah",
            "jeddah",
            "mekah",
            "madinah",
            "makkah",
        ),
        *(
            "jerman",
            "jepang",
            "korea",
            "turki",
            "mesir",
            "arab",
            "china",
            "taiwan",
            "malaysia",
            "hongkong",
            "kamboja",
            "dubai",
            "kampus",
        ),
    )
)
"""Words with a capital letter that name people, offices or places abroad."""

_SPEECH: Final = {
    "11": "hana peu meunan lon geutanyo ureung gampong bek",
    "12": "kek mamak kelen kalian kali awak pulak ito horas nian",
    "13": "ambo awak alah indak lai jo nan urang apo baa tampek bana uda uni",
    "14": "ambo awak tak ape kite atok",
    "15": "dak ado nian kito sano sini kayo",
    "16": "dak nian kito wong ado cak mano kau galo",
    "17": "dak nian kito lah iko",
    "18": "geh pekon nyak sikam",
    "32": "teu euy atuh mah teh kuring urang abdi geus beuki dapurna kang aa",
    "33": "ora iso nang wis mbok njaluk kabeh wong lha kulo ndak piye dudu",
    "34": "ora iso nang wis njaluk kabeh mas lha kulo ndak piye",
    "35": "ora iso nang ndek rek arek wis kon kulo iki ngono sapeh kaule tretan ndak gak taun",
    "36": "teu euy mah teh geh kang dewek",
    "51": "bli tiang sing niki nggih beli",
    "52": "ndek arak side tiang kance",
    "53": "sonde katong beta mama bapa ko ju su pung dong nyong",
    "61": "bah ape kitak kamek pun ni",
    "62": "kada ikam am ulun jua bini",
    "63": "kada ikam am ulun jua pian ading",
    "64": "kada ikam am pang ulun etam leh",
    "71": "torang ngana nyanda so jo noh kita dorang mar",
    "72": "torang ngana so komiu sa",
    "73": "ki mi ji kodong tabe nda pi kita mo",
    "74": "mi ji nda kita ko",
    "76": "ki mi ji nda",
    "81": "seng katong beta pante deng su jua dong",
    "82": "tara tarada ngoni torang tong deng su",
    "91": "tra kitong trada mace pace sa ko su pigi dong kam",
    "92": "tra kitong trada mace pace sa ko su pigi dong kam",
    "93": "tra kitong trada mace pace sa ko su pigi dong kam",
    "94": "tra kitong trada mace pace sa ko su pigi dong kam",
    "95": "tra kitong trada mace pace sa ko su pigi dong kam",
    "96": "tra kitong trada mace pace sa ko su pigi dong kam",
}
"""Words of everyday speech, by province: they only choose between regencies that have the place which a text names."""

_SPOKEN: Final = {province: frozenset(words.split()) for province, words in _SPEECH.items()}

_LEAD: Final = 2
"""Minimum number of words of a province's speech more than of any other's."""


def settled(place: PlaceReading, text: str, words: Sequence[str], names: PlaceNames) -> PlaceReading:
    """Return the reading of the only regency that the text can mean, or the given reading if there is none or more than one.

    Args:
        place: a reading without a regency.
        text: the text, with its capital letters.
        words: its folded words.
        names: the table of all place names.
    """
    pool = frozenset(place.candidates)
    span = ""
    if place.how == "none" and not pool and not text.isupper():
        pool, span = _capitals(text, words, names)
    if place.province is not None:
        pool = frozenset(code for code in pool if code[:PROVINCE] == place.province)
    if len(pool) > 1:
        pool = _by_speech(pool, words)
    if len(pool) != 1 or (place.candidates and not span and len(place.candidates) == 1):
        return place
    (code,) = pool
    found = PlaceReading(lineage(code), "district", (span,) if span else ())
    found.between = place.between
    return found


def _capitals(text: str, words: Sequence[str], names: PlaceNames) -> tuple[frozenset[str], str]:
    """Return the regencies that all small places with capital letters lie in, and the words of the first of these places.

    Only a place behind a word that says where something is counts ("di Kokop").
    """
    pool: frozenset[str] = frozenset()
    span = ""
    for at in range(1, len(words)):
        if words[at - 1] not in LOCATIVES or words[at] in _NO_PLACES or not _is_capital(words[at], text):
            continue
        for size in _SIZES:
            said = words[at : at + size]
            name = names.get(" ".join(said))
            if name is None or name.strong or not name.seats or not all(_is_capital(word, text) for word in said[1:]):
                continue
            of_village = SURROUNDINGS.get(words[at - 1], 0) & VILLAGE_CUE
            districts = () if of_village else [code for code in name.small if len(code) == DISTRICT]
            seats = frozenset(map(seat_of, districts)) or name.seats
            pool = seats & pool if pool else seats
            span = span or " ".join(said)
            break
    return pool, span


def _is_capital(word: str, text: str) -> bool:
    """Return whether a folded word of at least _SHORTEST letters occurs in a text with a capital letter."""
    return len(word) >= _SHORTEST and word.capitalize() in text


def _by_speech(pool: frozenset[str], words: Sequence[str]) -> frozenset[str]:
    """Return the regencies of the province whose everyday speech the text has most; empty if none leads clearly."""
    said = frozenset(words)
    shares = sorted(
        ((len(said & _SPOKEN.get(province, frozenset())), province) for province in {code[:PROVINCE] for code in pool}),
        reverse=True,
    )
    if shares[0][0] < _LEAD or (len(shares) > 1 and shares[0][0] - shares[1][0] < _LEAD):
        return frozenset()
    return frozenset(code for code in pool if code[:PROVINCE] == shares[0][1])
