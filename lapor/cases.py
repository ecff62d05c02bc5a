"""`lapor case ...`, `lapor explain` and `lapor replay`: one case, and all of them again."""

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.options import DataDir

if TYPE_CHECKING:
    from complaints.bus import StoredRecord
    from complaints.event import CaseEvent, Disposition
    from complaints.settings import Settings
    from ops.cases import Case
    from ops.replay import Move

app = typer.Typer(help="Act on one case.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The tracking code, with or without spaces.")]

Agency = Annotated[str, typer.Option("--as", help="Identifier of the agency that speaks; see `lapor agency search`.")]

ROUTED_WITHIN_S = 20.0
"""The router answers a refusal within a second; after this it is down."""


@app.command()
def refuse(
    code: Code,
    *,
    agency: Agency,
    text: Annotated[str, typer.Option(help="Its reason, in its own words.")],
    data_dir: DataDir = None,
) -> None:
    """Say "not ours" (*bukan wewenang*) for an agency: the case moves on, never back to it, and the clock goes on."""
    from complaints.bus.confluent import ConfluentScanner
    from complaints.errors import CaseError
    from lapor.stack import started_in
    from lapor.wiring import store
    from ops import cases
    from router.registry import Registry

    _check(text, "say why the agency is not responsible; the case carries it from hop to hop")
    settings = started_in(data_dir)
    national = Registry.load().national_administrator
    if agency == national.id:
        raise CaseError(f"{national.name} is the national administrator and cannot refuse: its desk sorts the case out")
    scanner = ConfluentScanner(settings.kafka_required())
    case = cases.find(store(settings), code)
    event = cases.refuse(case, agency, text, scanner=scanner, now=datetime.now(UTC))
    if event is None:
        typer.echo(
            f"{agency} has already refused this case; it is with {case.owner.name} ({case.owner.id}). Nothing changes."
        )
        return
    _publish(event, settings)
    moved = _wait_for_hop(settings, code, event.hop + 1)
    typer.echo(f"hop {moved.chain[-1].hop}: {case.owner.name} -> {moved.owner.name} ({moved.owner.id})")
    typer.echo(cases.dispositions(moved, scanner)[-1].explanation)


@app.command()
def answer(
    code: Code,
    *,
    agency: Agency,
    text: Annotated[str, typer.Option(help="Its answer, as the citizen will read it.")],
    data_dir: DataDir = None,
) -> None:
    """Answer the citizen for the agency that has the case; the answer goes out on the channel that the complaint came through."""
    from complaints.bus.confluent import ConfluentScanner
    from lapor.stack import started_in
    from lapor.wiring import store
    from ops import cases

    _check(text, "write what the citizen is to read")
    settings = started_in(data_dir)
    case = cases.find(store(settings), code)
    scanner = ConfluentScanner(settings.kafka_required())
    _publish(cases.answer(case, agency, text, scanner=scanner, now=datetime.now(UTC)), settings)
    typer.echo(f"{case.owner.name} has answered; the citizen hears it on the channel of the complaint.")


def _check(text: str, advice: str) -> None:
    from complaints.errors import ConfigurationError

    if not text.strip():
        raise ConfigurationError(f"--text is empty: {advice}")


def _publish(event: "CaseEvent", settings: "Settings") -> None:
    from complaints.bus.confluent import ConfluentProducer
    from complaints.envelope import encode

    producer = ConfluentProducer(settings.kafka_required())
    producer.send(encode(event, source="/lapor/case")).result(30)
    producer.close()


def _wait_for_hop(settings: "Settings", code: str, hop: int) -> "Case":
    from complaints.errors import CaseError
    from lapor.wiring import store
    from ops import cases

    clickhouse, deadline = store(settings), time.monotonic() + ROUTED_WITHIN_S
    while (case := cases.find(clickhouse, code)).chain[-1].hop < hop:
        if time.monotonic() > deadline:
            raise CaseError("the refusal is on Kafka, but no router has answered it yet; see `lapor doctor`")
        time.sleep(0.2)
    return case


def explain(code: Code, *, data_dir: DataDir = None) -> None:
    """Show who owns a case and why: evidence, law, alternatives, deadlines, and each hop so far."""
    from complaints import tracking
    from complaints.bus.confluent import ConfluentScanner
    from lapor.stack import started_in
    from lapor.wiring import store
    from ops import cases

    settings = started_in(data_dir)
    case = cases.find(store(settings), code)
    typer.echo(f"case {tracking.spaced(case.tracking_code)}  (complaint {case.complaint_id})")
    for disposition in cases.dispositions(case, ConfluentScanner(settings.kafka_required())):
        _show(disposition)


