"""Doors that share a process: one whose upstream refuses our token stays shut, and does not end the others."""

import threading

import pytest

from complaints.errors import ConfigurationError, CredentialsRefused
from lapor.processes import run_channels
from lapor.processes.run_channels import again_when_refused


class Door:
    """A door whose upstream refuses the token so often, and which then serves until it is stopped."""

    def __init__(self, stop: threading.Event, refusals: int) -> None:
        self.stop, self.refusals, self.turns, self.tries = stop, refusals, 0, 0

    def serve(self) -> None:
        """Try."""
        self.tries += 1
        if self.tries <= self.refusals:
            raise CredentialsRefused("the token is refused")
        self.stop.set()

    def turned(self) -> None:
        """Count."""
        self.turns += 1


def test_a_refused_door_tries_again_and_says_meanwhile_that_it_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor would take it for stuck, and kill the process with all doors."""
    monkeypatch.setattr(run_channels, "TURN_S", 0.01)
    monkeypatch.setattr(run_channels, "REFUSED_PAUSE_S", 0.1)
    door = Door(stop := threading.Event(), refusals=2)
    again_when_refused(door.serve, door.turned, stop)
    assert door.tries == 3
    assert door.turns > 2


def test_a_refused_door_stops_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for a person, and nobody waits for it."""
    monkeypatch.setattr(run_channels, "TURN_S", 0.01)
    door = Door(stop := threading.Event(), refusals=99)
    threading.Timer(0.1, stop.set).start()
    again_when_refused(door.serve, door.turned, stop)
    assert door.tries == 1


def test_another_wrong_setting_ends_the_process() -> None:
    """A port that cannot be listened on is the machine's matter: it is started again, or says so."""

    def serve() -> None:
        raise ConfigurationError("the address cannot be listened on")

    with pytest.raises(ConfigurationError):
        again_when_refused(serve, lambda: None, threading.Event())
