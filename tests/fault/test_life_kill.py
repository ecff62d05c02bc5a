"""kill -9 of the workers of router and neighbours in the middle of whole lives: nothing is lost, done twice or without an owner."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.kill.killer import ANY, Chaos
from tests.harness.kill.trial import reported
from tests.harness.lives.trial import LifeTrial, Scale


@pytest.fixture
def trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[LifeTrial]:
    """A run whose report is printed at its end, whatever came of it; with the logs unless all was well."""
    with reported(LifeTrial(tmp_path), capsys) as made:
        yield made


@pytest.mark.timeout(300)
def test_whole_lives_survive_the_death_of_router_and_neighbours(trial: LifeTrial) -> None:
    """A small run of `python -m benchmarks.kill_lives`: all commands and roles, two months, and a kill in each phase."""
    trial.run(
        Scale(lives=80, days=(0, 4, 15, 31, 62), limit_s=240, partitions=4),
        Chaos({"router": 6, "neighbours": 2}, pauses={"router": 1}, wipes={ANY: 1}, kafka=1, pace=1.0),
        {"router": 2, "neighbours": 1},
    )
