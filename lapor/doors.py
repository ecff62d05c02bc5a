"""Makes each door from the settings: one function a door, named in the channel table of lapor.wiring."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from complaints.errors import ConfigurationError
from complaints.settings import Settings, parse_address

if TYPE_CHECKING:  # the supervisor reads this file too, and stays small
    from channels.correspondence import Correspondence
    from complaints.case import CaseReader
    from complaints.crypto import Keyring
    from normalizer.gazetteer import Gazetteer

SMPP_PORT = 2775
"""The port that IANA gave to SMPP."""

PASSWORD_CHARACTERS = 8
"""The most that a bind's password may have (SMPP 3.4, 4.1.1: nine octets with the final NUL); a longer one would be cut in silence."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a door may be made of.

    Attributes:
        settings: all of them.
        keys: of this installation.
        turned: the door calls it each time its loop turns.
        cases: looks up where a case stands.
        memory: the door's replies and cases.
        gazetteer: the regions.
    """

    settings: Settings
    keys: "Keyring"
    turned: Callable[[], None]
    cases: "CaseReader"
    memory: "Correspondence"
    gazetteer: "Gazetteer"


def sms(parts: Parts) -> object:
    """Return the SMS door.

    Raises:
        ConfigurationError: no SMSC is set, or an address is wrong.
    """
    from channels.sms.channel import SmsChannel
    from channels.sms.memory import Memory

    settings = parts.settings
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
        pseudonym=lambda text: parts.keys.pseudonym("sms", text),
        turned=parts.turned,
        window=settings.smpp_window,
    )


def twitter(parts: Parts) -> object:
    """Return the Twitter door.

    Raises:
        ConfigurationError: no address of X is set.
    """
    from channels.twitter.channel import Mark, TwitterChannel
    from channels.twitter.client import XClient

    settings = parts.settings
    if settings.x_api is None:
        raise ConfigurationError("no X API: set LAPOR_X_API to its base address")
    return TwitterChannel(
        XClient(settings.x_api, bearer_token=settings.x_bearer_token.get_secret_value(), account=settings.x_account),
        mark=Mark(settings.data / "twitter" / "mark.json"),
        account=settings.x_account,
        poll_s=settings.x_poll_s,
        turned=parts.turned,
    )


def web(parts: Parts) -> object:
    """Return the web door.

    Raises:
        ConfigurationError: no address to listen on is set.
    """
    from channels.web.channel import WebChannel

    settings = parts.settings
    if settings.web is None:
        raise ConfigurationError("no address for the web door: set LAPOR_WEB=host:port")
    at = parse_address(f"http://{settings.web}", scheme="http", default_port=8080)
    return WebChannel(host=at.host, port=at.port, max_body_bytes=settings.web_max_body_bytes, turned=parts.turned)
