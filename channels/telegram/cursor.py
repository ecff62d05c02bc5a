"""Where the door is with Telegram's updates, on disk: the offset, and which updates were answered with a prompt."""

import json
import threading
import time
from pathlib import Path
from typing import Any

from complaints.errors import ConfigurationError, IntakeFull
from complaints.storage.durable import write_durably

DAY_S = 86_400.0
"""Telegram keeps updates so long. An older offset is dropped: after a week of silence Telegram's ids begin anywhere, and an offset
above them would confirm what nobody has read."""

MOST_TOLD = 500
"""Updates that are remembered as answered; a webhook that is called again calls within minutes."""


class Mark:
    """The door's place among the updates of one bot. Thread-safe."""

    def __init__(self, path: Path, *, bot_id: int = 0) -> None:
        """Name the file; it is made at the first move.

        Args:
            path: the file.
            bot_id: of the bot; what was noted for another one does not count.
        """
        self._path = path
        self._bot_id = bot_id
        self._lock = threading.Lock()

    def offset(self, now_s: float | None = None) -> int | None:
        """Return the offset that confirms all that is safe; None before the first, or where it is too old to be sure of.

        Args:
            now_s: seconds since 1970.

        Raises:
            ConfigurationError: the file holds no mark.
        """
        noted = self._read()
        if noted["bot"] != self._bot_id or (time.time() if now_s is None else now_s) - noted["at"] > DAY_S:
            return None
        return int(noted["offset"]) or None

    def move(self, offset: int) -> None:
        """Note that all updates below an offset are safe.

        Raises:
            IntakeFull: the disk does not take it.
        """
        with self._lock:
            self._write(self._read() | {"bot": self._bot_id, "offset": offset, "at": time.time()})

    def tell_once(self, update_id: int) -> bool:
        """Note that an update is answered with a prompt; False where it was before.

        Raises:
            IntakeFull: the disk does not take it.
        """
        with self._lock:
            noted = self._read()
            if update_id in noted["told"]:
                return False
            self._write(noted | {"told": [*noted["told"], update_id][-MOST_TOLD:]})
            return True

    def _read(self) -> dict[str, Any]:
        try:
            noted = json.loads(self._path.read_text())
            return {
                "bot": int(noted["bot"]),
                "offset": int(noted["offset"]),
                "at": float(noted["at"]),
                "told": [int(number) for number in noted["told"]],
            }
        except FileNotFoundError:
            return {"bot": self._bot_id, "offset": 0, "at": 0.0, "told": []}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"{self._path} holds no mark ({error}); remove it: updates are read again, and none becomes a second complaint"
            ) from error

    def _write(self, noted: dict[str, Any]) -> None:
        """Put it on disk: whole or not at all."""
        try:
            write_durably(self._path, json.dumps(noted))
        except OSError as error:
            raise IntakeFull(f"the mark {self._path} cannot be moved: {error}") from error
