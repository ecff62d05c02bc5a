"""The table of what becomes of a message: each of its cells has a sentence that it alone decides."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.contract import CONVERSATIONS
from complaints.event import Attachment
from conversation.citizen import Citizen
from conversation.opening import Opens
from conversation.passing import Passing, named_case
from conversation.reading import Reads
from conversation.records import Turn
from conversation.situation import Situation, standing
from conversation.table import TABLE, Row, row_for
from tests.harness.house import said
from tests.harness.support import message
from tests.harness.tables import document
from tests.harness.town import Town, as_text, town_of

PHOTO = Attachment(name="a.png", media_type="image/png", size_bytes=1, sha256="0" * 64)
SENTENCES: list[dict[str, Any]] = document("tables/conversation/table.yaml")["SENTENCES"]
QUESTION_MS = 259_200_000
LAMP = "lampu jalan mati di Jalan Pemuda, Kota Semarang"
WHEN: dict[Situation, dict[str, float]] = {
    Situation.told: {"minutes": 5},
    Situation.alive: {"hours": 3},
    Situation.past: {"days": 20},
}


@cache
def town_in(situation: Situation, *, is_open_again: bool = False, is_silent: bool = False, report: str = LAMP) -> Town:
    """Return a town with a report that stands so."""
    if situation is Situation.new:
        return town_of(*["STOP"] * is_silent)
    made = town_of(report)
    (told,) = made.complaints

    def act(kind: CommandKind, text: str) -> None:
        made.take(encode(said(kind, told, made.case(told.tracking_code).owner.id, text), source="/tests"))
        made.wait(minutes=1)

    if situation in {Situation.answered, Situation.closed} or is_open_again:
        act(CommandKind.answer, "Sudah kami tangani.")
    if situation is Situation.asked:
        act(CommandKind.ask, "Di dekat nomor berapa?")
    if situation is Situation.closed:
        made.wait(days=16)
    if situation is Situation.withdrawn:
        made.say(f"CABUT {told.tracking_code}")
    if is_open_again:
        made.say("BELUM")
    if is_silent:
        made.say("STOP")
    made.wait(**WHEN.get(situation, {"minutes": 5}))
    return made


def decided(row: dict[str, Any], situation: Situation) -> tuple[Row, Situation]:
    """Return the row that decides what becomes of a sentence in a situation, and the situation."""
    begins = {"is_open_again": bool(row.get("open again")), "is_silent": bool(row.get("silent"))}
    made = town_in(situation, **begins, report=row.get("report", LAMP))
    key = made.citizen().encode()
    state = made.states.get((CONVERSATIONS, key))
    known = (
        Citizen() if state is None else msgspec.json.decode(made.keys.unseal_state(state.value, key=key), type=Citizen)
    )
    text = row["text"]
    if row.get("named") and made.complaints:
        text = f"{made.complaints[0].tracking_code} {text}"
    told = message(text, attachments=(PHOTO,) if row.get("photo") else (), received_at=made.now)
    turn = Turn(citizen=key.decode(), state=known, at_ms=made.now_ms)
    reads = Reads(normaliser=made.reads, text_of={"sms": as_text})
    heard = Opens(made.keys, reads, Passing(reads)).heard(turn, told, UUID(int=1))
    stands = standing(turn, heard, named_case(turn.state, told), question_ms=QUESTION_MS)
    return row_for(heard, stands), stands.situation


def reached() -> Iterator[tuple[int, Situation]]:
    """Return the cells that the sentences reach: the number of the row, and the situation."""
    for row in SENTENCES:
        for situation in Situation:
            found, stands = decided(row, situation)
            if stands is situation:
                yield TABLE.index(found), situation


def test_each_cell_of_the_table_has_a_sentence() -> None:
    """Of a row that no sentence reaches nobody knows what it is for."""
    cells = {(at, situation) for at, row in enumerate(TABLE) for situation in Situation if situation in row.acts}
    missing = sorted(cells - set(reached()))
    assert [f"{at} {TABLE[at].wants} {TABLE[at].sure} {situation.name}" for at, situation in missing] == []


def test_the_last_row_takes_everything() -> None:
    """In each situation, so that nothing is lost."""
    last = TABLE[-1]
    assert (last.sure, set(last.tells), last.named) == (0.0, {*last.tells}, None)
    assert all(one in last.acts for one in Situation)
