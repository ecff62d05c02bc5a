"""The roles of actors in a case, and what a case needs of the law."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol

from msgspec.structs import replace

from complaints import tracking
from complaints.case import Case
from complaints.command import CASE, CITIZEN, CLOCK, CONVERSATION, NEIGHBOURS, CommandKind, Sender
from complaints.disposition import AgencyRef, Deadline, Disposition, Terms
from complaints.event import Complaint


class Law(Protocol):
    """Decides who owns a complaint: the rules of law applied to the registry of agencies."""

    def route(
        self,
        complaint: Complaint,
        refused_by: Sequence[str] = (),
        hops: int | None = None,
        suggested: Sequence[str] = (),
    ) -> Disposition:
        """Return the disposition, without `hop`, `previous_owner` and `deadlines`. Total.

        `hops` is the number of refusals that moved the case; None if all did. `suggested` are the agencies that the refusals suggest.
        """

    def given(self, complaint: Complaint, agency_id: str, by: str, beside: Sequence[str] = ()) -> Disposition:
        """Return the disposition, as `route` does, with which one agency (`by`) gives the case to another and names further ones."""

    def name(self, agency_id: str) -> str:
        """Return the name of an agency, or the id itself if there is no such agency."""

    def knows(self, agency_id: str) -> bool:
        """Return whether there is such an agency."""

    def same_government(self, one: str, other: str) -> bool:
        """Return whether two agencies belong to one government or national body."""

    def is_desk(self, agency_id: str, complaint: Complaint) -> bool:
        """Return whether an agency is a triage desk for the complaint, whoever owns it."""

    def desk(self, complaint: Complaint) -> str:
        """Return the name and the id of the triage desk for the complaint: "Pemerintah Kota Semarang (pemda-33.74)"."""

    def ladder(self, case: Case, level: int) -> AgencyRef:
        """Return the agency to which an overdue case escalates at a level from 1 to 5."""

    def terms(self, complaint: Complaint) -> Terms:
        """Return the numbers of days that apply to a complaint until its end."""

    def deadlines(self, case: Case) -> tuple[Deadline, ...]:
        """Return the deadlines that run in a case; the case has an owner."""

    @property
    def administrator_id(self) -> str:
        """The id of the national administrator."""


class Role(StrEnum):
    """The role in a case of whoever gives a command."""

    citizen = "the citizen"
    bearer = "somebody else who has the code"
    owner = "the owner"
    sorter = "a triage desk as the owner"
    administrator = "the national administrator as the owner"
    desk = "a triage desk or the national administrator, not the owner"
    refuser = "an agency that refused the case"
    former = "a former owner that did not refuse"
    other = "another agency"
    clock = "the clock"
    neighbours = "the search for duplicates"
    conversation = "the conversation with the citizen"
    case = "another case"


_STEPS: Final = {
    CITIZEN: Role.citizen,
    CLOCK: Role.clock,
    NEIGHBOURS: Role.neighbours,
    CONVERSATION: Role.conversation,
    CASE: Role.case,
}


def role_of(case: Case, actor: str, law: Law, command: CommandKind, sender: Sender | None = None) -> Role:
    """Return the role of an actor in a case.

    Args:
        case: the document of the case.
        actor: see complaints.command.Command.actor.
        law: knows the national administrator and the triage desks.
        command: its kind. For a refusal, a triage desk is a former owner or another agency, unless it is the national administrator.
        sender: who sent a citizen's command (see complaints.command.Sender). The code alone does not prove the citizen, because officers
        have it too, unless the channel of the complaint knows the citizen by nothing else.
    """
    if actor == CITIZEN and sender is not None and not is_reporter(case, sender.reporter_ref):
        return Role.bearer
    if (step := _STEPS.get(actor)) is not None:
        return step
    is_administrator = actor == law.administrator_id
    if actor == case.owner.id:
        return Role.administrator if is_administrator else Role.sorter if case.triage else Role.owner
    if any(said.agency_id == actor for said in case.refusals):
        return Role.refuser
    if is_administrator or (command is not CommandKind.refuse and law.is_desk(actor, sorted_by(command, case))):
        return Role.desk
    return Role.former if any(hop.owner.id == actor for hop in case.chain) else Role.other


def sorted_by(command: CommandKind, case: Case) -> Complaint:
    """Return the complaint by which the triage desk for a command is found.

    The desk that merges reports may take them apart again, even if one has become a report of abuse, which has another desk.
    """
    return replace(case.complaint, oversight=False) if command is CommandKind.unmerge else case.complaint


def is_reporter(case: Case, citizen: str) -> bool:
    """Return whether a pseudonym is that of the citizen of a case. For a case from the web, everybody who has the code counts."""
    reporter = case.complaint.reporter_ref
    return citizen == reporter or tracking.names_mailbox(reporter)
