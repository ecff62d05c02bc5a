"""The rules for statements of an account that only reads: each node of the syntax tree must be on a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from embedded.clickhouse.access.tree import Node
from embedded.clickhouse.accounts import CATALOGUE
from embedded.clickhouse.engine import Engine
from embedded.clickhouse.errors import ServerError, denied
from embedded.clickhouse.limits import (
    BLOCK,
    LAMBDA,
    LONGEST_PATTERN,
    LONGEST_WORDS,
    MOST_SEARCHED,
    SEARCH,
    TOO_MUCH,
    tightest,
)
from embedded.clickhouse.sql import unquote

# The categories of functions that depend on nothing but their arguments. Not included are those that read files, dictionaries, settings,
# memory addresses or the state of the server, such as "AI", "Dictionary", "Introspection" and "Other".
_KINDS: Final = (
    "Aggregate Functions", "Arithmetic", "Arrays", "Bit", "Bitmap", "Comparison", "Conditional", "Dates and Times", "Distance",
    "Encoding", "Financial", "Geo", "Hash", "IP Address", "JSON", "Logical", "Map", "Mathematical", "Null",
    "Random Number", "Rounding", "String", "String Replacement", "String Search", "String Splitting", "Time Window", "Tuple",
    "Type Conversion", "URL", "UUID",
)  # fmt: skip
# Functions of other categories that depend on nothing but their arguments, or that drivers call on connecting; and parts of the
# syntax that the parser turns into functions.
_SINGLE: Final = (
    "_CAST", "bar", "byteSize", "caseWithExpression", "countDigits", "countDistinct", "currentDatabase", "currentUser", "displayName",
    "defaultValueOfTypeName", "exists", "formatReadableDecimalSize", "formatReadableQuantity", "formatReadableSize",
    "formatReadableTimeDelta", "grouping", "identity", "isConstant", "lambda", "materialize", "neighbor",
    "revision", "rowNumberInAllBlocks", "runningDifference", "timezone", "toColumnTypeName", "toTypeName", "transform", "untuple",
    "version",
)  # fmt: skip
# Functions that take quadratic time in an array or a text without checking the time limit. Unlike searches, nobody needs them.
_ENDLESS: Final = frozenset({
    "arrayReduceInRanges", "kolmogorovSmirnovTest",
    "arrayLevenshteinDistance", "arrayLevenshteinDistanceWeighted", "arraySimilarity", "damerauLevenshteinDistance", "editDistance",
    "editDistanceUTF8", "extractTextFromHTML", "jaroSimilarity", "jaroWinklerSimilarity", "stringJaccardIndex", "stringJaccardIndexUTF8",
})  # fmt: skip
# Functions that make a long value from a short text. A lambda may scan such a value for each element of another one, which takes quadratic
# time. `range` has a limit of its own (limits.LAMBDA).
_LENGTHEN: Final = frozenset({
    "arrayResize", "arrayWithConstant", "leftPad", "leftPadUTF8", "randomFixedString", "randomPrintableASCII", "randomString",
    "randomStringUTF8", "repeat", "rightPad", "rightPadUTF8", "space",
})  # fmt: skip
_LAMBDA: Final = "lambda"
# A subquery in an expression is one value, which may be as long as all rows together, unless it is an argument of one of these.
_LOOKS_INTO: Final = frozenset(
    {"exists", "globalin", "globalnotin", "globalnotnullin", "globalnullin", "in", "notin", "notnullin", "nullin"}
)
# The position of the argument that names another function or a type. It must be a literal, so that the name can be checked.
_NAMES_FUNCTION: Final = {"arrayreduce": 1}
_NAMES_TYPE: Final = {
    **dict.fromkeys(("_cast", "accuratecast", "accuratecastordefault", "accuratecastornull", "cast", "kqlparametercast", "reinterpret"), 2),
    "defaultvalueoftypename": 1,
}  # fmt: skip
_JSON: Final = "jsonextract"
"""The prefix of the functions with any number of arguments of which the last is a type."""
# A forged state of an aggregate function can keep the engine busy forever, or crash it.
_STATE: Final = "aggregatefunction"
_CALL: Final = re.compile(r"(\w+)(?:\(.*\))?", re.DOTALL)
# The kinds of EXPLAIN that reveal no more than the statement. The others reveal how much a view reads before it hides anything.
_EXPLAINED: Final = frozenset({"EXPLAIN SYNTAX", "EXPLAIN AST", "EXPLAIN QUERY TREE"})
# Search functions whose time grows with the product of two arguments, without checking the time limit, and the position of the pattern.
# Everybody needs patterns and case-insensitive searches, but only short ones.
_SEARCHES: Final = {
    **dict.fromkeys((
        "countMatches", "extract", "extractAll", "extractAllGroupsHorizontal", "extractAllGroupsVertical", "extractGroups", "hasAll",
        "hasAny", "hasSubstr", "ilike", "match", "multiMatchAllIndices", "multiMatchAny", "multiMatchAnyIndex", "notILike",
        "regexpExtract", "replaceRegexpAll", "replaceRegexpOne",
    ), 2),
    "multiFuzzyMatchAllIndices": 3, "multiFuzzyMatchAny": 3, "multiFuzzyMatchAnyIndex": 3, "splitByRegexp": 1,
}  # fmt: skip
# The same for functions that are fast if the value searched for is constant. With another value for each element of an array, as in
# arrayMap(x -> indexOf(r, x), r), their time also grows with the product.
_FINDS: Final = {
    **dict.fromkeys((
        "countEqual", "countSubstrings", "has", "hasSubsequence", "hasSubsequenceUTF8", "indexOf", "indexOfAssumeSorted", "like",
        "mapContainsKey", "mapContainsKeyLike", "mapContainsValue", "mapContainsValueLike", "mapExtractKeyLike", "mapExtractValueLike",
        "multiSearchAllPositions", "multiSearchAllPositionsUTF8", "multiSearchAny", "multiSearchAnyUTF8", "multiSearchFirstIndex",
        "multiSearchFirstIndexUTF8", "multiSearchFirstPosition", "multiSearchFirstPositionUTF8", "ngramDistance", "ngramDistanceUTF8",
        "ngramSearch", "ngramSearchUTF8", "notHas", "notLike", "position", "positionUTF8",
    ), 2),
    "locate": 1,
}  # fmt: skip
_ANY_CASE: Final = "CaseInsensitive"
"""Part of the name of each other search function; its second argument is what it searches for."""
# A piece of a pattern: an escaped character, a character class, a number of repetitions, or one character.
_PIECE: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<least>\d+)(?:,(?P<most>\d*))?\}|.", re.DOTALL)
# An aggregate function that reveals memory addresses of the process.
_TELLING: Final = frozenset({"flameGraph"})
# Table functions that generate numbers or take their rows from the statement itself.
_SOURCES: Final = frozenset({"numbers", "numbers_mt", "generateSeries", "generate_series", "SQLStandardValues"})
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


class Reading:
    """The rules for readers. Any thread may use them.

    Raises:
        EngineError: The query for the engine's functions failed.
    """

    def __init__(self, engine: Engine) -> None:
        sources = {str(name).lower() for (name,) in engine.rows("SELECT name FROM system.table_functions")}
        listed = engine.rows("SELECT name, alias_to, case_insensitive, is_aggregate, categories FROM system.functions")
        kinds = {str(name) for name, _, _, _, kind in listed if kind in _KINDS} - _ENDLESS - _TELLING | set(_SINGLE)
        may = [row for row in listed if (row[1] or row[0]) in kinds and str(row[0]).lower() not in sources]
        self._functions = {str(row[0]) for row in may} | set(_SINGLE)
        self._any_case = {str(row[0]).lower() for row in may if row[2]}
        searches = {str(row[0]).lower(): _place(row[1] or row[0]) for row in may}
        self._searches = {name: place for name, place in searches.items() if place}
        finds = {str(row[0]).lower(): _FINDS.get(str(row[1] or row[0]), 0) for row in may}
        self._finds = self._searches | {name: place for name, place in finds.items() if place}
        self._lengthen = {str(row[0]).lower() for row in may if (row[1] or row[0]) in _LENGTHEN}
        # A function's name can be used like a column's, as in arrayMap(file, paths).
        unknown = {str(row[0]).lower() for row in listed} - {name.lower() for name in self._functions}
        self._not_even_named = unknown | self._searches.keys()
        self._aggregates = {str(row[0]) for row in may if row[3]}
        combined = engine.rows("SELECT name FROM system.aggregate_function_combinators")
        self._combinators = tuple(str(name) for (name,) in combined)

    def check(self, parse: Iterable[Node]) -> Mapping[str, int]:
        """Check a statement.

        Returns:
            The maximum values of settings with which it may run, by name, in addition to the account's limits.

        Raises:
            ServerError: A part of the statement is not allowed for readers, or it searches for too much.
        """
        searched, searches, long, has_lambda = 0, False, "", False
        for node in parse:
            self._check(node)
            searched += self._searched(node)
            searches = searches or (node.kind == "Function" and node.name.lower() in self._searches)
            has_lambda = has_lambda or (node.kind == "Function" and node.name == _LAMBDA)
            long = long or self._long(node)
        if searched > MOST_SEARCHED:
            raise denied(
                f"a statement searches for too much at once, {searched} places instead of {MOST_SEARCHED}. {TOO_MUCH}"
            )
        if has_lambda and long:
            raise denied(f"no lambda is beside {long}: it would look through a long value for each element. {TOO_MUCH}")
        return tightest(BLOCK, LAMBDA if has_lambda else {}, SEARCH if searches else {})

    def _check(self, node: Node) -> None:
        if node.kind == "Literal" and node.parent == "SelectWithUnionQuery":
            raise denied("a query writes no file")
        if node.kind not in (_INSIDE if node.parent else _STATEMENTS):
            raise denied(f"{node.kind} is not among what a reader may use")
        if node.kind == "Explain" and node.name not in _EXPLAINED:
            raise denied(f"{node.name} tells what a view reads. Use one of: {', '.join(sorted(_EXPLAINED))}")
        if node.kind == "Function" and not self._may_call(node):
            raise _not_for_readers("function", node.name)
        self._check_argument(node)
        if node.kind == "Identifier" and node.name.lower() in self._not_even_named:
            raise _not_for_readers("function", node.name)
        names = node.name.replace(" ", ".") if node.kind.startswith(("Show", "Exists")) else node.name
        if node.kind in {"Identifier", "TableIdentifier"} or names != node.name:
            self._known_table(names)

    def _check_argument(self, node: Node) -> None:
        """Check an argument that is a search pattern, or the name of a function or of a type."""
        function, stands = node.function.lower(), node.kind == "Literal"
        most = LONGEST_WORDS if _is_any_case(function) else LONGEST_PATTERN
        if self._finds.get(function) == node.place and not (stands and len(node.name) <= most):
            raise denied(
                f"{node.function} searches for a text or a number that stands in the query, of at most {most} characters"
            )
        names_function, names_type = (names.get(function) == node.place for names in (_NAMES_FUNCTION, _NAMES_TYPE))
        if (names_function or names_type) and not stands:
            raise denied(f"{node.function} takes the name of a function or type that stands in the query")
        named = unquote(node.name) if stands else ""
        if (names_type or function.startswith(_JSON)) and _STATE in named.lower():
            raise denied("nobody makes up the state of an aggregate function: aggregate the values themselves")
        call = _CALL.fullmatch(named)
        if names_function and not (call and self._may_aggregate(call[1])):
            raise _not_for_readers("function", named)

    def _long(self, node: Node) -> str:
        """Return the name of what may make a long value that is the same for all rows; empty if the node does not."""
        if node.kind == "Subquery" and node.parent == "ExpressionList" and node.function.lower() not in _LOOKS_INTO:
            return "a subquery that is a value"
        return node.name if node.kind == "Function" and node.name.lower() in self._lengthen else ""

    def _searched(self, node: Node) -> int:
        """Return how many places a node adds to the patterns of its statement (see MOST_SEARCHED); 0 if it is no pattern."""
        function = node.function.lower()
        if node.kind != "Literal" or self._searches.get(function) != node.place:
            return 0
        return 2 * len(node.name) if _is_any_case(function) else places_of(unquote(node.name))

    def _known_table(self, name: str) -> None:
        if name.lower().startswith(_SYSTEM) and name[len(_SYSTEM) :].split(".", maxsplit=1)[0] not in CATALOGUE:
            raise _not_for_readers("table", name)

    def _may_call(self, node: Node) -> bool:
        name = node.name
        if node.parent == "TableExpression":
            return name in _SOURCES
        return name in self._functions or name.lower() in self._any_case or self._may_aggregate(name)

    def _may_aggregate(self, name: str) -> bool:
        """Return whether a reader may use this aggregate function, which may have combinators such as If."""
        if name in self._aggregates or name.lower() in self._any_case:
            return True
        while combinator := next((each for each in self._combinators if name.endswith(each)), ""):
            name = name.removesuffix(combinator)
            if name in self._aggregates or name.lower() in self._any_case:
                return True
        return False


def places_of(pattern: str) -> int:
    r"""Return the number of places in a pattern with each repetition written out: ten for "(ab{3}c){2}".

    A pattern with quoted text ("\Q") counts as more than `MOST_SEARCHED`, because brackets in that text would hide a repetition.
    """
    if "\\Q" in pattern:
        return MOST_SEARCHED + 1
    open_groups, last = [0], 0
    for piece in _PIECE.finditer(pattern):
        if piece["least"]:
            times = max(int(piece["least"]), int(piece["most"] or 0))
            open_groups[-1] += last * (times - 1)
            last *= times
        elif piece[0] == "(":
            open_groups.append(0)
        else:
            last = open_groups.pop() if piece[0] == ")" and len(open_groups) > 1 else 1
            open_groups[-1] += last
    return sum(open_groups)


def _place(name: str) -> int:
    """Return the position of a function's argument that is a pattern and must be short; 0 if it has none."""
    return 2 if _ANY_CASE in name else _SEARCHES.get(name, 0)


def _is_any_case(name: str) -> bool:
    """Return whether the function of this name, in lower case, searches without regard to case."""
    return _ANY_CASE.lower() in name or name.endswith("ilike")


def _not_for_readers(what: str, name: str) -> ServerError:
    return denied(f"the {what} {name} is not among those that a reader may use")
