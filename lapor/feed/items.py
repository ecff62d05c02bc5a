"""The complaints that a feed sends: read from a file, each with a channel and its own sender."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson

from complaints.errors import ConfigurationError

DOORS = ("sms", "twitter", "telegram", "web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One complaint to send.

    Attributes:
        channel: the name of the channel.
        title: the title, which may be empty.
        text: the text of the complaint.
        sender: a phone number or an account. An item always has the same sender, so sending it twice adds nothing.
        raw: for SMS only: fields for the SMSC that replace the text, for example those of a malformed message.
    """

    channel: str
    title: str
    text: str
    sender: str
    raw: dict[str, object] | None = None


def read_items(path: Path, channel: str) -> list[Item]:
    """Return the complaints of a JSON-lines file with the fields `title` and `text`.

    Args:
        path: the file.
        channel: the name of a channel, or "mixed" for all channels in turn.

    Raises:
        ConfigurationError: the file or one of its lines cannot be read; the text says which.
    """
    items: list[Item] = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
            title, text = _string(row.get("title") or ""), _string(row["text"])
        except orjson.JSONDecodeError as error:
            raise ConfigurationError(f"{path} line {number} is not JSON: {error}") from error
        except (KeyError, AttributeError, TypeError) as error:
            raise ConfigurationError(
                f"{path} line {number} is not a JSON object with a string `text` (and optionally a string `title`)"
            ) from error
        door = DOORS[len(items) % len(DOORS)] if channel == "mixed" else channel
        items.append(Item(channel=door, title=title, text=text, sender=_sender(door, f"{len(items)}\0{title}\0{text}")))
    return items


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is {type(value).__name__}")
    return value


def _sender(door: str, content: str) -> str:
    number = int.from_bytes(sha256(content.encode("utf-8", "surrogatepass")).digest()[:8])
    return f"62812{number % 10**10:010d}" if door == "sms" else f"warga_{number % 10**9:09d}"
