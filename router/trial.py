"""Tries models on sample complaints before they are used: a model that fails is left out, so that no later complaint fails."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from complaints.errors import ConfigurationError
from complaints.event import Complaint, Place, Raw, Region
from normalizer.places.gazetteer import PROVINCE
from router.learning.learnt import Model
from router.learning.models import Models
from router.routing import Router

TEXTS: Final = (
    "Lampu jalan mati dan trotoar rusak sejak seminggu",
    "Angkot ngetem dan parkir liar setiap hari",
    "Jalan provinsi berlubang sejak lama",
)
"""The texts of the complaints, whose matters governments divide among their units."""

ELSEWHERE: Final = "33.74"
"""The region of the complaints for a model for all: the Kemendagri code of Kota Semarang."""


_COMPLAINT: Final = Complaint(
    id=UUID(int=0),
    tracking_code="",
    channel="trial",
    received_at=datetime(2026, 1, 1, 1, tzinfo=UTC),
    title="",
    text="",
    reporter_ref="",
    raw=Raw(coding="", upstream_id=""),
    normaliser_version="",
)
"""The fields that the sample complaints have in common."""


def proven(models: Models, load: Callable[[Models], Router]) -> tuple[Models, list[ConfigurationError]]:
    """Return the models that can route complaints, and for each of the others an error that names it."""
    if not models.all:
        return models, []
    try:
        law = load(models)
        for model in models.all:
            try_out(law, model)
    except Exception:  # noqa: BLE001 - whatever it is: each is tried alone, and those that fail are named
        return _proven_alone(models, load)
    return models, []


def try_out(law: Router, model: Model) -> None:
    """Route the complaints with one model of a router, at the place that the model is for.

    Raises:
        ValueError: the confidence is no number from 0 to 1.
        Exception: anything that the model raises.
    """
    region = model.region or ELSEWHERE
    regency = Region(code=region, name="") if len(region) > PROVINCE else None
    place = Place(province=Region(code=region[:PROVINCE], name=""), regency=regency)
    alone = dataclasses.replace(law, models=Models([model]))
    for text in TEXTS:
        confidence = alone.route(replace(_COMPLAINT, text=text, place=place)).confidence
        if not 0.0 <= confidence <= 1.0:
            raise ValueError(f"the confidence {confidence} is not a number from 0 to 1")


def _proven_alone(models: Models, load: Callable[[Models], Router]) -> tuple[Models, list[ConfigurationError]]:
    sound: list[Model] = []
    errors: list[ConfigurationError] = []
    for model in models.all:
        try:
            try_out(load(Models([model])), model)
        except Exception as error:  # noqa: BLE001 - see `proven`
            whose = f"for the government {model.region}" if model.region else "for all"
            why = f"{type(error).__name__}: {error}"
            errors.append(ConfigurationError(f"the model {model.version} {whose} cannot route a complaint ({why})"))
        else:
            sound.append(model)
    return Models(sound), errors
