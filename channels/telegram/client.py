"""The Bot API by python-telegram-bot: asked from any thread, each answer a future, Telegram's errors as ours."""

import asyncio
import json
import threading
import time
import warnings
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from datetime import timedelta
from typing import Any, TypeVar

from telegram import Bot, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from channels.telegram.dialogue import Keyboard
from complaints.errors import CredentialsRefused, MalformedMessage, Undeliverable, UpstreamUnavailable
from complaints.runtime.upstream import Upstream

T = TypeVar("T")

TIMEOUT_S = 15.0
"""For each call, beside the time that a long poll asks for."""

FILE_TIMEOUT_S = 60.0
"""20 MB at the speed of a slow line of ours; Telegram's own is fast."""

MOST_UPDATES = 100

WANTED = ["message", "edited_message"]
"""Kinds of updates; callback queries and the rest are of no use here."""


class RateLimited(UpstreamUnavailable):
    """Telegram wants us to wait.

    Attributes:
        pause_s: for so many seconds.
    """

    def __init__(self, pause_s: float) -> None:
        super().__init__(f"Telegram answers 429: wait {pause_s:.0f} s")
        self.pause_s = pause_s


class Contested(UpstreamUnavailable):
    """Another process asks for the same bot's updates, or a webhook is set."""


class _Request(HTTPXRequest):
    """The library logs an answer that it cannot read, whatever stands in it; this says only that there was one."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(payload.decode("utf-8", "replace"))
        except ValueError as error:
            raise TelegramError("the answer is no JSON") from error
        return found


class TelegramClient:
    """What the door asks of Telegram. Thread-safe; its event loop has a thread of its own, which starts with the first question."""

    def __init__(self, base: str, *, token: str, upstream: Upstream | None = None) -> None:
        """Keep the settings; nothing is asked yet.

        Args:
            base: base address of the Bot API.
            token: the bot's.
            upstream: says how Telegram is reached; None where nobody watches.
        """
        # what stands before the colon is the bot's public number
        self._account = (upstream or Upstream(None, "telegram")).account(f"bot {token.partition(':')[0]}")
        self._base = base.rstrip("/")
        self._token = token
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bot: Bot | None = None
        self._quiet_until = 0.0

    def me(self) -> "Future[Mapping[str, Any]]":
        """Return our bot: its id and username."""
        return self._ask(self._me())

    def updates(self, offset: int | None, *, wait_s: float) -> "Future[list[Mapping[str, Any]]]":
        """Return the oldest updates from an offset on, as they are; the offset confirms all below it.

        Args:
            offset: None for the oldest that is not confirmed.
            wait_s: seconds to wait for the first.

        The future fails with RateLimited, Contested, UpstreamUnavailable, or CredentialsRefused. Cancelling
        it confirms nothing.
        """
        return self._ask(self._updates(offset, wait_s))

    def file(self, file_id: str) -> "Future[bytes | None]":
        """Return a file's content; None where Telegram says that it never gives it."""
        return self._ask(self._file(file_id))

    def say(self, chat: int, text: str, *, answers: int | None, keyboard: Keyboard | None) -> "Future[str]":
        """Send a text as it is; the future gives the id of the message.

        It fails with Undeliverable (blocked, no such chat), RateLimited or UpstreamUnavailable.
        """
        return self._ask(self._say(chat, text, answers, keyboard))

    def commands(self, told: Mapping[str, str]) -> "Future[None]":
        """Set what stands in the menu."""
        return self._ask(self._commands(told))

    def webhook(self, url: str, *, secret: str) -> "Future[None]":
        """Have updates brought to an address; none that waits is dropped. An empty address brings them no more."""
        return self._ask(self._webhook(url, secret))

    def close(self) -> None:
        """Let go of the connections; a question afterwards begins anew."""
        with self._lock:
            loop, bot, self._loop, self._bot = self._loop, self._bot, None, None
        if loop is not None and bot is not None:
            asyncio.run_coroutine_threadsafe(_shut(bot), loop).result(TIMEOUT_S)
            loop.call_soon_threadsafe(loop.stop)

    def _ask(self, question: Coroutine[Any, Any, T]) -> "Future[T]":
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._bot = self._new_bot()
                threading.Thread(target=_turn, args=(self._loop,), name="telegram", daemon=True).start()
            return asyncio.run_coroutine_threadsafe(self._watched(question), self._loop)

    async def _watched(self, question: Coroutine[Any, Any, T]) -> T:
        """Answer a question, and say whether Telegram was reached by it; "wait" and "no" are answers too."""
        try:
            answer = await _mapped(question)
        except (RateLimited, Undeliverable):
            self._account.reached()
            raise
        except (UpstreamUnavailable, CredentialsRefused) as error:
            self._account.failed(error)
            raise
        self._account.reached()
        return answer

    def _new_bot(self) -> Bot:
        times: dict[str, Any] = {"connect_timeout": TIMEOUT_S, "read_timeout": TIMEOUT_S, "write_timeout": TIMEOUT_S}
        return Bot(
            self._token,
            base_url=f"{self._base}/bot",
            base_file_url=f"{self._base}/file/bot",
            request=_Request(connection_pool_size=16, pool_timeout=TIMEOUT_S, **times),
            get_updates_request=_Request(connection_pool_size=1, **times),
        )

    @property
    def _api(self) -> Bot:
        if self._bot is None:
            raise UpstreamUnavailable("the door is closed")
        return self._bot

    async def _me(self) -> Mapping[str, Any]:
        me = await self._api.get_me()
        return {"id": me.id, "username": me.username or ""}

    async def _updates(self, offset: int | None, wait_s: float) -> list[Mapping[str, Any]]:
        asked = {"offset": offset, "limit": MOST_UPDATES, "timeout": int(wait_s), "allowed_updates": WANTED}
        # As they are, since one that the library cannot read would hide all others. Written in small letters, as the library knows
        # getUpdates as a method of its own and warns; Telegram takes any case.
        found: Any = await self._api.do_api_request("getupdates", api_kwargs=asked, read_timeout=TIMEOUT_S + wait_s)
        if not isinstance(found, list):
            raise UpstreamUnavailable("Telegram does not answer as it should: no list of updates")
        return found

    async def _file(self, file_id: str) -> bytes | None:
        try:
            file = await self._api.get_file(file_id)
            return bytes(await file.download_as_bytearray(read_timeout=FILE_TIMEOUT_S))
        except (BadRequest, Forbidden):
            return None
        except InvalidToken:  # what the library makes of 404: the file is gone
            return None

    async def _say(self, chat: int, text: str, answers: int | None, keyboard: Keyboard | None) -> str:
        if (left := self._quiet_until - time.monotonic()) > 0:
            raise RateLimited(left)
        quoted = ReplyParameters(answers, allow_sending_without_reply=True) if answers else None
        try:
            sent = await self._api.send_message(
                chat,
                text,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_parameters=quoted,
                reply_markup=keyboard,  # type: ignore[arg-type]  # plain JSON is what the library makes of its own classes
            )
        except ChatMigrated as error:
            return await self._say(error.new_chat_id, text, None, keyboard)
        except Forbidden as error:
            raise Undeliverable(str(error)) from error
        except BadRequest as error:
            raise Undeliverable(f"Telegram does not take it: {error}") from error
        except RetryAfter as error:
            pause_s = _seconds(error)
            self._quiet_until = time.monotonic() + pause_s
            raise RateLimited(pause_s) from error
        return str(sent.message_id)

    async def _commands(self, told: Mapping[str, str]) -> None:
        await self._api.set_my_commands(list(told.items()))

    async def _webhook(self, url: str, secret: str) -> None:
        if url:
            await self._api.set_webhook(url, secret_token=secret, allowed_updates=WANTED, drop_pending_updates=False)
        else:
            await self._api.delete_webhook(drop_pending_updates=False)


async def _mapped(question: Coroutine[Any, Any, T]) -> T:
    """Answer a question with errors of ours only."""
    try:
        return await question
    except RetryAfter as error:
        raise RateLimited(_seconds(error)) from error
    except Conflict as error:
        raise Contested(f"Telegram answers 409: {error}") from error
    except InvalidToken as error:
        raise CredentialsRefused(f"Telegram refuses our token ({error}); see LAPOR_TELEGRAM_TOKEN") from error
    except TelegramError as error:
        raise UpstreamUnavailable(f"Telegram does not answer: {error}") from error
    except (KeyError, TypeError, AttributeError, MalformedMessage) as error:
        raise UpstreamUnavailable(f"Telegram does not answer as it should: {error!r}") from error


def _seconds(error: RetryAfter) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library is about to change the type, and warns whoever reads it
        told = error.retry_after
    return told.total_seconds() if isinstance(told, timedelta) else float(told)


async def _shut(bot: Bot) -> None:
    for request in (bot.request, bot._request[0]):  # noqa: SLF001  # the library closes only what it has asked getMe by
        await request.shutdown()


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()
