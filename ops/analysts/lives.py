"""Makes the records of invented cases for the topics: the router's own function decides what a history has planned, at its times."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
import yaml

from complaints import ids
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import encode
from complaints.bus.step.contract import State
from complaints.bus.step.states.records import state_headers
from complaints.bus.step.states.store import StoredState
from complaints.calendar import moment_of
from complaints.case import FORMAT, Case
from complaints.command import (
    CITIZEN,
    Accept,
    Add,
    Answer,
    AnyCommand,
    Ask,
    CommandKind,
    Disagree,
    Head,
    MessageReading,
    Rate,
    Refuse,
    Reroute,
    Sender,
    Withdraw,
    sender_of,
)
from complaints.contract import CASE_EVENTS, CASES, CONVERSATIONS
from complaints.crypto import Keyring
from complaints.event import Addition, Complaint, ComplaintClass, Place, Raw, Region
from complaints.mail import DeliveryOutcome, MessageEvent, MessageKind, Reply
from complaints.values import MissingPart
from conversation import records
from normalizer.parts import title_of
from ops.casework.recorded import CHANNEL as RECORDED
from router.cases.roles import Law, role_of
from router.cases.step import OFFSET_HEADER, CaseStep, timer
from router.cases.table import TABLE

SOURCE: Final = "/history"
"""The CloudEvents source of all records of invented cases."""

VERSION: Final = "history"
"""The version of the normaliser in invented complaints, which none has read."""

_WEB: Final = "web"
_ROUTED_AFTER_MS: Final = 2_000
_HOUR_MS: Final = 3_600_000

_DECODER: Final = msgspec.json.Decoder(Case)


class Plan(NamedTuple):
    """The plan of a case in an invented history: the columns of PLANS. Times are in milliseconds since 1970; 0 for what does not happen."""

    number: int
    channel: str
    received: int
    reporter: str
    said: str
    topic: str
    complaint_class: str
    oversight: int
    secret: int
    anonymous: int
    regions: list[tuple[str, str]]
    missing: list[str]
    sorted_at: int
    wrong_door: int
    owner_id: str
    accepted: int
    asked: int
    additions: int
    answered: int
    disputed: int
    withdrawn: int
    rated: int
    stars: int


PLANS: Final = """
SELECT s.n, s.channel, toUnixTimestamp64Milli(s.received_at), s.reporter, s.said, c.topic, s.class, s.oversight, s.secret, s.anonymous,
    [(c.province_code, c.province), (c.regency_code, c.regency), (c.district_code, c.district), (c.village_code, c.village)], c.missing,
    if(s.triage_first OR s.wrong_door, toUnixTimestamp64Milli(toDateTime64(s.owner_at, 3)), 0), s.wrong_door, s.owner_id,
    ifNull(toUnixTimestamp64Milli(toDateTime64(s.follow_up_at, 3)), 0), s.asked, s.additions,
    ifNull(toUnixTimestamp64Milli(toDateTime64(s.answered_at, 3)), 0), s.disputed,
    if(s.withdrawn, toUnixTimestamp64Milli(s.received_at) + 40000000, 0),
    ifNull(toUnixTimestamp64Milli(toDateTime64(s.ended_at, 3)) + 43200000, 0), ifNull(s.stars, 0)
