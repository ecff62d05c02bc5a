"""Runs the stand-in for Telegram in the foreground."""

import asyncio
import sys

from starlette.applications import Starlette

from complaints.runtime.http_server import listening_socket, serve_until
from embedded.serving import FINISH_S, stop_on_signals
from embedded.telegram.api import Api
from embedded.telegram.config import TelegramConfig
from embedded.telegram.control import Control
from embedded.telegram.gate import Gate
from embedded.telegram.store import TelegramStore
from embedded.telegram.updates import Updates


def run_foreground(config: TelegramConfig) -> None:
    """Run the stand-in for Telegram until SIGTERM or SIGINT; messages, updates and files stay in the data folder.

    Raises:
        OSError: the port cannot be opened, for instance because it is taken, or the data folder cannot be created.
        sqlite3.Error: the database file in the folder cannot be opened or written.
    """
    asyncio.run(_run(config))


async def _run(config: TelegramConfig) -> None:
    stop = stop_on_signals()
    listener = listening_socket(config.host, config.port)
    store = TelegramStore(config.data_dir, keep_s=config.keep_s)
    gate, updates = Gate(config.token), Updates(store, retry_s=config.retry_s)
    api = Api(config, store, gate, updates)
    webhook = _Webhook(updates)
    api.webhook_changed = webhook.changed
    webhook.changed()
    routes = [*api.routes(), *Control(store, gate, updates, api).routes()]
    port = listener.getsockname()[1]
    sys.stdout.write(
        f"Telegram answers at http://{config.host}:{port} (bot @{config.username}, data in {config.data_dir})\n"
    )
    sys.stdout.flush()
    ending = asyncio.create_task(_end_at_stop(stop, updates))
    await serve_until(Starlette(routes=routes), listener, stop.is_set, finish_s=FINISH_S)
    ending.cancel()
    webhook.end()
    store.close()


async def _end_at_stop(stop: asyncio.Event, updates: Updates) -> None:
    await stop.wait()
    updates.end()


class _Webhook:
    """The background task that sends updates to the bot's webhook. If no webhook is set, the task ends at once."""

    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self._task: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """Restart the task with the current webhook, and wake a waiting getUpdates call so that it notices the change."""
        self.end()
        self._task = asyncio.create_task(self._updates.deliver())
        self._updates.tell()

    def end(self) -> None:
        """Cancel the task that sends updates to the webhook, if it was started."""
        if self._task is not None:
            self._task.cancel()
