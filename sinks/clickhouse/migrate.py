"""Applies the SQL files of the folder `migrations` to ClickHouse: those with a number once, and the views each time that they changed."""

import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

from complaints.errors import ConfigurationError
from sinks.clickhouse.client import Store
from sinks.clickhouse.dictionary import COLUMNS, Dictionary

LEDGER = """
CREATE TABLE IF NOT EXISTS migrations (number UInt16, name String, checksum String, applied_at DateTime64(6) DEFAULT now64(6))
ENGINE = MergeTree ORDER BY number
"""

NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


_CASE_NUMBERS: Final = "secret"
_VIEWS: Final = "views.sql"
_COMMENTS: Final = "dictionary.yaml"
_REPEATED: Final = 0
"""The number of the lines of the ledger that are no migration: with which secret the case numbers were made, and what the views, the
comments and the tables of reference (sinks.clickhouse.reference) were made from."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A numbered SQL file that changes the tables of ClickHouse.

    Attributes:
        number: the number at the start of the file's name; files are applied in this order, from 1.
        name: the name of the file.
        sql: the text of the file: statements, each ended by a semicolon at the end of a line.
    """

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """The SHA-256 of the file's text, in hexadecimal digits."""
        return sha256(self.sql.encode()).hexdigest()

    @property
    def statements(self) -> list[str]:
        """The statements of the file, without their semicolons and without lines that hold only a comment."""
        code = "\n".join(line for line in self.sql.splitlines() if not line.lstrip().startswith("--"))
        return [statement.strip() for statement in re.split(r";\s*(?:\n|$)", code) if statement.strip()]


def migrations() -> list[Migration]:
    """Return the migrations in the folder `migrations`, in the order of their numbers.

    Raises:
        ConfigurationError: the numbers are not 1, 2, 3 and so on without a gap.
    """
    folder = files(__package__).joinpath("migrations")
    found = [
        Migration(int(match[1]), entry.name, entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if (match := NAME.fullmatch(entry.name))
    ]
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise ConfigurationError(
            f"the migrations are not numbered 1, 2, 3 and so on: {[migration.name for migration in found]}"
        )
    return found


def views() -> Migration:
    """Return what makes the views."""
    return Migration(_REPEATED, _VIEWS, files(__package__).joinpath("migrations", _VIEWS).read_text("utf-8"))


def is_new(store: Store) -> bool:
    """Return whether no migration was ever applied to the database.

    Raises:
        StoreUnavailable: ClickHouse does not answer, or answers with a temporary error.
    """
    ((tables,),) = store.execute(
        "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'migrations'"
    )
    return not tables


ANEW = 'fill ClickHouse again from Kafka (docs/operations.md, "Filling ClickHouse again")'


def migrate(store: Store, *, fingerprint: str) -> list[str]:
    """Apply the migrations that were not applied yet, in the order of their numbers, and return the names of their files.

    A migration counts as applied after its last statement. If the run is interrupted before, the next run repeats the whole file. So each
    statement must be one that can be repeated: CREATE TABLE IF NOT EXISTS, ALTER TABLE ADD COLUMN IF NOT EXISTS. The views are made anew
    after any migration and if their file or a comment was changed.

    Args:
        store: ClickHouse.
        fingerprint: a text that only the installation's secret gives.

    Raises:
        ConfigurationError: a file was changed after it was applied, the files are not numbered 1, 2, 3 and so on, the tables are those of
            an older program, or their case numbers were made with another secret.
        StoreUnavailable: ClickHouse does not answer, or answers with a temporary error.
        StoreRejected: ClickHouse refuses a statement.
    """
    store.execute(LEDGER)
    lines = store.execute("SELECT number, name, checksum FROM migrations")
    applied = {number: checksum for number, _, checksum in lines}
    if {name for number, name, _ in lines if number != _REPEATED} - {migration.name for migration in migrations()}:
        raise ConfigurationError(f"the tables of this ClickHouse are those of an older or newer program: {ANEW}")
    if (secret := applied_checksum(store, _CASE_NUMBERS)) not in {"", fingerprint}:
        raise ConfigurationError(
            f"the case numbers in this ClickHouse were made with another secret: set the right one (LAPOR_SECRET_FILE), or {ANEW}"
        )
    if not secret:
        note(store, _CASE_NUMBERS, fingerprint)
    done = []
    for migration in migrations():
        if migration.number in applied:
            if applied[migration.number] != migration.checksum:
                raise ConfigurationError(
                    f"{migration.name} was changed after it was applied; write a new migration instead"
                )
            continue
        for statement in migration.statements:
            store.execute(statement)
        _note(store, migration.number, migration.name, migration.checksum)
        done.append(migration.name)
    return done + _view(store, anew=bool(done))


def _view(store: Store, *, anew: bool) -> list[str]:
    """Make the views and their comments anew if asked to, or if one of their files was changed; return the names of the files."""
    viewing, comments = views(), Dictionary.load()
    made = {_VIEWS: viewing.checksum, _COMMENTS: comments.digest}
    if not anew and all(applied_checksum(store, name) == checksum for name, checksum in made.items()):
        return []
    for statement in viewing.statements:
        store.execute(statement)
    for statement in comments.statements([(str(table), str(name)) for table, name in store.execute(COLUMNS)]):
        store.execute(statement)
    for name, checksum in made.items():
        note(store, name, checksum)
    return list(made)


def applied_checksum(store: Store, name: str) -> str:
    """Return the checksum of what is repeated when it changes, as it was last noted; empty if it never was.

    Raises:
        StoreUnavailable: ClickHouse does not answer, or answers with a temporary error.
    """
    asked = (
        "SELECT checksum FROM migrations WHERE number = %(number)s AND name = %(name)s ORDER BY applied_at DESC LIMIT 1"
    )
    found = store.execute(asked, {"number": _REPEATED, "name": name})
    return str(found[0][0]) if found else ""


def note(store: Store, name: str, checksum: str) -> None:
    """Note from what something was made that is repeated when it changes.

    Raises:
        StoreUnavailable: ClickHouse does not answer, or answers with a temporary error.
    """
    _note(store, _REPEATED, name, checksum)


def _note(store: Store, number: int, name: str, checksum: str) -> None:
    store.execute(
        "INSERT INTO migrations (number, name, checksum) SELECT %(number)s, %(name)s, %(checksum)s",
        {"number": number, "name": name, "checksum": checksum},
    )
