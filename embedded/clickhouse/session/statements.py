"""Finds what the server must know of a statement before the engine runs it, and refuses those that read or write server files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from embedded.clickhouse.errors import INTO_OUTFILE_NOT_ALLOWED, SYNTAX_ERROR, ServerError
from embedded.clickhouse.limits import QUERY_BYTES
from embedded.clickhouse.sql import literal, quote
from embedded.clickhouse.tokens import TOKEN, Token, tokens

# The name of a format and the line break after it, which is no part of the rows.
_FORMAT_NAME = re.compile(r"\s*\w+[ \t]*(?:\r?\n)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """An INSERT whose rows the client sends as blocks.

    Attributes:
        head: The statement's text up to and including its target and column list.
        tail: The text after the head, without VALUES or FORMAT: settings, or a query that reads ``input()``; often empty.
        target: The text of the table's name or of the call of a table function.
        columns: The text between the parentheses of the column list; None if the list is missing or empty.
        source: The text of the call of ``input()`` that the rows replace; empty if they go directly into the target.
        structure: The argument of that call, a string literal; empty if there is no call.
        form: The format of rows in the text of the statement.
    """

    head: str
    tail: str
    target: str
    columns: str | None = None
    source: str = ""
    structure: str = ""
    form: str = "Native"

    def reading(self, file: str, form: str = "Native") -> str:
        """Return the text of the INSERT that makes the engine read the rows from the given file, in the given format."""
        return f"{self.head} FROM INFILE {literal(file)} COMPRESSION 'none' {self.tail} FORMAT {form}"

    def selecting(self, table: str) -> str:
        """Return the text of the INSERT with the given table in place of its call of ``input()``."""
        return self.head + self.tail.replace(self.source, quote(table), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement and what the server must know of it.

    Attributes:
        text: The statement without a trailing semicolon and without FORMAT and its name at the end. CREATE, ALTER and EXPLAIN keep
            their FORMAT. An INSERT that needs blocks from the client ends before VALUES or FORMAT; any other is unchanged.
        verb: Its first word in upper case; "(" for a query in parentheses.
        form: The format that the statement named and that was taken from its text; empty if there was none.
        insert: The parts of an INSERT that needs blocks from the client; None for other statements.
        totals: Whether it has WITH TOTALS outside parentheses; false for an INSERT.
        limited: Whether it has LIMIT outside parentheses; false for an INSERT.
    """

    text: str
    verb: str
    form: str = ""
    insert: Insert | None = None
    totals: bool = False
    limited: bool = False


def rows_offset(text: str) -> int | None:
    """Return the offset at which the rows in the text of an INSERT begin: after VALUES, or after FORMAT, a name and a line break.

    It is None for any other statement, and for an INSERT without these words. Everything after them is rows, whatever it contains.

    Args:
        text: The statement. Only its first `QUERY_BYTES` characters are read.
    """
    first = _first_token(text[:QUERY_BYTES])
    if first is None or first.group().upper() != "INSERT":
        return None
    words = tokens(text[:QUERY_BYTES], stop=frozenset({"VALUES", "FORMAT"}))
    if words[-1].depth or words[-1].word not in {"VALUES", "FORMAT"}:
        return None
    end = words[-1].end
    named = _FORMAT_NAME.match(text, end) if words[-1].word == "FORMAT" else None
    return named.end() if named else end


def without_rows(text: str) -> tuple[str, str]:
    """Split a statement into its text up to the rows and these rows: what follows VALUES or FORMAT and a name in an INSERT.

    The rows are empty for any other statement, and for an INSERT without rows in its text. The engine reads rows from a file, in the
    format that it finds in the statement.

    Raises:
        ServerError: The statement without its rows is longer than the engine reads.
    """
    start = rows_offset(text)
    if start is None:
        if len(text) > QUERY_BYTES:
            raise too_long()
        return text, ""
    head, rows = text[:start], text[start:]
    if not rows.strip(" \t\r\n;"):
        return text, ""
    return head, rows.rstrip().removesuffix(";") if head[-6:].upper() == "VALUES" else rows


def too_long() -> ServerError:
    """Return the error for a statement that is longer than the engine accepts."""
    return ServerError(SYNTAX_ERROR, f"A statement without its rows has at most {QUERY_BYTES} bytes (max_query_size)")


def _first_token(text: str) -> re.Match[str] | None:
    return next((match for match in TOKEN.finditer(text) if match.lastgroup != "skip"), None)


