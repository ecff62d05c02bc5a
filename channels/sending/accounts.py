"""The accounts of a channel in this process: which have begun, and which texts are on their way. They outlive the step's worker."""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from channels.base import Account
from channels.futures import failed
from channels.sending.queue import Bucket, Link
from channels.sending.texts import BEYOND, Text, cursor_value
from complaints.bus.step.murmur2 import partition_of
from complaints.errors import ConfigurationError, OutcomeUnknown, UpstreamUnavailable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Flight:
    """A text that was submitted to its account.

    Attributes:
        account: the name of the account.
        partition: the partition of the text.
        key: the key of the text's state.
        answer: the future that the account returned.
    """

    account: str
    partition: int
    key: bytes
    answer: "Future[str]"


class Accounts:
    """The accounts of one channel. For the sender's thread.

    Accounts that have begun stay connected while Kafka is away, and texts on their way may still arrive. An outcome counts only if the
    committed state still holds the attempt that it answers.
    """

    def __init__(self, channel: str, accounts: Sequence[Account], *, partitions: int = 1) -> None:
        """Take the accounts. None begins yet.

        Args:
            channel: the name of the channel.
            accounts: all of its accounts that are set up here.
            partitions: the number of the mailbox's partitions, until the sender has asked Kafka (see `place`).

        Raises:
            ConfigurationError: the name of an account cannot be the key of a mailbox, or two accounts have the same name.
        """
        self._accounts = {account.name: account for account in accounts}
        for name in self._accounts:
            if not name.startswith(f"{channel}/") or any(byte <= BEYOND[0] for byte in name.encode()):
                raise ConfigurationError(f"the account {name!r} must be named {channel}/... in printable characters")
        if len(self._accounts) < len(accounts):
            raise ConfigurationError(f"two accounts of {channel} have one name")
        self.place(partitions)
        now_s = time.monotonic()
        self._buckets = {account.name: Bucket(account.per_second, now_s) for account in accounts}
        self._links = {name: Link() for name in self._accounts}
        self._unsent: dict[str, int] = {}
        self._begun: dict[str, bytes] = {}
        self._flights: dict[str, Flight] = {}
        self._of: Counter[str] = Counter()
        self._news: deque[str] = deque()
        self._answered: dict[str, Flight] = {}

    @property
    def first(self) -> str | None:
        """The first account by name; None if there is none."""
        return min(self._accounts, default=None)

    def __contains__(self, name: str) -> bool:
        """Return whether an account is set up here."""
        return name in self._accounts

    def __getitem__(self, name: str) -> Account:
        """Return an account that is set up here."""
        return self._accounts[name]

    def bucket(self, name: str) -> Bucket:
        """Return the bucket that limits how fast an account sends."""
        return self._buckets[name]

    def link(self, name: str) -> Link:
        """Return the link of an account: whether it reaches its upstream."""
        return self._links[name]

    def of_partition(self, partition: int) -> list[str]:
        """Return the accounts whose mailbox is in a partition."""
        return [name for name, at in self._partitions.items() if at == partition]

    def partition_of(self, name: str) -> int:
        """Return the partition of an account's mailbox."""
        return self._partitions[name]

    @property
    def begun(self) -> Collection[str]:
        """The accounts that have begun."""
        return list(self._begun)

    @property
    def silent(self) -> list[str]:
        """The accounts that are not polled, so need no cursor, and have not begun: no message comes in through them."""
        return [name for name, account in self._accounts.items() if not account.polled and name not in self._begun]

    def begin(self, name: str, cursor: Mapping[str, Any] | None) -> None:
        """Begin an account whose partition is ready. If it has begun already, restart it only if another process has moved its cursor."""
        place = cursor_value(cursor or {})
        if name in self._begun:
            if self._begun[name] == place:
                return
            self.end(name)
        log.info("account begins", account=name)
        self._begun[name] = place
        self._accounts[name].begin(cursor)

    def begin_silent(self) -> None:
        """Begin the accounts that need no cursor and have not begun."""
        for name in self.silent:
            self.begin(name, None)

    def moved(self, name: str, cursor: Mapping[str, Any]) -> None:
        """Tell an account that its page is committed."""
        self._begun[name] = cursor_value(cursor)
        self._accounts[name].committed()

    def end(self, name: str) -> None:
        """End an account that has begun."""
        log.info("account ends", account=name)
        del self._begun[name]
        self._accounts[name].end()

    def place(self, partitions: int) -> None:
        """Take the number of the mailbox's partitions, as Kafka reports it. It never changes after the first call."""
        self._partitions = {name: partition_of(name.encode(), partitions) for name in self._accounts}

    def follow(self, partitions: Collection[int]) -> None:
        """Follow the group: end the accounts whose partitions are not assigned any more, and begin assigned accounts that need no cursor.

        Citizens' messages to the latter come in even if the states of the partition cannot be read; only the texts to citizens wait.
        """
        for name in self.begun:
            if self._partitions[name] not in partitions:
                self.end(name)
        for name in self.silent:
            if self._partitions[name] in partitions:
                self.begin(name, None)

    def free(self, name: str, settled: int = 0) -> int:
        """Return how many texts an account can take.

        Args:
            name: the name of the account.
            settled: how many of its texts on their way are settled in this turn.
        """
        return max(0, self._accounts[name].capacity - self._of[name] + settled)

    def flying(self, partitions: Collection[int]) -> bool:
        """Return whether a text of these partitions is on its way. Texts of other partitions are never settled by this process."""
        return any(flight.partition in partitions for flight in self._flights.values())

    def flies(self, name: str) -> bool:
        """Return whether a text of an account is on its way."""
        return self._of[name] > 0

    @property
    def answered(self) -> bool:
        """True if an outcome came since `outcomes` was called."""
        return bool(self._news)

    def intended(self, token: str, partition: int) -> None:
        """Note an attempt of this process that is about to be committed. Until it is submitted, `unsent` returns True for it."""
        self._unsent[token] = partition

    def unsent(self, token: str) -> bool:
        """Return whether an attempt is this process's own and not submitted. If the states hold it, its commit succeeded unnoticed."""
        return token in self._unsent

    def submit(self, text: Text, now_ms: Callable[[], int]) -> None:
        """Send a text whose attempt is committed, unless the attempt has expired: then another process may own the account."""
        self._unsent.pop(text.token, None)
        if now_ms() >= text.until_ms:
            answer = failed(UpstreamUnavailable("the intent expired before it was carried out"))
        else:
            try:
                answer = self._accounts[text.send.account].send(text.letter)
            except Exception as error:  # noqa: BLE001  # the contract says that it does not raise
                answer = failed(error)
        self._fly(text, answer)

    def give_up(self, text: Text) -> None:
        """Give an attempt that was found in the state, but that this process did not submit, an unknown outcome."""
        self._fly(text, failed(OutcomeUnknown("the process that sent it ended or lost the account")))

    def _fly(self, text: Text, answer: "Future[str]") -> None:
        self._flights[text.token] = Flight(text.send.account, text.partition, text.key, answer)
        self._of[text.send.account] += 1
        answer.add_done_callback(partial(_note, self._news, text.token))

    def knows(self, token: str) -> bool:
        """Return whether the attempt with this token was submitted by this process and is not settled."""
        return token in self._flights

    def outcomes(self) -> Mapping[str, Flight]:
        """Return the texts that have an outcome, by the tokens of their attempts. They are returned until `settled` removes them."""
        while self._news:
            token = self._news.popleft()
            if token in self._flights:  # otherwise the text was forgotten meanwhile
                self._answered[token] = self._flights[token]
        return self._answered

    def settled(self, tokens: Collection[str]) -> None:
        """Forget texts whose outcomes are committed."""
        for token in tokens:
            self._answered.pop(token, None)
            flight = self._flights.pop(token, None)
            if flight is not None:
                self._of[flight.account] -= 1

    def forget(self, partition: int, known: Collection[str]) -> None:
        """Forget the texts of a partition whose attempts its states no longer hold: another process has settled them."""
        self.settled([token for token, at in self._flights.items() if at.partition == partition and token not in known])
        for token in [token for token, at in self._unsent.items() if at == partition and token not in known]:
            del self._unsent[token]

    def close(self) -> None:
        """End all accounts."""
        for name in self.begun:
            self.end(name)


def _note(news: "deque[str]", token: str, _: "Future[str]") -> None:
    """Note an outcome. May be called from any thread."""
    news.append(token)
