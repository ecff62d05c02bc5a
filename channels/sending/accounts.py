"""The accounts of a channel in this process: which have begun, and which texts are on their way. It outlives the step's worker."""

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
    """A text on its way.

    Attributes:
        account: the name of the account.
        partition: of the text.
        key: of the state of the text.
        answer: of the account.
    """

    account: str
    partition: int
    key: bytes
    answer: "Future[str]"


class Accounts:
    """The accounts of one channel. For the sender's thread.

    While Kafka is away the accounts that have begun stay so, and texts that are on their way may arrive: an outcome counts if the committed
    state still has the very intent that it answers.
    """

    def __init__(self, channel: str, accounts: Sequence[Account], *, partitions: int = 1) -> None:
        """Take the accounts. None begins yet.

        Args:
            channel: its name.
            accounts: all of its accounts that are set up here.
            partitions: of the mailbox; the sender asks Kafka (see `place`).

        Raises:
            ConfigurationError: the name of an account cannot be that of a mailbox.
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
        """Return the permission to send of an account."""
        return self._buckets[name]

    def link(self, name: str) -> Link:
        """Return how an account reaches its upstream."""
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
        """The accounts by which messages come in without a page, and which have not begun."""
        return [name for name, account in self._accounts.items() if not account.polled and name not in self._begun]

    def begin(self, name: str, cursor: Mapping[str, Any] | None) -> None:
        """Begin an account whose partition is ready. If it has begun, it begins anew only if somebody else has moved its cursor."""
        place = cursor_value(cursor or {})
        if name in self._begun:
            if self._begun[name] == place:
                return
            self.end(name)
        log.info("account begins", account=name)
        self._begun[name] = place
        self._accounts[name].begin(cursor)

    def begin_silent(self) -> None:
        """Begin the accounts that need no cursor."""
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
        """Take the number of the mailbox's partitions from Kafka. It never changes after the first time."""
        self._partitions = {name: partition_of(name.encode(), partitions) for name in self._accounts}

    def follow(self, partitions: Collection[int]) -> None:
        """Follow the group: end the accounts whose partitions are not among these, and begin those of the others that need no cursor.

        What citizens write to these comes in whatever keeps the states of the partition from being read: only their texts wait.
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
            name: of the account.
            settled: of its texts on their way, how many have their outcome in this turn.
        """
        return max(0, self._accounts[name].capacity - self._of[name] + settled)

    def flying(self, partitions: Collection[int]) -> bool:
        """Return whether a text of some partitions is on its way. That of others is not settled here, however long one waits."""
        return any(flight.partition in partitions for flight in self._flights.values())

    def flies(self, name: str) -> bool:
        """Return whether a text of an account is on its way."""
        return self._of[name] > 0

    @property
    def answered(self) -> bool:
        """Whether an outcome came since `outcomes` was called."""
        return bool(self._news)

    def intended(self, token: str, partition: int) -> None:
        """Note an intent of this process that is about to be committed, so that it is known until it is submitted that it was not."""
        self._unsent[token] = partition

    def unsent(self, token: str) -> bool:
        """Return whether an intent is this process's own and was never submitted: the commit of it came to an end that was not known."""
        return token in self._unsent

    def submit(self, text: Text, now_ms: Callable[[], int]) -> None:
        """Send a text whose intent is committed, unless the intent has expired: then another process may hold the account."""
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
        """Count an intent that was found in the state, and that nothing here knows of, as one with an unknown outcome."""
        self._fly(text, failed(OutcomeUnknown("the process that sent it ended or lost the account")))

    def _fly(self, text: Text, answer: "Future[str]") -> None:
        self._flights[text.token] = Flight(text.send.account, text.partition, text.key, answer)
        self._of[text.send.account] += 1
        answer.add_done_callback(partial(_note, self._news, text.token))

    def knows(self, token: str) -> bool:
        """Return whether the intent with this token was submitted by this process and is not settled."""
        return token in self._flights

    def outcomes(self) -> Mapping[str, Flight]:
        """Return the texts that have their outcomes, by the tokens of their intents, until `settled` takes them away."""
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
        """Forget the texts of a partition whose intents its states do not have: somebody else has settled them."""
        self.settled([token for token, at in self._flights.items() if at.partition == partition and token not in known])
        for token in [token for token, at in self._unsent.items() if at == partition and token not in known]:
            del self._unsent[token]

    def close(self) -> None:
        """End all accounts."""
        for name in self.begun:
            self.end(name)


def _note(news: "deque[str]", token: str, _: "Future[str]") -> None:
    """Note an outcome, in whatever thread it comes."""
    news.append(token)
