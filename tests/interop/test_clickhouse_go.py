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
from tests.harness import debian
from tests.harness.clickhouse import PASSWORD, with_http

HERE = Path(__file__).parent / "clickhouse"
BUILD_S = 600
NONE = {"columns": None, "rows": 0}
"""What the client makes of a result without rows: in the format Native it has no block, and so no names."""


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_go_client_answers_the_questions_of_the_guide(tmp_path: Path) -> None:
    """Each gives the columns and the number of rows that the Python driver gives."""
    go = shutil.which("go", path=f"{os.environ['PATH']}:/usr/local/go/bin") or debian.ensure("go", "golang-go")
    program = tmp_path / "asks"
    subprocess.run([go, "build", "-o", str(program), "."], cwd=HERE, check=True, timeout=BUILD_S)
    asked = [one.sql for part in questions().values() for one in part]
    with with_http(tmp_path / "clickhouse") as (native, http):
        with closing(Store(f"clickhouse://{SINK}:{PASSWORD}@127.0.0.1:{native}/{DATA}")) as sink:
            fill(sink)
        with closing(Store(f"clickhouse://{ANALYST}:{PASSWORD}@127.0.0.1:{native}/{DATA}")) as analyst:
            expected = [{"columns": names, "rows": len(rows)} for names, rows in map(analyst.table, asked)]
        command = [str(program), str(native), str(http), ANALYST, PASSWORD]
        run = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    for answers in json.loads(run.stdout):
        wrong = [
            (sql, one) for sql, one, right in zip(asked, answers, expected, strict=True) if one not in (right, NONE)
        ]
        assert wrong == []
        assert [one["rows"] for one in answers] == [one["rows"] for one in expected]
