"""`lapor case ...` and `lapor explain`, which act on one case or show it, and `lapor replay`, which routes past events again."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.commands.options import DataDir

if TYPE_CHECKING:
    from complaints.event import Disposition
    from ops.replay import Move

app = typer.Typer(help="Act on one case.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The tracking code, with or without spaces.")]

Agency = Annotated[str, typer.Option("--as", help="Identifier of the acting agency; see `lapor agency search`.")]


@app.command()
def refuse(
    code: Code,
    *,
    agency: Agency,
    text: Annotated[str, typer.Option(help="The agency's reason, in its own words.")],
    data_dir: DataDir = None,
) -> None:
    """Refuse a case in an agency's name (*bukan wewenang*). The case moves to another agency and never back; the deadlines keep running."""
    from lapor.local.note import started_in
    from lapor.processes import cases

    _check(text, "say why the agency is not responsible; the reason stays with the case")
    cases.refuse(started_in(data_dir), code, agency=agency, text=text, say=typer.echo)


@app.command()
def answer(
    code: Code,
    *,
    agency: Agency,
    text: Annotated[str, typer.Option(help="The agency's answer, as the citizen will read it.")],
    data_dir: DataDir = None,
) -> None:
    """Answer the citizen in the name of the agency that owns the case. The answer is sent on the channel of the complaint."""
    from lapor.local.note import started_in
    from lapor.processes import cases

    _check(text, "write the answer that the citizen will read")
    cases.answer(started_in(data_dir), code, agency=agency, text=text, say=typer.echo)


def _check(text: str, advice: str) -> None:
    from complaints.errors import ConfigurationError

    if not text.strip():
        raise ConfigurationError(f"--text is empty: {advice}")


def explain(code: Code, *, data_dir: DataDir = None) -> None:
    """Show who owns a case and why: owner, evidence, law, alternatives and deadlines of each hop so far that Kafka still has."""
    from complaints import tracking
    from lapor.local.note import started_in
    from lapor.processes import cases

    case, dispositions = cases.history(started_in(data_dir), code)
    typer.echo(f"case {tracking.spaced(case.tracking_code)}  (complaint {case.complaint_id})")
    for disposition in dispositions:
        _show(disposition)


def _show(disposition: "Disposition") -> None:
    desk = "  [triage desk: the owner is not clear yet]" if disposition.triage else ""
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
    as_json: Annotated[bool, typer.Option("--json", help="Print each move as a JSON line.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Route past events again with the present rules, into a shadow topic, and show which cases would move. No citizen is notified."""
    import orjson

    from complaints.contract import CASE_EVENTS, COMPLAINTS
    from complaints.errors import ConfigurationError
    from lapor.local.note import started_in
    from lapor.processes import cases

    if topic not in {COMPLAINTS, CASE_EVENTS}:
        raise ConfigurationError(
            f"--topic {topic!r} cannot be replayed: the router reads only {COMPLAINTS} and {CASE_EVENTS}"
        )
    since_ms = since_milliseconds(since, now=datetime.now(UTC)) if since else None

    def moved(move: "Move") -> None:
        if as_json:
            line = {"tracking_code": move.tracking_code, "from": move.before.id, "to": move.after.id, "why": move.why}
            typer.echo(orjson.dumps(line).decode())
        else:
            typer.echo(f"{move.tracking_code}  {move.before.name} -> {move.after.name}: {move.why}")

    summary = cases.replay(started_in(data_dir), topic, since_ms=since_ms, moved=moved)
    typer.echo(orjson.dumps(summary).decode())


def since_milliseconds(text: str, *, now: datetime) -> int:
    """Return the point in time that a text means, in milliseconds since 1970.

    Args:
        text: an ISO date or time (UTC if it names no zone), or how long ago: a number followed by m, h or d.
        now: the present time.

    Raises:
        ConfigurationError: the text has neither form.
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
