"""Writes the records of the router's step."""

from typing import Final

import orjson

from complaints.bus import Headers, Record
from complaints.bus.envelope import enveloped
from complaints.values import Event
from router.cases.document.plain import Document

SOURCE: Final = b"/router"


def written(model: type[Event], key: str, event: Document, time: str, more: Headers = ()) -> Record:
    """Return the record of an event as plain data, for the topic of its model.

    Args:
        model: the event's.
        key: of the mailbox.
        event: as plain data.
        time: of the event, ISO 8601.
        more: further headers.
    """
    value, id_ = orjson.dumps(event), event["id"]
    return enveloped(model, key=key.encode(), value=value, id_=id_, source=SOURCE, time=time, more=more)
