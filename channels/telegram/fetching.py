"""Fetches files from Telegram and stores them. A file that does not come in time stays at Telegram, and its message goes on without it."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

import stamina
import structlog

from channels.polling import Waits
from channels.telegram.client import FILE_TIMEOUT_S, TelegramClient
from channels.telegram.files import File
from complaints.errors import UpstreamUnavailable
from complaints.event import Attachment
from complaints.runtime import telemetry

log = structlog.get_logger()

TRIES: Final = 3
"""The maximum number of tries to fetch a file."""

PAGE_S: Final = 60.0
"""Seconds for all files of one page. After them, messages go on with Telegram's ids of their files: other citizens must not wait longer."""

AT_ONCE: Final = 4
"""The maximum number of files that are fetched at the same time; each has at most 20 MB."""


class Keeps(Protocol):
    """A store of files (see complaints.storage.attachments)."""

    def keep(self, draft: Path, sha256: str) -> None:
        """Store a copy of a finished file, durably.

        Raises:
            UnavailableError: it cannot be stored now.
        """


@dataclass(frozen=True, slots=True)
class Fetching:
    """Fetches and stores files.

    Attributes:
        client: fetches them.
        store: stores them.
    """

    client: TelegramClient
    store: Keeps

    def attachments(self, files: Sequence[File], waits: Waits, *, until_s: float) -> Mapping[str, Attachment]:
        """Return files as attachments, by their ids at Telegram. Those that could be fetched are stored.

        Args:
            files: the files.
            waits: how to wait.
            until_s: the time of the monotonic clock until which it waits for files.

        Raises:
            UnavailableError: a file cannot be stored now, or the account ends.
        """
        if not files:
            return {}
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="telegram-files") as pool:
            found = [(file.file_id, pool.submit(self._attachment, file, waits, until_s)) for file in files]
        return {file_id: attachment.result() for file_id, attachment in found}

    def _attachment(self, file: File, waits: Waits, until_s: float) -> Attachment:
        content = self._content(file, waits, until_s) if file.fetchable else None
        if content is None:
            return file.attachment(None)
        digest = sha256(content).hexdigest()
        with tempfile.NamedTemporaryFile(prefix="lapor-", suffix=".draft") as draft:
            draft.write(content)
            draft.flush()
            self.store.keep(Path(draft.name), digest)
        return file.attachment(digest, len(content))

    def _content(self, file: File, waits: Waits, until_s: float) -> bytes | None:
        """Return the content of a file; None if Telegram does not return it, or not in time."""
        try:
            for attempt in stamina.retry_context(
                on=UpstreamUnavailable, attempts=TRIES, wait_initial=0.2, wait_max=2.0, wait_jitter=0.5, timeout=None
            ):
                with attempt:
                    if attempt.num > 1:
                        telemetry.RETRIES.labels("telegram-file").inc()
                    if (left := until_s - time.monotonic()) <= 0:
                        break
                    return waits.answer(self.client.file(file.file_id), min(left, FILE_TIMEOUT_S))
        except UpstreamUnavailable as error:
            log.warning("a file stays at Telegram", error=str(error))
            return None
        log.warning("a file stays at Telegram", error="there is no time left for it")
        return None
