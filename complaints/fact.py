"""The facts of a case: the events that its step decided. The document of a case is the fold of its facts."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, field

from complaints.command import CommandKind, EchoedEvent, MessageReading
from complaints.disposition import AgencyRef, Deadline, Disposition, Duty, Handling, Terms
from complaints.event import Addition, Complaint
from complaints.values import AgencyId, ComplaintClass, Event, MissingPart, Moment, Source


class FactKind(StrEnum):
    """The kinds of facts; the values are the Indonesian terms of complaint handling."""

    opened = "diterima"
    """The complaint became a case."""
    routed = "diteruskan"
    """The case has an owner: the first one, another one, or the same one that is now, or no longer, a triage desk."""
    asked = "ditanyakan"
    """The citizen is asked for a part that the complaint lacks."""
    added = "dilengkapi"
    """The citizen added a message."""
    refused = "bukan wewenang"
    """The owner refused the case."""
    answered = "ditanggapi"
    """The owner answered the citizen."""
    continued = "dilanjutkan"
    """A message had no room in the case, or told of danger to life, and became a case of its own."""
    verified = "diverifikasi"
    """The owner said that the report is complete."""
    accepted = "diproses"
    """The owner accepted the case."""
    handed_on = "dialihkan"
    """The owner handed the case on to another unit of its government."""
    extended = "diperpanjang"
    """The owner took more time to complete the case."""
    postponed = "ditunda"
    """The owner put the case off to a day."""
    resumed = "diaktifkan kembali"
    """The day to which the case was put off has come."""
    closed = "selesai"
    """The case is closed: by its owner, by the clock after an answer that nobody disputed, or with its main case."""
    reopened = "dibuka kembali"
    """The case is open again."""
    rated = "dinilai"
    """The citizen rated the case."""
    withdrawn = "dicabut"
    """The citizen took the complaint back; or is deemed to have done so, because he did not answer within the days of the law."""
    hidden = "disembunyikan"
    """The person or the report is hidden from now on."""
    shown = "diperlihatkan"
    """What was hidden is shown again: the person if `anonymous` is False, the report if it is not `secret` any more."""
    rerouted = "dipindahkan"
    """A triage desk gave the case to another agency."""
    reclassified = "diklasifikasi ulang"
    """A triage desk corrected the class."""
    archived = "diarsipkan"
    """A triage desk put the case aside as spam."""
    reminded = "diingatkan"
    """The citizen was reminded of the question."""
    unanswered = "tidak dijawab"
    """The question is closed without an answer: the case is handled with what there is."""
    unheard = "tidak sampai"
    """The citizen cannot hear the question: it is closed as if it had not been asked, and the case is handled with what there is."""
    overdue = "terlambat"
    """A deadline is over, and its duty was not fulfilled."""
    escalated = "dieskalasi"
    """The next one in the ladder has the case on his list."""
    proposed = "diusulkan digabung"
    """The case asks an older one to be its main case."""
    merged = "digabung"
    """The older case agreed: the case is its supporter."""
    unmerged = "dipisahkan"
    """The case is handled by itself: the older one did not agree, or it is its supporter no longer."""
    seconded = "ditambahkan pendukung"
    """The citizen of a supporter adds something, without personal data here."""
    supported = "didukung"
    """Another case became a supporter of this one."""
    left = "dukungan ditarik"
    """A supporter left."""
    forgotten = "tambahan ditutup"
    """What the citizen of a supporter added is not shown here any more: he has hidden it, or left with an accusation or a correction."""
    echoed = "dikabari"
    """The supporter heard what happened to its main case."""
    declined = "ditolak"
    """A command changed nothing: it was already applied, or it was refused, and `text` says why."""


class Result(StrEnum):
    """The result of a command that changed nothing. A command that led to any other fact was applied."""

    already_applied = "already_applied"
    refused = "refused"


class Fact(Event):
    """Something that happened to a case, as its step decided it. A decision is made once: no redelivery or restart makes another."""

    id: UUID
    """Derived from the record that caused the fact, and the kind."""
    complaint_id: UUID
    tracking_code: str
    version: Annotated[int, Meta(ge=1)]
    """The version of the case after this fact: 1 for the first fact, then one more for each."""
    kind: FactKind
    at: Moment
    """The time at which Kafka appended the record that caused the fact to the mailbox of the case."""
    caused_by: UUID
    """The id of that record: of the complaint, or of the command."""
    actor: str
    """Who caused it: the id of an agency, or "citizen", "clock", "neighbours" or "case" (see complaints.command)."""
    secret: bool = False
    """True if the complaint is secret: then no analyst may see the content of the fact."""
    complaint: Complaint | None = None
    """The complaint without its bytes as received (only `opened`)."""
    disposition: Disposition | None = None
    """The decision who owns the case (only `routed`)."""
    part: MissingPart | None = None
    """The part that is asked for (only `asked`); None if the owner asks in its own words, which are `text`."""
    addition: Addition | None = None
    """The added message without its bytes as received (only `added`)."""
    reading: MessageReading | None = None
    """The reading of the added message (only `added`)."""
    text: str | None = None
    """What the actor said; or the sentence that says why a command was refused."""
    to: AgencyId | None = None
    """The agency that a refusal suggests, or that the case was handed to."""
    final: bool | None = None
    """Whether the owner has nothing to add to the answer (only `answered`)."""
    complaint_class: ComplaintClass | None = field(default=None, name="class")
    """The class from now on (only `reclassified`)."""
    oversight: bool | None = None
    """Whether it is a report of oversight from now on (only `reclassified`)."""
    until: date | None = None
    """The day to which the case is put off (only `postponed`); of the main case also the new day to complete it (only `echoed`)."""
    stars: Annotated[int, Meta(ge=1, le=5)] | None = None
    """The rating (only `rated`)."""
    anonymous: bool | None = None
    """Whether the person is hidden from now on (only `hidden` and `shown`)."""
    deemed: bool | None = None
    """True if the citizen is deemed to have withdrawn, by the law, because he did not answer (only `withdrawn`)."""
    source: Source | None = None
    """How the citizen said so, if a triage desk recorded it on his behalf (only `withdrawn`)."""
    duty: Duty | None = None
    """The duty whose deadline is over (only `overdue`)."""
    level: Annotated[int, Meta(ge=1, le=5)] | None = None
    """The step of the ladder (only `escalated`)."""
    other: str | None = None
    """The tracking code of the other case of a merge."""
    as_of: int | None = None
    """The version of the main case when it agreed (only `merged`)."""
    event: EchoedEvent | None = None
    """What happened to the main case (only `echoed`); "answered" if a case that is no supporter any more keeps the answer that it heard
    (only `unmerged` and `reopened`)."""
    handling: Handling | None = None
    """How the main case is handled (only `merged` and `echoed`), or was, if the case goes to its owner (only `routed`)."""
    agency: AgencyRef | None = None
    """The owner of the main case (only `merged` and `echoed`), or the agency to which the case escalates (only `escalated`)."""
    terms: Terms | None = None
    """The days that count for the case, to its end (only `opened`)."""
    command: CommandKind | None = None
    """The kind of the command that changed nothing (only `declined`)."""
    result: Result | None = None
    """Why it changed nothing (only `declined`)."""
    continued_as: str | None = None
    """The tracking code of the other case (only `continued`)."""
    deadlines: tuple[Deadline, ...] | None = None
    """The deadlines that run after the fact, if it changed them (a `routed` one has them in its disposition)."""
