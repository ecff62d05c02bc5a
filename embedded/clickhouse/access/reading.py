"""The rules for statements of an account that only reads: each node of the parse is on a list."""

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
    "_CAST", "bar", "byteSize", "caseWithExpression", "countDigits", "countDistinct", "currentDatabase", "currentUser", "displayName",
    "defaultValueOfTypeName", "exists", "formatReadableDecimalSize", "formatReadableQuantity", "formatReadableSize",
    "formatReadableTimeDelta", "grouping", "identity", "isConstant", "lambda", "materialize", "neighbor",
    "revision", "rowNumberInAllBlocks", "runningDifference", "timezone", "toColumnTypeName", "toTypeName", "transform", "untuple",
    "version",
)  # fmt: skip
# Functions whose time grows with the square of an array or a text, without a look at the clock. Nobody needs them, unlike a search.
_ENDLESS: Final = frozenset({
    "arrayReduceInRanges", "kolmogorovSmirnovTest",
    "arrayLevenshteinDistance", "arrayLevenshteinDistanceWeighted", "arraySimilarity", "damerauLevenshteinDistance", "editDistance",
    "editDistanceUTF8", "extractTextFromHTML", "jaroSimilarity", "jaroWinklerSimilarity", "stringJaccardIndex", "stringJaccardIndexUTF8",
})  # fmt: skip
# Functions that make a long value of a short text. Beside a lambda, which may look through it once for each element of an array, they take
# the square of it; `range` has a limit of its own (limits.LAMBDA).
_LENGTHEN: Final = frozenset({
    "arrayResize", "arrayWithConstant", "leftPad", "leftPadUTF8", "randomFixedString", "randomPrintableASCII", "randomString",
    "randomStringUTF8", "repeat", "rightPad", "rightPadUTF8", "space",
})  # fmt: skip
_LAMBDA: Final = "lambda"
# A subquery in an expression is one value, which may be as long as all rows together, unless one of these looks into it.
_LOOKS_INTO: Final = frozenset(
    {"exists", "globalin", "globalnotin", "globalnotnullin", "globalnullin", "in", "notin", "notnullin", "nullin"}
)
# The argument of a function that names another function or a type. It stands in the query, so that it is known what it names.
_NAMES_FUNCTION: Final = {"arrayreduce": 1}
_NAMES_TYPE: Final = {
    **dict.fromkeys(("_cast", "accuratecast", "accuratecastordefault", "accuratecastornull", "cast", "kqlparametercast", "reinterpret"), 2),
    "defaultvalueoftypename": 1,
}  # fmt: skip
_JSON: Final = "jsonextract"
"""How the functions begin that take a type as the last of as many arguments as one likes."""
# A state of an aggregate function that somebody made up keeps the engine busy without end, or breaks it.
_STATE: Final = "aggregatefunction"
_CALL: Final = re.compile(r"(\w+)(?:\(.*\))?", re.DOTALL)
# The explanations that tell no more than the statement does. Others tell how much a view reads before it hides anything.
_EXPLAINED: Final = frozenset({"EXPLAIN SYNTAX", "EXPLAIN AST", "EXPLAIN QUERY TREE"})
# Functions whose time grows with the product of two arguments, without a look at the clock, and the place of what is searched for. Nobody
# searches for much, but for patterns and without regard to case everybody does.
_SEARCHES: Final = {
    **dict.fromkeys((
        "countMatches", "extract", "extractAll", "extractAllGroupsHorizontal", "extractAllGroupsVertical", "extractGroups", "hasAll",
        "hasAny", "hasSubstr", "ilike", "match", "multiMatchAllIndices", "multiMatchAny", "multiMatchAnyIndex", "notILike",
        "regexpExtract", "replaceRegexpAll", "replaceRegexpOne",
    ), 2),
    "multiFuzzyMatchAllIndices": 3, "multiFuzzyMatchAny": 3, "multiFuzzyMatchAnyIndex": 3, "splitByRegexp": 1,
}  # fmt: skip
# The same for functions that are fast with one thing that is searched for. With another one for each element of an array, as in
# arrayMap(x -> indexOf(r, x), r), they take the product, too.
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
"""In the name of each other such function; what it searches for is its second argument."""
_PIECE: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<least>\d+)(?:,(?P<most>\d*))?\}|.", re.DOTALL)
# A piece of a pattern: an escaped character, a class of characters, a number of repetitions, or one character.
# An aggregate function that shows addresses of the process.
_TELLING: Final = frozenset({"flameGraph"})
# Table functions that make numbers or take their rows from the statement itself.
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
    """The rules. Any thread may use them.

    Raises:
        EngineError: The engine does not list them.
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
        # A function can be named where a column could be, as in arrayMap(file, paths).
        unknown = {str(row[0]).lower() for row in listed} - {name.lower() for name in self._functions}
        self._not_even_named = unknown | self._searches.keys()
        self._aggregates = {str(row[0]) for row in may if row[3]}
        combined = engine.rows("SELECT name FROM system.aggregate_function_combinators")
        self._combinators = tuple(str(name) for (name,) in combined)

    def check(self, parse: Iterable[Node]) -> Mapping[str, int]:
        """Check a statement.

        Returns:
            The greatest values, by name, of settings with which it may run, beside those of the account.

        Raises:
            ServerError: Something of it is not among what a reader may use.
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
        """Check what a function searches for, and an argument that is the name of a function or of a type."""
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
        """Return what makes a long value that is the same for all rows; empty if it is none of that."""
        if node.kind == "Subquery" and node.parent == "ExpressionList" and node.function.lower() not in _LOOKS_INTO:
            return "a subquery that is a value"
        return node.name if node.kind == "Function" and node.name.lower() in self._lengthen else ""

    def _searched(self, node: Node) -> int:
        """Return how much a node adds to what its statement searches for (see MOST_SEARCHED); 0 if it is none of that."""
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
        """Return whether this is an aggregate function that a reader may use, with or without combinators such as If."""
        if name in self._aggregates or name.lower() in self._any_case:
            return True
        while combinator := next((each for each in self._combinators if name.endswith(each)), ""):
            name = name.removesuffix(combinator)
            if name in self._aggregates or name.lower() in self._any_case:
                return True
        return False


def places_of(pattern: str) -> int:
    r"""Return how many places a pattern has that a search may be at, with each repetition written out: ten of "(ab{3}c){2}".

    Text without a meaning of its own ("\Q") counts as a great deal, since brackets in it would hide a repetition.
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
    """Return the place of what a function searches for that must be short; 0 if there is none."""
    return 2 if _ANY_CASE in name else _SEARCHES.get(name, 0)


def _is_any_case(name: str) -> bool:
    """Return whether a function of this name in small letters compares a text at each place of another, without regard to case."""
    return _ANY_CASE.lower() in name or name.endswith("ilike")


def _not_for_readers(what: str, name: str) -> ServerError:
    return denied(f"the {what} {name} is not among those that a reader may use")
