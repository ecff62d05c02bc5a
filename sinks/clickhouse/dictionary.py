"""What every table, view and column means that analysts read: the comments in ClickHouse, from dictionary.yaml."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from typing import Final

import yaml

from sinks.clickhouse.tables import on

FILE: Final = "dictionary.yaml"

COLUMNS: Final = "SELECT table, name FROM system.columns WHERE database = currentDatabase() ORDER BY table, position"
"""The query for the columns that there are."""


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
        """Yield the statements that put the comments on tables, views and columns.

        Args:
            columns: pairs of a table and a column (see COLUMNS), those of a table together.
            cluster: the name of the cluster on all of whose servers it is done; empty for one server.
        """
        for table, found in groupby(columns, itemgetter(0)):
            if table in self.tables:
                yield f"ALTER TABLE {table}{on(cluster)} MODIFY COMMENT {_literal(self.tables[table])}"
                texts = ((name, self.meaning(table, name)) for _, name in found)
                comments = ", ".join(f"COMMENT COLUMN {name} {_literal(text)}" for name, text in texts)
                yield f"ALTER TABLE {table}{on(cluster)} {comments}"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
