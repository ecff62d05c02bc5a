"""The SMSC's HTTP control interface.

It delivers messages to clients, returns the messages that clients sent, shows the SMSC's state, and causes failures on purpose.
"""

import dataclasses
from collections.abc import Callable
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from embedded.checked import Order, checked
from embedded.smsc.centre import DELIVER_TIMEOUT_S, Smsc
from embedded.smsc.delivery import Delivery
from embedded.smsc.text import UDHI, Coding, Part, Split, TextError, split

_SEQUENCE = slice(12, 16)  # position of the sequence number in a PDU
_MOST_SENT = 10_000  # messages in one answer of /sent


class HexError(ValueError):
    """A field that must be hexadecimal is not hexadecimal."""


class Deliver(Order):
    """A request to deliver one message: a whole PDU, a raw short message or a text, in this order of precedence.

    Attributes:
        source: the citizen's number.
        destination: the short code; the configured one if empty.
        text: the text, which is split into parts if it is long.
        coding: the alphabet of the text; `auto` is GSM-7 if that has all characters, else UCS-2.
        split: where the position of a part is: `udh` for a user data header, `sar` for SAR parameters. `payload` sends the
            text undivided in the message_payload parameter.
        udh_reference: the reference that the parts of the text share; a new one if None.
        bits: width of that reference in the user data header.
        order: the numbers of the parts of the text to send, in the order to send them; all parts if None.
        payload_hex: the octets of a raw short message in hexadecimal, without a user data header.
        udh_hex: the user data header before `payload_hex`, in hexadecimal.
        data_coding: replaces the data_coding of the text; for `payload_hex`, None means 0.
        esm_class: replaces the esm_class of the text; for `payload_hex`, None means that it follows from `udh_hex`.
        tlvs: optional parameters for `payload_hex`: the tag as a number in text, the value in hexadecimal.
        pdu_hex: a whole PDU in hexadecimal, sent unchanged except for its sequence number.
        timeout_s: limit for the delivery with all its retries, in seconds.
        retry: whether a part without an answer, or with a temporary refusal, is sent again.
    """

    source: str = ""
    destination: str = ""
    text: str | None = None
    coding: Coding = "auto"
    split: Split = "udh"
    udh_reference: int | None = None
    bits: Literal[8, 16] = 8
    order: list[int] | None = Field(None, description="which parts to send, in which order, counted from 1")
    payload_hex: str | None = None
    udh_hex: str = ""
    data_coding: int | None = None
    esm_class: int | None = None
    tlvs: dict[str, str] = Field(default={})
    pdu_hex: str | None = Field(None, description="a whole PDU, sent unchanged except for its sequence number")
    timeout_s: float = Field(DELIVER_TIMEOUT_S, gt=0, le=3600)
    retry: bool = True

    def parts(self, reference: int) -> list[Part]:
        """Return the raw short message as the only part or, if there is none, the parts of the text to send, in that order.

        `pdu_hex` is not used.

        Args:
            reference: the reference that the parts share if the request has no `udh_reference`.

        Raises:
            TextError: the text cannot be coded or needs more than 255 parts, `order` names a part that does not exist, or
                the request has neither `payload_hex` nor `text`.
            HexError: `payload_hex`, `udh_hex` or the value of an optional parameter is not hexadecimal.
            ValueError: the tag of an optional parameter is not a number.
        """
        if self.payload_hex is not None:
            return [self._raw(_octets(self.payload_hex))]
        if self.text is None:
            raise TextError("give one of text, payload_hex and pdu_hex")
        used = reference if self.udh_reference is None else self.udh_reference
        parts = split(self.text, self.coding, reference=used, bits=self.bits, how=self.split)
        if self.order is not None:
            if not set(self.order) <= set(range(1, len(parts) + 1)):
                raise TextError(f"order names a part that does not exist: there are {len(parts)}")
            parts = [parts[number - 1] for number in self.order]
        return [self._changed(part) for part in parts]

    def _changed(self, part: Part) -> Part:
        """Return the given part with the data_coding and esm_class of the request, as far as the request sets them."""
        data_coding = part.data_coding if self.data_coding is None else self.data_coding
        esm_class = part.esm_class if self.esm_class is None else self.esm_class
        return dataclasses.replace(part, data_coding=data_coding, esm_class=esm_class)

    def _raw(self, payload: bytes) -> Part:
        header = _octets(self.udh_hex)
        esm_class = self.esm_class if self.esm_class is not None else UDHI if header else 0
        tlvs = {int(tag, 0): _octets(value) for tag, value in self.tlvs.items()}
        return Part(octets=header + payload, data_coding=self.data_coding or 0, esm_class=esm_class, tlvs=tlvs)


