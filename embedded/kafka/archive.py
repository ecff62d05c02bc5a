"""The archive of Kafka's classes: a broker that has one answers after half the time, and nobody waits while it is made."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from embedded.kafka.java import Java

MAKING_S: Final = 600.0
"""Seconds for one run of Java that writes an archive: two on a quiet machine, and it gives way to all other processes."""

_SILENT: Final = "-Xlog:cds*=off"
"""Java says nothing of an archive that it cannot use, and everything else as ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The archive of classes (JEP 350) for one Java and one set of jars. It may not exist.

    With it Java need not read and check the classes again. Java ignores an archive that another build of Java or other jars have made.
    It adds to an archive of Java's own classes. A Java that has none, such as that of a wheel, gets one beside it.

    Attributes:
        java: the Java.
        jars: the folder of Kafka's jars.
        cache: the folder of archives.
    """

    java: Java
    jars: Path
    cache: Path

    @property
    def path(self) -> Path:
        """The path of the archive, which names its Java and its jars."""
        program = self.java.path.resolve()
        about = f"{program} {program.stat().st_mtime_ns} {self.jars.resolve()} {self.jars.stat().st_mtime_ns}"
        return self.cache / f"classes-{sha256(about.encode()).hexdigest()[:12]}.jsa"

    @property
    def base(self) -> Path:
        """The path of the archive of Java's own classes, if it comes without one. The other archive has this path in it."""
        return self.path.with_name(f"base-{self.path.name}")

    def flags(self) -> list[str]:
        """Return the flags with which Java uses the archive; none if there is no archive."""
        return [f"-XX:SharedArchiveFile={self.path}", _SILENT] if self.path.exists() else []

    def remove_if_it_crashes(self, logs: Path) -> None:
        """Remove it if Java has crashed since it was made: Java does so, at each start, with one that is cut short."""
        made = self.path.stat().st_mtime if self.path.exists() else 0.0
        if made and any(crash.stat().st_mtime > made for crash in logs.glob("java-*.log")):
            for path in (self.path, self.base):
                path.unlink(missing_ok=True)

    def make(self, loading: Callable[[Path], list[str]]) -> None:
        """Make it, unless it exists or somebody makes it. A Java that cannot make one leaves none.

        Args:
            loading: returns the command line of a Java that loads the classes with the flags of a broker, and may write into a folder.
        """
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            with (self.cache / "classes.lock").open("w") as lock:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for left in self.cache.glob("*classes-*.jsa.*"):  # of one who was killed
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
                if not self.path.exists():
                    self._make(loading)
        except (OSError, subprocess.SubprocessError) as error:
            sys.stderr.write(
                f"Kafka's classes have no archive, and its next start takes as long as this one: {error}\n"
            )

    def _make(self, loading: Callable[[Path], list[str]]) -> None:
        scratch = self.path.with_name(f"{self.path.name}.scratch")
        scratch.mkdir()
        java, *loads = loading(scratch)
        has_own = (self.java.path.resolve().parents[1] / "lib" / "server" / "classes.jsa").exists()
        if not (has_own or self.base.exists()):
            _written(self.base, [java, *self.java.flags(), "-Xshare:dump"], "SharedArchiveFile")
        on = [] if has_own else [f"-XX:SharedArchiveFile={self.base}"]
        _written(self.path, [java, *on, *loads], "ArchiveClassesAtExit")
        shutil.rmtree(scratch)


def _written(path: Path, command: Sequence[str], flag: str) -> None:
    """Run a Java that writes an archive, and give it its name when it is whole."""
    draft = path.with_name(f"{path.name}.draft")
    subprocess.run(  # noqa: S603  # the command was built here
        [command[0], f"-XX:{flag}={draft}", _SILENT, *command[1:]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=MAKING_S,
        check=True,
    )
    with draft.open("rb") as written:
        os.fsync(written.fileno())  # Java crashes with one that a power cut has cut short
    draft.replace(path)
