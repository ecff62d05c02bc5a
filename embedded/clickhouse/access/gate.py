"""Decides who may log in, which statements an account may run, and which settings it may send. The engine's grants apply in addition."""

from __future__ import annotations

import hmac
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Final, NamedTuple

from embedded.clickhouse.access.reading import Reading
from embedded.clickhouse.access.tree import canonical, nodes
from embedded.clickhouse.access.writing import Writing
from embedded.clickhouse.accounts import MAY_SET, READER_FORMS, SINK, Account
from embedded.clickhouse.engine import Engine, EngineConnection
from embedded.clickhouse.errors import (
    AUTHENTICATION_FAILED,
    INTO_OUTFILE_NOT_ALLOWED,
    SETTING_CONSTRAINT_VIOLATION,
    SYNTAX_ERROR,
    TOO_MANY_SIMULTANEOUS_QUERIES,
    UNKNOWN_DATABASE,
    UNKNOWN_FORMAT,
    ServerError,
    denied,
)
from embedded.clickhouse.limits import CLIENTS, FRAME, READER_QUERY_BYTES, TOO_MUCH, is_within, tightest
from embedded.clickhouse.tokens import tokens

# Table functions whose argument is a structure, which is SQL inside a string, and what makes it more than names and types.
_STRUCTURED: Final = frozenset({"NULL", "INPUT"})
_COMPUTED: Final = re.compile(r"alias|default|materialized|ephemeral|\\", re.IGNORECASE)
# Words of a canonical statement that would give it the rights of another account.
_LENT: Final = frozenset({("SET", "ROLE"), ("SET", "DEFAULT"), ("SQL", "SECURITY"), ("EXECUTE", "AS")})
_FILES: Final = frozenset({("INTO", "OUTFILE"), ("FROM", "INFILE")})
# Parts of SHOW that the engine runs but leaves out of its EXPLAIN AST.
_UNEXPLAINED: Final = frozenset({"WHERE", "LIMIT", "("})
_FRAMED: Final = frozenset({"PRECEDING", "FOLLOWING"})
_FORM: Final = re.compile(r"[A-Za-z0-9]+")
# A placeholder as the engine writes it. It does not rewrite the type, so a comment in the type could hide what follows.
_PLACEHOLDER: Final = re.compile(r"\{\s*\w+\s*:\s*\w+(?:\s*\((?:[\w\s,()]|'[\w/+ :.-]*')*\))?\s*\}")

# The most statements whose check is remembered, and the most characters of each with its values; programs repeat a few dozen.
_REMEMBERED, _REMEMBERED_BYTES = 256, 4096


class Permitted(NamedTuple):
    """A statement that an account may run.

    Attributes:
        statement: The statement as the engine writes it.
        bounds: The maximum values of settings with which it may run, by name, in addition to the account's limits.
    """

    statement: str
    bounds: Mapping[str, int]


