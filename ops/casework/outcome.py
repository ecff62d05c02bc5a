"""Describes the result of an agency's command in sentences. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from complaints.disposition import AgencyRef, Disposition
from complaints.errors import CaseError
from complaints.fact import Declined, Fact, Result, Routed
from complaints.notices import notices
from ops.casework.sentences import sentence

NO_RESULT: Final = "the command is on Kafka, but the router has not decided about it yet; see `lapor doctor`"
"""The error for a command without a result."""


_HIMSELF: Final = ". The citizen has no address here: tell him yourself."

_EITHER: Final = (
    ". The citizen is to be told on the channel of the complaint; if an officer recorded it, tell him yourself."
)


def outcome(agency: AgencyRef, facts: Sequence[Fact], *, out_of_reach: bool | None = False) -> list[str]:
    """Return the result of a command in sentences.

    Args:
        agency: the agency that gave it.
        facts: the facts that the command caused, oldest first.
        out_of_reach: whether an officer recorded the complaint, so that no channel reaches the citizen; None if that is not known.

    Raises:
        CaseError: there are no facts to describe, or the command was refused; the text says why.
    """
    sentences: list[str] = []
    ending = {False: "", True: _HIMSELF, None: _EITHER}[out_of_reach]
    for fact in facts:
        cell, alone = notices()[fact.kind].outcome, len(facts) == 1
        told, citizen = sentence(fact, cell, agency=agency.name, alone=alone)
        if isinstance(fact, Declined) and fact.result is Result.refused:
            raise CaseError(told)
        if isinstance(fact, Routed):
            sentences += _moved(fact.disposition)
        elif told:
            sentences.append(told + (citizen and (ending or citizen)))
    if not sentences:
        raise CaseError(NO_RESULT)
    return sentences


def _moved(moved: Disposition) -> Iterator[str]:
    former = f"{moved.previous_owner.name} -> " if moved.previous_owner else ""
    yield f"hop {moved.hop}: {former}{moved.owner.name} ({moved.owner.id})"
    yield moved.explanation
