"""Joins a complaint with a further message of its citizen."""

from typing import Any, Final

from complaints.values import ComplaintClass
from router.cases.document.plain import Document

_COMPLAINT: Final = ComplaintClass.complaint.value

_PLACE: Final = ("province", "regency", "district", "village", "text", "pin")
"""The parts of a place that tell something: its regions, and the words or the position by which the citizen named it."""


def joined(complaint: Document, addition: Document, reading: Document) -> Document:
    """Return the complaint with an addition: it takes from the reading what it lacks, and keeps what it has.

    A date, a regency or a topic that the complaint already has stays, unless the reading corrects the regency to another one, and oversight
    is never withdrawn. A complaint whose subject is known stays one, whatever is asked beside it ("kapan?"); otherwise the class comes from
    the reading, as the missing parts do, except that a file counts as evidence, and a known date is not missing.

    Args:
        complaint: the complaint with the additions so far.
        addition: the added message.
        reading: the channel's reading of the whole; nothing is taken from that of an addition which tells other matters.
    """
    attachments = [*complaint.get("attachments", ()), *addition.get("attachments", ())]
    if addition.get("apart"):
        return {**complaint, "additions": [*complaint.get("additions", ()), addition], "attachments": attachments}
    occurred = complaint.get("occurred_on") or reading.get("occurred_on")
    has = {name for name, is_there in (("evidence", attachments), ("date", occurred)) if is_there}
    new: dict[str, Any] = {
        "additions": [*complaint.get("additions", ()), addition],
        "attachments": attachments,
        "oversight": bool(complaint.get("oversight") or reading.get("oversight")),
        "missing": [part for part in reading.get("missing", ()) if part not in has],
    }
    if occurred:
        new["occurred_on"] = occurred
    if topic := complaint.get("topic") or reading.get("topic"):
        new["topic"] = topic
    is_complaint = complaint.get("class") == _COMPLAINT and complaint.get("topic")
    if "class" in reading and not is_complaint:
        new["class"] = reading["class"]
    place, read = complaint.get("place") or {}, reading.get("place") or {}
    regency, other = place.get("regency"), read.get("regency")
    if regency:
        takes = bool(other and reading.get("corrects") and other["code"] != regency["code"])
    else:
        takes = any(read.get(part) for part in _PLACE)
    if takes:
        new["place"] = read
    elif read.get("pin"):
        new["place"] = {**place, "pin": read["pin"]}
    return {**complaint, **new}
