"""The sizes in bytes that nest: message < complaint < case < record < batch. So whatever can be read can be written."""

from typing import Final

MESSAGE_BYTES: Final = 140_000
"""The text and the fields of one message as JSON, without its raw bytes: the web form's longest text of 20,000 characters takes at most
120,000, if each of them is a control character."""

BODY_BYTES: Final = 500_000
"""The raw bytes of one message. With its text they fit into the sealed record and into the complaint, where base64 adds a third."""

COMPLAINT_BYTES: Final = 160_000
"""A complaint or a command as JSON, without its raw bytes: one message, in which a control character takes six bytes, what the
normaliser read in it, and the sealed reply address."""

ADDED_BYTES: Final = 180_000
"""A case after an addition of the citizen. The rest of CASE_BYTES is for what agencies do."""

CASE_BYTES: Final = 256_000
"""A case with everything that happened to it: its state is written at every change, so it must not grow for ever."""

RECORD_BYTES: Final = 1_000_000
"""The value of any record, a complaint with its raw bytes among them. Nothing may write a larger one: a producer may refuse it."""

HEADER_ROOM_BYTES: Final = 20_000
"""The key and the headers of a record, in addition to its value: the CloudEvents attributes need less than a thousand."""

BATCH_BYTES: Final = 1_048_576
"""The maximum bytes that Kafka accepts at once, in one record or many. It is Kafka's default; each client asks for as much."""

MOST_ADDITIONS: Final = 50
"""The maximum number of additions to a case: nobody completes a report so often."""

MOST_BY_CODE: Final = 10
"""The maximum number of those from somebody else who has the code, which may be public, or on the web from somebody without the receipt
key: the rest is for the citizen's own."""

BY_CODE_BYTES: Final = 60_000
"""The maximum bytes of those additions as JSON, all together: two of the web form's longest texts. At least twice as much is left."""

REASON_BYTES: Final = 2_000
"""An agency's reason for a refusal in UTF-8: a long paragraph. A case has room for twenty."""

ANSWER_BYTES: Final = 8_000
"""An agency's answer in UTF-8: four pages."""


def as_reason(text: str) -> str:
    """Return the beginning of a text that fits into a reason, without blanks around the text."""
    return text.strip().encode("utf-8", "replace")[:REASON_BYTES].decode("utf-8", "ignore")
