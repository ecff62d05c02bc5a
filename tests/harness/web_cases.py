"""A view in memory for the web channel, and cases and facts that it knows."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from complaints import tracking
from complaints.case import Answer, Case, CaseState, CaseStatus, Hop, Question
from complaints.disposition import AgencyRef, Deadline, Disposition
from complaints.errors import UnavailableError
from complaints.event import Complaint, Raw
from complaints.fact import Fact, FactKind
from complaints.ids import content_digest
from tests.harness import facts
from tests.harness.events import DPU
from tests.harness.mailboxes import Kept
from view.status import status_of

DUE = Deadline(
    duty="complete",
    days=14,
    counted="working",
    begins=date(2026, 12, 9),
    due=date(2026, 12, 31),
    source="PermenPANRB 5/2025",
)
EXPLANATION = "Laporan Anda kami teruskan ke Dinas Pekerjaan Umum Kota Semarang, karena jalan itu jalan kota."


class Cases:
    """A view that knows what it was told."""

    def __init__(self) -> None:
        self.known: dict[str, Case] = {}
        self.told: dict[str, tuple[Fact, ...]] = {}
        self.away = False

    def status(self, code: str) -> CaseStatus | None:
        """Return the status of a case that it was told (see CaseReader)."""
        found = self.case(code)
        return None if found is None else status_of(found)

    def status_of(self, complaint_id: UUID) -> CaseStatus | None:
        """Return the status of the case of a complaint that it was told."""
        self._answer()
        found = (status_of(case) for case in self.known.values() if case.complaint_id == complaint_id)
        return next(found, None)

    def case(self, code: str) -> Case | None:
        """Return a case that it was told."""
        code = tracking.parse(code)
        self._answer()
        return self.known.get(code)

    def facts(self, code: str) -> tuple[Fact, ...]:
        """Return the facts that it was told of a case."""
        self._answer()
        return self.told.get(tracking.parse(code), ())

    def result(self, code: str, command_id: UUID) -> tuple[Fact, ...]:
        """Return the facts that it was told that a command caused."""
        assert code in self.known
        return tuple(fact for fact in self.facts(code) if fact.caused_by == command_id)

    def _answer(self) -> None:
        if self.away:
            raise UnavailableError("the cases in memory are away")


def case_of(sent: Kept, state: CaseState = "accepted", *, owner: str = DPU.name, **changes: Any) -> Case:
    """Return the case that a message became. Beside fields of Case, `changes` may be `channel`, `secret`, `answer`, `asks` and `code`."""
    code, at = changes.pop("code", sent.mailbox), sent.message.received_at
    agency = AgencyRef(id="a", name=owner)
    answer, asks = changes.pop("answer", ""), changes.pop("asks", None)
    told = Complaint(
        id=sent.id,
        tracking_code=code,
        channel=changes.pop("channel", "web"),
        received_at=at,
        title="Jalan",
        text=sent.message.text,
        reporter_ref=sent.mailbox,
        raw=Raw(coding="utf-8", upstream_id="1", digest=content_digest(sent.message.body)),
        secret=changes.pop("secret", sent.message.secret),
        normaliser_version="t",
    )
    fields: dict[str, Any] = {
        "state": state,
        "explanation": EXPLANATION,
        "deadlines": (DUE,),
        "chain": (Hop(hop=0, owner=agency, since=at, caused_by=sent.id),),
        "answers": (Answer(agency=agency, text=answer, at=at, caused_by=sent.id),) if answer else (),
        "question": Question(part=asks, at=at) if asks else None,
        "changed_at": at,
    }
    return facts.case(told, agency, **(fields | changes))


class Facts:
    """Makes the facts of a case, each record one minute after the one before."""

    def __init__(self, sent: Kept, *, owner: str = DPU.name) -> None:
        """Open the case and give it an owner."""
        self._sent, self.made = sent, list[Any]()
        self.after(sent.id, FactKind.opened, (FactKind.routed, {"disposition": disposition(owner)}))

    def after(self, cause: UUID, *kinds: FactKind | tuple[FactKind, dict[str, Any]]) -> "Facts":
        """Add the facts that a record caused, each a kind or a kind with its fields."""
        at: datetime = self._sent.message.received_at + timedelta(minutes=len({fact.caused_by for fact in self.made}))
        for one in kinds:
            kind, fields = one if isinstance(one, tuple) else (one, {})
            self.made.append(
                facts.of_kind(
                    kind,
                    id=uuid5(cause, f"fact/{kind.value}"),
                    complaint_id=self._sent.id,
                    tracking_code=self._sent.mailbox,
                    version=len(self.made) + 1,
                    at=at,
                    caused_by=cause,
                    actor="citizen",
                    **fields,
                )
            )
        return self


def disposition(owner: str, hop: int = 0) -> Disposition:
    """Return a decision who owns a case."""
    former = DPU if hop else None
    return facts.disposition(AgencyRef(id="a", name=owner), hop=hop, previous_owner=former, explanation=EXPLANATION)
