"""Sends replies on Telegram: plain text, without previews of links, in the chat that the complaint came from."""

from concurrent.futures import Future

from channels.base import Letter
from channels.futures import failed
from channels.telegram.client import TelegramClient
from channels.telegram.dialogue import in_group, keyboard_for, pieces
from complaints.errors import Undeliverable
from complaints.mail import ReplyKind


class TelegramSender:
    """The outward side of a bot."""

    def __init__(self, client: TelegramClient) -> None:
        """Keep the client."""
        self._client = client

    def send(self, letter: Letter) -> "Future[str]":
        """Send a reply; the future returns the id of its last message (see channels.base.Account)."""
        try:
            chat, answers = int(letter.address.get("chat") or letter.address["sender"]), letter.address.get("message")
            quoted = int(answers) if answers else None
        except (KeyError, ValueError):
            return failed(Undeliverable("the reply address names no chat"))
        private = str(chat) == letter.address.get("sender")
        if private and letter.kind is ReplyKind.small_talk:
            quoted = None
        keyboard = keyboard_for(letter.kind, letter.text, code=letter.tracking_code, private=private)
        text = letter.text if private else in_group(letter.text)
        return self._client.tell(chat, pieces(text), answers=quoted, keyboard=keyboard)
