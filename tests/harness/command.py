"""Runs a command of `lapor` in the test's own process: a start of Python costs more than most commands."""

import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from tempfile import TemporaryFile
from typing import NamedTuple
from unittest.mock import patch

from lapor.cli import main


class Ran(NamedTuple):
    """What became of a command: its exit status, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, environment: Mapping[str, str] | None = None, given: str = "") -> Ran:
    """Run a command to its end.

    Args:
        arguments: of `lapor`.
        environment: all of it; None for that of this process.
        given: what it reads.
    """
    out, err, status = BytesIO(), BytesIO(), 0
    with (
        TemporaryFile("w+", encoding="utf-8") as typed,
        patch.dict(os.environ, os.environ if environment is None else environment, clear=True),
        patch.object(sys, "argv", ["lapor", *arguments]),
        patch.object(sys, "stdin", typed),
        redirect_stdout(TextIOWrapper(out, "utf-8", write_through=True)),
        redirect_stderr(TextIOWrapper(err, "utf-8", write_through=True)),
    ):
        typed.write(given)
        typed.seek(0)
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        said, complained = out.getvalue().decode(), err.getvalue().decode()
    return Ran(status, said, complained)
