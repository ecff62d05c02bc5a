"""The columns that describe a complaint, in the tables of complaints and of cases."""

from complaints.tracking import names_mailbox
from normalizer.parts import title_of
from sinks.clickhouse.rows.dispositions import without_district
from sinks.clickhouse.rows.values import UINT16, Json, Row, day, degrees, flag, held, maybe, parts, shown, text, texts


def described(complaint: Json) -> Row:
    """Return the columns that describe a complaint, except those for its text. The title is masked.

    In a secret complaint the title, the district, the village, the position and the code of the case that it continues are empty, and the
    office that recorded it is named without its district.
    A position is rounded to about a kilometre: it may be that of a home.

    Raises:
        ContractViolation: a value is missing or does not fit its column.
    """
    secret = flag(complaint, "secret")
    place = maybe(complaint, "place") or {}
    pin = None if secret else maybe(place, "pin")
    occurred, recorded_by = maybe(complaint, "occurred_on"), text(complaint, "recorded_by", "")
    return {
        "title": _title(complaint, secret=secret),
        "occurred_on": day(occurred, "date") if occurred else None,
        "occurred_precision": text(occurred, "precision") if occurred else "",
        "secret": secret,
        "anonymous": flag(complaint, "anonymous"),
        "class": text(complaint, "class", "pengaduan"),
        "oversight": flag(complaint, "oversight"),
        "topic": text(complaint, "topic", ""),
        **_region(place, "province"),
        **_region(place, "regency"),
        **_region({} if secret else place, "district"),
        **_region({} if secret else place, "village"),
        "latitude": degrees(pin, "latitude", 90) if pin else None,
        "longitude": degrees(pin, "longitude", 180) if pin else None,
        "missing": texts(complaint, "missing"),
        "attachments": held(len(parts(complaint, "attachments")), UINT16, "attachments"),
        "reporter": _reporter(complaint, secret=secret),
        "continues": "" if secret else text(complaint, "continues", ""),
        "recorded_by": without_district(recorded_by) if secret else recorded_by,
        "source": text(complaint, "source", ""),
        "normaliser_version": text(complaint, "normaliser_version"),
    }


def _reporter(complaint: Json, *, secret: bool) -> str:
    """Return the key of the citizen's mailbox, from which `reporter` is made; empty if his reports must not be told to be of one person.

    On the web nobody knows who two reports are of: the key is the code of the report.
    """
    citizen = text(complaint, "reporter_ref")
    hidden = secret or flag(complaint, "anonymous") or complaint.get("recorded_by")
    return "" if hidden or names_mailbox(citizen) else citizen


def _title(complaint: Json, *, secret: bool) -> str:
    """Return the title, masked. One that is the beginning of the text is cut anew from the masked text: half a number is not known."""
    title, whole = text(complaint, "title"), text(complaint, "text", "")
    if title.endswith("…") and " ".join(whole.split()).startswith(title[:-1]):
        return title_of(shown(whole, secret=secret))
    return shown(title, secret=secret)


def _region(place: Json, level: str) -> Row:
    region = maybe(place, level)
    if region is None:
        return {f"{level}_code": "", level: ""}
    return {f"{level}_code": text(region, "code"), level: text(region, "name")}