def _show(disposition: "Disposition") -> None:
    desk = "  [desk: to be sorted out]" if disposition.triage else ""
    typer.echo(f"\nhop {disposition.hop}: {disposition.owner.name} ({disposition.owner.id}){desk}")
    typer.echo(f"  {disposition.explanation}")
    typer.echo(
        f"  confidence {disposition.confidence:.2f}, rules {disposition.rules_version}, registry {disposition.registry_version}"
    )
    for evidence in disposition.evidence:
        span = f' "{evidence.span}"' if evidence.span else ""
        law = f" [{evidence.law}]" if evidence.law else ""
        typer.echo(f"  - {evidence.rule}{span}{law} weight {evidence.weight:.2f}")
    for other in disposition.alternatives:
        typer.echo(f"  or {other.name} ({other.id}) {other.score:.2f}")
    for deadline in disposition.deadlines:
        typer.echo(f"  {deadline.duty}: by {deadline.due} ({deadline.working_days} working days, {deadline.source})")


def replay(
    *,
    topic: Annotated[str, typer.Option(help="lapor.complaints or lapor.case-events.")] = "lapor.complaints",
    since: Annotated[
        str, typer.Option(help="A date or time (2026-11-01, 2026-11-01T08:00), or how long ago (90m, 12h, 7d).")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Each move as a JSON line too.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Run past events through the router of now into a shadow topic, and show who would move. No citizen is told anything."""
    import orjson

    from complaints.bus.confluent import ConfluentProducer, ConfluentScanner
    from complaints.bus.kafka_python import KafkaPythonAdmin
    from complaints.contract import CASE_EVENTS, COMPLAINTS, DISPOSITIONS
    from complaints.errors import ConfigurationError
    from lapor.stack import started_in
    from lapor.wiring import router, store
    from ops.replay import SHADOW_PREFIX, SHADOW_RETENTION_MS, ShadowWriter, replay
    from router.work import asked

    if topic not in {COMPLAINTS, CASE_EVENTS}:
        raise ConfigurationError(
            f"--topic {topic!r} cannot be replayed: only {COMPLAINTS} and {CASE_EVENTS} have questions for the router"
        )
    since_ms = since_milliseconds(since, now=datetime.now(UTC)) if since else None
    settings = started_in(data_dir)
    routes = router(settings)

    def decide(record: "StoredRecord") -> "Disposition | None":
        question = asked(record)
        return None if question is None else routes.route(question.complaint, question.refusals)

    def moved(move: "Move") -> None:
        if as_json:
            line = {"tracking_code": move.tracking_code, "from": move.before.id, "to": move.after.id, "why": move.why}
            typer.echo(orjson.dumps(line).decode())
        else:
            typer.echo(f"{move.tracking_code}  {move.before.name} -> {move.after.name}: {move.why}")

    brokers, shadow = settings.kafka_required(), f"{SHADOW_PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S}"
    admin = KafkaPythonAdmin(brokers)
    admin.create_like(shadow, DISPOSITIONS, retention_ms=SHADOW_RETENTION_MS)
    admin.close()
    producer, scanner = ConfluentProducer(brokers), ConfluentScanner(brokers)
    writer = ShadowWriter(producer, shadow)
    summary = replay(
        scanner.scan(topic, since_ms=since_ms), decide=decide, writer=writer, store=store(settings), moved=moved
    )
    producer.close()
    scanner.close()
    typer.echo(orjson.dumps({**summary.as_json(), "topic": shadow}).decode())


def since_milliseconds(text: str, *, now: datetime) -> int:
    """Return the time that a text means, in milliseconds since 1970.

    Args:
        text: an ISO date or time (UTC where it names no zone), or a number with m, h or d for how long ago.
        now: the present.

    Raises:
        ConfigurationError: it is neither.
    """
    from complaints.errors import ConfigurationError

    units = {"m": "minutes", "h": "hours", "d": "days"}
    try:
        if text[-1:] in units and text[:-1].isdigit():
            moment = now - timedelta(**{units[text[-1]]: int(text[:-1])})
        else:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(
            f"--since {text!r} is no time: write 2026-11-01, 2026-11-01T08:00, 90m, 12h or 7d"
        ) from error
    return int(moment.timestamp() * 1000)
