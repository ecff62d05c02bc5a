"""Delivers the waiting updates to the bot, in one of two ways: the answer to getUpdates, or a call of the bot's webhook."""

import asyncio
import time
from typing import Any

from embedded.telegram.params import Params
from embedded.telegram.problems import OTHER_POLL, WEBHOOK_ACTIVE, Problem
from embedded.telegram.store import TelegramStore

MOST = 100  # updates in one answer, as at Telegram
LONGEST_POLL_S = 50  # a longer timeout of a poll is reduced to this
WEBHOOK_TIMEOUT_S = 60.0  # for one call of the webhook
LONGEST_PAUSE_S = 10.0  # between two calls of the webhook with the same update


class Updates:
    """Delivers the queued updates to our bot; each is delivered again until it is confirmed or its lifetime ends.

    Args:
        store: the queue and the webhook's settings.
        retry_s: first pause before the webhook is called again with the same update, in seconds. It doubles up to 10 s.

    Attributes:
        polling: the number of getUpdates calls that are being answered or wait.
    """

    def __init__(self, store: TelegramStore, *, retry_s: float) -> None:
        self._store = store
        self._retry_s = retry_s
        self._news = asyncio.Event()
        self._poll = 0
        self.polling = 0
        self._ending = False
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._due: dict[int, tuple[float, float]] = {}

    def tell(self) -> None:
        """Wake the waiting getUpdates calls and the webhook's task after a change, such as a new update, webhook or call."""
        self._news.set()
        self._news = asyncio.Event()

    def end(self) -> None:
        """Let no getUpdates call wait from now on, and answer one that waits, because it would delay the server's stop."""
        self._ending = True
        self.tell()

    async def fetch(self, params: Params) -> list[dict[str, Any]]:
        """Return the result of getUpdates: the waiting updates, oldest first.

        The parameters are those of the Bot API. Updates with ids below `offset` are confirmed first. If no update waits,
        the call waits for one for `timeout` seconds, or until the server stops, and then returns an empty list.

        A `limit` outside 1 to 100 (default 100), or a `timeout` outside 0 to 50 (default 0), is replaced by the nearer of
        these limits. An `offset`, `limit` or `timeout` that is not a whole number counts as absent.

        Raises:
            Problem: a webhook is set before or during the call, or this call waits and another getUpdates call begins (status
                409; the newer call goes on); or `allowed_updates` is not a JSON array (400).
        """
        self._check_no_webhook()
        self._poll += 1
        mine = self._poll
        self.tell()
        if (allowed := params.object("allowed_updates", list)) is not None:
            self._store.put("allowed_updates", allowed)
        first = max(params.number("offset"), 0)
        self._store.confirm_below(first)
        limit = min(max(params.number("limit", MOST), 1), MOST)
        deadline = time.monotonic() + min(max(params.number("timeout"), 0), LONGEST_POLL_S)
        self.polling += 1
        try:
            while not (found := self._store.pending(first=first, limit=limit)):
                left = deadline - time.monotonic()
                if self._ending or left <= 0 or not await self._waited(left):
                    break
                self._check_no_webhook()
                if mine != self._poll:
                    raise Problem(409, OTHER_POLL)
        finally:
            self.polling -= 1
        return found

    def _check_no_webhook(self) -> None:
        if self._store.get("webhook"):
            raise Problem(409, WEBHOOK_ACTIVE)

    async def _waited(self, left: float) -> bool:
        news = self._news
        try:
            await asyncio.wait_for(news.wait(), left)
        except TimeoutError:
            return False
        return True

    async def deliver(self) -> None:
        """Call the bot's webhook with each queued update until it answers with 2xx, which confirms the update.

        An update without such an answer is sent again, after a pause that grows, until its lifetime ends.

        If no webhook is set, return at once. Otherwise run until the webhook is deleted or the task is cancelled.
        """
        if not self._store.get("webhook"):
            return
        import httpx

        async with httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_S, trust_env=False) as client:
            while hook := self._store.get("webhook"):
                now = time.monotonic()
                for update in self._store.pending(limit=hook["max_connections"]):
                    number = update["update_id"]
                    if number not in self._calls and self._due.get(number, (0.0, 0.0))[0] <= now:
                        self._calls[number] = asyncio.create_task(self._call(client, hook, update))
                await self._waited(self._retry_s)

    async def _call(self, client: Any, hook: dict[str, Any], update: dict[str, Any]) -> None:
        import httpx

        number = update["update_id"]
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook["secret_token"]} if hook.get("secret_token") else {}
        fault = ""
        try:
            answer = await client.post(hook["url"], json=update, headers=headers)
            if not answer.is_success:
                fault = f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
        except httpx.HTTPError as error:
            fault = f"Connection failed: {error!r}"
        if fault:
            pause = min(max(self._due.get(number, (0.0, 0.0))[1] * 2, self._retry_s), LONGEST_PAUSE_S)
            self._due[number] = (time.monotonic() + pause, pause)
            self._store.put("webhook_error", {"last_error_date": int(time.time()), "last_error_message": fault})
        else:
            self._due.pop(number, None)
            self._store.confirm([number])
        self._calls.pop(number, None)
        self.tell()
