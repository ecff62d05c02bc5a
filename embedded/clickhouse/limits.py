"""All limits on the statements and connections of an account, each with its reason."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

QUERY_BYTES: Final = 1 << 20
"""The maximum size of a statement without its rows. It is four times ClickHouse's own limit, because the engine's own spelling of a
statement is longer, and a statement that was short enough must run."""

READER_QUERY_BYTES: Final = 64 << 10
"""The maximum size of an analyst's statement with the values of its placeholders. The longest query in the documentation has 3 kB, and
checking a megabyte took half a minute."""

MOST_NAMED: Final = 1_000
"""The maximum number of settings of a query, and of values of placeholders. ClickHouse itself has hardly more settings."""

LONGEST_S: Final = 60
"""The maximum number of seconds of an analyst's query, so that a query sent by mistake is stopped."""

STUCK_S: Final = 20.0
"""Seconds after the time limit of an analyst's statement within which the engine must have stopped it. The engine checks the time only
between blocks, and processes the costliest block that a statement may ask for (see SEARCH) within this time on a free processor."""

AT_ONCE: Final = 4
"""The maximum number of analysts' statements that run at the same time. Others wait."""

AT_ONCE_OF_EACH: Final = 2
"""The maximum number of them for one account, so that no account blocks the others."""

LONGEST_OF_ALL_S: Final = 600
"""The maximum number of seconds of any other query."""

READER: Final[Mapping[str, int]] = MappingProxyType(
    {
        "max_execution_time": LONGEST_S,
        "max_memory_usage": 1 << 30,
        "max_threads": 4,
        # The engine does not check the time while it parses and analyses a statement, so its size is limited.
        "max_ast_elements": 5_000,
        "max_expanded_ast_elements": 20_000,  # with each alias expanded: thirty that double make a billion
        "max_ast_depth": 100,
        "max_parser_depth": 300,
        "max_parser_backtracks": 20_000,
        "max_subquery_depth": 20,
        "function_range_max_elements_in_block": 500_000,
        # Groups by the key of a table, such as its replies, need no memory for all of them at once.
        "optimize_aggregation_in_order": 1,
    }
)
"""The engine's settings for each of an analyst's statements."""

BLOCK: Final[Mapping[str, int]] = MappingProxyType({"max_block_size": 8_192})
"""The maximum values of settings that are applied without an error if an analyst's client asks for more. The engine checks the time only
between blocks."""

FRAME: Final[Mapping[str, int]] = MappingProxyType({"max_block_size": 64})
"""The same for a statement with window frames: a function is computed again for each row of a block, over all rows of its frame."""

LAMBDA: Final[Mapping[str, int]] = MappingProxyType(
    {"max_block_size": 128, "function_range_max_elements_in_block": 10_000}
)
"""The same for a statement with a lambda, which may scan one array for each element of another. A month of days for each row of a block is
allowed."""

SEARCH: Final[Mapping[str, int]] = MappingProxyType(
    {"max_memory_usage": 32 << 20, "max_block_size": 1024, "max_threads": 1, "max_execution_time": 30}
)
"""The settings of an analyst's statement that searches text. The engine checks the time only between blocks, so the memory limits how much
is searched at once, whatever the number of rows; the short blocks of the views need only a part of it."""

LONGEST_PATTERN: Final = 100
"""The maximum number of characters of a search pattern, as the engine writes it."""

LONGEST_WORDS: Final = 40
"""The maximum number of characters of a pattern that is searched for without regard to case."""

MOST_SEARCHED: Final = 200
"""The maximum number of places in all patterns of a statement, with each repetition written out. A place of a case-insensitive pattern
counts twice. A text of a megabyte is searched for this many in two and a half seconds."""

PACKET_S: Final = 60.0
"""The maximum number of seconds in which a query and its external tables must have arrived, so that no client keeps a connection occupied
by sending byte by byte."""

READ_S: Final = 300.0
"""The maximum number of seconds in which a client must have read the result of a query over HTTP. In the native protocol, the connection
of a client that reads nothing for `PACKET_S` is closed."""

MOST_WAITED_BYTES: Final = 64 << 20
"""The maximum size of a result over HTTP that is sent only when it is complete. Until then it is buffered on the disk."""

SESSIONS: Final = 32
"""The maximum number of named HTTP sessions of one account. Each has two connections to the engine."""

CLIENTS: Final = 32
"""The maximum number of connections of each account but the sink's, so that none fills the server. A BI tool's pool has about a dozen."""

_LONGEST_NUMBER: Final = 20
"""The maximum number of digits of a setting. Python converts at most about 4,000, and no meaningful limit is longer than this."""


def is_within(text: str, most: int) -> bool:
    """Return whether a text that a client sent is a whole number from 1 to `most`."""
    digits = text.strip()
    return digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_NUMBER and 0 < int(digits) <= most


def tightest(*bounds: Mapping[str, int]) -> dict[str, int]:
    """Return the lowest bound of each name."""
    return {name: min(each[name] for each in bounds if name in each) for each in bounds for name in each}


TOO_MUCH: Final = (
    "Ask for less in one statement: a range or a condition instead of a long list, fewer names that stand for others,"
    " or several statements"
)
"""The advice to a client whose statement is too large for its account."""
