"""The receipt key: what proves on the web that somebody sent a report himself. The code alone reads, adds, asks and hides."""

import hmac
from collections.abc import Callable
from typing import Final
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

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


class ReceiptKeys:
    """Makes receipt keys, checks them, and keeps them in the browser that sent the report."""

    def __init__(self, key_of: Callable[[UUID], str]) -> None:
        """Take what makes the key of a complaint from its id (see complaints.crypto.Keyring.receipt_key)."""
        self._key_of = key_of

    def of(self, complaint_id: UUID) -> str:
        """Return the key of a complaint as it is shown: "7K3M9 QX2RT"."""
        key = self._key_of(complaint_id)
        return f"{key[:5]} {key[5:]}"

    def held(self, request: Request, complaint_id: UUID) -> bool:
        """Return whether the browser keeps the key of a complaint."""
        return any(self._is_key(complaint_id, key) for key in self._kept(request))

    def require(self, complaint_id: UUID, typed: str, browser: Request | None = None) -> None:
        """Check that the key of a complaint was given.

        Args:
            complaint_id: the id of the complaint.
            typed: what was given as the key.
            browser: the request of a form of ours, whose browser may keep the key; None for a program, since another site's page could let
                a browser send its request.

        Raises:
            HTTPException: 403, it was not given.
        """
        if browser is not None and self.held(browser, complaint_id):
            return
        if not self._is_key(complaint_id, typed_letters(typed)):
            raise HTTPException(403, NEEDED)

    def give(self, request: Request, answer: Response, complaint_id: UUID) -> None:
        """Let the browser keep the key of a complaint, before those that it has."""
        self._set(request, answer, [self._key_of(complaint_id), *self._others(request, complaint_id)][:MOST])

    def forget(self, request: Request, answer: Response, complaint_id: UUID) -> None:
        """Let the browser forget the key of a complaint."""
        self._set(request, answer, self._others(request, complaint_id))

    def _is_key(self, complaint_id: UUID, key: str) -> bool:
        return hmac.compare_digest(self._key_of(complaint_id).encode(), key.encode("utf-8", "replace"))

    def _others(self, request: Request, complaint_id: UUID) -> list[str]:
        return [key for key in self._kept(request) if not self._is_key(complaint_id, key)]

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


def _cookie_name(request: Request) -> str:
    """Return the cookie's name; with https one that no other host of the domain can set."""
    return "__Host-lapor-keys" if request.url.scheme == "https" else "lapor-keys"
