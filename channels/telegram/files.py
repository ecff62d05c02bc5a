"""Finds the files of a message, and describes each as an attachment. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from complaints.event import Attachment

MOST_BYTES = 20_000_000
"""The maximum size of a file that a bot may download (Bot API, getFile)."""

MOST_NAME = 120
"""The maximum number of characters of a file's name; the last ones are kept."""

KINDS = {
    "document": "application/octet-stream",
    "voice": "audio/ogg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "audio": "audio/mpeg",
}
"""Kinds of files, each with its default media type. An animation comes as a document, too."""

SUFFIXES = {"image/jpeg": "jpg", "audio/ogg": "ogg", "video/mp4": "mp4", "audio/mpeg": "mp3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file at Telegram."""

    file_id: str
    name: str
    media_type: str
    size_bytes: int

    @property
    def fetchable(self) -> bool:
        """True if a bot may download the file."""
        return self.size_bytes <= MOST_BYTES

    def attachment(self, sha256: str | None, size_bytes: int | None = None) -> Attachment:
        """Return the file as an attachment. Without `sha256` it was not fetched, and keeps Telegram's id, to be fetched later."""
        return Attachment(
            name=self.name,
            media_type=self.media_type,
            size_bytes=self.size_bytes if size_bytes is None else size_bytes,
            sha256=sha256,
            url=None if sha256 else f"telegram-file:{self.file_id}",
        )


def files_of(message: Mapping[str, Any]) -> tuple[File, ...]:
    """Return the files of a message; of a photo, the largest of its sizes.

    Raises:
        KeyError, TypeError, ValueError: a file is not as Telegram documents it.
    """
    found = []
    if sizes := message.get("photo"):
        largest = max(
            sizes, key=lambda size: (int(size["width"]) * int(size["height"]), int(size.get("file_size") or 0))
        )
        found.append(_file(largest, "photo", "image/jpeg"))
    found += [_file(message[kind], kind, default) for kind, default in KINDS.items() if message.get(kind)]
    return tuple(found)


def _file(told: Mapping[str, Any], kind: str, default: str) -> File:
    file_id = told["file_id"]
    if not isinstance(file_id, str):
        raise TypeError(f"a file's id is {type(file_id).__name__}")
    media_type = str(told.get("mime_type") or default)
    name = _plain(str(told.get("file_name") or "")) or f"{kind}.{SUFFIXES.get(media_type, 'bin')}"
    return File(file_id=file_id, name=name, media_type=media_type, size_bytes=max(int(told.get("file_size") or 0), 0))


def _plain(name: str) -> str:
    """Return the last part of a file's name without unprintable characters, at most MOST_NAME long."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip(" .")[-MOST_NAME:]
