"""Everything that the API's document allows, and what it forbids, is asked of the real door: no answer is a fault of ours."""

import subprocess
import sys
from pathlib import Path

import orjson

from channels.web.api.openapi import document
from complaints.crypto import Keyring
from tests.harness.web import House

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_each_answer_is_one_that_the_document_names(tmp_path: Path) -> None:
    """Status, media type and shape; never a 500. The client is a process of its own: as a plugin it would slow each test run."""
    described = document(needs_key=False)
    (tmp_path / "openapi.json").write_bytes(orjson.dumps(described))
    house = House(Keyring.from_secret(b"a secret of the tests, 32 bytes long"), tmp_path / "web")
    client = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        "openapi.json",
        "--url",
        str(house.http.base_url),
    ]
    ways = [
        "--checks",
        CHECKS,
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "40",
        "--generation-deterministic",
    ]
    try:
        run = subprocess.run([*client, *ways, "--no-color"], cwd=tmp_path, capture_output=True, text=True, check=False)
    finally:
        house.close()
    assert run.returncode == 0, run.stdout
    assert f"Tested: {sum(map(len, described['paths'].values()))}" in run.stdout
