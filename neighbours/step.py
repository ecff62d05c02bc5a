"""The function of the neighbours' step: from the cases of a regency, or a main case's supporters, and a record to merges and echoes."""

from collections.abc import Callable
from typing import Final
from uuid import UUID
from zlib import crc32

from msgspec.structs import replace

from complaints import command, tracking
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import decode_one_of, encode, type_of
from complaints.bus.step.contract import KEEP, Effect, State
from complaints.calendar import moment_of
from complaints.command import NEIGHBOURS, EchoedEvent, Head
from complaints.errors import ContractViolation
from complaints.ids import derived
from complaints.neighbour import Closed, Joined, Left, Opened, Told
from complaints.values import ComplaintClass
from neighbours import supporters
from neighbours.likeness import Side
from neighbours.neighbourhood import DAY_MS, Candidate, Merge, Neighbourhoods, candidate, closed, opened
from neighbours.signs import is_known, packed, unpacked

Notice = Opened | Closed | Joined | Left | Told
"""A record of the mailbox."""

_TAKES: Final[dict[bytes, type[Notice]]] = {type_of(model): model for model in (Opened, Closed, Joined, Left, Told)}

STEP: Final = "lapor-neighbours"
"""The name of the step: its consumer group, and the beginning of its workers' transactional ids."""

FORMAT: Final = 1
"""The number of the format of its states."""

SOURCE: Final = "/neighbours"

Count = Callable[[str], None]
"""Called with the outcome of each record: "new", "merge", "unknown" (signature of another version), "closed", "joined", "left", "told"."""

_OWN_TOPICS: Final = (
    *(
        "Agama/",
        "Kependudukan/ADMINISTRASI KEPENDUDUKAN",
        "Kesehatan/JAMINAN SOSIAL",
        "Kesetaraan Gender",
        "Ketenagakerjaan/",
    ),
    *("Sosial Dan Kesejahteraan/BANTUAN SOSIAL", "Ekonomi Dan Keuangan/P", "Ekonomi Dan Keuangan/DANA PENSIUN"),
    *("Pendidikan Dan Kebudayaan/BEASISWA", "Pendidikan Dan Kebudayaan/KARTU INDONESIA PINTAR", "Politik Dan Hukum/"),
    *(
        "Corona Virus/KARTU PRAKERJA",
        "Pekerjaan Umum Dan Penataan Ruang/PERTANAHAN",
        "Pelindungan Wni",
        "Netralitas Asn",
    ),
    "Perlindungan Konsumen/",
)
"""The beginnings of the topics whose complaints are usually one person's own matter."""

_ENDS: Final[frozenset[EchoedEvent]] = frozenset(("closed", "gone"))
"""The last events of a main case for its supporters: they are closed with it, or handled separately again, so the page is deleted."""


def read(record: StoredRecord) -> Notice:
    """Return the notice in a record of the mailbox.

    Raises:
        ContractViolation: the record is of a type that no neighbourhood takes, or lacks a field, or a field has a wrong value.
    """
    notice = decode_one_of(record, _TAKES, "neighbourhood")
    if not all(map(tracking.is_canonical, _codes(notice))):
        raise ContractViolation(f"{record.position}: what names a case is no tracking code")
    if notice.key.encode() != record.key:
        raise ContractViolation(f"{record.position}: the record's key is not that of its mailbox")
    return notice


def _codes(notice: Notice) -> tuple[str, ...]:
    """Return the tracking codes in a notice."""
    match notice:
        case Opened() | Closed():
            return (notice.tracking_code,)
        case Joined() | Left():
            return notice.main, notice.supporter
        case Told():
            return (notice.main,)


