"""`lapor compile`: makes machine code of the modules that read and route texts."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from complaints.compiled import MODULES, ROOT, folder
from complaints.errors import ConfigurationError

_PACKAGES = ("complaints", "normalizer", "router")
"""What the compiled modules import of ours: mypy wants to know their types."""

_MYPY = """[mypy]
ignore_missing_imports = True
[mypy-pydantic.*,holidays.*,yaml.*]
follow_imports = skip
"""
"""The types of others are not needed and would take longer to read than ours take to compile."""

_TIMEOUT_S = 600
"""Half a minute is usual on two cores."""

_LINES_SHOWN = 20


def compile_modules(
    *,
    if_possible: Annotated[
        bool, typer.Option("--if-possible", help="Where it cannot be done, say why and go on with plain Python.")
    ] = False,
) -> None:
    """Compile what reads and routes texts with mypyc; needs a C compiler and Python's headers, and half a minute.

    The same sources in plain Python do the same, more slowly. What was compiled of other sources is not used: after a change the
    plain modules serve until this is called again.
    """
    target = folder()
    if target.is_dir():
        if not if_possible:
            typer.echo("these sources are compiled already", err=True)
        return
    try:
        _make(target)
    except ConfigurationError as error:
        if not if_possible:
            raise
        typer.echo(f"{error}\nso texts are routed by plain Python, which takes nearly twice as long", err=True)


def _make(target: Path) -> None:
    """Compile into a folder, which appears whole or not at all: another process may look for it meanwhile.

    Raises:
        ConfigurationError: something is missing, mypyc cannot compile the modules, or the folder cannot be written.
    """
    if lack := missing():
        raise ConfigurationError(f"{lack}; on Debian and Ubuntu: apt-get install gcc python3-dev")
    typer.echo("compiling what reads and routes texts (once for these sources)", err=True)
    try:
        target.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            made = _compiled(Path(scratch))
            for old in target.parent.glob(f"{target.name.rpartition('-')[0]}-*"):
                shutil.rmtree(old, ignore_errors=True)
            made.rename(target)
    except OSError as error:
        if not target.is_dir():  # else somebody compiled the same meanwhile
            raise ConfigurationError(f"{target.parent} cannot be written: {error.strerror}") from error


def missing() -> str:
    """Return what is not there, nothing where all is."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if not shutil.which(compiler):
        return f"there is no C compiler ({compiler})"
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        return "Python's headers are not there"
    return ""


def _compiled(scratch: Path) -> Path:
    """Compile copies of the sources, so that nothing is left among them, and return the folder of what was made."""
    for package in _PACKAGES:
        shutil.copytree(ROOT / package, scratch / package, ignore=shutil.ignore_patterns("__pycache__", "data"))
    (scratch / "mypy.ini").write_text(_MYPY)
    run = subprocess.run(  # noqa: S603 - our own interpreter and our own files
        [sys.executable, "-m", "mypyc", *MODULES],
        cwd=scratch,
        env={**os.environ, "MYPYC_OPT_LEVEL": "2", "CFLAGS": "-g0"},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    if run.returncode:
        told = "\n".join((run.stdout + run.stderr).splitlines()[-_LINES_SHOWN:])
        raise ConfigurationError(f"mypyc cannot compile the modules:\n{told}")
    made = scratch / "made"
    for path in [*scratch.glob("*.so"), *scratch.glob("*/*.so")]:
        goal = made / path.relative_to(scratch)
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, goal)
    return made
