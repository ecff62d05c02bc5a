"""The note that `lapor up` writes into the data folder about what runs where. Every other command finds the running stack by it."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import psutil
from pydantic import SecretStr

from complaints.errors import ConfigurationError, UnavailableError
from complaints.runtime.settings import Settings
from lapor.processes.forks import is_process

NOTE = "stack.json"

FILES = ("model", "allotments")
"""The settings in the note that are paths: the model and the folder of allotments that the router was started with."""

FOUND_BY_NOTE = (
    "kafka",
    "clickhouse",
    "clickhouse_analyst",
    "clickhouse_http",
    "smpp",
    "x_api",
    "telegram_api",
    "web",
    "dashboard",
    "view",
    "view_url",
    "view_key",
    *FILES,
)
"""The settings whose value comes from the note if the environment does not set them."""


@dataclass(slots=True, kw_only=True)
class Stack:
    """A running stack. All times are in seconds since 1970.

    Attributes:
        pid: the process id of the supervisor.
        started: when that process started. Another process may have the same pid later.
        booted: the machine's boot time by the clock when this note was written; the clock may be changed later.
        addresses: the addresses of the servers, the key of the view and the paths of FILES, by the name of their setting.
        controls: the base addresses of the stand-ins' control interfaces, by the name of the stand-in.
        services: the pids of the embedded servers and of the processes of the heartbeats, by name.
        births: when each of those processes started, by the same names.
        starting: the parts that the start still waits for, in order; empty when everything is ready.
        ready: when everything was ready; 0 before that.
        restarts: the times of the restarts of each process, by its name.
    """

    pid: int = 0
    started: float = 0.0
    booted: float = field(default_factory=psutil.boot_time)
    addresses: dict[str, str] = field(default_factory=dict)
    controls: dict[str, str] = field(default_factory=dict)
    services: dict[str, int] = field(default_factory=dict)
    births: dict[str, float] = field(default_factory=dict)
    starting: list[str] = field(default_factory=list)
    ready: float = 0.0
    restarts: dict[str, list[float]] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """Return the note in a data folder, even if its stack no longer runs; None if there is no valid note.

        Raises:
            ConfigurationError: there is a note, but this user cannot read it.
        """
        try:
            return cls._checked(json.loads((data / NOTE).read_text()))
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, RecursionError):
            return None
        except OSError as error:
            raise ConfigurationError(
                f"{data / NOTE} cannot be read ({error}); does the stack belong to another user?"
            ) from error

    @classmethod
    def _checked(cls, said: dict[str, object]) -> Self:
        """Return a note from the fields of its JSON form."""
        note = cls(**said)  # type: ignore[arg-type]  # the types are checked below
        for name, usual in asdict(cls()).items():
            wanted = (int, float) if isinstance(usual, (int, float)) else (type(usual),)
            if not isinstance(getattr(note, name), wanted):
                raise TypeError(f"{name} has a wrong type")
        return note

    @classmethod
    def running(cls, data: Path) -> Self | None:
        """Return the note if its stack runs, else None."""
        found = cls.read(data)
        return found if found is not None and is_process(found.pid, found.started, found.booted) else None

    def write(self, data: Path) -> None:
        """Write the note into a data folder. Only its owner can read it, because addresses contain passwords."""
        data.mkdir(parents=True, exist_ok=True)
        draft = data / f".{NOTE}.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=1)
        draft.replace(data / NOTE)


@contextmanager
def sole(data: Path) -> Iterator[None]:
    """Lock the data folder, because two stacks in one folder would damage each other's data.

    Raises:
        ConfigurationError: another stack has the lock, or the folder cannot be written.
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


def settings_in(data: Path | None = None, overrides: Mapping[str, object] | None = None) -> Settings:
    """Return the settings: given values take precedence over the environment, and the environment over the running stack's note.

    Args:
        data: the data folder; None for that of the environment or the default.
        overrides: values that take precedence over all others.

    Raises:
        ConfigurationError: an environment variable has a wrong value.
    """
    given = dict(overrides or {})
    if data is not None:
        given["data"] = data.expanduser().resolve()
    settings = Settings.read(**given)
    stack = Stack.running(settings.data)
    if stack is None:
        return settings
    return with_addresses(settings, stack.addresses)


def with_addresses(settings: Settings, addresses: Mapping[str, str]) -> Settings:
    """Return the settings, with unset addresses, key of the view and files filled in from those of a stack."""
    found: dict[str, object] = {
        name: Path(addresses[name]) if name in FILES else addresses[name]
        for name in FOUND_BY_NOTE
        if getattr(settings, name) is None and name in addresses
    }
    if "view_key" in found:
        found["view_key"] = SecretStr(addresses["view_key"])
    return settings.model_copy(update=found)


def started_in(data: Path | None = None) -> Settings:
    """Return the settings (see `settings_in`) for a command that needs a complete stack.

    Raises:
        ConfigurationError: an environment variable has a wrong value.
        UnavailableError: the stack in the data folder is still starting.
    """
    settings = settings_in(data)
    stack = Stack.running(settings.data)
    if stack is not None and stack.starting:
        raise UnavailableError(
            f"the stack in {settings.data} is still starting: {', '.join(stack.starting)}; wait until `lapor doctor` exits with 0"
        )
    return settings
