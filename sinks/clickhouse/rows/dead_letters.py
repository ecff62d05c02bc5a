"""Makes the rows of dead letters."""

from complaints.bus import StoredRecord
from complaints.errors import ContractViolation, MalformedMessage
from normalizer.masking import mask
from sinks.clickhouse.rows.values import INT32, INT64, UINT16, Json, Rows, count, moment, place_on_kafka, text, uuid

TABLE = "dead_letter_rows"

_WORDED = frozenset({MalformedMessage.__name__, ContractViolation.__name__})
"""The errors whose messages we wrote. The message of another error may quote a citizen, even from a secret report, so it is not copied."""


def rows(event: Json, record: StoredRecord) -> Rows:
    """Return the row of a dead letter, without the payload and the headers.

    The reason is masked. If the error is neither MalformedMessage nor ContractViolation, the reason is "our own fault" instead. If the
    input did not come from a topic, the source partition and offset are -1.

    Raises:
        ContractViolation: a value is missing or does not fit its column.
    """
    error_class, reason = text(event, "error_class"), text(event, "reason")
    row = {
        "dead_letter_id": uuid(event, "id"),
        "channel": text(event, "channel", ""),
        "source_topic": text(event, "source_topic", ""),
        "source_partition": count(event, "source_partition", INT32, -1),
        "source_offset": count(event, "source_offset", INT64, -1),
        "reason": shown_reason(error_class, reason),
        "error_class": error_class,
        "attempts": count(event, "attempts", UINT16, 1),
        "at": moment(event, "at"),
        **place_on_kafka(record),
    }
    return [(TABLE, row)]


def shown_reason(error_class: str, reason: str) -> str:
    """Return the reason of a dead letter as people may read it: masked, or "our own fault" if we did not write the error's message.

    Args:
        error_class: the name of the error's class.
        reason: the error's message.
    """
    return mask(reason) if error_class in _WORDED else "our own fault"
