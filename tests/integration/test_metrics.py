"""Metrics over HTTP: what Prometheus scrapes."""

from pathlib import Path

import httpx
import pytest

from complaints.errors import ConfigurationError
from complaints.runtime import telemetry
from complaints.runtime.settings import Settings
from lapor.local.up import TOGETHER, Up
from lapor.processes.services import serve_metrics
from lapor.processes.wiring import WORKERS
from tests.harness.support import free_port


def test_a_service_shows_what_it_counts() -> None:
    """Also what an alarm hangs on: the read budget of X, dead letters, replies."""
    port = free_port()
    serve_metrics(f"127.0.0.1:{port}")
    telemetry.X_READS_SHARE.set(0.8)
    telemetry.REPLIES.labels("sms", "sent").inc()
    shown = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30, trust_env=False).text
    assert "lapor_x_reads_share 0.8" in shown
    assert 'lapor_replies_total{channel="sms",outcome="sent"}' in shown
    assert "# HELP lapor_dead_letters_total" in shown


def test_a_port_that_is_taken_is_one_sentence() -> None:
    """Before anything else starts."""
    port = free_port()
    serve_metrics(f"127.0.0.1:{port}")
    with pytest.raises(ConfigurationError, match="LAPOR_METRICS"):
        serve_metrics(f"127.0.0.1:{port}")


def test_under_up_each_process_has_a_port_of_its_own(tmp_path: Path) -> None:
    """One address for all would let the first listen and end the others, again and again."""
    told = Up(Settings(data=tmp_path, metrics="127.0.0.1:9464"), say=print)
    names = (*WORKERS, TOGETHER)
    assert [told.metrics_of(name)["LAPOR_METRICS"] for name in names] == [f"127.0.0.1:{9464 + n}" for n in range(6)]
    assert not Up(Settings(data=tmp_path, metrics=None), say=print).metrics_of("router")