FROM history_step AS s INNER JOIN history_case AS c USING complaint_id ORDER BY s.n
"""
"""The query for the plans of a round, whose tables history_plan.sql makes."""


@cache
def _words() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(files(__package__).joinpath("lives.yaml").read_text("utf-8"))
    return found


class Lives:
    """Makes the records of planned cases. Pure: the same plan, keys and law give the same records."""

    def __init__(self, law: Law, keys: Keyring, *, seed: int, until_ms: int) -> None:
        """Keep what cases are made with. What would happen after `until_ms`, in milliseconds since 1970, does not happen."""
        self._law, self._keys, self._seed, self._until_ms = law, keys, seed, until_ms
        self._step = CaseStep(law)

    def records(self, plan: Plan) -> list[Record]:
        """Return the facts of a case, the events of its messages and replies, and its document; none if it has not come yet.

        No record is for a mailbox, so that nothing follows from it.
        """
        if plan.received + _ROUTED_AFTER_MS > self._until_ms:
            return []
        complaint, at_ms = self._complaint(plan), plan.received + _ROUTED_AFTER_MS
        acts = sorted(_acts(plan), reverse=True)
        written = [_message(complaint, complaint.id, MessageKind.complaint, plan.received, at_ms)]
        state = self._handle(None, encode(complaint, source=SOURCE), at_ms, written)
        while True:
            act_ms, kind = acts[-1] if acts else (self._until_ms + 1, CommandKind.due)
            if state.due_ms is not None and state.due_ms <= min(act_ms, self._until_ms):
                due_ms = state.due_ms
                state = self._handle(state, timer(complaint.tracking_code.encode(), due_ms), due_ms, written)
            elif act_ms <= self._until_ms:
                acts.pop()
                said = self._command(kind, plan, complaint, _DECODER.decode(state.value), act_ms)
                if said is not None:
                    written += _heard(complaint, said, act_ms)
                    state = self._handle(state, encode(said, source=SOURCE), act_ms, written)
            else:
                break
        headers = state_headers(StoredState(FORMAT, state.due_ms or 0, state.value))
        kept = tuple((name, str(value).encode()) for name, value in headers)
        written.append(Record(CASES, complaint.tracking_code.encode(), state.value, kept))
        return written

    def _handle(self, state: State | None, record: Record, at_ms: int, written: list[Record]) -> State:
        """Let the router's function handle a record, add what analysts see of it to `written`, and return the next state."""
        stored = StoredRecord(record.topic, 0, 0, record.key, record.value, record.headers, at_ms)
        effect = self._step(state, stored)
        for one in effect.outputs:
            if one.topic == CASE_EVENTS:
                written.append(_of_history(one))
            elif one.topic == CONVERSATIONS:
                written += _told(msgspec.json.decode(one.value, type=Reply), at_ms)
        after = effect.state if isinstance(effect.state, State) else state
        assert after is not None, "a complaint opens a case"
        return after

    def _complaint(self, plan: Plan) -> Complaint:
        id_ = ids.message_id(VERSION, f"{self._seed}/{plan.number}")
        code, upstream_id = self._keys.tracking_code(id_), f"{VERSION}-{self._seed}-{plan.number}"
        has_page = plan.channel in {_WEB, RECORDED}
        citizen = code if has_page else self._keys.pseudonym(plan.channel, f"{VERSION} {plan.reporter or plan.number}")
        province, regency, district, village = (
            Region(code=one, name=name) if one else None for one, name in plan.regions
        )
        named = regency or province
        words = _words()["complaint" if named else "unplaced"]
        text = words.format(said=plan.said, place=named.name if named else "")
        return Complaint(
            id=id_,
            tracking_code=code,
            channel=plan.channel,
            received_at=moment_of(plan.received),
            title=title_of(text),
            text=text,
            place=Place(province=province, regency=regency, district=district, village=village),
            topic=plan.topic,
            complaint_class=ComplaintClass(plan.complaint_class),
            oversight=bool(plan.oversight),
            reporter_ref=citizen,
            anonymous=bool(plan.anonymous),
            secret=bool(plan.secret),
            missing=msgspec.convert([one for one in plan.missing if one != "evidence"], tuple[MissingPart, ...]),
            raw=Raw(coding="utf-8", upstream_id=upstream_id),
            normaliser_version=VERSION,
        )

    def _command(  # noqa: PLR0911  # a branch for each kind
        self, kind: CommandKind, plan: Plan, of: Complaint, case: Case, at_ms: int
    ) -> AnyCommand | None:
        """Return a planned command; None if the table does not allow it as the case is now."""
        actor = CITIZEN if kind in _OF_CITIZEN else case.owner.id
        sender = Sender(channel=of.channel, reporter_ref=of.reporter_ref, proven=True)
        allowed = TABLE[kind, role_of(case, actor, self._law, kind, sender)][case.state]
        if isinstance(allowed, str):
            return None
        head = Head(
            id=ids.command_id(of.id, kind.value, actor=actor, nonce=str(at_ms)),
            tracking_code=of.tracking_code,
            actor=actor,
            received_at=moment_of(at_ms),
        )
        text = _words().get(kind.value, "")
        match kind:
            case CommandKind.reroute:
                is_next = case.triage and plan.owner_id != actor and self._law.knows(plan.owner_id)
                return Reroute(**head, text=text, to=plan.owner_id) if is_next else None
            case CommandKind.refuse:
                return Refuse(**head, text=text)
            case CommandKind.accept:
                return Accept(**head)
            case CommandKind.ask:
                return Ask(**head, text=text)
            case CommandKind.answer:
                return Answer(**head, text=text)
            case CommandKind.disagree:
                return Disagree(**head, sender=sender, text=text)
            case CommandKind.withdraw:
                return Withdraw(**head, sender=sender, text=text)
            case CommandKind.rate:
                return Rate(**head, sender=sender, text=text, stars=plan.stars)
        raw = Raw(coding="utf-8", upstream_id=f"{of.raw.upstream_id}+{at_ms}")
        return Add(
            **head,
            sender=sender,
            addition=Addition(text=text, received_at=moment_of(at_ms), raw=raw),
            reading=MessageReading(
                place=of.place,
                topic=of.topic,
                complaint_class=of.complaint_class,
                oversight=of.oversight,
                missing=of.missing,
            ),
        )


