"""Sends replies on X, as a post below the citizen's or as a direct message, in threads because the calls block."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Final, Protocol

import structlog

from channels.base import Letter
from channels.futures import failed
from channels.twitter.direct import DIRECT
from channels.twitter.faults import Duplicate, RateLimited
from channels.twitter.parse import NAME
from complaints.errors import OutcomeUnknown, Undeliverable, UpstreamUnavailable
from complaints.wording import text

log = structlog.get_logger()

CAPACITY: Final = 4
"""The maximum number of replies on their way to X at the same time."""

NOT_TOLD: Final = "the citizen takes no direct messages; below his post it says only by which private ways he asks"
"""Why a secret reply was not delivered, even if a public sentence was posted in its place."""


class Posts(Protocol):
    """Posts for our account (see channels.twitter.client.XClient)."""

    def reply(self, text: str, *, to: str) -> str:
        """Post a reply and return the id of the new post."""

    def message(self, text: str, *, to: str) -> str:
        """Send a direct message and return its id."""

    def own_reply(self, text: str, *, to: str, conversation: str) -> str:
        """Return the id of our own reply with this text; empty if it is not found."""


class XSender:
    """The sending side of our account."""

    def __init__(self, posts: Posts) -> None:
        self._posts = posts
        self._lock = threading.Lock()
        self._limited_until_s = {False: 0.0, True: 0.0}
        self._pool: ThreadPoolExecutor | None = None

    def begin(self) -> None:
        """Get ready to send."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(CAPACITY, thread_name_prefix="x-sender")

    def end(self) -> None:
        """Send no further replies. Those on their way may still be answered."""
        if self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None

    def send(self, letter: Letter) -> "Future[str]":
        """Post a reply below the citizen's post, or send it as a message; the future returns its id (see channels.base.Account)."""
        if self._pool is None:
            return failed(UpstreamUnavailable("our account on X is not begun"))
        if letter.address.keys().isdisjoint(("post", DIRECT)):
            return failed(Undeliverable("the reply address names no post"))
        if (limited := self._limited(letter)) is not None:
            return failed(limited)
        return self._pool.submit(self._post, letter)

    def _limited(self, letter: Letter) -> RateLimited | None:
        """Return X's limit on posts, or on messages, if it is still in force: X blocks an app that keeps calling."""
        with self._lock:
            until_s, now_s = self._limited_until_s[_is_message(letter)], time.time()
        return RateLimited(until_s, now_s=now_s) if now_s < until_s else None

    def _post(self, letter: Letter) -> str:
        if (limited := self._limited(letter)) is not None:
            raise limited
        try:
            return self._reply(letter)
        except RateLimited as error:
            with self._lock:
                self._limited_until_s[_is_message(letter)] = error.until_s
            raise

    def _reply(self, letter: Letter) -> str:
        """Post a reply, or send it as a direct message if it is secret or answers one.

        If a secret reply cannot be sent, post a sentence that is the same for all such replies: it only names private ways to ask.
        """
        if not _is_message(letter):
            return self._post_below(letter, letter.text)
        try:
            return self._posts.message(letter.text, to=letter.address["sender"])
        except Undeliverable as error:
            if DIRECT in letter.address:
                raise
            with suppress(OutcomeUnknown):
                self._post_below(letter, text("not_here", NAME))
            raise Undeliverable(f"{NOT_TOLD} ({error})") from error

    def _post_below(self, letter: Letter, said: str) -> str:
        """Post a text. If X refuses it as a duplicate, return the id of this reply if it is there; otherwise put the username before it."""
        post = letter.address["post"]
        try:
            return self._posts.reply(said, to=post)
        except Duplicate:
            try:
                known = self._posts.own_reply(said, to=post, conversation=letter.address.get("conversation", post))
            except UpstreamUnavailable as error:
                log.warning(
                    "whether a reply has arrived cannot be verified", reply=str(letter.reply_id), error=str(error)
                )
                return ""
        if known or not letter.address.get("username"):
            return known
        try:
            return self._posts.reply(f"@{letter.address['username']} {said}", to=post)
        except Duplicate:
            return ""


def _is_message(letter: Letter) -> bool:
    """Return whether a reply must be a direct message."""
    return letter.private or DIRECT in letter.address
