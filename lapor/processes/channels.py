"""Makes each channel from the settings, with one function per channel in the table CHANNELS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from complaints.errors import ConfigurationError
from complaints.runtime.address import parse_address
from complaints.runtime.settings import Settings
from complaints.runtime.upstream import Upstream

if TYPE_CHECKING:  # `lapor up` imports this module, too, and must stay small in memory
    from channels.base import Channel
    from channels.intake import Intake
    from channels.web.places import RegencySearch
    from complaints.crypto import Keyring

PASSWORD_CHARACTERS = 8
"""Maximum length of a bind's password (SMPP 3.4, 4.1.1: nine octets with the final NUL). A longer one would be cut silently."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts from which a channel is made.

    Attributes:
        settings: all settings.
        keys: the keys of this installation.
        turned: the heartbeat, which the channel calls in each round of its loop.
        upstream: records whether the channel reaches its upstream.
        intake: takes the channel's messages.
    """

    settings: Settings
    keys: "Keyring"
    turned: Callable[[], None]
    upstream: Upstream
    intake: "Intake"


def sms(parts: Parts) -> "Channel":
    """Return the SMS channel.

    Raises:
        ConfigurationError: no SMSC is set, or an address is wrong.
    """
    from channels.sms.channel import SmsChannel
    from channels.sms.links import read_links
    from channels.sms.window import Limits

    settings = parts.settings
    links = read_links(settings.smpp or "")
    if any(len(link.address.password.get_secret_value()) > PASSWORD_CHARACTERS for link in links):
        raise ConfigurationError(f"LAPOR_SMPP: SMPP 3.4 allows passwords of at most {PASSWORD_CHARACTERS} characters")
    return SmsChannel(
        links,
        intake=parts.intake,
        turned=parts.turned,
        limits=Limits(size=settings.smpp_window, answer_s=settings.smpp_answer_s),
        upstream=parts.upstream,
    )


def twitter(parts: Parts) -> "Channel":
    """Return the Twitter channel.

    Raises:
        ConfigurationError: no address of X is set.
    """
    from channels.twitter.channel import TwitterChannel
    from channels.twitter.client import UserKeys, XClient
    from channels.twitter.hint import Hint
    from channels.twitter.reader import Pace

    settings = parts.settings
    if settings.x_api is None:
        raise ConfigurationError("no X API: set LAPOR_X_API to its base address")
    base, token, account = settings.x_api, settings.x_bearer_token.get_secret_value(), settings.x_account
    keys = UserKeys.parse(settings.x_user_keys.get_secret_value())
    hint = Hint(base, bearer_token=token, account=account) if settings.x_stream else None
    return TwitterChannel(
        XClient(base, bearer_token=token, account=account, user_keys=keys, upstream=parts.upstream),
        account=account,
        intake=parts.intake,
        pace=Pace(
            poll_s=settings.x_poll_s,
            monthly=settings.x_monthly_reads,
            now=lambda: datetime.now(UTC),
            hint=hint,
            messages_s=settings.x_messages_poll_s,
        ),
        turned=parts.turned,
    )


def telegram(parts: Parts) -> "Channel":
    """Return the Telegram channel.

    Raises:
        ConfigurationError: no address of the Bot API is set, or the token or an address is wrong.
    """
    from channels.telegram.channel import TelegramChannel, Ways
    from channels.telegram.client import TelegramClient
    from channels.telegram.handover import Handover
    from channels.telegram.webhook import Hook
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
    return TelegramChannel(
        client,
        intake=parts.intake,
        handover=Handover(
            client,
            store=attachment_store(settings),
            pseudonym=lambda text: keys.pseudonym("telegram", text),
        ),
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
    from channels.web.receipt_keys import ReceiptKeys
    from channels.web.receipts import Receipts
    from channels.web.security import KEYED, ApiKeys, Forms, Limits, local_word, rate
    from complaints.storage.bucket import attachment_store
    from view.client import ViewClient

    settings = parts.settings
    urls, key = settings.view_required()
    if settings.web is None:
        raise ConfigurationError("no address for the web channel: set LAPOR_WEB=host:port")
    at = parse_address(f"http://{settings.web}", scheme="http", default_port=8080)
    web_parts = WebParts(
        cases=ViewClient(urls, key=key),
        regencies=_regencies(),
        store=attachment_store(settings),
        forms=Forms(parts.keys.pseudonym("web", "the secret of the forms")),
        receipts=Receipts(parts.keys.pseudonym("web", "the secret of the receipts")),
        proofs=ReceiptKeys(parts.keys.receipt_key),
        keys=ApiKeys(settings.api_keys_file),
        limits=Limits(
            reads=rate(settings.web_reads, "LAPOR_WEB_READS"),
            writes=rate(settings.web_writes, "LAPOR_WEB_WRITES"),
            keyed=rate(KEYED, "KEYED"),
            local=local_word(parts.keys),
        ),
        max_body_bytes=settings.web_max_body_bytes,
        max_file_bytes=settings.attachment_max_bytes,
    )
    return WebChannel(
        parts.intake, (at.host, at.port), web_parts, turned=parts.turned, proxies=settings.web_proxies or ""
    )


def _regencies() -> "RegencySearch":
    """Return the search for kabupaten and kota."""
    from channels.web.places import RegencySearch
    from normalizer.complaint import Normaliser

    normaliser = Normaliser.load()

    def reads(text: str) -> str | None:
        return normaliser.reader.read("", address=text).place.regency

    names = normaliser.gazetteer
    return RegencySearch(names.regencies(), province=names.name, reads=reads)


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
        parts.intake,
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
