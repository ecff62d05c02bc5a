"""Makes the parts that several services share: each function makes one part from the settings."""

import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from complaints import tracking
from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings
from complaints.runtime.telemetry import Heartbeat
from complaints.runtime.upstream import Upstream
from lapor.processes.channels import CHANNELS
from lapor.processes.demo_clock import DemoClock
from lapor.processes.routing import router_of_worker
from lapor.processes.secret import keyring

if TYPE_CHECKING:  # each function imports the client library that it needs
    from complaints.bus import Backlog, Producer, Scanner, TopicPartition
    from complaints.bus.admin import Administration
    from complaints.bus.control import Board
    from complaints.bus.step.contract import MakeDeadLetter, StepSpec
    from conversation.records import Rules
    from ops.topics import Begin
    from sinks.clickhouse.client import Store
    from view.client import ViewClient

WORKERS = ("router", "conversation", "sink", "view", "neighbours")

STEPS = frozenset({"router", "conversation", "neighbours"})
"""The workers that are steps. The supervisor restarts one sooner than the others if it hangs, because others wait for it."""

MIN_KEY_BYTES = 16
"""The minimum length of the key of case numbers in bytes: a shorter one could be guessed."""

WITHOUT_ACCOUNTS = frozenset({"web"})
"""The channels that send nothing: citizens read replies on the page of the case."""


def loops(service: str) -> tuple[str, ...]:
    """Return the names of the heartbeats of a channel or worker. A channel with accounts has a second one, of its sender."""
    return (service, f"{service}-sender") if service in CHANNELS.keys() - WITHOUT_ACCOUNTS else (service,)


def stale_after_s(service: str) -> float:
    """Return the seconds without a heartbeat after which a service is restarted."""
    return Heartbeat.STEP_STALE_AFTER_S if service in STEPS else Heartbeat.STALE_AFTER_S


def case_numbers(settings: Settings) -> tracking.Numbers:
    """Return the maker of case numbers and row ids for the sink, the view and queries, with LAPOR_CASE_NUMBER_KEY or the secret's key.

    Raises:
        ConfigurationError: the key is too short, or there is no key and no secret file.
    """
    if settings.case_number_key is None:
        return keyring(settings).numbers
    key = settings.case_number_key.get_secret_value().encode()
    if len(key) < MIN_KEY_BYTES:
        raise ConfigurationError(
            f"LAPOR_CASE_NUMBER_KEY has {len(key)} characters, it needs at least {MIN_KEY_BYTES}: `openssl rand -hex 24` makes one"
        )
    return tracking.Numbers(key)


def router_step(settings: Settings) -> "StepSpec":
    """Return the router's step: its topics and its function."""
    from complaints.bus.step.contract import StepSpec
    from complaints.case import FORMAT
    from complaints.contract import CASES, COMPLAINTS
    from complaints.notices import notices
    from complaints.runtime import telemetry
    from router.cases.step import STEP, CaseStep, timer

    notices()  # a mistake in them or in the wording must fail the start, not the first complaint
    counter = cache(telemetry.EVENTS_ROUTED.labels)
    step = CaseStep(router_of_worker(settings), lambda outcome: counter(outcome).inc())
    return StepSpec(
        name=STEP,
        mailbox=COMPLAINTS,
        states=CASES,
        function=DemoClock(settings.demo_clock).ahead_of(step) if settings.demo_clock else step,
        timer=timer,
        dead_letter=_letters("/router"),
        format=FORMAT,
    )


def _letters(source: str) -> "MakeDeadLetter":
    """Return the function that makes a step's dead letters."""
    from complaints.bus.deadletter import of_record
    from complaints.bus.envelope import encode

    return lambda record, error, attempts: (encode(of_record(record, error, attempts=attempts), source=source),)


def conversation_step(settings: Settings) -> "StepSpec":
    """Return the conversation's step: its topics and its function."""
    from channels.sms.text import text_of
    from complaints.bus.deadletter import of_record
    from complaints.bus.envelope import encode
    from complaints.bus.step.contract import StepSpec
    from complaints.contract import CITIZENS, CONVERSATIONS
    from complaints.runtime import telemetry
    from complaints.wording import wording
    from conversation import records
    from conversation.reading import Reads
    from conversation.step import FORMAT, STEP, ConversationStep
    from normalizer.complaint import Normaliser

    wording()
    counter = cache(telemetry.MESSAGES_LANDED.labels)
    step = ConversationStep(
        keyring(settings),
        Reads(normaliser=Normaliser.load(), text_of={"sms": text_of}),
        conversation_rules(settings),
        lambda outcome: counter(outcome).inc(),
    )
    return StepSpec(
        name=STEP,
        mailbox=CONVERSATIONS,
        states=CITIZENS,
        function=step,
        dead_letter=lambda record, error, attempts: step.dead_letter(
            record, encode(of_record(record, error, attempts=attempts), source="/conversation")
        ),
        timer=records.due,
        format=FORMAT,
    )


def neighbours_step() -> "StepSpec":
    """Return the neighbours' step: its topics and its function."""
    from complaints.bus.step.contract import StepSpec
    from complaints.contract import NEIGHBOURHOODS, NEIGHBOURS
    from complaints.runtime import telemetry
    from neighbours.step import FORMAT, STEP, NeighboursStep

    counter = cache(telemetry.CASES_COMPARED.labels)
    return StepSpec(
        name=STEP,
        mailbox=NEIGHBOURS,
        states=NEIGHBOURHOODS,
        function=NeighboursStep(lambda outcome: counter(outcome).inc()),
        dead_letter=_letters("/neighbours"),
        format=FORMAT,
    )


