"""The rules for statements of the operator, which forbid what the engine's grants allow outside the operator's own database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from embedded.clickhouse.access.tree import Node
from embedded.clickhouse.accounts import DATA, TABLE_ENGINES
from embedded.clickhouse.engine import Engine
from embedded.clickhouse.errors import SETTING_CONSTRAINT_VIOLATION, ServerError, denied
from embedded.clickhouse.tokens import Token, tokens

_STATEMENTS: Final = frozenset({
    "SelectWithUnionQuery", "Explain", "DescribeQuery", "ShowTables", "ShowColumns", "ShowIndexes", "ShowFunctions", "ShowEngineQuery",
    "ShowProcesslistQuery", "ShowCreateTableQuery", "ShowCreateViewQuery", "ShowCreateDatabaseQuery", "ExistsTableQuery",
    "ExistsViewQuery", "ExistsDatabaseQuery", "CreateQuery", "DropQuery", "TruncateQuery", "Rename", "AlterQuery", "CreateIndexQuery",
    "DropIndexQuery", "InsertQuery", "DeleteQuery", "UpdateQuery", "OptimizeQuery", "CheckQuery", "KillQueryQuery", "UseQuery", "Set",
})  # fmt: skip
# What ALTER may do. Not included: giving a view another query, moving or fetching parts, and naming folders.
_ALTERS: Final = frozenset({
    "ADD_COLUMN", "DROP_COLUMN", "MODIFY_COLUMN", "RENAME_COLUMN", "COMMENT_COLUMN", "MODIFY_COMMENT", "MODIFY_ORDER_BY", "MODIFY_TTL",
    "ADD_INDEX", "DROP_INDEX", "MATERIALIZE_INDEX", "ADD_PROJECTION", "DROP_PROJECTION", "MATERIALIZE_PROJECTION", "ADD_CONSTRAINT",
    "DROP_CONSTRAINT", "MATERIALIZE_COLUMN", "MATERIALIZE_TTL", "MODIFY_SETTING", "RESET_SETTING", "DELETE", "UPDATE", "DROP_PARTITION",
})  # fmt: skip
# Databases of other engines connect to other servers.
_DATABASE_ENGINES: Final = frozenset({"Atomic"})
# Table functions that generate numbers, or take their rows from the statement itself or from the client.
_SOURCES: Final = frozenset({
    "numbers", "numbers_mt", "generateseries", "generate_series", "sqlstandardvalues", "zeros", "zeros_mt", "view", "null", "input",
})  # fmt: skip
# The types of settings that are numbers or one of a few words. A text may contain SQL, name a file or be a query in another language.
_TYPES: Final = frozenset({
    "Bool", "BoolAuto", "Char", "UInt64", "UInt64Auto", "Int64", "Int32", "NonZeroUInt64", "MaxThreads", "Seconds", "Milliseconds",
    "Double", "Float", "FloatAuto", "DateTimeInputFormat", "DateTimeOutputFormat", "JoinAlgorithm", "JoinStrictness", "LogsLevel",
    "OverflowMode", "OverflowModeGroupBy", "SetOperationMode", "TotalsMode",
})  # fmt: skip
# Settings whose text can do nothing of this.
_TEXTS: Final = frozenset(
    {"compatibility", "insert_deduplication_token", "log_comment", "network_compression_method", "session_timezone"}
)
# Numbers that change which rows every query returns, also one of this server.
_CLAUSES: Final = frozenset({"limit", "offset", "page"})


# The query for the functions that connect to other servers.
_OF_FAR_KINDS: Final = (
    "SELECT name FROM system.functions WHERE if(alias_to = '', name, alias_to) IN "
    "(SELECT name FROM system.functions WHERE categories IN ('AI', 'Dictionary', 'Embedded Dictionary'))"
)


class Writing:
    """The rules for the operator. Any thread may use them.

    Raises:
        EngineError: The query for the engine's functions or settings failed.
    """

    def __init__(self, engine: Engine) -> None:
        sources = {str(name).lower() for (name,) in engine.rows("SELECT name FROM system.table_functions")}
        far = {str(name).lower() for (name,) in engine.rows(_OF_FAR_KINDS)}
        self._refused, self._not_even_named = (sources - _SOURCES) | far, {"file"} | far
        listed = engine.rows("SELECT name, type FROM system.settings")
        self._listed = {str(name) for name, _ in listed}
        self._settable = {str(name) for name, kind in listed if kind in _TYPES} - _CLAUSES | _TEXTS

    def settings(self, names: Iterable[str]) -> None:
        """Check the names of the settings that a client sends with a query.

        Raises:
            ServerError: The operator may not change one of them.
        """
        if refused := {*names} & self._listed - self._settable:
            raise ServerError(SETTING_CONSTRAINT_VIOLATION, f"The setting {min(refused)} is nobody's to change")

    def check(self, statement: str, parse: Iterable[Node]) -> None:
        """Check a statement.

        Raises:
            ServerError: The operator may not run it.
        """
        found = tokens(statement)
        words = [token.word for token in found]
        if words[:1] == ["SET"] or "SETTINGS" in words:
            self._check_settings(statement, found, is_set=words[0] == "SET")
        if words[:1] == ["CREATE"]:
            _check_engines(statement, found)
        watches = ("MATERIALIZED", "VIEW") in pairwise(words)
        for node in parse:
            self._check_node(node)
            if watches and node.kind == "TableIdentifier" and node.name.lower().startswith(f"{DATA}."):
                raise denied("a materialised view of another's table would stop its inserts")

    def _check_settings(self, statement: str, found: Sequence[Token], *, is_set: bool) -> None:
        """Check each name before an equals sign. After SETTINGS it may also be a table's setting, which the engine does not list."""
        for name, equals in pairwise(found):
            if equals.word == "=":
                named = statement[name.start : name.end].strip('`"')
                if named not in self._settable and (is_set or named in self._listed):
                    raise denied(f"the setting {named} is nobody's to change")

    def _check_node(self, node: Node) -> None:
        if not node.parent and node.kind not in _STATEMENTS:
            raise denied(f"{node.kind} is not for this account")
        if node.kind == "AlterCommand" and node.name not in _ALTERS:
            raise denied(f"{node.name} is not for this account")
        self.lend_nothing(node)

    def lend_nothing(self, node: Node) -> None:
        """Refuse a function that reads data outside the database and that the engine's grants do not forbid.

        Raises:
            ServerError: The node is such a function.
        """
        name = node.name.lower()
        if node.kind == "Function" and name in self._refused:
            raise denied(f"the function {node.name} is not for this account")
        if node.kind == "ColumnsApplyTransformer" or (node.kind == "Identifier" and name in self._not_even_named):
            raise denied("a function by its bare name is not for this account")


def _check_engines(statement: str, found: Sequence[Token]) -> None:
    engines = _DATABASE_ENGINES if found[1].word == "DATABASE" else TABLE_ENGINES
    for word, equals, named in zip(found, found[1:], found[2:], strict=False):
        if (statement[word.start : word.end], equals.word) == ("ENGINE", "="):
            name = statement[named.start : named.end]
            if name not in engines:
                raise denied(f"the engine {name} is not for this account")
