"""Reads a record of a case's mailbox: a complaint or a command, checked without a model."""

from datetime import date, datetime
from typing import Any, Final, NamedTuple, get_args

from complaints import tracking
from complaints.bus import StoredRecord
from complaints.bus.envelope import plain, type_in, type_of
from complaints.command import Command, CommandKind, EchoedEvent
from complaints.errors import ContractViolation
from complaints.event import Complaint
from complaints.values import ComplaintClass, Event
from router.cases.document.plain import is_id, time_text

_COMPLAINT: Final = type_of(Complaint)
_COMMAND: Final = type_of(Command)
_MODELS: Final[dict[bytes, type[Event]]] = {_COMPLAINT: Complaint, _COMMAND: Command}

_COMPLAINT_NEEDS: Final[dict[str, type]] = {
    "tracking_code": str,
    "channel": str,
    "received_at": str,
    "title": str,
    "text": str,
    "reporter_ref": str,
    "raw": dict,
    "normaliser_version": str,
}
_COMPLAINT_HAS: Final[dict[str, type]] = {
    "place": dict,
    "hints": dict,
    "missing": list,
    "attachments": list,
    "additions": list,
    "topic": str,
    "class": str,
    "oversight": bool,
    "secret": bool,
    "anonymous": bool,
    "occurred_on": dict,
    "continues": str,
    "recorded_by": str,
    "source": str,
    "settled": list,
}
_COMMAND_NEEDS: Final[dict[str, type]] = {"tracking_code": str, "kind": str, "actor": str, "received_at": str}
_COMMAND_HAS: Final[dict[str, type]] = {
    "text": str,
    "to": str,
    "beside": list,
    "final": bool,
    "class": str,
    "oversight": bool,
    "until": str,
    "stars": int,
    "anonymous": bool,
    "secret": bool,
    "other": str,
    "since": str,
    "region": str,
    "owner": str,
    "as_of": int,
    "event": str,
    "agency": dict,
    "handling": dict,
    "source": str,
    "companion": bool,
}
_ADD: Final = CommandKind.add
_STATUS: Final = CommandKind.status

_OF_TWO: Final = (
    CommandKind.adopt,
    CommandKind.confirm,
    CommandKind.reject,
    CommandKind.second,
    CommandKind.leave,
    CommandKind.forget,
    CommandKind.echo,
)
"""The commands in which one case speaks to another."""

_EVENTS: Final = get_args(EchoedEvent)
_CHECKED: Final = frozenset(("since", "stars", "event", "agency", "handling", "until", "class", "other", "beside"))
_ANY_DAY: Final = "2026-01-01"
MOST_STARS: Final = 5

_SENDER_NEEDS: Final[dict[str, type]] = {"channel": str, "reporter_ref": str}
_ADDITION_NEEDS: Final[dict[str, type]] = {"text": str, "received_at": str, "raw": dict}
_READING_HAS: Final[dict[str, type]] = {
    "place": dict,
    "missing": list,
    "topic": str,
    "class": str,
    "oversight": bool,
    "occurred_on": dict,
}


_KINDS: Final = {kind.value: kind for kind in CommandKind}
"""The commands by the name that a record holds."""


class Inbound(NamedTuple):
    """A record of the mailbox.

    Attributes:
        kind: None for a complaint, otherwise the kind of the command.
        id: the id of the complaint or command.
        code: the record's key: the tracking code of the case.
        at_ms: when Kafka appended the record, in milliseconds since 1970.
        at: the same as text.
        offset: the record's offset in its partition.
        body: the complaint or command as plain data.
    """

    kind: CommandKind | None
    id: str
    code: str
    at_ms: int
    at: str
    offset: int
    body: dict[str, Any]


def read(record: StoredRecord) -> Inbound:
    """Return what a record of the mailbox holds.

    Fields that this program does not know are kept, and so are values of enumerations, except the kind of a command.

    Raises:
        ContractViolation: the record is no complaint and no command of a known major version, or lacks a field, or a field has the wrong
            type.
    """
    type_ = type_in(record)
    if type_ not in _MODELS:
        raise ContractViolation(
            f"{record.position} is of the type {type_[:60].decode('ascii', 'replace')!r}, which no case takes"
        )
    body = plain(record)
    try:
        kind = None if type_ == _COMPLAINT else _command_kind(body)
        if kind is None:
            _check_complaint(body)
        _check_key(body, record)
    except ContractViolation as error:
        raise ContractViolation(f"{record.position}: {error}") from error
    at_ms = record.timestamp_ms
    return Inbound(kind, body["id"], body["tracking_code"], at_ms, time_text(at_ms), record.offset, body)


