"""A message on its way to a client: its PDU, and what became of each part."""

from collections.abc import Callable
from dataclasses import dataclass

import smpp34

from embedded.smsc.text import Part

_SHORT_CODE_DIGITS = 8  # a number of at most this length is a short code, a longer one a subscriber's


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """The outcome of one part.

    Attributes:
        status: the client's last command_status; None if the last attempt had no answer in time.
        command: the command_id of that answer; None if there was none.
        attempts: how often the part was sent.
    """

    status: int | None
    command: int | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The outcome of one message, part by part."""

    parts: tuple[PartResult, ...]

    @property
    def status(self) -> int | None:
        """The status of the whole: 0 if every part was accepted, None if a part had no answer in time, else the first refusal."""
        statuses = [part.status for part in self.parts]
        if None in statuses:
            return None
        return next((status for status in statuses if status), 0)


def deliver_sm(part: Part, source: str, destination: str) -> Callable[[int], bytes]:
    """Return a function that builds the deliver_sm of a part from its sequence number."""
    tlvs = [smpp34.Tlv(tag, value) for tag, value in part.tlvs.items()]

    def make(sequence: int) -> bytes:
        return smpp34.DeliverSm(
            source,
            destination,
            part.octets,
            source_addr_ton=1 if len(source) > _SHORT_CODE_DIGITS else 0,
            source_addr_npi=1,
            dest_addr_ton=1 if len(destination) > _SHORT_CODE_DIGITS else 0,
            dest_addr_npi=1,
            esm_class=part.esm_class,
            data_coding=part.data_coding,
            tlvs=tlvs,
            sequence_number=sequence,
        ).encode()

    return make
