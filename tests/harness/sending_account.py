"""An account in memory whose upstream does what the test says."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from channels.base import Letter, Page
from channels.sending.outcomes import Pauses
from complaints.crypto import Keyring

KEYS = Keyring.from_secret(b"a secret of the tests, 32 bytes long")
QUICK = Pauses(first_s=0.2, most_s=1.0, link_first_s=0.2, link_most_s=1.0)


class FakeAccount:
    """An account whose upstream does what the test says.

    Attributes:
        sent: the letters that were submitted, with their futures, in order.
        calls: "begin" and "end" in order.
        cursors: what `begin` was given.
        answer: is called with each letter and its future, in the sender's thread; by default the upstream takes it at once.
        pages: the pages that are still to be taken.
        handed: whether the first of them was handed out.
    """

    def __init__(self, name: str, *, capacity: int = 50, per_second: float | None = None, polled: bool = True) -> None:
        self.name, self.capacity, self.per_second, self.polled = name, capacity, per_second, polled
        self.sent: list[tuple[Letter, Future[str]]] = []
        self.calls: list[str] = []
        self.cursors: list[Mapping[str, Any] | None] = []
        self.pages: list[Page] = []
        self.handed = False
        self.answer: Callable[[Letter, Future[str]], None] = takes

    def begin(self, cursor: Mapping[str, Any] | None) -> None:
        """Note it."""
        self.calls.append("begin")
        self.cursors.append(cursor)

    def end(self) -> None:
        """Note it."""
        self.calls.append("end")

    def send(self, letter: Letter) -> "Future[str]":
        """Do what the test says."""
        answer: Future[str] = Future()
        self.sent.append((letter, answer))
        self.answer(letter, answer)
        return answer

    def page(self) -> Page | None:
        """Return the first page that is not committed."""
        self.handed = bool(self.pages)
        return self.pages[0] if self.pages else None

    def committed(self) -> None:
        """Go on to the next page."""
        self.pages.pop(0)

    @property
    def texts(self) -> list[str]:
        """The texts that were submitted."""
        return [letter.text for letter, _ in self.sent]


def takes(letter: Letter, answer: "Future[str]") -> None:
    """Take a letter at once."""
    answer.set_result(f"up-{letter.reply_id}")


def waits(_letter: Letter, _answer: "Future[str]") -> None:
    """Leave it to the test."""


def fails(error: Exception, _letter: Letter, answer: "Future[str]") -> None:
    """Fail at once."""
    answer.set_exception(error)
