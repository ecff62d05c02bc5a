"""Explains to the citizen in one Indonesian sentence why an agency, or a triage desk, gets the complaint."""

from complaints.event import Pin
from router.agencies.registry import Agency


def explain(owner: Agency, why: str, *, subject: str, place: str, refused_by: str = "") -> str:
    """Return the Indonesian sentence that tells the citizen which agency handles the complaint and why.

    After a refusal, the sentence gives the refusal as the reason and leaves out `why`.

    Args:
        owner: the agency.
        why: the reason with the law, in Indonesian; empty if the citizen's own words are the reason.
        subject: the Indonesian name of the subject; may be empty.
        place: the name of the place where it happened; may be empty.
        refused_by: the name of the agency that refused last; empty if none has.
    """
    about = f"Laporan Anda tentang {subject}" if subject else "Laporan Anda"
    where = f" di {place}" if place else ""
    if refused_by:
        return f"{about}{where} kami alihkan ke {owner.name}, karena {refused_by} menyatakan bukan wewenangnya."
    because = f"karena {why}" if why else "karena instansi itulah yang Anda tuju atau sebut"
    return f"{about}{where} kami teruskan ke {owner.name}, {because}."


def explain_elsewhere(unit: Agency, owner: Agency, why: str, *, house: Agency, subject: str) -> str:
    """Return the Indonesian sentence that a complaint at a government's own desk is another agency's matter, and who hands it on."""
    about = f"Laporan Anda tentang {subject}" if subject else "Laporan Anda"
    because = f", karena {why}" if why else ""
    return f"{about} bukan wewenang {house.name}; yang berwenang {owner.name}{because}. {unit.name} meneruskannya."


def explain_triage(desk: Agency, *, subject: str, place: str, missing_place: bool, refused_by: str = "") -> str:
    """Return the Indonesian sentence that tells the citizen that a triage desk will find the agency that handles the complaint, and why.

    Args:
        desk: the agency whose triage desk it is.
        subject: the Indonesian name of the subject; may be empty.
        place: the name of the place where it happened; may be empty.
        missing_place: whether the reason is that the regency or city is not known; otherwise it is that the text is not clear enough.
        refused_by: the name of the agency that refused last, which then is the only reason; empty if none has.
    """
    about = f"Laporan Anda tentang {subject}" if subject else "Laporan Anda"
    where = f" di {place}" if place else ""
    if refused_by:
        why = f"karena {refused_by} menyatakan bukan wewenangnya"
    elif missing_place:
        why = "karena kabupaten atau kota kejadiannya belum jelas"
    else:
        why = "karena isi laporan belum cukup jelas"
    return f"{about}{where} ditangani dahulu oleh {desk.name}, yang akan menentukan instansi yang berwenang, {why}."


def explain_pin(pin: Pin | None) -> str:
    """Return the Indonesian sentence that a pin on the map contradicts the text; empty if it does not. A space comes before it."""
    if pin is None or not pin.elsewhere:
        return ""
    where = " atau ".join([region.name for region in pin.regencies])
    return f" Titik peta yang dikirim ada di {where}; kami mengikuti tempat yang disebut dalam laporan."
