"""docker-compose.yml is a valid deployment: its schema, its health checks, its settings, and Compose itself where it is there."""

import json
import re
import subprocess
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from jsonschema import Draft7Validator

from complaints.runtime.settings import Settings
from embedded.clickhouse.accounts import ANALYST, OPERATOR, SINK, VIEWS, server_users
from lapor.processes.channels import CHANNELS
from lapor.processes.wiring import WORKERS, loops
from ops.analysts.connection import Connection
from sinks.clickhouse.tables import schema
from tests.harness.tables import each
from tests.harness.there import there

ROOT = Path(__file__).parents[3]
COMPOSE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / "deploy" / ".env.example"

ONE_SHOT = {"topics"}
KEEP_FILES = {"telegram", "web"}
"""The channels by which files come."""
VARIABLE_DEFAULT = re.compile(r"\$\{[A-Z_]+:[?-]([^}]*)\}")
VARIABLE = re.compile(r"\$\{([A-Z_]+)(:[?-])?")


def compose() -> dict[str, Any]:
    """Return the file as Compose reads it, its merge keys resolved."""
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return loaded


def specification() -> dict[str, Any]:
    """Return the Compose specification's schema, of draft 7, which check-jsonschema carries as vendor.compose-spec."""
    found = find_spec("check_jsonschema")
    assert found is not None, "check-jsonschema is not installed"
    assert found.submodule_search_locations is not None
    (folder,) = found.submodule_search_locations
    schema: dict[str, Any] = json.loads(
        (Path(folder) / "builtin_schemas" / "vendor" / "compose-spec.json").read_text("utf-8")
    )
    return schema


def test_it_fits_the_compose_specification() -> None:
    """By the specification's schema; tests/interop/test_compose.py asks Docker Compose's own parser."""
    assert [error.message for error in Draft7Validator(specification()).iter_errors(compose())] == []


def test_the_accounts_of_a_real_clickhouse_are_those_of_the_embedded_one() -> None:
    """The file that Compose mounts is the one that the program makes, and the views in it are those that the sink makes."""
    mounted = ROOT / "deploy" / "clickhouse" / "lapor-users.xml"
    assert mounted.read_text("utf-8") == server_users()
    assert (*schema().views, "links") == VIEWS
    users = there(ET.fromstring(mounted.read_text("utf-8")).find("users"))  # noqa: S314 - our own file
    rights = {user.tag: [query.text or "" for query in user.iter("query")] for user in users}
    assert set(rights) == {"default", SINK, ANALYST, OPERATOR}
    assert users[0].attrib == {"remove": "remove"}
    assert all(right.startswith("GRANT SELECT ON ") for right in rights[ANALYST])
    assert "GRANT CLUSTER ON *.*" in rights[SINK]
    for engine in ("MergeTree", "ReplacingMergeTree", "ReplicatedMergeTree", "ReplicatedReplacingMergeTree"):
        # each that the sink's tables have, on one server or a cluster
        assert f"GRANT TABLE ENGINE ON {engine}" in rights[SINK]
    for text in chain.from_iterable(rights.values()):
        assert not re.search(r"\b(ALL|FILE|URL|S3|REMOTE|SOURCES|ACCESS MANAGEMENT|FUNCTION|DICTIONARY)\b", text), text


def test_every_service_of_ours_is_in_it() -> None:
    """The doors, the workers, and one that makes the topics."""
    ours = {name for name, service in compose()["services"].items() if "build" in service}
    assert ours == {*CHANNELS, *WORKERS, *ONE_SHOT}


@each("name", sorted(compose()["services"].keys() - ONE_SHOT))
def test_each_service_is_restarted_and_has_a_health_check(name: str) -> None:
    """A service that dies comes back; whether it is well is asked of its loop or its protocol."""
    service = compose()["services"][name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0].startswith("CMD")
    if "build" in service:
        assert service["command"] == ["lapor", "run", name]
        called = service["healthcheck"]["test"]
        assert tuple(called[called.index("complaints.runtime.health") + 1 :]) == loops(name)


def test_what_runs_once_is_not_restarted() -> None:
    """The others wait until it has ended well."""
    services = compose()["services"]
    for name in ONE_SHOT:
        assert services[name]["restart"] == "no"
    for name in (*CHANNELS, *WORKERS):
        assert services[name]["depends_on"]["topics"] == {"condition": "service_completed_successfully"}
        assert services[name]["depends_on"]["kafka"] == {"condition": "service_healthy"}


def test_every_lapor_variable_is_a_setting() -> None:
    """A misspelt one would be passed over in silence."""
    known = {f"LAPOR_{name.upper()}" for name in Settings.model_fields}
    used = set(re.findall(r"\bLAPOR_[A-Z_]+\b", COMPOSE.read_text("utf-8") + EXAMPLE.read_text("utf-8")))
    assert used - known == set()


def test_what_must_be_set_stands_in_the_example() -> None:
    """`${NAME:?...}` stops the start with a sentence; the example has each such name, and each other one as a comment."""
    example = EXAMPLE.read_text("utf-8")
    given = set(re.findall(r"^([A-Z_]+)=.", example, re.MULTILINE))
    offered = given | set(re.findall(r"^# ([A-Z_]+)=.", example, re.MULTILINE))
    wanted = VARIABLE.findall(COMPOSE.read_text("utf-8"))
    assert {name for name, how in wanted if how == ":?"} == given
    assert {name for name, _ in wanted} == offered


