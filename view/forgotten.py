"""Removes what the citizens of supporters added from the facts of a main case, once it may no longer be shown. Pure."""

from collections.abc import Iterable

from msgspec.structs import replace

from complaints.fact import AnyFact, Forgotten, Left, Seconded, Supported


def shown(facts: Iterable[AnyFact]) -> tuple[AnyFact, ...]:
    """Return the facts of a case without the words and the codes of the supporters that `forgotten` facts name.

    No fact is left out: the facts stay complete on Kafka, and as many are returned as were given.
    """
    found = tuple(facts)
    hidden = {fact.other for fact in found if isinstance(fact, Forgotten)}
    if not hidden:
        return found
    return tuple(_bare(fact, hidden) for fact in found)


def _bare(fact: AnyFact, hidden: set[str | None]) -> AnyFact:
    match fact:
        case Seconded() if fact.other in hidden:
            return replace(fact, other=None, text=None)
        case Supported() | Left() | Forgotten() if fact.other in hidden:
            return replace(fact, other=None)
    return fact
