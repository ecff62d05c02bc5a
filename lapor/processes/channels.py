"""Makes each channel from the settings, with one function per channel, and lists them in the table of channels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings, parse_address
from complaints.runtime.upstream import Upstream

if TYPE_CHECKING:  # `lapor up` imports this module too, and must stay small in memory
    from channels.base import Channel
    from channels.correspondence import Correspondence
    from channels.web.places import RegencySearch
    from complaints.crypto import Keyring
    from normalizer.places.gazetteer import Gazetteer
    from view.client import ViewClient

SMPP_PORT = 2775
"""The port that IANA assigned to SMPP."""

PASSWORD_CHARACTERS = 8
"""Maximum length of a bind's password (SMPP 3.4, 4.1.1: nine octets with the final NUL). A longer one would be cut silently."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that a channel can be made of.

    Attributes:
        settings: all settings.
        keys: the keys of this installation.
        turned: the heartbeat, which the channel calls in each round of its loop.
        upstream: where the channel reports whether it reaches its upstream.
        cases: looks up cases in the view.
        memory: the channel's replies.
        gazetteer: the regions.
    """

    settings: Settings
    keys: "Keyring"
    turned: Callable[[], None]
    upstream: Upstream
    cases: "ViewClient"
    memory: "Correspondence"
    gazetteer: "Gazetteer"


def sms(parts: Parts) -> "Channel":
    """Return the SMS channel.

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
        raise ConfigurationError(f"LAPOR_SMPP: SMPP 3.4 allows passwords of at most {PASSWORD_CHARACTERS} characters")
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
        upstream=parts.upstream,
    )


def twitter(parts: Parts) -> "Channel":
    """Return the Twitter channel.

    Raises:
        ConfigurationError: no address of X is set.
    """
    from channels.twitter.budget import ReadBudget
    from channels.twitter.channel import Mark, Pace, TwitterChannel
    from channels.twitter.client import UserKeys, XClient
    from channels.twitter.hint import Hint

    settings = parts.settings
    if settings.x_api is None:
        raise ConfigurationError("no X API: set LAPOR_X_API to its base address")
    base, token, folder = settings.x_api, settings.x_bearer_token.get_secret_value(), settings.data / "twitter"
    keys = UserKeys.parse(settings.x_user_keys.get_secret_value())
    budget = ReadBudget(folder / "reads.json", monthly=settings.x_monthly_reads, now=lambda: datetime.now(UTC))
    hint = Hint(base, bearer_token=token, account=settings.x_account) if settings.x_stream else None
    return TwitterChannel(
        XClient(base, bearer_token=token, account=settings.x_account, user_keys=keys, upstream=parts.upstream),
        mark=Mark(folder / "mark.json"),
        account=settings.x_account,
        pace=Pace(poll_s=settings.x_poll_s, budget=budget, hint=hint),
        turned=parts.turned,
    )


def telegram(parts: Parts) -> "Channel":
    """Return the Telegram channel.

    Raises:
        ConfigurationError: no address of the Bot API is set, or the token or an address is wrong.
    """
    from channels.telegram.channel import TelegramChannel, Ways
    from channels.telegram.client import TelegramClient
    from channels.telegram.cursor import Mark
    from channels.telegram.handover import Taking
    from channels.telegram.webhook import Hook
    from complaints import ids
    from complaints.storage.bucket import attachment_store

    settings, keys, hook = parts.settings, parts.keys, None
    if settings.telegram_api is None:
        raise ConfigurationError("no Telegram: set LAPOR_TELEGRAM_API to the base address of the Bot API")
    token = settings.telegram_token.get_secret_value()
    bot_id = token.partition(":")[0]
    if not bot_id.isascii() or not bot_id.isdigit():
        raise ConfigurationError("LAPOR_TELEGRAM_TOKEN: a bot's token has the form number:letters")
    if settings.telegram_webhook is not None:
        at = parse_address(f"http://{settings.telegram_listen}", scheme="http", default_port=8081)
        secret = keys.pseudonym("telegram", "the webhook's secret")
        hook = Hook(url=settings.telegram_webhook, host=at.host, port=at.port, secret=secret)
    client = TelegramClient(settings.telegram_api, token=token, upstream=parts.upstream)
    taking = Taking(
        client,
        store=attachment_store(settings),
        pseudonym=lambda text: keys.pseudonym("telegram", text),
        code_of=lambda upstream_id: keys.tracking_code(ids.complaint_id("telegram", upstream_id)),
    )
    return TelegramChannel(
        client,
        mark=Mark(settings.data / "telegram" / "mark.json", bot_id=int(bot_id)),
        taking=taking,
        ways=Ways(wait_s=settings.telegram_poll_s, hook=hook),
        turned=parts.turned,
    )


