"""Reads the inbound message in an update of the Telegram Bot API, if it is for us. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from msgspec import structs

from channels.telegram.dialogue import sentences
from channels.telegram.files import File, files_of
from complaints import status_requests, tracking
from complaints.errors import MalformedMessage, TrackingCodeError
from complaints.message import InboundMessage

NAME = "telegram"

KEPT: tuple[str, ...] = (
    "message_id",
    "date",
    "edit_date",
    "text",
    "entities",
    "caption",
    "caption_entities",
    "media_group_id",
)
KEPT += ("photo", "document", "voice", "video", "audio", "video_note", "animation", "location", "venue")
"""The fields of a message that are kept as its raw body; all others may identify the citizen or somebody else."""

UNREAD = ("sticker", "contact", "poll", "dice", "game", "story", "checklist", "invoice", "paid_media", "giveaway")
"""The kinds of content that a citizen may send but we cannot read; any other message without content is a service message of Telegram."""

PEOPLE = frozenset(
    {"from", "user", "contact", "sender_chat", "forward_origin", "forward_from", "reply_to_message", "via_bot"}
)
"""The fields that identify people."""

PROMPTS = {"start": "start", "help": "help", "bantuan": "help", "lapor": "lapor", "batal": "cancel"}
"""The commands that the bot answers with a sentence of its own, with the key of the sentence."""

_COMMAND = re.compile(r"/(?P<name>\w{1,32})(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?\Z", re.DOTALL)
_CODE = re.compile(r"\b[0-9A-Z]{5} [0-9A-Z]{5} [0-9A-Z]\b")

Pseudonym = Callable[[str], str]


def account_of(bot_id: int | str) -> str:
    """Return the name of the account of a bot."""
    return f"{NAME}/{bot_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Our bot.

    Attributes:
        id: its id.
        username: its username without the @.
        pseudonym: makes the keyed digests that hide identities in upstream ids.
    """

    id: int
    username: str
    pseudonym: Pseudonym


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A citizen's message whose files are not yet fetched.

    Attributes:
        message: the message without its files.
        files: the files to fetch.
        album: the upstream id of the album that it is a part of; empty if it is part of none.
    """

    message: InboundMessage
    files: tuple[File, ...] = ()
    album: str = ""


def update_id(update: Mapping[str, Any]) -> int:
    """Return the id of an update.

    Raises:
        MalformedMessage: it has none, so the offset could never move past it.
    """
    found = update.get("update_id") if isinstance(update, Mapping) else None
    if not isinstance(found, int):
        raise MalformedMessage("no update as Telegram documents it: it has no id")
    return found


def read(update: Mapping[str, Any], bot: Bot) -> Said | None:
    """Return the message in an update; None if it is not for us: of a bot or a channel, or in a group without addressing us.

    Raises:
        MalformedMessage: a field that Telegram always sends is missing.
    """
    try:
        edited = update.get("edited_message")
        message = edited or update.get("message")
        if message is None:
            return None
        found = _read(_mapping(message), bot)
        if edited is None or found is None:
            return found
        return _edit(found, edited)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise MalformedMessage(f"no update as Telegram documents it: {type(error).__name__}") from error


def _read(message: Mapping[str, Any], bot: Bot) -> Said | None:
    if not _for_us(message, bot):
        return None
    private = message["chat"]["type"] == "private"
    text = _text(message) if private else _without_name(_text(message), bot)
    more = bool(files_of(message) or message.get("location"))
    occasion, words = _order(text, more=more)
    if not (occasion or words.strip() or more):
        occasion = "unreadable" if private and any(name in message for name in UNREAD) else "nothing"
    if occasion == "nothing":
        return None
    if occasion:
        alone = {name: value for name, value in message.items() if name != "media_group_id"}
        return Said(message=structs.replace(_said(alone, text, bot).message, small_talk=str(sentences()[occasion])))
    return _said(message, words, bot)


def _for_us(message: Mapping[str, Any], bot: Bot) -> bool:
    """Return whether a person wrote the message to us: not a bot or a channel, and not a group among itself."""
    chat, author = _mapping(message["chat"]), message.get("from")
    if chat["type"] == "channel" or author is None or author.get("is_bot") or message.get("sender_chat"):
        return False
    text = _text(message)
    command = _COMMAND.match(text)
    if command and command["bot"] and command["bot"].lower() != bot.username.lower():
        return False
    return chat["type"] == "private" or _addressed(message, text, bot)


def _order(text: str, *, more: bool) -> tuple[str, str]:
    """Return the key of the sentence that answers a command, or an empty key and the citizen's own words."""
    command = _COMMAND.match(text)
    if command is None:
        return "", text
    name, rest = command["name"].lower(), (command["rest"] or "").strip()
    if name == "lapor" and (rest or more):
        return "", rest
    # a link adds one word (/start kampanye)
    if PROMPTS.get(name) in {"start", "help"} and len(rest.split()) > 1:
        return "", rest
    if name in PROMPTS:
        return PROMPTS[name], ""
    if not rest and not more and status_requests.parse(text) is None:
        return "unknown", ""
    return "", text


