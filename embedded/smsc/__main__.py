"""Starts the stand-in for a mobile operator's SMSC, the server for SMS, in the foreground."""

import argparse
import sys
from pathlib import Path

from embedded.smsc.config import SmscConfig
from embedded.smsc.server import run_foreground


def main() -> int:
    """Read the command line, run the SMSC until SIGTERM or SIGINT, and return the exit code.

    It is 0 after a clean stop, and 1 after an OSError, for instance because a port is taken. The error is written to stderr.
    """
    parser = argparse.ArgumentParser(prog="python -m embedded.smsc", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=2775, help="SMPP port; 0 takes a free one (default: %(default)s)")
    parser.add_argument("--control-port", type=int, default=2776, help="HTTP control port (default: %(default)s)")
    parser.add_argument("--data-dir", type=Path, default=Path("var/smsc"), help="folder for the sent messages")
    parser.add_argument("--system-id", default="lapor", help="name to bind with (default: %(default)s)")
    parser.add_argument("--password", default="lapor", help="password to bind with (default: %(default)s)")
    options = vars(parser.parse_args())
    try:
        run_foreground(SmscConfig(**options))
    except OSError as error:
        sys.stderr.write(f"The SMSC cannot start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
