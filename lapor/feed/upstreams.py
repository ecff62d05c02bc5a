"""Sends a complaint through a real channel of a running stack, as the channel's upstream would."""

from collections.abc import Iterable
from uuid import UUID

import httpx
import stamina

from channels.web.security import LOCAL_HEADER, local_word
from complaints import ids
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError, UpstreamUnavailable
from lapor.feed.items import DOORS, Item

SENDERS = 16
"""Number of messages sent at the same time: as many as the links of a few busy operators carry."""

ANSWER_TIMEOUT_S = 180.0
"""Seconds to wait for an answer: a channel may wait for a restart of Kafka before it acknowledges."""

APP_PATIENCE_S = 30.0
"""Seconds for which a request to the web channel is repeated. A channel that was killed is back within seconds."""

NEEDS = {
    "sms": ("smsc", "the embedded SMSC (LAPOR_SMPP is set)"),
    "twitter": ("x", "the stand-in for X (LAPOR_X_API is set)"),
    "telegram": ("telegram", "the stand-in for Telegram (LAPOR_TELEGRAM_API is set)"),
}
"""The name of the control interface that each channel needs, and the words for it in an error."""


class Upstreams:
    """The upstreams of the channels of one stack: SMSC, X, Telegram and clients of the web channel. Thread-safe."""

    def __init__(self, *, controls: dict[str, str], web: str | None, keys: Keyring) -> None:
        """Keep the parts.

        Args:
            controls: base addresses of the stand-ins' control interfaces, by "smsc", "x" and "telegram".
            web: host:port of the web channel.
            keys: the keys of the installation. The complaint id of a Telegram message is derived from a pseudonym.
        """
        self._controls = controls
        self._web = web
        self._keys = keys
        self._http = httpx.Client(
            timeout=ANSWER_TIMEOUT_S, limits=httpx.Limits(max_connections=SENDERS * 2), trust_env=False
        )
        self._send = {
            "sms": self._by_sms,
            "twitter": self._by_twitter,
            "telegram": self._by_telegram,
            "web": self._by_web,
        }

    def check(self, items: Iterable[Item]) -> None:
        """Check that the channel of each item can be fed.

        Raises:
            ConfigurationError: one of them cannot.
        """
        for door in {item.channel for item in items}:
            if door not in self._send:
                raise ConfigurationError(f"no channel {door!r} to feed; there are {', '.join(DOORS)} and mixed")
            control, what = NEEDS.get(door, ("", ""))
            if control and control not in self._controls:
                raise ConfigurationError(
                    f"feeding {door} needs {what}, and the running stack has none of its own: stop it and start one with `lapor up`"
                    " without settings for that channel, or feed another channel, such as `--channel web`"
                )
        if self._web is None:
            raise ConfigurationError("no web channel is known; start one with `lapor up`, or set LAPOR_WEB")

    def send(self, item: Item) -> UUID | None:
        """Send an item. Return the id of its complaint, or None for an SMS, whose protocol does not tell it.

        Raises:
            UpstreamUnavailable: the channel or its upstream refuses the item.
            httpx.HTTPError: the channel or its upstream does not answer.
        """
        return self._send[item.channel](item)

    def _by_sms(self, item: Item) -> UUID | None:
        text = f"{item.title}\n{item.text}" if item.title else item.text
        wanted = {"source": item.sender, "destination": "1708", "timeout_s": ANSWER_TIMEOUT_S}
        answer = self._http.post(f"{self._controls['smsc']}/deliver", json={**wanted, **(item.raw or {"text": text})})
        if answer.status_code != httpx.codes.OK or answer.json().get("status") != 0:
            raise UpstreamUnavailable(f"the SMSC answers {answer.status_code}: {answer.text[:200]}")
        return None  # an SMS has no identifier; its complaint is found by the sender

    def _by_twitter(self, item: Item) -> UUID | None:
        text = f"@lapor1708 {item.title} {item.text}" if item.title else f"@lapor1708 {item.text}"
        post = {"author": item.sender, "text": text, "mentions": ["lapor1708"]}
        answer = self._http.post(f"{self._controls['x']}/_standin/tweets", json=post)
        if answer.status_code not in {httpx.codes.OK, httpx.codes.CREATED}:
            raise UpstreamUnavailable(f"the stand-in for X answers {answer.status_code}: {answer.text[:200]}")
        return ids.message_id("twitter", answer.json()["id"])

    def _by_web(self, item: Item) -> UUID | None:
        body = {"title": item.title[:200], "text": item.text}
        address = f"http://{self._web}/api/v1/complaints"
        headers = {"Idempotency-Key": f"lapor-feed-item-{item.sender}", LOCAL_HEADER: local_word(self._keys)}
        # the mobile app does the same while the channel restarts; the key makes a repeated request harmless
        tries = stamina.retry_context(on=httpx.TransportError, attempts=None, timeout=APP_PATIENCE_S, wait_max=2.0)
        for attempt in tries:
            with attempt:
                answer = self._http.post(address, json=body, headers=headers)
        if answer.status_code != httpx.codes.ACCEPTED:
            raise UpstreamUnavailable(f"the web channel answers {answer.status_code}: {answer.text[:200]}")
        return UUID(answer.json()["id"])

    def _by_telegram(self, item: Item) -> UUID | None:
        text = f"{item.title}\n{item.text}" if item.title else item.text
        said = {"author": item.sender, "text": text, "key": item.sender}
        answer = self._http.post(f"{self._controls['telegram']}/_standin/messages", json=said)
        if answer.status_code not in {httpx.codes.OK, httpx.codes.CREATED}:
            raise UpstreamUnavailable(f"the stand-in for Telegram answers {answer.status_code}: {answer.text[:200]}")
        found = answer.json()
        name = f"{found['bot_id']}/{found['chat_id']}/{found['message_id']}"
        return ids.message_id("telegram", self._keys.pseudonym("telegram", name))
