"""The routing worker's step: an answer for each record that asks, a dead letter for poison, and a fuse."""

from collections.abc import Sequence

import pytest

from complaints.bus import StoredRecord
from complaints.bus.envelope import decode
from complaints.contract import CASE_EVENTS, COMPLAINTS, DEAD_LETTERS, DISPOSITIONS, REPLIES
from complaints.event import CaseEventKind, Complaint, DeadLetter, Disposition, Refusal, Reply, ReplyKind
from complaints.ids import disposition_id
from complaints.runtime.fuse import Fuse, FuseBlown
from router.work import process
from tests.harness.events import DPU, PEMDA, complaint, completed, disposition, enrichment, poison, refusal, stored


class Always:
    """Gives everything to the first body that has not refused."""

    def route(self, complaint: Complaint, refusals: Sequence[Refusal] = ()) -> Disposition:
        """Return its disposition."""
        refused = {refusal.agency_id for refusal in refusals}
        owner = next(body for body in (DPU, PEMDA) if body.id not in refused)
        return disposition(complaint, owner, hop=len(refused) + len(complaint.additions))


def work(*batch: StoredRecord, fuse: Fuse | None = None) -> tuple[list[StoredRecord], list[str]]:
    """Return the answers to a batch and what was counted."""
    counted: list[str] = []
    out = process(batch, Always(), fuse or Fuse(1000), counted.append)
    return [StoredRecord(r.topic, 0, at, r.key, r.value, r.headers, 0) for at, r in enumerate(out)], counted


def test_a_complaint_is_answered_by_a_disposition_and_the_reply_about_it() -> None:
    """Both under the complaint's key, so that they keep their order."""
    case = complaint()
    (first, second), counted = work(stored(case))
    assert (first.topic, second.topic, counted) == (DISPOSITIONS, REPLIES, ["routed"])
    assert first.key == second.key == str(case.id).encode()
    assert decode(first, Disposition).owner == DPU
    assert decode(second, Reply).kind is ReplyKind.received


def test_a_refusal_is_answered_by_the_next_owner() -> None:
    """The event carries all that is needed."""
    case = complaint()
    (first, second), _ = work(stored(refusal(case, DPU)))
    moved = decode(first, Disposition)
    assert (moved.id, moved.owner) == (disposition_id(case.id, 1), PEMDA)
    assert decode(second, Reply).kind is ReplyKind.moved


def test_an_addition_is_answered_by_a_disposition_on_the_whole() -> None:
    """The next hop, with a word of thanks; refusals before it still count."""
    case = completed(complaint())
    (first, second), _ = work(stored(enrichment(case)))
    assert decode(first, Disposition).id == disposition_id(case.id, 1)
    reply = decode(second, Reply)
    assert (reply.kind, reply.hop, reply.complaint) == (ReplyKind.completed, 1, case)
    refused = refusal(case, DPU).refusals
    (first, _), _ = work(stored(enrichment(case, refusals=refused)))
    assert (decode(first, Disposition).hop, decode(first, Disposition).owner) == (2, PEMDA)


def test_an_answer_becomes_a_reply_with_the_agencys_words() -> None:
    """On the complaint's channel; the case stays where it is."""
    event = refusal(complaint(), DPU, kind=CaseEventKind.answered, text="Sudah\n diperbaiki.", current_owner=DPU)
    (only,), _ = work(stored(event))
    reply = decode(only, Reply)
    assert reply.kind is ReplyKind.answered
    assert reply.text.endswith(f"{DPU.name}: Sudah diperbaiki.")


@pytest.mark.parametrize(
    "kind", [kind for kind in CaseEventKind if kind.name not in {"not_ours", "enriched", "answered"}]
)
def test_other_events_of_a_case_ask_for_nothing(kind: CaseEventKind) -> None:
    """They are for the sinks."""
    assert work(stored(refusal(complaint(), DPU, kind=kind))) == ([], ["passed"])


POISON = {
    "no value": poison(COMPLAINTS, value=None),
    "no JSON": poison(COMPLAINTS),
    "another event": poison(CASE_EVENTS, value=b"{}"),
    "a refusal without its complaint": stored(refusal(complaint(), DPU, complaint=None)),
    "a refusal without refusals": stored(refusal(complaint(), DPU, refusals=())),
    "an addition that adds nothing": stored(enrichment(completed(complaint()), complaint=complaint())),
    "an addition without its complaint": stored(enrichment(completed(complaint()), complaint=None)),
    "an answer without its owner": stored(refusal(complaint(), DPU, kind=CaseEventKind.answered)),
    "a topic that the router does not read": stored(disposition(complaint())),
}


@pytest.mark.parametrize("record", POISON.values(), ids=POISON)
def test_poison_becomes_a_dead_letter_and_the_rest_goes_on(record: StoredRecord) -> None:
    """With its place, its reason and its bytes."""
    answers, counted = work(record, stored(complaint()))
    letter = decode(answers[0], DeadLetter)
    assert [answer.topic for answer in answers] == [DEAD_LETTERS, DISPOSITIONS, REPLIES]
    assert counted == ["dead_lettered", "routed"]
    assert (letter.source_topic, letter.source_partition, letter.source_offset) == (record.topic, 0, record.offset)
    assert letter.payload == (record.value or b"")
    assert str(record.position) in letter.reason


def test_the_same_batch_again_gives_the_same_ids() -> None:
    """A redelivery changes nothing."""
    batch = (stored(complaint()), poison(COMPLAINTS, 1), stored(refusal(complaint(), DPU), 2))
    ids = [[dict(answer.headers)["ce_id"] for answer in work(*batch)[0]] for _ in range(2)]
    assert ids[0] == ids[1]


def test_dead_letters_in_a_row_blow_the_fuse() -> None:
    """The fault is then not in the messages; it counts over batches."""
    fuse = Fuse(3)
    work(poison(COMPLAINTS), poison(COMPLAINTS), fuse=fuse)
    with pytest.raises(FuseBlown, match="3 dead letters in a row"):
        work(poison(COMPLAINTS), fuse=fuse)


def test_one_sound_record_mends_the_fuse() -> None:
    """Also one that asks for nothing."""
    fuse = Fuse(3)
    passed = stored(refusal(complaint(), DPU, kind=CaseEventKind.closed))
    for sound in (stored(complaint()), passed):
        work(poison(COMPLAINTS), poison(COMPLAINTS), sound, fuse=fuse)
    assert fuse.in_a_row == 0
