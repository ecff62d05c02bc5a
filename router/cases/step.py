"""The function of the router's step: from the state of a case and a record of its mailbox to the next state and the output records."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from complaints import fact as happened
from complaints import tracking
from complaints.bus import Headers, Record, StoredRecord
from complaints.bus.envelope import AnyEvent, encode
from complaints.bus.step.contract import KEEP, Effect, Keep, State
from complaints.calendar import moment_of, ms_of
from complaints.case import OPEN, Case
from complaints.command import CLOCK, Add, Adopt, AnyCommand, Due, OfCitizen, Status, sender_of
from complaints.event import Complaint
from complaints.fact import Continued, Declined, Fact, Supported
from complaints.ids import derived, timer_id
from complaints.mail import Reply
from complaints.neighbour import Closed, Joined, Left, Opened, Told
from normalizer.complaint import VERSION
from normalizer.emergency import tells_of_danger
from normalizer.matter.signature import signature
from normalizer.parts import title_of
from router.cases.clocks import due_ms
from router.cases.decide import continuation_of, decide, is_of_another
from router.cases.document.plain import regency_of
from router.cases.inbound import Inbound, read
from router.cases.replies import reply_to, status_for
from router.cases.roles import Law, is_reporter
from router.cases.rules.merging import dialogue, heard_by_supporters, is_alone, is_unclear, reject_for_nobody
from router.facts import whole_text

Notice = Opened | Closed | Joined | Left | Told
"""A record to the step that looks for duplicates."""


def notices(before: Case | None, facts: Sequence[Fact], case: Case, inbound: Inbound) -> list[Notice]:
    """Return the records to the step that looks for duplicates that follow from a record's facts."""
    found: list[Notice] = []
    was, is_ = _candidate_in(before, inbound.danger), _candidate_in(case, inbound.danger)
    if is_ and is_ != was:
        found.append(_opened(case, is_, inbound))
    if was and is_ != was:
        found.append(
            Closed(
                id=derived(inbound.id, "closed"),
                tracking_code=case.tracking_code,
                regency=was,
                merged=case.state == "merged",
                at=inbound.at,
            )
        )
    for fact in facts:
        if isinstance(fact, Supported | happened.Left):
            model, name = (Joined, "joined") if isinstance(fact, Supported) else (Left, "left")
            id_, main = derived(inbound.id, name), case.tracking_code
            found.append(model(id=id_, main=main, at=inbound.at, supporter=fact.other or ""))
    heard = heard_by_supporters(before, inbound, facts, case)
    return found if heard is None else [*found, heard]


def _candidate_in(case: Case | None, danger: bool | None) -> str:
    """Return the code of the regency in which a case is a candidate for a duplicate; empty if it is no candidate.

    A case whose subject is missing or whose citizen is being asked is no candidate, because it may still change.
    """
    if case is None or case.state not in OPEN or is_unclear(case):
        return ""
    return "" if case.complaint.secret or is_alone(case, danger) else regency_of(case)


def _opened(case: Case, regency: str, inbound: Inbound) -> Opened:
    complaint, place = case.complaint, case.complaint.place
    return Opened(
        id=derived(inbound.id, "opened"),
        tracking_code=case.tracking_code,
        complaint_id=case.complaint_id,
        regency=regency,
        district=place.district.code if place.district else None,
        village=place.village.code if place.village else None,
        topic=complaint.topic,
        complaint_class=complaint.complaint_class,
        received_at=complaint.received_at,
        reporter_ref=complaint.reporter_ref,
        signature=signature(
            f"{complaint.title}\n{whole_text(complaint)}",  # an addition may tell the place
            address=place.text,
            place=place.evidence,
            regency=regency,
        ),
    )


STEP: Final = "lapor-router"
"""The name of the step: its consumer group, and the beginning of its workers' transactional ids."""

OFFSET_HEADER: Final = "ce_causeoffset"
"""The header of a fact with the mailbox offset of the record that caused it, in the partition of the same number. A replay uses it to find
the facts of a record."""

SOURCE: Final = "/router"
"""The CloudEvents source of what the step writes."""

_CASES: Final = msgspec.json.Decoder(Case)

Count = Callable[[str], None]
"""Called with the outcome of each record: a kind of fact, "repeated", "passed on", "asked for the status" or "repelled"."""


class CaseStep:
    """The function of the router's step (see complaints.bus.step.contract.Function)."""

    def __init__(self, law: Law, count: Count = lambda _: None) -> None:
        self._law, self._count = law, count

    def __call__(self, state: State | None, record: StoredRecord) -> Effect:
        """Return the next state and the output records for a record of the mailbox.

        Raises:
            ContractViolation: the record is poison.
        """
        inbound = read(record)
        case = None if state is None else _CASES.decode(state.value)
        if is_of_another(case, inbound):
            self._count("passed on")
            return Effect(outputs=(passed_on(inbound),))
        if (said := inbound.command) is not None:
            if isinstance(said, Status):
                self._count("asked for the status")
                return Effect(outputs=(_written(status_for(said, case, inbound.at)),))
            if case is None and (answer := _for_nobody(said, inbound)) is not None:
                self._count("repelled")
                return Effect(outputs=(_written(answer),))
        decision = decide(case, inbound, self._law)
        after = decision.case
        if not decision.facts or after is None:
            self._count("repeated")
            return Effect() if state is None or after is None else Effect(_wanting(state, after))
        self._count(decision.facts[0].kind.value)
        return Effect(
            State(decision.written or msgspec.json.encode(after), due_ms(after, inbound.at_ms)),
            _outputs(case, decision.facts, after, inbound),
        )


