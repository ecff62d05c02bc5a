"""Decides who may log in, which statements an account may run, and which settings it may give. The engine's grants hold beneath it."""

from __future__ import annotations

import hmac
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Final

from embedded.clickhouse.access.tree import Node, canonical, nodes
from embedded.clickhouse.accounts import ACCOUNTS, CATALOGUE, DATA, MAY_SET, SINK, Account
from embedded.clickhouse.engine import Engine, EngineConnection
from embedded.clickhouse.errors import (
    ACCESS_DENIED,
    AUTHENTICATION_FAILED,
    INTO_OUTFILE_NOT_ALLOWED,
    SETTING_CONSTRAINT_VIOLATION,
    TOO_MANY_SIMULTANEOUS_QUERIES,
    UNKNOWN_DATABASE,
    ServerError,
)
from embedded.clickhouse.tokens import tokens

# The kinds of functions that compute from their arguments alone. Not among them are those that read files, dictionaries, settings,
# addresses of memory or the state of the server: "AI", "Dictionary", "Introspection", "Other" and the like.
_KINDS: Final = (
    "Aggregate Functions", "Arithmetic", "Arrays", "Bit", "Bitmap", "Comparison", "Conditional", "Dates and Times", "Distance",
    "Encoding", "Financial", "Geo", "Hash", "IP Address", "JSON", "Logical", "Map", "Mathematical", "Null",
    "Random Number", "Rounding", "String", "String Replacement", "String Search", "String Splitting", "Time Window", "Tuple",
    "Type Conversion", "URL", "UUID",
)  # fmt: skip
# Functions of other kinds that compute from their arguments alone, or say what a driver asks on connecting; and words of the
# syntax that the parser makes functions of.
_SINGLE: Final = (
    "bar", "byteSize", "caseWithExpression", "countDigits", "countDistinct", "currentDatabase", "currentUser",
    "defaultValueOfTypeName", "exists", "formatReadableDecimalSize", "formatReadableQuantity", "formatReadableSize",
    "formatReadableTimeDelta", "grouping", "identity", "isConstant", "lambda", "materialize", "neighbor",
    "rowNumberInAllBlocks", "runningDifference", "toColumnTypeName", "toTypeName", "transform", "untuple", "version",
)  # fmt: skip
# Functions whose time grows with the square of an array, without a look at the clock.
_ENDLESS: Final = frozenset({"arrayLevenshteinDistance", "arrayLevenshteinDistanceWeighted", "arraySimilarity"})
# Table functions that make numbers or take their rows from the statement itself.
_SOURCES: Final = frozenset({"numbers", "numbers_mt", "generateSeries", "generate_series", "SQLStandardValues"})
# The same for the operator, who also inserts what a client sends.
_OPERATOR_SOURCES: Final = frozenset({*map(str.lower, _SOURCES), "zeros", "zeros_mt", "view", "null", "input"})
# Of these, the ones that take a structure, which is SQL inside a text, and what makes it more than names and types.
_STRUCTURED: Final = frozenset({"NULL", "INPUT"})
_COMPUTED: Final = re.compile(r"alias|default|materialized|ephemeral|\\", re.IGNORECASE)
_STATEMENTS: Final = frozenset({
    "SelectWithUnionQuery", "Explain", "DescribeQuery", "ShowTables", "ShowColumns", "ShowIndexes", "ExistsTableQuery",
    "ExistsViewQuery", "ExistsDatabaseQuery", "ShowCreateTableQuery", "ShowCreateViewQuery",
})  # fmt: skip
_INSIDE: Final = frozenset({
    "SelectQuery", "SelectWithUnionQuery", "SelectIntersectExceptQuery", "ExpressionList", "Function", "Identifier", "Literal",
    "TableIdentifier", "TablesInSelectQuery", "TablesInSelectQueryElement", "TableExpression", "TableJoin", "ArrayJoin",
    "Subquery", "WithElement", "Asterisk", "QualifiedAsterisk", "WindowDefinition", "WindowListElement", "OrderByElement",
    "InterpolateElement", "SampleRatio", "ColumnsListMatcher", "ColumnsRegexpMatcher", "QualifiedColumnsListMatcher",
    "QualifiedColumnsRegexpMatcher", "ColumnsTransformerList", "ColumnsExceptTransformer", "ColumnsReplaceTransformer",
    "ColumnsReplaceTransformer::Replacement", "StrictColumnsExceptTransformer",
})  # fmt: skip
_SYSTEM: Final = "system."
# Words of a canonical statement that would lend it the rights of others.
_LENT: Final = frozenset({("SET", "ROLE"), ("SET", "DEFAULT"), ("SQL", "SECURITY"), ("EXECUTE", "AS")})
_FILES: Final = frozenset({("INTO", "OUTFILE"), ("FROM", "INFILE")})
# Settings of text may hold SQL or name a file, and no list of those is ever whole. These hold neither.
_TEXTS: Final = frozenset(
    {"compatibility", "insert_deduplication_token", "log_comment", "network_compression_method", "session_timezone"}
)
# What the engine's explanation of SHOW leaves out, though it runs it.
_UNEXPLAINED: Final = frozenset({"WHERE", "LIMIT", "("})
# A placeholder as the engine writes it. It keeps the text of the type as it came, so a comment in it could hide what follows.
_PLACEHOLDER: Final = re.compile(r"\{\s*\w+\s*:\s*\w+(?:\s*\((?:[\w\s,()]|'[\w/+ :.-]*')*\))?\s*\}")


