"""Stores citizens' files in object storage or in a folder, by one library, under the hash of their content: each file only once."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from complaints.errors import ConfigurationError, UnavailableError

HEAD_BYTES: Final = 4096
"""The number of bytes from the start of a file that are enough to tell its type."""

RESERVE_BYTES: Final = 1 << 28
"""Bytes of the disk that stay free for the spool: a complaint without its photo is better than no complaint."""

_STAGED: Final = "incoming"
"""The folder inside the store's folder in which a file is made durable before it gets its name."""


class AttachmentStore:
    """A store for citizens' files, found by the SHA-256 of their content. Thread-safe; each method may block.

    A file's key is the first two digits of its hash, a slash, and the whole hash. The store belongs to the whole installation: every
    channel and every process of it uses the same one.
    """

    def __init__(self, store: S3Store | LocalStore, *, folder: Path | None = None, reserve_bytes: int = 0) -> None:
        """Keep the parts (see `in_folder` and complaints.storage.bucket.in_bucket).

        Args:
            store: where the files are.
            folder: the folder of a store on this machine; None if the store answers only when a file is durable, as S3 does.
            reserve_bytes: if fewer bytes of the folder's disk are free, `keep` stores nothing.
        """
        self._store = store
        self._folder = folder
        self._reserve_bytes = reserve_bytes

    @classmethod
    def in_folder(cls, folder: Path, *, reserve_bytes: int = RESERVE_BYTES) -> Self:
        """Return the store in a folder, which is created if it does not exist.

        Raises:
            ConfigurationError: the folder cannot be created or written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                pass
            return cls(LocalStore(folder), folder=folder, reserve_bytes=reserve_bytes)
        except (OSError, BaseError) as error:
            raise ConfigurationError(
                f"attachments cannot be kept in {folder} ({error}); choose another LAPOR_DATA"
            ) from error

    def keep(self, draft: Path, sha256: str) -> None:
        """Store a copy of a finished file. It is durable when this returns. Storing the same content again changes nothing.

        Raises:
            UnavailableError: the file cannot be read, or cannot be stored now.
        """
        try:
            if self._folder is None:
                obstore.put(self._store, _key(sha256), draft)
            else:
                self._keep_on_disk(self._folder, draft, sha256)
        except (BaseError, OSError) as error:
            raise UnavailableError(f"the attachment cannot be kept: {type(error).__name__}") from error

    def _keep_on_disk(self, folder: Path, draft: Path, sha256: str) -> None:
        """Store a file in the folder, fsynced.

        The library renames a file into its place and never calls fsync [strace, obstore 0.12.1]. So the file is written under another name
        first, and gets its own only when its content is on the disk: no power cut can leave half a file in the place of a whole one.
        """
        if shutil.disk_usage(folder).free < self._reserve_bytes:
            raise UnavailableError(f"less than {self._reserve_bytes} bytes are free for attachments in {folder}")
        staged, key = f"{_STAGED}/{uuid4().hex}", _key(sha256)
        obstore.put(self._store, staged, draft)
        _sync(folder / staged)
        obstore.rename(self._store, staged, key)
        _sync((folder / key).parent)
        _sync(folder)

    def find(self, sha256: str) -> tuple[int, bytes] | None:
        """Return the size in bytes and the first HEAD_BYTES bytes of the file with this SHA-256, or None if it is not stored.

        Raises:
            UnavailableError: the store cannot be read now.
        """
        try:
            size = obstore.head(self._store, _key(sha256))["size"]
            head = obstore.get_range(self._store, _key(sha256), start=0, end=min(size, HEAD_BYTES))
        except (NotFoundError, FileNotFoundError):
            return None
        except (BaseError, OSError) as error:
            raise UnavailableError(f"the attachment cannot be read: {type(error).__name__}") from error
        return size, bytes(head)


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
