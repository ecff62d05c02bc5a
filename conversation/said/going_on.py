"""Reads whether a text goes on with what its citizen told before: a correction, how it is now, or only the photo of it. Pure."""

import re
from typing import Final

from conversation.said.words import WORDS, folded
from normalizer import corrections

_STATES: Final = "mati|padam|rusak|gelap|bocor|macet|mampet|keruh|bau|kotor|roboh|ambruk|ambles|hancur"

_STATE: Final = re.compile(
    r"^(?:(?:mana|eh|oh|pak|bu|min|mas|mbak|dan|sudah|sdh|udah|skrg|sekarang|masih|malah|tambah|makin|semakin|tetap|juga|ya) )*"
    rf"(?:{_STATES}|(?:tidak|tdk|gak|ga|nggak|ngga) (?:menyala|nyala|mengalir|ngalir|berfungsi|hidup|keluar))"
    r"(?: (?:dan|total|semua|lagi|terus|terusan|parah|banget|bgt|sekali|pak|bu|min|sejak|sudah|sdh|udah|dari|sampai|sampe|mulai|kemarin|"
    r"tadi)\b|$)"
)
"""How something is, without the thing: "mati total pak sejak kemarin malam"."""

_ONLY_STATE: Final = re.compile(
    r"(?:(?:mana|eh|oh|pak|bu|min|dan|sudah|sdh|udah|skrg|sekarang|masih|malah|tambah|makin|semakin|tetap|juga|ya) )*"
    rf"(?:{_STATES}|bolong|redup|(?:tidak|tdk|gak|ga|nggak|ngga) (?:menyala|nyala|mengalir|ngalir|berfungsi|hidup|keluar))"
    rf"(?: (?:dan|total|semua|lagi|terus|terusan|parah|banget|bgt|sekali|pak|bu|min|sejak|sekarang|kemarin|tadi|malam|pagi|"
    rf"siang|{_STATES}|bolong|redup))*"
)

_OF_A_PLACE: Final = 10
"""The maximum number of words of a text that only says where something is."""

_AT: Final = re.compile(
    r"(?:(?:lokasi|lokasinya|alamat|alamatnya|tempatnya|di|dekat|dkt|depan|dpn|daerah|wilayah) )*"
    r"(?:jl|jln|jalan|gg|gang|desa|ds|kel|kelurahan|kec|kecamatan|kab|kabupaten|kota|dusun|dsn|kampung|kp|perum|perumahan|rt|rw) \w"
)

_NO: Final = ("tidak", "tdk", "tak", "gak", "ga", "nggak", "ngga", "bukan", "jangan sampai")

_NOT: Final = "".join([f"(?<!{no} )" for no in _NO])

_FAULTS: Final = (
    rf"\b(?:{_STATES}|jatuh|menjuntai|putus|longsor|hilang|dicuri|menumpuk|numpuk|banjir|minta|pungli|dipungut)\b"
    r"|\b(?:korupsi|dipukul)\b"
)

_FAULT: Final = re.compile(f"{_NOT}(?:{_FAULTS})")
"""That something is wrong, if no word denies it."""

_NO_FAULT: Final = re.compile(rf"\b(?:{'|'.join(_NO)}) (?:ada |lagi )?(?:{_FAULTS})")
"""That it is not, or no longer, wrong."""

_RELAPSE: Final = re.compile(
    rf"{_NOT}\b(?:{_STATES}|banjir|menumpuk|numpuk|berlubang|longsor) (?:\w+ )?lagi\b|{_NOT}\blagi (?:{_STATES})\b"
)
"""That it is wrong again, if no word denies it: "sekarang mati lagi"."""

_NO_THINGS: Final = frozenset(
    (
        *("tanya", "nanya", "bertanya", "menanya", "hanya", "punya", "katanya", "biasanya", "sebelumnya", "sebenarnya"),
        *("sebaiknya", "seharusnya", "harusnya", "semestinya", "selanjutnya", "akhirnya", "sepertinya", "kayaknya"),
        *("rupanya", "misalnya", "pokoknya", "intinya", "adanya", "khususnya", "namanya", "artinya", "kiranya"),
        *("sekiranya", "maksudnya"),
    )
)
"""Words that end like "its" and name no thing of anything: "mau tanya"."""

_PLACED: Final = re.compile(
    r"\b(?:di|dekat|dkt|depan|dpn|sekitar|ujung|sepanjang|samping|belakang) "
    r"(?:jl|jln|jalan|gg|gang|desa|kel|kelurahan|kec|kecamatan|kab|kabupaten|kota|dusun|kampung|kp|perum|perumahan|komplek|kompleks|"
    r"simpang|perempatan|pertigaan|terminal|pasar|stasiun|sd|sdn|smp|smpn|sma|sman|rt|rw) "
    r"(?!kami|saya|sy|kita|ini|itu|sini|situ|rumah|yang|yg|tersebut|tadi|tsb|sama|masih)\w"
)
"""A place with its name."""


def corrects(text: str) -> bool:
    """Return whether a text may correct what its citizen told before, if it tells no other matter."""
    return corrections.begins(text) or corrections.correction(text) is not None


def only_places(text: str) -> bool:
    """Return whether a few words only say where something is: "di Kelurahan Bugel, Salatiga"."""
    words = " ".join(folded(text))
    return len(words.split()) <= _OF_A_PLACE and _AT.match(words) is not None and _FAULT.search(words) is None


def tells_a_fault(text: str) -> bool:
    """Return whether a text says that something is wrong."""
    return _FAULT.search(" ".join(folded(text))) is not None


def denies_a_fault(text: str) -> bool:
    """Return whether a text says that something is not, or no longer, wrong: "tidak banjir lagi"."""
    return _NO_FAULT.search(" ".join(folded(text))) is not None


def tells_a_relapse(text: str) -> bool:
    """Return whether a text says that something is wrong again."""
    return _RELAPSE.search(" ".join(folded(text))) is not None


def tells_a_state(text: str) -> bool:
    """Return whether a text tells how something is, and does not name the thing."""
    return _STATE.match(" ".join(folded(text))) is not None


def only_tells_a_state(text: str) -> bool:
    """Return whether a text tells how something is and nothing else: "keruh dan bau sekarang", "masih bolong"."""
    return _ONLY_STATE.fullmatch(" ".join(folded(text))) is not None


def begins_with_its(text: str) -> bool:
    """Return whether a text begins with a thing of what was told before ("tagihannya tetap datang"), and not with one beside it."""
    words = folded(text)
    return any(word.endswith("nya") and word not in _NO_THINGS for word in words[:2]) and "juga" not in words


def tells_one_beside(text: str) -> bool:
    """Return whether a text tells of another one of the same kind, in another place: "lampu di Jalan Gajahmada juga mati"."""
    return names_place(text) and "juga" in folded(text)


def names_place(text: str) -> bool:
    """Return whether a text names a street, or another place with its name, whether or not anybody knows where it is."""
    return _PLACED.search(" ".join(folded(text))) is not None


def only_shows(text: str) -> bool:
    """Return whether the words beside a photo are none, or say no more than that it is one: "ini fotonya min"."""
    return WORDS.shows.issuperset(folded(text))