class Gate:
    """The rules for all accounts. Any protocol asks it; any thread may call it.

    Args:
        engine: The engine, which lists its functions.
        passwords: The password of each account, by name.
        most: The maximum number of clients that have logged in.
        most_readers: The maximum number of them whose accounts only read, so that they leave room for the sink.

    Attributes:
        engine: The engine.

    Raises:
        EngineError: The engine does not list its functions.
    """

    def __init__(self, engine: Engine, passwords: Mapping[str, str], *, most: int, most_readers: int) -> None:
        self.engine = engine
        self._passwords = passwords
        self._seats = threading.BoundedSemaphore(most)
        self._readers = threading.BoundedSemaphore(most_readers)
        self._accounts = {account.name: account for account in ACCOUNTS if account.name in passwords}
        self._sources = {str(name).lower() for (name,) in engine.rows("SELECT name FROM system.table_functions")}
        listed = engine.rows("SELECT name, alias_to, case_insensitive, is_aggregate, categories FROM system.functions")
        kinds = {str(name) for name, _, _, _, kind in listed if kind in _KINDS} - _ENDLESS | set(_SINGLE)
        may = [row for row in listed if (row[1] or row[0]) in kinds and str(row[0]).lower() not in self._sources]
        self._functions = {str(row[0]) for row in may} | set(_SINGLE)
        self._any_case = {str(row[0]).lower() for row in may if row[2]}
        # A function can be named where a column could be, as in arrayMap(file, paths).
        self._not_even_named = {str(row[0]).lower() for row in listed} - {name.lower() for name in self._functions}
        self._aggregates = {str(row[0]) for row in may if row[3]}
        texts = engine.rows("SELECT name FROM system.settings WHERE type IN ('String', 'Map', 'URI')")
        self._texts = {str(name) for (name,) in texts} - _TEXTS
        combined = engine.rows("SELECT name FROM system.aggregate_function_combinators")
        self._combinators = tuple(str(name) for (name,) in combined)

    def admit(self, user: str, password: str) -> Account:
        """Return the account that a client logs in to.

        Raises:
            ServerError: There is no such account, or the password is another one.
        """
        wanted = self._passwords.get(user, "")
        right = hmac.compare_digest(password.encode("utf-8", "replace"), wanted.encode())
        if right and wanted and user in self._accounts:
            return self._accounts[user]
        raise ServerError(
            AUTHENTICATION_FAILED,
            f"{user}: Authentication failed: password is incorrect, or there is no user with such name.",
        )

    @contextmanager
    def seat(self, account: Account) -> Iterator[None]:
        """Count a client of an account as long as the context lasts. Who has not logged in takes no seat.

        Raises:
            ServerError: There are too many clients, or too many of accounts that only read.
        """
        with ExitStack() as taken:
            for seats, whom in ((self._seats, ""), (self._readers, " that read")):
                if seats is self._readers and not account.reads_only:
                    continue
                if not seats.acquire(blocking=False):
                    raise ServerError(TOO_MANY_SIMULTANEOUS_QUERIES, f"Too many clients{whom} at once")
                taken.callback(seats.release)
            yield

    def database(self, account: Account, named: str) -> str:
        """Return the database that is current for a client that named this one, or none, when it logged in.

        A reader has one only: a bare name must not mean a table of another database.

        Raises:
            ServerError: A reader named another one.
        """
        if named in {"", "default", account.database}:  # many clients name the second if their user names none
            return account.database
        if account.reads_only:
            raise ServerError(UNKNOWN_DATABASE, f"Database {named} does not exist for {account.name}")
        return named

    def permit(self, account: Account, connection: EngineConnection, text: str, parameters: Mapping[str, str]) -> str:
        """Return a statement in the engine's own writing if the account may run it.

        Only this writing may run, never the text as it came: what is checked is what runs.

        Args:
            account: The account of the client.
            connection: The client's connection.
            text: The statement as it came.
            parameters: The values of its placeholders.

        Raises:
            EngineError: The text is not one statement, or a placeholder has no value.
            ServerError: The account may not run it.
        """
        statement = canonical(connection, text)
        words = _words(statement)
        pairs = set(pairwise(words))
        self._check_words(account, words, pairs)
        if not account.reads_only:
            # The engine explains an INSERT from input() only with a format, which the rows of a client do not need.
            sent = " FORMAT Native" if statement.startswith("INSERT") and " FORMAT " not in statement else ""
            if account.name != SINK and (words[:1] == ["SET"] or "SETTINGS" in words):
                self._set_no_text(statement)
            watches = ("MATERIALIZED", "VIEW") in pairs and account.name != SINK
            for node in nodes(connection, statement + sent, parameters):
                self._lend_nothing(node)
                if watches and node.kind == "TableIdentifier" and node.name.lower().startswith(f"{DATA}."):
                    raise _denied("a materialised view of another's table would stop its inserts")
            return statement
        for node in nodes(connection, statement, parameters):
            self._read_only(node)
        return statement

    @staticmethod
    def _check_words(account: Account, words: Sequence[str], pairs: AbstractSet[tuple[str, str]]) -> None:
        """Refuse by its words what no account, or no other account than the sink's, may write."""
        if words[:1] == ["SHOW"] and account.name != SINK and not _UNEXPLAINED.isdisjoint(words):
            raise _denied("SHOW takes no more than LIKE")
        if ("BUFFER", "(") in pairs and account.name != SINK:
            raise _denied("a buffer writes with the rights of whoever fills it")
        if ("DISK", "(") in pairs or ("FREEZE" in words and account.name != SINK):
            raise _denied("a statement makes no folder")
        if pairs & _FILES:
            raise ServerError(INTO_OUTFILE_NOT_ALLOWED, "INTO OUTFILE and FROM INFILE are not allowed")
        if pairs & _LENT and account.name != SINK:
            raise _denied("it asks for the rights of another account")

    def _set_no_text(self, statement: str) -> None:
        """Refuse a setting of text in a statement that has settings."""
        found = tokens(statement)
        for name, equals in pairwise(found):
            if equals.word == "=" and statement[name.start : name.end].strip('`"') in self._texts:
                raise _denied("a setting of text is nobody's to change")

    def _lend_nothing(self, node: Node) -> None:
        """Refuse what reads outside the database and what the engine's grants do not hold back: such functions alone."""
        name = node.name.lower()
        if node.kind == "Function" and name in self._sources - _OPERATOR_SOURCES:
            raise _denied(f"the function {node.name} is not for this account")
        if node.kind == "ColumnsApplyTransformer" or (node.kind == "Identifier" and name == "file"):
            raise _denied("a function by its bare name is not for this account")

    def _read_only(self, node: Node) -> None:
        if node.kind == "Literal" and node.parent == "SelectWithUnionQuery":
            raise _denied("a query writes no file")
        if node.kind not in (_INSIDE if node.parent else _STATEMENTS):
            raise _denied(f"{node.kind} is not among what a reader may use")
        if node.kind == "Function" and not self._may_call(node):
            raise _denied(f"the function {node.name} is not among those that a reader may use")
        if node.kind == "Identifier" and node.name.lower() in self._not_even_named:
            raise _denied(f"the function {node.name} is not among those that a reader may use")
        names = node.name.replace(" ", ".") if node.kind.startswith(("Show", "Exists")) else node.name
        if node.kind in {"Identifier", "TableIdentifier"} or names != node.name:
            self._known_table(names)

    def _known_table(self, name: str) -> None:
        if name.lower().startswith(_SYSTEM) and name[len(_SYSTEM) :].split(".", maxsplit=1)[0] not in CATALOGUE:
            raise _denied(f"the table {name} is not among those that a reader may use")

    def _may_call(self, node: Node) -> bool:
        name = node.name
        if node.parent == "TableExpression":
            return name in _SOURCES
        if name in self._functions or name.lower() in self._any_case:
            return True
        while combinator := next((each for each in self._combinators if name.endswith(each)), ""):
            name = name.removesuffix(combinator)
            if name in self._aggregates or name.lower() in self._any_case:
                return True
        return False

    def settings(self, account: Account, given: Iterable[tuple[str, str]]) -> None:
        """Check the settings that a client gives with a query, each a name and a value.

        Raises:
            ServerError: The account may not give one of them, or not this value.
        """
        if not account.reads_only:
            if account.name != SINK and (named := self._texts & {name for name, _ in given}):
                raise ServerError(SETTING_CONSTRAINT_VIOLATION, f"The setting {min(named)} is nobody's to change")
            return
        for name, value in given:
            bound = account.limits.get(name)
            if (
                name not in MAY_SET and name != "readonly"
            ):  # which some clients give to be sure; it can only hold them back
                raise ServerError(
                    SETTING_CONSTRAINT_VIOLATION, f"The setting {name} is not among those that {account.name} may give"
                )
            if bound is not None and not (value.strip().isdecimal() and 0 < int(value) <= bound):
                raise ServerError(SETTING_CONSTRAINT_VIOLATION, f"The setting {name} must be from 1 to {bound}")


def _words(statement: str) -> list[str]:
    """Return the words and marks of a canonical statement that are outside quotes.

    Raises:
        ServerError: A placeholder has more than a name and a type, so that it is not sure what is inside quotes.
    """
    found = tokens(statement)
    for token in found:  # what is before the first odd one was split as the engine splits it
        if token.word == "{" and _PLACEHOLDER.match(statement, token.start) is None:
            raise _denied("a placeholder has a name and a plain type")
    for function, bracket, structure in zip(found, found[1:], found[2:], strict=False):
        name = statement[function.start : function.end].strip('`"').upper()
        if name in _STRUCTURED and bracket.word == "(":
            text = statement[structure.start : structure.end]
            if not text.startswith("'") or _COMPUTED.search(text):
                raise _denied("the structure of a table function has names and types only")
    return [token.word for token in found]


def _denied(why: str) -> ServerError:
    return ServerError(ACCESS_DENIED, f"Not enough privileges: {why}")
