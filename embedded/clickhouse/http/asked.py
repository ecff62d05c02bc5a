"""Reads what an HTTP request asks of ClickHouse: who asks, by which session, with which settings, placeholders and compression."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from embedded.clickhouse import revisions
from embedded.clickhouse.errors import AUTHENTICATION_FAILED, BAD_ARGUMENTS, ServerError
from embedded.clickhouse.limits import is_within

_BASIC: Final = "basic "
_PARAMETER: Final = "param_"
_TRUE: Final = frozenset({"1", "true"})
_LONG: Final = 10  # digits that no revision has
# What the interface itself obeys, or what has no meaning here. All other parameters of the address are settings of the query.
_OWN: Final = frozenset({
    "query", "user", "password", "database", "default_format", "query_id", "session_id", "session_timeout", "session_check", "compress",
    "decompress", "enable_http_compression", "http_zlib_compression_level", "buffer_size", "wait_end_of_query", "quota_key", "role",
    "client_name", "client_protocol_version", "send_progress_in_http_headers", "http_headers_progress_interval_ms", "stacktrace",
    "http_response_buffer_size", "http_write_exception_in_output_format", "cancel_http_readonly_queries_on_client_close",
    "http_receive_timeout", "http_send_timeout", "add_http_cors_header", "http_make_head_request", "log_comment",
})  # fmt: skip

SESSION_S: Final = 60
"""Seconds for which a session without a request is kept, unless the request names another time. ClickHouse's own default."""

LONGEST_QUERY_ID: Final = 200
"""Characters of a query's id that a client chooses."""

LONGEST_SESSION_S: Final = 3600
"""The longest time for which a request may keep its session, in seconds. ClickHouse's own default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asks, beside the text of its statement in the body.

    Attributes:
        user: The name of the account.
        password: Its password.
        database: The current database; empty for that of the account.
        text: The statement in the address, or its beginning; empty if it is in the body.
        form: The format of the result if the statement names none; empty for ClickHouse's default.
        query_id: The client's id for the query; empty if it named none.
        session: The name of the session; empty if the request has a state of its own.
        session_s: How long the session is kept after the request, in seconds.
        must_exist: Whether the session must have been used before.
        frames: Whether the result is sent in ClickHouse's own compressed frames.
        framed: Whether the body is in such frames.
        compresses: Whether the result may be compressed as the client's Accept-Encoding says.
        revision: The revision of the native protocol in whose form the client wants blocks of the format Native; 0 for plain ones.
        waits: Whether the answer begins only when the whole result is there, with the numbers of the end in its headers.
        changes: Whether the statement may change anything: a GET may not.
        settings: The settings, each a name and a value.
        parameters: The values of placeholders by their names, with ClickHouse's escapes of tab-separated text.
    """

    user: str
    password: str
    database: str
    text: str
    form: str
    query_id: str
    session: str
    session_s: int
    must_exist: bool
    frames: bool
    framed: bool
    compresses: bool
    revision: int
    waits: bool
    changes: bool
    settings: tuple[tuple[str, str], ...]
    parameters: Mapping[str, str]


def read(method: str, pairs: Iterable[tuple[str, str]], headers: Mapping[str, str]) -> Asked:
    """Return what a request asks.

    Raises:
        ServerError: The header of the credentials, the id of the query or the time of the session is malformed.
    """
    given = dict(pairs)
    user, password = _credentials(given, headers)
    return Asked(
        user=user,
        password=password,
        database=headers.get("x-clickhouse-database") or given.get("database", ""),
        text=given.get("query", ""),
        form=headers.get("x-clickhouse-format") or given.get("default_format", ""),
        query_id=_query_id(headers.get("x-clickhouse-query-id") or given.get("query_id", "")),
        session=given.get("session_id", ""),
        session_s=_seconds(given.get("session_timeout", str(SESSION_S))),
        must_exist=given.get("session_check", "") in _TRUE,
        frames=given.get("compress", "") in _TRUE,
        framed=given.get("decompress", "") in _TRUE,
        compresses=given.get("enable_http_compression", "") in _TRUE,
        revision=_revision(given.get("client_protocol_version", "")),
        waits=given.get("wait_end_of_query", "") in _TRUE,
        changes=method != "GET",
        settings=tuple(
            (name, value) for name, value in given.items() if name not in _OWN and not name.startswith(_PARAMETER)
        ),
        parameters={
            name.removeprefix(_PARAMETER): value for name, value in given.items() if name.startswith(_PARAMETER)
        },
    )


def _credentials(given: Mapping[str, str], headers: Mapping[str, str]) -> tuple[str, str]:
    """Return the name and the password of a request's account. ClickHouse's headers take precedence, then Basic, then the address."""
    if "x-clickhouse-user" in headers:
        return headers["x-clickhouse-user"], headers.get("x-clickhouse-key", "")
    basic = headers.get("authorization", "")
    if basic.lower().startswith(_BASIC):
        try:
            user, _, password = b64decode(basic[len(_BASIC) :], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ServerError(AUTHENTICATION_FAILED, "The header Authorization is no Basic credential") from error
        return user, password
    return given.get("user", "default"), given.get("password", "")


def _revision(text: str) -> int:
    return min(int(text), revisions.NEWEST) if text.isascii() and text.isdigit() and len(text) < _LONG else 0


def _query_id(text: str) -> str:
    """Return the client's id of a query, which goes back to it in a header."""
    if not (text.isascii() and text.isprintable() and len(text) <= LONGEST_QUERY_ID):
        raise ServerError(BAD_ARGUMENTS, f"A query_id has at most {LONGEST_QUERY_ID} printable letters of ASCII")
    return text


def _seconds(text: str) -> int:
    if not is_within(text, LONGEST_SESSION_S):
        raise ServerError(BAD_ARGUMENTS, f"session_timeout must be from 1 to {LONGEST_SESSION_S} seconds")
    return int(text)
