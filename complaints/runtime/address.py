"""The addresses of servers, as settings name them, in parts."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from complaints.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server's address in parts: user, password, host, port and path. User, password and path are empty if the address lacks them.

    The path has no leading slash.
    """

    user: str
    password: SecretStr
    host: str
    port: int
    path: str


def parse_address(text: str, *, scheme: str, default_port: int) -> Address:
    """Return the parts of an address of the form `scheme://user:password@host:port/path`, with %-escapes decoded in user and password.

    Args:
        text: the address; only scheme and host are required.
        scheme: the scheme that the address must have.
        default_port: the port if the address has none.

    Raises:
        ConfigurationError: the text has another scheme, no host, or a port that is not a number up to 65535.
    """
    try:
        parts = urlsplit(text)
        port = parts.port or default_port
    except ValueError as error:
        raise ConfigurationError(
            f"not an address ({error}); it has the form {scheme}://user:password@host:port"
        ) from error
    if parts.scheme != scheme or not parts.hostname:
        raise ConfigurationError(f"not an address of the form {scheme}://user:password@host:port")
    return Address(
        user=unquote(parts.username or ""),
        password=SecretStr(unquote(parts.password or "")),
        host=parts.hostname,
        port=port,
        path=parts.path.lstrip("/"),
    )