class NeighboursStep:
    """The function of the neighbours' step (see complaints.bus.step.contract.Function)."""

    def __init__(self, count: Count = lambda _: None) -> None:
        self._count, self._states = count, Neighbourhoods()

    def __call__(self, state: State | None, record: StoredRecord) -> Effect:
        """Return the next state and the output records for a record.

        Raises:
            ContractViolation: the record is poison.
        """
        notice = read(record)
        before = b"" if state is None else state.value
        match notice:
            case Opened():
                return self._opened(before, notice, record)
            case Closed():
                self._count("closed")
                left = closed(self._states.unpack(before), notice.tracking_code, merged=notice.merged)
                return _changed(before, self._states.pack(left), ())
        page = supporters.unpack(before) if before else supporters.EMPTY
        self._count(type(notice).__name__.lower())
        if isinstance(notice, Told):
            ended = notice.event in _ENDS and state is not None
            outputs = (*_echoes(page, notice, record), *_passed_on(notice, page.further))
            return Effect(None if ended else KEEP, outputs)
        change = supporters.joined if isinstance(notice, Joined) else supporters.left
        after, further = change(page, notice.supporter)
        return _changed(before, supporters.pack(after), _passed_on(notice, further))

    def _opened(self, before: bytes, notice: Opened, record: StoredRecord) -> Effect:
        raw, day = packed(notice.signature), record.timestamp_ms // DAY_MS
        if not is_known(raw):
            self._count("unknown")
            return Effect()
        newcomer = _newcomer(notice, raw)
        former = self._states.unpack(before)
        candidates, merges = opened(former, newcomer, day=day)
        self._count("merge" if merges else "new")
        after = before if candidates is former else self._states.pack(candidates)
        return _changed(before, after, tuple([_merge(one, notice.id, record) for one in merges]))


def _changed(before: bytes, after: bytes, outputs: tuple[Record, ...]) -> Effect:
    if after == before:
        return Effect(KEEP, outputs)
    return Effect(State(after) if after else None, outputs)


def _newcomer(notice: Opened, raw: bytes) -> Candidate:
    received_ms, topic = round(notice.received_at.timestamp() * 1000), notice.topic or ""
    if received_ms < 0:
        raise ContractViolation("the complaint was received before 1970")
    side = Side(
        unpacked(raw),
        _last(notice.district),
        _last(notice.village),
        topic.startswith(_OWN_TOPICS),
        crc32(topic.encode()) & 0xFFFF if topic else 0,
        notice.complaint_class is ComplaintClass.information_request,
    )
    person = crc32(notice.reporter_ref.encode())
    seen_day = received_ms // DAY_MS
    return candidate(received_ms, notice.tracking_code, seen_day=seen_day, person=person, side=side, raw=raw)


def _last(code: str | None) -> int:
    """Return the last part of a code, the number of a district or village within the region above it; 0 if it is not known."""
    digits = (code or "").rpartition(".")[2]
    return int(digits) if digits.isdigit() else 0


def _merge(merge: Merge, cause: UUID, record: StoredRecord) -> Record:
    """Return the command that proposes a merge. A case that was opened again may be proposed again: that is another command."""
    id_ = derived(cause, f"merge/{merge.supporter}/{merge.main}")
    return encode(command.Merge(**_head(id_, merge.supporter, record), other=merge.main), source=SOURCE)


def _echoes(page: supporters.Page, told: Told, record: StoredRecord) -> list[Record]:
    """Return an `echo` command for each supporter of a page."""
    return [encode(_echo(told, code, record), source=SOURCE) for code in page.supporters]


def _echo(told: Told, code: str, record: StoredRecord) -> command.Echo:
    return command.Echo(
        **_head(derived(told.id, code), code, record),
        other=told.main,
        event=told.event,
        as_of=told.as_of,
        agency=told.agency,
        handling=told.handling,
        text=told.text,
        until=told.until,
    )


def _head(id_: UUID, code: str, record: StoredRecord) -> Head:
    return {"id": id_, "tracking_code": code, "actor": NEIGHBOURS, "received_at": moment_of(record.timestamp_ms)}


def _passed_on(notice: Joined | Left | Told, pages: range) -> tuple[Record, ...]:
    """Return the notice as a record for each further page."""
    return tuple([encode(replace(notice, page=page), source=SOURCE) for page in pages])
