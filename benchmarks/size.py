"""Counts how large the program is and compares that with benchmarks/size.toml: what grows by more than a twentieth needs a reason there."""

import subprocess
import sys
import tomllib
from pathlib import Path
from types import FrameType
from typing import Any, Final

from complaints.crypto import Keyring
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.town import Town

ROOT: Final = Path(__file__).resolve().parents[1]
BESIDE: Final = frozenset({"tests", "benchmarks"})
"""The folders of Python that are not the program."""

GROWS: Final = 1.05
"""The growth up to which no reason is needed."""

GENERATED: Final = frozenset(
    f"docs/{page}.md" for page in ("analyst-guide", "case", "conversation", "data-dictionary", "settings", "guarantees")
) | {"CHANGELOG.md"}
"""The pages that are generated, or grow with each promise and change by their nature."""

SMS: Final = "Lampu jalan mati di Jalan Pemuda depan pasar, Kota Semarang"


def tracked(ending: str) -> list[Path]:
    """Return the files of the repository with an ending, those that git does not track yet too."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", f"*{ending}"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    return [ROOT / name for name in found if (ROOT / name).exists()]


def files_of_one_sms() -> set[str]:
    """Return the files of the program that one SMS passes, from its mailbox to its reply, all tables loaded."""
    town = Town(Keyring.from_secret(b"s" * 32), Router.load(), Normaliser.load())
    town.say(SMS)
    passed: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            passed.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        town.say(f"{SMS} nomor 12", sender="6281111111111")
    finally:
        sys.setprofile(None)
    ours = (Path(name) for name in passed if name.startswith(str(ROOT)))
    return {str(path.relative_to(ROOT)) for path in ours if path.relative_to(ROOT).parts[0] not in {*BESIDE, ".venv"}}


def counts() -> dict[str, int]:
    """Return what is counted, by name."""
    python = {path: len(path.read_text("utf-8").splitlines()) for path in tracked(".py")}
    program = {path for path in python if path.relative_to(ROOT).parts[0] not in BESIDE}
    pages = [path for path in tracked(".md") if str(path.relative_to(ROOT)) not in GENERATED]
    return {
        "program_lines": sum(python[path] for path in program),
        "program_modules": len(program),
        "test_lines": sum(lines for path, lines in python.items() if path.relative_to(ROOT).parts[0] == "tests"),
        "docs_words": sum(len(path.read_text("utf-8").split()) for path in pages),
        "files_of_one_sms": len(files_of_one_sms()),
    }


def grown() -> list[str]:
    """Return a sentence for each count that has grown too much."""
    recorded = tomllib.loads((ROOT / "benchmarks" / "size.toml").read_text("utf-8"))
    return [
        f"{name} is {now}, was {recorded[name]['count']}: make it smaller, or write the new count and the reason into benchmarks/size.toml"
        for name, now in counts().items()
        if now > recorded[name]["count"] * GROWS
    ]


if __name__ == "__main__":
    for one, count in counts().items():
        sys.stdout.write(f"{one:20}{count:>8,}\n")
