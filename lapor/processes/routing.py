"""Makes the routing function and the list of agencies from the settings. A worker leaves a broken model or allotment out, and goes on."""

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
    from router.learning.models import Models
    from router.routing import Router
    from router.rulebook.documents import Mistake

log = structlog.get_logger()

INSTEAD = "the file is left out until that is corrected, and the national rules decide there; `lapor agency check` names all mistakes"
"""The consequence of an allotment with a mistake, for the log."""

INSTEAD_OF_FOLDER = "no allotment is used until that is corrected, and the national rules decide everywhere"
"""The consequence of a folder of allotments that cannot be read, is missing or is empty."""

INSTEAD_OF_MODEL = "no model is used in its place until that is corrected, and the rules decide there"
"""The consequence of a model that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agencies:
    """The agencies that exist, including those of the model and of the governments' allotments.

    Attributes:
        registry: the agencies.
        allotments: the governments' divisions of tasks.
        is_whole: whether no allotment and no model was left out.
    """

    registry: "Registry"
    allotments: "Allotments"
    is_whole: bool

    def is_gone(self, agency_id: str) -> bool:
        """Return whether an agency no longer exists; False if it is held back (see `is_held_back`)."""
        from ops.casework.gone import is_gone

        return is_gone(agency_id, self.registry, self.allotments) and not self.is_held_back(agency_id)

    def is_held_back(self, agency_id: str) -> bool:
        """Return whether an agency's existence is uncertain: it is not in the registry, but a file that was left out may define it."""
        return not self.is_whole and self.registry.get(agency_id) is None


def router(settings: Settings) -> "Router":
    """Return the routing function with its registry, its rules and, if set, its model and the governments' allotments.

    Raises:
        ConfigurationError: the model or an allotment has a mistake.
    """
    from router.routing import Router

    return Router.load(max_hops=settings.max_hops, model=settings.model, allotments=settings.allotments, today=today())


def router_of_worker(settings: Settings) -> "Router":
    """Return the routing function of a worker. Files that cannot be used are left out, with an error in the log.

    These are a model or an allotment with a mistake, a model that fails on trial, and a folder that is missing or empty.
    """
    law, sound = _router_and_sound(settings)
    if sound.lost is not None:
        log.error("allotments_left_out", mistake=str(sound.lost), instead=INSTEAD_OF_FOLDER)
    for error in sound.errors:
        log.error("model_left_out", mistake=str(error), instead=INSTEAD_OF_MODEL)
    for mistake in sound.mistakes:
        log.error("allotment_left_out", file=mistake.file, line=mistake.line, mistake=mistake.said, instead=INSTEAD)
    return law


def agencies(settings: Settings) -> Agencies:
    """Return the agencies that exist. Models and allotments with mistakes are left out, with a warning on standard error."""
    return _agencies(_sound(settings))


def agencies_and_router(settings: Settings) -> "tuple[Agencies, Router]":
    """Return the agencies that exist, with warnings as in `agencies`, and the routing function with the same models and allotments."""
    law, sound = _router_and_sound(settings)
    return _agencies(sound), law


class _Sound(NamedTuple):
    """The models and allotments that can be used, and the mistakes in the others.

    Attributes:
        models: the models.
        loaded: the allotments; None if there are none.
        errors: the error of each model that is left out.
        mistakes: the mistake of each allotment that is left out.
        lost: why there are no allotments although a folder is set; None otherwise.
        day: today.
    """

    models: "Models"
    loaded: "Loaded | None"
    errors: "list[ConfigurationError]"
    mistakes: "list[Mistake]"
    lost: "ConfigurationError | None"
    day: date


def _sound(settings: Settings) -> _Sound:
    from complaints.errors import ConfigurationError
    from router.agencies.registry import Registry
    from router.allotments.files import load_sound
    from router.learning.models import NO_MODELS, sound_in

    day, folder = today(), settings.allotments
    models, errors = (NO_MODELS, []) if settings.model is None else sound_in(settings.model)
    if folder is None:
        return _Sound(models, None, errors, [], None, day)
    try:
        loaded, mistakes = load_sound(folder, Registry.load(), day)
    except ConfigurationError as error:  # such as a disk that is not mounted
        return _Sound(models, None, errors, [], error, day)
    return _Sound(models, loaded, errors, mistakes, None, day)


def _router_and_sound(settings: Settings) -> "tuple[Router, _Sound]":
    """Return the routing function, and the models and allotments that it uses, without models that fail on trial."""
    from router.routing import Router
    from router.trial import proven

    sound = _sound(settings)

    def load(models: "Models") -> Router:
        return Router.load(max_hops=settings.max_hops, model=models, allotments=sound.loaded, today=sound.day)

    models, errors = proven(sound.models, load)
    return load(models), sound._replace(models=models, errors=[*sound.errors, *errors])


def _agencies(sound: _Sound) -> Agencies:
    from router.agencies.registry import Registry
    from router.allotments.edition import Allotments

    registry, allotments = Registry.load(), Allotments(today=sound.day)
    if sound.loaded is not None:
        registry, allotments = sound.loaded.registry, sound.loaded.allotments
    registry = registry.with_learnt(sound.models.bodies, sound.models.names)
    warnings = [f"{sound.lost}; {INSTEAD_OF_FOLDER}"] if sound.lost is not None else []
    warnings += [f"{mistake}; {INSTEAD}" for mistake in sound.mistakes]
    warnings += [f"{error}; {INSTEAD_OF_MODEL}" for error in sound.errors]
    for warning in warnings:
        sys.stderr.write(f"lapor: warning: {warning}\n")
    return Agencies(registry=registry, allotments=allotments, is_whole=not warnings)
