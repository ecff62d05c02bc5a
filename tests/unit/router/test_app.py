"""The host of the router's step: a process whose Faust does nothing ends."""

import asyncio
from typing import Any, cast

import pytest

from router import app
from router.app import Host


@pytest.mark.parametrize("begun", [True, False])
def test_a_faust_that_does_not_begin_ends_the_process(monkeypatch: pytest.MonkeyPatch, *, begun: bool) -> None:
    """Its client's coordinator may have died in silence while the broker paused."""
    monkeypatch.setattr(app, "BEGIN_S", 0.01)
    monkeypatch.setattr(app, "END_S", 86_400.0)

    async def run() -> bool:
        host = Host(cast("Any", None))
        host.ended, host.has_begun = asyncio.get_running_loop().create_future(), begun
        await host.require_begin()
        host.shut()
        return host.ended.done() and isinstance(host.ended.exception(), TimeoutError)

    assert asyncio.run(run()) is not begun
