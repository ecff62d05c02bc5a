"""Checks, before anything is started, the input that would keep a service from starting: settings, the model and the allotments."""

import os
import subprocess
import sys
from pathlib import Path

from complaints.errors import ConfigurationError, LaporError
from complaints.runtime.settings import Settings
from lapor.processes.clock import today

CHECK_S = 60.0
"""Seconds for the check, which takes one or two."""


def allotted(folder: Path) -> str:
    """Return how many governments have allotments in a folder, as words.

    Raises:
        ConfigurationError: the folder cannot be read, or a file has a mistake; the text names file and line.
    """
    from router.agencies.registry import Registry
    from router.allotments.files import load

    loaded = load(folder, Registry.load(), today()).allotments
    return f"of {len(loaded.editions)} governments"


def modelled(path: Path) -> str:
    """Return the version of a model, or of the models of a folder.

    Raises:
        ConfigurationError: a file cannot be read, is no model, is not the only one of its government, or fails on a trial complaint;
            the text names each.
    """
    from router.learning.models import sound_in
    from router.routing import Router
    from router.trial import proven

    sound, errors = sound_in(path)
    models, failed = proven(sound, lambda some: Router.load(model=some))
    if errors or failed:
        raise ConfigurationError("\n".join(map(str, [*errors, *failed])))
    return f"{models.version}"


def require_readable(settings: Settings) -> None:
    """Check the settings that otherwise only a service would read, long after the start.

    Raises:
        ConfigurationError: a setting cannot be read; the text names it.
    """
    from channels.sms.links import read_links
    from channels.web.security import rate

    rate(settings.web_reads, "LAPOR_WEB_READS")
    rate(settings.web_writes, "LAPOR_WEB_WRITES")
    if settings.smpp is not None:
        read_links(settings.smpp)


def require_sound(settings: Settings) -> None:
    """Check the model and the allotments, if they are set, in a separate process, so that the tables for it do not stay in this one.

    Raises:
        ConfigurationError: one has a mistake; the text names the file, and for an allotment the line.
    """
    if settings.model is None and settings.allotments is None:
        return
    paths = [str(path or "") for path in (settings.model, settings.allotments)]
    command = [sys.executable, "-m", __name__, *paths]
    done = subprocess.run(  # noqa: S603  # our own command line
        command, env=os.environ, capture_output=True, text=True, timeout=CHECK_S, check=False
    )
    if done.returncode:
        raise ConfigurationError(done.stderr.strip() or f"the check of {' and '.join(filter(None, paths))} ended")


def main(model: str, allotments: str) -> int:
    """Check the files, write their mistakes to standard error, and return the exit status."""
    status = 0
    for path, check in ((model, modelled), (allotments, allotted)):
        try:
            if path:
                check(Path(path))
        except LaporError as error:
            sys.stderr.write(f"{error}\n")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
