"""Runs channels, each with its intake and the sender of its accounts. Several channels can share a process."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import partial

import structlog

from channels.intake import Intake
from channels.sending.accounts import Accounts
from channels.sending.run import Apart, run_sender
from channels.sending.spec import SenderSpec
from channels.sending.worker import FINISH_S
from complaints.bus.confluent import ConfluentProducer
from complaints.bus.step.options import WorkerOptions
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings
from complaints.runtime.telemetry import configure_logging
from complaints.runtime.upstream import SENDER, Upstream
from complaints.storage.spool import Spool
from lapor.processes.channels import CHANNELS, Parts
from lapor.processes.collector import settle
from lapor.processes.secret import keyring
from lapor.processes.wiring import heartbeats, loops, stop_on_signals, upstream

TURN_S = 0.5
"""Maximum number of seconds until the end of a loop is noticed."""

FAILED_AGAIN_S = 60.0
"""Seconds until a sender that has failed tries again: somebody must have corrected something meanwhile."""

LOOK_S = 0.2
"""Seconds between two looks at the signal to end."""

log = structlog.get_logger()

YOUNG_OBJECTS = 20_000
"""Number of new objects between two garbage collections. A burst of messages creates hundreds of thousands, freed by reference counting."""

REPORTED = frozenset({"sms"})
"""Channels whose upstream reports later what became of a text: of the others nothing is kept for that."""

SEND_BATCH = 500
"""Maximum number of records that a sender takes at once."""


def run_together(works: Sequence[Callable[[], None]], stop: threading.Event) -> None:
    """Run functions until all have ended. When one ends, `stop` is set, and so the others end too; the supervisor starts all anew.

    Args:
        works: the functions; each ends soon after `stop` is set.
        stop: the signal to end.

    Raises:
        BaseException: the first error of a function.
    """
    crashes: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # raised again in the main thread
            crashes.append(error)
        finally:
            stop.set()

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(TURN_S)
    if crashes:
        raise crashes[0]


def run_channels(names: Sequence[str], settings: Settings) -> None:
    """Run channels until SIGTERM or SIGINT, or until one of them crashes.

    Raises:
        ConfigurationError: a setting is missing or wrong, or a file cannot be written.
    """
    configure_logging(f"channel-{'+'.join(names)}", settings.log_level)
    keys = keyring(settings)
    with ExitStack() as open_things, stop_on_signals() as stop:
        works = [work for name in names for work in _works(name, settings, keys=keys, stop=stop, into=open_things)]
        settle(YOUNG_OBJECTS)
        run_together(works, stop)


def _works(
    name: str,
    settings: Settings,
    *,
    keys: Keyring,
    stop: threading.Event,
    into: ExitStack,
) -> list[Callable[[], None]]:
    """Return the functions that the threads of a channel run. Whatever must be closed afterwards is put onto `into`."""
    beat, brokers, reports = heartbeats(settings, name), settings.kafka_required(), upstream(settings, name)
    producer = ConfluentProducer(brokers, timeout_s=settings.produce_timeout_s)
    into.callback(producer.close)
    spool = Spool(settings.spool_folder / f"{name}.db", max_bytes=settings.spool_max_bytes)
    intake = Intake(name, keyring=keys, producer=producer, spool=spool)
    into.callback(intake.close)
    channel = CHANNELS[name](
        Parts(
            settings=settings,
            keys=keys,
            turned=beat.beat,
            upstream=reports,
            intake=intake,
        )
    )
    if not channel.accounts:
        return [partial(channel.run, stop)]
    _, sender = loops(name)
    options = WorkerOptions(
        brokers=brokers,
        ordinal=settings.ordinal,
        folder=settings.data / name / "sender" / str(settings.ordinal),
        batch=SEND_BATCH,
        fuse=settings.dead_letter_fuse,
        heartbeat=heartbeats(settings, sender).beat,
    )
    spec = SenderSpec(channel=name, keyring=keys, reported=name in REPORTED)
    ours = Accounts(name, channel.accounts)
    send = partial(run_sender, spec, ours, options=options, stop=stop)

    def sending() -> None:
        with closing(ours):
            again_each_minute(send, reports, apart=Apart(spec, ours, options), stop=stop)

    return in_order(channel.run, sending, stop)


def in_order(
    serve: Callable[[threading.Event], None], send: Callable[[], None], stop: threading.Event
) -> list[Callable[[], None]]:
    """Return the functions that the threads of a channel run.

    Its intake goes on until its sender has ended: by the same connections the accounts hear the answers to the texts on their way.

    Args:
        serve: runs the channel until an event is set.
        send: runs the sender until `stop` is set.
        stop: the signal to end.
    """
    sent, end = threading.Event(), threading.Event()

    def sends() -> None:
        try:
            send()
        finally:
            sent.set()

    def ends() -> None:
        stop.wait()
        sent.wait(FINISH_S)
        end.set()

    return [partial(serve, end), sends, ends]


def again_each_minute(send: Callable[[], None], reports: Upstream, *, apart: Apart, stop: threading.Event) -> None:
    """Run a sender until it ends. If it fails, say why to doctor, and try again each minute until `stop` is set.

    The intake, its accounts and the channels of the same process go on meanwhile: a citizen's message is taken also if we cannot answer.
    """
    while not stop.is_set():
        failure = _failure_of(send)
        if failure is None:
            return
        log.error("the sender has failed; it tries again in a minute", why=failure)
        sender, until = reports.account(SENDER), time.monotonic() + FAILED_AGAIN_S
        apart.begin()
        while time.monotonic() < until and not stop.is_set():
            sender.failed(f"{apart.look()}{failure}")
            stop.wait(LOOK_S)
        sender.reached()


def _failure_of(send: Callable[[], None]) -> str | None:
    """Return why a sender has ended with an error. The text of an error that nobody foresaw may quote a citizen, and is in no record."""
    try:
        send()
    except ConfigurationError as error:
        return str(error)
    except Exception as error:
        log.exception("an error of the sender that nobody foresaw")
        return f"an error of this program ({type(error).__name__}); the log says where"
    return None
