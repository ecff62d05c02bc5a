"""Makes the routing function and the list of agencies from the settings; a broken model or allotment stops nobody else's work."""

import sys
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import structlog

from complaints.runtime.settings import Settings
from lapor.processes.clock import today

if TYPE_CHECKING:  # each function imports the tables that it needs
    from complaints.errors import ConfigurationError
    from router.agencies.registry import Registry
    from router.allotments.edition import Allotments, Loaded
    from router.models import Models
    from router.routing import Router
    from router.rulebook.documents import Mistake

log = structlog.get_logger()

INSTEAD = "the file is left out until that is corrected, and the national rules decide there; `lapor agency check` names all mistakes"
"""What becomes of an allotment with a mistake."""

INSTEAD_OF_MODEL = "no model is used in its place until that is corrected, and the rules decide there"
"""What becomes of a model that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agencies:
    """The agencies that exist, with those of the model and of the governments' allotments.

    Attributes:
        registry: the agencies.
        allotments: the governments' divisions of tasks.
        is_whole: whether no allotment and no model was left out because of a mistake.
    """

    registry: "Registry"
    allotments: "Allotments"
    is_whole: bool

    def is_gone(self, agency_id: str) -> bool:
        """Return whether an agency no longer exists; not of an unknown one if a file that was left out may have it."""
        from ops.casework.gone import is_gone

        return is_gone(agency_id, self.registry, self.allotments) and not self.is_held_back(agency_id)

    def is_held_back(self, agency_id: str) -> bool:
        """Return whether it is not known if an agency exists: nothing has it, but a file that was left out may have it."""
        return not self.is_whole and self.registry.get(agency_id) is None


def router(settings: Settings) -> "Router":
    """Return the routing function with its registry, its rules and, if they are set, its model and the governments' allotments.

    Raises:
        ConfigurationError: the model or an allotment has a mistake.
    """
    from router.routing import Router

    return Router.load(max_hops=settings.max_hops, model=settings.model, allotments=settings.allotments, today=today())


def router_of_worker(settings: Settings) -> "Router":
    """Return the routing function of a worker: a model or an allotment with a mistake is left out, and an error in the log names it.

    Raises:
        ConfigurationError: the folder of allotments cannot be read.
    """
    sound = _sound(settings)
    for error in sound.errors:
        log.error("model_left_out", mistake=str(error), instead=INSTEAD_OF_MODEL)
    for mistake in sound.mistakes:
        log.error("allotment_left_out", file=mistake.file, line=mistake.line, mistake=mistake.said, instead=INSTEAD)
    return _router_with(settings, sound)


def agencies(settings: Settings) -> Agencies:
    """Return the agencies that exist. A model or an allotment with a mistake is left out, with a line of warning on standard error.

    Raises:
        ConfigurationError: the folder of allotments cannot be read.
    """
    return _agencies(_sound(settings))


def agencies_and_router(settings: Settings) -> "tuple[Agencies, Router]":
    """Return the agencies that exist, with a warning as for `agencies`, and the routing function with the same models and allotments.

    Raises:
        ConfigurationError: the folder of allotments cannot be read.
    """
    sound = _sound(settings)
    return _agencies(sound), _router_with(settings, sound)


class _Sound(NamedTuple):
    """The models and allotments without a mistake, and what is wrong with the others."""

    models: "Models"
    loaded: "Loaded | None"
    errors: "list[ConfigurationError]"
    mistakes: "list[Mistake]"
    day: date


def _sound(settings: Settings) -> _Sound:
    from router.agencies.registry import Registry
    from router.allotments.files import load_sound
    from router.models import NO_MODELS, sound_in

    day, folder = today(), settings.allotments
    models, errors = (NO_MODELS, []) if settings.model is None else sound_in(settings.model)
    loaded, mistakes = (None, []) if folder is None else load_sound(folder, Registry.load(), day)
    return _Sound(models, loaded, errors, mistakes, day)


def _router_with(settings: Settings, sound: _Sound) -> "Router":
    from router.routing import Router

    return Router.load(max_hops=settings.max_hops, model=sound.models, allotments=sound.loaded, today=sound.day)


def _agencies(sound: _Sound) -> Agencies:
    from router.agencies.registry import Registry
    from router.allotments.edition import Allotments

    registry, allotments = Registry.load(), Allotments(today=sound.day)
    if sound.loaded is not None:
        registry, allotments = sound.loaded.registry, sound.loaded.allotments
    registry = registry.with_learnt(sound.models.bodies, sound.models.names)
    warnings = [f"{mistake}; {INSTEAD}" for mistake in sound.mistakes]
    warnings += [f"{error}; {INSTEAD_OF_MODEL}" for error in sound.errors]
    for warning in warnings:
        sys.stderr.write(f"lapor: warning: {warning}\n")
    return Agencies(registry=registry, allotments=allotments, is_whole=not warnings)