def _said(message: Mapping[str, Any], text: str, bot: Bot) -> Said:
    chat, number, album = _number(message["chat"]["id"]), _number(message["message_id"]), message.get("media_group_id")
    within = f"album/{album}" if album else str(number)
    position = message.get("location")
    inbound = InboundMessage(
        channel=NAME,
        upstream_id=bot.pseudonym(f"{bot.id}/{chat}/{within}"),
        received_at=datetime.fromtimestamp(_number(message["date"]), UTC),
        account=account_of(bot.id),
        sender=str(_number(message["from"]["id"])),
        reply_to={"chat": str(chat), "message": str(number)},
        about=_code(message, bot),
        text=text,
        address=_place(message),
        shared_location=_position(position) if position else None,
        tagged=_tagged(text, bot),
        body=json.dumps({name: faceless(message[name]) for name in KEPT if name in message}).encode(),
        coding="application/json",
    )
    return Said(message=inbound, files=files_of(message), album=inbound.upstream_id if album else "")


def _edit(said: Said, edited: Mapping[str, Any]) -> Said | None:
    """Return an edited message, which follows the original. None for a live position that moved, a picture, a command."""
    if said.message.small_talk or not said.message.text.strip():
        return None
    moment = _number(edited["edit_date"])
    first = said.message.upstream_id
    received_at = datetime.fromtimestamp(moment, UTC)
    return Said(
        message=structs.replace(said.message, upstream_id=f"{first}-{moment}", follows=first, received_at=received_at)
    )


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"an object is {type(value).__name__}")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a number is {type(value).__name__}")
    return value


def _text(message: Mapping[str, Any]) -> str:
    text = message.get("text") or message.get("caption") or ""
    if not isinstance(text, str):
        raise TypeError(f"a text is {type(text).__name__}")
    return text


def _addressed(message: Mapping[str, Any], text: str, bot: Bot) -> bool:
    """Return whether a message in a group addresses us: by our name, or as a reply to one of our messages."""
    replied = (message.get("reply_to_message") or {}).get("from") or {}
    return replied.get("id") == bot.id or _name(bot).search(text) is not None


def _name(bot: Bot) -> re.Pattern[str]:
    return re.compile(rf"@{re.escape(bot.username)}(?!\w)", re.IGNORECASE)


def _without_name(text: str, bot: Bot) -> str:
    """Return the text without our name, unless it begins with a command."""
    return text if text.startswith("/") else _name(bot).sub("", text).strip()


def _tagged(text: str, bot: Bot) -> tuple[str, ...]:
    names = re.findall(r"(?<![\w@])@(\w{4,32})", text)
    return tuple(dict.fromkeys(name for name in names if name.lower() != bot.username.lower()))


def _position(location: Mapping[str, Any]) -> tuple[float, float]:
    return float(location["latitude"]), float(location["longitude"])


def _place(message: Mapping[str, Any]) -> str:
    """Return the name and the address of a shared venue; a position is a field of its own."""
    venue = message.get("venue") or {}
    return ", ".join(str(venue[name]) for name in ("title", "address") if venue.get(name))


def _code(message: Mapping[str, Any], bot: Bot) -> str:
    """Return the tracking code in our message that this one replies to; empty if there is none."""
    replied = message.get("reply_to_message") or {}
    if (replied.get("from") or {}).get("id") != bot.id:
        return ""
    for written in _CODE.findall(str(replied.get("text", ""))):
        try:
            return tracking.parse(written)
        except TrackingCodeError:
            continue
    return ""


def faceless(value: Any) -> Any:
    """Return JSON without the fields that identify people; of a chat, only its type is kept."""
    if isinstance(value, list):
        return [faceless(item) for item in value]
    if isinstance(value, Mapping):
        if value.keys() >= {"id", "type"}:
            return {"type": value["type"]}
        return {name: faceless(item) for name, item in value.items() if name not in PEOPLE}
    return value
