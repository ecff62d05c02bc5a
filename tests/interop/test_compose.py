"""Docker Compose's own parser takes docker-compose.yml; no Docker engine is needed for that."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.harness import debian

ROOT = Path(__file__).parents[2]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_compose_takes_the_file() -> None:
    """With the variables of deploy/.env.example and none of this machine's."""
    command = [debian.ensure("docker-compose", "docker-compose"), "--env-file", "deploy/.env.example"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LAPOR_")}
    arguments = ["--file", "docker-compose.yml", "config", "--quiet"]
    run = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, cwd=ROOT, env=kept, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
