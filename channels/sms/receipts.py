"""Delivery receipts: what an SMSC tells of a message that we sent, by optional parameters or in words. Pure.

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
"""The beginning of the words for the one good end: SMSCs write DELIVRD or DELIVERED."""

FAILED = ("EXPIR", "UNDEL", "REJEC", "DELET", "FAIL")
"""The beginnings of the words for the bad ends. Any other word is no end: another receipt follows, or the SMSC does not know either."""

_KNOWN = frozenset({*STATES.values(), "BUFFERED"})

_ID = re.compile(rb"\bid:\s*(?P<id>[^\s\0]{1,64})", re.IGNORECASE)
_STATE = re.compile(rb"\bstat(?:us)?:\s*(?P<state>[a-z]{4,12}|[0-9]\b)", re.IGNORECASE)
_ERROR = re.compile(rb"\berr:(?P<error>\w{1,12})", re.IGNORECASE)
_STRICT = re.compile(rb"^id:\S{1,64} sub:\d+ dlvrd:\d+ submit date:\d+ done date:\d+ stat:[A-Z]+ err:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """The outcome of one message.

    Attributes:
        message_id: the SMSC's id of it, as the receipt writes it.
        state: one of the words of STATES, or what else the SMSC says.
        error: the network's own error; empty if none is given.
    """

    message_id: str
    state: str
    error: str = ""

    @property
    def final(self) -> bool:
        """Whether no other state follows."""
        return self.ok or self.state.startswith(FAILED)

    @property
    def ok(self) -> bool:
        """Whether the message reached the telephone."""
        return self.state.startswith(DELIVERED)

    @property
    def detail(self) -> str:
        """The outcome in words for the record."""
        return f"{self.state} err:{self.error}" if self.error.strip("0") else self.state


def read_receipt(body: bytes, tlvs: Mapping[int, bytes]) -> DeliveryReceipt | None:
    """Return what a receipt says; None if it names no message or no state. The parameters take precedence over the words.

    Words that do not begin with those of a receipt are of one only with a state that SMSCs know: citizens write "id:" and "status:", too.
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

    Upper and lower case are the same, and so are leading zeros: SMSCs write the two ids differently.

    Args:
        message_id: as the SMSC wrote it.
        base: 10 or 16 if the id is a number with this base and is written with another one elsewhere.
    """
    plain = message_id.strip().lower()
    if base is not None:
        try:
            return str(int(plain, base))
        except ValueError:
            pass
    return plain.lstrip("0") or plain[-1:]


def in_disguise(body: bytes, tlvs: Mapping[int, bytes]) -> DeliveryReceipt | None:
    """Return what a message says that is not marked as a receipt, if it has the words of one: some SMSCs leave esm_class at 0.

    A state that no SMSC knows makes it none. Whoever has a telephone can write these words, too.
    """
    if _STRICT.match(body) is None:
        return None
    found = read_receipt(body, tlvs)
    return found if found is not None and (found.final or found.state in _KNOWN) else None


def _word(found: re.Match[bytes] | None) -> str:
    return "" if found is None else _text(found[1])


def _text(octets: bytes) -> str:
    return octets.split(b"\0")[0].decode("latin-1").strip()
