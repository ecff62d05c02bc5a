"""Hands what citizens said to the intake, its files fetched and kept before."""

import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol, TypeVar

import stamina
import structlog

from channels import status_requests
from channels.intake import Intake
from channels.safe import Receipt
from channels.telegram.albums import join
from channels.telegram.client import TelegramClient
from channels.telegram.files import File
from channels.telegram.parse import Said
from complaints.errors import CaseError, ContractViolation, UpstreamUnavailable
from complaints.event import Attachment
from complaints.runtime import telemetry

log = structlog.get_logger()

T = TypeVar("T")

FILE_TRIES = 3
"""Of fetching a file; after them the complaint goes on with Telegram's name of it, since a complaint must not wait for its picture."""

KEEP_TIMEOUT_S = 60.0
"""How long messages may take to be safe; Kafka and the spool each answer within seconds."""

TURN_S = 0.5

MOST_ALBUMS = 200
"""Albums that are remembered for a part that comes late; it would within seconds."""


class Keeps(Protocol):
    """Where files are kept (see the attachment store)."""

    def keep(self, draft: Path, sha256: str) -> None:
        """Take over a finished file, durably.

        Raises:
            UnavailableError: it cannot be kept now.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """How the door waits: it stops when told, and says that it is alive."""

    stop: threading.Event
    turned: Callable[[], None]

    def wait(self, answer: "Future[T]", timeout_s: float) -> T:
        """Return an answer.

        Raises:
            UpstreamUnavailable: the door stops meanwhile, or it took too long; or whatever the answer fails with.
        """
        self.until_done(answer, timeout_s)
        return answer.result()

    def until_done(self, answer: "Future[T]", timeout_s: float) -> None:
        """Return when there is an answer or a failure.

        Raises:
            UpstreamUnavailable: the door stops meanwhile, or it took too long.
        """
        deadline = time.monotonic() + timeout_s
        while not answer.done():
            self.turned()
            if self.stop.is_set() or time.monotonic() > deadline:
                answer.cancel()
                raise UpstreamUnavailable("the door stops" if self.stop.is_set() else f"no answer in {timeout_s:.0f} s")
            wait([answer], timeout=TURN_S)

    def sleep(self, pause_s: float) -> None:
        """Wait, or less where the door stops."""
        until = time.monotonic() + pause_s
        while (left := until - time.monotonic()) > 0 and not self.stop.wait(min(left, TURN_S)):
            self.turned()


@dataclass(frozen=True, slots=True)
class _Album:
    code: str
    numbers: frozenset[str]


class Taking:
    """What is done with a message before and after the intake."""

    def __init__(
        self,
        client: TelegramClient,
        *,
        store: Keeps,
        pseudonym: Callable[[str], str],
        code_of: Callable[[str], str],
    ) -> None:
        """Keep the parts.

        Args:
            client: fetches files.
            store: keeps them.
            pseudonym: hides who wrote, in upstream ids.
            code_of: the tracking code of the complaint that came under an upstream id.
        """
        self._client = client
        self._store = store
        self.pseudonym = pseudonym
        self._code_of = code_of
        self._lock = threading.Lock()
        self._albums: OrderedDict[str, _Album] = OrderedDict()

    def take(self, parts: Sequence[Said], intake: Intake, turning: Turning) -> "Future[Receipt] | None":
        """Hand in one message, or the parts of one album; None where there is nothing to keep.

        Raises:
            UnavailableError: a file cannot be kept now; the update must come again.
        """
        said = join(parts) if parts[0].album else parts[0]
        late = self._late(said.album, parts)
        said = late[1] if late else said
        message = replace(said.message, attachments=tuple(self._fetched(file, turning) for file in said.files))
        if said.edits:
            return _unless_no_case(intake.complete(self._code_of(said.edits), message))
        code = late[0] if late else said.code
        if code and status_requests.parse(message.text) is None:
            completed = _unless_no_case(intake.complete(code, message))
            if completed is not None:
                return completed
        kept = intake.accept(message)
        if said.album and not late:
            numbers = frozenset(part.message.reply_to["message"] for part in parts)
            kept.add_done_callback(lambda done: self._remember(said.album, numbers, done))
        return kept

    def _late(self, album: str, parts: Sequence[Said]) -> tuple[str, Said] | None:
        """Return the case of an album that was taken before, and those of its parts that were not there then."""
        with self._lock:
            known = self._albums.get(album) if album else None
        fresh = [part for part in parts if known and part.message.reply_to["message"] not in known.numbers]
        if known is None or not fresh:
            return None
        said = join(fresh)
        name = f"{said.message.upstream_id}-{said.message.reply_to['message']}"
        return known.code, replace(said, message=replace(said.message, upstream_id=name))

    def _remember(self, album: str, numbers: frozenset[str], kept: "Future[Receipt]") -> None:
        if kept.exception() is None and (code := kept.result().tracking_code):
            with self._lock:
                self._albums[album] = _Album(code, numbers)
                while len(self._albums) > MOST_ALBUMS:
                    self._albums.popitem(last=False)

    def _fetched(self, file: File, turning: Turning) -> Attachment:
        content = self._content(file, turning) if file.fetchable else None
        if content is None:
            return file.attachment(None)
        digest = sha256(content).hexdigest()
        with tempfile.NamedTemporaryFile(prefix="lapor-", suffix=".draft") as draft:
            draft.write(content)
            draft.flush()
            self._store.keep(Path(draft.name), digest)
        return file.attachment(digest, len(content))

    def _content(self, file: File, turning: Turning) -> bytes | None:
        try:
            for attempt in stamina.retry_context(
                on=UpstreamUnavailable,
                attempts=FILE_TRIES,
                wait_initial=0.2,
                wait_max=2.0,
                wait_jitter=0.5,
                timeout=None,
            ):
                with attempt:
                    if attempt.num > 1:
                        telemetry.RETRIES.labels("telegram-file").inc()
                    return turning.wait(self._client.file(file.file_id), KEEP_TIMEOUT_S)
        except UpstreamUnavailable as error:
            if turning.stop.is_set():
                raise
            log.warning("a file stays at Telegram", error=str(error))
        return None


def all_safe(waiting: "Sequence[Future[Receipt]]", turning: Turning) -> None:
    """Return when all messages are safe.

    Raises:
        UnavailableError: one cannot be kept, or not in time; or the door stops.
    """
    for kept in waiting:
        turning.until_done(kept, KEEP_TIMEOUT_S)
        error = kept.exception()
        if isinstance(error, ContractViolation):
            log.error("an update that nothing can keep", error=str(error))  # no later try would end otherwise
        elif error is not None:
            raise error


def _unless_no_case(kept: "Future[Receipt]") -> "Future[Receipt] | None":
    return None if kept.done() and isinstance(kept.exception(), CaseError) else kept
