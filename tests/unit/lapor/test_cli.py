"""The command line: quick to help, one sentence for an error, an exit status that scripts can trust, and no password on a screen."""

import json
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from complaints.bus import Record
from complaints.errors import BusUnavailable, ConfigurationError
from complaints.runtime.settings import Settings
from lapor.cli import main
from lapor.commands.options import milliseconds_of
from lapor.commands.tables import shown_value
from lapor.processes import cases
from ops.casework.acts import ACTS
from tests.harness.support import free_port
from tests.harness.tables import document, each, each_row, row_by_row

CLIENTS: tuple[str, ...] = tuple(document("tables/lapor/cli.yaml")["CLIENTS"])

Ran = tuple[int, str, str]
Run = Callable[..., Ran]


@pytest.fixture
def lapor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command in a data folder of its own; returns exit status, stdout and stderr."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LAPOR_{name.upper()}", raising=False)
    monkeypatch.setenv("LAPOR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, **environment: str) -> Ran:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["lapor", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), out, err

    return run


@pytest.mark.parametrize("arguments", [["--help"], ["replay", "--help"], ["settings"]], ids=" ".join)
def test_help_and_settings_load_no_client_library(arguments: list[str]) -> None:
    """Each takes a tenth of a second or more; a command loads what it needs when it runs."""
    code = (
        "import sys\n"
        f"sys.argv = ['lapor', *{arguments!r}]\n"
        "from lapor.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as ended:\n    assert not ended.code, ended.code\n"
        f"sys.stderr.write(' '.join(sorted(set({CLIENTS!r}) & set(sys.modules))))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    assert "LAPOR" in ran.stdout.upper()


COMMANDS = ["up", "run", "feed", "demo", "explain", "replay", "query", "doctor", "settings"]


@each("command", [*COMMANDS, "embedded kafka", "agency search", "case show"])
def test_every_command_has_help(lapor: Run, command: str) -> None:
    """It says how it is called, and the help of all names it."""
    status, out, _ = lapor(*command.split(), "--help")
    assert status == 0
    assert f"lapor {command} " in out
    assert command.split(maxsplit=1)[0] in lapor("--help")[1]


@each("name", ACTS)
def test_every_act_on_a_case_has_help_with_an_example_that_it_takes(lapor: Run, name: str) -> None:
    """All options of the example are options of the act; without a stack it goes as far as saying so."""
    status, out, _ = lapor("case", name, "--help")
    assert status == 0
    assert f"lapor case {name} '7K3M9 QX2RT S' --as" in " ".join(out.split())
    status, _, err = lapor("case", name, "7K3M9 QX2RT S", *shlex.split(ACTS[name].example))
    assert (status, "LAPOR_" in err) == (2, True)


@each_row
def test_without_a_stack_a_command_says_what_to_do(lapor: Run, arguments: list[str]) -> None:
    """One sentence to stderr, status 2, no trace."""
    status, out, err = lapor(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("lapor: ")
    assert err.count("\n") == 1
    assert "LAPOR_" in err


@each(
    ("arguments", "part"),
    [
        (["run", "fax"], "fax"),
        (["query"], "sql"),
        (["query", "SELECT 1", "--format", "xml"], "xml"),
        (["replay", "--since", "gestern"], "gestern"),
        (["case", "refuse", "00000000000", "--as", "pln", "--text", " "], "--text"),
        (
            ["case", "postpone", "00000000000", "--as", "pln", "--text", "x", "--until", "besok"],
            "'besok' is no day such as",
        ),
        (["case", "due", "--before", "31.12.2026"], "'31.12.2026' is no day such as"),
        (["case", "reclassify", "00000000000", "--as", "pln", "--class", "keluhan"], "--class"),
        (["case", "merge", "00000000000", "--as", "pln"], "--into"),
        (["case", "answer", "00000000000", "--as", "pln", "--text", "x" * 20_001], "--text"),
        (["route", "--model", "/no/such/model.json", __file__], "/no/such/model.json"),
        (["no-such-command"], "no-such-command"),
        (["feed", "/no/such/file.jsonl"], "/no/such/file.jsonl"),
        (["agency", "search", "x", "--limit", "0"], "limit"),
    ],
)
def test_a_wrong_argument_is_named_with_status_2(lapor: Run, arguments: list[str], part: str) -> None:
    """Whoever checks it, the command line's library or ours."""
    status, _, err = lapor(*arguments)
    assert status == 2
    assert part in err
    assert "Traceback" not in err


SINK_AT = "clickhouse://lapor_sink:geheim@127.0.0.1:9000/lapor"
VIEW = {"LAPOR_VIEW_URL": "http://127.0.0.1:1", "LAPOR_VIEW_KEY": "geheim"}
REFUSE = "case refuse 00000000000 --as nobody --text x"


@pytest.mark.parametrize(
    ("command", "environment", "status", "said"),
    [
        ("settings", {"LAPOR_MAX_HOPS": "many"}, 2, "LAPOR_MAX_HOPS='many'"),
        (
            "query SELECT",
            {"LAPOR_CLICKHOUSE": "clickhouse://ana:geheim@127.0.0.1:1/lapor"},
            1,
            "no ClickHouse at 127.0.0.1:",
        ),
        ("query --connection", {"LAPOR_CLICKHOUSE": SINK_AT}, 2, "set LAPOR_CLICKHOUSE_ANALYST="),
        ("query --connection --json", {"LAPOR_CLICKHOUSE": SINK_AT}, 2, "set LAPOR_CLICKHOUSE_ANALYST="),
        ("explain 00000000001", VIEW, 1, "check character"),
        (REFUSE, {**VIEW, "LAPOR_KAFKA": "127.0.0.1:1"}, 1, "no agency has the id 'nobody'"),
        ("explain 00000000000", VIEW, 1, "http://127.0.0.1:1"),
        *(
            ("explain 00000000000", {**VIEW, "LAPOR_VIEW_URL": url}, 2, "http://host:port")
            for url in ("127.0.0.1:8090", "ftp://x", "http://", "http://x:99999,http://y")
        ),
    ],
)
def test_what_is_wrong_or_away_is_one_sentence_without_a_password(
    lapor: Run, command: str, environment: dict[str, str], status: int, said: str
) -> None:
    """Status 2 if a setting is wrong, 1 for a server that is away, a slip in a code, and an agency that there is not."""
    found, out, err = lapor(*command.split(), **environment)
    assert (found, out, err.count("\n")) == (status, "", 1)
    assert said in err
    assert "geheim" not in err


ANALYST_AT = "clickhouse://lapor_analyst:ge%2Fheim@clickhouse:9001/lapor"


@row_by_row
def test_what_analysts_copy_names_what_they_reach(
    lapor: Run, http: str, host: str, port: int, lines: list[str]
) -> None:
    """The host, the port and TLS of LAPOR_CLICKHOUSE_HTTP, since that of the native protocol may be a name of the servers' own network."""
    known = {"LAPOR_CLICKHOUSE_ANALYST": ANALYST_AT, "LAPOR_CLICKHOUSE_HTTP": http}
    found = json.loads(lapor("query", "--connection", "--json", **known)[1])
    account = {"user": "lapor_analyst", "password": "ge/heim", "database": "lapor"}
    secure = {"secure": True} if http.startswith("https") else {}
    assert found["http"] == {"host": host, "port": port, **account, **secure}
    assert found["native"] == {"host": host, "port": 9001, **account}
    shown = lapor("query", "--connection", **known)[1]
    assert [line for line in lines if line not in shown] == []


def test_the_lines_for_analysts_of_a_province_have_their_own_account(lapor: Run, tmp_path: Path) -> None:
    """With the password that the embedded server keeps; without one an error says what to set, and no other account is printed."""
    known = {"LAPOR_CLICKHOUSE_ANALYST": ANALYST_AT}
    asked = ("query", "--connection", "--json", "--province", "33")
    status, out, err = lapor(*asked, **known)
    assert (status, out) == (2, "")
    assert "LAPOR_CLICKHOUSE_ANALYST=clickhouse://lapor_analyst_33:password@clickhouse:9001/lapor_33" in err
    kept = tmp_path / "data" / "clickhouse-passwords" / "lapor_analyst_33"
    kept.parent.mkdir(parents=True)
    kept.write_text("jateng")
    found = json.loads(lapor(*asked, **known)[1])["http"]
    assert (found["user"], found["password"], found["database"]) == ("lapor_analyst_33", "jateng", "lapor_33")


@pytest.mark.parametrize(
    ("line", "said"),
    [*((line, "feed.jsonl line 2 is not") for line in ("{", '{"title": "x"}', '{"text": null}')), ("", "LAPOR_")],
)
def test_a_feed_that_cannot_begin_is_one_sentence_and_leaves_no_secret_behind(
    lapor: Run, tmp_path: Path, line: str, said: str
) -> None:
    """A broken line is named before a message is sent; without a stack a secret would be another one than that which was meant."""
    path = tmp_path / "feed.jsonl"
    path.write_text(json.dumps({"text": "good"}) + "\n" + line)
    status, _, err = lapor("feed", str(path))
    assert (status, err.count("\n"), said in err, "Error(" in err) == (2, 1, True, False)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("server", [["x"], ["smsc", "--control-port", "0"]], ids=" ".join)
def test_a_port_that_is_taken_is_one_sentence(lapor: Run, tmp_path: Path, server: list[str]) -> None:
    """With the port in it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, out, err = lapor("embedded", *server, "--port", port, "--data-dir", str(tmp_path / "server"))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert port in err


def test_the_doctor_without_a_stack_is_not_well(lapor: Run) -> None:
    """Status 1, and the advice stands below what is not."""
    status, out, _ = lapor("doctor")
    assert status == 1
    assert "FAIL stack: none runs in" in out
    assert "-> start one with `lapor up`" in out


def test_settings_lists_each_with_its_value_and_meaning(lapor: Run) -> None:
    """What is unset is shown empty."""
    status, out, _ = lapor("settings", LAPOR_SHORT_CODE="1709")
    assert status == 0
    assert all(f"LAPOR_{name.upper()}=" in out for name in Settings.model_fields)
    assert "LAPOR_SHORT_CODE=1709\n    Our short code" in out
    assert "LAPOR_KAFKA=\n" in out


def test_settings_masks_passwords_and_tokens_until_they_are_asked_for(lapor: Run) -> None:
    """In each address of a list, and whatever stands in them."""
    secrets = {
        "LAPOR_CLICKHOUSE": "clickhouse://ana:ge@he:im1@db:9000/lapor",
        "LAPOR_SMPP": "smpp://a:geheim2@one:2775,smpp://b:geheim3@two",
        "LAPOR_X_BEARER_TOKEN": "geheim4",
    }
    _, out, _ = lapor("settings", **secrets)
    assert not [part for part in ("geheim", "he:im", "im1") if part in out]
    assert "LAPOR_SMPP=smpp://a:***@one:2775,smpp://b:***@two\n" in out
    _, out, _ = lapor("settings", "--reveal")
    assert all(f"{name}={value}\n" in out for name, value in secrets.items())


@each_row
def test_only_the_password_of_an_address_is_masked(address: str | None, shown: str) -> None:
    """Hosts, ports and users stay readable."""
    assert shown_value(address, reveal=False) == shown


NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@each_row
def test_since_is_a_time_or_how_long_ago(text: str, moment: str) -> None:
    """UTC where no zone is named."""
    assert milliseconds_of(text, option="--since", now=NOW) == int(datetime.fromisoformat(moment).timestamp() * 1000)


@each("text", ["d", "-1d", "1.5h", "7w", "yesterday", "2026-13-01", "²m", "99999999999d", "7 d"])
def test_what_is_no_time_is_refused_with_the_forms(text: str) -> None:
    """The text that was given stands in the sentence."""
    with pytest.raises(ConfigurationError, match=r"--since .* is no time: write 2026-11-01"):
        milliseconds_of(text, option="--since", now=NOW)


def test_a_command_that_kafka_does_not_answer_is_a_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait is longer than that of Kafka's client, which so says itself what is wrong; and how one learns what became of it is said."""
    monkeypatch.setattr(cases, "PUBLISHED_WITHIN_S", 0.2)
    settings = Settings(kafka=f"127.0.0.1:{free_port()}")
    with pytest.raises(BusUnavailable, match=r"timed out.*Perhaps Kafka has it nevertheless: `lapor case show` tells"):
        cases.publish(Record(topic="t", key=b"k", value=b""), settings, doubt="`lapor case show` tells")
