"""The official Go client against the embedded ClickHouse, by the native protocol and by HTTP, unchanged."""

import json
import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from embedded.clickhouse.accounts import ANALYST, DATA, SINK
from lapor.local.analyst_pages import fill
from ops.analysts.guide import questions
from sinks.clickhouse.client import Store
from tests.harness import answers, debian
from tests.harness.clickhouse import PASSWORD, with_http

HERE = Path(__file__).parent / "clickhouse"
BUILD_S = 600


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_go_client_answers_the_questions_of_the_guide(tmp_path: Path) -> None:
    """Each gives the names of the columns and the values that the Python driver gives."""
    go = shutil.which("go", path=f"{os.environ['PATH']}:/usr/local/go/bin") or debian.ensure("go", "golang-go")
    program = tmp_path / "asks"
    subprocess.run([go, "build", "-o", str(program), "."], cwd=HERE, check=True, timeout=BUILD_S)
    asked = [one.on_the_sample() for part in questions().values() for one in part]
    with with_http(tmp_path / "clickhouse") as (native, http):
        with closing(Store(f"clickhouse://{SINK}:{PASSWORD}@127.0.0.1:{native}/{DATA}")) as sink:
            fill(sink)
        with closing(Store(f"clickhouse://{ANALYST}:{PASSWORD}@127.0.0.1:{native}/{DATA}")) as analyst:
            expected = [(names, answers.table(rows)) for names, rows in map(analyst.table, asked)]
        command = [str(program), str(native), str(http), ANALYST, PASSWORD]
        run = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    for found in json.loads(run.stdout):
        assert [(one["columns"], answers.table(one["rows"])) for one in found] == expected
