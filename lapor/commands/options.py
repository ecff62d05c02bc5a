"""The options that many commands share, and the parsers of their values."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the stack. Default: LAPOR_DATA, or your state folder.")
]


def day(text: str) -> date:
    """Return the day in the value of an option.

    Raises:
        typer.BadParameter: the text is no ISO date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day such as 2026-12-31") from error


DAY = "YYYY-MM-DD"
"""The form of a day, as `--help` shows it."""


def milliseconds_of(text: str, *, option: str, now: datetime) -> int:
    """Return the point in time that a text means, in milliseconds since 1970.

    Args:
        text: an ISO date or time (UTC if it names no zone), or how long ago: a number followed by m, h or d.
        option: the option that the text was given for, for the error.
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
            f"{option} {text!r} is no time: write 2026-11-01, 2026-11-01T08:00, 90m, 12h or 7d"
        ) from error
    return round(moment.timestamp() * 1000)
