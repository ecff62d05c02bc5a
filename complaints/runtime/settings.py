"""All settings, read from the environment in one place and checked before anything starts."""

from pathlib import Path
from typing import Annotated, Self

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from complaints.errors import ConfigurationError
from complaints.runtime.address import (
    Brokers,
    Bucket,
    ClickHouse,
    HttpAddress,
    HttpAddresses,
    HttpsAddress,
    Listen,
    OptionalListen,
    OptionalText,
    blank_is_unset,
    without_passwords,
)

MINUTE_S = 60
HOUR_S = 3600


class Settings(BaseSettings):
    """The settings of all commands. Each field is read from the environment variable LAPOR_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="LAPOR_", frozen=True, extra="ignore")

    kafka: Brokers = Field(None, description="Kafka brokers, host:port separated by commas. Unset: the embedded Kafka.")
    clickhouse: ClickHouse = Field(
        None, description="clickhouse://user:password@host:9000/database, for the sink. Unset: the embedded ClickHouse."
    )
    clickhouse_analyst: ClickHouse = Field(
        None,
        description="The same for `lapor query`, with the account that only reads. Unset: that of LAPOR_CLICKHOUSE.",
    )
    analyst_provinces: str = Field(
        "",
        pattern=r"^(\d\d(,\d\d)*)?$",
        description="Kemendagri's codes of provinces, separated by commas. In ClickHouse each has a database lapor_CODE with views of its "
        "own cases alone, and the embedded server an account lapor_analyst_CODE.",
    )
    clickhouse_cluster: str = Field(
        "",
        pattern=r"^[\w-]*$",
        description="Name of the ClickHouse cluster of one shard, on all of whose servers the sink makes replicated tables. "
        "Unset: one server.",
    )
    clickhouse_http: HttpAddress = Field(
        None,
        description="Base address of ClickHouse's HTTP interface as analysts reach it, for `lapor query --connection`; without a port "
        "8123, with https 8443. Its native protocol is on the same host. Unset: port 8123 of the host of LAPOR_CLICKHOUSE_ANALYST.",
    )
    smpp: OptionalText = Field(
        None,
        description="SMSCs: name=smpp://system_id:password@host:port, separated by commas; ?tps=N limits the texts per second, "
        "?receipt_id=hex or dec says how receipts write ids, ?receipts=plain that they come without their mark, "
        "?alphabet=latin1 or packed what data_coding 0 means. Unset: the embedded SMSC.",
    )
    x_api: HttpAddress = Field(None, description="Base address of the X API. Unset: the embedded stand-in.")
    x_bearer_token: SecretStr = Field(
        SecretStr("stand-in"), description="Bearer token of the X app that reads mentions."
    )
    telegram_api: HttpAddress = Field(
        None, description="Base address of the Telegram Bot API. Unset: the embedded stand-in."
    )
    telegram_token: SecretStr = Field(SecretStr("1708:stand-in"), description="Token of our Telegram bot.")
    telegram_poll_s: float = Field(
        20.0,
        ge=0,
        le=50,
        description="Seconds that Telegram holds a request for updates open until the first one arrives.",
    )
    telegram_webhook: HttpsAddress = Field(
        None, description="Public https address to which Telegram delivers updates. Unset: the channel requests them."
    )
    telegram_listen: Listen = Field(
        "127.0.0.1:8081", description="host:port that the Telegram channel listens on if a webhook is set."
    )
    web: OptionalListen = Field(
        None,
        description="host:port that the web channel listens on. Unset: a port that `lapor up` chooses on loopback.",
    )
    dashboard: OptionalListen = Field(
        None,
        description="host:port of the dashboard. Who can reach it sees its figures. Unset: a port that `lapor up` chooses on loopback.",
    )
    webhook: OptionalListen = Field(
        None,
        description="host:port that the webhook channel listens on. Unset: `lapor up` does not start this channel.",
    )
    webhook_secrets_file: Annotated[Path | None, BeforeValidator(blank_is_unset)] = Field(
        None, description="YAML file with the sources of signed webhooks: name, `secrets`, `callback`."
    )
    view: OptionalListen = Field(
        None,
        description="host:port that the view listens on. Unset: a port that `lapor up` chooses on loopback.",
    )
    view_url: HttpAddresses = Field(
        None,
        description="Base address of the view, http://host:port, several copies separated by commas. Unset: the running stack's.",
    )
    view_key: Annotated[SecretStr | None, BeforeValidator(blank_is_unset)] = Field(
        None,
        description="Key of the internal interfaces that show cases, the view's and the router's. Unset: the running stack's.",
    )
    case_number_key: Annotated[SecretStr | None, BeforeValidator(blank_is_unset)] = Field(
        None,
        description="Key of the case numbers, for sink and view, where they have no secret file. Unset: it is made from the secret.",
    )
    data: Path = Field(
        default_factory=lambda: platformdirs.user_state_path("lapor"),
        description="Folder for all stored data: spools, secrets, the embedded servers' data.",
    )
    secret_file: Path | None = Field(
        None,
        description="File with the secret behind codes and sealed addresses. It must exist. "
        "Unset: <data>/secret, created at the first start.",
    )
    kafka_home: Path | None = Field(
        None, description="An unpacked Apache Kafka for the embedded broker. Unset: jars by Maven coordinates."
    )
    short_code: str = Field("1708", description="Our short code on the mobile networks.")
    x_account: str = Field("lapor1708", description="Our account on X, without the @.")
    max_hops: int = Field(
        3, ge=1, le=20, description="Number of refusals after which a complaint goes to the national administrator."
    )
    ordinal: int = Field(
        0,
        ge=0,
        le=999,
        description="Number of this process among those of the same step or channel; each has another one.",
    )
    demo_clock: Annotated[Path | None, BeforeValidator(blank_is_unset)] = Field(
        None,
        description="File with the number of days by which the router's clock is ahead, for a demonstration alone. Unset: none.",
    )
    router_web: OptionalListen = Field(
        None, description="host:port of the router's web endpoint: health, metrics, the state of a case. Unset: none."
    )
    model: Annotated[Path | None, BeforeValidator(blank_is_unset)] = Field(
        None,
        description="File with a model for the router, made by `lapor learn`, or a folder of such files. Unset: only the rules are used.",
    )
    allotments: Annotated[Path | None, BeforeValidator(blank_is_unset)] = Field(
        None, description="Folder with governments' own divisions of tasks (docs/allotments.md). Unset: none."
    )
    produce_timeout_s: float = Field(5.0, gt=0, description="Seconds that a channel waits for Kafka before it spools.")
    spool_max_bytes: int = Field(
        1 << 30,
        ge=1 << 16,
        description="Bytes that each channel's spool may hold before the channel refuses messages upstream.",
    )
    part_timeout_s: float = Field(
        30 * MINUTE_S,
        gt=0,
        description="Seconds to wait for the missing parts of a long SMS before it is processed as partial.",
    )
    same_sms_window_s: float = Field(
        24 * 60 * MINUTE_S,
        gt=0,
        description="Seconds within which the same text from the same citizen counts as the same message.",
    )
    question_hours: float = Field(
        72.0,
        gt=0,
        description="Hours for which a question to a citizen stays open: a message from the citizen is then taken as its answer.",
    )
    replies_per_hour: int = Field(
        12,
        ge=1,
        le=100,
        description="Maximum replies per hour and cause to one citizen by SMS, Twitter or Telegram; further replies wait.",
    )
    reply_max_hours: float = Field(72.0, gt=0, description="Hours after which an unsent reply is abandoned.")
    smpp_window: int = Field(
        10,
        ge=1,
        le=1000,
        description="Maximum number of messages per link that wait for an SMSC's answer at the same time.",
    )
    smpp_answer_s: float = Field(
        60.0,
        gt=0,
        description="Seconds after which it is unknown whether an SMSC that does not answer has taken a message.",
    )
    x_user_keys: SecretStr = Field(
        SecretStr("stand-in:stand-in:stand-in:stand-in"),
        description="OAuth 1.0a keys of the account that posts: consumer_key:consumer_secret:token:token_secret.",
    )
    x_monthly_reads: int = Field(
        100_000,
        ge=1,
        description="Maximum number of posts read from X per month; X bills each. Warns at 80 %, stops reading at 100 %.",
    )
    x_stream: bool = Field(False, description="Also listen to X's filtered stream, as a hint to read mentions at once.")
    x_poll_s: float = Field(15.0, gt=0, description="Seconds between two reads of our mentions.")
    x_messages_poll_s: float = Field(
        65.0, gt=0, description="Seconds between two reads of our direct messages; X allows 15 in 15 minutes."
    )
    web_max_body_bytes: int = Field(
        1 << 20, ge=1024, description="Maximum size of a web request in bytes, without its files."
    )
    web_proxies: OptionalText = Field(
        None,
        description="Addresses or networks of reverse proxies whose X-Forwarded-For is trusted, separated by commas.",
    )
    web_reads: str = Field("300/minute", description="How often one client may read from the web channel.")
    web_writes: str = Field("60/minute", description="How often one client may send data to the web channel.")
    api_keys_file: Annotated[Path | None, BeforeValidator(blank_is_unset)] = Field(
        None,
        description="File with the API's clients, one name:sha256 per line; see `lapor api-key`. Unset: the API is open.",
    )
    attachments: Bucket = Field(
        None, description="s3://key:secret@host:port/bucket for citizens' files. Unset: <data>/attachments."
    )
    attachment_max_bytes: int = Field(
        10 << 20, ge=1024, description="Maximum size in bytes of one file in a web request."
    )
    router_batch: int = Field(
        1000, ge=1, description="Maximum number of records that the router handles in one transaction."
    )
    conversation_batch: int = Field(
        500, ge=1, description="Maximum number of records that the conversation handles in one transaction."
    )
    neighbours_batch: int = Field(
        500, ge=1, description="Maximum number of records that the search for duplicates handles in one transaction."
    )
    sink_batch: int = Field(20_000, ge=1, description="Number of records at which the sink inserts what it has read.")
    sink_interval_s: float = Field(
        1.0, gt=0, description="Seconds after which the sink inserts what it has read, if more comes; else at once."
    )
    dead_letter_fuse: int = Field(
        1000,
        ge=1,
        description="Dead letters of our own records in a row that hold a partition: the fault is then not in the messages.",
    )
    partitions: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="Partitions of each mailbox, state topic and topic of events, chosen when an installation is made and never altered."
        " Unset: 3 under `lapor up`, else 12.",
    )
    metrics: OptionalListen = Field(
        None,
        description="host:port on which a service shows its metrics to Prometheus; "
        "under `lapor up` each process uses the next port. Unset: none.",
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def secret_path(self) -> Path:
        """The path of the file with the secret: the setting `secret_file`, or <data>/secret if it is not set."""
        return self.secret_file or self.data / "secret"

    @property
    def spool_folder(self) -> Path:
        """The folder of the channels' spools: <data>/spool."""
        return self.data / "spool"

    def kafka_required(self) -> str:
        """Return the addresses of the Kafka brokers: host:port, separated by commas.

        Raises:
            ConfigurationError: no broker is set, because there is no LAPOR_KAFKA and no running stack was found.
        """
        return self._required(self.kafka, "LAPOR_KAFKA", "host:port")

    @property
    def provinces(self) -> tuple[str, ...]:
        """The codes of LAPOR_ANALYST_PROVINCES."""
        return tuple(filter(None, self.analyst_provinces.split(",")))

    def clickhouse_required(self) -> str:
        """Return the address of ClickHouse: clickhouse://user:password@host:port/database.

        Raises:
            ConfigurationError: no address is set, because there is no LAPOR_CLICKHOUSE and no running stack was found.
        """
        return self._required(self.clickhouse, "LAPOR_CLICKHOUSE", "clickhouse://user:password@host:9000/database")

    def clickhouse_analyst_required(self) -> str:
        """Return the address of ClickHouse with the account that only reads.

        Raises:
            ConfigurationError: LAPOR_CLICKHOUSE_ANALYST is not set, and no running stack with an embedded ClickHouse was found.
        """
        if self.clickhouse_analyst is None:
            raise ConfigurationError(
                "no account for analysts: set LAPOR_CLICKHOUSE_ANALYST=clickhouse://lapor_analyst:password@host:9000/lapor, "
                "or start the embedded ClickHouse with `lapor up`"
            )
        return self.clickhouse_analyst

    def view_required(self) -> tuple[list[str], SecretStr]:
        """Return the base addresses of the copies of the view, and the key that they ask for.

        Raises:
            ConfigurationError: an address or the key is not set, because no running stack was found.
        """
        text = self._required(self.view_url, "LAPOR_VIEW_URL", "http://host:port")
        if self.view_key is None:
            raise ConfigurationError(
                "no key for the view: set LAPOR_VIEW_KEY to the key that the view was started with"
            )
        return [url.strip() for url in text.split(",") if url.strip()], self.view_key

    def _required(self, value: str | None, name: str, form: str) -> str:
        if value is None:
            raise ConfigurationError(
                f"no running stack found in {self.data}: start one with `lapor up`, name its folder with --data-dir, or set {name}={form}"
            )
        return value

    @classmethod
    def read(cls, **overrides: object) -> Self:
        """Return the settings, read from the environment variables and checked; a variable that is not set gives the default.

        Raises:
            ConfigurationError: a variable has a wrong value; the text names the variable and the value.
        """
        try:
            return cls(**overrides)  # type: ignore[arg-type]  # pydantic checks them
        except ValidationError as error:
            first = error.errors()[0]
            name = "LAPOR_" + str(first["loc"][0]).upper()
            value, said = without_passwords(str(first["input"])), first["msg"].removeprefix("Value error, ")
            raise ConfigurationError(f"{name}={value!r}: {said}; see `lapor settings`") from error