def read_statement(text: str) -> Statement:
    """Find what the server must know of a statement, without running it, and return it with the text to run.

    Raises:
        ServerError: The text is empty or only comments; something other than semicolons follows a statement that is not an
            INSERT; such a statement has INTO OUTFILE; or an INSERT has FROM INFILE or the word OUTFILE. These words count
            only outside quotes and parentheses, and in an INSERT only before VALUES or FORMAT.
    """
    first = _first_token(text)
    if first is None:
        raise ServerError(SYNTAX_ERROR, "Syntax error: failed at position 1 (end of query): the query is empty.")
    verb = first.group().upper()
    if verb == "INSERT":
        return _read_insert(text)
    found = tokens(text)
    end = _single_statement_end(text, found)
    found = [token for token in found if token.start < end]
    top = [token for token in found if token.depth == 0]
    words = [token.word for token in top]
    pairs = list(pairwise(words))
    if ("INTO", "OUTFILE") in pairs:
        raise ServerError(INTO_OUTFILE_NOT_ALLOWED, "INTO OUTFILE is not allowed")
    body, form = _without_format(text, top, end) if verb not in {"CREATE", "ALTER", "EXPLAIN"} else (text[:end], "")
    return Statement(text=body, verb=verb, form=form, totals=("WITH", "TOTALS") in pairs, limited="LIMIT" in words)


def _single_statement_end(text: str, found: list[Token]) -> int:
    """Return the offset at which the statement ends: that of its first semicolon, or the end of the text."""
    for at, token in enumerate(found):
        if token.word == ";":
            if any(later.word != ";" for later in found[at:]):
                raise ServerError(SYNTAX_ERROR, "Syntax error (Multi-statements are not allowed)")
            return token.start
    return len(text)


def _without_format(text: str, top: list[Token], end: int) -> tuple[str, str]:
    """Return the text of a statement, from which FORMAT and the name after it are removed, and that name; empty if there is none.

    They are removed only at the end of the statement or directly before SETTINGS, which is kept.
    """
    for at, token in enumerate(top[:-1]):
        after = top[at + 2].word if at + 2 < len(top) else ""
        if token.word == "FORMAT" and top[at + 1].word.isidentifier() and after in {"", "SETTINGS"} and at > 0:
            is_last = at + 2 >= len(top)
            if is_last or after == "SETTINGS":
                return text[: token.start] + text[top[at + 1].end : end], text[top[at + 1].start : top[at + 1].end]
    return text[:end], ""


def _read_insert(text: str) -> Statement:
    found = tokens(text, stop=frozenset({"VALUES", "FORMAT"}))
    top = [token for token in found if token.depth == 0]
    words = [token.word for token in top]
    plain = Statement(text=text, verb="INSERT")
    if "OUTFILE" in words or ("FROM", "INFILE") in pairwise(words):
        raise ServerError(INTO_OUTFILE_NOT_ALLOWED, "INSERT FROM INFILE is not allowed over the native protocol")
    end, form = len(text), "Values"
    if words and words[-1] in {"VALUES", "FORMAT"}:
        end = top[-1].start
        if words[-1] == "FORMAT":
            form = text[top[-1].end :].strip()
    elif "SELECT" in words or "WITH" in words or ";" in words[:-1] or _query_in_parentheses(found):
        return plain
    return _insert_from_client(text[:end].rstrip().rstrip(";"), top, plain, form=form)


def _query_in_parentheses(found: list[Token]) -> bool:
    return any(token.word == "SELECT" and token.depth > 0 for token in found)


def _insert_from_client(text: str, top: list[Token], plain: Statement, *, form: str) -> Statement:
    """Find the target, the columns and the ``input()`` of an INSERT that has no data in its text.

    Return the statement with these parts, or ``plain``, the statement without them, if it needs no blocks from the client:
    it has a query without ``input()``, or no target.
    """
    at = 1 + (len(top) > 1 and top[1].word == "INTO")
    function = at < len(top) and top[at].word == "FUNCTION"
    if at + 1 < len(top) and top[at].word in {"TABLE", "FUNCTION"}:
        at += 1
    if at >= len(top):
        return plain
    start = top[at].start
    at += 1
    while at + 1 < len(top) and top[at].word == ".":
        at += 2
    if function and at + 1 < len(top) and top[at].word == "(":
        at += 2
    target = text[start : top[at - 1].end]
    columns = None
    if at + 1 < len(top) and top[at].word == "(" and top[at + 1].word == ")":
        columns = text[top[at].end : top[at + 1].start].strip()
        at += 2
    source = structure = ""
    if at < len(top) and top[at].word in {"SELECT", "WITH"}:
        source, structure = _input_call(text)
        if not source:
            return plain
    after = top[at - 1].end
    insert = Insert(
        head=text[:after],
        tail=text[after:],
        target=target,
        columns=columns or None,
        source=source,
        structure=structure,
        form=form,
    )
    return Statement(text=text, verb="INSERT", insert=insert)


def _input_call(text: str) -> tuple[str, str]:
    """Return the text of the call ``input('...')`` in a statement and that of its argument; both are empty if it has none."""
    found = tokens(text)
    for at, token in enumerate(found[:-3]):
        argument = found[at + 2]
        if token.word == "INPUT" and found[at + 1].word == "(" and found[at + 3].word == ")":
            return text[token.start : found[at + 3].end], text[argument.start : argument.end]
    return "", ""
