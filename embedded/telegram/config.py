"""What the stand-in for Telegram is told: where to listen, which bot is ours, how long updates are kept."""

from dataclasses import dataclass
from pathlib import Path

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramConfig:
    """Settings of one stand-in.

    Attributes:
        data_dir: folder for updates, messages and files.
        host: address to listen on; loopback unless told otherwise.
        port: port to listen on; 0 takes a free one.
        username: our bot's username.
        token: the only token that is let in; any of the form `number:letters` is if None.
        keep_s: seconds that an update waits to be fetched, 24 hours as at Telegram.
        retry_s: pause in seconds before a webhook that did not answer 2xx is tried again; it doubles each time.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8702
    username: str = "lapor1708_bot"
    token: str | None = None
    keep_s: float = DAY_S
    retry_s: float = 0.2
