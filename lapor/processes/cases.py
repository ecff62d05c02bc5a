"""The operations on cases of a running stack that `lapor case`, `lapor explain` and the demo share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from complaints import ids
from complaints.disposition import AgencyRef
from complaints.errors import BusUnavailable, CaseError, UnavailableError
from complaints.runtime.settings import Settings
from lapor.processes.demo_clock import DemoClock
from lapor.processes.routing import Agencies, agencies
from lapor.processes.wiring import cases as view
from normalizer.zones import local_day
from ops.casework.acts import ACTS
from ops.casework.batch import IN_FLIGHT, Applies, Tally
from ops.casework.find import find
from ops.casework.orders import checked, command, nonce
from ops.casework.outcome import outcome
from ops.casework.show import Sheet, sheet
from ops.casework.story import story

if TYPE_CHECKING:
    from complaints.bus import Record
    from ops.casework.due import Entry
    from view.client import ViewClient

RESULT_WITHIN_S = 20.0
"""Seconds to wait for the result of a command, which usually takes less than a second."""

PUBLISHED_WITHIN_S, LATE_S = 30.0, 2.0
"""Seconds that Kafka's client has to write a record, and how much longer we wait, so that the error is the client's own."""


def act(settings: Settings, code: str, name: str, *, agency: str, say: Callable[[str], object], **said: Any) -> None:
    """Send the command for an agency's act on a case, and wait for the result. The router decides whether the agency may act so.

    Args:
        settings: the settings of the running stack.
        code: the tracking code or the case number.
        name: the name of the act (see ops.casework.acts.ACTS).
        agency: the id of the agency.
        say: called with each sentence about the result.
        said: the options of the act by name.

    Raises:
        ConfigurationError: an option is missing or wrong.
        CaseError: there is no such case or agency, the command was refused, or it had no result in time.
        BusUnavailable: Kafka did not accept the command.
        UnavailableError: the view does not answer; the text says whether the command was sent.
    """
    fields = checked(ACTS[name], said)
    from complaints.bus.envelope import encode

    acting = existing(agencies(settings), agency)
    with closing(view(settings)) as known:
        case = find(known, code)
        if "other" in fields:
            find(known, fields["other"])  # the main case: its code must exist
        id_ = ids.command_id(case.complaint_id, name, actor=agency, nonce=nonce(case, fields))
        wanted = command(ACTS[name], case.tracking_code, id_=id_, agency=agency, fields=fields, at=datetime.now(UTC))
        # a command that is written twice takes effect once, by its id
        doubt = "`lapor case show` tells what became of the command"
        publish(encode(wanted, source="/lapor/case"), settings, doubt=doubt, is_idempotent=False)
        try:
            facts = known.result(case.tracking_code, wanted.id, wait_s=RESULT_WITHIN_S)
        except UnavailableError as error:
            raise UnavailableError(
                f"the command was given, but what became of it cannot be looked up; `lapor case show` tells it later: {error}"
            ) from error
    for sentence in outcome(acting, facts, out_of_reach=bool(case.complaint.recorded_by)):
        say(sentence)


def existing(known: Agencies, agency: str) -> AgencyRef:
    """Return the agency with an id, which may be a unit of a government's own allotment.

    Raises:
        CaseError: there is no such agency.
    """
    found = known.registry.get(agency)
    if found is None:
        raise CaseError(f"no agency has the id {agency!r}; `lapor agency search` finds it by its name")
    return AgencyRef(id=found.id, name=found.name)


def show(settings: Settings, code: str) -> Sheet:
    """Return the sheet of a case: all that an officer sees of it.

    Raises:
        TrackingCodeError: the code cannot be one of our tracking codes.
        CaseError: there is no such case.
        UnavailableError: the view does not answer.
    """
    with closing(view(settings)) as known:
        case = find(known, code)
        return sheet(case, known.facts(case.tracking_code), now(settings))


def explain(settings: Settings, code: str, *, say: Callable[[str], object]) -> None:
    """Say, line by line, what happened to a case, and who owns it now and why.

    Raises:
        TrackingCodeError: the code cannot be one of our tracking codes.
        CaseError: there is no such case.
        UnavailableError: the view does not answer.
    """
    with closing(view(settings)) as known:
        case = find(known, code)
        for line in story(case, known.facts(case.tracking_code), now(settings)):
            say(line)


def due(settings: Settings, *, agency: str, before: str) -> "Iterator[Entry]":
    """Yield the cases that wait for an agency, the one with the earliest next deadline first.

    Args:
        settings: the settings of the running stack.
        agency: the id of the agency that owns them; empty for any.
        before: a day; only cases whose next deadline ends before it are yielded. Empty for all.

    Raises:
        CaseError: no agency has the id, and no waiting case has it as its owner.
        ConfigurationError: a setting is wrong.
        UnavailableError: the view does not answer.
    """
    from ops.casework.due import beginning, entry  # its masks are compiled for as long as a look at one case takes

    exist = agencies(settings)
    is_gone = cache(exist.is_gone)
    with closing(view(settings)) as known:
        if agency and exist.registry.get(agency) is None and next(known.due(agency=agency), None) is None:
            existing(exist, agency)
        moment = now(settings)
        for one in known.due(agency=agency, before=before):
            today = local_day(moment, one.province)
            found = entry(one.tracking_code, one.state, one.owner, one.deadline, today, is_gone=is_gone(one.owner.id))
            added = {"added": beginning(one.added, secret=False)} if one.added and not one.secret else {}
            urgent = {"urgent": True} if one.urgent else {}
            yield found | urgent | {"text": beginning(one.text, secret=one.secret)} | added


def apply(
    settings: Settings, blocks: Iterable[Sequence[tuple[int, bytes]]], *, said: Callable[[bytes], object]
) -> Tally:
    """Apply the acts in lines of JSON, and return the number of lines per result.

    Args:
        settings: the settings of the running stack.
        blocks: blocks of lines with their numbers.
        said: called for each line, in order, with a line of JSON that tells its result.

    Raises:
        BusUnavailable: Kafka does not take a command.
        UnavailableError: the view does not answer.
    """
    tally = Tally()
    with applying(settings, agencies(settings)) as (_, applies):
        for lines in blocks:
            for first in range(0, len(lines), IN_FLIGHT):
                for one in applies.lines(lines[first : first + IN_FLIGHT], tally):
                    said(one)
    return tally


@contextmanager
def applying(settings: Settings, exist: Agencies) -> "Iterator[tuple[ViewClient, Applies]]":
    """Yield the client of the view, and the object that sends many commands and returns their results."""
    from complaints.bus.confluent import ConfluentProducer
    from complaints.bus.envelope import encode

    def agency(id_: str) -> AgencyRef | None:
        found = exist.registry.get(id_)
        return None if found is None else AgencyRef(id=found.id, name=found.name)

    producer = ConfluentProducer(settings.kafka_required())
    try:
        with closing(view(settings)) as known:
            yield (
                known,
                Applies(
                    view=known,
                    publish=lambda wanted: producer.send(encode(wanted, source="/lapor/case")),
                    agency=agency,
                    state=lambda code: None if (case := known.case(code)) is None else case.state,
                    now=lambda: datetime.now(UTC),
                    patience_s=RESULT_WITHIN_S,
                ),
            )
    finally:
        producer.close()


def now(settings: Settings) -> datetime:
    """Return the present time; in a demonstration, the time of its clock, which is some days ahead."""
    if settings.demo_clock is None:
        return datetime.now(UTC)
    return datetime.fromtimestamp(DemoClock(settings.demo_clock).now_ms() / 1000, UTC)


def publish(record: "Record", settings: Settings, *, doubt: str, is_idempotent: bool = True) -> None:
    """Write a record to Kafka, and wait until Kafka has it.

    Args:
        record: a command or a message.
        settings: the settings of the running stack.
        doubt: a sentence for the error that says how to find out whether Kafka has the record nevertheless.
        is_idempotent: see ConfluentProducer.

    Raises:
        BusUnavailable: Kafka has not answered in time.
    """
    from complaints.bus.confluent import ConfluentProducer

    brokers = settings.kafka_required()
    producer = ConfluentProducer(brokers, timeout_s=PUBLISHED_WITHIN_S, is_idempotent=is_idempotent)
    try:
        producer.write([record], PUBLISHED_WITHIN_S + LATE_S)
    except BusUnavailable as error:
        raise BusUnavailable(f"{error}. Perhaps Kafka has it nevertheless: {doubt}") from error
    finally:
        producer.close()
