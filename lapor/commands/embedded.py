"""`lapor embedded ...`: runs one embedded server in the foreground."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Run one embedded server in the foreground, until Ctrl-C.", no_args_is_help=True)

Port = Annotated[int, typer.Option(help="Port to listen on; 0 chooses a free one and prints it.")]
Folder = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder for its data. Default: a subfolder of LAPOR_DATA.")
]
Host = Annotated[str, typer.Option(help="Address to listen on.")]

LOOPBACK = "127.0.0.1"


def _folder(given: Path | None, name: str) -> Path:
    if given is not None:
        return given
    from complaints.runtime.settings import Settings

    return Settings.read().data / name


@contextmanager
def _told() -> Iterator[None]:
    """Run the body of a `with`; if it cannot listen on its port or address, raise ConfigurationError instead of the OSError.

    Other errors pass unchanged.
    """
    from complaints.errors import ConfigurationError

    try:
        yield
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES}:
            raise
        raise ConfigurationError(f"{error.strerror}; choose another port, or 0 for a free one (see --help)") from error


@app.command()
def kafka(*, port: Port = 9092, data_dir: Folder = None, host: Host = LOOPBACK) -> None:
    """Run Apache Kafka as a single node. The first start downloads its jars (45 MB), unless LAPOR_KAFKA_HOME is set."""
    from complaints.runtime.settings import Settings
    from embedded.kafka.config import KafkaConfig
    from embedded.kafka.server import run_foreground

    home = Settings.read().kafka_home
    run_foreground(KafkaConfig(data_dir=_folder(data_dir, "kafka"), host=host, port=port, kafka_home=home))


@app.command()
def clickhouse(
    *,
    port: Port = 9000,
    data_dir: Folder = None,
    host: Host = LOOPBACK,
    passwords: Annotated[
        Path | None,
        typer.Option(help="Folder with the accounts' passwords, made if missing. Default: inside its data."),
    ] = None,
) -> None:
    """Run the ClickHouse engine as a server of its native protocol, with the accounts lapor_sink, lapor_analyst and lapor_operator."""
    from embedded.clickhouse import ServerConfig, serve

    with _told():
        serve(ServerConfig(host=host, port=port, data_dir=_folder(data_dir, "clickhouse"), passwords=passwords))


@app.command()
def smsc(*, port: Port = 2775, control_port: Port = 2776, data_dir: Folder = None, host: Host = LOOPBACK) -> None:
    """Run the stand-in for an SMSC. Type `62812...: text` to deliver an SMS to the channel; each SMS that the channel sends is shown.

    To connect the SMS channel to it, set `LAPOR_SMPP=smpp://lapor:lapor@127.0.0.1:2775` for `lapor up` or `lapor run sms`.
    """
    from embedded.smsc.config import SmscConfig
    from embedded.smsc.server import run_foreground

    with _told():
        run_foreground(SmscConfig(data_dir=_folder(data_dir, "smsc"), host=host, port=port, control_port=control_port))


@app.command()
def x(*, port: Port = 8701, data_dir: Folder = None, host: Host = LOOPBACK) -> None:
    """Run the stand-in for the API of X (Twitter)."""
    from embedded.x import XConfig, run_foreground

    with _told():
        run_foreground(XConfig(data_dir=_folder(data_dir, "x"), host=host, port=port))


@app.command()
def telegram(*, port: Port = 8702, data_dir: Folder = None, host: Host = LOOPBACK) -> None:
    """Run the stand-in for the Bot API of Telegram."""
    from embedded.telegram import TelegramConfig, run_foreground

    with _told():
        run_foreground(TelegramConfig(data_dir=_folder(data_dir, "telegram-api"), host=host, port=port))
