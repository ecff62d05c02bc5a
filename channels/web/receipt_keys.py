"""The receipt key: what proves on the web that somebody sent a report himself. The code alone reads, adds, asks and hides."""

import hmac
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from complaints import ids
from complaints.message import InboundMessage
from complaints.tracking import typed_letters

AGE_S: Final = 365 * 86_400
"""Seconds for which a browser keeps the keys of what was sent from it."""

MOST: Final = 40
"""Keys that a browser keeps; each has ten characters."""

_BETWEEN: Final = "~"
"""Between two keys in the cookie: no key has it, and a cookie may."""

NEEDED: Final = (
    "Isi kunci tanda terima: sepuluh huruf dan angka di halaman yang muncul setelah laporan dikirim."
    " Dengan kode saja laporan dapat dilihat, dilengkapi dan disembunyikan."
)
"""What is said to whoever has the code alone."""


class Reported(Protocol):
    """What a receipt key is the key of, such as the status of a case, or what somebody has just sent."""

    @property
    def complaint_id(self) -> UUID:
        """The id of the complaint."""

    @property
    def content(self) -> str:
        """The digest of what was sent as the complaint (see complaints.ids.content_digest)."""


class Sending(NamedTuple):
    """A complaint that was sent now."""

    complaint_id: UUID
    content: str


class ReceiptKeys:
    """Makes receipt keys, checks them, and keeps them in the browser that sent the report."""

    def __init__(self, key_of: Callable[[UUID, str], str]) -> None:
        """Take what makes the key of a complaint from its id and content (see complaints.crypto.Keyring.receipt_key)."""
        self._key_of = key_of

    def of(self, reported: Reported) -> str:
        """Return the key of a complaint as it is shown: "7K3M9 QX2RT"."""
        key = self._key(reported)
        return f"{key[:5]} {key[5:]}"

    def held(self, request: Request, reported: Reported) -> bool:
        """Return whether the browser keeps the key of a complaint."""
        return any(self._is_key(reported, key) for key in self._kept(request))

    def require(self, reported: Reported, typed: str, browser: Request | None = None) -> None:
        """Check that the key of a complaint was given.

        Args:
            reported: the complaint.
            typed: what was given as the key.
            browser: the request of a form of ours, whose browser may keep the key; None for a program, since another site's page could let
                a browser send its request.

        Raises:
            HTTPException: 403, it was not given.
        """
        if browser is not None and self.held(browser, reported):
            return
        if not self._is_key(reported, typed_letters(typed)):
            raise HTTPException(403, NEEDED)

    def given(self, request: Request, reported: Reported, typed: str) -> bool:
        """Return whether the key of a complaint was typed, or the browser of this form of ours keeps it; nobody need give it.

        Raises:
            HTTPException: 403, another one was typed.
        """
        if typed.strip():
            self.require(reported, typed)
        return bool(typed.strip()) or self.held(request, reported)

    def give(self, request: Request, answer: Response, reported: Reported) -> None:
        """Let the browser keep the key of a complaint, before those that it has."""
        self._set(request, answer, [self._key(reported), *self._others(request, reported)][:MOST])

    def forget(self, request: Request, answer: Response, reported: Reported) -> None:
        """Let the browser forget the key of a complaint."""
        self._set(request, answer, self._others(request, reported))

    def _key(self, reported: Reported) -> str:
        return self._key_of(reported.complaint_id, reported.content)

    def _is_key(self, reported: Reported, key: str) -> bool:
        return hmac.compare_digest(self._key(reported).encode(), key.encode("utf-8", "replace"))

    def _others(self, request: Request, reported: Reported) -> list[str]:
        return [key for key in self._kept(request) if not self._is_key(reported, key)]

    def _kept(self, request: Request) -> list[str]:
        return [key for key in request.cookies.get(_cookie_name(request), "").split(_BETWEEN)[:MOST] if key]

    @staticmethod
    def _set(request: Request, answer: Response, keys: list[str]) -> None:
        answer.set_cookie(
            _cookie_name(request),
            _BETWEEN.join(keys),
            max_age=AGE_S if keys else 0,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )


def sending_of(message: InboundMessage) -> Sending:
    """Return what the receipt key of a complaint that is sent now is made of."""
    return Sending(ids.message_id(message.channel, message.upstream_id), ids.content_digest(message.body))


def proves_itself(sending: Sending, earlier: Reported | None) -> bool:
    """Return whether who sends a complaint has sent it himself: it is new, or all that the earlier one under its name is.

    Whoever has learned only the name, and sends anything else under it, gets no receipt key. While the earlier one is not known yet, he
    gets one that opens nothing, because it is made of what he sent.
    """
    return earlier is None or earlier.content == sending.content


def _cookie_name(request: Request) -> str:
    """Return the cookie's name; with https one that no other host of the domain can set."""
    return "__Host-lapor-keys" if request.url.scheme == "https" else "lapor-keys"
