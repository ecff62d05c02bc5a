"""The test's side of a host of processes (see tests.harness.forking): orders of signals, and what was hit."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

ROOT: Final = Path(__file__).parents[2]

NEIGHBOURS: Final = "neighbours-"
"""What the name of a worker of the neighbours begins with; its ordinal follows. The name of a worker of the router is its ordinal."""


def run_host(
    module: str, folder: Path, names: Sequence[str], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a host in a folder, and return its process.

    Args:
        module: its name in tests.harness.
        folder: of the orders and the logs.
        names: its further arguments.
        environment: all of it.
    """
    with (folder / "host.log").open("wb") as log:
        command = [sys.executable, "-m", f"tests.harness.{module}", str(folder), *names]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


@dataclass
class Host:
    """A host that runs.

    Attributes:
        folder: of the orders, the logs and the processes' data.
        process: starts the others again.
        stop_s: how many seconds it may take to end all of them.
    """

    stop_s: ClassVar[float] = 120.0
    folder: Path
    process: subprocess.Popen[bytes]

    def order(self, name: str, **order: Any) -> None:
        """Order a signal at a phase of a process."""
        draft = self.folder / "orders" / f".{name}"
        draft.write_text(json.dumps(order))
        draft.rename(self.folder / "orders" / name)

    def hits(self) -> list[dict[str, Any]]:
        """Return what was hit, oldest first."""
        return self.lines("hits.jsonl")

    def lines(self, name: str) -> list[dict[str, Any]]:
        """Return what the processes have noted in a file."""
        try:
            return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]
        except FileNotFoundError:
            return []

    def stop(self) -> None:
        """End all in an orderly way."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(self.stop_s)
