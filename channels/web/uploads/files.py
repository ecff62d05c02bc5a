"""Takes the files that citizens send: limits and hashes them, detects their type from their bytes, and gives them to the store."""

import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import puremagic

from complaints.errors import UnavailableError
from complaints.event import Attachment
from complaints.storage.attachments import HEAD_BYTES, AttachmentStore

MEDIA_TYPES = {
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    "image/gif": "image/gif",
    "image/webp": "image/webp",
    "image/heif": "image/heif",
    "image/heic": "image/heif",
    "application/pdf": "application/pdf",
    "video/mp4": "video/mp4",
    "video/quicktime": "video/quicktime",
    "video/3gpp": "video/3gpp",
    "video/webm": "video/webm",
}
"""The accepted media types by the type that puremagic detects: what phones produce, and PDF. None runs code when it is opened, as SVG and
HTML would."""

LONGEST_NAME = 120
"""The maximum number of characters of a file's name; the last ones are kept."""


def media_type(head: bytes) -> str | None:
    """Return the media type that the first bytes of a file show, regardless of its name; None if the type is not accepted."""
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        return None
    return MEDIA_TYPES.get(found)


def safe_name(name: str) -> str:
    """Return the last part of a file's name without unprintable characters, or "lampiran" if nothing is left."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    return shown[-LONGEST_NAME:] or "lampiran"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a form, kept or not.

    Attributes:
        attachment: the kept file; None if it was not kept.
        name: the safe form of the client's name for it.
        fault: why it was not kept: "large", "type", "empty" or "unavailable"; empty if it was kept.
    """

    attachment: Attachment | None
    name: str
    fault: str = ""


class Draft:
    """A file that is being received, and hashed while it is written. A context manager for one thread at a time."""

    def __init__(self, name: str, *, most_bytes: int) -> None:
        """Create an empty temporary file.

        Args:
            name: the client's name for the file.
            most_bytes: the maximum size; data beyond it is counted, but not written.
        """
        self.name = safe_name(name)
        self._most_bytes = most_bytes
        self._size = 0
        self._hash = sha256()
        self._file: BinaryIO = tempfile.NamedTemporaryFile(prefix="lapor-", suffix=".draft")  # type: ignore[assignment]  # noqa: SIM115  # closed by the context

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        """Add the next bytes.

        Raises:
            UnavailableError: the disk does not accept them.
        """
        self._size += len(data)
        if self._size <= self._most_bytes:
            self._hash.update(data)
            try:
                self._file.write(data)
            except OSError as error:
                raise UnavailableError(f"no space for an attachment that is being received: {error}") from error

    def keep_in(self, store: AttachmentStore) -> Upload:
        """Check the size and the type of the file, and give it to the store. If the disk or the store fails, the fault is "unavailable"."""
        if self._size == 0:
            return Upload(attachment=None, name=self.name, fault="empty")
        if self._size > self._most_bytes:
            return Upload(attachment=None, name=self.name, fault="large")
        try:
            self._file.flush()
            self._file.seek(0)
            kind = media_type(self._file.read(HEAD_BYTES))
            if kind is None:
                return Upload(attachment=None, name=self.name, fault="type")
            digest = self._hash.hexdigest()
            store.keep(Path(self._file.name), digest)
        except (UnavailableError, OSError):
            return Upload(attachment=None, name=self.name, fault="unavailable")
        kept = Attachment(name=self.name, media_type=kind, size_bytes=self._size, sha256=digest)
        return Upload(attachment=kept, name=self.name)


def referred(store: AttachmentStore, digest: str, name: str) -> Attachment | None:
    """Return the attachment that was kept before under a SHA-256 hash; None if no such attachment has an accepted type.

    Raises:
        UnavailableError: the store cannot be read now.
    """
    found = store.find(digest)
    kind = media_type(found[1]) if found else None
    if found is None or kind is None:
        return None
    return Attachment(name=safe_name(name), media_type=kind, size_bytes=found[0], sha256=digest)
