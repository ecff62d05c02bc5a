"""Runs channels, each with its intake, its replies and its memory. Several channels can share a process, and so the gazetteer."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

import structlog

from channels.conversation import Conversation
from channels.correspondence import Correspondence
from channels.courier import Courier, Limits
from channels.intake import Intake
from channels.known_cases import KnownCases
from complaints.bus.confluent import ConfluentConsumer
from complaints.bus.kafka_python import KafkaPythonProducer
from complaints.contract import REPLIES
from complaints.crypto import Keyring
from complaints.errors import CredentialsRefused
from complaints.runtime import telemetry
from complaints.runtime.settings import HOUR_S, Settings
from complaints.runtime.telemetry import configure_logging
from complaints.storage.spool import Spool
from lapor.processes.channels import CHANNELS, Parts
from lapor.processes.collector import settle
from lapor.processes.wiring import cases, heartbeats, keyring, loops, normaliser, stop_on_signals, upstream
from normalizer.complaint import Normaliser

log = structlog.get_logger()

READ_BY_THE_CITIZEN = frozenset({"web"})
"""Channels whose replies wait on a page until the citizen reads them. They need no limit of replies per hour."""

YOUNG_OBJECTS = 20_000
"""Number of new objects between two garbage collections. A burst of messages creates hundreds of thousands, freed by reference counting."""

REFUSED_PAUSE_S = 60.0
"""Seconds between two tries of a channel whose upstream refuses the token: a person must correct it, and upstream tolerates few tries."""

TURN_S = 0.5
"""Maximum number of seconds until a crashed channel is noticed."""


def run_doors(names: Sequence[str], settings: Settings) -> None:
    """Run channels until SIGTERM or SIGINT, or until one of them crashes.

    Args:
        names: names in the table of channels.
        settings: the settings of all of them.

    Raises:
        ConfigurationError: a setting is missing or wrong, or a file cannot be written.
    """
    configure_logging(f"channel-{'+'.join(names)}", settings.log_level)
    keys, reads = keyring(settings), normaliser()
    crashes: list[BaseException] = []
    with ExitStack() as open_things, stop_on_signals() as stop:

        def guarded(work: Callable[[], None]) -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001  # raised again in the main thread
                crashes.append(error)
            finally:
                stop.set()  # a channel that ends stops the whole process, which the supervisor then restarts

        works = [
            work
            for name in names
            for work in _works(
                name, settings, keys=keys, reads=reads, stop=stop, into=open_things, alone=len(names) == 1
            )
        ]
        settle(YOUNG_OBJECTS)
        threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(TURN_S)
    if crashes:
        raise crashes[0]


def _works(  # noqa: PLR0913  # the parts of a channel
    name: str,
    settings: Settings,
    *,
    keys: Keyring,
    reads: Normaliser,
    stop: threading.Event,
    into: ExitStack,
    alone: bool,
) -> list[Callable[[], None]]:
    """Return the functions that the threads of a channel run. Whatever must be closed afterwards is put onto `into`."""
    beat, brokers = heartbeats(settings, name), settings.kafka_required()
    memory = Correspondence(settings.data / name / "correspondence.db", clock=time.time)
    into.callback(memory.close)
    known = KnownCases(settings.data / name / "cases.db", clock=time.time, question_s=settings.question_hours * HOUR_S)
    into.callback(known.close)
    known_cases = cases(settings)
    into.callback(known_cases.close)
    door = CHANNELS[name](
        Parts(settings, keys, beat.beat, upstream(settings, name), known_cases, memory, reads.gazetteer)
    )
    producer = KafkaPythonProducer(brokers, timeout_s=settings.produce_timeout_s)
    into.callback(producer.close)
    intake = Intake(
        name,
        normalise=lambda message: reads.normalise(message, keys),
        producer=producer,
        spool=Spool(settings.spool_folder / f"{name}.db", max_bytes=settings.spool_max_bytes),
        conversation=Conversation(
            memory=memory, known=known, complete=reads.complete, identity=keys, cases=known_cases
        ),
    )
    into.callback(intake.close)
    courier = Courier(
        name,
        consumer=ConfluentConsumer(brokers, group=f"lapor-replies-{name}", topics=[REPLIES]),
        memory=memory,
        known=known,
        keyring=keys,
        sender=door.sender,
        keep=intake.keep,
        limits=Limits(
            per_hour=None if name in READ_BY_THE_CITIZEN else settings.replies_per_hour,
            max_age_s=settings.reply_max_hours * HOUR_S,
        ),
    )
    _, replies = loops(name)
    courier_beat = heartbeats(settings, replies)
    serve: Callable[[], None] = partial(door.run, intake, stop)
    if not alone:
        serve = partial(again_when_refused, serve, beat.beat, stop)
    return [serve, partial(courier.run, stop, courier_beat.beat)]


def again_when_refused(serve: Callable[[], None], turned: Callable[[], None], stop: threading.Event) -> None:
    """Serve a channel that shares its process. If its upstream refuses the credentials, it pauses and tries again; the others continue.

    A channel that runs alone would end with the reason. Here that would end all channels of the process, again and again.

    Args:
        serve: runs the channel until `stop` is set.
        turned: the heartbeat, called during the pause too, because a loop that waits is not stuck.
        stop: the signal to end.
    """
    while not stop.is_set():
        try:
            serve()
            break
        except CredentialsRefused as error:
            log.error("credentials refused, channel paused", error=str(error), pause_s=REFUSED_PAUSE_S)  # noqa: TRY400  # the text says it all
            telemetry.RETRIES.labels("refused-credentials").inc()
            until = time.monotonic() + REFUSED_PAUSE_S
            while time.monotonic() < until and not stop.wait(TURN_S):
                turned()