_OF_CITIZEN: Final = {
    CommandKind.add: MessageKind.addition,
    CommandKind.disagree: MessageKind.disagreement,
    CommandKind.withdraw: MessageKind.request,
    CommandKind.rate: MessageKind.rating,
}
"""The planned commands of a citizen, and what his message then is."""


def _acts(plan: Plan) -> Iterator[tuple[int, CommandKind]]:
    """Yield what is planned to be said to a case, with its time. A disputed answer is followed by a second one after the same time."""
    if plan.withdrawn:
        yield plan.withdrawn, CommandKind.withdraw
    if plan.sorted_at:
        yield plan.sorted_at, CommandKind.refuse if plan.wrong_door else CommandKind.reroute
    if plan.accepted:
        yield plan.accepted, CommandKind.accept
        if plan.asked:
            yield plan.accepted + 1, CommandKind.ask
        for number in range(plan.additions):
            yield plan.accepted + (14 + number) * _HOUR_MS, CommandKind.add
    if plan.answered:
        yield plan.answered, CommandKind.answer
        if plan.disputed:
            yield plan.answered + 25 * _HOUR_MS, CommandKind.disagree
            yield 2 * plan.answered - plan.accepted + 25 * _HOUR_MS, CommandKind.answer
    if plan.stars:
        yield plan.rated, CommandKind.rate


def _heard(of: Complaint, said: AnyCommand, at_ms: int) -> list[Record]:
    """Return the event of the message by which a citizen gave a command."""
    kind = _OF_CITIZEN.get(said.kind)
    return [] if kind is None or sender_of(said) is None else [_message(of, said.id, kind, at_ms, at_ms)]


def _message(of: Complaint, id_: UUID, kind: MessageKind, received_ms: int, at_ms: int) -> Record:
    event = MessageEvent(
        id=id_,
        citizen=of.reporter_ref,
        channel=of.channel,
        account=_account(of.channel),
        kind=kind,
        complaint_id=of.id,
        tracking_code=of.tracking_code,
        received_at=moment_of(received_ms),
        at=moment_of(at_ms),
        secret=of.secret,
    )
    return encode(event, source=SOURCE)


def _account(channel: str) -> str:
    return "" if channel in {_WEB, RECORDED} else channel


def _told(reply: Reply, at_ms: int) -> Iterator[Record]:
    """Yield the events of a reply that nobody gets: as if an account had sent it, with the outcomes that history.sql has."""
    account = _account(reply.channel)
    yield _of_history(records.reply_event(reply, at_ms, account=account))
    if not account:
        return
    luck, seconds = int.from_bytes(reply.id.bytes[:4]) % 1000, 2
    outcomes: tuple[DeliveryOutcome, ...] = (DeliveryOutcome.sent,)
    if luck < 12:  # noqa: PLR2004  # in thousandths, here and below
        outcomes = (DeliveryOutcome.undeliverable,)
    elif luck < 16:  # noqa: PLR2004
        outcomes = (DeliveryOutcome.unknown,)
    elif reply.channel == "sms":
        outcomes = (DeliveryOutcome.sent, DeliveryOutcome.delivered)
    for outcome in outcomes:
        yield _of_history(records.delivery_event(reply, outcome, at_ms + seconds * 1000, account=account))
        seconds += 7


def _of_history(record: Record) -> Record:
    """Return a record of the router or the conversation as one of the history: no record of a mailbox caused it."""
    headers = ((name, SOURCE.encode() if name == "ce_source" else value) for name, value in record.headers)
    return record._replace(headers=tuple(one for one in headers if one[0] != OFFSET_HEADER))