def _check_complaint(body: dict[str, Any]) -> None:
    _check(body, _COMPLAINT_NEEDS, _COMPLAINT_HAS)
    _check_regions(body)


def _command_kind(body: dict[str, Any]) -> CommandKind:
    _check(body, _COMMAND_NEEDS, _COMMAND_HAS)
    kind = _KINDS.get(body["kind"])
    if kind is None:
        raise ContractViolation(f"no command {body['kind'][:60]!r}")
    if kind is _ADD:
        if not isinstance(body.get("addition"), dict) or not isinstance(body.get("reading"), dict):
            raise ContractViolation("a command to add needs an addition and a reading")
        _check(body["addition"], _ADDITION_NEEDS, {"attachments": list})
        _check(body["reading"], {}, _READING_HAS)
        _check_regions(body["reading"])
    _check_values(body)
    if kind in _OF_TWO and body.get("other") is None:
        raise ContractViolation(f"a command to {kind.value} needs the other case")
    if kind is _STATUS and not isinstance(body.get("sender"), dict):
        raise ContractViolation("a command that asks for the status needs a sender")
    _check(body, {}, {"sender": dict})
    if body.get("sender") is not None:
        _check(body["sender"], _SENDER_NEEDS, {})
    return kind


def _check_values(body: dict[str, Any]) -> None:
    """Check the fields of a command whose values the decision relies on.

    Raises:
        ContractViolation: a day or time is none, the rating has no 1 to 5 stars, or the class or the event is none that there is.
    """
    _time(body, "received_at")
    if _CHECKED.isdisjoint(body):
        return
    _time(body, "since")
    stars, event, agency = body.get("stars"), body.get("event"), body.get("agency")
    try:
        date.fromisoformat(body.get("until") or _ANY_DAY)
        ComplaintClass(body.get("class") or ComplaintClass.complaint)
        is_code = body.get("other") is None or tracking.is_canonical(body["other"])
    except ValueError as error:
        raise ContractViolation(str(error)) from error
    if not is_code:
        raise ContractViolation("other is no tracking code in its canonical form")
    if event is not None and event not in _EVENTS:
        raise ContractViolation(f"event is none of {', '.join(_EVENTS)}")
    if stars is not None and not 1 <= stars <= MOST_STARS:
        raise ContractViolation("a rating has 1 to 5 stars")
    if not all(isinstance(one, str) for one in body.get("beside") or ()):
        raise ContractViolation("beside is no list of agencies")
    if agency is not None and not all(isinstance(agency.get(name), str) for name in ("id", "name")):
        raise ContractViolation("agency has no id and name")
    if (handling := body.get("handling")) is not None:
        _check(handling, {"triage": bool, "given": bool, "refused": list}, {})


def _time(body: dict[str, Any], name: str) -> None:
    if body.get(name) is None:
        return
    try:
        is_zoned = datetime.fromisoformat(body[name]).tzinfo is not None
    except ValueError as error:
        raise ContractViolation(f"{name} is no time") from error
    if not is_zoned:
        raise ContractViolation(f"{name} has no time zone")


def _check(body: dict[str, Any], needs: dict[str, type], has: dict[str, type]) -> None:
    for name, kind in needs.items():
        if type(body.get(name)) is not kind:
            raise ContractViolation(f"{name} is missing or not of the type {kind.__name__}")
    for name, kind in has.items():
        value = body.get(name)
        if value is not None and type(value) is not kind:
            raise ContractViolation(f"{name} is not of the type {kind.__name__}")


def _check_regions(body: dict[str, Any]) -> None:
    for level in ("province", "regency", "district", "village"):
        region = (body.get("place") or {}).get(level)
        if region is not None and not (isinstance(region, dict) and isinstance(region.get("code"), str)):
            raise ContractViolation(f"the {level} of the place has no code")


def _check_key(body: dict[str, Any], record: StoredRecord) -> None:
    if not is_id(body.get("id")):
        raise ContractViolation("id is not a UUID")
    code = body["tracking_code"]
    if code.encode("utf-8", "surrogatepass") != record.key:
        raise ContractViolation("the record's key is not its tracking code")
    if not tracking.is_canonical(code):
        raise ContractViolation("the tracking code is none of ours in its canonical form")
