"""Makes the tables and views of ClickHouse, and brings them up to date: what differs from what is declared is changed, and no more.

Every function that is given the store raises StoreUnavailable if ClickHouse does not answer, or answers with a temporary error.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from typing import Final

import yaml

from complaints.errors import ConfigurationError
from sinks.clickhouse.client import Store
from sinks.clickhouse.tables import PRESENT, Table, on, schema
from sinks.clickhouse.views import regional, views

FILE: Final = "dictionary.yaml"

COLUMNS: Final = "SELECT table, name FROM system.columns WHERE database = currentDatabase() ORDER BY table, position"
"""The query for the columns that there are."""

LEDGER: Final = Table(
    name="made",
    key=("name",),
    version="at",
    columns={"name": "String", "of": "String", "at": "DateTime64(6) DEFAULT now64(6)"},
    replaces=True,
)
"""From what the things were made that nothing else tells: the views with their comments and the settings of tables, the tables of reference
(sinks.clickhouse.reference), the case numbers."""

_CASE_NUMBERS: Final = "case numbers"
_VIEWS: Final = "views"
_OLDER: Final = "migrations"
"""The ledger of programs before this one, whose rows may have tracking codes."""

ANEW: Final = 'fill ClickHouse again from Kafka (docs/operations.md, "Filling ClickHouse again")'


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """The meanings.

    Attributes:
        tables: what a row of each table or view is, by its name.
        columns: what each column means, by its name, or by `table.column` where it means something else in one table.
        digest: of the file.
    """

    tables: Mapping[str, str]
    columns: Mapping[str, str]
    digest: str

    @classmethod
    def load(cls) -> "Dictionary":
        """Return the packaged dictionary."""
        text = files(__package__).joinpath(FILE).read_text("utf-8")
        return cls(digest=sha256(text.encode()).hexdigest(), **yaml.safe_load(text))

    def meaning(self, table: str, column: str) -> str:
        """Return what a column means; empty if nobody has said it."""
        return self.columns.get(f"{table}.{column}") or self.columns.get(column, "")

    def statements(self, columns: Iterable[tuple[str, str]], cluster: str = "") -> Iterator[str]:
        """Yield the statements that put the comments on tables, views and columns."""
        for table, found in groupby(columns, itemgetter(0)):
            if table in self.tables:
                yield f"ALTER TABLE {table}{on(cluster)} MODIFY COMMENT {_literal(self.tables[table])}"
                texts = ((name, self.meaning(table, name)) for _, name in found)
                comments = ", ".join(f"COMMENT COLUMN {name} {_literal(text)}" for name, text in texts)
                yield f"ALTER TABLE {table}{on(cluster)} {comments}"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def is_new(store: Store) -> bool:
    """Return whether no table was ever made in the database."""
    return not _present(store).keys() & {LEDGER.name, _OLDER}


def migrate(store: Store, *, fingerprint: str, cluster: str = "", provinces: Sequence[str] = ()) -> list[str]:
    """Make what is missing and return the names of the tables that were made or changed, and `views` if these were.

    Any statement can be repeated, so that a run that was interrupted is done again. The views and the comments are made anew after any
    change of a table, and if what they are made from was changed.

    Args:
        store: ClickHouse.
        fingerprint: a text that only the installation's secret gives.
        provinces: Kemendagri's codes of those that have a database of their own.
        cluster: the name of the cluster on all of whose servers it is done, with replicated tables; empty for one server.

    Raises:
        ConfigurationError: the tables are those of another program, or their case numbers were made with another secret.
        StoreUnavailable: ClickHouse does not answer, or answers with a temporary error.
        StoreRejected: ClickHouse refuses a statement.
    """
    present = _present(store)
    if _OLDER in present:
        raise ConfigurationError(f"the tables of this ClickHouse are those of an older program: {ANEW}")
    for statement in LEDGER.changes(present.get(LEDGER.name, {}), cluster):
        store.execute(statement)
    if (secret := made_of(store, _CASE_NUMBERS)) not in {"", fingerprint}:
        raise ConfigurationError(
            f"the case numbers in this ClickHouse were made with another secret: set the right one (LAPOR_SECRET_FILE), or {ANEW}"
        )
    if not secret:
        note(store, _CASE_NUMBERS, fingerprint)
    try:
        changes = schema().changes(present, cluster)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"the tables of this ClickHouse are those of another program: {error}; {ANEW}"
        ) from None
    for _, statement in changes:
        store.execute(statement)
    return list(dict.fromkeys(name for name, _ in changes)) + _view(store, cluster, provinces, anew=bool(changes))


def _view(store: Store, cluster: str, provinces: Sequence[str], *, anew: bool) -> list[str]:
    """Make the views and their comments anew if asked to, or if they would be others; say whether it was done."""
    ((database,),) = store.execute("SELECT currentDatabase()")
    comments = Dictionary.load()
    statements = [
        *(table.kept(cluster) for table in schema().tables.values() if table.replaces),
        *views(schema(), cluster),
    ]
    for province in provinces:
        statements += regional(schema(), database, province, cluster)
    made = sha256("\n".join((comments.digest, *statements)).encode()).hexdigest()
    if not anew and made_of(store, _VIEWS) == made:
        return []
    for statement in statements:
        store.execute(statement)
    columns = [(str(table), str(name)) for table, name in store.execute(COLUMNS)]
    for statement in comments.statements(columns, cluster):
        store.execute(statement)
    note(store, _VIEWS, made)
    return [_VIEWS]


def _present(store: Store) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in store.execute(PRESENT):
        found.setdefault(str(table), {})[str(column)] = str(kind)
    return found


def made_of(store: Store, name: str) -> str:
    """Return from what something was made, as it was last noted; empty if it never was."""
    found = store.execute(f"SELECT of FROM {LEDGER.name} FINAL WHERE name = %(name)s", {"name": name})  # noqa: S608  # our own name
    return str(found[0][0]) if found else ""


def note(store: Store, name: str, of: str) -> None:
    """Note from what something was made that is repeated when it changes."""
    store.execute(f"INSERT INTO {LEDGER.name} (name, of) SELECT %(name)s, %(of)s", {"name": name, "of": of})
