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
"""The maximum seconds until the end of a thread is noticed."""

FAILED_AGAIN_S = 60.0
"""Seconds until a failed sender is started again: a person must correct something first."""

LOOK_S = 0.2
"""Seconds between two checks of the signal to end."""

log = structlog.get_logger()

YOUNG_OBJECTS = 20_000
"""Number of new objects between two garbage collections. A burst of messages creates hundreds of thousands, freed by reference counting."""

REPORTED = frozenset({"sms"})
"""The channels whose upstream reports later what became of a text. For the others, identifiers of sent texts are not kept."""

SEND_BATCH = 500
"""Maximum number of records that a sender takes at once."""


def run_together(works: Sequence[Callable[[], None]], stop: threading.Event) -> None:
    """Run functions in threads until all have ended. When one ends, `stop` is set so that the others end, too.

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
    """Return the functions that the threads of a channel run. Their resources are closed by `into`."""
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

    The channel serves until its sender has ended, because the answers to texts on their way come over the same connections.

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
    """Run a sender until it ends. If it fails, report why to `lapor doctor`, and try again each minute until `stop` is set.

    The intake, the accounts and other channels of the process go on meanwhile: messages are taken even if we cannot reply.
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
    """Run a sender, and return why it failed, or None. The text of an unforeseen error may quote a citizen, so it is not returned."""
    try:
        send()
    except ConfigurationError as error:
        return str(error)
    except Exception as error:
        log.exception("an error of the sender that nobody foresaw")
        return f"an error of this program ({type(error).__name__}); the log says where"
    return None
