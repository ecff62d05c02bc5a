"""Makes the commands by which an agency refuses or answers a case, and says what became of them and of the case."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from hashlib import sha256
from typing import Final, Protocol
from uuid import UUID

from complaints import ids, tracking
from complaints.calendar import WIB
from complaints.case import Case
from complaints.command import Command, CommandKind
from complaints.disposition import Deadline, Disposition
from complaints.errors import CaseError, ConfigurationError
from complaints.fact import Fact, FactKind, Result
from complaints.limits import ANSWER_BYTES, REASON_BYTES

TEXT_BYTES: Final = {CommandKind.refuse: REASON_BYTES, CommandKind.answer: ANSWER_BYTES}
"""The maximum size of the text of each command in bytes of UTF-8."""


class Cases(Protocol):
    """Looks up cases and their facts, as the view's client does. Each method raises UnavailableError if it cannot now."""

    def case(self, code: str, *, version: int = 0, wait_s: float = 0.0) -> Case | None:
        """Return the case with a tracking code; None if there is no such case."""

    def facts(self, code: str) -> tuple[Fact, ...]:
        """Return the facts of a case, oldest first."""

    def result(self, code: str, command_id: UUID, *, wait_s: float = 0.0) -> tuple[Fact, ...]:
        """Return the facts that a command caused, oldest first; none if it has no result in time."""


def find(cases: Cases, code: str) -> Case:
    """Return the case with this tracking code.

    Args:
        cases: looks it up.
        code: the tracking code as a person typed it.

    Raises:
        TrackingCodeError: the text cannot be one of our tracking codes.
        CaseError: there is no such case.
        UnavailableError: it cannot be looked up now.
    """
    found = cases.case(code)
    if found is None:
        raise CaseError(
            f"no case has the code {tracking.spaced(tracking.parse(code))}; a new complaint needs a moment until the router has"
            " decided about it; `lapor doctor` says whether it is running"
        )
    return found


def checked(kind: CommandKind, text: str, advice: str) -> str:
    """Return the text of a command without blanks around it.

    Args:
        kind: refuse or answer.
        text: the reason or the answer.
        advice: what to do if it is empty.

    Raises:
        ConfigurationError: the text is empty or too long.
    """
    if not text.strip():
        raise ConfigurationError(f"--text is empty: {advice}")
    text, most = text.strip(), TEXT_BYTES[kind]
    if (size := len(text.encode("utf-8", "replace"))) > most:
        raise ConfigurationError(f"--text has {size} bytes; at most {most} are possible")
    return text


def command(case: Case, kind: CommandKind, *, agency: str, text: str, now: datetime) -> Command:
    """Return the command by which an agency refuses or answers a case.

    An agency that refuses twice at one hop gives the same command twice, and so does one that sends an answer again before it is known.

    Args:
        case: the case.
        kind: refuse or answer.
        agency: the id of the agency.
        text: the reason or the answer.
        now: the present time.
    """
    nonce = str(case.hop)
    if kind is not CommandKind.refuse:
        nonce += f"/{len(case.answers)}/{sha256(text.encode()).hexdigest()}"
    return Command(
        id=ids.command_id(case.complaint_id, kind.value, actor=agency, nonce=nonce),
        tracking_code=case.tracking_code,
        kind=kind,
        actor=agency,
        received_at=now,
        text=text,
    )


def outcome(case: Case, facts: Sequence[Fact]) -> list[str]:
    """Return what became of a command, in sentences.

    Args:
        case: the case before it.
        facts: the facts that the command caused, oldest first.

    Raises:
        CaseError: there are none, or the command was refused; the text says why.
    """
    sentences: list[str] = []
    for fact in facts:
        match fact.kind:
            case FactKind.declined if fact.result is Result.refused:
                raise CaseError(fact.text)
            case FactKind.declined:
                sentences.append(f"Nothing changes: {fact.text}")
            case FactKind.routed if fact.disposition is not None:
                moved = fact.disposition
                former = f"{moved.previous_owner.name} -> " if moved.previous_owner else ""
                sentences += [f"hop {moved.hop}: {former}{moved.owner.name} ({moved.owner.id})", moved.explanation]
            case FactKind.refused if len(facts) == 1:
                sentences.append("The case had moved on before. The refusal is noted: the case never comes back.")
            case FactKind.answered:
                name = case.owner.name if fact.actor == case.owner.id else fact.actor
                sentences.append(f"{name} has answered; the citizen hears it on the channel of the complaint.")
    if not sentences:
        raise CaseError("the command is on Kafka, but the router has not decided about it yet; see `lapor doctor`")
    return sentences


def told(case: Case, facts: Sequence[Fact]) -> Iterator[str]:
    """Yield the life of a case as lines: the owner of each hop with the reasons, and between them what was said.

    Args:
        case: the case.
        facts: its facts, oldest first.
    """
    yield f"case {tracking.spaced(case.tracking_code)}  (complaint {case.complaint_id}, version {case.version}, {case.state})"
    for fact in facts:
        if fact.disposition is not None:
            yield from _owner(fact.disposition, fact.at)
        elif (said := _said(fact)) is not None:
            yield f"\n{_time(fact.at)}  {said}"
            yield from (f"  {_deadline(deadline)}" for deadline in fact.deadlines or ())


def _said(fact: Fact) -> str | None:
    added = fact.addition.text if fact.addition else ""
    why = "was already done" if fact.result is Result.already_applied else "was refused"
    return {
        FactKind.refused: f"{fact.actor} refused: {fact.text}",
        FactKind.answered: f"{fact.actor} answered: {fact.text}",
        FactKind.added: f"the citizen added: {added}",
        FactKind.continued: f"a message of the citizen had no room and became the case {fact.continued_as}",
        FactKind.asked: f"the citizen is asked for the {fact.part}",
        FactKind.declined: f"{fact.command or 'a command'} by {fact.actor} {why}: {fact.text}",
    }.get(fact.kind)


def _owner(disposition: Disposition, at: datetime) -> Iterator[str]:
    desk = "  [triage desk: the owner is not clear yet]" if disposition.triage else ""
    yield f"\nhop {disposition.hop}: {disposition.owner.name} ({disposition.owner.id}) since {_time(at)}{desk}"
    yield f"  {disposition.explanation}"
    versions = f"rules {disposition.rules_version}, registry {disposition.registry_version}"
    yield f"  confidence {disposition.confidence:.2f}, {versions}"
    for evidence in disposition.evidence:
        span = f' "{evidence.span}"' if evidence.span else ""
        law = f" [{evidence.law}]" if evidence.law else ""
        yield f"  - {evidence.rule}{span}{law} weight {evidence.weight:.2f}"
    for other in disposition.alternatives:
        yield f"  or {other.name} ({other.id}) {other.score:.2f}"
    for deadline in disposition.deadlines:
        yield f"  {_deadline(deadline)}"


def _deadline(deadline: Deadline) -> str:
    days = f"{deadline.days} {deadline.counted} days from {deadline.begins}"
    return f"{deadline.duty}: by {deadline.due} ({days}, {deadline.source})"


def _time(at: datetime) -> str:
    return f"{at.astimezone(timezone(WIB)):%Y-%m-%d %H:%M:%S} WIB"
