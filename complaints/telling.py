"""Decides which facts lead to a reply, and of which kind: one mapping for replies and for the page of a case. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from complaints.fact import Echoed, Escalated, Fact, FactKind, Routed, Unmerged, Withdrawn
from complaints.mail import ReplyKind

PUBLIC: Final = frozenset(("twitter",))
"""The channels on which everybody reads a reply and its code: an officer's words about a person are masked, as on the page of a case."""

LAST_LEVEL: Final = 5
"""The step of the ladder on which the citizen hears of the Ombudsman as his next right. There is none above it."""

KINDS: Final[Mapping[str, ReplyKind]] = {
    FactKind.opened.value: ReplyKind.received,
    FactKind.added.value: ReplyKind.completed,
    FactKind.answered.value: ReplyKind.answered,
    FactKind.extended.value: ReplyKind.put_off,
    FactKind.postponed.value: ReplyKind.put_off,
    FactKind.reclassified.value: ReplyKind.put_off,
    FactKind.closed.value: ReplyKind.closed,
    FactKind.reopened.value: ReplyKind.reopened,
    FactKind.rated.value: ReplyKind.rated,
    FactKind.withdrawn.value: ReplyKind.withdrawn,
    FactKind.archived.value: ReplyKind.archived,
    FactKind.hidden.value: ReplyKind.hidden,
    FactKind.shown.value: ReplyKind.hidden,
    FactKind.merged.value: ReplyKind.merged,
    FactKind.reminded.value: ReplyKind.reminded,
}
"""The kind of reply to which a fact leads on its own, by the fact's kind."""

ECHOES: Final[Mapping[str, ReplyKind]] = {
    "answered": ReplyKind.answered,
    "moved": ReplyKind.moved,
    "extended": ReplyKind.put_off,
    "postponed": ReplyKind.put_off,
    "next_right": ReplyKind.next_right,
    "closed": ReplyKind.closed,
    "reopened": ReplyKind.reopened,
}
"""The kind of reply to a supporter, by what happened to its main case."""


COMPLETE_BY: Final = ("complete", "statute_decision")
"""The duties of whose days the citizen is told the earlier: no class and no extension moves that of the statute (UU 25/2009 Pasal 50)."""


def first_of(kinds: Iterable[ReplyKind | None]) -> ReplyKind | None:
    """Return the kind of the one reply to the facts of a record, from the kinds of replies of all of them; None if there is none.

    It is the first one, except that `reopened` takes precedence over `completed`, because it says more.
    """
    found = [kind for kind in kinds if kind is not None]
    if not found:
        return None
    return ReplyKind.reopened if found[0] is ReplyKind.completed and ReplyKind.reopened in found else found[0]


def put_off_as(fact: Fact, *, has_reason: bool) -> str:
    """Return the occasion of the sentence that tells how a case, or its main case, was put off (see complaints.wording)."""
    kind = FactKind[fact.event].value if isinstance(fact, Echoed) else fact.kind.value
    return f"put_off_{kind}{'_karena' if has_reason else ''}"


BY_CODE: Final = "completed_by_code"
"""The occasion of the sentence about an addition by somebody who only has the code: the citizen of the case is not thanked."""


def completed_as(state: str, *, moves: bool) -> str:
    """Return the occasion of the sentence about an addition, by the state after it: nobody handles an ended or answered case."""
    return {
        "diarsipkan": "status_diarsipkan",
        "ditanggapi": "completed_answered",
        "selesai": "completed_answered",
    }.get(state, "completed" if moves else "completed_added")


def hidden_as(kind: str) -> str:
    """Return the occasion of the sentence that tells that something is hidden now, or shown again, by the kind of the fact."""
    return "shown" if kind == FactKind.shown.value else "hidden"


def class_named(complaint_class: str, *, oversight: bool) -> str:
    """Return the class of a report as citizens read it: "pengaduan berkadar pengawasan"."""
    return complaint_class.replace("_", " ") + (" berkadar pengawasan" if oversight else "")


def is_deemed(fact: Fact) -> bool:
    """Return whether the citizen counts as having withdrawn by a fact."""
    return isinstance(fact, Withdrawn) and bool(fact.deemed)


def moves(fact: Fact) -> bool:
    """Return whether a fact gives the case to another owner than before."""
    return isinstance(fact, Routed) and fact.disposition.previous_owner is not None


def kind_of(fact: Fact, *, was_merged: bool) -> ReplyKind | None:
    """Return the kind of reply to which a fact leads; None if it leads to none.

    Args:
        fact: the fact.
        was_merged: whether the case was a supporter before: the citizen has not heard of a merge that was only proposed.
    """
    match fact:
        case Routed():
            return ReplyKind.moved if moves(fact) else None
        case Escalated():
            return ReplyKind.next_right if fact.level == LAST_LEVEL else None
        case Echoed():
            return ECHOES.get(fact.event)
        case Unmerged():
            return ReplyKind.unmerged if was_merged else None
    return KINDS.get(fact.kind)
