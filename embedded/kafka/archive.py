"""The archive of Kafka's classes. It halves the time until a broker answers, and it is made in the background."""

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
"""The timeout of one run of Java that writes an archive. It takes two seconds on an idle machine, and has the lowest priority."""

_SILENT: Final = "-Xlog:cds*=off"
"""The flag with which Java logs nothing about an archive that it cannot use. Its other output is unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The archive of classes (JEP 350) for one Java and one set of jars. It may not exist.

    It saves Java from loading and verifying the classes again. Java ignores an archive made by another build of Java or from other jars.
    It is based on an archive of Java's own classes. For a Java that comes without one, such as that of a wheel, both are made.

    Attributes:
        java: the Java installation.
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
        """The path of the archive of Java's own classes, for a Java that comes without one. The other archive refers to it."""
        return self.path.with_name(f"base-{self.path.name}")

    def flags(self) -> list[str]:
        """Return the flags that make Java use the archive; none if there is no archive."""
        return [f"-XX:SharedArchiveFile={self.path}", _SILENT] if self.path.exists() else []

    def remove_if_it_crashes(self, logs: Path) -> None:
        """Remove the archive if Java has crashed since it was made: a truncated archive crashes Java at each start."""
        made = self.path.stat().st_mtime if self.path.exists() else 0.0
        if made and any(crash.stat().st_mtime > made for crash in logs.glob("java-*.log")):
            for path in (self.path, self.base):
                path.unlink(missing_ok=True)

    def make(self, loading: Callable[[Path], list[str]]) -> None:
        """Make the archive, unless it exists or another process is making it. If Java cannot make it, a warning is written to stderr.

        Args:
            loading: returns the command line of a Java that loads the classes with a broker's flags; its argument is a scratch folder.
        """
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            with (self.cache / "classes.lock").open("w") as lock:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for left in self.cache.glob("*classes-*.jsa.*"):  # of a process that was killed
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
    """Run a Java that writes an archive, and rename the archive to its path when it is complete."""
    draft = path.with_name(f"{path.name}.draft")
    subprocess.run(  # noqa: S603  # the command was built here
        [command[0], f"-XX:{flag}={draft}", _SILENT, *command[1:]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=MAKING_S,
        check=True,
    )
    with draft.open("rb") as written:
        os.fsync(written.fileno())  # Java crashes on an archive truncated by a power cut
    draft.replace(path)
