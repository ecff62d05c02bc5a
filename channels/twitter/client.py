"""The X API through tweepy: reads our mentions and messages, posts replies, and raises our own errors."""

import time
from dataclasses import dataclass, field, fields
from typing import Any, Self
from urllib.parse import urlsplit

import requests
import tweepy

from channels.twitter import direct
from channels.twitter.faults import RateLimited, RequestRefused, outcome
from channels.twitter.parse import Found, page
from complaints.errors import (
    ConfigurationError,
    CredentialsRefused,
    LaporError,
    MalformedMessage,
    OutcomeUnknown,
    Undeliverable,
    UpstreamUnavailable,
)
from complaints.runtime.upstream import Account as Reached
from complaints.runtime.upstream import Upstream

TIMEOUT_S = 8.0
"""Seconds to connect, and to get the answer. tweepy has no timeout of its own, and a channel must end within 15 s."""

PAGE_SIZE = 100
"""The maximum number of posts or messages in one answer."""

_POST_FIELDS = "author_id,created_at,conversation_id,entities,geo,attachments,note_tweet,referenced_tweets"
_EXPANSIONS = "author_id,attachments.media_keys,geo.place_id,referenced_tweets.id,referenced_tweets.id.author_id"
_EVENT_FIELDS = "id,text,sender_id,dm_conversation_id,created_at,attachments"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserKeys:
    """The keys with which OAuth 1.0a signs our account's posts."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    token: str
    token_secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the keys in a text of the form "consumer_key:consumer_secret:token:token_secret".

        Raises:
            ConfigurationError: the text has another form.
        """
        parts = text.split(":")
        if len(parts) != len(fields(cls)) or not all(parts):
            raise ConfigurationError("LAPOR_X_USER_KEYS: write consumer_key:consumer_secret:token:token_secret")
        return cls(consumer_key=parts[0], consumer_secret=parts[1], token=parts[2], token_secret=parts[3])


