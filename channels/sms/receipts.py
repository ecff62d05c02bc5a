"""Reads delivery receipts: an SMSC's report about a message that we sent, in optional parameters or in words. Pure.

Sources: SMPP 3.4 (5.2.28 message_state, 5.3.2.26 receipted_message_id, appendix B for the words).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

TLV_RECEIPTED_ID, TLV_STATE = 0x001E, 0x0427

STATES = {
    0: "SCHEDLD",
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
    9: "SKIPPED",
}

DELIVERED = "DELIV"
"""The prefix of the state that means delivered: SMSCs write DELIVRD or DELIVERED."""

FAILED = ("EXPIR", "UNDEL", "REJEC", "DELET", "FAIL")
"""The prefixes of the states that mean a final failure. No other state is final: a further receipt follows, or the SMSC does not know."""

_KNOWN = frozenset({*STATES.values(), "BUFFERED"})

_ID = re.compile(rb"\bid:\s*(?P<id>[^\s\0]{1,64})", re.IGNORECASE)
_STATE = re.compile(rb"\bstat(?:us)?:\s*(?P<state>[a-z]{4,12}|[0-9]\b)", re.IGNORECASE)
_ERROR = re.compile(rb"\berr:(?P<error>\w{1,12})", re.IGNORECASE)
_STRICT = re.compile(rb"^id:\S{1,64} sub:\d+ dlvrd:\d+ submit date:\d+ done date:\d+ stat:[A-Z]+ err:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """The outcome of one message.

    Attributes:
        message_id: the SMSC's id of the message, as written in the receipt.
        state: a value of STATES, or another word of the SMSC.
        error: the network's error code; empty if none is given.
    """

    message_id: str
    state: str
    error: str = ""

    @property
    def final(self) -> bool:
        """True if the state is final."""
        return self.ok or self.state.startswith(FAILED)

    @property
    def ok(self) -> bool:
        """True if the message reached the telephone."""
        return self.state.startswith(DELIVERED)

    @property
    def detail(self) -> str:
        """The state and the error code, as they are recorded."""
        return f"{self.state} err:{self.error}" if self.error.strip("0") else self.state


def read_receipt(body: bytes, tlvs: Mapping[int, bytes]) -> DeliveryReceipt | None:
    """Return the content of a receipt; None if it names no message or no state. Optional parameters take precedence over words.

    If the words do not begin with "id:", the state must be one that SMSCs use, because citizens write "id:" and "status:", too.
    """
    message_id = _text(tlvs.get(TLV_RECEIPTED_ID, b"")) or _word(_ID.search(body))
    state = STATES.get(int.from_bytes(tlvs[TLV_STATE]), "") if TLV_STATE in tlvs else ""
    state = state or _word(_STATE.search(body)).upper()
    if not message_id or not state:
        return None
    state = STATES[int(state)] if state.isdigit() else state
    found = DeliveryReceipt(message_id=message_id, state=state, error=_word(_ERROR.search(body)))
    is_known = not body or _ID.match(body) is not None or found.final or state in _KNOWN
    return found if is_known else None


def normalised(message_id: str, base: int | None = None) -> str:
    """Return an SMSC's id in the form in which the ids of answers and of receipts are compared.

    Case and leading zeros are dropped, because SMSCs write an id differently in answers and in receipts.

    Args:
        message_id: the id as the SMSC wrote it.
        base: 10 or 16 if the id is a number in this base and is written in the other one elsewhere.
    """
    plain = message_id.strip().lower()
    if base is not None:
        try:
            return str(int(plain, base))
        except ValueError:
            pass
    return plain.lstrip("0") or plain[-1:]


def in_disguise(body: bytes, tlvs: Mapping[int, bytes]) -> DeliveryReceipt | None:
    """Return the receipt in a message that is not marked as one but has its exact words: some SMSCs leave esm_class at 0.

    Return None if there is none, or its state is one that no SMSC uses. Anybody with a telephone can write these words, too.
    """
    if _STRICT.match(body) is None:
        return None
    found = read_receipt(body, tlvs)
    return found if found is not None and (found.final or found.state in _KNOWN) else None


def _word(found: re.Match[bytes] | None) -> str:
    return "" if found is None else _text(found[1])


def _text(octets: bytes) -> str:
    return octets.split(b"\0")[0].decode("latin-1").strip()
