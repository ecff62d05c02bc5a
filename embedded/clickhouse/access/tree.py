"""Reads the engine's own parse of a statement, so that no other parser decides what may run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from embedded.clickhouse.engine import EngineConnection
from embedded.clickhouse.errors import EngineError, advised

# What the engine adds to a syntax error because the text was given to a function.
_SCOPE: Final = re.compile(r"\s*: In scope SELECT formatQuerySingleLine.*?(?=\s*\(\w+\)\Z|\Z)", re.DOTALL)
# What the engine writes after a node's name. The name of a function or a table cannot contain it.
_BEHIND: Final = (" (alias ", " (children ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of a statement's syntax tree.

    Attributes:
        kind: Its kind, for instance ``Function`` or ``TableIdentifier``.
        name: What follows the kind: the name of a function or table.
        parent: The kind of its parent; empty at the root.
        function: The name of the function of which it is an argument; empty if it is not an argument.
        place: Its position among its parent's children, from 1; 0 at the root.
    """

    kind: str
    name: str
    parent: str
    function: str = ""
    place: int = 0


def canonical(connection: EngineConnection, text: str) -> str:
    """Return a statement as the engine writes it: on one line, without comments, with one kind of quotes, and without inline rows.

    The text is an argument of a function that parses it. So nothing in it runs, and a second statement is an error.

    Raises:
        EngineError: The text is not one statement.
    """
    encoded = text.encode("utf-8", "surrogateescape").hex()
    try:
        return str(connection.rows("SELECT formatQuerySingleLine(unhex({text:String}))", {"text": encoded})[0][0])
    except EngineError as error:
        raise EngineError(error.code, advised(error.code, _SCOPE.sub("", error.text))) from None


def nodes(connection: EngineConnection, statement: str, parameters: Mapping[str, str]) -> Iterator[Node]:
    """Yield the nodes of a statement's syntax tree, each after its parent, with the parameters replaced by their values.

    Args:
        connection: A connection on which no client's statement runs.
        statement: The result of `canonical`.
        parameters: The values of the statement's placeholders.

    Raises:
        EngineError: A parameter is missing or wrong.
    """
    path: list[tuple[Node, list[int]]] = []
    for (line,) in connection.rows(f"EXPLAIN AST {statement}", parameters):
        bare = str(line).lstrip(" ")
        depth = len(str(line)) - len(bare)
        kind, _, name = bare.partition(" ")
        for behind in () if kind == "Literal" else _BEHIND:  # no regex: a client's text could make it slow
            name = f" {name}".partition(behind)[0].strip()
        del path[depth:]
        node = Node(kind=kind, name=name.strip(), parent="")
        if path:
            parent, count = path[-1]
            count[0] += 1
            above = path[-2][0] if len(path) > 1 else parent
            of = above.name if (parent.kind, above.kind) == ("ExpressionList", "Function") else ""
            node = replace(node, parent=parent.kind, function=of, place=count[0])
        yield node
        path.append((node, [0]))