def web(parts: Parts) -> "Channel":
    """Return the web channel.

    Raises:
        ConfigurationError: no address to listen on is set, or a limit or the file of API keys is wrong.
    """
    from channels.web.channel import WebChannel
    from channels.web.parts import WebParts
    from channels.web.receipts import Receipts
    from channels.web.request_keys import RequestKeys
    from channels.web.security import KEYED, ApiKeys, Forms, Limits, rate
    from complaints.storage.bucket import attachment_store

    settings = parts.settings
    if settings.web is None:
        raise ConfigurationError("no address for the web channel: set LAPOR_WEB=host:port")
    at = parse_address(f"http://{settings.web}", scheme="http", default_port=8080)
    web_parts = WebParts(
        cases=parts.cases,
        letters=parts.memory,
        regencies=_regencies(parts),
        store=attachment_store(settings),
        requests=RequestKeys(settings.data / "web" / "requests.db"),
        forms=Forms(parts.keys.pseudonym("web", "the secret of the forms")),
        receipts=Receipts(parts.keys.pseudonym("web", "the secret of the receipts")),
        keys=ApiKeys(settings.api_keys_file),
        limits=Limits(
            reads=rate(settings.web_reads, "LAPOR_WEB_READS"),
            writes=rate(settings.web_writes, "LAPOR_WEB_WRITES"),
            keyed=rate(KEYED, "KEYED"),
        ),
        max_body_bytes=settings.web_max_body_bytes,
        max_file_bytes=settings.attachment_max_bytes,
    )
    return WebChannel(
        host=at.host, port=at.port, parts=web_parts, turned=parts.turned, proxies=settings.web_proxies or ""
    )


def _regencies(parts: Parts) -> "RegencySearch":
    """Return the search for kabupaten and kota. It uses the gazetteer and the normaliser that are already loaded."""
    from channels.web.places import RegencySearch
    from normalizer.complaint import Normaliser

    def reads(text: str) -> str | None:
        return Normaliser.load().read("", address=text).place.regency

    return RegencySearch(parts.gazetteer.regencies(), province=parts.gazetteer.name, reads=reads)


def webhook(parts: Parts) -> "Channel":
    """Return the channel for signed webhooks.

    Raises:
        ConfigurationError: the address to listen on or the file of sources is not set or is wrong.
    """
    from channels.webhook.channel import WebhookChannel
    from channels.webhook.sources import read_sources

    settings = parts.settings
    if settings.webhook is None or settings.webhook_secrets_file is None:
        raise ConfigurationError("no webhooks: set LAPOR_WEBHOOK=host:port and LAPOR_WEBHOOK_SECRETS_FILE")
    at = parse_address(f"http://{settings.webhook}", scheme="http", default_port=8082)
    return WebhookChannel(
        read_sources(settings.webhook_secrets_file),
        at=(at.host, at.port),
        pseudonym=lambda text: parts.keys.pseudonym("webhook", text),
        turned=parts.turned,
    )


CHANNELS: Mapping[str, "Callable[[Parts], Channel]"] = {
    "sms": sms,
    "twitter": twitter,
    "telegram": telegram,
    "web": web,
    "webhook": webhook,
}
"""The table of channels: each name with the function that makes the channel. The function imports the client library when it is called."""
