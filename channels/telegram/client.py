"""The Bot API through python-telegram-bot: may be called from any thread, returns futures, and raises our own errors."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, TypeVar

from telegram import Bot, LinkPreviewOptions, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from channels.telegram.dialogue import Instead, Keyboard
from channels.telegram.faults import RateLimited, Request, has_not_left, mapped, seconds
from complaints.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Undeliverable,
    UpstreamUnavailable,
)
from complaints.runtime.upstream import Upstream

T = TypeVar("T")

TIMEOUT_S = 15.0
"""Seconds for each step of a call (to connect, to send, to get the answer), in addition to the wait of a long poll."""

CALL_S = 2 * TIMEOUT_S
"""Seconds to wait for the answer to a call."""

FILE_TIMEOUT_S = 60.0
"""Seconds for a download: enough for 20 MB over a slow line."""

TELL_TIMEOUT_S = 60.0
"""Seconds to send one text, which may need several messages."""

MOST_UPDATES = 100
"""The maximum number of updates in one answer."""

NOT_TOLD: Final = "the citizen has no private chat with the bot; in his group it says only how he asks in private"
"""Why a secret text was not delivered, even if a sentence was sent to the group in its place."""

WANTED = ["message", "edited_message"]
"""The kinds of updates that we ask for; we have no use for callback queries and the rest."""


class TelegramClient:
    """The calls to Telegram that the channel needs. Thread-safe. Its event loop runs in a thread that starts with the first call."""

    def __init__(
        self, base: str, *, token: str, upstream: Upstream | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        """Keep the settings; nothing is called yet.

        Args:
            base: base address of the Bot API.
            token: the token of the bot.
            upstream: records whether Telegram is reached; None to record nothing.
            timeout_s: seconds for each step of a call.
        """
        self.bot_id = token.partition(":")[0]
        """The bot's public number."""
        self._account = (upstream or Upstream(None, "telegram")).account(f"bot {self.bot_id}")
        self._base = base.rstrip("/")
        self._token = token
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bot: Bot | None = None
        self._quiet_until = 0.0

    def me(self) -> "Future[Mapping[str, Any]]":
        """Return our bot: its id and username."""
        return self._ask(self._me())

    def updates(self, offset: int | None, *, wait_s: float) -> "Future[list[Mapping[str, Any]]]":
        """Return the oldest updates from an offset on, as raw JSON. The offset confirms all updates below it.

        The future fails with RateLimited, Contested, UpstreamUnavailable, or CredentialsRefused. Cancelling it confirms no further update.

        Args:
            offset: the offset; None for the oldest update that is not confirmed.
            wait_s: seconds to wait for the first update.
        """
        return self._ask(self._updates(offset, wait_s))

    def file(self, file_id: str) -> "Future[bytes | None]":
        """Return a file's content; None if Telegram refuses it for good."""
        return self._ask(self._file(file_id))

    def tell(
        self, chat: int, pieces: Sequence[str], *, answers: int | None, keyboard: Keyboard | None
    ) -> "Future[str]":
        """Send a text as plain text, in one or several messages; the future returns the id of the last one.

        The future is done within TELL_TIMEOUT_S. It fails with UpstreamUnavailable if nothing has left, with Undeliverable if Telegram
        will never take the text (we are blocked, or there is no such chat), and with OutcomeUnknown if any part of it may have left.

        Args:
            chat: the id of the chat.
            pieces: the text, cut to Telegram's limit.
            answers: the id of the message to quote; None for none.
            keyboard: the keyboard to send with the last piece; None for none.
        """
        return self._ask(self._tell(chat, pieces, answers, keyboard))

    def tell_alone(
        self, citizen: int, pieces: Sequence[str], *, keyboard: Keyboard | None, instead: Instead
    ) -> "Future[str]":
        """Send a text to a citizen in private (see `tell`). If Telegram will never take it, send a sentence to his group, and fail.

        Args:
            citizen: his id, which is also the id of his private chat.
            pieces: the text, cut to Telegram's limit.
            keyboard: the keyboard to send with the last piece; None for none.
            instead: the sentence for the group.
        """
        return self._ask(self._tell_alone(citizen, pieces, keyboard, instead))

    def commands(self, told: Mapping[str, str]) -> "Future[None]":
        """Set the commands in the bot's menu, each with its description."""
        return self._ask(self._commands(told))

    def webhook(self, url: str, *, secret: str) -> "Future[None]":
        """Set the address of the webhook; an empty one removes it. Updates that wait at Telegram are kept."""
        return self._ask(self._webhook(url, secret))

    def close(self) -> None:
        """Close the connections. A call afterwards opens new ones."""
        with self._lock:
            loop, bot, self._loop, self._bot = self._loop, self._bot, None, None
        if loop is not None and bot is not None:
            asyncio.run_coroutine_threadsafe(_shut(bot), loop).result(self._timeout_s)
            loop.call_soon_threadsafe(loop.stop)

    def _ask(self, question: Coroutine[Any, Any, T]) -> "Future[T]":
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._bot = self._new_bot()
                threading.Thread(target=_turn, args=(self._loop,), name="telegram", daemon=True).start()
            return asyncio.run_coroutine_threadsafe(self._watched(question), self._loop)

    async def _watched(self, question: Coroutine[Any, Any, T]) -> T:
        """Return the answer, and record whether Telegram was reached. RateLimited and Undeliverable count as reached."""
        try:
            answer = await mapped(question)
        except (RateLimited, Undeliverable):
            self._account.reached()
            raise
        except (UpstreamUnavailable, CredentialsRefused, OutcomeUnknown) as error:
            self._account.failed(error)
            raise
        self._account.reached()
        return answer

    def _new_bot(self) -> Bot:
        times: dict[str, Any] = dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), self._timeout_s)
        return Bot(
            self._token,
            base_url=f"{self._base}/bot",
            base_file_url=f"{self._base}/file/bot",
            request=Request(connection_pool_size=40, pool_timeout=self._timeout_s, **times),
            get_updates_request=Request(connection_pool_size=1, **times),
        )

    @property
    def _api(self) -> Bot:
        if self._bot is None:
            raise UpstreamUnavailable("the channel is closed")
        return self._bot

    async def _me(self) -> Mapping[str, Any]:
        me = await self._api.get_me()
        return {"id": me.id, "username": me.username or ""}

    async def _updates(self, offset: int | None, wait_s: float) -> list[Mapping[str, Any]]:
        asked = {"offset": offset, "limit": MOST_UPDATES, "timeout": int(wait_s), "allowed_updates": WANTED}
        # Raw, since one update that the library cannot read would hide all others. In lower case, because the library warns about a raw
        # call of getUpdates, which it has as a method; Telegram accepts any case.
        found: Any = await self._api.do_api_request(
            "getupdates", api_kwargs=asked, read_timeout=self._timeout_s + wait_s
        )
        if not isinstance(found, list):
            raise UpstreamUnavailable("Telegram does not answer as it should: no list of updates")
        return found

    async def _file(self, file_id: str) -> bytes | None:
        try:
            file = await self._api.get_file(file_id)
            return bytes(await file.download_as_bytearray(read_timeout=FILE_TIMEOUT_S))
        except (BadRequest, Forbidden):
            return None
        except InvalidToken:  # the library raises it for 404: the file is gone
            return None

    async def _tell(self, chat: int, pieces: Sequence[str], answers: int | None, keyboard: Keyboard | None) -> str:
        last = ""
        try:
            async with asyncio.timeout(TELL_TIMEOUT_S):
                for number, piece in enumerate(pieces, 1):
                    with_piece = keyboard if number == len(pieces) else None
                    last = await self._say_again(chat, piece, answers, with_piece, begun=number > 1)
        except TimeoutError as error:
            raise OutcomeUnknown(f"Telegram did not answer in {TELL_TIMEOUT_S:.0f} s") from error
        except (UpstreamUnavailable, CredentialsRefused) as error:
            if last:
                raise OutcomeUnknown(f"only the beginning of the text has left: {error}") from error
            if isinstance(error, CredentialsRefused):
                raise UpstreamUnavailable(str(error)) from error
            raise
        return last

    async def _tell_alone(
        self, citizen: int, pieces: Sequence[str], keyboard: Keyboard | None, instead: Instead
    ) -> str:
        try:
            return await self._tell(citizen, pieces, None, keyboard)
        except Undeliverable as error:
            with suppress(OutcomeUnknown):
                await self._tell(instead.chat, [instead.text], instead.answers, None)
            raise Undeliverable(f"{NOT_TOLD} ({error})") from error

    async def _say_again(
        self, chat: int, text: str, answers: int | None, keyboard: Keyboard | None, *, begun: bool
    ) -> str:
        """Send one message. If `begun`, an earlier piece has left: then wait out a rate limit, instead of raising it."""
        while True:
            try:
                return await mapped(self._say(chat, text, answers, keyboard))
            except RateLimited as error:
                if not begun:
                    raise
                await asyncio.sleep(error.pause_s)

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
                reply_markup=keyboard,  # type: ignore[arg-type]  # the library turns its own classes into such JSON, too
            )
        except ChatMigrated as error:
            return await self._say(error.new_chat_id, text, None, keyboard)
        except Forbidden as error:
            raise Undeliverable(str(error)) from error
        except BadRequest as error:
            raise Undeliverable(f"Telegram does not take it: {error}") from error
        except RetryAfter as error:
            pause_s = seconds(error)
            self._quiet_until = time.monotonic() + pause_s
            raise RateLimited(pause_s) from error
        except (InvalidToken, Conflict):
            raise
        except TelegramError as error:
            if has_not_left(error):
                raise
            raise OutcomeUnknown(f"Telegram may have sent it: {error}") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise OutcomeUnknown(f"Telegram's answer cannot be read: {error!r}") from error
        return str(sent.message_id)

    async def _commands(self, told: Mapping[str, str]) -> None:
        await self._api.set_my_commands(list(told.items()))

    async def _webhook(self, url: str, secret: str) -> None:
        if url:
            await self._api.set_webhook(url, secret_token=secret, allowed_updates=WANTED, drop_pending_updates=False)
        else:
            await self._api.delete_webhook(drop_pending_updates=False)


async def _shut(bot: Bot) -> None:
    for request in (bot.request, bot._request[0]):  # noqa: SLF001  # the library shuts down only after its own getMe
        await request.shutdown()


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()
