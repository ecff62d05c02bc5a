"""Starts the stand-in for the Telegram Bot API in the foreground."""

import argparse
import sys
from pathlib import Path

from embedded.telegram.config import DAY_S, TelegramConfig
from embedded.telegram.server import run_foreground


def main() -> int:
    """Read the command line, run the stand-in for Telegram until SIGTERM or SIGINT, and return the exit code.

    It is 0 after a clean stop, and 1 after an OSError, for instance because the port is taken. The error is written to stderr.
    """
    parser = argparse.ArgumentParser(prog="python -m embedded.telegram", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8702, help="port to listen on; 0 takes a free one (default: %(default)s)"
    )
    parser.add_argument("--data-dir", type=Path, default=Path("var/telegram"), help="folder for messages and files")
    parser.add_argument("--username", default="lapor1708_bot", help="our bot's username (default: %(default)s)")
    parser.add_argument("--token", help="the only token that is accepted (default: any)")
    parser.add_argument("--keep-s", type=float, default=DAY_S, help="seconds that an update waits (default: 24 hours)")
    parser.add_argument("--retry-s", type=float, default=0.2, help="seconds before a webhook is tried again")
    try:
        run_foreground(TelegramConfig(**vars(parser.parse_args())))
    except OSError as error:
        sys.stderr.write(f"The stand-in for Telegram cannot start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
