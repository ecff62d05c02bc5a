"""The signed receipt of a message that was just sent: its sender, and nobody else, sees "received" until the view has the message."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from channels.web.receipt_keys import Reported

AGE_S: Final = 3600
"""Seconds for which a receipt is valid. The view has a message within a second, unless a service is away."""

MOST: Final = 4
"""The maximum number of receipts that a browser keeps; each has about 150 characters."""

_BETWEEN: Final = "~"
"""Separates two receipts in the cookie: a character that cookies allow and receipts do not contain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The message that the holder of a receipt has sent.

    Attributes:
        complaint_id: the id of the complaint, or of the one that the message is about.
        content: the digest of the complaint's content as sent (see complaints.ids.content_digest).
        code: the tracking code that the sender was given.
        command_id: the id of the command that the message became; None for the complaint itself.
        at: when the message was safe, in whole seconds.
        is_danger: whether it reports present danger to life.
    """

    complaint_id: UUID
    content: str
    code: str
    command_id: UUID | None
    at: datetime
    is_danger: bool = False


class Receipts:
    """Signs receipts and reads them."""

    def __init__(self, secret: str) -> None:
        """Derive the signer from a secret of this installation."""
        self._signer = URLSafeTimedSerializer(secret, salt="lapor/web/receipt")

    def sign(self, reported: Reported, code: str, command_id: UUID | None = None, *, is_danger: bool = False) -> str:
        """Return the receipt of a complaint or of a message to it that is safe as of now, as a text for a cookie."""
        danger = [1] if is_danger else []
        command = command_id.hex if command_id else ""
        return str(self._signer.dumps([reported.complaint_id.hex, reported.content, code, command, *danger]))

    def read(self, text: str, code: str) -> Sent | None:
        """Return the content of a receipt; None if it is not ours, is too old, or is for another code."""
        try:
            (complaint_id, content, known, command_id, *danger), at = self._signer.loads(
                text, max_age=AGE_S, return_timestamp=True
            )
            command = UUID(str(command_id)) if command_id else None
            sent = Sent(
                complaint_id=UUID(str(complaint_id)),
                content=str(content),
                code=known,
                command_id=command,
                at=at,
                is_danger=bool(danger),
            )
        except (BadData, ValueError, TypeError):
            return None
        return sent if sent.code == code else None

    @staticmethod
    def cookie_name(request: Request) -> str:
        """Return the cookie's name; over HTTPS, one that no other host of the domain can set."""
        return "__Host-lapor-receipts" if request.url.scheme == "https" else "lapor-receipts"

    def held(self, request: Request, code: str) -> Sent | None:
        """Return the last message that the browser has sent under a code; None if it has no valid receipt for the code."""
        found = (self.read(text, code) for text in self._texts(request))
        return next((sent for sent in found if sent is not None), None)

    def give(self, request: Request, answer: Response, receipt: str) -> None:
        """Give the browser a receipt, in front of those that it has. No script can read it, and no other site's form sends it."""
        answer.set_cookie(
            self.cookie_name(request),
            _BETWEEN.join([receipt, *self._texts(request)][:MOST]),
            max_age=AGE_S,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

    def _texts(self, request: Request) -> list[str]:
        return [text for text in request.cookies.get(self.cookie_name(request), "").split(_BETWEEN)[:MOST] if text]
