"""The contract of a store that answers queries, for all code that reads the analysts' views."""

from collections.abc import Mapping
from typing import Any, Protocol


class Answers(Protocol):
    """Runs queries on ClickHouse."""

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows.

        Args:
            sql: the statement, with placeholders of the form %(name)s.
            parameters: the values for the placeholders.

        Raises:
            StoreUnavailable: ClickHouse does not answer.
        """
