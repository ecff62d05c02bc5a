"""The columns that describe a complaint, in the tables of complaints and of cases."""

from functools import lru_cache
from typing import Final

from complaints.event import Complaint, Region
from complaints.tracking import NUMBER_PREFIX, Numbers, names_mailbox
from normalizer.parts import title_of
from sinks.clickhouse.rows.dispositions import without_district
from sinks.clickhouse.rows.values import UINT16, Row, held, shown

_NOWHERE: Final = Region(code="", name="")


def described(complaint: Complaint, number: Numbers) -> Row:
    """Return the columns that describe a complaint, except those for its text. The title is masked.

    In a secret complaint the title, the district, the village, the position and the code of the case that it continues are empty, and the
    office that recorded it is named without its district.
    A position is rounded to about a kilometre: it may be that of a home.

    Raises:
        ContractViolation: a value does not fit its column.
    """
    secret, place, occurred = complaint.secret, complaint.place, complaint.occurred_on
    pin, recorded_by = None if secret else place.pin, complaint.recorded_by or ""
    province, regency = place.province or _NOWHERE, place.regency or _NOWHERE
    district, village = (_NOWHERE, _NOWHERE) if secret else (place.district or _NOWHERE, place.village or _NOWHERE)
    return {
        "title": "" if secret else _title(complaint.title, complaint.text),
        "occurred_on": occurred.date if occurred else None,
        "occurred_precision": occurred.precision.value if occurred else "",
        "secret": secret,
        "anonymous": complaint.anonymous,
        "class": complaint.complaint_class.value,
        "oversight": complaint.oversight,
        "topic": complaint.topic or "",
        "province_code": province.code,
        "province": province.name,
        "regency_code": regency.code,
        "regency": regency.name,
        "district_code": district.code,
        "district": district.name,
        "village_code": village.code,
        "village": village.name,
        "latitude": round(pin.latitude, 2) if pin else None,
        "longitude": round(pin.longitude, 2) if pin else None,
        "missing": list(complaint.missing),
        "attachments": held(len(complaint.attachments), UINT16, "attachments"),
        "reporter": _reporter(complaint, number),
        "continues": "" if secret else number.of(complaint.continues),
        "recorded_by": without_district(recorded_by) if secret else recorded_by,
        "source": complaint.source or "",
        "normaliser_version": complaint.normaliser_version,
    }


def _reporter(complaint: Complaint, number: Numbers) -> str:
    """Return what analysts see in place of the key of the citizen's mailbox; empty if nobody may learn that his reports are of one person.

    On the web nobody knows who two reports are of: the key is the code of the report.
    """
    citizen = complaint.reporter_ref
    if not citizen or complaint.secret or complaint.anonymous or complaint.recorded_by or names_mailbox(citizen):
        return ""
    return "R" + number(f"reporter {citizen}").removeprefix(NUMBER_PREFIX[:1])


@lru_cache(maxsize=8192)
def _title(title: str, whole: str) -> str:
    """Return a title, masked. One that is the beginning of the text is cut anew from the masked text: half a number is not known."""
    if title.endswith("…") and " ".join(whole.split()).startswith(title[:-1]):
        return title_of(shown(whole, secret=False))
    return shown(title, secret=False)
