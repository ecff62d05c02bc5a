"""Leaves out of the facts of a main case what the citizens of supporters have added, once it is to be shown no more. Pure."""

from collections.abc import Iterable

from msgspec.structs import replace

from complaints.fact import Fact, FactKind


def shown(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the facts of a case without the words of supporters whose reports are hidden now, and without the codes of those.

    Nothing is deleted: the facts are on Kafka, and there are as many as before.
    """
    found = tuple(facts)
    hidden = {fact.other for fact in found if fact.kind is FactKind.forgotten}
    if not hidden:
        return found
    return tuple(replace(fact, other=None, text=None) if fact.other in hidden else fact for fact in found)
