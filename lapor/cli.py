"""The command `lapor`. Each command loads what it needs when it runs, so that `--help` is quick."""

import logging
import sys

import typer

from lapor.commands import agencies, api_keys, cases, embedded, routing, stack

app = typer.Typer(
    name="lapor",
    help="Intake and routing of Indonesia's complaint service: every door leads to the body that is responsible.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    add_completion=False,
)
app.add_typer(embedded.app, name="embedded")
app.add_typer(agencies.app, name="agency")
app.add_typer(cases.app, name="case")

app.command()(stack.up)
app.command()(stack.run)
app.command()(stack.feed)
app.command()(stack.demo)
app.command()(routing.route)
app.command()(routing.evaluate)
app.command()(routing.learn)
app.command()(cases.explain)
app.command()(cases.replay)
app.command()(stack.query)
app.command()(stack.doctor)
app.command()(stack.topics)
app.command()(stack.settings)
app.command(name="api-key")(api_keys.api_key)


def main() -> None:
    """Run the command line; an error of ours is one sentence and an exit status, not a trace.

    Raises:
        SystemExit: with 0 where all went well, 2 where a setting or an argument is wrong, 1 where something else is.
    """
    from complaints.errors import ConfigurationError, LaporError
    from complaints.runtime.compiled import require_current

    logging.getLogger("clickhouse_driver").setLevel(logging.CRITICAL)  # its errors reach us as exceptions
    try:
        require_current()
        app()
    except ConfigurationError as error:
        sys.stderr.write(f"lapor: {error}\n")
        raise SystemExit(2) from error
    except LaporError as error:
        sys.stderr.write(f"lapor: {error}\n")
        raise SystemExit(1) from error
