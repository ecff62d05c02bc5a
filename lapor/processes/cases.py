"""The operations on cases of a running stack that `lapor case`, `lapor explain` and the demo share."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from complaints.command import Command, CommandKind
from complaints.errors import CaseError
from complaints.runtime.settings import Settings
from lapor.processes.wiring import cases as view
from ops import cases

RESULT_WITHIN_S = 20.0
"""Seconds to wait for the result of a command, which usually takes less than a second."""

PUBLISHED_WITHIN_S = 30.0
"""Seconds to wait for Kafka to accept a command."""


def act(  # noqa: PLR0913  # the parts of a command
    settings: Settings, code: str, kind: CommandKind, *, agency: str, text: str, say: Callable[[str], object]
) -> None:
    """Let an agency refuse or answer a case, and wait for the result. The router decides whether the agency may.

    Args:
        settings: the settings of the running stack.
        code: the tracking code.
        kind: refuse or answer.
        agency: the id of the agency.
        text: its reason or its answer.
        say: called with each sentence about the result.

    Raises:
        CaseError: there is no such case or agency, the command was refused, or it had no result in time.
        BusUnavailable: Kafka did not accept the command.
        UnavailableError: the view does not answer.
    """
    from router.agencies.registry import Registry

    if Registry.load().get(agency) is None:
        raise CaseError(f"no agency has the id {agency!r}; `lapor agency search` finds it by its name")
    with closing(view(settings)) as known:
        case = cases.find(known, code)
        wanted = cases.command(case, kind, agency=agency, text=text, now=datetime.now(UTC))
        _publish(wanted, settings)
        for sentence in cases.outcome(case, known.result(case.tracking_code, wanted.id, wait_s=RESULT_WITHIN_S)):
            say(sentence)


def explain(settings: Settings, code: str, *, say: Callable[[str], object]) -> None:
    """Say who owns a case and why, and what happened to it before.

    Args:
        settings: the settings of the running stack.
        code: the tracking code.
        say: called with each line.

    Raises:
        TrackingCodeError: the code cannot be one of our tracking codes.
        CaseError: there is no such case.
        UnavailableError: the view does not answer.
    """
    with closing(view(settings)) as known:
        for line in cases.told(cases.find(known, code), known.facts(code)):
            say(line)


def _publish(command: Command, settings: Settings) -> None:
    from complaints.bus.confluent import ConfluentProducer
    from complaints.bus.envelope import encode

    producer = ConfluentProducer(settings.kafka_required())
    try:
        producer.send(encode(command, source="/lapor/case")).result(PUBLISHED_WITHIN_S)
    finally:
        producer.close()