def test_what_a_service_keeps_is_on_a_volume_of_its_own() -> None:
    """A spool or a copy that two services shared, or that went with the container, would be lost. Citizens' files are everybody's."""
    found, files = compose(), "attachments:/data/attachments"
    mounted = [one.split(":")[0] for service in found["services"].values() for one in service.get("volumes", ())]
    mounted = [one for one in mounted if not one.startswith("./")]  # a file of the repository
    assert set(mounted) == set(found["volumes"])
    for name in (*CHANNELS, *WORKERS):
        volumes = found["services"][name]["volumes"]
        assert volumes == [f"{name}:/data", *([files] if name in KEEP_FILES else [])]


def test_only_who_meets_citizens_has_the_secret() -> None:
    """Whoever routes or stores needs no key to who the citizen is."""
    services = compose()["services"]
    assert {name for name, service in services.items() if "secrets" in service} == {*CHANNELS, "conversation"}


def test_only_what_people_read_is_published_and_on_loopback() -> None:
    """Kafka and the view are reached by the services alone. The lines for analysts name what is published."""
    services = compose()["services"]
    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == {
        "web": ["${WEB_PUBLISHED:-127.0.0.1:8080}:8080"],
        "grafana": ["${GRAFANA_PUBLISHED:-127.0.0.1:3000}:3000"],
        "clickhouse": [
            "${CLICKHOUSE_HTTP_PUBLISHED:-127.0.0.1:8123}:8123",
            "${CLICKHOUSE_PUBLISHED:-127.0.0.1:9000}:9000",
        ],
    }
    told = services["sink"]["environment"]
    addresses = (
        VARIABLE_DEFAULT.sub(r"\1", told[name]) for name in ("LAPOR_CLICKHOUSE_ANALYST", "LAPOR_CLICKHOUSE_HTTP")
    )
    found = Connection.of(*addresses).document()
    assert [(found[way]["host"], found[way]["port"]) for way in ("http", "native")] == [
        ("127.0.0.1", 8123),
        ("127.0.0.1", 9000),
    ]


def test_the_image_copies_every_package_that_the_wheel_has() -> None:
    """And the context lets it: what is not copied is not in the image."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = set(re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE))
    let_in = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    assert copied == set(packages)
    assert set(packages) <= let_in


def test_the_image_runs_as_nobody_in_particular_and_is_checked() -> None:
    """The last user is not root; the image has a health check of its own; no stage but the first has a compiler."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    last = text[text.rindex("\nFROM ") :]
    assert re.findall(r"^USER (.+)$", last, re.MULTILINE) == ["lapor"]
    assert "HEALTHCHECK" in last
    assert "apt-get" not in last
    assert "--require-hashes" in text


@pytest.mark.parametrize("name", [*CHANNELS, "conversation"])
def test_each_channel_knows_kafka_and_the_secret_and_not_clickhouse(name: str) -> None:
    """It has no password to what analysts see, and only the web, which shows cases, has the view's key."""
    environment = compose()["services"][name]["environment"]
    assert {"LAPOR_KAFKA", "LAPOR_SECRET_FILE"} <= environment.keys()
    assert "LAPOR_CLICKHOUSE" not in environment
    assert ("LAPOR_VIEW_KEY" in environment) == (name == "web")


def test_the_view_listens_where_the_doors_look_for_it() -> None:
    """On Compose's network, at one port, with one key."""
    services = compose()["services"]
    port = services["view"]["environment"]["LAPOR_VIEW"].rsplit(":", 1)[1]
    assert services["web"]["environment"]["LAPOR_VIEW_URL"] == f"${{LAPOR_VIEW_URL:-http://view:{port}}}"
    assert services["web"]["environment"]["LAPOR_VIEW_KEY"] == services["view"]["environment"]["LAPOR_VIEW_KEY"]


@pytest.mark.parametrize(("password", "starts"), [("", False), ("rahasia", True)])
def test_grafana_refuses_to_start_without_a_password(password: str, *, starts: bool) -> None:
    """It would have admin's own, which everybody knows. Without its profile Compose starts with or without one."""
    grafana = compose()["services"]["grafana"]
    assert grafana["environment"]["GF_SECURITY_ADMIN_PASSWORD"] == "${GRAFANA_PASSWORD:-}"
    shell, option, script = (part.replace("$$", "$") for part in grafana["entrypoint"])
    run = subprocess.run(
        [shell, option, script.replace("/run.sh", "/bin/true")],
        env={"GF_SECURITY_ADMIN_PASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode == 0, "GRAFANA_PASSWORD" in run.stderr) == (starts, not starts)


def test_the_password_of_each_provinces_account_reaches_clickhouse() -> None:
    """By a file, since nobody knows beforehand which provinces there are; the example names what the users file asks for."""
    (file,) = compose()["services"]["clickhouse"]["env_file"]
    example = ROOT / file.removeprefix("${CLICKHOUSE_PROVINCES_FILE:-").removesuffix("}")
    codes = re.findall(r"^# CLICKHOUSE_ANALYST_(\d\d)_PASSWORD=", example.read_text("utf-8"), re.MULTILINE)
    assert codes
    for code in codes:
        assert f'<password from_env="CLICKHOUSE_ANALYST_{code}_PASSWORD"/>' in server_users(codes)
    assert "LAPOR_ANALYST_PROVINCES" in compose()["services"]["sink"]["environment"]
