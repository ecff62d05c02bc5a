"""The operations on cases of a running stack that `lapor case`, `lapor explain`, `lapor replay` and the demo share."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from complaints.errors import CaseError
from complaints.runtime.settings import Settings
from lapor.processes.wiring import router, store
from ops import cases

if TYPE_CHECKING:  # client libraries load when they are needed
    from complaints.bus.confluent import ConfluentScanner
    from complaints.event import CaseEvent, Disposition
    from ops.replay import Move

ROUTED_WITHIN_S = 20.0
"""Seconds to wait for the router's answer to a refusal, which usually takes less than a second."""

PUBLISHED_WITHIN_S = 30.0
"""Seconds to wait for Kafka to accept an event."""


def refuse(settings: Settings, code: str, *, agency: str, text: str, say: Callable[[str], object]) -> None:
    """Record that an agency is not responsible, and wait until the case has moved on.

    Args:
        settings: the settings of the running stack.
        code: the tracking code.
        agency: the id of the agency that refuses.
        text: its reason.
        say: called with each sentence about the result.

    Raises:
        CaseError: there is no such case, the agency cannot refuse it, or no router answered in time.
        BusUnavailable: Kafka did not accept the refusal.
    """
    from router.agencies.registry import Registry

    national = Registry.load().national_administrator
    if agency == national.id:
        raise CaseError(
            f"{national.name} is the national administrator and cannot refuse: its triage desk must sort the case"
        )
    case = cases.find(store(settings), code)
    with _scanner(settings) as scanner:
        event = cases.refuse(case, agency, text, scanner=scanner, now=datetime.now(UTC))
        if event is None:
            say(
                f"{agency} has already refused this case; its owner is {case.owner.name} ({case.owner.id}). Nothing changes."
            )
            return
        _publish(event, settings)
        moved = _wait_for_hop(settings, code, event.hop + 1)
        say(f"hop {moved.chain[-1].hop}: {case.owner.name} -> {moved.owner.name} ({moved.owner.id})")
        say(cases.dispositions(moved, scanner)[-1].explanation)


def answer(settings: Settings, code: str, *, agency: str, text: str, say: Callable[[str], object]) -> None:
    """Record the answer of the agency that owns the case. The citizen gets it on the channel of the complaint.

    Args:
        settings: the settings of the running stack.
        code: the tracking code.
        agency: the id of the agency that answers.
        text: its answer.
        say: called with a sentence about the result.

    Raises:
        CaseError: there is no such case, or the agency does not own it.
        BusUnavailable: Kafka did not accept the answer.
    """
    case = cases.find(store(settings), code)
    with _scanner(settings) as scanner:
        _publish(cases.answer(case, agency, text, scanner=scanner, now=datetime.now(UTC)), settings)
    say(f"{case.owner.name} has answered; the citizen hears it on the channel of the complaint.")


def history(settings: Settings, code: str) -> "tuple[cases.Case, list[Disposition]]":
    """Return a case and its dispositions, oldest first.

    Raises:
        CaseError: there is no such case.
    """
    case = cases.find(store(settings), code)
    with _scanner(settings) as scanner:
        return case, list(cases.dispositions(case, scanner))


def replay(
    settings: Settings, topic: str, *, since_ms: int | None, moved: "Callable[[Move], None]"
) -> Mapping[str, Any]:
    """Route past events again with the present rules, into a shadow topic, and return the summary. Nobody is notified.

    Args:
        settings: the settings of the running stack.
        topic: a topic that the router reads.
        since_ms: where to begin, in milliseconds since 1970; None for the first event.
        moved: called with each case that would have another owner.

    Raises:
        BusUnavailable: Kafka cannot be read or written.
    """
    from complaints.bus.confluent import ConfluentProducer
    from complaints.bus.kafka_python import KafkaPythonAdmin
    from complaints.contract import DISPOSITIONS
    from ops.replay import SHADOW_PREFIX, SHADOW_RETENTION_MS, ShadowWriter
    from ops.replay import replay as replayed
    from router.work import asked

    routes = router(settings)

    def decide(record: Any) -> "Disposition | None":
        question = asked(record)
        return None if question is None else routes.route(question.complaint, question.refusals)

    brokers, shadow = settings.kafka_required(), f"{SHADOW_PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S}"
    admin = KafkaPythonAdmin(brokers)
    admin.create_like(shadow, DISPOSITIONS, retention_ms=SHADOW_RETENTION_MS)
    admin.close()
    producer = ConfluentProducer(brokers)
    with _scanner(settings) as scanner:
        summary = replayed(
            scanner.scan(topic, since_ms=since_ms),
            decide=decide,
            writer=ShadowWriter(producer, shadow),
            store=store(settings),
            moved=moved,
        )
    producer.close()
    return {**summary.as_json(), "topic": shadow}


@contextmanager
def _scanner(settings: Settings) -> "Iterator[ConfluentScanner]":
    from complaints.bus.confluent import ConfluentScanner

    scanner = ConfluentScanner(settings.kafka_required())
    try:
        yield scanner
    finally:
        scanner.close()


def _publish(event: "CaseEvent", settings: Settings) -> None:
    from complaints.bus.confluent import ConfluentProducer
    from complaints.bus.envelope import encode

    producer = ConfluentProducer(settings.kafka_required())
    producer.send(encode(event, source="/lapor/case")).result(PUBLISHED_WITHIN_S)
    producer.close()


def _wait_for_hop(settings: Settings, code: str, hop: int) -> "cases.Case":
    clickhouse, deadline = store(settings), time.monotonic() + ROUTED_WITHIN_S
    while (case := cases.find(clickhouse, code)).chain[-1].hop < hop:
        if time.monotonic() > deadline:
            raise CaseError("the refusal is on Kafka, but no router has answered it yet; see `lapor doctor`")
        time.sleep(0.2)
    return case
