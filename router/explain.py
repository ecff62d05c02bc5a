"""Says in one Indonesian sentence why a body owns a complaint."""

from router.registry import Agency
from router.rules import Rule


def explain(owner: Agency, rule: Rule | None, *, subject: str, place: str, refused_by: str = "") -> str:
    """Return the sentence for a body that handles the complaint.

    After a refusal the refusal is the reason: the law that the rule names speaks for the body that has just said no.
    """
    about = f"Laporan Anda tentang {subject}" if subject else "Laporan Anda"
    where = f" di {place}" if place else ""
    if refused_by:
        return f"{about}{where} kami alihkan ke {owner.name}, karena {refused_by} menyatakan bukan wewenangnya."
    why = f"karena {rule.reason} ({rule.law})" if rule else "sesuai instansi yang Anda tuju"
    return f"{about}{where} kami teruskan ke {owner.name}, {why}."


def explain_triage(desk: Agency, *, subject: str, place: str, missing_place: bool, refused_by: str = "") -> str:
    """Return the sentence for a desk that must sort the complaint out."""
    about = f"Laporan Anda tentang {subject}" if subject else "Laporan Anda"
    where = f" di {place}" if place else ""
    if refused_by:
        why = f"karena {refused_by} menyatakan bukan wewenangnya"
    elif missing_place:
        why = "karena kabupaten atau kota kejadiannya belum jelas"
    else:
        why = "karena instansi yang berwenang belum dapat ditentukan dengan pasti"
    return f"{about}{where} ditangani dahulu oleh {desk.name} untuk ditentukan instansi yang berwenang, {why}."
