"""Leaves out of the facts of a main case what the citizens of supporters have added, once it is to be shown no more. Pure."""

from collections.abc import Iterable

from msgspec.structs import replace

from complaints.fact import AnyFact, Forgotten, Left, Seconded, Supported


def shown(facts: Iterable[AnyFact]) -> tuple[AnyFact, ...]:
    """Return the facts of a case without the words of supporters whose reports are hidden now, and without the codes of those.

    Nothing is deleted: the facts are on Kafka, and there are as many as before.
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
