"""Stores citizens' files under the hash of their content: the same file is stored only once, whoever sends it."""

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Protocol

from complaints.errors import ConfigurationError, UnavailableError

HEAD_BYTES = 4096
"""The number of bytes from the start of a file that are enough to tell its type."""

RESERVE_BYTES = 1 << 28
"""Bytes of the disk that stay free for the spool: a complaint without its photo is better than no complaint."""


class AttachmentStore(Protocol):
    """A store for citizens' files, found by the SHA-256 of their content. Thread-safe; each method may block."""

    def keep(self, draft: Path, sha256: str) -> None:
        """Store a copy of a finished file durably. Storing the same content again changes nothing.

        Args:
            draft: the path of the file; the file stays there.
            sha256: the SHA-256 of its content in hexadecimal digits; it is not checked.

        Raises:
            UnavailableError: the file cannot be stored now.
        """

    def find(self, sha256: str) -> tuple[int, bytes] | None:
        """Return the size in bytes and the first HEAD_BYTES bytes of the file with this SHA-256, or None if it is not stored.

        Raises:
            UnavailableError: the store cannot be read now.
        """


class DiskStore:
    """An AttachmentStore in a folder. A file's path is the first two digits of its hash, a slash, and the whole hash."""

    def __init__(self, folder: Path, *, reserve_bytes: int = RESERVE_BYTES) -> None:
        """Create the folder if it does not exist, and check that it can be written.

        Args:
            folder: the folder for all files.
            reserve_bytes: if fewer bytes of the disk are free, `keep` stores nothing.

        Raises:
            ConfigurationError: the folder cannot be created or written.
        """
        self._folder = folder
        self._reserve_bytes = reserve_bytes
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise ConfigurationError(
                f"attachments cannot be kept in {folder} ({error}); choose another LAPOR_DATA"
            ) from error

    def keep(self, draft: Path, sha256: str) -> None:
        """Store a copy of a finished file, fsynced (see AttachmentStore).

        Raises:
            UnavailableError: the disk fails, or has fewer free bytes than must stay free.
        """
        place = self._place(sha256)
        try:
            if shutil.disk_usage(self._folder).free < self._reserve_bytes:
                raise UnavailableError(
                    f"less than {self._reserve_bytes} bytes are free for attachments in {self._folder}"
                )
            if not place.exists():
                place.parent.mkdir(exist_ok=True, mode=0o700)
                ready = place.with_name(f".{place.name}.{os.getpid()}.{time.monotonic_ns()}")
                shutil.copyfile(draft, ready)
                _sync(ready)
                ready.replace(place)
            _sync(place.parent)
            _sync(self._folder)
        except OSError as error:
            raise UnavailableError(f"the attachment cannot be kept in {self._folder}: {error}") from error

    def find(self, sha256: str) -> tuple[int, bytes] | None:
        """Return the size in bytes and the first HEAD_BYTES bytes of the file with this SHA-256, or None if it is not stored.

        Raises:
            UnavailableError: the file cannot be read now.
        """
        try:
            with self._place(sha256).open("rb") as file:
                return os.fstat(file.fileno()).st_size, file.read(HEAD_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnavailableError(f"the attachment cannot be read in {self._folder}: {error}") from error

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
