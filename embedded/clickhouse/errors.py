"""The error tree of the embedded ClickHouse, with ClickHouse's own codes and names; converts chDB's error texts into it."""

from __future__ import annotations

import re
from typing import Final

from embedded.clickhouse.limits import TOO_MUCH

BAD_ARGUMENTS: Final = 36
LOGICAL_ERROR: Final = 49
SYNTAX_ERROR: Final = 62
UNKNOWN_FORMAT: Final = 73
UNKNOWN_DATABASE: Final = 81
UNKNOWN_PACKET_FROM_CLIENT: Final = 99
UNEXPECTED_PACKET_FROM_CLIENT: Final = 101
UNKNOWN_SETTING: Final = 115
INCORRECT_DATA: Final = 117
NOT_IMPLEMENTED: Final = 48
CHECKSUM_DOESNT_MATCH: Final = 40
CANNOT_DECOMPRESS: Final = 271
TOO_LARGE_SIZE_COMPRESSED: Final = 132
TOO_DEEP_SUBQUERIES: Final = 162
TOO_DEEP_AST: Final = 167
TOO_BIG_AST: Final = 168
TOO_MANY_SIMULTANEOUS_QUERIES: Final = 202
TOO_DEEP_RECURSION: Final = 306
TOO_SLOW_PARSING: Final = 718
INTO_OUTFILE_NOT_ALLOWED: Final = 358
TOO_MANY_BYTES: Final = 307
TIMEOUT_EXCEEDED: Final = 159
READONLY: Final = 164
ABORTED: Final = 236
SESSION_NOT_FOUND: Final = 372
SESSION_IS_LOCKED: Final = 373
QUERY_WAS_CANCELLED: Final = 394
SYSTEM_ERROR: Final = 425
UNKNOWN_CODEC: Final = 432
AUTHENTICATION_FAILED: Final = 516
ACCESS_DENIED: Final = 497
SETTING_CONSTRAINT_VIOLATION: Final = 452
SUPPORT_IS_DISABLED: Final = 344

_NAMES: Final[dict[int, str]] = {
    BAD_ARGUMENTS: "BAD_ARGUMENTS",
    TIMEOUT_EXCEEDED: "TIMEOUT_EXCEEDED",
    READONLY: "READONLY",
    SESSION_NOT_FOUND: "SESSION_NOT_FOUND",
    SESSION_IS_LOCKED: "SESSION_IS_LOCKED",
    SYNTAX_ERROR: "SYNTAX_ERROR",
    UNKNOWN_FORMAT: "UNKNOWN_FORMAT",
    UNKNOWN_DATABASE: "UNKNOWN_DATABASE",
    UNKNOWN_PACKET_FROM_CLIENT: "UNKNOWN_PACKET_FROM_CLIENT",
    UNEXPECTED_PACKET_FROM_CLIENT: "UNEXPECTED_PACKET_FROM_CLIENT",
    UNKNOWN_SETTING: "UNKNOWN_SETTING",
    INCORRECT_DATA: "INCORRECT_DATA",
    NOT_IMPLEMENTED: "NOT_IMPLEMENTED",
    CHECKSUM_DOESNT_MATCH: "CHECKSUM_DOESNT_MATCH",
    CANNOT_DECOMPRESS: "CANNOT_DECOMPRESS",
    TOO_LARGE_SIZE_COMPRESSED: "TOO_LARGE_SIZE_COMPRESSED",
    TOO_MANY_SIMULTANEOUS_QUERIES: "TOO_MANY_SIMULTANEOUS_QUERIES",
    INTO_OUTFILE_NOT_ALLOWED: "INTO_OUTFILE_NOT_ALLOWED",
    TOO_MANY_BYTES: "TOO_MANY_BYTES",
    QUERY_WAS_CANCELLED: "QUERY_WAS_CANCELLED",
    SYSTEM_ERROR: "SYSTEM_ERROR",
    UNKNOWN_CODEC: "UNKNOWN_CODEC",
    AUTHENTICATION_FAILED: "AUTHENTICATION_FAILED",
    ACCESS_DENIED: "ACCESS_DENIED",
    SETTING_CONSTRAINT_VIOLATION: "SETTING_CONSTRAINT_VIOLATION",
    SUPPORT_IS_DISABLED: "SUPPORT_IS_DISABLED",
}

