"""Runs one embedded ClickHouse in the foreground until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from embedded.clickhouse.config import ServerConfig
from embedded.clickhouse.errors import EmbeddedClickHouseError
from embedded.clickhouse.serving import serve


def _arguments() -> ServerConfig:
    parser = argparse.ArgumentParser(prog="python -m embedded.clickhouse", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="folder that holds all data")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=9000, help="port of the native protocol, 0 for a free one (default: %(default)s)"
    )
    parser.add_argument("--http-port", type=int, help="port of the HTTP interface, 0 for a free one (default: none)")
    parser.add_argument(
        "--passwords",
        type=Path,
        help="folder with the accounts' passwords, made if missing (default: DATA_DIR/passwords)",
    )
    parser.add_argument(
        "--provinces",
        type=lambda text: tuple(text.split(",")) if text else (),
        default=(),
        help="codes of provinces, separated by commas, each with an account lapor_analyst_CODE (default: none)",
    )
    return ServerConfig(**vars(parser.parse_args()))


def _ready(address: str) -> None:
    sys.stdout.write(f"ready {address}\n")
    sys.stdout.flush()


def main() -> int:
    """Read the command line and run the server until SIGTERM or SIGINT. Once it is ready, print `ready` and its address.

    Returns:
        The exit code: 0 after a clean stop, 1 if the server could not start; the reason is then printed to stderr.
    """
    try:
        serve(_arguments(), on_ready=_ready)
    except (EmbeddedClickHouseError, OSError) as error:
        sys.stderr.write(f"embedded.clickhouse: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
