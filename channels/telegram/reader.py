"""Reads updates by getUpdates. The offset moves only past committed messages, and never into the middle of an album."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from channels.base import Page
from channels.intake import Intake
from channels.polling import Waits, record_of
from channels.telegram import cursor as place
from channels.telegram.albums import QUIET_S, album_of, whole
from channels.telegram.client import CALL_S, MOST_UPDATES, TelegramClient
from channels.telegram.dialogue import sentences
from channels.telegram.handover import Handed, Handover, Unread
from channels.telegram.parse import Bot, account_of, update_id
from complaints.bus import Record
from complaints.errors import MalformedMessage, UpstreamUnavailable

ALBUM_LOOK_S: Final = 0.25
"""Seconds between two checks whether an album continues."""

Update = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Handed:
    """The albums and the cursor of the page that was returned last."""

    albums: Mapping[str, frozenset[str]]
    cursor: Mapping[str, Any]


class UpdatesReader:
    """Reads the updates of our bot (see channels.polling.Reader)."""

    def __init__(self, client: TelegramClient, *, intake: Intake, handover: Handover, wait_s: float) -> None:
        self._client, self._intake, self._handover, self._wait_s = client, intake, handover, wait_s
        self._bot: Bot | None = None
        self._session: Waits | None = None
        self._last: _Handed | None = None
        self._quiet: dict[str, tuple[int, float]] = {}

    def read(self, cursor: Mapping[str, Any] | None, waits: Waits) -> Page | None:
        """Return the next updates as a page; None if there are none, or all wait for an album that may continue (see Reader)."""
        self._follow(cursor)
        bot = self._known(waits)
        offset = place.offset(cursor, now_s=time.time())
        answer_s = self._wait_s + CALL_S
        updates = waits.answer(self._client.updates(offset, wait_s=self._wait_s), answer_s)
        ready = updates[: whole(updates, self._settled(updates), full=len(updates) >= MOST_UPDATES)]
        if not ready:
            if updates:
                waits.sleep(ALBUM_LOOK_S)
            return None
        highest = max(_id_of(update) for update in ready)
        handed = self._handover.take(ready, bot, waits)
        for name in set(map(album_of, ready)):
            self._quiet.pop(name, None)
        page = Page(records=self._records(handed, bot), cursor=place.behind(highest, now_s=time.time()))
        self._last = _Handed(handed.albums, page.cursor)
        return page

    def _follow(self, cursor: Mapping[str, Any] | None) -> None:
        """Remember the albums of the last page, if it is committed."""
        if self._last is not None and cursor == self._last.cursor:
            self._handover.safe(self._last.albums)
        self._last = None

    def _known(self, waits: Waits) -> Bot:
        """Return our bot. At the beginning of each session, ask Telegram who it is, and remove a webhook."""
        if self._bot is None or self._session is not waits:
            self._bot = introduce(self._client, self._handover, waits)
            waits.answer(self._client.webhook("", secret=""), CALL_S)
            self._session = waits
        return self._bot

    def _settled(self, updates: Sequence[Update]) -> frozenset[str]:
        """Return the albums that have not grown for QUIET_S."""
        now, counts = time.monotonic(), dict[str, int]()
        for update in updates:
            if name := album_of(update):
                counts[name] = counts.get(name, 0) + 1
        for name, count in counts.items():
            if self._quiet.get(name, (0, 0.0))[0] != count:
                self._quiet[name] = (count, now)
        return frozenset(name for name in counts if now - self._quiet[name][1] >= QUIET_S)

    def _records(self, handed: Handed, bot: Bot) -> tuple[Record, ...]:
        return tuple(
            self._intake.rejected(one.content, one.error, name=one.name, account=account_of(bot.id))[0]
            if isinstance(one, Unread)
            else record_of(self._intake, one)
            for one in handed.messages
        )


def introduce(client: TelegramClient, handover: Handover, waits: Waits) -> Bot:
    """Ask Telegram who our bot is, set its menu, and return it.

    Raises:
        CredentialsRefused: Telegram refuses the token.
        UnavailableError: Telegram does not answer, or the account ends.
    """
    me = waits.answer(client.me(), CALL_S)
    waits.answer(client.commands(sentences()["commands"]), CALL_S)
    return Bot(id=int(me["id"]), username=str(me["username"]), pseudonym=handover.pseudonym)


def _id_of(update: Update) -> int:
    try:
        return update_id(update)
    except MalformedMessage as error:
        raise UpstreamUnavailable(f"Telegram does not answer as it should: {error}") from error
