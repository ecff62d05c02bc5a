"""Finds the region of a text whose only places are small ones, by capital letters and by the speech of a province."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from normalizer.places.context import CUE, SURROUNDINGS, VILLAGE_CUE
from normalizer.places.gazetteer import DISTRICT, PROVINCE, lineage
from normalizer.places.names import PlaceNames
from normalizer.places.roads import usual_streets
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

_JAVANESE: Final = (
    "ora iso nang wis mbok njaluk kabeh wong lha kulo piye dudu nek karo wae dalan dalane omah omahe banyu udan peteng nganggo "
    "mung opo sopo ngendi kono kene iki kuwi durung arep awake wes ngarep mburi sing kowe aku tulung bengi esuk awan saiki gak "
    "ndak maneh nduwe ngomong jare kon dadi rampung gedhe cilik akeh sithik rusake bocah mangan turu mlaku mulih budhal dikon "
    "mbayar rewel mati"
)
_SUNDANESE: Final = (
    "teu euy atuh mah teh kuring urang abdi geus beuki dapurna kang aa mangga punten hatur nuhun ieu eta kumaha naon saha iraha ka "
    "ti dina bade wae oge ge keur lain moal acan pisan ruksak caina cai poek imah budak kolot peuting isuk sore geuning sok ulah "
    "tulungan dugi sareng ngantosan meuli boga leumpang balik jalma dititah mawa ngalaporkeun nyuhunkeun aya"
)
_MALAY_OF_PAPUA: Final = (
    "tra kitong trada mace pace sa ko su pigi dong kam kitorang pu tong de bapa mama nyong anana skola kaka ade sonde"
)
_SPEECH: Final = {
    "11": (
        "hana peu meunan lon geutanyo ureung gampong bek nyan nyoe kon jeut tulong bandum ie aneuk geuchik keuchik that "
        "teungku pakriban cit ka jih"
    ),
    "12": "kek mamak kelen kalian kali awak pulak ito horas nian kam bah lae inang amang cemana kereta galon",
    "13": (
        "ambo awak alah indak lai jo nan urang apo baa tampek bana uda uni kito ko tu ka di dek dak pai surang lampunyo "
        "tikuangan acok galok mundua caliak lah samo sabanta jalan aia rusak ancua bilo bara pitih ndak dima sinan siko jan"
    ),
    "14": "ambo awak tak ape kite atok dimane macam mane budak ndak cik wak ado dak",
    "15": "dak ado nian kito sano sini kayo awak budak tulah dusun nak la cubo kek",
    "16": "dak nian kito wong ado cak mano kau galo aku ngapo katek budak balek banyu rami oi lur nak dulur payo",
    "17": "dak nian kito lah iko ambo tu kek cak mano apo ado pulo",
    "18": "geh pekon nyak sikam iyan dang gawoh mak kham bang puari lapah ajo uni",
    "19": "dak ade ape kite kami budak aok ikak nek ko la kek",
    "21": "tak ape kite awak dah macam mane budak nak ni tu pulak cik",
    "31": "gue lu elu emak gua ngapa kagak kaga bang iye ampe gimane dah aje mpok babeh entong nyak encing",
    "32": _SUNDANESE,
    "33": _JAVANESE + " nyong inyong kepriwe ora bae kaya kuwe ngonoh rika",
    "34": _JAVANESE + " mas je ki to lho njur kok ngono",
    "35": _JAVANESE
    + (
        " ndek rek arek ngono sapeh kaule tretan taun cak lek pak e mek ae sam mbois opoo kathik koen jancok soro gitu engkok "
        "bektoh tak bisa abek lorong sengko"
    ),
    "36": _SUNDANESE + " dewek geh kite sire kule wis bae aje",
    "51": (
        "bli tiang sing niki nggih beli ten wenten titiang suksma jeg ngudiang nika driki sampun malih antuk banjar gus gek "
        "mbok ja ada"
    ),
    "52": "ndek arak side tiang kance ite araq leq ndeq aning mele sengaq batur semeton inaq amaq kanak",
    "53": "sonde katong beta mama bapa ko ju su pung dong nyong be bosong son lai ma deng kermana kaka ama ina sa",
    "61": "bah ape kitak kamek pun ni tadak sik ndak am budak nang dah jak bang agik inyan dimane",
    "62": "kada ikam am ulun jua bini dengan beken tege ewen kuh ela acil paman",
    "63": (
        "kada ikam am ulun jua pian ading pang acil paman julak banar kaya hanyar lawan handak wan saurang kayapa tabakar "
        "bubuhan banyu ampat rami mun uyuh batumpuk ngalih haur jar buhan saban"
    ),
    "64": "kada ikam am pang ulun etam leh kam beh wal bubuhan puang",
    "65": "kada ikam am pang nda kamek ji",
    "71": "torang ngana nyanda so jo noh kita dorang mar nda deng pe sto kiapa depe komang ley",
    "72": "torang ngana so komiu sa kita nda bo le kasih pe mi",
    "73": "ki mi ji kodong tabe nda pi kita mo ka ko sa kodi iye deh bela iyo tawwa kasi puang daeng andi",
    "74": "mi ji nda kita ko pi kodong kasi bela sa",
    "75": "torang ngana nda so jo kiapa bo yilo wololo te tau liyo debo olo amu kita ti pak",
    "76": "ki mi ji nda tau puang kandi iyau andiang",
    "81": "seng katong beta pante deng su jua dong pung nyong ale bagimana ni bataria basudara nona mau tau tatahan",
    "82": "tara tarada ngoni torang tong deng su kita pe so nyong bikiapa lei sandiri skola trada ngana",
    "91": _MALAY_OF_PAPUA,
    "92": _MALAY_OF_PAPUA,
    "93": _MALAY_OF_PAPUA,
    "94": _MALAY_OF_PAPUA,
    "95": _MALAY_OF_PAPUA,
    "96": _MALAY_OF_PAPUA,
}
"""Words of everyday speech, by province: they only choose between regencies that have the place which a text names."""

_SPOKEN: Final = {province: frozenset(words.split()) for province, words in _SPEECH.items()}

_WE: Final = frozenset(
    ("kami", "saya", "sy", "aku", "kita", "kitong", "katong", "torang", "beta", "ambo", "ulun", "warga", "kulo", "awak")
)
_FROM: Final = frozenset(("dari", "dr", "asal", "ti", "saking"))
"""Those who complain, and the words after which they say where they are from."""

_FAR: Final = frozenset(("ke", "dari", "dr", "arah", "menuju", "sampai", "sampe", "antara", "simpang"))
"""Words of whereabouts behind which a place need not be that of the event."""

_LEAD: Final = 2
"""Minimum number of words of a province's speech more than of any other's."""


def settled(
    place: PlaceReading, text: str, words: list[str], names: PlaceNames, located: Sequence[int]
) -> PlaceReading:
    """Return the reading of the only regency that the text can mean, or the given reading if there is none or more than one.

    Args:
        place: a reading without a regency.
        text: the text, with its capital letters.
        words: its folded words.
        names: the table of all place names.
        located: the positions behind words of LOCATIVES.
    """
    pool = frozenset(place.candidates)
    span = ""
    if place.how == "none" and not pool and not text.isupper():
        pool, span = _capitals(text, words, names, located)
    if place.province is not None:
        pool = frozenset(code for code in pool if code[:PROVINCE] == place.province)
    if len(pool) > 1:
        pool = _by_speech(pool, words)
    if len(pool) != 1:
        return place
    if (
        len(place.candidates) == 1
        and not span
        and not _is_home(words)
        and not _is_in(place.candidates[0], text, words, names, located)
    ):
        return place
    (code,) = pool
    found = PlaceReading(lineage(code), "district", (span,) if span else ())
    found.between = place.between
    return found


def _is_in(code: str, text: str, words: list[str], names: PlaceNames, located: Sequence[int]) -> bool:
    """Return whether a text says with a capital letter that something is in a region whose name is also an everyday word ("di Batu")."""
    if text.isupper():
        return False
    for at in located:
        if words[at - 1] not in _FAR and _is_capital(words[at], text):
            name = names.get(words[at])
            if name is not None and name.weak and any(claim.code == code for claim in name.strong):
                return True
    return False


def _is_home(words: list[str]) -> bool:
    """Return whether a text says where those who complain are from ("kami dari Amuntai")."""
    return any(one in _WE and other in _FROM for one, other in pairwise(words))


def _capitals(text: str, words: list[str], names: PlaceNames, located: Sequence[int]) -> tuple[frozenset[str], str]:
    """Return the regencies that all small places with capital letters lie in, and the words of the first of these places.

    Only a place behind a word that says where something is counts ("di Kokop"). A usual name of streets counts only behind a level's name.
    """
    pool: frozenset[str] = frozenset()
    span = ""
    capitals = {word for word in {words[at] for at in located} if _is_capital(word, text)}
    for at in located:
        if words[at] in _NO_PLACES or words[at] not in capitals:
            continue
        flags = SURROUNDINGS.get(words[at - 1], 0)
        for size in _SIZES:
            said = words[at : at + size]
            written = " ".join(said)
            if not flags & CUE and written in usual_streets():
                break
            name = names.get(written)
            if name is None or name.strong or not name.seats or not all(_is_capital(word, text) for word in said[1:]):
                continue
            districts = () if flags & VILLAGE_CUE else [code for code in name.small if len(code) == DISTRICT]
            seats = frozenset(map(seat_of, districts)) or name.seats
            pool = seats & pool if pool else seats
            span = span or written
            break
    return pool, span


def _is_capital(word: str, text: str) -> bool:
    """Return whether a folded word of at least _SHORTEST letters occurs in a text with a capital letter."""
    return len(word) >= _SHORTEST and word.capitalize() in text


def _by_speech(pool: frozenset[str], words: list[str]) -> frozenset[str]:
    """Return the regencies of the province whose everyday speech the text has most; empty if none leads clearly."""
    said = frozenset(words)
    shares = sorted(
        ((len(said & _SPOKEN.get(province, frozenset())), province) for province in {code[:PROVINCE] for code in pool}),
        reverse=True,
    )
    if shares[0][0] < _LEAD or (len(shares) > 1 and shares[0][0] - shares[1][0] < _LEAD):
        return frozenset()
    return frozenset(code for code in pool if code[:PROVINCE] == shares[0][1])
