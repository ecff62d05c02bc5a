"""Maps Telegram's errors to our own, and tells those after which nothing was done from those that leave it open."""

import json
import warnings
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import httpx
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from channels.polling import AskedToWait
from complaints.errors import CredentialsRefused, MalformedMessage, UpstreamUnavailable

T = TypeVar("T")

SERVER_FAULT, SERVICE_UNAVAILABLE = 500, 503


class RateLimited(AskedToWait):
    """Telegram asks us to wait (429)."""

    def __init__(self, pause_s: float) -> None:
        super().__init__(f"Telegram answers 429: wait {pause_s:.0f} s", pause_s)


class Contested(UpstreamUnavailable):
    """Another process polls the same bot's updates, or a webhook is set."""


class _ServerFault(NetworkError):
    """Telegram answers with a fault of its own.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"Telegram answers {status}")
        self.status = status


class Request(HTTPXRequest):
    """Raises server faults with their status, and does not log the content of an unreadable answer, as the library would."""

    async def do_request(self, *args: Any, **named: Any) -> tuple[int, bytes]:
        """Return the status and the body of an answer (see HTTPXRequest)."""
        status, payload = await super().do_request(*args, **named)
        if status >= SERVER_FAULT:
            raise _ServerFault(status)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the JSON object in an answer (see HTTPXRequest)."""
        try:
            found: dict[str, Any] = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise TelegramError("the answer is no JSON") from error
        return found


async def mapped(question: Coroutine[Any, Any, T]) -> T:
    """Return the awaited answer. Raise each error of the library as the matching error of complaints.errors."""
    try:
        return await question
    except RetryAfter as error:
        raise RateLimited(seconds(error)) from error
    except Conflict as error:
        raise Contested(f"Telegram answers 409: {error}") from error
    except InvalidToken as error:
        raise CredentialsRefused(f"Telegram refuses our token ({error}); see LAPOR_TELEGRAM_TOKEN") from error
    except TelegramError as error:
        raise UpstreamUnavailable(f"Telegram does not answer: {error}") from error
    except (KeyError, TypeError, AttributeError, MalformedMessage) as error:
        raise UpstreamUnavailable(f"Telegram does not answer as it should: {error!r}") from error


def has_not_left(error: TelegramError) -> bool:
    """Return whether it is certain that Telegram did nothing: there was no connection, or its server answered 503.

    No other fault of its servers makes that certain: behind a gateway that answers 502 or 504, the message may have been sent.
    """
    if isinstance(error, _ServerFault):
        return error.status == SERVICE_UNAVAILABLE
    return isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def seconds(error: RetryAfter) -> float:
    """Return the number of seconds that Telegram asks us to wait."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library will change the type, and warns at each access
        told = error.retry_after
    return told.total_seconds() if isinstance(told, timedelta) else float(told)
