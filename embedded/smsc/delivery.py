"""Builds the deliver_sm that carries a part of a message to a client, and defines the outcome of a delivery."""

from collections.abc import Callable
from dataclasses import dataclass

import smpp34

from embedded.smsc.text import Part

_SHORT_CODE_DIGITS = 8  # a number of at most this length is a short code, a longer one a subscriber's


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """The outcome of sending one part of a message to a client.

    Attributes:
        status: the command_status of the client's answer to the last attempt, 0 if it accepted the part. None if that attempt
            had no answer in time, if the connection ended first, or if there was no attempt, as no client could receive.
        command: the command_id of that answer; None if there was none.
        attempts: the number of attempts to send the part.
    """

    status: int | None
    command: int | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The outcome of delivering one message to a client, with one result per part, in the order of the parts given."""

    parts: tuple[PartResult, ...]

    @property
    def status(self) -> int | None:
        """The status of the whole message.

        It is None if the last attempt of a part had no answer or a part was never sent, 0 if every part was accepted, and
        otherwise the status of the first part that was refused.
        """
        statuses = [part.status for part in self.parts]
        if None in statuses:
            return None
        return next((status for status in statuses if status), 0)


def deliver_sm(part: Part, source: str, destination: str) -> Callable[[int], bytes]:
    """Return a function that returns the octets of the deliver_sm of a part for a given sequence number.

    A source or destination of more than eight characters is marked as an international number (TON 1), a shorter one as a
    short code (TON 0).
    """
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
