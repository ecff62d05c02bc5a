"""Tells whether the modules that read and route texts are compiled, and refuses an incomplete build or one whose sources have changed."""

import json
import sysconfig
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from complaints.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
"""The folder of the packages."""

SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
"""The end of an extension module's file name, with the version of Python and the platform."""

LIBRARY = f"lapor__mypyc{SUFFIX}"
"""What every compiled module loads. Without it none of them can be imported."""

RECORD = f"complaints/runtime/compiled{SUFFIX}.json"
"""The file that hatch_build.py writes: the digest of each compiled module's source, or the reason why nothing was compiled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The state of the modules that read and route texts: compiled or plain.

    Attributes:
        compiled: the number of compiled modules; 0 means that the plain sources are in use.
        reason: why no module is compiled; empty if some are.
        stale: the files that make the build unusable: modules whose source changed after it was compiled, built files that are missing,
            or what an interrupted build left. Empty if the build is good or nothing was built.
    """

    compiled: int
    reason: str
    stale: tuple[str, ...]

    def __str__(self) -> str:
        """Return a phrase that says that reading and routing are compiled, with the number of modules, or that they are not, and why."""
        if self.compiled:
            return f"reading and routing are compiled ({self.compiled} modules)"
        return f"reading and routing run as plain Python, at about half the speed: {self.reason}"


def installed(root: Path = ROOT) -> Build:
    """Return whether the modules below a folder, by default those of the running program, are compiled, and which files are stale.

    It hashes the sources of the compiled modules, which takes about a millisecond.
    """
    left = (LIBRARY,) if (root / LIBRARY).is_file() else ()
    try:
        record = json.loads((root / RECORD).read_text("utf-8"))
    except FileNotFoundError:
        return Build(compiled=0, reason="this installation was not built with hatch_build.py", stale=left)
    except ValueError:
        return Build(compiled=0, reason=f"{RECORD} is broken", stale=(RECORD,))
    modules: dict[str, str] = record["modules"]
    files: list[str] = record["files"]
    if not modules:
        return Build(compiled=0, reason=record["reason"], stale=tuple(files) or left)
    changed = [module for module, digest in modules.items() if _digest(root / module) != digest]
    gone = [name for name in files if not (root / name).is_file()]
    return Build(compiled=len(modules), reason=record["reason"], stale=(*changed, *gone))


def require_current(root: Path = ROOT) -> Build:
    """Return whether the modules below a folder, by default those of the running program, are compiled; refuse a stale build.

    Raises:
        ConfigurationError: the source beside a compiled module changed after it was compiled, or the build is not complete.
    """
    build = installed(root)
    if build.stale:
        more = f" and {len(build.stale) - 1} more" if len(build.stale) > 1 else ""
        raise ConfigurationError(
            f"{build.stale[0]}{more} changed after the last build, and another version would run instead: run `make setup`"
        )
    return build


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


if __name__ == "__main__":
    print(require_current())  # noqa: T201  # `make setup` shows it