def conversation_rules(settings: Settings) -> "Rules":
    """Return the settings of the conversation."""
    from conversation.records import Rules

    return Rules(
        part_timeout_ms=int(settings.part_timeout_s * 1000),
        same_words_ms=int(settings.same_sms_window_s * 1000),
        question_ms=int(settings.question_hours * 3_600_000),
        per_hour=settings.replies_per_hour,
        useful_for=timedelta(hours=settings.reply_max_hours),
    )


@contextmanager
def administration(brokers: str, *, timeout_s: float = 30.0) -> "Iterator[Administration]":
    """Yield a client that administers topics and the progress of groups.

    Args:
        brokers: host:port, separated by commas.
        timeout_s: seconds to wait for each answer.

    Raises:
        BusUnavailable: no broker answered.
    """
    from complaints.bus.kafka_python import KafkaPythonAdmin

    admin = KafkaPythonAdmin(brokers, timeout_s=timeout_s)
    try:
        yield admin
    finally:
        admin.close()


def beginner(brokers: str) -> "Begin":
    """Return the function that writes the first positions of a step."""
    from complaints.bus.step.contract import StepTopics
    from complaints.bus.step.place.accept import install

    return lambda step, topic, offsets: install(
        brokers, StepTopics(name=step, mailbox=topic.name, states=topic.states), offsets
    )


def board(brokers: str) -> "Board":
    """Return a client that reads and writes the control topic."""
    from complaints.bus.confluent.board import ConfluentBoard

    return ConfluentBoard(brokers)


def scanner(settings: Settings) -> "Scanner":
    """Return a client that reads topics outside any consumer group.

    Raises:
        ConfigurationError: no Kafka is set.
    """
    from complaints.bus.confluent import ConfluentScanner

    return ConfluentScanner(settings.kafka_required())


def producer(settings: Settings) -> "Producer":
    """Return a client that writes records.

    Raises:
        ConfigurationError: no Kafka is set.
    """
    from complaints.bus.confluent import ConfluentProducer

    return ConfluentProducer(settings.kafka_required())


def backlogs(brokers: str, expected: Mapping[str, Iterable[str]], *, timeout_s: float) -> "list[Backlog]":
    """Return the backlog of each consumer group (see Backlogs).

    Args:
        brokers: host:port, separated by commas.
        expected: the groups that must exist, with the topics that each must read to the end.
        timeout_s: seconds to wait for each answer.

    Raises:
        BusUnavailable: Kafka did not answer in time.
    """
    from complaints.bus.confluent.backlog import Backlogs

    return Backlogs(brokers, timeout_s=timeout_s).of_all(expected)


def open_transactions(
    brokers: str, partitions: "Iterable[TopicPartition]", *, timeout_s: float
) -> "dict[TopicPartition, int]":
    """Return when the open transaction of a partition began, for each partition that has one (see Backlogs.held_up)."""
    from complaints.bus.confluent.backlog import Backlogs

    return Backlogs(brokers, timeout_s=timeout_s).held_up(partitions)


def store(settings: Settings, *, patience_s: float | None = None) -> "Store":
    """Return a connection to ClickHouse as the sink's account. Without `patience_s`, it waits as long as for any answer."""
    from sinks.clickhouse.client import ANSWER_TIMEOUT_S, Store

    return Store(settings.clickhouse_required(), patience_s=patience_s or ANSWER_TIMEOUT_S)


def analysts_store(settings: Settings) -> "Store":
    """Return a connection to ClickHouse as the account that only reads the views, or as the sink's if that one is not set."""
    from sinks.clickhouse.client import Store

    return Store(settings.clickhouse_analyst or settings.clickhouse_required())


def cases(settings: Settings) -> "ViewClient":
    """Return the client of the view.

    Raises:
        ConfigurationError: the view's address or its key is not set.
    """
    from view.client import ViewClient

    urls, key = settings.view_required()
    return ViewClient(urls, key=key)


def heartbeats(settings: Settings, name: str, *, within_s: float = Heartbeat.STALE_AFTER_S) -> Heartbeat:
    """Return the heartbeat of a loop. A watchdog ends this process if the loop falls silent, as not every process has a supervisor.

    Args:
        settings: the settings with the data folder.
        name: the name of the loop.
        within_s: the maximum seconds without a heartbeat, after the first one.
    """
    from complaints.bus.step.watchdog import Watchdog

    beat = Heartbeat(settings.data / "heartbeats", name)
    Watchdog().follow(name, beat.last, within_s=within_s)
    return beat


def upstream(settings: Settings, name: str) -> Upstream:
    """Return the object by which a channel records whether it reaches its upstream."""
    return Upstream(upstreams_in(settings.data), name)


def upstreams_in(data: Path) -> Path:
    """Return the folder with the files in which channels record whether they reach their upstreams."""
    return data / "upstreams"


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM and SIGINT set, and SIGHUP (from a closed terminal), unless it is ignored, as under nohup."""
    stop = threading.Event()
    wanted = {signal.SIGTERM, signal.SIGINT}
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        wanted.add(signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in wanted}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
