"""The addresses of servers, as settings name them, in parts."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

from pydantic import BeforeValidator, SecretStr

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

    Raises:
        ConfigurationError: the text has another scheme, no host, or a port that is not a number from 1 to 65535.
    """
    try:
        parts = urlsplit(text)
        port = default_port if parts.port is None else parts.port
    except ValueError:  # whose text can have a part of the password
        port = 0
    if not port:
        raise ConfigurationError(
            f"not an address with a port from 1 to {_HIGHEST_PORT}; it has the form {scheme}://user:password@host:port"
        )
    if parts.scheme != scheme or not parts.hostname:
        raise ConfigurationError(f"not an address of the form {scheme}://user:password@host:port")
    return Address(
        user=unquote(parts.username or ""),
        password=SecretStr(unquote(parts.password or "")),
        host=parts.hostname,
        port=port,
        path=parts.path.lstrip("/"),
    )


_HIGHEST_PORT: Final = 65_535

_HOST_AND_PORT = re.compile(r"(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")

_PASSWORD = re.compile(r"((?:^|,)(?:[^:,]*://)?[^:,]*:)(?!//)(?:(?!,[^:,]*://).)*(@)", re.DOTALL)
"""The password in each address of a text, with a scheme or without. It ends at the last @ before the next scheme, whatever is in it."""

_NOT_SPOKEN: Final = {
    **dict.fromkeys(("ssl", "sasl_ssl", "sasl_plaintext", "tls"), "TLS or SASL to Kafka"),
    **dict.fromkeys(("clickhouses", "https", "tcps"), "TLS to ClickHouse"),
}
"""By the scheme of a broker's or ClickHouse's address, the feature that it asks for and this program does not have."""


def without_passwords(text: str) -> str:
    """Return the value of a setting with *** in place of the passwords of its addresses."""
    return _PASSWORD.sub(r"\1***\2", text)


def blank_is_unset(value: object) -> object:
    """Return the value of a setting; None if it is blank, as a compose file leaves a variable that is not set."""
    return None if value == "" else value


def _listen(value: object) -> object:
    """Return host:port on which to listen.

    Raises:
        ValueError: a part is missing. A port alone would be taken for the name of a host.
    """
    text = str(value)
    if (port := text.removeprefix(":")).isdigit():
        raise ValueError(f"host:port is needed, such as 127.0.0.1:{port}")
    return _host_and_port(text)


def _host_and_port(text: str) -> str:
    found = _HOST_AND_PORT.fullmatch(text)
    if found is None:
        raise ValueError("host:port is needed")
    if not 1 <= int(found["port"]) <= _HIGHEST_PORT:
        raise ValueError(f"host:port is needed, with a port from 1 to {_HIGHEST_PORT}")
    return text


def _brokers(value: object) -> object:
    """Return the addresses of Kafka's brokers.

    Raises:
        ValueError: one has a scheme that asks for encryption or a login, with which no connection would come about, or is not host:port.
    """
    for one in str(value).split(","):
        scheme, is_url, rest = one.strip().partition("://")
        if is_url and scheme.lower() in _NOT_SPOKEN:
            raise ValueError(_cannot(_NOT_SPOKEN[scheme.lower()]))
        if is_url:
            example = rest if rest and "@" not in str(value) else "host:port"
            raise ValueError(f"brokers have the form host:port, separated by commas: write {example}")
        _host_and_port(one.strip())
    return value


def _cannot(what: str) -> str:
    return f"{what} is not supported; name a plain listener in a network of your own, or a proxy on this host that encrypts"


def _of(form: str, *schemes: str) -> Callable[[object], object]:
    """Return the check of an address that has one of some schemes."""

    def checked(value: object) -> object:
        text = str(value)
        try:
            scheme = urlsplit(text).scheme
            parse_address(text, scheme=scheme if scheme in schemes else schemes[0], default_port=1)
        except (ConfigurationError, ValueError) as error:
            raise ValueError(f"not an address of the form {form}") from error
        return value

    return checked


def _clickhouse(value: object) -> object:
    """Return the address of ClickHouse.

    Raises:
        ValueError: it asks for encryption, has options, which would have no effect, or is of another form.
    """
    scheme, _, rest = str(value).partition("://")
    if scheme.lower() in _NOT_SPOKEN:
        raise ValueError(_cannot(_NOT_SPOKEN[scheme.lower()]))
    if "?" in rest.rpartition("@")[2]:
        raise ValueError("options behind a question mark have no effect here: leave them out")
    return _of("clickhouse://user:password@host:9000/database", "clickhouse")(value)


def _each(check: Callable[[object], object]) -> Callable[[object], object]:
    def checked(value: object) -> object:
        for one in str(value).split(","):
            if one.strip():
                check(one.strip())
        return value

    return checked


def _unless_blank(check: Callable[[object], object]) -> BeforeValidator:
    return BeforeValidator(lambda value: None if value in ("", None) else check(value))


OptionalText = Annotated[str | None, BeforeValidator(blank_is_unset)]
Listen = Annotated[str, BeforeValidator(_listen)]
OptionalListen = Annotated[str | None, _unless_blank(_listen)]
Brokers = Annotated[str | None, _unless_blank(_brokers)]
ClickHouse = Annotated[str | None, _unless_blank(_clickhouse)]
HttpAddress = Annotated[str | None, _unless_blank(_of("http://host:port", "http", "https"))]
HttpAddresses = Annotated[str | None, _unless_blank(_each(_of("http://host:port", "http", "https")))]
HttpsAddress = Annotated[str | None, _unless_blank(_of("https://host/path", "https"))]
Bucket = Annotated[str | None, _unless_blank(_of("s3://key:secret@host:port/bucket", "s3", "s3+http"))]
