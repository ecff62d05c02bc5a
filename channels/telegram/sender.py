"""Sends replies on Telegram: plain text without link previews, in the chat of the complaint, or in private if the reply is secret."""

from concurrent.futures import Future

from channels.base import Letter
from channels.futures import failed
from channels.telegram.client import TelegramClient
from channels.telegram.dialogue import Instead, in_group, keyboard_for, pieces
from channels.telegram.parse import NAME
from complaints.errors import Undeliverable
from complaints.mail import ReplyKind
from complaints.wording import text


class TelegramSender:
    """The sending side of our bot."""

    def __init__(self, client: TelegramClient) -> None:
        self._client = client

    def send(self, letter: Letter) -> "Future[str]":
        """Send a reply; the future returns the id of its last message (see channels.base.Account)."""
        try:
            chat, answers = int(letter.address.get("chat") or letter.address["sender"]), letter.address.get("message")
            quoted = int(answers) if answers else None
        except (KeyError, ValueError):
            return failed(Undeliverable("the reply address names no chat"))
        citizen = letter.address.get("sender")
        here = str(chat) == citizen
        alone = here or letter.private
        keyboard = keyboard_for(letter.kind, letter.text, code=letter.tracking_code, private=alone)
        if letter.private and not here:
            if not (citizen and citizen.isdecimal()):
                return failed(Undeliverable("the reply address names no citizen"))
            instead = Instead(chat, quoted, text("not_here", NAME))
            return self._client.tell_alone(int(citizen), pieces(letter.text), keyboard=keyboard, instead=instead)
        if here and letter.kind is ReplyKind.small_talk:
            quoted = None
        said = letter.text if here else in_group(letter.text)
        return self._client.tell(chat, pieces(said), answers=quoted, keyboard=keyboard)