# chDB puts the current activity before the text and its version after it. The native protocol carries neither.
_ENGINE_TEXT: Final = re.compile(r"Code: (?P<code>\d+)\. DB::(?:Errno)?Exception: (?P<text>.*)", re.DOTALL)
_VERSION_SUFFIX: Final = re.compile(r"\s*\(version [\d.]+[^)]*\)\s*$")

# The engine's errors about a statement that is too large: by code, and by words where the code is too general.
_TOO_LARGE: Final = frozenset({TOO_DEEP_SUBQUERIES, TOO_DEEP_AST, TOO_BIG_AST, TOO_DEEP_RECURSION, TOO_SLOW_PARSING})
_TOO_BIG: Final = ("Query tree is too big", "call to function range would produce")


class EmbeddedClickHouseError(Exception):
    """The root of the package's own errors. An OSError, for instance of a port that is taken, is not among them."""


class FolderInUseError(EmbeddedClickHouseError):
    """Another process uses the data folder; the message says what to do."""


class ConnectionLostError(EmbeddedClickHouseError):
    """The connection to a client is lost: closed, broken, or the client did not send or read anything within the timeout."""


class ServerError(EmbeddedClickHouseError):
    """An error with a ClickHouse code. If it occurs while a client is served, the client gets it as an exception packet.

    Attributes:
        code: ClickHouse's numeric error code.
        text: The message; it ends with the code's name in parentheses if that name is known here.
    """

    def __init__(self, code: int, text: str) -> None:
        name = _NAMES.get(code)
        self.code = code
        self.text = text if name is None or text.endswith(f"({name})") else f"{text} ({name})"
        super().__init__(f"Code: {code}. {self.text}")


def denied(why: str) -> ServerError:
    """Return the error for a statement that an account may not run."""
    return ServerError(ACCESS_DENIED, f"Not enough privileges: {why}")


def too_large(what: str, most_bytes: int) -> ServerError:
    """Return the error for an input that is larger than this server accepts."""
    return ServerError(TOO_MANY_BYTES, f"{what} has at most {most_bytes} bytes")


def of_this_machine(error: OSError) -> ServerError:
    """Return the error for what this machine cannot do now, for instance for lack of files or space. Clients may try again."""
    return ServerError(SYSTEM_ERROR, f"This server cannot do it now, try again later: {error.strerror or error}")


class ProtocolError(ServerError):
    """A packet, block or column type is malformed, not expected, or not supported by this server.

    If what is wrong came from the client, the client receives an exception packet, and then its connection ends.
    """


class EngineError(ServerError):
    """chDB refused a statement, failed in it, or could not open a connection.

    The code and the text are chDB's; if chDB's text contains no code, the code is 49 (LOGICAL_ERROR).
    """


def engine_error(raw: str) -> EngineError:
    """Convert chDB's exception text into an error with a code and a message.

    Args:
        raw: The text, for instance ``Streaming query failed: Code: 60. DB::Exception: ... (UNKNOWN_TABLE)``.

    Returns:
        The error to raise. Its text is what follows ``DB::Exception:``, without chDB's version at the end. If the raw text has
        no code, the error has the code 49 (LOGICAL_ERROR) and the whole raw text.
    """
    match = _ENGINE_TEXT.search(raw)
    if match is None:
        return EngineError(LOGICAL_ERROR, raw)
    code, text = int(match["code"]), _VERSION_SUFFIX.sub("", match["text"]).strip()
    return EngineError(code, advised(code, text))


def advised(code: int, text: str) -> str:
    """Return the text of an engine's error. If the error is that the statement is too large, the text ends with `TOO_MUCH`."""
    is_large = (code in _TOO_LARGE or any(words in text for words in _TOO_BIG)) and TOO_MUCH not in text
    return f"{text} {TOO_MUCH}." if is_large else text
