"""Formats the state of services and the values of settings for people, and prints rows for people or programs."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from math import isinf
from typing import Any, Final
from uuid import UUID

import orjson
import psutil
import typer
from pydantic import SecretStr
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from complaints.runtime.address import without_passwords
from complaints.runtime.settings import Settings
from lapor.local.supervisor import Service, Supervisor

NULL = "\\N"
"""The mark of a missing value in tables and tab-separated lines, as in ClickHouse and pandas."""


_QUOTED: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--[^\n]*|/\*.*?\*/""", re.DOTALL)
"""Texts, quoted names and comments of a query."""

_FORMAT: Final = re.compile(r"\bFORMAT\s+(?!(?:ASC|DESC)\b)([A-Z]\w*)\s*(?:;|\bSETTINGS\b|\Z)", re.IGNORECASE)
"""The clause for ClickHouse's own client that chooses the output format. A column may also be named `format` ("ORDER BY format DESC")."""


def format_clause(sql: str) -> str:
    """Return the FORMAT clause of a query as it is written; empty if it has none."""
    found = _FORMAT.search(_QUOTED.sub(lambda part: " " if part[0].startswith(("--", "/*")) else " _ ", sql))
    return f"FORMAT {found[1]}" if found else ""


def table(supervisor: Supervisor) -> Table:
    """Return a table for people with the present state, process id, restarts, memory and heartbeat of each service."""
    shown = Table("service", "state", "pid", "restarts", "memory", "heartbeat")
    for service in supervisor.services:
        age = supervisor.beat_age_s(service) if service.beats else None
        shown.add_row(
            service.name,
            "up" if service.alive else "waits for a visitor" if service.rests else "restarting",
            str(service.process.pid) if service.process else "",
            str(service.restarts),
            _memory(service),
            "" if age is None else "never" if isinf(age) else f"{age:.0f} s ago",
        )
    return shown


def _memory(service: Service) -> str:
    try:
        return f"{psutil.Process(service.process.pid).memory_info().rss >> 20} MiB" if service.process else ""
    except psutil.Error:
        return ""


def show_rows(names: Sequence[str], rows: Sequence[tuple[Any, ...]], form: str) -> None:
    """Print rows as a table ("table"), as JSON lines ("json"), or as tab-separated lines below the names of the columns (any other form).

    A table that is wider than the terminal is printed row by row, with a line per column.
    """
    if form == "table":
        _show_table(names, [[NULL if value is None else _cell(value) for value in row] for row in rows])
        return
    if form != "json" and names:
        typer.echo("\t".join(map(_escaped, names)))
    for row in rows:
        if form == "json":
            typer.echo(orjson.dumps(dict(zip(names, row, strict=True)), default=str).decode())
        else:
            typer.echo("\t".join(NULL if value is None else _escaped(_cell(value)) for value in row))


def _show_table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    console = Console()
    widths = [max(map(cell_len, column)) for column in zip(names, *rows, strict=True)]
    if sum(widths) + 3 * len(names) + 1 > console.width and rows:
        beside = max(map(cell_len, names))
        for number, row in enumerate(rows, 1):
            console.print(f"row {number}", style="bold", highlight=False)
            for name, value in zip(names, row, strict=True):
                console.print(f"  {name:<{beside}}  {value}", markup=False, highlight=False, soft_wrap=True)
        return
    shown = Table(*map(escape, names))
    for row in rows:
        shown.add_row(*map(escape, row))
    console.print(shown)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _cell(value: Any) -> str:
    match value:
        case datetime() | date() | UUID() | str() | int() | float():
            return str(value)
        case _:
            return orjson.dumps(value, default=str).decode()


def shown_value(value: object, *, reveal: bool) -> str:
    """Return the value of a setting as text. Unless `reveal` is true, secrets and the passwords in addresses are replaced by ***."""
    if isinstance(value, SecretStr):
        return value.get_secret_value() if reveal else "***"
    text = "" if value is None else str(value)
    return text if reveal else without_passwords(text)


def settings_page() -> str:
    """Return docs/settings.md: each setting with its default and its meaning."""
    rows = [
        f"| `LAPOR_{name.upper()}` | {_default(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join((_SETTINGS_HEAD, *rows, ""))


def _default(value: object) -> str:
    match value:
        case None:
            return "unset"
        case SecretStr():
            return f"`{value.get_secret_value()}`"
        case str() | int() | float():
            return f"`{value}`"
        case _:
            return "your state folder"


_SETTINGS_HEAD = """<!-- Generated by `python -m lapor.commands.tables`. Do not edit this page. -->
# Settings

All settings are environment variables. `lapor settings` lists them with their present values. If the address of a server is set,
`lapor up` uses that server instead of starting an embedded one.

| variable | default | meaning |
|---|---|---|"""


if __name__ == "__main__":
    print(settings_page(), end="")
