"""Tells whether a message has a size that every part of the program can handle. Pure."""

from complaints.errors import ContractViolation
from complaints.limits import BODY_BYTES, MESSAGE_BYTES
from complaints.message import head_bytes


def check_packed(packed: bytes) -> None:
    """Check the size of a packed message: its text and fields as JSON, and its bytes as received.

    Raises:
        ContractViolation: it is too large; the text says which size.
    """
    head = head_bytes(packed)
    _check("text and fields", head, MESSAGE_BYTES)
    check_bytes(packed[head:])


def check_bytes(content: bytes) -> None:
    """Check the size of the bytes of a message as received.

    Raises:
        ContractViolation: they are too many.
    """
    _check("bytes as received", len(content), BODY_BYTES)


def _check(what: str, size: int, limit: int) -> None:
    if size > limit:
        raise ContractViolation(f"the message has {size} bytes of {what}; at most {limit} are allowed")
