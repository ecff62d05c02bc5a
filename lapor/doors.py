"""Makes each door from the settings: one function a door, named in the channel table of lapor.wiring."""

from collections.abc import Callable

from complaints.crypto import Keyring
from complaints.errors import ConfigurationError
from complaints.settings import Settings, parse_address

SMPP_PORT = 2775
"""The port that IANA gave to SMPP."""

PASSWORD_CHARACTERS = 8
"""The most that a bind's password may have (SMPP 3.4, 4.1.1: nine octets with the final NUL); a longer one would be cut in silence."""

Turned = Callable[[], None]


def sms(settings: Settings, keys: Keyring, turned: Turned) -> object:
    """Return the SMS door.

    Raises:
        ConfigurationError: no SMSC is set, or an address is wrong.
    """
    from channels.sms.channel import SmsChannel
    from channels.sms.memory import Memory

    if settings.smpp is None:
        raise ConfigurationError("no SMSC: set LAPOR_SMPP=smpp://system_id:password@host:port")
    addresses = [parse_address(address, scheme="smpp", default_port=SMPP_PORT) for address in settings.smpp.split(",")]
    if any(len(address.password.get_secret_value()) > PASSWORD_CHARACTERS for address in addresses):
        raise ConfigurationError(f"LAPOR_SMPP: SMPP 3.4 has passwords of at most {PASSWORD_CHARACTERS} characters")
    return SmsChannel(
        addresses,
        memory=Memory(
            settings.data / "sms" / "memory.db",
            window_s=settings.same_sms_window_s,
            part_timeout_s=settings.part_timeout_s,
        ),
        pseudonym=lambda text: keys.pseudonym("sms", text),
        turned=turned,
    )


def twitter(settings: Settings, _: Keyring, turned: Turned) -> object:
    """Return the Twitter door.

    Raises:
        ConfigurationError: no address of X is set.
    """
    from channels.twitter.channel import Mark, TwitterChannel
    from channels.twitter.client import XClient

    if settings.x_api is None:
        raise ConfigurationError("no X API: set LAPOR_X_API to its base address")
    return TwitterChannel(
        XClient(settings.x_api, bearer_token=settings.x_bearer_token.get_secret_value(), account=settings.x_account),
        mark=Mark(settings.data / "twitter" / "mark.json"),
        account=settings.x_account,
        poll_s=settings.x_poll_s,
        turned=turned,
    )


def web(settings: Settings, _: Keyring, turned: Turned) -> object:
    """Return the web door.

    Raises:
        ConfigurationError: no address to listen on is set.
    """
    from channels.web.channel import WebChannel

    if settings.web is None:
        raise ConfigurationError("no address for the web door: set LAPOR_WEB=host:port")
    at = parse_address(f"http://{settings.web}", scheme="http", default_port=8080)
    return WebChannel(host=at.host, port=at.port, max_body_bytes=settings.web_max_body_bytes, turned=turned)