def _wanting(state: State, case: Case) -> State | Keep:
    """Return the state with its correct timer, which a timer that fired too early did not set; KEEP if it is correct already."""
    due = due_ms(case, ms_of(case.changed_at))
    return KEEP if due == state.due_ms else State(state.value, due)


def timer(key: bytes, due_ms: int) -> Record:
    """Return the timer record for a case and a moment (see complaints.bus.step.contract.MakeTimer)."""
    code = key.decode()
    return _written(Due(id=timer_id(code, due_ms), tracking_code=code, actor=CLOCK, received_at=moment_of(due_ms)))


def passed_on(inbound: Inbound) -> Record:
    """Return the record that passes a complaint on, under the next code, because another complaint has its code."""
    return _written(replace(inbound.event, tracking_code=tracking.next_code(inbound.code, inbound.id)))


def _outputs(before: Case | None, facts: tuple[Fact, ...], case: Case, inbound: Inbound) -> tuple[Record, ...]:
    caused: Headers = ((OFFSET_HEADER, str(inbound.offset).encode()),)
    found = [_written(fact, caused) for fact in facts]
    found += map(_written, _replies(before, facts, case, inbound))
    found += map(_written, dialogue(before, inbound, facts, case))
    if isinstance(facts[0], Continued) and isinstance(inbound.event, Add):
        found.append(_written(continuation(case.complaint, inbound.event, continues=case.tracking_code)))
    found += map(_written, notices(before, facts, case, inbound))
    return tuple(found)


def _replies(before: Case | None, facts: tuple[Fact, ...], case: Case, inbound: Inbound) -> list[Reply]:
    """Return the replies about the facts; the sender of a declined command gets the status of the case."""
    said = inbound.command
    sender = sender_of(said) if said else None
    by_code = sender is not None and not is_reporter(case, sender.reporter_ref)
    was_merged = before is not None and before.state == "merged"
    reply = reply_to(facts, case, was_merged=was_merged, by_code=by_code, danger=inbound.danger)
    if not isinstance(said, OfCitizen) or sender is None:
        return [] if reply is None else [reply]
    if reply is None and isinstance(facts[0], Declined):
        return [status_for(said, case, inbound.at)]
    is_companion = isinstance(said, Add) and said.companion
    found = [] if reply is None else [reply]
    # somebody else who has the code gets the status, while the citizen gets the news; but not on the web
    if by_code and not is_companion and not tracking.names_mailbox(sender.reporter_ref):
        found.append(status_for(said, case, inbound.at))
    return found


def _for_nobody(said: AnyCommand, inbound: Inbound) -> AnyEvent | None:
    """Return the answer to a command whose code no case has; None if the command is poison.

    A case that asks to be adopted is rejected. A citizen's addition becomes a complaint of its own, so that nothing he wrote is lost. For
    any other command he gets the reply that there is no such case.
    """
    if isinstance(said, Adopt):
        return reject_for_nobody(inbound, said.other)
    if not isinstance(said, OfCitizen) or said.sender is None or tracking.names_mailbox(said.sender.reporter_ref):
        return None
    return continuation(None, said) if isinstance(said, Add) else status_for(said, None, inbound.at)


def _written(event: AnyEvent, more: Headers = ()) -> Record:
    return encode(event, source=SOURCE, more=more)


def continuation(first: Complaint | None, said: Add, *, continues: str | None = None) -> Complaint:
    """Return the complaint that an addition becomes because its case has no room for it, or because there is no such case."""
    addition, reading, sender = said.addition, said.reading, said.sender
    new_id, code = continuation_of(said)
    made = Complaint(
        id=new_id,
        tracking_code=code,
        channel=sender.channel if sender else first.channel if first else "",
        received_at=addition.received_at,
        occurred_on=reading.occurred_on,
        title=title_of(addition.text),
        text=addition.text,
        place=reading.place,
        topic=reading.topic,
        complaint_class=reading.complaint_class,
        oversight=reading.oversight,
        attachments=addition.attachments,
        reporter_ref=sender.reporter_ref if sender else first.reporter_ref if first else "",
        secret=bool(said.secret),
        missing=reading.missing,
        raw=addition.raw,
        normaliser_version=VERSION,
        continues=continues,
    )
    return made if first is None else _with_what_is_known(made, first)


def _with_what_is_known(made: Complaint, first: Complaint) -> Complaint:
    """Return a complaint completed from the one that it continues. One about danger to life has other owners: it gets only the place."""
    place = made.place if made.place.regency else first.place
    made = replace(made, place=place, anonymous=first.anonymous, secret=made.secret or first.secret)
    if tells_of_danger(made.text):
        return replace(made, missing=tuple(part for part in made.missing if part != "place" or place.regency is None))
    return replace(
        made,
        topic=made.topic or first.topic,
        oversight=made.oversight or first.oversight,
        hints=first.hints,
        normaliser_version=first.normaliser_version,
    )
