"""The embedded servers of one machine: their processes, checks of readiness and addresses."""

import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from complaints.errors import ConfigurationError
from complaints.runtime.address import parse_address
from complaints.runtime.settings import Settings
from lapor.local.ports import LOOPBACK, is_free
from lapor.local.supervisor import Service
from lapor.processes.channels import PASSWORD_CHARACTERS

KAFKA_START_S = 300.0
"""Seconds for Kafka to start: the first start downloads 45 MB of jars, perhaps over a slow rural line."""

START_S = 60.0
"""Seconds for any other server to start."""

_PASSWORDS: Final = "clickhouse-passwords"
"""The folder in the data folder with the passwords of the accounts of the embedded ClickHouse."""

Port = Callable[[str], int]
"""Returns a port for the address with a name: that of the last start if it is free, else any free one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An embedded server.

    Attributes:
        service: its process.
        ready: returns whether it can be used.
        timeout_s: the maximum seconds until it is ready.
        addresses: the values of the settings that name it, by setting.
        controls: the addresses by which people and `lapor feed` control a stand-in, by its name.
    """

    service: Service
    ready: Callable[[], bool]
    timeout_s: float = START_S
    addresses: Mapping[str, str]
    controls: Mapping[str, str] = field(default_factory=dict)


def servers_for(settings: Settings, port: Port) -> list[Server]:
    """Return an embedded server for each address that is not set."""
    return [_EMBEDDED[name][1](settings.data, port) for name in missing(settings)]


def missing(settings: Settings) -> list[str]:
    """Return the names of the embedded servers that must be started because their addresses are not set."""
    return [name for name, (setting, _) in _EMBEDDED.items() if getattr(settings, setting) is None]


def _service(data: Path, name: str, *, forked: bool = False, **arguments: object) -> Service:
    module = name.removesuffix("-api")  # "telegram" is also the name of the channel
    options = [part for key, value in arguments.items() for part in (f"--{key.replace('_', '-')}", str(value))]
    command = [sys.executable, "-m", f"embedded.{module}", "--data-dir", str(data / name), *options]
    return Service(name=name, command=command, forked=forked)


def _kafka(data: Path, port: Port) -> Server:
    from embedded.kafka.errors import KafkaStartError
    from embedded.kafka.ready import wait_ready

    chosen = port("kafka")

    def ready() -> bool:
        try:
            wait_ready(LOOPBACK, chosen, 0.5)
        except KafkaStartError:
            return False
        return True

    service, addresses = _service(data, "kafka", port=chosen), {"kafka": f"{LOOPBACK}:{chosen}"}
    return Server(service=service, ready=ready, timeout_s=KAFKA_START_S, addresses=addresses)


def _clickhouse(data: Path, port: Port) -> Server:
    from embedded.clickhouse.accounts import ANALYST, DATA, SINK, kept_passwords

    provinces = Settings.read().provinces
    chosen, http, folder = port("clickhouse"), port("clickhouse_http"), data / _PASSWORDS
    passwords, accounts = kept_passwords(folder, provinces), (("clickhouse", SINK), ("clickhouse_analyst", ANALYST))
    regional = ",".join(provinces)
    return Server(
        service=_service(data, "clickhouse", port=chosen, http_port=http, passwords=folder, provinces=regional),
        # it listens only after its engine has started, so a connection proves that it is ready
        ready=lambda: not is_free(chosen),
        addresses={"clickhouse_http": f"http://{LOOPBACK}:{http}"}
        | {
            name: f"clickhouse://{account}:{passwords[account]}@{LOOPBACK}:{chosen}/{DATA}"
            for name, account in accounts
        },
    )


def address_of_province(settings: Settings, code: str) -> str:
    """Return the address of ClickHouse with the account of the analysts of a province.

    Raises:
        ConfigurationError: no account of analysts is known, or not the password of this one.
    """
    from embedded.clickhouse.accounts import ANALYST, DATA

    known = parse_address(settings.clickhouse_analyst_required(), scheme="clickhouse", default_port=9000)
    account, form = f"{ANALYST}_{code}", f"@{known.host}:{known.port}/{DATA}_{code}"
    try:
        password = (settings.data / _PASSWORDS / account).read_text("utf-8").strip()
    except OSError as error:
        raise ConfigurationError(
            f"no password of {account} in {settings.data}: start the embedded ClickHouse with LAPOR_ANALYST_PROVINCES={code}, or leave out "
            f"--province and set LAPOR_CLICKHOUSE_ANALYST=clickhouse://{account}:password{form}"
        ) from error
    return f"clickhouse://{account}:{password}{form}"


def _smsc(data: Path, port: Port) -> Server:
    chosen, control = port("smpp"), port("smsc-control")
    password = secrets.token_hex(PASSWORD_CHARACTERS // 2)
    return Server(
        service=_service(data, "smsc", forked=True, port=chosen, control_port=control, password=password),
        ready=lambda: not is_free(control),
        # named, since the name of the account must not change with the port
        addresses={"smpp": f"smsc=smpp://lapor:{password}@{LOOPBACK}:{chosen}"},
        controls={"smsc": f"http://{LOOPBACK}:{control}"},
    )


def _stand_in(data: Path, port: Port, *, name: str, setting: str, control: str) -> Server:
    chosen = port(setting)
    address = f"http://{LOOPBACK}:{chosen}"
    return Server(
        service=_service(data, name, forked=True, port=chosen),
        ready=lambda: not is_free(chosen),
        addresses={setting: address},
        controls={control: address},
    )


def _x(data: Path, port: Port) -> Server:
    return _stand_in(data, port, name="x", setting="x_api", control="x")


def _telegram(data: Path, port: Port) -> Server:
    return _stand_in(data, port, name="telegram-api", setting="telegram_api", control="telegram")


_EMBEDDED: Final = {
    "kafka": ("kafka", _kafka),
    "clickhouse": ("clickhouse", _clickhouse),
    "smsc": ("smpp", _smsc),
    "x": ("x_api", _x),
    "telegram-api": ("telegram_api", _telegram),
}
"""For each embedded server, the setting without which it is started, and the function that makes it."""