class Fail(BaseModel):
    """A request to refuse the next `count` submit_sm of clients with the command_status `status`."""

    status: int = Field(ge=1, le=0xFFFF_FFFF)
    count: int = Field(1, ge=1, le=1_000_000)


def application(smsc: Smsc) -> Starlette:
    """Return the HTTP application that controls an SMSC.

    Its endpoints are POST /deliver (deliver a message, see `Deliver`), GET /sent (the complete messages of clients with
    numbers above `since`), GET /status (the SMSC's state), POST /fail (refuse the next submit_sm, see `Fail`) and POST /cut
    (abort the connections of all bound clients).
    """

    async def deliver(request: Request) -> Response:
        wanted = Deliver.model_validate_json(await request.body())
        return _answer(await _deliver(smsc, wanted))

    async def sent(request: Request) -> Response:
        since = int(request.query_params.get("since", "0"))
        limit = min(int(request.query_params.get("limit", "1000")), _MOST_SENT)
        messages = smsc.sent(since, limit)
        return JSONResponse({"sent": messages, "next": messages[-1]["n"] if messages else since})

    async def status(_request: Request) -> Response:
        return JSONResponse(smsc.status())

    async def fail(request: Request) -> Response:
        wanted = Fail.model_validate_json(await request.body())
        smsc.refuse_next(wanted.status, wanted.count)
        return JSONResponse({"status": wanted.status, "count": wanted.count})

    async def cut(_request: Request) -> Response:
        return JSONResponse({"cut": smsc.cut()})

    return Starlette(
        routes=[
            Route("/deliver", checked(deliver), methods=["POST"]),
            Route("/sent", checked(sent)),
            Route("/status", status),
            Route("/fail", checked(fail), methods=["POST"]),
            Route("/cut", cut, methods=["POST"]),
        ]
    )


async def _deliver(smsc: Smsc, wanted: Deliver) -> Delivery:
    if wanted.pdu_hex is not None:
        octets = _octets(wanted.pdu_hex)
        return await smsc.deliver_pdus([_verbatim(octets)], timeout_s=wanted.timeout_s, retry=wanted.retry)
    return await smsc.deliver_parts(
        wanted.parts(smsc.next_reference()),
        source=wanted.source,
        destination=wanted.destination,
        timeout_s=wanted.timeout_s,
        retry=wanted.retry,
    )


def _verbatim(octets: bytes) -> Callable[[int], bytes]:
    """Return a function that takes a sequence number and returns the given PDU with it, so that its answer is recognized.

    A PDU that is too short for a sequence number (under 16 octets) is returned unchanged.
    """

    def make(sequence: int) -> bytes:
        changed = bytearray(octets)
        if len(octets) >= _SEQUENCE.stop:
            changed[_SEQUENCE] = sequence.to_bytes(4)
        return bytes(changed)

    return make


def _answer(delivery: Delivery) -> Response:
    """Return an HTTP response with the outcome: status 200 if every part was answered, 504 if one had no answer in time."""
    parts = [dataclasses.asdict(part) for part in delivery.parts]
    code = HTTPStatus.OK if delivery.status is not None else HTTPStatus.GATEWAY_TIMEOUT
    return JSONResponse({"status": delivery.status, "parts": parts}, code)


def _octets(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise HexError(f"{text[:20]!r} is not hexadecimal") from error
