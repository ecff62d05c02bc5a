"""The SMSC's HTTP control interface.

It delivers messages to clients, returns the messages that clients sent, shows the SMSC's state, and causes failures on purpose.
"""

import dataclasses
from http import HTTPStatus

from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from embedded.checked import Order, checked
from embedded.smsc.centre import DELIVER_TIMEOUT_S, Smsc
from embedded.smsc.delivery import Delivery
from embedded.smsc.text import Part, TextError, split

_MOST_SENT = 10_000  # messages in one answer of /sent


class HexError(ValueError):
    """A field that must be hexadecimal is not hexadecimal."""


class Deliver(Order):
    """A request to deliver one message: the octets of a short message or, if there are none, a text.

    Attributes:
        source: the citizen's number.
        destination: the short code; the configured one if empty.
        text: the text, which is split into parts if it is long.
        payload_hex: the octets of a short message in hexadecimal.
        data_coding: the alphabet of `payload_hex`.
        esm_class: the features of `payload_hex`; bit 0x40 says that it begins with a user data header.
        timeout_s: limit for the delivery with all its retries, in seconds.
        retry: whether a part without an answer, or with a temporary refusal, is sent again.
    """

    source: str = ""
    destination: str = ""
    text: str | None = None
    payload_hex: str | None = None
    data_coding: int = 0
    esm_class: int = 0
    timeout_s: float = Field(DELIVER_TIMEOUT_S, gt=0, le=3600)
    retry: bool = True

    def parts(self, reference: int) -> list[Part]:
        """Return the short message as the only part or, if there is none, the parts of the text, which share the reference.

        Raises:
            TextError: the text needs more than 255 parts, or the request has neither `payload_hex` nor `text`.
            HexError: `payload_hex` is not hexadecimal.
        """
        if self.payload_hex is not None:
            octets = _octets(self.payload_hex)
            return [Part(octets=octets, data_coding=self.data_coding, esm_class=self.esm_class)]
        if self.text is None:
            raise TextError("give one of text and payload_hex")
        return split(self.text, reference=reference)


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
        delivery = await smsc.deliver_parts(
            wanted.parts(smsc.next_reference()),
            source=wanted.source,
            destination=wanted.destination,
            timeout_s=wanted.timeout_s,
            retry=wanted.retry,
        )
        return _answer(delivery)

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
