"""The router's host on Faust, as far as it needs no Kafka."""

import ast
import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from router import app
from router.app import Host


@pytest.mark.parametrize("web", [None, ("127.0.0.1", 9410)])
def test_the_web_endpoint_is_an_option(web: tuple[str, int] | None, tmp_path: Path) -> None:
    """Without LAPOR_ROUTER_WEB a worker serves none, and runs."""
    options = app.HostOptions(brokers="127.0.0.1:9092", folder=tmp_path, web=web, key="", beat_age_s=lambda: 0.0)
    assert app.build(cast("Any", None), options).conf.web_enabled == (web is not None)


def test_nothing_but_the_agent_runs_the_step() -> None:
    """`turn` and `propose_timers` are named once in the host, inside the agent `batches`; no other part of the program names them."""
    root = Path(app.__file__).parents[1]
    named: dict[str, list[str]] = {}
    for path in (*root.glob("router/**/*.py"), *root.glob("lapor/**/*.py")):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                calls = [
                    node.attr
                    for node in ast.walk(function)
                    if isinstance(node, ast.Attribute)
                    and node.attr in {"turn", "propose_timers"}
                    and isinstance(node.value, ast.Attribute)
                    and node.value.attr == "worker"
                ]
                if calls:
                    named[function.name] = calls
    assert named == {"_agents": ["turn", "propose_timers"], "batches": ["turn", "propose_timers"]}


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