class _Session(requests.Session):
    """Sends each request to the address in the settings, with a timeout: tweepy hardcodes X's host in each request."""

    def __init__(self, base: str, timeout_s: float) -> None:
        super().__init__()
        self._base, self._timeout_s = base.rstrip("/"), timeout_s

    def request(self, method: str, url: str, *args: Any, **named: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        named.setdefault("timeout", self._timeout_s)
        return super().request(method, f"{self._base}{parts.path}{query}", *args, **named)


def session_to(base: str, timeout_s: float = TIMEOUT_S) -> requests.Session:
    """Return a session whose requests all go to the address in the settings."""
    return _Session(base, timeout_s)


class XClient:
    """The calls to X that the channel needs. They block. Thread-safe."""

    def __init__(  # noqa: PLR0913  # the keys of reading and of posting are two
        self,
        base: str,
        *,
        bearer_token: str,
        account: str,
        user_keys: UserKeys | None = None,
        upstream: Upstream | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Keep the settings; nothing is called yet.

        Args:
            base: base address of the API.
            bearer_token: the token of the app, for reading.
            account: the username of our account, without the @.
            user_keys: the keys of our account, for posting; None if it only reads.
            upstream: records whether X is reached; None to record nothing.
            timeout_s: seconds to connect, and to get the answer.
        """
        self._upstream = upstream or Upstream(None, "twitter")
        self._reads = self._upstream.account(f"@{account}")
        self._posts: Reached | None = None
        self._messages: Reached | None = None
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
        self._client.session = session_to(base, timeout_s)
        self._account = account
        self._account_id: str | None = None

    def unread(self, reason: str) -> None:
        """Record that X is not asked for mentions now, and why."""
        self._reads.failed(reason)

    def reply(self, text: str, *, to: str) -> str:
        """Post a reply to the post with the id `to`, and return the id of the new post.

        Raises:
            RateLimited: X answers 429.
            UpstreamUnavailable: nothing was posted, and it may be tried again: X is not reached, or refuses our app or account.
            Undeliverable: X will never take the reply: the post is deleted, or hidden from us.
            OutcomeUnknown: it may have been posted.
            Duplicate: our account has posted the same text before.
        """
        try:
            made = self._client.create_tweet(text=text, in_reply_to_tweet_id=to)
            self._posted(None)
            return str(made["data"]["id"])
        except (tweepy.TweepyException, requests.RequestException) as error:
            meaning = outcome(error, now_s=time.time())
            self._posted(meaning)
            raise meaning from error
        except (ValueError, KeyError, TypeError) as error:
            raise OutcomeUnknown(f"X's answer cannot be read: {error!r}") from error

    def message(self, text: str, *, to: str) -> str:
        """Send a direct message to the account with the id `to`, and return the id of the message.

        Raises:
            RateLimited: X answers 429.
            UpstreamUnavailable: nothing was sent, and it may be tried again.
            Undeliverable: the account takes no messages from us, or X does not let our app send any.
            OutcomeUnknown: it may have been sent.
        """
        try:
            made = self._client.create_direct_message(participant_id=to, text=text)
            return str(made["data"]["dm_event_id"])
        except tweepy.Forbidden as error:
            raise Undeliverable(f"X does not let us send this account a message: {error}") from error
        except (tweepy.TweepyException, requests.RequestException) as error:
            raise outcome(error, now_s=time.time()) from error
        except (ValueError, KeyError, TypeError) as error:
            raise OutcomeUnknown(f"X's answer cannot be read: {error!r}") from error

    def _posted(self, error: LaporError | None) -> None:
        """Record whether X takes our replies, apart from reading, which may work while posting is refused."""
        if self._posts is None:
            self._posts = self._upstream.account(f"@{self._account} (replies)")
        if isinstance(error, UpstreamUnavailable | OutcomeUnknown) and not isinstance(error, RateLimited):
            self._posts.failed(error)
        else:
            self._posts.reached()

    def own_reply(self, text: str, *, to: str, conversation: str) -> str:
        """Return the id of our own reply with this text to the post `to`; empty if it is not found in the conversation.

        Raises:
            UpstreamUnavailable: X does not answer.
        """
        query = f"conversation_id:{conversation} from:{self._account}"
        fields = ["referenced_tweets", "note_tweet"]
        found = self._ask(self._client.search_recent_tweets, query=query, max_results=PAGE_SIZE, tweet_fields=fields)
        for post in page_of(found).posts:
            said = (post.get("note_tweet") or {}).get("text") or post.get("text") or ""
            answered = {one.get("id") for one in post.get("referenced_tweets") or () if one.get("type") == "replied_to"}
            if to in answered and str(said).endswith(text):  # X may write the citizen's name before it
                return str(post["id"])
        return ""

    def mentions(self, since_id: str | None, *, until_id: str | None = None) -> Found:
        """Return the newest page of mentions between two ids, both excluded. Its `next_token` is not None if there are older ones.

        Args:
            since_id: the lower end; None for the beginning.
            until_id: the upper end; None for the newest.

        Raises:
            RateLimited: X answers 429.
            UpstreamUnavailable: X does not answer, or answers with a fault of its own.
            ConfigurationError: X refuses our credentials, or does not know our account.
        """
        token = None
        while True:
            found = self._ask(
                self._client.get_users_mentions,
                self.account_id(),
                since_id=since_id,
                until_id=until_id,
                max_results=PAGE_SIZE,
                pagination_token=token,
                tweet_fields=_POST_FIELDS,
                expansions=_EXPANSIONS,
                user_fields=["username", "verified_type"],
                media_fields=["url", "preview_image_url", "type"],
                place_fields=["full_name"],
            )
            current = page_of(found)
            token = current.next_token
            if (
                current.posts or token is None
            ):  # a page is empty if all its posts are hidden from us, but older pages follow
                return current

    def direct_messages(self, token: str | None) -> direct.Events:
        """Return a page of our account's direct messages of the last 30 days, including those that it sent.

        Args:
            token: the token of an older page; None for the newest page.

        Raises:
            RateLimited: X answers 429.
            RequestRefused: X answers 400: it does not know the token.
            UpstreamUnavailable: X does not answer, or with a fault of its own.
            ConfigurationError: X refuses our keys, or does not let our app read direct messages.
        """
        if self._messages is None:
            self._messages = self._upstream.account(f"@{self._account} (messages)")
        found = self._ask(
            self._client.get_direct_message_events,
            reach=self._messages,
            cure="LAPOR_X_USER_KEYS, whose app needs the permission for direct messages",
            event_types=direct.MESSAGE,
            dm_event_fields=_EVENT_FIELDS,
            max_results=PAGE_SIZE,
            pagination_token=token,
        )
        try:
            return direct.page(found)
        except MalformedMessage as error:
            raise UpstreamUnavailable(f"X does not answer as it should: {error}") from error

    def account_id(self) -> str:
        """Return the id of our account.

        Raises:
            UpstreamUnavailable, ConfigurationError: see `mentions`.
        """
        if self._account_id is None:
            found = self._ask(self._client.get_user, username=self._account)
            if "data" not in found:
                unknown = ConfigurationError(f"X knows no account @{self._account}; set LAPOR_X_ACCOUNT")
                self._reads.failed(unknown)
                raise unknown
            self._account_id = found["data"]["id"]
        return self._account_id

    def _ask(
        self,
        endpoint: Any,
        *args: Any,
        reach: Reached | None = None,
        cure: str = "LAPOR_X_BEARER_TOKEN",
        **named: Any,
    ) -> dict[str, Any]:
        reach = reach or self._reads
        try:
            found: dict[str, Any] = endpoint(*args, **named)
        except tweepy.TooManyRequests as error:
            reach.reached()
            raise RateLimited(error.reset_time, now_s=time.time()) from error
        except (tweepy.Unauthorized, tweepy.Forbidden) as error:
            refused = CredentialsRefused(f"X refuses our credentials ({error}); see {cure}")
            reach.failed(refused)
            raise refused from error
        except (tweepy.TweepyException, requests.RequestException, ValueError) as error:
            reach.failed(f"X does not answer: {error}")
            meaning = RequestRefused if isinstance(error, tweepy.BadRequest) else UpstreamUnavailable
            raise meaning(f"X does not answer: {error}") from error
        reach.reached()
        return found


def page_of(answer: dict[str, Any]) -> Found:
    """Return the page of posts in an answer.

    Raises:
        UpstreamUnavailable: the answer is no page of posts.
    """
    try:
        return page(answer)
    except MalformedMessage as error:
        raise UpstreamUnavailable(f"X does not answer as it should: {error}") from error
