"""Sends a reply to a source as a signed webhook to its callback. The webhook has the reply's id, so a repetition changes nothing."""

import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx

from channels.base import Letter, Page
from channels.futures import failed
from channels.webhook.parse import account_of, reply
from channels.webhook.sources import Source
from complaints.errors import Undeliverable, UpstreamUnavailable

TIMEOUT_S = 15.0
"""Seconds to wait for each step of a call: to connect, to send, and to get the answer."""

CAPACITY = 8
"""The maximum number of concurrent calls to one source, so that a slow callback is not flooded and does not hold up other sources."""


def client() -> httpx.Client:
    """Return the HTTP client that all accounts share. It does not follow redirects."""
    return httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)


class WebhookAccount:
    """The account by which replies are sent to a source (see Account). It never reports an unknown outcome.

    A call that may have arrived but got no answer is tried again: the source recognises the repetition by its webhook-id, and ignores it.
    """

    capacity = CAPACITY
    per_second: float | None = None
    polled = False

    def __init__(self, source: Source, http: httpx.Client) -> None:
        self.name = account_of(source.name)
        self._source = source
        self._http = http
        self._pool: ThreadPoolExecutor | None = None

    def begin(self, _cursor: Mapping[str, Any] | None) -> None:
        """Get ready to send (see Account); each call connects by itself."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(CAPACITY, thread_name_prefix=self.name)

    def end(self) -> None:
        """Take no further calls. Those that were taken may still be answered."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=False)
            self._pool = None

    def send(self, letter: Letter) -> "Future[str]":
        """Send a reply; the future returns the reply's id, which the source got as webhook-id (see Account)."""
        if self._pool is None:
            return failed(UpstreamUnavailable(f"{self.name} is not connected"))
        return self._pool.submit(self._post, letter)

    def page(self) -> Page | None:
        """Return None: a source is not polled."""
        return None

    def committed(self) -> None:
        """Do nothing: a source is not polled."""

    def _post(self, letter: Letter) -> str:
        source = self._source
        if letter.address.get("source") != source.name:  # configured no longer; no other may read it
            raise Undeliverable("the source is not set any more")
        if not source.callback:
            raise Undeliverable("the source has no callback")
        told = {"tracking_code": letter.tracking_code, "kind": letter.kind.value, "text": letter.text}
        reference, citizen = letter.address.get("reference", ""), letter.address.get("citizen", "")
        body = json.dumps(reply(reference, citizen, **told), ensure_ascii=False)
        number, now = str(letter.reply_id), datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": number,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": source.keys[0].sign(number, now, body),
        }
        try:
            answer = self._http.post(source.callback, content=body.encode(), headers=headers)
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            RuntimeError,
        ) as error:  # RuntimeError: the process ends, and has closed the client
            raise UpstreamUnavailable(f"the callback of {source.name} does not answer: {error!r}") from error
        if answer.status_code == httpx.codes.GONE:
            raise Undeliverable(f"{source.name} wants no more webhooks (410)")
        if not answer.is_success:
            raise UpstreamUnavailable(f"the callback of {source.name} answers {answer.status_code}")
        return number
