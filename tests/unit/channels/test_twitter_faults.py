"""What X's errors mean for a reply: it has not left, it never will, it may have, or X has it already."""

import json

import requests
import tweepy
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProtocolError

from channels.twitter.faults import Duplicate, RateLimited, outcome
from complaints.errors import LaporError, OutcomeUnknown, Undeliverable, UpstreamUnavailable
from tests.harness.tables import each, row_by_row

NOW_S = 1_793_600_000.0


def answer(status: int, **body: object) -> requests.Response:
    """Return an answer of X."""
    made = requests.Response()
    made.status_code, made.reason, made._content = status, "", json.dumps(body).encode()
    return made


@row_by_row
def test_a_403_about_the_post_is_for_good(body: dict[str, str]) -> None:
    """No later try would end otherwise."""
    assert isinstance(outcome(tweepy.Forbidden(answer(403, **body)), now_s=NOW_S), Undeliverable)


@row_by_row
def test_a_403_about_our_app_or_account_keeps_the_reply(body: dict[str, str]) -> None:
    """An operator corrects it, and the replies of that hour still leave."""
    error = outcome(tweepy.Forbidden(answer(403, **body)), now_s=NOW_S)
    assert isinstance(error, UpstreamUnavailable)
    assert "LAPOR_X_USER_KEYS" in str(error)


def test_the_same_text_again_is_told_apart() -> None:
    """It has arrived, or another citizen was told the same."""
    body = {"detail": "You are not allowed to create a Tweet with duplicate content."}
    assert isinstance(outcome(tweepy.Forbidden(answer(403, **body)), now_s=NOW_S), Duplicate)


def test_a_rate_limit_says_until_when() -> None:
    """Without the header for a minute."""
    error = outcome(tweepy.TooManyRequests(answer(429), reset_time=NOW_S + 90), now_s=NOW_S)
    assert isinstance(error, RateLimited)
    assert (error.until_s, error.pause_s) == (NOW_S + 90, 90)
    assert RateLimited(None, now_s=NOW_S).pause_s == 60


def broken(reason: Exception) -> requests.ConnectionError:
    """Return a connection error as requests makes it of one of urllib3."""
    return requests.ConnectionError(MaxRetryError(None, "/2/tweets", reason))  # type: ignore[arg-type]


@each(
    ("error", "meaning"),
    [
        (broken(NewConnectionError(None, "refused")), UpstreamUnavailable),  # type: ignore[arg-type]
        (broken(ConnectTimeoutError(None, "late")), UpstreamUnavailable),
        (requests.ConnectTimeout(), UpstreamUnavailable),
        (requests.exceptions.SSLError(), UpstreamUnavailable),
        (requests.ReadTimeout(), OutcomeUnknown),
        (requests.ConnectionError(ProtocolError("Connection aborted.")), OutcomeUnknown),
        (requests.exceptions.ChunkedEncodingError(), OutcomeUnknown),
        (tweepy.TwitterServerError(answer(500)), OutcomeUnknown),
        (tweepy.TwitterServerError(answer(503)), OutcomeUnknown),
        (tweepy.Unauthorized(answer(401)), UpstreamUnavailable),
        (tweepy.BadRequest(answer(400)), Undeliverable),
    ],
)
def test_only_without_a_connection_it_is_certain_that_nothing_left(error: Exception, meaning: type[LaporError]) -> None:
    """A request that left may have been carried out, whatever happened to its answer."""
    assert type(outcome(error, now_s=NOW_S)) is meaning
