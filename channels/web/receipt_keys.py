"""The receipt key, which proves on the web that one sent the report. With the code alone one can read, add, ask and hide."""

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
"""Seconds for which a browser keeps the keys of the reports that it sent."""

MOST: Final = 40
"""The maximum number of keys that a browser keeps; each has ten characters."""

_BETWEEN: Final = "~"
"""Separates two keys in the cookie: a character that cookies allow and keys do not contain."""

NEEDED: Final = (
    "Isi kunci tanda terima: sepuluh huruf dan angka di halaman yang muncul setelah laporan dikirim."
    " Dengan kode saja laporan dapat dilihat, dilengkapi dan disembunyikan."
)
"""The error for somebody who has only the code."""


class Reported(Protocol):
    """A complaint that has a receipt key: the status of its case, or a complaint that was just sent."""

    @property
    def complaint_id(self) -> UUID:
        """The id of the complaint."""

    @property
    def content(self) -> str:
        """The digest of the complaint's content as sent (see complaints.ids.content_digest)."""


class Sending(NamedTuple):
    """A complaint that is being sent."""

    complaint_id: UUID
    content: str


class ReceiptKeys:
    """Makes receipt keys, checks them, and keeps them in the browser that sent the report."""

    def __init__(self, key_of: Callable[[UUID, str], str]) -> None:
        """Take the function that makes the key of a complaint from its id and content (see complaints.crypto.Keyring.receipt_key)."""
        self._key_of = key_of

    def of(self, reported: Reported) -> str:
        """Return the key of a complaint in its displayed form, such as "7K3M9 QX2RT"."""
        key = self._key(reported)
        return f"{key[:5]} {key[5:]}"

    def held(self, request: Request, reported: Reported) -> bool:
        """Return whether the browser keeps the key of a complaint."""
        return any(self._is_key(reported, key) for key in self._kept(request))

    def require(self, reported: Reported, typed: str, browser: Request | None = None) -> None:
        """Check that the key of a complaint was given.

        Args:
            reported: the complaint.
            typed: the text that was given as the key.
            browser: the request of one of our forms, whose browser may keep the key; None for the API, because another site's page could
                make a browser send an API request.

        Raises:
            HTTPException: 403, the key was not given.
        """
        if browser is not None and self.held(browser, reported):
            return
        if not self._is_key(reported, typed_letters(typed)):
            raise HTTPException(403, NEEDED)

    def given(self, request: Request, reported: Reported, typed: str) -> bool:
        """Return whether the key of a complaint was typed, or is kept by the browser of this form. The key is optional.

        Raises:
            HTTPException: 403, a wrong key was typed.
        """
        if typed.strip():
            self.require(reported, typed)
        return bool(typed.strip()) or self.held(request, reported)

    def give(self, request: Request, answer: Response, reported: Reported) -> None:
        """Let the browser keep the key of a complaint, in front of those that it has."""
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
    """Return the id and the digest of a message, from which the receipt key of its complaint is made."""
    return Sending(ids.message_id(message.channel, message.upstream_id), ids.content_digest(message.body))


def proves_itself(sending: Sending, earlier: Reported | None) -> bool:
    """Return whether a sending proves that its sender sent the report: it is new, or equal to the earlier one under its name.

    Somebody who has learned only the name, and sends another content under it, gets no receipt key. If the view does not know the earlier
    one yet, he gets a key that opens nothing, because it is made from his own content.
    """
    return earlier is None or earlier.content == sending.content


def _cookie_name(request: Request) -> str:
    """Return the cookie's name; over HTTPS, one that no other host of the domain can set."""
    return "__Host-lapor-keys" if request.url.scheme == "https" else "lapor-keys"
