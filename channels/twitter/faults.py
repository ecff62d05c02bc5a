"""Maps X's errors to our own: a reply has left, may leave later, or never will. Pure."""

import re
from typing import Final

import requests
import tweepy
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from channels.polling import AskedToWait
from complaints.errors import LaporError, OutcomeUnknown, Undeliverable, UpstreamUnavailable

LIMITED_S: Final = 60.0
"""Seconds to wait after a 429 that does not say when X may be asked again."""

_OURS = re.compile(
    r"\b(?:apps?|project|client|oauth\w*|account|user is suspended|suspended and|locked|enroll\w*|automated|permissions|access)\b",
    re.IGNORECASE,
)
"""Words in a 403 about our app or our account: a person can correct that, so the reply is tried again."""

_POST = re.compile(r"\b(?:tweets?|posts?|repl(?:y|ies|ied)|conversation|text|users?|author)\b", re.IGNORECASE)
"""Words in a 403 about the post that we answer, its author or our text: X would refuse the reply each time."""

_DUPLICATE = re.compile(r"\bduplicate\b", re.IGNORECASE)


class RateLimited(AskedToWait):
    """X asks us to wait (429).

    Attributes:
        until_s: when X may be asked again, in seconds since 1970.
    """

    def __init__(self, until_s: float | None, *, now_s: float) -> None:
        """Make the error; its pause lasts until `until_s`.

        Args:
            until_s: when X may be asked again, in seconds since 1970; None if X does not say.
            now_s: the present time in seconds since 1970.
        """
        self.until_s = now_s + LIMITED_S if until_s is None else until_s
        super().__init__("X answers 429: the rate limit is used up", max(0.0, self.until_s - now_s))


class RequestRefused(UpstreamUnavailable):
    """X finds a fault in our request (400), for example a page's token that it no longer knows: the same request fails each time."""


class Duplicate(LaporError):
    """Our account has posted the same text before."""


def outcome(error: Exception, *, now_s: float) -> LaporError:
    """Return our own error for an error while a reply was posted.

    Args:
        error: the error of tweepy or requests.
        now_s: the present time in seconds since 1970.
    """
    match error:
        case tweepy.TooManyRequests():
            return RateLimited(error.reset_time, now_s=now_s)
        case tweepy.Forbidden():
            return _refused(error)
        case tweepy.BadRequest():
            return Undeliverable(f"X does not take our answer: {error}")
        case tweepy.TwitterServerError():
            return OutcomeUnknown(f"X may have posted our answer: {error}")
        case tweepy.TweepyException():
            return UpstreamUnavailable(f"X does not take our answer: {error}")
        case _:
            return _broken(error)


def _refused(error: tweepy.Forbidden) -> LaporError:
    text = " ".join([*error.api_messages, *_fields(error)])
    if _DUPLICATE.search(text):
        return Duplicate(f"X has the same text already: {error}")
    if _OURS.search(text) is None and _POST.search(text):
        return Undeliverable(f"X does not let us answer this post: {error}")
    return UpstreamUnavailable(f"X refuses our app or account: {error}; see LAPOR_X_USER_KEYS")


def _fields(error: tweepy.Forbidden) -> list[str]:
    """Return the texts of a problem (RFC 9457) that give the reason: the end of its type's URI, detail and reason."""
    try:
        body = error.response.json()
    except (ValueError, RecursionError):
        return []
    if not isinstance(body, dict):
        return []
    kind = str(body.get("type", "")).rpartition("/")[2].replace("-", " ")
    return [kind, str(body.get("detail", "")), str(body.get("reason", "")).replace("-", " ")]


def _broken(error: Exception) -> LaporError:
    """Return our own error for a broken connection: if it was never made, the request has not left."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    early = requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError
    if isinstance(error, early) or isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return UpstreamUnavailable(f"X does not answer: {error}")
    return OutcomeUnknown(f"X may have posted our answer: {error}")
