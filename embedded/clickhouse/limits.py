"""What the statements and connections of an account may cost: the one place of these limits, each with its reason."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

QUERY_BYTES: Final = 1 << 20
"""The maximum size of a statement without its rows. Four times ClickHouse's own: in the engine's writing a statement is longer, and
what was short enough must run."""

READER_QUERY_BYTES: Final = 64 << 10
"""The maximum size of an analyst's statement with the values of its placeholders: the longest query of the documents has 3 kB, and reading
a megabyte took half a minute."""

MOST_NAMED: Final = 1_000
"""The maximum number of settings of a query, and of values of placeholders: ClickHouse has hardly more settings."""

LONGEST_S: Final = 60
"""The maximum number of seconds of an analyst's query, so that a slip ends by itself."""

STUCK_S: Final = 20.0
"""Seconds beyond the limit of an analyst's statement within which the engine must have stopped it. It looks at its clock between blocks
only, and ends within such a time the costliest block that a statement may ask for (see SEARCH), if it has a processor for itself."""

AT_ONCE: Final = 4
"""Statements of analysts that compute at once. Others wait for their turn."""

AT_ONCE_OF_EACH: Final = 2
"""The same of one account, so that none shuts out the others."""

LONGEST_OF_ALL_S: Final = 600
"""The maximum number of seconds of any other query."""

READER: Final[Mapping[str, int]] = MappingProxyType(
    {
        "max_execution_time": LONGEST_S,
        "max_memory_usage": 1 << 30,
        "max_threads": 4,
        # The engine reads a statement without a look at its clock, so what it reads is bounded.
        "max_ast_elements": 5_000,
        "max_expanded_ast_elements": 20_000,  # with each name replaced by what it stands for: thirty names double to a billion
        "max_ast_depth": 100,
        "max_parser_depth": 300,
        "max_parser_backtracks": 20_000,
        "max_subquery_depth": 20,
        "function_range_max_elements_in_block": 500_000,
    }
)
"""The engine's settings for each of an analyst's statements."""

BLOCK: Final[Mapping[str, int]] = MappingProxyType({"max_block_size": 8_192})
"""The greatest values of settings that an analyst's client may raise further without an error, and that then hold nevertheless: the engine
looks at its clock between blocks only."""

FRAME: Final[Mapping[str, int]] = MappingProxyType({"max_block_size": 64})
"""The same for a statement with frames of rows: a function is computed anew for each row of a block, over as many rows as a frame has."""

LAMBDA: Final[Mapping[str, int]] = MappingProxyType(
    {"max_block_size": 128, "function_range_max_elements_in_block": 10_000}
)
"""The same for a statement with a lambda, which may look through one array for each element of another. A month of days for each row of a
block is allowed."""

SEARCH: Final[Mapping[str, int]] = MappingProxyType(
    {"max_memory_usage": 32 << 20, "max_block_size": 1024, "max_threads": 1, "max_execution_time": 30}
)
"""The settings of an analyst's statement that searches. The engine looks at its clock between blocks only, so the memory bounds all that is
searched at once, however many rows it has; the short blocks of the views need a part of it."""

LONGEST_PATTERN: Final = 100
"""Characters of a pattern that is searched for, as the engine writes it."""

LONGEST_WORDS: Final = 40
"""Characters of what is searched for without regard to case."""

MOST_SEARCHED: Final = 200
"""The places of all the patterns of a statement together, each repetition written out, and of words in any case twice: a text of a megabyte
is searched for so many in two and a half seconds."""

PACKET_S: Final = 60.0
"""The maximum number of seconds until a query, with the tables that come with it, has come whole, so that nobody holds a connection by
sending it byte by byte."""

READ_S: Final = 300.0
"""The maximum number of seconds in which the result of a query by HTTP must have been read. Over the native protocol a client that reads
nothing for `PACKET_S` is left."""

MOST_WAITED_BYTES: Final = 64 << 20
"""The maximum size of a result by HTTP for whose end its client waits: so much is kept for each, on the disk."""

SESSIONS: Final = 32
"""The maximum number of named sessions by HTTP of one account. Each has two connections to the engine."""

CLIENTS: Final = 32
"""The maximum number of connections of each account but the sink's, so that none fills the server: a pool of a BI tool has a dozen."""

_LONGEST_NUMBER: Final = 20
"""Digits of the greatest setting. Python converts some 4,000 at most, and what is longer is no limit that anybody means."""


def is_within(text: str, most: int) -> bool:
    """Return whether a text that a client sent is a whole number from 1 to a greatest one."""
    digits = text.strip()
    return digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_NUMBER and 0 < int(digits) <= most


def tightest(*bounds: Mapping[str, int]) -> dict[str, int]:
    """Return the least of the bounds of each name."""
    return {name: min(each[name] for each in bounds if name in each) for each in bounds for name in each}


TOO_MUCH: Final = (
    "Ask for less in one statement: a range or a condition instead of a long list, fewer names that stand for others,"
    " or several statements"
)
"""What to do about a statement that is too large for an account."""
