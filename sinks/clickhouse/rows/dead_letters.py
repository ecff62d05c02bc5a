"""Makes the rows of dead letters."""

from complaints.bus import StoredRecord
from complaints.bus.deleted import DeletedUnread, LostHandled
from complaints.errors import ContractViolation, MalformedMessage
from complaints.event import DeadLetter
from complaints.tracking import Numbers
from normalizer.masking import mask
from sinks.clickhouse.rows.values import INT32, INT64, UINT16, Rows, held, moment, place_on_kafka

TABLE = "dead_letter_rows"

_WORDED = frozenset(one.__name__ for one in (MalformedMessage, ContractViolation, DeletedUnread, LostHandled))
"""The errors whose messages we wrote. The message of another error may quote a citizen, even from a secret report, so it is not copied."""


def rows(letter: DeadLetter, record: StoredRecord, number: Numbers) -> Rows:
    """Return the row of a dead letter, without the payload and the headers.

    The reason is masked. If we did not write the error's message, the reason is "our own fault" instead. If the input did not come from a
    topic, the source partition and offset are -1.

    Raises:
        ContractViolation: a value does not fit its column.
    """
    partition = -1 if letter.source_partition is None else letter.source_partition
    offset = -1 if letter.source_offset is None else letter.source_offset
    row = {
        "dead_letter_id": number.id(letter.id),
        "channel": letter.channel or "",
        "source_topic": letter.source_topic or "",
        "source_partition": held(partition, INT32, "source_partition", least=-1),
        "source_offset": held(offset, INT64, "source_offset", least=-1),
        "reason": shown_reason(letter.error_class, letter.reason),
        "error_class": letter.error_class,
        "attempts": held(letter.attempts, UINT16, "attempts"),
        "at": moment(letter.at),
        **place_on_kafka(record),
    }
    return [(TABLE, row)]


def shown_reason(error_class: str, reason: str) -> str:
    """Return the reason of a dead letter as people may read it: masked, or "our own fault" if we did not write the error's message."""
    return mask(reason) if error_class in _WORDED else "our own fault"
