"""Delivery receipts: what an SMSC tells of a message that we sent, by optional parameters or in words. Pure.

Sources: SMPP 3.4 (5.2.28 message_state, 5.3.2.26 receipted_message_id, appendix B for the words).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

TLV_RECEIPTED_ID, TLV_STATE = 0x001E, 0x0427

STATES = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}

UNDER_WAY = frozenset({"ENROUTE", "ACCEPTD"})
"""States that another one follows."""

DELIVERED = "DELIVRD"

_WORDS = re.compile(rb"^\s*id:(?P<id>\S{1,64}) .*?\bstat:(?P<state>[A-Z]{5,8})", re.DOTALL | re.IGNORECASE)
_ERROR = re.compile(rb"\berr:(?P<error>\w{1,12})", re.IGNORECASE)
_STRICT = re.compile(rb"^id:\S{1,64} sub:\d+ dlvrd:\d+ submit date:\d+ done date:\d+ stat:[A-Z]+ err:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """The outcome of one message.

    Attributes:
        message_id: the SMSC's id, as it answered our submit_sm.
        state: one of the words of STATES, or what else the SMSC says.
        error: the network's own error, where one is given.
    """

    message_id: str
    state: str
    error: str = ""

    @property
    def final(self) -> bool:
        """Whether no other state follows."""
        return self.state not in UNDER_WAY

    @property
    def ok(self) -> bool:
        """Whether the message reached the telephone."""
        return self.state == DELIVERED

    @property
    def detail(self) -> str:
        """The outcome in words for the record."""
        return f"{self.state} err:{self.error}" if self.error.strip("0") else self.state


def read_receipt(body: bytes, tlvs: Mapping[int, bytes]) -> DeliveryReceipt | None:
    """Return what a receipt says, or None where it names no message or no state. The parameters go before the words."""
    words = _WORDS.match(body)
    message_id = _text(tlvs.get(TLV_RECEIPTED_ID, b"")) or (_text(words["id"]) if words else "")
    state = STATES.get(int.from_bytes(tlvs.get(TLV_STATE, b"")), "") or (_text(words["state"]).upper() if words else "")
    if not message_id or not state:
        return None
    error = _ERROR.search(body)
    return DeliveryReceipt(message_id=message_id, state=state, error=_text(error["error"]) if error else "")


def in_disguise(body: bytes) -> bool:
    """Return whether a message that is not marked as a receipt is one, word for word: some SMSCs leave esm_class at 0."""
    return _STRICT.match(body) is not None


def _text(octets: bytes) -> str:
    return octets.split(b"\0")[0].decode("latin-1").strip()
