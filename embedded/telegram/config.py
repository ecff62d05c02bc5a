"""The settings of the stand-in for Telegram, such as its address, our bot and the lifetime of updates."""

from dataclasses import dataclass
from pathlib import Path

DAY_S = 86_400.0  # one day in seconds: Telegram keeps updates this long


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramConfig:
    """The settings of one stand-in for Telegram.

    Attributes:
        data_dir: folder for updates, messages and files.
        host: address to listen on; loopback by default.
        port: port to listen on; 0 takes a free one.
        username: our bot's username.
        token: the only token that is accepted; if None, any number with a colon and letters, digits, `_` or `-` after it.
        keep_s: lifetime of an update that is not confirmed, in seconds; 24 hours as at Telegram.
        retry_s: pause before a webhook that did not answer with 2xx is called again with the same update, in seconds. It
            doubles each time, up to 10 s.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8702
    username: str = "lapor1708_bot"
    token: str | None = None
    keep_s: float = DAY_S
    retry_s: float = 0.2
