"""Answers citizens on Telegram: plain text, no previews of links, in the chat that the complaint came from."""

from concurrent.futures import Future

from channels.base import Letter
from channels.futures import failed
from channels.telegram.client import TelegramClient
from channels.telegram.dialogue import keyboard_for, pieces
from complaints.errors import Undeliverable, UpstreamUnavailable

PATIENCE_S = 60.0


class TelegramSender:
    """The way out of the Telegram door (see Sends)."""

    def __init__(self, client: TelegramClient) -> None:
        """Keep the client."""
        self._client = client

    def send(self, letter: Letter) -> "Future[str]":
        """Send a letter; the future gives the id of its last message."""
        try:
            chat, answers = int(letter.address.get("chat") or letter.address["sender"]), letter.address.get("message")
        except (KeyError, ValueError):
            return failed(Undeliverable("the reply address names no chat"))
        private = str(chat) == letter.address.get("sender")
        keyboard = keyboard_for(letter.kind, letter.text, code=letter.tracking_code, private=private)
        *first, last = pieces(letter.text)
        quoted = int(answers) if answers else None
        try:
            for piece in first:
                self._client.say(chat, piece, answers=quoted, keyboard=None).result(PATIENCE_S)
        except (Undeliverable, UpstreamUnavailable) as error:
            return failed(error)
        except TimeoutError:
            return failed(UpstreamUnavailable(f"Telegram did not answer in {PATIENCE_S:.0f} s"))
        return self._client.say(chat, last, answers=quoted, keyboard=keyboard)