class Gate:
    """The rules for all accounts and all protocols. Any thread may use it.

    Args:
        engine: The engine, which lists its functions and settings.
        accounts: The accounts. Nobody can log in to one without a password.
        passwords: The passwords by the name of the account.
        most: The maximum number of logged-in clients. Each account but the sink's may have half as many, and no more than CLIENTS.

    Attributes:
        engine: The engine.

    Raises:
        EngineError: The query for the functions or settings failed.
    """

    def __init__(self, engine: Engine, accounts: Iterable[Account], passwords: Mapping[str, str], *, most: int) -> None:
        self.engine = engine
        self._passwords = passwords
        self._seats = threading.BoundedSemaphore(most)
        self._accounts = {account.name: account for account in accounts if account.name in passwords}
        of_each = max(1, min(CLIENTS, most // 2))
        self._of_account = {name: threading.BoundedSemaphore(of_each) for name in self._accounts if name != SINK}
        self._reading, self._writing = Reading(engine), Writing(engine)
        self._permitted: dict[tuple[str, str, tuple[tuple[str, str], ...]], Permitted] = {}

    def admit(self, user: str, password: str) -> Account:
        """Return the account that a client logs in to.

        Raises:
            ServerError: There is no such account, or the password is wrong.
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
        """Count a client that has logged in to an account as connected until the context ends.

        Raises:
            ServerError: There are too many clients, or too many of this account.
        """
        with ExitStack() as taken:
            for seats in (self._of_account.get(account.name), self._seats):
                if seats is None:
                    continue
                if not seats.acquire(blocking=False):
                    whose = "" if seats is self._seats else f" of {account.name}"
                    raise ServerError(
                        TOO_MANY_SIMULTANEOUS_QUERIES,
                        f"Too many clients{whose} at once. Close one, let the pool of your tool be smaller, or come again later",
                    )
                taken.callback(seats.release)
            yield

    def database(self, account: Account, named: str) -> str:
        """Return the current database of a client that named this one, or none, when it logged in.

        A reader has only that of its account, so that an unqualified name never means a table of another database.

        Raises:
            ServerError: A reader named another database.
        """
        if named in {"", "default", account.database}:  # many clients send "default" if their user names none
            return account.database
        if account.reads_only:
            raise ServerError(UNKNOWN_DATABASE, f"Database {named} does not exist for {account.name}")
        return named

    def permit(
        self, account: Account, connection: EngineConnection, text: str, parameters: Mapping[str, str]
    ) -> Permitted:
        """Check that an account may run a statement, and return the statement as the engine writes it, with its bounds.

        Only the returned text may be run, never the text that the client sent, so that exactly what was checked runs. What is permitted
        depends on nothing but the account, the text and the values, so it is remembered for the statements that programs repeat.

        Args:
            account: The account of the client.
            connection: A connection on which no client's statement runs, because settings can change how the engine parses a statement.
            text: The statement as the client sent it.
            parameters: The values of its placeholders.

        Raises:
            EngineError: The text is not one statement, or a placeholder has no value.
            ServerError: The account may not run it.
        """
        sent_bytes = len(text) + sum(map(len, parameters.values()))
        if account.reads_only and sent_bytes > READER_QUERY_BYTES:
            raise ServerError(
                SYNTAX_ERROR, f"A statement of {account.name} has at most {READER_QUERY_BYTES} bytes. {TOO_MUCH}"
            )
        key = (account.name, text, tuple(parameters.items()))
        if (known := self._permitted.get(key)) is not None:
            return known
        permitted = self._checked(account, connection, text, parameters)
        if sent_bytes + sum(map(len, parameters)) <= _REMEMBERED_BYTES:
            if len(self._permitted) >= _REMEMBERED:
                self._permitted.clear()
            self._permitted[key] = permitted
        return permitted

    def _checked(
        self, account: Account, connection: EngineConnection, text: str, parameters: Mapping[str, str]
    ) -> Permitted:
        statement = canonical(connection, text)
        words = _words(statement)
        self._check_words(account, words)
        # The engine explains an INSERT from input() only if it names a format, which a client that sends blocks leaves out.
        sent = " FORMAT Native" if statement.startswith("INSERT") and " FORMAT " not in statement else ""
        parse = nodes(connection, statement + sent, parameters)
        if account.reads_only:
            bounds = self._reading.check(parse)
            return Permitted(statement, bounds if _FRAMED.isdisjoint(words) else tightest(bounds, FRAME))
        if account.name != SINK:
            self._writing.check(statement, parse)
        else:
            for node in parse:
                self._writing.lend_nothing(node)
        return Permitted(statement, {})

    @staticmethod
    def _check_words(account: Account, words: Sequence[str]) -> None:
        """Refuse a statement whose words no account may use, or only the sink's."""
        pairs = set(pairwise(words))
        if words[:1] == ["SHOW"] and account.name != SINK and not _UNEXPLAINED.isdisjoint(words):
            raise denied("SHOW takes no more than LIKE")
        if ("DISK", "(") in pairs or ("FREEZE" in words and account.name != SINK):
            raise denied("a statement makes no folder")
        if pairs & _FILES:
            raise ServerError(INTO_OUTFILE_NOT_ALLOWED, "INTO OUTFILE and FROM INFILE are not allowed")
        if pairs & _LENT and account.name != SINK:
            raise denied("it asks for the rights of another account")

    def form(self, account: Account, name: str) -> None:
        """Check the format in which a client wants its result.

        Raises:
            ServerError: The text is not a format's name, or the account may not get results in this format.
        """
        if _FORM.fullmatch(name) is None:
            raise ServerError(UNKNOWN_FORMAT, f"Unknown format {name}")
        if account.reads_only and not name.startswith(READER_FORMS):
            raise denied(f"the format {name} is not among those that a reader may use")

    def settings(self, account: Account, given: Iterable[tuple[str, str]]) -> None:
        """Check the settings that a client sends with a query, each a name and a value.

        Raises:
            ServerError: The account may not send one of them, or not with this value.
        """
        if not account.reads_only:
            if account.name != SINK:
                self._writing.settings(name for name, _ in given)
            return
        for name, value in given:
            bound = account.limits.get(name)
            if (
                name not in MAY_SET and name != "readonly"
            ):  # some clients send "readonly" as a precaution; it can only restrict them
                raise ServerError(
                    SETTING_CONSTRAINT_VIOLATION, f"The setting {name} is not among those that {account.name} may give"
                )
            if bound is not None and not is_within(value, bound):
                raise ServerError(SETTING_CONSTRAINT_VIOLATION, f"The setting {name} must be from 1 to {bound}")


def _words(statement: str) -> list[str]:
    """Return the words and punctuation of a canonical statement that are outside quotes, and refuse odd placeholders and structures."""
    found = tokens(statement)
    for token in found:  # the tokens before the first odd one are the same as the engine's
        if token.word == "{" and _PLACEHOLDER.match(statement, token.start) is None:
            raise denied("a placeholder has a name and a plain type")
    for function, bracket, structure in zip(found, found[1:], found[2:], strict=False):
        name = statement[function.start : function.end].strip('`"').upper()
        if name in _STRUCTURED and bracket.word == "(":
            text = statement[structure.start : structure.end]
            if not text.startswith("'") or _COMPUTED.search(text):
                raise denied("the structure of a table function has names and types only")
    return [token.word for token in found]
