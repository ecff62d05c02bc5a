"""Decides texts by the whole law, which is read once."""

from typing import Any, Final

import orjson

from normalizer.results import Reading
from router.decision import Decision
from router.facts import Facts
from router.jsonlines import route_line
from router.routing import Router
from router.within import House

ROUTER: Final = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


def owner_of(text: str) -> str:
    """Return the id of the agency that gets a text."""
    return decided(text).owner.id


def with_reading(text: str) -> tuple[str, float, str, Reading]:
    """Return the owner of a text, its confidence, the explanation and the reading."""
    facts = Facts(ROUTER.reader.read(text))
    decision = ROUTER.decide(facts)
    return decision.owner.id, decision.confidence, decision.explanation, facts.reading


def answered(router: Router, text: str, within: str = "", **more: str) -> dict[str, Any]:
    """Return the answer of `lapor route --json` to a text, for all agencies or within a government."""
    house = House.of(within, router.registry) if within else None
    said: dict[str, Any] = orjson.loads(route_line(router, orjson.dumps({"text": text, **more}), house))
    return said
