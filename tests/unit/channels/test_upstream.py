"""What a channel says of its upstream: noted at once when it is new, kept over a crash, and free of secrets."""

import json
import os
import time
from pathlib import Path

import pytest

from complaints.runtime.upstream import MOST_REASON, SAME_TROUBLE_S, Reach, Upstream


def said(folder: Path) -> Reach:
    """Return what was noted of the only account."""
    (found,) = Upstream.read(folder, "sms")
    return found


def test_an_account_is_noted_before_it_is_reached(tmp_path: Path) -> None:
    """One that hangs in its first try would be unknown otherwise."""
    before = time.time()
    Upstream(tmp_path, "sms").account("lapor@smsc:2775")
    found = said(tmp_path)
    assert (found.account, found.reached, found.failing, found.reason) == ("lapor@smsc:2775", None, None, "")
    assert found.tried >= before


def test_the_first_answer_and_the_first_failure_are_noted_at_once(tmp_path: Path) -> None:
    """And since when it fails stays, however often it does."""
    account = Upstream(tmp_path, "sms").account("a")
    account.reached()
    assert said(tmp_path).reached is not None
    account.failed(ConnectionRefusedError(111, "Connection refused"))
    first = said(tmp_path)
    assert (first.reason, first.reached is None) == ("[Errno 111] Connection refused", False)
    account.failed("another reason")
    assert (said(tmp_path).failing, said(tmp_path).reason) == (first.failing, "another reason")
    account.reached()
    assert (said(tmp_path).failing, said(tmp_path).reason) == (None, "")


def test_what_says_nothing_new_costs_no_write(tmp_path: Path) -> None:
    """A link says it twice a second."""
    account = Upstream(tmp_path, "sms").account("a")
    account.reached()
    before = (tmp_path / "sms.json").stat().st_mtime_ns
    for _ in range(1000):
        account.reached()
    assert (tmp_path / "sms.json").stat().st_mtime_ns == before


def test_a_channel_that_crashes_and_starts_again_was_never_reached_in_any_life(tmp_path: Path) -> None:
    """A refused token ends the process: since when it is tried must not begin anew with each."""
    Upstream(tmp_path, "sms").account("a").failed("refused")
    first = said(tmp_path)
    Upstream(tmp_path, "sms").account("a")
    assert said(tmp_path) == first


def test_what_a_former_run_knew_is_forgotten(tmp_path: Path) -> None:
    """The settings may be others by now; and an account that is no longer set is not spoken of."""
    Upstream(tmp_path, "sms").account("a").failed("refused")
    old = time.time() - SAME_TROUBLE_S - 1
    os.utime(tmp_path / "sms.json", (old, old))
    Upstream(tmp_path, "sms").account("b")
    assert (said(tmp_path).account, said(tmp_path).reason) == ("b", "")


def test_each_account_of_a_channel_has_its_own_word(tmp_path: Path) -> None:
    """One SMSC may be up while another is not."""
    upstream = Upstream(tmp_path, "sms")
    one, other = upstream.account("one"), upstream.account("other")
    one.reached()
    other.failed("away")
    assert {found.account: found.reason for found in Upstream.read(tmp_path, "sms")} == {"one": "", "other": "away"}


def test_a_reason_is_one_line_of_a_bearable_length(tmp_path: Path) -> None:
    """It is printed beside others."""
    Upstream(tmp_path, "sms").account("a").failed("a\nb " + "x" * 1000)
    assert said(tmp_path).reason.startswith("a b x")
    assert len(said(tmp_path).reason) == MOST_REASON


@pytest.mark.parametrize("name", ["file", None])
def test_a_channel_that_cannot_note_or_that_nobody_watches_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    """The messages matter more; and a channel alone, as in its tests, writes nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    account = Upstream(tmp_path / name if name else None, "sms").account("a")
    account.reached()
    account.failed("x")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.parametrize("text", ["", "{", "7", "[7]", '[{"unknown": 1}]', json.dumps({"account": "a"})])
def test_a_file_that_is_none_says_nothing(tmp_path: Path, text: str) -> None:
    """A newer version's, or half of one."""
    (tmp_path / "sms.json").write_text(text)
    assert list(Upstream.read(tmp_path, "sms")) == []
