"""The function of the neighbours' step: the cases of a regency, or the supporters of a main case, and a record become merges and echoes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5
from zlib import crc32

import orjson

from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import enveloped
from complaints.bus.step.contract import KEEP, Effect, State
from complaints.command import NEIGHBOURS, Command, CommandKind, EchoedEvent
from complaints.neighbour import Closed, Joined, Opened, Told
from neighbours import supporters
from neighbours.inbound import Inbound, read, time_ms
from neighbours.likeness import Side
from neighbours.neighbourhood import DAY_MS, Candidate, Merge, Neighbourhoods, candidate, closed, opened
from neighbours.signs import is_known, packed, unpacked

STEP: Final = "lapor-neighbours"
"""The name of the step: its consumer group, and the beginning of its workers' transactional ids."""

FORMAT: Final = 1
"""The number of the format of its states."""

SOURCE: Final = b"/neighbours"

Count = Callable[[str], None]
"""Is told what each record led to: "new", "merge", "unknown" (a signature of another version), "closed", "joined", "left" or "told"."""

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
"""What a main case tells its supporters last: they end with it, or are handled by themselves again, so the page is deleted."""

_ASKS: Final = "permintaan_informasi"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class NeighboursStep:
    """The function of the neighbours' step (see complaints.bus.step.contract.Function)."""

    def __init__(self, count: Count = lambda _: None) -> None:
        """Take who counts.

        Args:
            count: is told what each record led to.
        """
        self._count, self._states = count, Neighbourhoods()

    def __call__(self, state: State | None, record: StoredRecord) -> Effect:
        """Return what a record leads to.

        Raises:
            ContractViolation: the record is poison.
        """
        inbound = read(record)
        before = b"" if state is None else state.value
        if inbound.model is Opened:
            return self._opened(before, inbound.body, record)
        if inbound.model is Closed:
            self._count("closed")
            left = closed(
                self._states.unpack(before), inbound.body["tracking_code"], merged=inbound.body.get("merged") is True
            )
            return _changed(before, self._states.pack(left), ())
        page = supporters.unpack(before) if before else supporters.EMPTY
        if inbound.model is Told:
            self._count("told")
            ended = inbound.body["body"].get("event") in _ENDS and state is not None
            outputs = (*_echoes(page, inbound.body, record), *_passed_on(inbound, page.further, record))
            return Effect(None if ended else KEEP, outputs)
        change = supporters.joined if inbound.model is Joined else supporters.left
        self._count(inbound.model.__name__.lower())
        after, further = change(page, inbound.body["supporter"])
        return _changed(before, supporters.pack(after), _passed_on(inbound, further, record))

    def _opened(self, before: bytes, body: dict[str, Any], record: StoredRecord) -> Effect:
        raw, day = packed(body["signature"]), record.timestamp_ms // DAY_MS
        if not is_known(raw):
            self._count("unknown")
            return Effect()
        newcomer = _newcomer(body, raw)
        former = self._states.unpack(before)
        candidates, merges = opened(former, newcomer, day=day)
        self._count("merge" if merges else "new")
        after = before if candidates is former else self._states.pack(candidates)
        return _changed(before, after, tuple([_merge(one, UUID(body["id"]), record) for one in merges]))


def _changed(before: bytes, after: bytes, outputs: tuple[Record, ...]) -> Effect:
    if after == before:
        return Effect(KEEP, outputs)
    return Effect(State(after) if after else None, outputs)


def _newcomer(body: dict[str, Any], raw: bytes) -> Candidate:
    received_ms, topic = time_ms(body["received_at"]), body.get("topic") or ""
    side = Side(
        unpacked(raw),
        _last(body.get("district")),
        _last(body.get("village")),
        topic.startswith(_OWN_TOPICS),
        crc32(topic.encode()) & 0xFFFF if topic else 0,
        body.get("class") == _ASKS,
    )
    person = crc32(body["reporter_ref"].encode())
    seen_day = received_ms // DAY_MS
    return candidate(received_ms, body["tracking_code"], seen_day=seen_day, person=person, side=side, raw=raw)


def _last(code: str | None) -> int:
    """Return the digits that tell a district or village from the others of its regency or district; 0 if it is not known."""
    digits = (code or "").rpartition(".")[2]
    return int(digits) if digits.isdigit() else 0


def _merge(merge: Merge, cause: UUID, record: StoredRecord) -> Record:
    """Return the command that proposes a merge. A case that was opened again may be proposed again: that is another command."""
    id_ = uuid5(cause, f"merge/{merge.supporter}/{merge.main}")
    return _command(id_, CommandKind.merge, merge.supporter, {"other": merge.main}, record)


def _echoes(page: supporters.Page, body: dict[str, Any], record: StoredRecord) -> list[Record]:
    """Return a command for each supporter of a page."""
    told, more = UUID(body["id"]), {"other": body["main"]} | body["body"]
    return [_command(uuid5(told, code), CommandKind.echo, code, more, record) for code in page.supporters]


def _command(id_: UUID, kind: CommandKind, code: str, more: dict[str, Any], record: StoredRecord) -> Record:
    at = _time(record)
    own = {"id": str(id_), "tracking_code": code, "kind": kind.value, "actor": NEIGHBOURS}
    command = {"received_at": at} | more | own
    return enveloped(Command, key=code.encode(), value=orjson.dumps(command), id_=str(id_), source=SOURCE, time=at)


def _passed_on(inbound: Inbound, pages: range, record: StoredRecord) -> tuple[Record, ...]:
    """Return the record for further pages."""
    body, time = inbound.body, _time(record)
    return tuple(
        [
            enveloped(
                inbound.model,
                key=f"{body['main']}/{page}".encode(),
                value=orjson.dumps(body | {"page": page}),
                id_=body["id"],
                source=SOURCE,
                time=time,
            )
            for page in pages
        ]
    )


def _time(record: StoredRecord) -> str:
    return (_EPOCH + timedelta(milliseconds=record.timestamp_ms)).isoformat().replace("+00:00", "Z")
