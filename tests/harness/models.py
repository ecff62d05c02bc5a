"""The document of a model that was learnt from officers, as a test needs it."""

from typing import Any


def model(region: str = "33.74", /, **changed: object) -> dict[str, Any]:
    """Return a model that gives everything to a body of its own, with other fields that are given."""
    own = f"tim-{region or 'nasional'}"
    made: dict[str, Any] = {
        "format": 3,
        "version": f"v{region}",
        "region": region,
        "trust": 0.9,
        "calibration": [[0.0, 0.1], [0.5, 0.4], [0.5, 0.6], [1.0, 1.0]],
        "sure_from": 0.0,
        "bodies": [{"id": own, "name": f"Tim {region}", "parent": f"pemda-{region or '33.74'}", "region": region}],
        "names": {"tim": own},
        "classes": [own, "dishub@local"],
        "bias": [9.0, 0],
        "words": {"lampu": [0, 1.5]},
        "findings": {},
    }
    return made | changed


def without_bodies(*classes: str, **changed: object) -> dict[str, Any]:
    """Return a model of Kota Semarang for agencies that there are."""
    return model(**{"classes": classes, "bias": [0.0] * len(classes), "bodies": [], "names": {}, "words": {}} | changed)
