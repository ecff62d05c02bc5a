"""The filtered stream as a hint: whatever comes over it means "look now"; what is taken is always read by the mark."""

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
"""X's own advice for reconnecting a stream ends at 320 s."""


class _Stream(tweepy.StreamingClient):  # type: ignore[misc]  # tweepy has no types
    def __init__(self, base: str, bearer_token: str, heard: threading.Event) -> None:
        super().__init__(bearer_token, return_type=dict, max_retries=0)
        self.session = session_to(base)
        self._heard = heard

    def on_data(self, raw_data: bytes) -> None:
        """Wake the door; nothing here can raise, since tweepy would end the stream with only a log."""
        del raw_data
        self._heard.set()


class Hint:
    """Listens in a thread of its own, and sets an event for each post."""

    def __init__(self, base: str, *, bearer_token: str, account: str) -> None:
        """Keep the settings.

        Args:
            base: base address of the API.
            bearer_token: of the app.
            account: our account, without the @.
        """
        self.heard = threading.Event()
        self._account = account
        self._listens = False
        self._stream = _Stream(base, bearer_token, self.heard)

    def start(self, stop: threading.Event) -> None:
        """Listen until `stop` is set, in one thread however often it is called; without the stream the door looks at its own pace."""
        if self._listens:
            return
        self._listens = True
        threading.Thread(target=self._listen, args=(stop,), name="x-stream", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._stream.disconnect()

    def _listen(self, stop: threading.Event) -> None:
        pause_s = FIRST_PAUSE_S
        while not stop.is_set():
            try:
                self._want()
                self._stream.filter(threaded=False)
                pause_s = FIRST_PAUSE_S
            except (tweepy.TweepyException, requests.RequestException, ValueError) as error:
                log.warning("no stream of mentions", error=str(error))
            telemetry.RETRIES.labels("x-stream").inc()
            stop.wait(pause_s * random.uniform(0.8, 1.2))  # noqa: S311  # jitter, no secret
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _want(self) -> None:
        """Ask for our mentions; X keeps the rule, and a second one like it is passed over."""
        wanted = f"@{self._account}"
        rules: Any = self._stream.get_rules()
        if all(rule["value"] != wanted for rule in rules.get("data", [])):
            self._stream.add_rules(tweepy.StreamRule(wanted))
