"""clickhouse-driver's own tests, as its sdist has them, against the embedded ClickHouse as the operator, in a database of their own.

The sdist leaves out the driver's tests of columns and of NumPy, and three modules of helpers, which a few
lines here replace. A program that asks over HTTP takes the place of clickhouse-client.

On 2 December 2026 the suite was also run with the tests of columns and of NumPy that Debian's source of version 0.2.5 has, by the same
configuration: of 468 tests 435 passed, and 2 are for a driver without NumPy. Of the others, besides those of FAIL:

| tests | number | reason |
|---|---|---|
| `DateTime*TimezonesTestCase`, columns and NumPy: `test_datetime_with_timezone_*` | 16 | nobody may give VALUES an expression as a row |
| the same: `test_use_client_timezone` | 4 | clickhouse-client would read and show times in the zone of the client |
| `test_get_columns_with_types`, `test_get_nested_columns` | 2 | the driver has lost these functions since |
| NumPy's `test_nullable_int8`, `test_nullable_string` of LowCardinality | 2 | pandas 3 writes None in another way |
| NumPy's `test_select_with_progress` | 1 | since version 25 ClickHouse tells of one byte, which the later tests know |
| `test_wrong_date_insert` | 1 | since then Date32 goes to the year 2299, and 2284 is a day like any other |
"""

import subprocess
import sys
import tarfile
from importlib.metadata import version
from os import environ
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from embedded.clickhouse.accounts import OPERATOR
from tests.harness.clickhouse import PASSWORD, with_http

PASS = 198
"""At least as many of the 204 pass."""

FAIL = {
    "test_client_with_no_cert_validation": "it needs a server with the certificate of the driver's repository",
    "test_connect_default_params": "it needs a server on port 9000",
    "test_set_query_id": "it looks for its own query in system.processes, where chDB gives each an id of its own",
    "test_datetime_with_timezone": "clickhouse-client would show the time in the zone of the client",
    "test_select_with_progress_cancel": "how often the progress is told depends on how busy the machine is",
    "test_store_last_query_after_execute": "the same",
}
"""The tests that may fail, each with the reason."""

CONFIG = """
[db]
host=127.0.0.1
port={native}
secure_port=9440
database=operator_driver
user={user}
password={password}
compression=lz4,lz4hc,zstd
client={client}
[log]
level=ERROR
"""

CLIENT = """#!{python} -S
import sys, urllib.error, urllib.parse, urllib.request
asked = dict(zip((one.lstrip("-") for one in sys.argv[1::2]), sys.argv[2::2]))
query = asked.pop("query").encode("utf-8", "surrogateescape")
asked |= {{"user": "{user}", "password": "{password}", "database": asked["database"].replace("default", "operator")}}
del asked["host"], asked["port"]
try:
    with urllib.request.urlopen("http://127.0.0.1:{http}/?" + urllib.parse.urlencode(asked), query) as found:
        sys.stdout.buffer.write(found.read())
except urllib.error.HTTPError as error:
    sys.exit(error.read().decode())
"""

UTIL = """
import io, logging, os, time
from contextlib import contextmanager
from unittest.mock import patch

def skip_by_server_version(test, required):
    test.skipTest(str(required))

def require_server_version(*required):
    return lambda function: function

@contextmanager
def capture_logging(name, level):
    logger, found = logging.getLogger(name), io.StringIO()
    handler, before = logging.StreamHandler(found), logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    yield found
    logger.setLevel(before)
    logger.removeHandler(handler)

@contextmanager
def patch_env_tz(zone):
    with patch.dict(os.environ, TZ=zone):
        time.tzset()
        yield
    time.tzset()

def configure(level):
    pass

def check_numpy(function):
    return function
"""


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_its_own_tests_pass_but_for_those_that_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the others has a reason."""
    suite = fetched(tmp_path)
    monkeypatch.setenv("TZ", "Europe/Moscow")  # of the server, as in the driver's repository
    with with_http(tmp_path / "clickhouse") as (native, http):
        client = suite / "client"
        values = {
            "native": native,
            "http": http,
            "user": OPERATOR,
            "password": PASSWORD,
            "client": client,
            "python": sys.executable,
        }
        client.write_text(CLIENT.format(**values))
        client.chmod(0o755)
        (suite / "setup.cfg").write_text(CONFIG.format(**values))
        options = (
            "-q",
            "-p",
            "no:cacheprovider",
            "-c",
            "/dev/null",
            "--rootdir",
            ".",
            "-W",
            "ignore",
            "--junitxml",
            "found.xml",
        )
        command = [sys.executable, "-m", "pytest", "tests", *options]
        paths = environ | {"PYTHONPATH": f"{suite}:{tmp_path / 'site'}"}
        run = subprocess.run(command, cwd=suite, env=paths, capture_output=True, text=True, check=False, timeout=1500)
    cases = list(ET.parse(suite / "found.xml").getroot().iter("testcase"))  # noqa: S314  # pytest wrote it
    failed = {
        str(case.get("name")) for case in cases if case.find("failure") is not None or case.find("error") is not None
    }
    assert failed <= FAIL.keys(), run.stdout[-20_000:]
    assert len(cases) - len(failed) >= PASS


def fetched(folder: Path) -> Path:
    """Fetch the sdist of the driver that is installed and what its tests need, and return its folder, in which only the tests are left."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    name = f"clickhouse-driver=={version('clickhouse-driver')}"
    subprocess.run([*pip, "download", "--no-deps", "--no-binary", ":all:", name], cwd=folder, check=True, timeout=300)
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", "site", "parameterized==0.9.0"], cwd=folder, check=True, timeout=300
    )
    (archive,) = folder.glob("clickhouse_driver-*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder / "sdist", filter="data")
    (suite,) = (folder / "sdist").iterdir()
    (suite / "clickhouse_driver").rename(folder / "not this one")
    for module in ("__init__.py", "util.py", "log.py", "numpy/util.py"):
        path = suite / "tests" / module
        path.parent.mkdir(exist_ok=True)
        path.write_text(UTIL)
    return suite
