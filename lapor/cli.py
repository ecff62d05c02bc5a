"""The command `lapor`. A subcommand is imported when it is called, and its dependencies when it runs, so that each starts quickly."""

import logging
import sys
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

STACK = "The stack on this machine"
CASES = "Complaints and cases"
ROUTING = "Routing without servers"
OPERATIONS = "Operations"

COMMANDS: Final = {
    "up": (STACK, "stack.up"),
    "doctor": (STACK, "stack.doctor"),
    "demo": (STACK, "stack.demo"),
    "run": (STACK, "stack.run"),
    "embedded": (STACK, "embedded.app"),
    "feed": (CASES, "stack.feed"),
    "case": (CASES, "cases.app"),
    "explain": (CASES, "cases.explain"),
    "query": (CASES, "analysts.query"),
    "dashboard": (CASES, "analysts.dashboard"),
    "generate": (CASES, "analysts.generate"),
    "route": (ROUTING, "routing.route"),
    "evaluate": (ROUTING, "routing.evaluate"),
    "learn": (ROUTING, "learning.learn"),
    "language": (ROUTING, "language.app"),
    "agency": (ROUTING, "agencies.app"),
    "rules": (ROUTING, "rules.app"),
    "replay": (OPERATIONS, "cases.replay"),
    "topics": (OPERATIONS, "topics.app"),
    "pause": (OPERATIONS, "control.pause"),
    "resume": (OPERATIONS, "control.resume"),
    "offsets": (OPERATIONS, "offsets.app"),
    "deadletters": (OPERATIONS, "deadletters.app"),
    "secret": (OPERATIONS, "secrets.app"),
    "settings": (OPERATIONS, "stack.settings"),
    "api-key": (OPERATIONS, "api_keys.api_key"),
}
"""For each command, its panel in the help, and its place in lapor.commands: a function, or an app of its own."""

MARKUP: Final = "markdown"
"""The markup of the help texts."""


class OnDemand(TyperGroup):
    """The group of COMMANDS, which imports a command only when it is asked for."""

    def __init__(self, **attributes: Any) -> None:
        """Register the names, for the suggestion after a misspelt one."""
        super().__init__(**{**attributes, "commands": dict.fromkeys(COMMANDS)})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, or None if no command has this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        panel, place = COMMANDS[cmd_name]
        module, _, name = place.partition(".")
        found = getattr(import_module(f"lapor.commands.{module}"), name)
        holder = typer.Typer(rich_markup_mode=MARKUP, callback=_nothing, add_completion=False)
        if isinstance(found, typer.Typer):
            holder.add_typer(found, name=cmd_name, rich_help_panel=panel)
        else:
            holder.command(cmd_name, rich_help_panel=panel)(found)
        return typer.main.get_group(holder).commands[cmd_name]


def _nothing() -> None:
    """Do nothing: a callback makes even an app with one command a group."""


app = typer.Typer(
    cls=OnDemand,
    callback=_nothing,
    name="lapor",
    help="Intake and routing of Indonesia's complaint service: on any channel, a complaint reaches the responsible agency.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=MARKUP,
    add_completion=False,
)


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
        # doctor's 2 means that a stack is starting; a wrong setting is no passing state
        raise SystemExit(1 if sys.argv[1:2] == ["doctor"] else 2) from error
    except LaporError as error:
        sys.stderr.write(f"lapor: {error}\n")
        raise SystemExit(1) from error
