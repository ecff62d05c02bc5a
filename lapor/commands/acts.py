"""Makes the commands `lapor case verify`, `accept`, `refuse` and so on from the definitions of the acts."""

from datetime import date
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from lapor.commands.options import DAY, DataDir, day
from ops.casework.acts import ACTS, Act

Code = Annotated[
    str,
    typer.Argument(help="The tracking code, with or without spaces, or the case number (K-...) that ClickHouse has."),
]

Agency = Annotated[str, typer.Option("--as", help="Identifier of the acting agency; see `lapor agency search`.")]

_TYPES: Final[dict[str, Any]] = {
    "text": Annotated[str, typer.Option("--text")],
    "suggest": Annotated[
        str, typer.Option("--suggest", "--to", help="Identifier of the agency that should have the case instead.")
    ],
    "to": Annotated[str, typer.Option("--to", "--suggest", help="Identifier of the agency that gets the case.")],
    "beside": Annotated[
        list[str], typer.Option(help="Identifier of an agency that is named beside the owner; repeatable.")
    ],
    "until": Annotated[date, typer.Option(parser=day, metavar=DAY, help="The day to which it is put off.")],
    "class": Annotated[
        Literal["pengaduan", "permintaan_informasi", "aspirasi"], typer.Option("--class", help="The right class.")
    ],
    "oversight": Annotated[
        bool,
        typer.Option("--oversight/--no-oversight", help="Whether it is a report of oversight (berkadar pengawasan)."),
    ],
    "into": Annotated[str, typer.Option(help="Tracking code of the older case.")],
    "final": Annotated[bool, typer.Option("--final", help="The agency has nothing to add to the answer.")],
    "source": Annotated[Literal["walk-in", "letter", "call"], typer.Option(help="How the citizen said it.")],
}
"""The type and the help of each option of an act."""

_PYTHON: Final = {"class": "class_"}
"""Parameter names for options that are Python keywords."""


def add_to(app: typer.Typer) -> None:
    """Add a command for each act."""
    for name, act in ACTS.items():
        app.command(name=name, help=_help(act))(_command(act))


def _help(act: Act) -> str:
    return f"{act.what}\n\nExample: `lapor case {act.name} '7K3M9 QX2RT S' {act.example}`"


def _command(act: Act) -> Any:
    """Return the function of an act's command, with the act's options in its signature."""

    def run(code: str, agency: str, data_dir: Path | None, **said: Any) -> None:
        from lapor.local.note import started_in
        from lapor.processes import cases
        from ops.casework.orders import checked

        given = {name: _plain(said[_PYTHON.get(name, name)]) for name in (*act.needs, *act.takes)}
        checked(act, given)  # a wrong option is reported before anything is read or written
        cases.act(started_in(data_dir), code, act.name, agency=agency, say=typer.echo, **given)

    options = [_option(act, name) for name in (*act.needs, *act.takes)]
    fixed = [
        Parameter("code", Parameter.POSITIONAL_OR_KEYWORD, annotation=Code),
        Parameter("agency", Parameter.KEYWORD_ONLY, annotation=Agency),
    ]
    data_dir = Parameter("data_dir", Parameter.KEYWORD_ONLY, annotation=DataDir, default=None)
    run.__signature__ = Signature([*fixed, *options, data_dir])  # type: ignore[attr-defined]
    run.__annotations__ = {}
    return run


def _option(act: Act, name: str) -> Parameter:
    annotation, default = _TYPES[name], Parameter.empty if name in act.needs else None
    if name == "text":
        annotation = Annotated[str, typer.Option("--text", help=act.text)]
    if default is None:
        annotation = Annotated[annotation.__origin__ | None, *annotation.__metadata__]
    return Parameter(_PYTHON.get(name, name), Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _plain(value: Any) -> Any:
    """Return the value of an option in the form of the command's field; None if it was not given."""
    if isinstance(value, date):
        return value.isoformat()
    return None if value == [] else value
