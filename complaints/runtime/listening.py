"""A listening socket for an HTTP server that is handed one."""

import socket

BACKLOG = 1024


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one, which the socket's name then tells.

    Raises:
        OSError: the port is in use.
    """
    # TCP is named on purpose: asyncio switches Nagle's delay off only where the socket's protocol number says TCP, and
    # with the delay on each answer takes 40 ms.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise OSError(error.errno, f"{error.strerror}: {host}:{port}") from error
    bound.listen(BACKLOG)
    bound.setblocking(False)
    return bound
