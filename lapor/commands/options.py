"""The options that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the stack. Default: LAPOR_DATA, or your state folder.")
]
