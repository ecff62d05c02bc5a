"""Builds messages, also edited ones, as Telegram would send them to a bot, from the descriptions that a test sends."""

import base64
import re
import time
from typing import Any, Literal

from pydantic import Field

from embedded.checked import Order
from embedded.telegram.store import TelegramStore

_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?")
_MENTION = re.compile(r"(?<![\w@])@\w{4,32}")

FileKind = Literal["photo", "document", "voice", "video", "audio", "video_note", "animation"]
_MEDIA_TYPES = {"voice": "audio/ogg", "video": "video/mp4", "audio": "audio/mpeg", "animation": "video/mp4"}


class SentFile(Order):
    """A file in a message.

    Attributes:
        kind: the field of the message that holds the file, such as photo or voice.
        content_base64: the contents in base64.
        name: the file's name; made from the kind if empty.
        media_type: the media type in the message; if empty, the usual one of a voice, video, audio or animation, and none for
            other kinds. A photo never has one.
        size: the size in bytes that the message claims, which may be wrong on purpose; the real one if None or 0.
    """

    kind: FileKind = "photo"
    content_base64: str = ""
    name: str = ""
    media_type: str = ""
    size: int | None = None

    def fields(self, store: TelegramStore) -> dict[str, Any]:
        """Store the file and return the fields that a message with it has in Telegram's form.

        A photo has three sizes, the largest last.

        Raises:
            ValueError: `content_base64` cannot be decoded. Characters that base64 does not use are ignored.
        """
        content = base64.b64decode(self.content_base64)
        name = self.name or f"{self.kind}.{'jpg' if self.kind == 'photo' else 'bin'}"
        id_ = store.add_file(name, content, self.size)
        told: dict[str, Any] = {"file_id": id_, "file_unique_id": id_[:16], "file_size": self.size or len(content)}
        if self.kind == "photo":
            small = store.add_file("small.jpg", b"small")
            thumb = {"file_id": small, "file_unique_id": small[:16], "file_size": 5, "width": 90, "height": 68}
            return {"photo": [thumb, thumb | {"width": 320, "height": 240}, told | {"width": 1280, "height": 960}]}
        if media_type := self.media_type or _MEDIA_TYPES.get(self.kind, ""):
            told["mime_type"] = media_type
        if self.kind in {"document", "video", "audio", "animation"} and name:
            told["file_name"] = name
        if self.kind in {"voice", "video", "audio", "video_note", "animation"}:
            told["duration"] = 3
        return {self.kind: told} | ({"document": told} if self.kind == "animation" else {})


class Location(Order):
    """A shared position in degrees. With a `live_period`, in seconds, it is a live location."""

    latitude: float
    longitude: float
    live_period: int | None = None


class Group(Order):
    """The group or channel that a message is written in; `type` counts only if none with this title exists."""

    title: str
    type: Literal["group", "supergroup", "channel"] = "supergroup"


class NewMessage(Order):
    """A request for a message that a person sends. The account and the chat are created if they do not exist.

    Attributes:
        author: the person's username, with or without @.
        text: the text; absent from the message if empty.
        caption: the text below a file; absent from the message if empty.
        file: the file in the message.
        location: the position in the message.
        group: the group or channel that the message is written in; the private chat with our bot if None.
        album: the id that the messages of one album share; empty for a message outside an album.
        reply_to: the id of the message in the same chat that it answers; an unknown id is ignored.
        forwarded_from: the username, without @, of the person who wrote the message first; empty if it is not forwarded.
        is_bot: whether the account is a bot, if it is created.
    """

    author: str = Field(min_length=1)
    text: str = ""
    caption: str = ""
    file: SentFile | None = None
    location: Location | None = None
    group: Group | None = None
    album: str = ""
    reply_to: int | None = None
    forwarded_from: str = ""
    is_bot: bool = False
    key: str = ""
    """Idempotency key: the same author and key create the message only once. If empty, every request creates one."""
    more: dict[str, Any] = Field(default={})
    """Additional fields in Telegram's form, for content without a field here (a sticker, a contact, a service message)."""

    def say(self, store: TelegramStore) -> tuple[str, dict[str, Any]]:
        """Store the message and its file.

        Returns:
            The kind of the update that the bot gets for it (`message` or `channel_post`), and the message in Telegram's
            form.

        Raises:
            ValueError: the contents of the file cannot be decoded; see `SentFile.fields`.
        """
        user = store.user(self.author.lstrip("@"), is_bot=self.is_bot)
        chat = store.group_chat(self.group.title, self.group.type) if self.group else store.private_chat(user)
        body: dict[str, Any] = {"from": user.shown()}
        if self.text:
            body |= {"text": self.text, **_entities("entities", self.text)}
        if self.file is not None:
            body |= self.file.fields(store)
        if self.caption:
            body |= {"caption": self.caption, **_entities("caption_entities", self.caption)}
        if self.location is not None:
            body["location"] = self.location.model_dump(exclude_none=True)
        if self.album:
            body["media_group_id"] = self.album
        if self.reply_to is not None and (replied := store.message(chat["id"], self.reply_to)):
            body["reply_to_message"] = replied
        if self.forwarded_from:
            origin = store.user(self.forwarded_from).shown()
            body["forward_origin"] = {"type": "user", "date": int(time.time()), "sender_user": origin}
        kind = "channel_post" if chat["type"] == "channel" else "message"
        return kind, store.add_message(chat, body | self.more, outgoing=False)


def _entities(name: str, text: str) -> dict[str, Any]:
    """Return a dict with one key, `name`, for the list of the commands and mentions in a text; empty if it has none.

    Offsets and lengths are in UTF-16 units, as at Telegram.
    """
    found = []
    for kind, pattern in (("bot_command", _COMMAND), ("mention", _MENTION)):
        for match in pattern.finditer(text):
            before, length = text[: match.start()].encode("utf-16-le", "surrogatepass"), len(match[0])
            found.append({"type": kind, "offset": len(before) // 2, "length": length})
    return {name: found} if found else {}


def edited(message: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a copy of a message with a new text and the time of the edit, which is now.

    In a message without a text, the new text replaces the caption. Its commands and mentions are found anew.
    """
    name = "text" if "text" in message else "caption"
    entities = "entities" if name == "text" else "caption_entities"
    kept = {key: value for key, value in message.items() if key != entities}
    return kept | {name: text, "edit_date": int(time.time()), **_entities(entities, text)}
