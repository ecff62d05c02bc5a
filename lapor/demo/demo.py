"""Runs the main job from end to end in a fresh folder, with the lives of some cases and a replay, and leaves nothing behind."""

import tempfile
import threading
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import orjson
import typer
from rich.console import Console
from rich.table import Table

from complaints.errors import UnavailableError
from complaints.runtime.settings import Settings
from lapor.demo.dialogue import CITIZEN, HEARD_WITHIN_S, Phone, converse
from lapor.demo.life import Life
from lapor.demo.samples import read_samples
from lapor.feed.feed import Outcome, make_feed
from lapor.feed.items import Item
from lapor.local.note import sole
from lapor.local.progress import bars
from lapor.local.up import Up
from lapor.processes import cases
from lapor.processes.replay import replay
from lapor.processes.wiring import case_numbers, stop_on_signals, store
from lapor.processes.wiring import cases as view

POISON = Item(
    channel="sms",
    title="",
    text="",
    sender="6281200000099",
    # esm_class announces a user data header; the header announces 40 bytes, but the message has fewer
    raw={"payload_hex": "28000301" + "ff" * 8, "esm_class": 0x40},
)

REASON = "Laporan ini bukan wewenang kami."

TABLE_WIDTH = 150
"""Width of the table in columns if the output is not a terminal."""


def run() -> int:
    """Run the demo and return its exit status: 0 if every complaint has an owner and nothing was refused or lost, else 1."""
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="lapor-demo-", ignore_cleanup_errors=True) as folder,
        stop_on_signals() as stop,
    ):
        settings = Settings.read(
            data=Path(folder),
            kafka=None,
            clickhouse=None,
            smpp=None,
            x_api=None,
            telegram_api=None,
            web=None,
            demo_clock=Path(folder) / "days-ahead",
        )
        with sole(settings.data):
            stack = Up(settings, say=lambda text: typer.echo(f"  {text}"))
            try:
                stack.start(stop)
                if stop.is_set():
                    return 1
                return _show(stack, stop, started)
            finally:
                with suppress(OSError):  # the reader of the output may be gone; the stack must be stopped anyway
                    typer.echo("  stopping everything", err=True)
                stack.stop(at_once=True)


def _show(stack: Up, stop: threading.Event, started: float) -> int:
    settings = stack.settings
    items = read_samples()
    feeder = make_feed(settings)
    typer.echo(f"  sending {len(items)} complaints and one broken message through the channels")
    with bars("sent", "owned", total=len(items)) as told:
        outcome = feeder.run(items, broken=[POISON], told=told)
    _table(items, outcome, settings)
    _refusal(settings, outcome)
    _conversation(stack)
    typer.echo(
        "\nReplay: all records are decided again with today's rules. Nothing is written, and no citizen hears of it."
    )
    summary = replay(settings, since_ms=None, moved=typer.echo, told=lambda *_: None)
    typer.echo(orjson.dumps(summary.as_json()).decode())
    # after the replay, which takes the times of the records for those of the facts
    Life(settings, stack.stack.controls["smsc"], say=typer.echo).show()
    result = outcome.as_json() | {"seconds": round(time.monotonic() - started, 1)}
    typer.echo(orjson.dumps(result).decode())
    ok = not outcome.refused and not outcome.missing and result["dead_letters"] == 1 and not stop.is_set()
    return 0 if ok else 1


def _table(items: list[Item], outcome: Outcome, settings: Settings) -> None:
    rows = {
        row[0]: row[1:]
        for row in store(settings).execute("SELECT complaint_id, case_number, owner, explanation FROM cases")
    }
    row_id = case_numbers(settings).id
    shown = Table(
        "channel", "case", "complaint", "owner", "why", title=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", expand=False
    )
    for item, found in zip(items, outcome.ids, strict=True):
        number, owner, why = rows.get(row_id(found), ("", "", "")) if found else ("", "", "")
        words = f"{item.title}: {item.text}" if item.title else item.text
        shown.add_row(item.channel, number, words[:36], owner, _because(why))
    console = Console()
    (console if console.is_terminal else Console(width=TABLE_WIDTH)).print(shown)


def _because(explanation: str) -> str:
    """Return the part of an explanation after "karena" (because). The rest of it is in the other columns of the table."""
    return explanation.rpartition("karena ")[2] or explanation


def _refusal(settings: Settings, outcome: Outcome) -> None:
    """Let the first owner that is not a triage desk refuse its case."""
    ids = tuple(case_numbers(settings).id(found) for found in outcome.ids if found is not None)
    rows = store(settings).execute(
        "SELECT case_number, owner_id, owner FROM cases WHERE complaint_id IN %(ids)s AND NOT triage ORDER BY case_number LIMIT 1",
        {"ids": ids},
    )
    if rows:
        number, owner_id, owner = rows[0]
        typer.echo(f"\nRefusal: {owner} says of {number}: {REASON}")
        cases.act(settings, number, "refuse", agency=owner_id, text=REASON, say=typer.echo)


def _conversation(stack: Up) -> None:
    """Let one citizen have a whole conversation by SMS."""
    settings = stack.settings

    def owner_of(code: str) -> str:
        deadline = time.monotonic() + HEARD_WITHIN_S
        with closing(view(settings)) as known:
            while time.monotonic() < deadline:
                found = known.case(code)
                if found is not None and found.complaint.additions:
                    return found.owner.id
                time.sleep(0.1)
        raise UnavailableError("the completed case did not reach the view; see `lapor doctor`")

    def answer(code: str, agency: str, text: str) -> None:
        cases.act(settings, code, "answer", agency=agency, text=text, say=typer.echo)

    typer.echo("\nOne citizen by SMS, from an incomplete text to the agency's answer:")
    phone = Phone(stack.stack.controls["smsc"], number=CITIZEN, short_code=settings.short_code, say=typer.echo)
    converse(phone, owner_of=owner_of, answer=answer)
