"""The X API by tweepy: our account, its mentions, and X's errors as ours."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Self
from urllib.parse import urlsplit

import requests
import tweepy

from channels.twitter.parse import Page, page
from complaints.errors import (
    ConfigurationError,
    CredentialsRefused,
    MalformedMessage,
    Undeliverable,
    UpstreamUnavailable,
)
from complaints.runtime.upstream import Upstream

TIMEOUT_S = 8.0
"""tweepy waits for ever otherwise; connecting and reading may each take it, and the door must end within 15 s when it is told to."""

PAGE_SIZE = 100
"""The most that X gives in one answer."""


class RateLimited(UpstreamUnavailable):
    """X wants us to wait.

    Attributes:
        until_s: when it answers again, in seconds since 1970; None where X does not say.
    """

    def __init__(self, until_s: float | None) -> None:
        super().__init__("X answers 429: the rate limit is used up")
        self.until_s = until_s


@dataclass(frozen=True, slots=True, kw_only=True)
class UserKeys:
    """What OAuth 1.0a signs our account's posts with."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    token: str
    token_secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take "consumer_key:consumer_secret:token:token_secret" apart.

        Raises:
            ConfigurationError: it is not of that form.
        """
        parts = text.split(":")
        if len(parts) != len(fields(cls)) or not all(parts):
            raise ConfigurationError("LAPOR_X_USER_KEYS: write consumer_key:consumer_secret:token:token_secret")
        return cls(consumer_key=parts[0], consumer_secret=parts[1], token=parts[2], token_secret=parts[3])


class _Session(requests.Session):
    """tweepy writes the host into each request; this sends it to the address that the settings name, with a timeout."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **named: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        named.setdefault("timeout", TIMEOUT_S)
        return super().request(method, f"{self._base}{parts.path}{query}", *args, **named)


def session_to(base: str) -> requests.Session:
    """Return a session whose requests all go to the address that the settings name."""
    return _Session(base)


class XClient:
    """What the door asks of X."""

    def __init__(
        self,
        base: str,
        *,
        bearer_token: str,
        account: str,
        user_keys: UserKeys | None = None,
        upstream: Upstream | None = None,
    ) -> None:
        """Keep the settings; nothing is asked yet.

        Args:
            base: base address of the API.
            bearer_token: of the app, which reads.
            account: our account, without the @.
            user_keys: of our account, which posts; without them it only reads.
            upstream: says how X is reached; None where nobody watches.
        """
        self._reads = (upstream or Upstream(None, "twitter")).account(f"@{account}")
        keys = user_keys or UserKeys(consumer_key="", consumer_secret="", token="", token_secret="")
        self._client = tweepy.Client(
            bearer_token,
            consumer_key=keys.consumer_key,
            consumer_secret=keys.consumer_secret,
            access_token=keys.token,
            access_token_secret=keys.token_secret,
            return_type=dict,
            wait_on_rate_limit=False,
        )
        self._client.session = session_to(base)
        self._account = account
        self._account_id: str | None = None

    def unread(self, reason: str) -> None:
        """Say that X is not asked for mentions now, and why."""
        self._reads.failed(reason)

    def reply(self, text: str, *, to: str) -> str:
        """Post below another post and return the new one's id.

        X refuses the same text a second time: then the first try has arrived, and its id is not known any more.

        Raises:
            RateLimited: X answers 429.
            UpstreamUnavailable: X does not answer, or refuses our credentials: both are mended outside.
            Undeliverable: the post is deleted, hidden from us, or its author suspended.
        """
        try:
            made = self._client.create_tweet(text=text, in_reply_to_tweet_id=to)
        except tweepy.TooManyRequests as error:
            raise RateLimited(error.reset_time) from error
        except tweepy.Forbidden as error:
            if "duplicate" in str(error).lower():
                return ""
            raise Undeliverable(f"X does not let us answer this post: {error}") from error
        except (tweepy.TweepyException, requests.RequestException, ValueError) as error:
            raise UpstreamUnavailable(f"X does not take our answer: {error}") from error
        return str(made["data"]["id"])

    def mentions(self, since_id: str | None) -> Iterator[Page]:
        """Yield the pages of mentions after `since_id`, newest first, to the last.

        Raises:
            RateLimited: X answers 429.
            UpstreamUnavailable: X does not answer, or with a fault of its own.
            CredentialsRefused: X refuses our credentials.
        """
        token = None
        while True:
            found = self._ask(
                self._client.get_users_mentions,
                self._id(),
                since_id=since_id,
                max_results=PAGE_SIZE,
                pagination_token=token,
                tweet_fields=[
                    "author_id",
                    "created_at",
                    "conversation_id",
                    "entities",
                    "geo",
                    "attachments",
                    "note_tweet",
                    "referenced_tweets",
                ],
                expansions=[
                    "author_id",
                    "attachments.media_keys",
                    "geo.place_id",
                    "referenced_tweets.id",
                    "referenced_tweets.id.author_id",
                ],
                user_fields=["username"],
                media_fields=["url", "preview_image_url", "type"],
                place_fields=["full_name"],
            )
            try:
                current = page(found)
            except MalformedMessage as error:
                raise UpstreamUnavailable(f"X does not answer as it should: {error}") from error
            yield current
            token = current.next_token
            if token is None:
                return

    def _id(self) -> str:
        if self._account_id is None:
            found = self._ask(self._client.get_user, username=self._account)
            if "data" not in found:
                raise ConfigurationError(f"X knows no account @{self._account}; set LAPOR_X_ACCOUNT")
            self._account_id = found["data"]["id"]
        return self._account_id

    def _ask(self, endpoint: Any, *args: Any, **named: Any) -> dict[str, Any]:
        try:
            found: dict[str, Any] = endpoint(*args, **named)
        except tweepy.TooManyRequests as error:
            self._reads.reached()
            raise RateLimited(error.reset_time) from error
        except (tweepy.Unauthorized, tweepy.Forbidden) as error:
            refused = CredentialsRefused(f"X refuses our credentials ({error}); see LAPOR_X_BEARER_TOKEN")
            self._reads.failed(refused)
            raise refused from error
        except (tweepy.TweepyException, requests.RequestException, ValueError) as error:
            self._reads.failed(f"X does not answer: {error}")
            raise UpstreamUnavailable(f"X does not answer: {error}") from error
        self._reads.reached()
        return found
