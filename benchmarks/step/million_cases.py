"""A million cases: how long a worker with an empty disk takes until it works, how long after a kill -9, and how much memory it needs."""

import time
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Final
from uuid import UUID

from benchmarks import texts
from benchmarks.figures import Figure
from benchmarks.processes import Say, folder, kafka
from benchmarks.step.million import Place, check_room, figures, fill, starts
from complaints import tracking
from complaints.bus import Record, StoredRecord
from complaints.bus.step.contract import State
from complaints.bus.step.store import StoredState
from complaints.case import FORMAT
from complaints.contract import CASE_EVENTS, CASES, COMPLAINTS
from complaints.runtime.settings import Settings
from lapor.processes.wiring import keyring, normaliser, router
from router.cases.step import STEP, CaseStep

TEMPLATES: Final = 500
"""Number of real complaints whose documents are repeated, each time with another code and id."""

FIRST: Final = 1_764_000_000_000
"""When the cases were last changed, in milliseconds since 1970."""

PLACE: Final = Place("router", STEP, CASES, CASE_EVENTS)

_KEY: Final = b"a secret of no installation"


def measure(*, cases: int, say: Say) -> list[Figure]:
    """Write cases, and start a worker twice: with an empty disk, and after a kill -9.

    Args:
        cases: how many.
        say: is called with each line of progress.

    Raises:
        ConfigurationError: the disk has no room for them.
        UnavailableError: something did not start or did not come to work.
    """
    with folder() as data:
        check_room(data, cases)
        with kafka(data) as brokers:
            complaints = texts.records(cases, normaliser(), keyring(Settings.read(data=data)))
            began = time.monotonic()
            each = fill(brokers, PLACE, _documents(cases, list(islice(complaints, TEMPLATES))))
            say(f"{cases:,} cases of {each:,.0f} bytes on average, written in {time.monotonic() - began:.0f} s")
            empty, warm = starts(brokers, data, PLACE, complaints, say)
    return figures(f"{cases:,} cases", empty, warm, each)


def _documents(cases: int, complaints: list[Record]) -> Iterator[tuple[bytes, StoredState]]:
    """Yield the key and the document of each case: what the step makes of a few complaints, with other codes and ids."""
    step = CaseStep(router(Settings.read()))
    templates: list[tuple[bytes, bytes, bytes]] = []
    for number, complaint in enumerate(complaints):
        stored = StoredRecord(COMPLAINTS, 0, number, complaint.key, complaint.value, complaint.headers, FIRST + number)
        state = step(None, stored).state
        assert isinstance(state, State)
        templates.append((complaint.key, dict(complaint.headers)["ce_id"], state.value))
    for number, (code, id_, document) in zip(range(cases), cycle(templates), strict=False):
        new_id = UUID(int=number)
        new_code = tracking.code_for(new_id, key=_KEY).encode()
        yield new_code, StoredState(FORMAT, 0, document.replace(code, new_code).replace(id_, str(new_id).encode()))
