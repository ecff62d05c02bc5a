"""Finds the compiled form of the modules that read and route texts, where one was made of exactly these sources."""

import sys
import sysconfig
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

MODULES = (
    "normalizer/dates.py",
    "normalizer/judgement.py",
    "normalizer/placenames.py",
    "normalizer/places.py",
    "normalizer/reader.py",
    "normalizer/reading.py",
    "normalizer/tally.py",
    "normalizer/text.py",
    "normalizer/vocabulary.py",
    "router/authority.py",
    "router/calibration.py",
    "router/core.py",
    "router/explain.py",
    "router/lines.py",
    "router/mentions.py",
)
"""All that a text passes through between its line in and its line out."""

ROOT = Path(__file__).resolve().parent.parent
"""Where the packages stand."""


def folder() -> Path:
    """Return the folder for what is compiled of the sources as they are, by this Python; another source or Python is another folder."""
    digest = blake2b(digest_size=8)
    for module in MODULES:
        digest.update((ROOT / module).read_bytes())
    return ROOT / ".compiled" / f"{sysconfig.get_config_var('SOABI')}-{digest.hexdigest()}"


def beside(package: str, path: Iterable[str]) -> list[str]:
    """Return where a package's modules are looked for: the compiled ones first, where there are any.

    Args:
        package: its name.
        path: where its sources stand.
    """
    compiled = folder()
    if not (compiled / package).is_dir():
        return list(path)
    if str(compiled) not in sys.path:
        sys.path.append(str(compiled))  # what the compiled modules share stands there, under a name of its own
    return [str(compiled / package), *path]
