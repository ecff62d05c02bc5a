"""What the embedded ClickHouse and the sink do when the machine has no more files, space or threads."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Mapping
from typing import Any, NoReturn

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

from complaints.errors import StoreUnavailable
from complaints.runtime.strangers import STRANGERS, Strangers, most_strangers
from embedded.clickhouse.errors import engine_error, of_this_machine
from sinks.clickhouse.client import Store


def test_the_oldest_stranger_gives_way() -> None:
    """Who has logged in, or has gone, is none."""
    left: list[str] = []
    strangers = Strangers[str](2, left.append)
    for name in ("first", "second", "third", "fourth"):
        strangers.meet(name)
        if name == "second":
            strangers.forget(name)
    assert left == ["first"]
    strangers.forget("unknown")


def test_strangers_are_a_part_of_the_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process takes as many files as it may have; where these are few, so are the strangers."""
    allowed = {"soft": 1024, "hard": 1024}
    monkeypatch.setattr(resource, "getrlimit", lambda _: (allowed["soft"], allowed["hard"]))
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: allowed.update(soft=wanted[0]))
    assert most_strangers() == 128
    allowed["hard"] = 4096
    assert (most_strangers(), allowed["soft"]) == (STRANGERS, 4096)


def test_what_the_machine_cannot_do_now_is_a_reason_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Want of files, of space or of threads is no fault of a statement, and stops no sink."""
    ours = of_this_machine(OSError(errno.EMFILE, os.strerror(errno.EMFILE)))
    assert "Too many open files" in ours.text
    theirs = [
        engine_error(f"Query failed: Code: {code}. DB::ErrnoException: Cannot, errno: 24, strerror: {ours.text}")
        for code in (298, 460, 573, 76)
    ]
    assert [error.code for error in theirs] == [298, 460, 573, 76]
    for code in (ours.code, *(error.code for error in theirs), 243, 439):

        def refuse(_client: Client, _sql: str, _parameters: Mapping[str, Any] | None, code: int = code) -> NoReturn:
            raise ServerException("it cannot be done now", code)

        monkeypatch.setattr(Client, "execute", refuse)
        with pytest.raises(StoreUnavailable):
            Store("clickhouse://lapor_sink:rahasia@127.0.0.1:1/lapor").execute("SELECT 1")
