"""Reads the parameters of an HTTP request to ClickHouse: its account, session, settings, placeholders and compression."""

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
# Parameters that the interface itself uses, or that have no effect here. All other parameters of the URL are settings of the query.
_OWN: Final = frozenset({
    "query", "user", "password", "database", "default_format", "query_id", "session_id", "session_timeout", "session_check", "compress",
    "decompress", "enable_http_compression", "http_zlib_compression_level", "buffer_size", "wait_end_of_query", "quota_key", "role",
    "client_name", "client_protocol_version", "send_progress_in_http_headers", "http_headers_progress_interval_ms", "stacktrace",
    "http_response_buffer_size", "http_write_exception_in_output_format", "cancel_http_readonly_queries_on_client_close",
    "http_receive_timeout", "http_send_timeout", "add_http_cors_header", "http_make_head_request", "log_comment",
})  # fmt: skip

SESSION_S: Final = 60
"""Seconds for which a session is kept after a request that names no other time. ClickHouse's own default."""

LONGEST_QUERY_ID: Final = 200
"""The maximum number of characters of a query id that a client chooses."""

LONGEST_SESSION_S: Final = 3600
"""The maximum number of seconds for which a request may keep its session. ClickHouse's own default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The parameters of a request, without its body.

    Attributes:
        user: The name of the account.
        password: Its password.
        database: The current database; empty for that of the account.
        text: The statement in the URL, or its beginning; empty if it is in the body.
        form: The format of the result if the statement names none; empty for ClickHouse's default.
        query_id: The client's id for the query; empty if it named none.
        session: The name of the session; empty if the request uses none.
        session_s: How long the session is kept after the request, in seconds.
        must_exist: Whether the session must already exist.
        frames: Whether the result is sent in ClickHouse's own compressed frames.
        framed: Whether the body is in such frames.
        compresses: Whether the result may be compressed in a way that the client's Accept-Encoding allows.
        revision: The revision of the native protocol whose block layout the client wants in the format Native; 0 for plain blocks.
        waits: Whether the response begins only when the result is complete, so that its headers have the final numbers.
        changes: Whether the statement may change anything; false for a GET.
        settings: The settings, each a name and a value.
        parameters: The values of placeholders by name, escaped as in ClickHouse's TabSeparated format.
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
    """Return the parameters of a request.

    Raises:
        ServerError: The Authorization header, the query id or the session timeout is malformed.
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
    """Return the account name and the password of a request. ClickHouse's headers take precedence, then Basic, then the URL."""
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
    """Return the client's query id, which is sent back in a header."""
    if not (text.isascii() and text.isprintable() and len(text) <= LONGEST_QUERY_ID):
        raise ServerError(BAD_ARGUMENTS, f"A query_id has at most {LONGEST_QUERY_ID} printable letters of ASCII")
    return text


def _seconds(text: str) -> int:
    if not is_within(text, LONGEST_SESSION_S):
        raise ServerError(BAD_ARGUMENTS, f"session_timeout must be from 1 to {LONGEST_SESSION_S} seconds")
    return int(text)
