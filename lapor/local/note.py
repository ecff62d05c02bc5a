"""What runs where: the note that `lapor up` leaves in the data folder, by which every other command finds the running stack."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import psutil

from complaints.errors import ConfigurationError, UnavailableError
from complaints.runtime.settings import Settings

NOTE = "stack.json"

FOUND_BY_NOTE = ("kafka", "clickhouse", "smpp", "x_api", "telegram_api", "web")
"""The settings that the note answers where the environment does not."""


@dataclass(slots=True, kw_only=True)
class Stack:
    """A running stack.

    Attributes:
        pid: of the supervisor.
        started: when that process started, in seconds since 1970: a pid alone may be somebody else's by now.
        addresses: of the servers, by the name of their setting.
        controls: base addresses of the stand-ins' control interfaces, by the stand-in's name.
        services: the pid of each service, by its name.
        births: when each of those processes started.
        starting: what the start still waits for, in its order; empty once all of it is ready.
        ready: when all of it was ready, in seconds since 1970; 0 before.
        restarts: by the name of a process, when it was started again, in seconds since 1970.
    """

    pid: int = 0
    started: float = 0.0
    addresses: dict[str, str] = field(default_factory=dict)
    controls: dict[str, str] = field(default_factory=dict)
    services: dict[str, int] = field(default_factory=dict)
    births: dict[str, float] = field(default_factory=dict)
    starting: list[str] = field(default_factory=list)
    ready: float = 0.0
    restarts: dict[str, list[float]] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """Return the note in a data folder, whether its stack still runs or not; None where there is none.

        Raises:
            ConfigurationError: there is one that cannot be read.
        """
        try:
            return cls(**json.loads((data / NOTE).read_text()))
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
            return None
        except OSError as error:
            raise ConfigurationError(f"{data / NOTE} cannot be read ({error}); is it somebody else's stack?") from error

    @classmethod
    def running(cls, data: Path) -> Self | None:
        """Return the note where its stack runs."""
        found = cls.read(data)
        return found if found is not None and is_process(found.pid, found.started) else None

    def write(self, data: Path) -> None:
        """Put the note there; only its owner may read it, since addresses have passwords."""
        data.mkdir(parents=True, exist_ok=True)
        draft = data / f".{NOTE}.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=1)
        draft.replace(data / NOTE)


@contextmanager
def sole(data: Path) -> Iterator[None]:
    """Hold the data folder: two stacks in one folder would take each other's data.

    Raises:
        ConfigurationError: another stack holds it, or it cannot be written.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "lock").open("w")
    except OSError as error:
        raise ConfigurationError(
            f"the data folder {data} cannot be written ({error}); choose another with --data-dir"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(
                f"a stack already runs in {data}: stop it first, or choose another folder with --data-dir"
            ) from error
        yield


def is_process(pid: int, started: float) -> bool:
    """Return whether this very process still runs."""
    try:
        return bool(pid) and abs(psutil.Process(pid).create_time() - started) < 1.0
    except psutil.Error:
        return False


def settings_in(data: Path | None = None, overrides: Mapping[str, object] | None = None) -> Settings:
    """Return the settings: what is given, else the environment's, else those of the stack that runs in the data folder.

    Args:
        data: the data folder; None for the environment's or the default.
        overrides: values that go before all others.

    Raises:
        ConfigurationError: a variable is not as it must be.
    """
    given = dict(overrides or {})
    if data is not None:
        given["data"] = data.expanduser().resolve()
    settings = Settings.read(**given)
    stack = Stack.running(settings.data)
    if stack is None:
        return settings
    found = {
        name: stack.addresses[name]
        for name in FOUND_BY_NOTE
        if getattr(settings, name) is None and name in stack.addresses
    }
    return settings.model_copy(update=found)


def started_in(data: Path | None = None, overrides: Mapping[str, object] | None = None) -> Settings:
    """Return the settings (see `settings_in`) for a command that needs a whole stack.

    Raises:
        ConfigurationError: a variable is not as it must be.
        UnavailableError: the stack in the data folder is still starting.
    """
    settings = settings_in(data, overrides)
    stack = Stack.running(settings.data)
    if stack is not None and stack.starting:
        raise UnavailableError(
            f"the stack in {settings.data} is still starting: {', '.join(stack.starting)}; wait until `lapor doctor` exits with 0"
        )
    return settings
