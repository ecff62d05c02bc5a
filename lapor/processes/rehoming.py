"""Gives the open cases of units that no longer exist to the agencies that are responsible for them today."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Final

import orjson

from complaints.case import OPEN
from complaints.runtime.settings import Settings
from lapor.processes.cases import applying, existing, now
from lapor.processes.routing import agencies_and_router
from ops.casework.batch import IN_FLIGHT, Tally
from ops.casework.rehome import move

_SAID: Final = frozenset(("result", "told", "why", "error", "repeated"))
"""The fields of a command's result that are shown."""


def rehome(
    settings: Settings,
    *,
    agency: str,
    only_shown: bool,
    said: Callable[[bytes], object],
    told: Callable[[int, int], None],
) -> tuple[Tally, Counter[str]]:
    """Reroute the cases by ordinary commands. Return the number of cases per result, and the number of cases held back per unit.

    Cases of a unit that is not known are held back while a model or an allotment is left out, because that file may define the unit.

    Args:
        settings: the settings of the running stack.
        agency: the id of the former unit; empty for every unit that no longer exists.
        only_shown: whether to send no command, and only say where the cases would go.
        said: called for each case with a line of JSON.
        told: called with the number of cases that are done, and the number of all.

    Raises:
        BusUnavailable: Kafka does not take a command.
        UnavailableError: the view does not answer.
    """
    exist, law = agencies_and_router(settings)
    tally, gone = Tally(), cache(exist.is_gone)
    with applying(settings, exist) as (known, applies):
        waiting = list(known.due(agency=agency))
        held = Counter(one.owner.id for one in waiting if one.state in OPEN and exist.is_held_back(one.owner.id))
        codes = [one.tracking_code for one in waiting if one.state in OPEN and gone(one.owner.id)]
        told(0, len(codes))
        for first in range(0, len(codes), IN_FLIGHT):
            cases = filter(None, map(known.case, codes[first : first + IN_FLIGHT]))
            moves = [one for case in cases if (one := move(case, law, gone, now(settings))) is not None]
            at = datetime.now(UTC)
            orders = [one.order(number, existing(exist, one.by), at) for number, one in enumerate(moves, 1)]
            results = [b"{}"] * len(moves) if only_shown else applies.orders(orders, tally)
            for one, result in zip(moves, results, strict=True):
                became = {name: value for name, value in orjson.loads(result).items() if name in _SAID}
                said(orjson.dumps({**one.about(), "text": one.why, **became}) + b"\n")
            told(min(first + IN_FLIGHT, len(codes)), len(codes))
    return tally, held
