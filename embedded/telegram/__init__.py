"""A stand-in for the Telegram Bot API on this machine, for demos and tests. It follows Telegram's documentation.

    from embedded.telegram import TelegramConfig, run_foreground
    run_foreground(TelegramConfig(data_dir=Path("var/telegram")))

or `python -m embedded.telegram --port 8702 --data-dir var/telegram`. HTTP requests under /_standin/
create citizens' messages.
"""

from embedded.telegram.config import TelegramConfig
from embedded.telegram.server import run_foreground

__all__ = ["TelegramConfig", "run_foreground"]
