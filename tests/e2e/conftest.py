"""One whole stack for all end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.e2e.stack import RunningStack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """`lapor up` in a folder of its own."""
    running = RunningStack(tmp_path_factory.mktemp("stack") / "data")
    yield running
    if running.process.poll() is None:
        running.stop()
