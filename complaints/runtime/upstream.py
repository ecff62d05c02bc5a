"""Records in a file, which `lapor doctor` reads, when each channel last reached its upstream, or why it does not reach it."""

import contextlib
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

MOST_REASON = 300
"""Maximum number of characters of a reason: the error of a library may contain a whole page."""

SAME_TROUBLE_S = 60.0
"""If a process starts within this many seconds after the last write of the former one, it continues with what that one knew. So a channel
that crashes and restarts because its token is refused is reported as never reached."""

SENDER = "sender"
"""The name under which `lapor doctor` finds a sender that has failed, among the accounts of its channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A record of whether one account of a channel reaches its upstream. All times are in seconds since 1970.

    Attributes:
        account: the name of the account (a bind, bot or page), without a secret.
        tried: the time of the first attempt.
        reached: the last time that upstream answered as expected; None if it never did.
        failing: the time since which every attempt has failed; None if the last one succeeded.
        reason: the reason of the last failure; empty after a success.
    """

    account: str
    tried: float
    reached: float | None = None
    failing: float | None = None
    reason: str = ""


class Upstream:
    """The accounts of one channel, and whether each reaches its upstream. Thread-safe. Errors of the disk are ignored."""

    WRITE_EVERY_S = 2.0
    """Minimum number of seconds between two writes that differ only in their times. News is written at once."""

    def __init__(self, folder: Path | None, channel: str) -> None:
        """Read what a former process of the channel recorded, if it wrote its file less than SAME_TROUBLE_S seconds ago.

        Args:
            folder: the folder of the files of all channels; None for a channel that writes no file.
            channel: the name of the channel.
        """
        self._path = None if folder is None else folder / f"{channel}.json"
        self._lock = threading.RLock()
        self._known: dict[str, Reach] = {}
        self._written = 0.0
        recent = folder is not None and _age_s(folder / f"{channel}.json") < SAME_TROUBLE_S
        self._before = {reach.account: reach for reach in self.read(folder, channel)} if folder and recent else {}

    def account(self, name: str) -> "Account":
        """Return an object that records the attempts of the account `name`.

        The time of its first attempt is now. If a former process recorded the account a moment ago, its record is continued instead.
        """
        with self._lock:
            self._note(self._before.get(name) or Reach(account=name, tried=time.time()), new=True)
        return Account(self, name)

    def reached(self, name: str) -> None:
        """Record that upstream answered the account `name` as expected. That ends a failure and removes its reason."""
        with self._lock:
            known = self._known[name]
            new = known.reached is None or known.failing is not None
            self._note(replace(known, reached=time.time(), failing=None, reason=""), new=new)

    def failed(self, name: str, reason: str) -> None:
        """Record that upstream did not answer an account as expected. The time of the first failure in a row is kept.

        Args:
            name: the name of the account.
            reason: what went wrong. It must not contain a secret; at most MOST_REASON characters of it are kept.
        """
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
        """Return the records of all accounts of a channel, as last written to its file; empty if the file is missing or not readable."""
        try:
            return [Reach(**entry) for entry in json.loads((folder / f"{channel}.json").read_text())]
        except (OSError, ValueError, TypeError, RecursionError):
            return []


@dataclass(frozen=True, slots=True)
class Account:
    """Records in an Upstream whether one account reaches its upstream. After each attempt, call `reached` or `failed`."""

    upstream: Upstream
    name: str

    def reached(self) -> None:
        """Record that upstream answered this account as expected."""
        self.upstream.reached(self.name)

    def failed(self, reason: object) -> None:
        """Record that upstream did not answer this account as expected. The reason is a sentence or an exception."""
        self.upstream.failed(self.name, str(reason) or type(reason).__name__)


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")
