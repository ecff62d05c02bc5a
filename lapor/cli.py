"""The command `lapor`. Each command imports what it needs when it runs, so that `--help` is quick."""

import logging
import sys

import typer

from lapor.commands import (
    agencies,
    api_keys,
    cases,
    control,
    deadletters,
    embedded,
    learning,
    offsets,
    routing,
    rules,
    secrets,
    stack,
    topics,
)

app = typer.Typer(
    name="lapor",
    help="Intake and routing of Indonesia's complaint service: on any channel, a complaint reaches the responsible agency.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    add_completion=False,
)
STACK = "The stack on this machine"
CASES = "Complaints and cases"
ROUTING = "Routing without servers"
OPERATIONS = "Operations"

app.command(rich_help_panel=STACK)(stack.up)
app.command(rich_help_panel=STACK)(stack.doctor)
app.command(rich_help_panel=STACK)(stack.demo)
app.command(rich_help_panel=STACK)(stack.run)
app.add_typer(embedded.app, name="embedded", rich_help_panel=STACK)

app.command(rich_help_panel=CASES)(stack.feed)
app.add_typer(cases.app, name="case", rich_help_panel=CASES)
app.command(rich_help_panel=CASES)(cases.explain)
app.command(rich_help_panel=CASES)(stack.query)

app.command(rich_help_panel=ROUTING)(routing.route)
app.command(rich_help_panel=ROUTING)(routing.evaluate)
app.command(rich_help_panel=ROUTING)(learning.learn)
app.add_typer(agencies.app, name="agency", rich_help_panel=ROUTING)
app.add_typer(rules.app, name="rules", rich_help_panel=ROUTING)

app.command(rich_help_panel=OPERATIONS)(cases.replay)
app.add_typer(topics.app, name="topics", rich_help_panel=OPERATIONS)
app.command(rich_help_panel=OPERATIONS)(control.pause)
app.command(rich_help_panel=OPERATIONS)(control.resume)
app.add_typer(offsets.app, name="offsets", rich_help_panel=OPERATIONS)
app.add_typer(deadletters.app, name="deadletters", rich_help_panel=OPERATIONS)
app.add_typer(secrets.app, name="secret", rich_help_panel=OPERATIONS)
app.command(rich_help_panel=OPERATIONS)(stack.settings)
app.command(name="api-key", rich_help_panel=OPERATIONS)(api_keys.api_key)


def main() -> None:
    """Run the command line. A LaporError becomes one sentence on stderr and an exit status, without a traceback.

    Raises:
        SystemExit: always. The status is 0 after success, 2 if a setting or an argument is wrong, and 1 after any other failure.
    """
    from complaints.errors import ConfigurationError, LaporError

    logging.getLogger("clickhouse_driver").setLevel(logging.CRITICAL)  # it also raises its errors as exceptions
    try:
        app()
    except ConfigurationError as error:
        sys.stderr.write(f"lapor: {error}\n")
        # doctor's 2 means that a stack is starting, and a wrong setting does not pass
        raise SystemExit(1 if sys.argv[1:2] == ["doctor"] else 2) from error
    except LaporError as error:
        sys.stderr.write(f"lapor: {error}\n")
        raise SystemExit(1) from error
