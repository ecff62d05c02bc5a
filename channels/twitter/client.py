"""The X API by tweepy: our account, its mentions, and X's errors as ours."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
import tweepy

from channels.twitter.parse import Page, page
from complaints.errors import ConfigurationError, MalformedMessage, UpstreamUnavailable

TIMEOUT_S = 15.0
"""tweepy waits for ever otherwise."""

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


class XClient:
    """What the door asks of X."""

    def __init__(self, base: str, *, bearer_token: str, account: str) -> None:
        """Keep the settings; nothing is asked yet.

        Args:
            base: base address of the API.
            bearer_token: of the app.
            account: our account, without the @.
        """
        self._client = tweepy.Client(bearer_token, return_type=dict, wait_on_rate_limit=False)
        self._client.session = _Session(base)
        self._account = account
        self._account_id: str | None = None

    def mentions(self, since_id: str | None) -> Iterator[Page]:
        """Yield the pages of mentions after `since_id`, newest first, to the last.

        Raises:
            RateLimited: X answers 429.
            UpstreamUnavailable: X does not answer, or with a fault of its own.
            ConfigurationError: X refuses our credentials.
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
                expansions=["author_id", "attachments.media_keys", "geo.place_id"],
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
            raise RateLimited(error.reset_time) from error
        except (tweepy.Unauthorized, tweepy.Forbidden) as error:
            raise ConfigurationError(f"X refuses our credentials ({error}); see LAPOR_X_BEARER_TOKEN") from error
        except (tweepy.TweepyException, requests.RequestException, ValueError) as error:
            raise UpstreamUnavailable(f"X does not answer: {error}") from error
        return found
