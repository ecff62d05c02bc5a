"""What agencies do with cases on the command line, against the whole stack."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.stack import RunningStack
from tests.harness.support import wait_until


def reported(stack: RunningStack, text: str) -> str:
    """Report something by the API, and return its code once it has an owner."""
    base = f"http://{stack.note.addresses['web']}"
    code: str = httpx.post(f"{base}/api/v1/complaints", json={"text": text}, trust_env=False).json()["tracking_code"]
    wait_until(lambda: stack.run("case", "show", code).returncode == 0, timeout_s=60, what="the owner")
    return code


def sheet(stack: RunningStack, code: str) -> dict[str, Any]:
    """Return what is shown of a case."""
    shown = stack.run("case", "show", code, "--json")
    assert shown.returncode == 0, shown.stderr
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def done(stack: RunningStack, *arguments: str) -> str:
    """Run a command that must succeed, and return what it says."""
    ran = stack.run("case", *arguments)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.timeout(400)  # twenty commands, each a process of its own
def test_a_life_by_commands_is_shown_and_explained(stack: RunningStack) -> None:
    """Each waits for its result and says it; the sheet, the list and the story follow."""
    code = reported(stack, "Jalan berlubang dalam sekali di Jalan Pandanaran, Kota Semarang, dekat pasar")
    owner = sheet(stack, code)["owner"]["id"]
    assert "citizen is to be asked" in done(stack, "ask", code, "--as", owner, "--text", "Di depan nomor berapa?")
    assert sheet(stack, code)["state"] == "awaiting_citizen"
    assert "says that the report is complete" in done(stack, "verify", code, "--as", owner)
    assert "has accepted the case" in done(stack, "accept", code, "--as", owner)
    assert "Nothing changes" in done(stack, "accept", code, "--as", owner)
    until = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    assert f"put off to {until}" in done(stack, "postpone", code, "--as", owner, "--until", until, "--text", "Hujan")
    assert "are extended to" in done(stack, "extend", code, "--as", owner, "--text", "Menunggu bahan")
    refused = stack.run("case", "close", code, "--as", owner)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Only a case that was answered is closed" in refused.stderr
    assert code in stack.run("case", "due", "--agency", owner, "--json").stdout
    assert "has answered" in done(stack, "answer", code, "--as", owner, "--text", "Sudah ditambal.", "--final")
    assert "is closed" in done(stack, "close", code, "--as", owner)
    assert "open again" in done(stack, "reopen", code, "--as", "kemenpanrb", "--text", "Warga menelepon")
    own_word = stack.run("case", "withdraw", code, "--as", owner, "--text", "x")
    assert (own_word.returncode, "Only the citizen can withdraw" in own_word.stderr) == (1, True)
    found = sheet(stack, code)
    assert [reply["kind"] for reply in found["replies"]] == [
        *("received", "question", "put_off", "put_off", "answered", "closed", "reopened"),
    ]
    assert found["state"] == "reopened"
    assert {"forward", "first_follow_up", "complete", "statute_completeness", "statute_decision"} <= found[
        "deadlines"
    ].keys()
    told = stack.run("explain", code).stdout
    assert (
        told.index("accepted the case")
        < told.index("put it off to")
        < told.index("closed the case")
        < told.index("\nnow: ")
    )


def test_what_an_officer_records_has_a_code_and_an_owner(stack: RunningStack) -> None:
    """It goes the way of every message; the citizen can look it up on the web."""
    said = done(
        stack,
        *("new", "--as", "pemda-34.71", "--source", "walk-in", "--regency", "Kota Yogyakarta"),
        *("--text", "Lampu jalan mati di depan pasar"),
    )
    code = "".join(said.splitlines()[0].split())
    assert "recorded by Pemerintah Kota Yogyakarta (walk-in)" in said
    assert "hop 0: " in said
    found = sheet(stack, code)
    assert (found["channel"], found["recorded_by"], found["source"]) == ("officer", "pemda-34.71", "walk-in")
    page = httpx.get(f"http://{stack.note.addresses['web']}/lacak/{code}", trust_env=False)
    assert page.status_code == 200


def test_a_file_of_acts_applied_twice_changes_nothing_the_second_time(stack: RunningStack, tmp_path: Path) -> None:
    """Each line says what became of it, and the last one counts."""
    matters = (  # no two of them are one matter for the search for duplicates
        "Jalan rusak di Jalan Gajah Mada, Kota Semarang",
        "Lampu jalan mati di Jalan Kaliurang, Kabupaten Sleman",
        "Sampah menumpuk di Pasar Beringharjo, Kota Yogyakarta",
    )
    codes = [reported(stack, text) for text in matters]
    owners = {code: sheet(stack, code)["owner"]["id"] for code in codes}
    lines: list[dict[str, Any]] = [
        line
        for code, owner in owners.items()
        for line in (
            {"code": code, "act": "accept", "as": owner},
            {"code": code, "act": "answer", "as": owner, "text": "Sudah ditambal."},
            {"code": code, "act": "refuse", "as": owner, "text": "Bukan kami"},
        )
    ]
    file = tmp_path / "acts.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + "{\n")
    first = stack.run("case", "apply", str(file))
    said = [json.loads(line) for line in first.stdout.splitlines()]
    assert [one["result"] for one in said[:-1]] == ["applied", "applied", "refused"] * 3 + ["error"]
    assert (said[-2]["line"], said[-1]) == (10, {"applied": 6, "repeated": 0, "refused": 3, "errors": 1})
    assert first.returncode == 1
    before = [sheet(stack, code)["version"] for code in codes]
    again = stack.run("case", "apply", str(file))
    assert json.loads(again.stdout.splitlines()[-1]) == {"applied": 0, "repeated": 6, "refused": 3, "errors": 1}
    assert [sheet(stack, code)["version"] for code in codes] == before


def test_what_a_citizen_wants_by_the_api_reaches_his_case(stack: RunningStack) -> None:
    """By the conversation, like every message: his name is hidden, he withdraws, and opens the case again."""
    complaints = f"http://{stack.note.addresses['web']}/api/v1/complaints"
    text = "Sampah menumpuk di Jalan Kaliurang, Kabupaten Sleman"
    told = httpx.post(complaints, json={"text": text}, trust_env=False).json()
    code, key = told["tracking_code"], told["receipt_key"]
    wait_until(lambda: stack.run("case", "show", code).returncode == 0, timeout_s=60, what="the case")
    api = f"{complaints}/{code}"

    def wants(what: str, body: dict[str, str], state: str) -> None:
        assert httpx.post(f"{api}/{what}", json=body, trust_env=False).status_code == 202
        wait_until(lambda: sheet(stack, code)["state"] == state, timeout_s=60, what=what)

    withdrawal = {"text": "Sudah diangkut", "receipt_key": key}
    assert httpx.post(f"{api}/withdrawal", json={"text": "x"}, trust_env=False).status_code == 403
    wants("withdrawal", withdrawal, "withdrawn")
    wants("reopening", {"text": "Menumpuk lagi"}, "reopened")
    assert httpx.post(f"{api}/hiding", json={"hide": "anonymous"}, trust_env=False).status_code == 202
    wait_until(lambda: sheet(stack, code).get("anonymous") is True, timeout_s=60, what="hiding")
    assert httpx.post(f"{api}/rating", json={"stars": 5, "receipt_key": key}, trust_env=False).status_code == 409
    told = [one["text"] for one in httpx.get(api, trust_env=False).json()["history"]]
    assert [reply["text"] for reply in sheet(stack, code)["replies"]] == told
