"""Starts the stand-in for the X API in the foreground."""

import argparse
import sys
from pathlib import Path

from embedded.x.config import UNLIMITED, XConfig
from embedded.x.server import run_foreground


def main() -> int:
    """Read the command line, run the stand-in for X until SIGTERM or SIGINT, and return the exit code.

    It is 0 after a clean stop, and 1 after an OSError, for instance because the port is taken. The error is written to stderr.
    """
    parser = argparse.ArgumentParser(prog="python -m embedded.x", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8701, help="port to listen on; 0 takes a free one (default: %(default)s)"
    )
    parser.add_argument("--data-dir", type=Path, default=Path("var/x"), help="folder for accounts and posts")
    parser.add_argument("--account", default="lapor1708", help="our account's username (default: %(default)s)")
    parser.add_argument("--bearer-token", help="the only token that is accepted (default: any)")
    parser.add_argument("--rate-limit", type=int, default=UNLIMITED, help="requests per endpoint and window")
    parser.add_argument("--rate-window-s", type=int, default=900, help="window in seconds (default: %(default)s)")
    parser.add_argument("--keep-alive-s", type=float, default=20.0, help="seconds before a stream sends an empty line")
    try:
        run_foreground(XConfig(**vars(parser.parse_args())))
    except OSError as error:
        sys.stderr.write(f"The stand-in for X cannot start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
