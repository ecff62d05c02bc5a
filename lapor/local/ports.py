"""Chooses ports and a password for embedded servers: if possible, the same as at the last start."""

import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"


def port_of_last_time(addresses: Mapping[str, str], name: str) -> int:
    """Return the port that an address had at the last start if it is free, else any free port.

    Args:
        addresses: the addresses of the last start, by name. Each is a URL or host:port.
        name: the name of the address.
    """
    known = addresses.get(name, "")
    port = urlsplit(known if "//" in known else f"//{known}").port
    return port if port and is_free(port) else free_port()


def kept_password(path: Path) -> str:
    """Return the password in a file. The first call creates the file, which only its owner can read."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        password = secrets.token_hex(12)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(password)
        return password


def free_port() -> int:
    """Return a port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Return whether no server accepts connections at a port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) != 0
