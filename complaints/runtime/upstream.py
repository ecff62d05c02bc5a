"""What each channel says of its upstream: when it was last reached, or why it is not; in a file that `lapor doctor` reads."""

import contextlib
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

MOST_REASON = 300
"""Characters of a reason: a library's error may hold a whole page."""

SAME_TROUBLE_S = 60.0
"""A process that starts so soon after the last word of the one before goes on with what that knew: a channel that crashes
and starts again, because its token is refused, was never reached in any of its lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What is known of one account; all times in seconds since 1970.

    Attributes:
        account: one bind, bot or page of ours, by a name that holds no secret.
        tried: since when it is tried.
        reached: when upstream last answered as it should; None where it never did.
        failing: since when every try has failed; None where the last one did not.
        reason: why the last failure was one.
    """

    account: str
    tried: float
    reached: float | None = None
    failing: float | None = None
    reason: str = ""


class Upstream:
    """The accounts of one channel and how each reaches its upstream. Thread-safe. A disk that is full ends no channel."""

    WRITE_EVERY_S = 2.0
    """Between two notes that say the same, but for the time; what is new is noted at once."""

    def __init__(self, folder: Path | None, channel: str) -> None:
        """Name the file.

        Args:
            folder: where the files of all channels stand; None for a channel that nobody watches.
            channel: its name.
        """
        self._path = None if folder is None else folder / f"{channel}.json"
        self._lock = threading.RLock()
        self._known: dict[str, Reach] = {}
        self._written = 0.0
        recent = folder is not None and _age_s(folder / f"{channel}.json") < SAME_TROUBLE_S
        self._before = {reach.account: reach for reach in self.read(folder, channel)} if folder and recent else {}

    def account(self, name: str) -> "Account":
        """Return the account of a name, which is tried from now on."""
        with self._lock:
            self._note(self._before.get(name) or Reach(account=name, tried=time.time()), new=True)
        return Account(self, name)

    def reached(self, name: str) -> None:
        """Say that upstream answered as it should."""
        with self._lock:
            known = self._known[name]
            new = known.reached is None or known.failing is not None
            self._note(replace(known, reached=time.time(), failing=None, reason=""), new=new)

    def failed(self, name: str, reason: str) -> None:
        """Say that it did not, and why; the reason must hold no secret."""
        reason = " ".join(reason.split())[:MOST_REASON]
        with self._lock:
            known = self._known[name]
            new = known.failing is None or known.reason != reason
            self._note(replace(known, failing=known.failing or time.time(), reason=reason), new=new)

    def _note(self, reach: Reach, *, new: bool) -> None:
        self._known[reach.account] = reach
        if self._path is None or not (new or time.monotonic() - self._written > self.WRITE_EVERY_S):
            return
        self._written = time.monotonic()
        draft = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps([asdict(known) for known in self._known.values()]))
            draft.replace(self._path)

    @staticmethod
    def read(folder: Path, channel: str) -> Sequence[Reach]:
        """Return what a channel said last; nothing where it has no upstream, or said nothing yet."""
        try:
            return [Reach(**entry) for entry in json.loads((folder / f"{channel}.json").read_text())]
        except (OSError, ValueError, TypeError):
            return []


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a channel, which says how it reaches its upstream."""

    upstream: Upstream
    name: str

    def reached(self) -> None:
        """Say that upstream answered as it should."""
        self.upstream.reached(self.name)

    def failed(self, reason: object) -> None:
        """Say that it did not, and why: a sentence or an error."""
        self.upstream.failed(self.name, str(reason) or type(reason).__name__)


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")
