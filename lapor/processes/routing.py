"""Makes the routing function and the list of agencies from the settings; one government's broken file stops nobody else's work."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from complaints.runtime.settings import Settings
from lapor.processes.clock import today

if TYPE_CHECKING:  # each function imports the tables that it needs
    from router.agencies.registry import Registry
    from router.allotments.edition import Allotments
    from router.routing import Router
    from router.rulebook.documents import Mistake

log = structlog.get_logger()

INSTEAD = "the file is left out until that is corrected, and the national rules decide there; `lapor agency check` names all mistakes"
"""What becomes of a file with a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agencies:
    """The agencies that exist, with those of the model and of the governments' allotments.

    Attributes:
        registry: the agencies.
        allotments: the governments' divisions of tasks.
        is_whole: whether no allotment was left out because of a mistake.
    """

    registry: "Registry"
    allotments: "Allotments"
    is_whole: bool

    def is_gone(self, agency_id: str) -> bool:
        """Return whether an agency no longer exists; not of an unknown one if it may be a unit of a file that was left out."""
        from ops.casework.gone import is_gone

        return is_gone(agency_id, self.registry, self.allotments) and (
            self.is_whole or self.registry.get(agency_id) is not None
        )


def router(settings: Settings) -> "Router":
    """Return the routing function with its registry, its rules and, if they are set, its model and the governments' allotments.

    Raises:
        ConfigurationError: the model or an allotment has a mistake.
    """
    from router.routing import Router

    return Router.load(max_hops=settings.max_hops, model=settings.model, allotments=settings.allotments, today=today())


def router_of_worker(settings: Settings) -> "Router":
    """Return the routing function of a worker: an allotment with a mistake is left out, and an error in the log names file and line.

    Raises:
        ConfigurationError: the model has a mistake, or the folder of allotments cannot be read.
    """
    from router.agencies.registry import Registry
    from router.allotments.files import load_sound
    from router.routing import Router

    if settings.allotments is None:
        return router(settings)
    day = today()
    loaded, left_out = load_sound(settings.allotments, Registry.load(), day)
    for mistake in left_out:
        log.error("allotment_left_out", file=mistake.file, line=mistake.line, mistake=mistake.said, instead=INSTEAD)
    return Router.load(max_hops=settings.max_hops, model=settings.model, allotments=loaded, today=day)


def agencies(settings: Settings) -> Agencies:
    """Return the agencies that exist. An allotment with a mistake is left out, with a line of warning on standard error.

    Raises:
        ConfigurationError: the model has a mistake, or the folder of allotments cannot be read.
    """
    from router.agencies.registry import Registry
    from router.allotments.edition import Allotments
    from router.allotments.files import load_sound
    from router.models import models_in

    day = today()
    registry, allotments, left_out = Registry.load(), Allotments(today=day), list["Mistake"]()
    if settings.allotments is not None:
        loaded, left_out = load_sound(settings.allotments, registry, day)
        registry, allotments = loaded.registry, loaded.allotments
    if settings.model is not None:
        models = models_in(settings.model)
        registry = registry.with_learnt(models.bodies, models.names)
    for mistake in left_out:
        sys.stderr.write(f"lapor: warning: {mistake}; {INSTEAD}\n")
    return Agencies(registry=registry, allotments=allotments, is_whole=not left_out)
