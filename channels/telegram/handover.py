"""Turns updates into messages: joins albums, and stores files before a message counts as received."""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from msgspec import structs

from channels.polling import Waits
from channels.telegram.albums import join
from channels.telegram.client import TelegramClient
from channels.telegram.fetching import PAGE_S, Fetching, Keeps
from channels.telegram.parse import Bot, Pseudonym, Said, faceless, read
from complaints.errors import MalformedMessage
from complaints.event import Attachment
from complaints.message import InboundMessage

MOST_ALBUMS: Final = 200
"""The number of safe albums that are remembered for parts that come late, which is within seconds."""

Update = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An update that cannot be read.

    Attributes:
        content: its bytes, without personal fields.
        error: why it cannot be read.
        name: its stable identifier.
    """

    content: bytes
    error: Exception
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The messages in some updates.

    Attributes:
        messages: the messages, in the order of their first updates.
        albums: the albums among them: upstream ids to the numbers of their messages.
    """

    messages: Sequence[InboundMessage | Unread]
    albums: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Handover:
    """Turns updates into messages. It remembers the safe albums, so that a part that comes late follows its album."""

    def __init__(self, client: TelegramClient, *, store: Keeps, pseudonym: Pseudonym) -> None:
        self.pseudonym = pseudonym
        self._fetching = Fetching(client, store)
        self._lock = threading.Lock()
        self._safe: OrderedDict[str, frozenset[str]] = OrderedDict()

    def take(self, updates: Sequence[Update], bot: Bot, waits: Waits) -> Handed:
        """Return the messages in some updates. Their files are stored.

        Raises:
            UnavailableError: a file cannot be stored now, or the account ends; the updates must be taken again.
        """
        found = list(_grouped(updates, bot))
        albums = {
            parts[0].album: frozenset(map(_number, parts))
            for parts in found
            if isinstance(parts, list) and parts[0].album
        }
        whole = [self._joined(one) if isinstance(one, list) else one for one in found]
        files = [file for one in whole if isinstance(one, Said) for file in one.files]
        kept = self._fetching.attachments(files, waits, until_s=time.monotonic() + PAGE_S)
        return Handed(
            messages=[one if isinstance(one, Unread) else _with_files(one, kept) for one in whole], albums=albums
        )

    def safe(self, albums: Mapping[str, frozenset[str]]) -> None:
        """Remember albums that are safe now. Thread-safe."""
        with self._lock:
            for name, numbers in albums.items():
                self._safe[name] = self._safe.get(name, frozenset()) | numbers
            while len(self._safe) > MOST_ALBUMS:
                self._safe.popitem(last=False)

    def _joined(self, parts: Sequence[Said]) -> Said:
        """Return a single message, or the parts of an album joined. Parts that come after their album is safe follow it as a message."""
        if not parts[0].album:
            return parts[0]
        known = self._safe.get(parts[0].album)
        fresh = [part for part in parts if known and _number(part) not in known]
        if not fresh:  # the album is new, or comes again
            return join(parts)
        late, album = join(fresh), parts[0].album
        name = f"{album}-{_number(fresh[0])}"
        return replace(late, message=structs.replace(late.message, upstream_id=name, follows=album))


def _grouped(updates: Sequence[Update], bot: Bot) -> Iterable[list[Said] | Unread]:
    """Return the messages and unreadable updates in order, with the parts of each album together at the place of the first."""
    found: dict[str, list[Said] | Unread] = {}
    for place, update in enumerate(updates):
        try:
            said = read(update, bot)
        except MalformedMessage as error:
            content = json.dumps(faceless(update)).encode()
            name = f"{bot.id}/update/{update.get('update_id')}"
            found[str(place)] = Unread(content=content, error=error, name=name)
            continue
        if said is not None:
            parts = found.setdefault(said.album or str(place), [])
            if isinstance(parts, list):
                parts.append(said)
    return found.values()


def _with_files(said: Said, kept: Mapping[str, Attachment]) -> InboundMessage:
    return structs.replace(said.message, attachments=tuple(kept[file.file_id] for file in said.files))


def _number(part: Said) -> str:
    return part.message.reply_to["message"]
