"""How a case joins an addition to its complaint: the specification that the router and the readings of the channels both keep."""

from msgspec.structs import replace

from complaints.command import Add
from complaints.event import Complaint


def joined(complaint: Complaint, command: Add) -> Complaint:
    """Return the complaint with the message of a command `add`.

    What the complaint has goes before what the message says: its date, its topic, and its place if that has a regency. A place that the
    message tells without a region, such as a street or a shared position, is taken too. The latest pin counts. Only a correction
    replaces a regency.
    """
    added, reading = command.addition, command.reading
    place = complaint.place
    tells = reading.place.province or reading.place.text or reading.place.pin
    other = reading.place.regency
    if other != place.regency and reading.corrects and other is not None and place.regency is not None:
        place = reading.place
    if complaint.place.regency is None and tells:
        place = reading.place
    elif reading.place.pin and place is complaint.place:
        place = replace(place, pin=reading.place.pin)
    attachments = (*complaint.attachments, *added.attachments)
    occurred_on = complaint.occurred_on or reading.occurred_on
    there = {"evidence": bool(attachments), "date": occurred_on is not None}
    return replace(
        complaint,
        additions=(*complaint.additions, added),
        occurred_on=occurred_on,
        place=place,
        topic=complaint.topic or reading.topic,
        complaint_class=reading.complaint_class,
        oversight=complaint.oversight or reading.oversight,
        attachments=attachments,
        missing=tuple(part for part in reading.missing if not there.get(part)),
    )
