"""kill -9 of the workers of router and neighbours in the middle of whole lives: nothing is lost, done twice or without an owner."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from complaints.crypto import Keyring
from tests.harness.cases.killer import Chaos
from tests.harness.lives.trial import LifeTrial, Scale
from tests.harness.trial import reported


@pytest.fixture
def trial(tmp_path: Path, keys: Keyring, capsys: pytest.CaptureFixture[str]) -> Iterator[LifeTrial]:
    """A run whose report is printed at its end, whatever came of it; with the logs unless all was well."""
    with reported(LifeTrial(tmp_path, keys), capsys) as made:
        yield made


@pytest.mark.timeout(300)
def test_whole_lives_survive_the_death_of_router_and_neighbours(trial: LifeTrial) -> None:
    """A small run of `python -m benchmarks.kill_lives`: all commands and roles, two months, and a kill in each phase."""
    trial.run(
        Scale(lives=80, days=(0, 4, 15, 31, 62), limit_s=240),
        Chaos(workers=2, neighbours=1, kills=8, pauses=1, wipes=1, kafka=1, readers=0),
    )
