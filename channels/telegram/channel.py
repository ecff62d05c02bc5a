"""The Telegram channel: an account for our bot, and the webhook if Telegram delivers updates by it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog

from channels.base import Account, Letter, Page
from channels.futures import failed
from channels.intake import Intake
from channels.polling import Ended, Pauses, Polling, Waits, persist
from channels.safe import Receipt
from channels.telegram.client import CALL_S, TelegramClient
from channels.telegram.handover import Handover, Unread
from channels.telegram.parse import NAME, Bot, account_of
from channels.telegram.reader import UpdatesReader, introduce
from channels.telegram.sender import TelegramSender
from channels.telegram.webhook import Hook, application
from complaints.errors import ContractViolation, UpstreamUnavailable
from complaints.limits import BODY_BYTES
from complaints.message import InboundMessage
from complaints.runtime.http_server import configured_socket, serve

log = structlog.get_logger()

CAPACITY: Final = 30
"""The maximum number of texts that wait for Telegram's answer at the same time."""

PER_SECOND: Final = 25.0
"""Texts per second: Telegram takes at most about 30 messages per second from a bot (Bots FAQ, "My bot is hitting limits")."""

PAUSES: Final = Pauses(first_s=0.5, most_s=60.0)
"""The pauses between two tries while Telegram does not answer."""

KEEP_TIMEOUT_S: Final = 60.0
"""Seconds until messages are safe; Kafka and the spool each answer within seconds."""

END_S: Final = 15.0
"""The maximum seconds that the channel waits for the polling thread to end."""

Update = Mapping[str, Any]


class TelegramAccount:
    """The account of our bot (see channels.base.Account)."""

    capacity = CAPACITY
    per_second: float | None = PER_SECOND

    def __init__(self, name: str, sender: TelegramSender, *, polling: Polling | None) -> None:
        self.name = name
        self._sender, self._polling = sender, polling
        self.polled = polling is not None
        self._begun = False

    def begin(self, cursor: Mapping[str, Any] | None) -> None:
        """Start to poll after a cursor, and get ready to send."""
        self._begun = True
        if self._polling is not None:
            self._polling.begin(cursor)

    def end(self) -> None:
        """Stop polling. Texts on their way may still be answered."""
        self._begun = False
        if self._polling is not None:
            self._polling.end()

    def send(self, letter: Letter) -> "Future[str]":
        """Send a reply; the future returns the id of its last message."""
        if not self._begun:
            return failed(UpstreamUnavailable(f"the account {self.name} is not begun"))
        return self._sender.send(letter)

    def page(self) -> Page | None:
        """Return the page of updates that was read and is not committed yet, or None."""
        return None if self._polling is None else self._polling.page()

    def committed(self) -> None:
        """Poll on after the page, which is committed."""
        if self._polling is not None:
            self._polling.committed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How updates come: by long polls, or by a webhook.

    Attributes:
        wait_s: seconds that Telegram waits for the first update of a poll.
        hook: the webhook; None for polls.
    """

    wait_s: float = 20.0
    hook: Hook | None = None


class TelegramChannel:
    """The channel that citizens reach by writing to our bot (see channels.base.Channel)."""

    name = NAME

    def __init__(
        self, client: TelegramClient, *, intake: Intake, handover: Handover, ways: Ways, turned: Callable[[], None]
    ) -> None:
        self._client, self._intake, self._handover = client, intake, handover
        self._hook, self._turned = ways.hook, turned
        reader = UpdatesReader(client, intake=intake, handover=handover, wait_s=ways.wait_s)
        self._polling = None if ways.hook else Polling(NAME, reader, pauses=PAUSES)
        self._account = TelegramAccount(account_of(client.bot_id), TelegramSender(client), polling=self._polling)
        self.accounts: Sequence[Account] = (self._account,)

    def run(self, stop: threading.Event) -> None:
        """Serve the webhook, or watch the account's thread, until `stop` is set.

        Raises:
            ConfigurationError: it cannot listen on the address of the webhook.
        """
        try:
            if self._hook is not None:
                self._serve(self._hook, Waits(stop=stop, beat=self._turned))
            elif self._polling is not None:
                self._polling.watch(stop, self._turned)
        finally:
            self._account.end()
            if self._polling is not None:
                self._polling.join(END_S)
            self._client.close()

    def _serve(self, hook: Hook, waits: Waits) -> None:
        listener = configured_socket(hook.host, hook.port, setting="LAPOR_TELEGRAM_LISTEN")
        try:
            bot = persist(
                lambda: introduce(self._client, self._handover, waits), waits, what="telegram-begin", pauses=PAUSES
            )
        except Ended:
            listener.close()
            return
        threading.Thread(target=self._announce, args=(hook, waits), name="telegram-webhook", daemon=True).start()
        take = partial(self._take, bot, waits)
        reject = partial(self._reject, bot, waits)
        serve(application(hook, take, reject), listener, waits.stop, self._turned)

    def _announce(self, hook: Hook, waits: Waits) -> None:
        """Set the webhook's address at Telegram, with retries."""

        def announce() -> None:
            waits.answer(self._client.webhook(hook.url, secret=hook.secret), CALL_S)

        try:
            persist(announce, waits, what="telegram-webhook", pauses=PAUSES)
        except Ended:
            return

    def _take(self, bot: Bot, waits: Waits, updates: Sequence[Update]) -> None:
        """Keep the messages in updates, and return once they are safe."""
        handed = self._handover.take(updates, bot, waits)
        kept = [self._keep(one, bot) for one in handed.messages]
        for one, answer in zip(handed.messages, kept, strict=True):
            try:
                waits.answer(answer, KEEP_TIMEOUT_S, cancel=False)
            except ContractViolation as error:  # Telegram would deliver it again for ever
                if isinstance(one, Unread):
                    log.error("an update that nothing can keep", error=str(error))  # noqa: TRY400  # the text says it all
                else:
                    unread = Unread(content=one.body[:BODY_BYTES], error=error, name=one.upstream_id)
                    waits.answer(self._keep(unread, bot), KEEP_TIMEOUT_S, cancel=False)
        self._handover.safe(handed.albums)

    def _keep(self, one: InboundMessage | Unread, bot: Bot) -> "Future[Receipt]":
        if isinstance(one, Unread):
            return self._intake.reject(one.content, one.error, name=one.name, account=account_of(bot.id))
        return self._intake.take(one)

    def _reject(self, bot: Bot, waits: Waits, name: str, body: bytes, error: Exception) -> None:
        """Keep a body that is not an update, as unreadable."""
        unread = Unread(content=body, error=error, name=f"{bot.id}/body/{name}")
        waits.answer(self._keep(unread, bot), KEEP_TIMEOUT_S, cancel=False)
