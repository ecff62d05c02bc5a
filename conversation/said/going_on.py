"""Reads whether a text goes on with what its citizen told before: a correction, how it is now, or only the photo of it. Pure."""

import re
from typing import Final

from conversation.said.words import WORDS, folded
from normalizer.corrections import begins_to_correct

_STATE: Final = re.compile(
    r"^(?:(?:eh|oh|pak|bu|min|mas|mbak|dan|sudah|sdh|udah|skrg|sekarang|masih|malah|tambah|makin|semakin|tetap|juga|ya) )*"
    r"(?:mati|padam|rusak|gelap|bocor|macet|mampet|keruh|bau|kotor|roboh|ambruk|ambles|hancur)"
    r"(?: (?:total|semua|lagi|terus|terusan|parah|banget|bgt|sekali|pak|bu|min|sejak|sudah|sdh|udah|dari|sampai|sampe|mulai|kemarin|"
    r"tadi)\b|$)"
)
"""How something is, without the thing: "mati total pak sejak kemarin malam"."""

_PLACED: Final = re.compile(
    r"\b(?:di|dekat|dkt|depan|dpn|sekitar|ujung|sepanjang|samping|belakang) "
    r"(?:jl|jln|jalan|gg|gang|desa|kel|kelurahan|kec|kecamatan|kab|kabupaten|kota|dusun|kampung|kp|perum|perumahan|komplek|kompleks|"
    r"simpang|perempatan|pertigaan|terminal|pasar|stasiun|sd|sdn|smp|smpn|sma|sman|rt|rw) "
    r"(?!kami|saya|sy|kita|ini|itu|sini|situ|rumah|yang|yg|tersebut|tadi|tsb|sama|masih)\w"
)
"""A place with its name."""


def corrects(text: str) -> bool:
    """Return whether a text corrects what its citizen told before."""
    return begins_to_correct(text)


def tells_a_state(text: str) -> bool:
    """Return whether a text tells how something is, and does not name the thing."""
    return _STATE.match(" ".join(folded(text))) is not None


def begins_with_its(text: str) -> bool:
    """Return whether a text begins with a thing of what was told before ("tagihannya tetap datang"), and not with one beside it."""
    words = folded(text)
    return any(word.endswith("nya") for word in words[:2]) and "juga" not in words


def names_place(text: str) -> bool:
    """Return whether a text names a street, or another place with its name, whether or not anybody knows where it is."""
    return _PLACED.search(" ".join(folded(text))) is not None


def only_shows(text: str) -> bool:
    """Return whether the words beside a photo are none, or say no more than that it is one: "ini fotonya min"."""
    return WORDS.shows.issuperset(folded(text))
