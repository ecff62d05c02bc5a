"""The Telegram door: asks for updates, or has them brought, and is done with one only when it is safe."""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import structlog

from channels.intake import Intake
from channels.safe import Receipt
from channels.telegram.albums import QUIET_S, album_of, whole
from channels.telegram.client import MOST_UPDATES, TIMEOUT_S, Contested, RateLimited, TelegramClient
from channels.telegram.cursor import Mark
from channels.telegram.dialogue import prompt, sentences
from channels.telegram.handover import Taking, Turning, all_safe
from channels.telegram.parse import NAME, Bot, Prompt, Said, faceless, read, update_id
from channels.telegram.sender import TelegramSender
from channels.telegram.webhook import Hook, application
from complaints.errors import MalformedMessage, UnavailableError, Undeliverable, UpstreamUnavailable
from complaints.runtime import telemetry
from complaints.runtime.http_server import configured_socket, serve

log = structlog.get_logger()

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0
"""Between two tries while Telegram does not answer."""

ALBUM_LOOK_S = 0.25
"""Between two looks whether an album goes on."""

Update = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How updates come: by a long poll, or brought to an address.

    Attributes:
        wait_s: seconds that Telegram waits for the first update of a poll.
        hook: where they are brought; None for polls.
    """

    wait_s: float = 20.0
    hook: Hook | None = None


class TelegramChannel:
    """The door that citizens reach by writing to our bot."""

    name = NAME

    def __init__(
        self, client: TelegramClient, *, mark: Mark, taking: Taking, ways: Ways, turned: Callable[[], None]
    ) -> None:
        """Keep the parts.

        Args:
            client: Telegram.
            mark: where we were.
            taking: hands messages to the intake.
            ways: how updates come.
            turned: is called each time the loop turns.
        """
        self._client = client
        self._mark = mark
        self._taking = taking
        self._ways = ways
        self._turned = turned
        self._quiet: dict[str, tuple[int, float]] = {}

    @property
    def sender(self) -> TelegramSender:
        """How it answers."""
        return TelegramSender(self._client)

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """Take updates (see Channel).

        Raises:
            ConfigurationError: the token is refused, the mark is none, or nothing can listen for the webhook.
        """
        turning = Turning(stop=stop, turned=self._turned)
        bot: list[Bot] = []
        try:
            self._persist(lambda: bot.append(self._begin(turning)), turning, until=lambda: bool(bot))
            if bot and self._ways.hook is not None:
                self._serve(bot[0], intake, turning, self._ways.hook)
            elif bot:
                self._persist(lambda: self._look(bot[0], intake, turning), turning, until=lambda: False)
        finally:
            self._client.close()

    def _persist(self, step: Callable[[], object], turning: Turning, *, until: Callable[[], bool]) -> None:
        """Take a step again and again; where Telegram, Kafka or the disk do not do their part, at growing pauses."""
        pause_s = FIRST_PAUSE_S
        while not (turning.stop.is_set() or until()):
            turning.turned()
            try:
                step()
                pause_s = FIRST_PAUSE_S
                continue
            except RateLimited as error:
                wait_s, what = min(error.pause_s, LONGEST_PAUSE_S), "telegram-rate-limit"
                log.warning("rate limited", pause_s=round(wait_s))
            except (UnavailableError, OSError) as error:  # the updates come again
                if turning.stop.is_set():
                    return
                what = "telegram-conflict" if isinstance(error, Contested) else "telegram-updates"
                wait_s = pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
                log.warning("no updates", error=str(error), pause_s=round(pause_s, 1))
            telemetry.RETRIES.labels(what).inc()
            turning.sleep(wait_s * random.uniform(1.0, 1.1))  # noqa: S311  # jitter, no secret; never before Telegram wants us

    def _begin(self, turning: Turning) -> Bot:
        """Learn who we are, and set what stands in the menu and how updates come."""
        me = turning.wait(self._client.me(), TIMEOUT_S * 2)
        turning.wait(self._client.commands(sentences()["commands"]), TIMEOUT_S * 2)
        if self._ways.hook is None:
            turning.wait(self._client.webhook("", secret=""), TIMEOUT_S * 2)
        return Bot(id=int(me["id"]), username=str(me["username"]), pseudonym=self._taking.pseudonym)

    def _look(self, bot: Bot, intake: Intake, turning: Turning) -> None:
        """Take what Telegram has. The offset moves only past what is safe."""
        wait_s = self._ways.wait_s
        updates = turning.wait(self._client.updates(self._mark.offset(), wait_s=wait_s), wait_s + TIMEOUT_S * 2)
        ready = updates[: whole(updates, self._settled(updates), full=len(updates) >= MOST_UPDATES)]
        if not ready:
            if updates:
                turning.sleep(ALBUM_LOOK_S)
            return
        numbers = [_id_of(update) for update in ready]
        prompts = self._take(ready, bot, intake, turning)
        self._mark.move(max(numbers) + 1)
        self._quiet = {name: seen for name, seen in self._quiet.items() if name not in set(map(album_of, ready))}
        self._answer(prompts, turning)

    def _settled(self, updates: Sequence[Update]) -> frozenset[str]:
        """Return the albums that have not grown for a while."""
        now, counts = time.monotonic(), dict[str, int]()
        for update in updates:
            if name := album_of(update):
                counts[name] = counts.get(name, 0) + 1
        for name, count in counts.items():
            if self._quiet.get(name, (0, 0.0))[0] != count:
                self._quiet[name] = (count, now)
        return frozenset(name for name in counts if now - self._quiet[name][1] >= QUIET_S)

    def _take(self, updates: Sequence[Update], bot: Bot, intake: Intake, turning: Turning) -> dict[int, Prompt]:
        """Return when all are safe, with the prompts that are to be answered, by update."""
        waiting: list[Future[Receipt]] = []
        prompts: dict[int, Prompt] = {}
        albums: dict[str, list[Said]] = {}
        for update in updates:
            try:
                found = read(update, bot)
            except MalformedMessage as error:
                body = json.dumps(faceless(update)).encode()
                waiting.append(intake.reject(f"{NAME}/update/{update.get('update_id')}", payload=body, error=error))
                continue
            if isinstance(found, Prompt):
                prompts[_id_of(update)] = found
            elif found is not None and found.album and not found.edits:
                albums.setdefault(found.album, []).append(found)
            elif found is not None and (kept := self._taking.take([found], intake, turning)) is not None:
                waiting.append(kept)
        taken = (self._taking.take(parts, intake, turning) for parts in albums.values())
        all_safe([*waiting, *(kept for kept in taken if kept is not None)], turning)
        return prompts

    def _answer(self, prompts: Mapping[int, Prompt], turning: Turning) -> None:
        """Answer commands, each at most once: what fails is not tried again."""
        for number, found in prompts.items():
            if not self._mark.tell_once(number):
                continue
            text, keyboard = prompt(found.occasion)
            quoted = None if found.private else found.message
            try:
                said = self._client.say(found.chat, text, answers=quoted, keyboard=keyboard)
                turning.wait(said, TIMEOUT_S * 2)
            except (Undeliverable, UpstreamUnavailable) as error:
                log.warning("a command is not answered", error=str(error))

    def _serve(self, bot: Bot, intake: Intake, turning: Turning, hook: Hook) -> None:
        listener = configured_socket(hook.host, hook.port, setting="LAPOR_TELEGRAM_LISTEN")

        def process(updates: list[Update]) -> None:
            self._answer(self._take(updates, bot, intake, turning), turning)

        def reject(name: str, body: bytes, error: Exception) -> None:
            all_safe([intake.reject(f"{NAME}/body/{name}", payload=body, error=error)], turning)

        def announce() -> None:
            done: list[bool] = []
            set_hook = self._client.webhook
            self._persist(
                lambda: done.append(turning.wait(set_hook(hook.url, secret=hook.secret), TIMEOUT_S * 2) is None),
                turning,
                until=lambda: bool(done),
            )

        threading.Thread(target=announce, name="telegram-webhook", daemon=True).start()
        serve(application(hook, process, reject), listener, turning.stop, turning.turned)


def _id_of(update: Update) -> int:
    try:
        return update_id(update)
    except MalformedMessage as error:
        raise UpstreamUnavailable(f"Telegram does not answer as it should: {error}") from error
