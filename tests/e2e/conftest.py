"""One whole stack for all end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.e2e.stack import RunningStack, Stacks


@pytest.fixture(scope="package")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stacks]:
    """A folder in which one stack runs at a time."""
    made = Stacks(tmp_path_factory.mktemp("stack") / "data")
    yield made
    made.stop()


@pytest.fixture(scope="package")
def stack(stacks: Stacks) -> RunningStack:
    """`lapor up` as a newcomer has it."""
    return stacks.well()
