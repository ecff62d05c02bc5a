"""Uses the filtered stream as a hint: any post on it means "look now". Mentions themselves are always read by the cursor."""

import random
import threading
from typing import Any

import requests
import structlog
import tweepy

from channels.twitter.client import session_to
from complaints.runtime import telemetry

log = structlog.get_logger()

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 320.0
"""The first and the longest pause between two tries to connect, in seconds; X recommends at most 320 s for streams."""


class _Stream(tweepy.StreamingClient):  # type: ignore[misc]  # tweepy has no types
    def __init__(self, base: str, bearer_token: str, heard: threading.Event, stop: threading.Event) -> None:
        super().__init__(bearer_token, return_type=dict, max_retries=0)
        self.session = session_to(base)
        self._heard, self._stop = heard, stop

    def on_data(self, raw_data: bytes) -> None:
        """Wake the reader. Nothing here may raise: tweepy would only log it, and end the stream."""
        del raw_data
        self._heard.set()
        self.on_keep_alive()

    def on_keep_alive(self) -> None:
        """Disconnect if the signal to end came before the stream began, because tweepy forgets a `disconnect` before that."""
        if self._stop.is_set():
            self.disconnect()


class Hint:
    """Listens to the stream in a thread of its own, and sets the event `heard` for each post."""

    def __init__(self, base: str, *, bearer_token: str, account: str) -> None:
        self.heard = threading.Event()
        self._base, self._token, self._account = base, bearer_token, account
        self._stream: _Stream | None = None

    def start(self, stop: threading.Event) -> None:
        """Listen until `stop` is set and `close` is called. If the stream fails, mentions are read at their usual pace."""
        self._stream = _Stream(self._base, self._token, self.heard, stop)
        threading.Thread(target=self._listen, args=(self._stream, stop), name="x-stream", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        if self._stream is not None:
            self._stream.disconnect()
            self._stream = None

    def _listen(self, stream: _Stream, stop: threading.Event) -> None:
        pause_s = FIRST_PAUSE_S
        while not stop.is_set():
            try:
                self._want(stream)
                if not stop.is_set():
                    stream.filter(threaded=False)
                pause_s = FIRST_PAUSE_S
            except (tweepy.TweepyException, requests.RequestException, ValueError) as error:
                log.warning("no stream of mentions", error=str(error))
            if stop.is_set():
                return
            telemetry.RETRIES.labels("x-stream").inc()
            stop.wait(pause_s * random.uniform(0.8, 1.2))  # noqa: S311  # jitter, no secret
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _want(self, stream: _Stream) -> None:
        """Add a rule for our mentions, unless X has it already, since X keeps rules."""
        wanted = f"@{self._account}"
        rules: Any = stream.get_rules()
        if all(rule["value"] != wanted for rule in rules.get("data", [])):
            stream.add_rules(tweepy.StreamRule(wanted))
