"""Tells a source of a reply: a signed webhook to its callback, with the reply's id, so that a second one changes nothing."""

import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import httpx

from channels.base import Letter
from channels.futures import failed
from channels.webhook.parse import reply
from channels.webhook.sources import Source
from complaints.errors import Undeliverable, UpstreamUnavailable

TIMEOUT_S = 15.0

WORKERS = 8
"""Callbacks under way at once: a source that is slow must not hold up the others for long."""


class WebhookSender:
    """The way out of the webhook door (see Sends)."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        """Keep the sources; threads start with the first letter."""
        self._sources = sources
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="webhook-reply")
        self._http = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)

    def send(self, letter: Letter) -> "Future[str]":
        """Send a letter; the future gives the reply's id, which the source got as webhook-id."""
        try:
            return self._pool.submit(self._post, letter)
        except RuntimeError:
            return failed(UpstreamUnavailable("the door is closed"))

    def close(self) -> None:
        """Let go of the connections; letters under way end."""
        self._pool.shutdown(wait=True)
        self._http.close()

    def _post(self, letter: Letter) -> str:
        source = self._sources.get(letter.address.get("source", ""))
        if source is None or not source.callback:
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
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UpstreamUnavailable(f"the callback of {source.name} does not answer: {error!r}") from error
        if answer.status_code == httpx.codes.GONE:
            raise Undeliverable(f"{source.name} wants no more webhooks (410)")
        if not answer.is_success:
            raise UpstreamUnavailable(f"the callback of {source.name} answers {answer.status_code}")
        return number
