"""Every setting, read from the environment in one place and checked before anything starts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from complaints.errors import ConfigurationError

MINUTE_S = 60
HOUR_S = 3600


def _blank_is_unset(value: object) -> object:
    return None if value == "" else value


OptionalText = Annotated[str | None, BeforeValidator(_blank_is_unset)]


class Settings(BaseSettings):
    """The settings of every command; each is the environment variable LAPOR_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="LAPOR_", frozen=True, extra="ignore")

    kafka: OptionalText = Field(
        None, description="Kafka brokers, host:port separated by commas. Unset: the embedded Kafka."
    )
    clickhouse: OptionalText = Field(
        None, description="clickhouse://user:password@host:9000/database. Unset: the embedded ClickHouse."
    )
    smpp: OptionalText = Field(
        None, description="smpp://system_id:password@host:port, several separated by commas. Unset: the embedded SMSC."
    )
    x_api: OptionalText = Field(None, description="Base address of the X API. Unset: the embedded stand-in.")
    x_bearer_token: SecretStr = Field(
        SecretStr("stand-in"), description="Bearer token of the X app that reads mentions."
    )
    telegram_api: OptionalText = Field(
        None, description="Base address of the Telegram Bot API. Unset: the embedded stand-in."
    )
    telegram_token: SecretStr = Field(SecretStr("1708:stand-in"), description="Token of our bot on Telegram.")
    telegram_poll_s: float = Field(
        20.0, ge=0, le=50, description="Seconds that one question for updates waits at Telegram for the first."
    )
    telegram_webhook: OptionalText = Field(
        None, description="Public https address to which Telegram brings updates. Unset: the door asks for them."
    )
    telegram_listen: str = Field(
        "127.0.0.1:8081", description="host:port that the Telegram door listens on where a webhook is set."
    )
    web: OptionalText = Field(
        None, description="host:port that the web door listens on. Unset: a port that `lapor up` chooses on loopback."
    )
    webhook: OptionalText = Field(
        None, description="host:port that the door of signed webhooks listens on. Unset: `lapor up` does not open it."
    )
    webhook_secrets_file: Annotated[Path | None, BeforeValidator(_blank_is_unset)] = Field(
        None, description="YAML file with the sources of signed webhooks: name, `secrets`, `callback`."
    )
    data: Path = Field(
        default_factory=lambda: platformdirs.user_state_path("lapor"),
        description="Folder for everything that is kept: spools, secrets, embedded servers' data.",
    )
    secret_file: Path | None = Field(
        None,
        description="File with the secret behind codes and sealed addresses. Unset: <data>/secret, made at the first start.",
    )
    kafka_home: Path | None = Field(
        None, description="An unpacked Apache Kafka for the embedded broker. Unset: jars by Maven coordinates."
    )
    short_code: str = Field("1708", description="Our short code on the mobile networks.")
    x_account: str = Field("lapor1708", description="Our account on X, without the @.")
    max_hops: int = Field(
        3, ge=1, le=20, description="After so many refusals a complaint goes to the national administrator."
    )
    model: Annotated[Path | None, BeforeValidator(_blank_is_unset)] = Field(
        None, description="A model that `lapor learn` made, for the router. Unset: the rules alone."
    )
    produce_timeout_s: float = Field(5.0, gt=0, description="Seconds that a door waits for Kafka before it spools.")
    spool_max_bytes: int = Field(
        1 << 30, ge=1 << 16, description="Bytes that each door's spool may hold before it says no upstream."
    )
    part_timeout_s: float = Field(
        30 * MINUTE_S, gt=0, description="Seconds to wait for the rest of a long SMS before it goes on as partial."
    )
    same_sms_window_s: float = Field(
        24 * 60 * MINUTE_S,
        gt=0,
        description="Seconds in which the same text from the same number is the same complaint.",
    )
    question_hours: float = Field(
        72.0,
        gt=0,
        description="Hours for which a question of ours stays open: what the citizen then says is its answer.",
    )
    replies_per_hour: int = Field(
        12, ge=1, description="Most replies within an hour to one citizen by SMS, Twitter or Telegram; more wait."
    )
    reply_max_hours: float = Field(72.0, gt=0, description="Hours after which an unsent reply is given up.")
    smpp_window: int = Field(
        10, ge=1, le=1000, description="Messages to citizens that may wait for an SMSC's answer at once, on each link."
    )
    x_user_keys: SecretStr = Field(
        SecretStr("stand-in:stand-in:stand-in:stand-in"),
        description="OAuth 1.0a keys of our account, which posts: consumer_key:consumer_secret:token:token_secret.",
    )
    x_monthly_reads: int = Field(
        100_000,
        ge=1,
        description="Posts that may be read from X in a month; X bills each. A warning at 80 %, a stop at 100 %.",
    )
    x_stream: bool = Field(False, description="Listen to X's filtered stream too, as a hint to look at once.")
    x_poll_s: float = Field(15.0, gt=0, description="Seconds between two looks at our mentions.")
    web_max_body_bytes: int = Field(1 << 20, ge=1024, description="Bytes that a web request may have beside its files.")
    web_proxies: OptionalText = Field(
        None, description="Addresses or networks of reverse proxies, by commas, whose X-Forwarded-For is believed."
    )
    web_reads: str = Field("300/minute", description="How often one client may ask the web door for something.")
    web_writes: str = Field("60/minute", description="How often one client may send the web door something.")
    api_keys_file: Annotated[Path | None, BeforeValidator(_blank_is_unset)] = Field(
        None, description="File of lines name:sha256, the API's clients; see `lapor api-key`. Unset: the API is open."
    )
    attachments: OptionalText = Field(
        None, description="s3://key:secret@host:port/bucket for citizens' files. Unset: <data>/attachments."
    )
    attachment_max_bytes: int = Field(10 << 20, ge=1024, description="Bytes that one file of a web request may have.")
    router_batch: int = Field(2000, ge=1, description="Most events that the router takes at once.")
    sink_batch: int = Field(20_000, ge=1, description="Most rows that the sink inserts at once.")
    sink_interval_s: float = Field(1.0, gt=0, description="Seconds after which the sink inserts what it has.")
    dead_letter_fuse: int = Field(
        1000,
        ge=1,
        description="Consecutive dead letters after which a worker stops instead: the fault is then not in the messages.",
    )
    metrics: OptionalText = Field(
        None,
        description="host:port on which a service shows its metrics to Prometheus; "
        "under `lapor up` each process has the next port. Unset: none.",
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def secret_path(self) -> Path:
        """The file with the secret."""
        return self.secret_file or self.data / "secret"

    @property
    def spool_folder(self) -> Path:
        """The folder of the doors' spools."""
        return self.data / "spool"

    def kafka_required(self) -> str:
        """Return the brokers.

        Raises:
            ConfigurationError: none is set and no stack runs.
        """
        return self._required(self.kafka, "LAPOR_KAFKA", "host:port")

    def clickhouse_required(self) -> str:
        """Return the ClickHouse address.

        Raises:
            ConfigurationError: none is set and no stack runs.
        """
        return self._required(self.clickhouse, "LAPOR_CLICKHOUSE", "clickhouse://user:password@host:9000/database")

    def _required(self, value: str | None, name: str, form: str) -> str:
        if value is None:
            raise ConfigurationError(
                f"no running stack found in {self.data}: start one with `lapor up`, name its folder with --data-dir, or set {name}={form}"
            )
        return value

    @classmethod
    def read(cls, **overrides: object) -> Self:
        """Read the environment.

        Args:
            overrides: values that go before the environment's (a command's options).

        Raises:
            ConfigurationError: a variable is not as it must be; the text names it.
        """
        try:
            return cls(**overrides)  # type: ignore[arg-type]  # pydantic checks them
        except ValidationError as error:
            first = error.errors()[0]
            name = "LAPOR_" + str(first["loc"][0]).upper()
            raise ConfigurationError(f"{name}={first['input']!r}: {first['msg']}; see `lapor settings`") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server's address, taken apart."""

    user: str
    password: SecretStr
    host: str
    port: int
    path: str


def parse_address(text: str, *, scheme: str, default_port: int) -> Address:
    """Take `scheme://user:password@host:port/path` apart.

    Raises:
        ConfigurationError: the text is not of that form.
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
