"""Faults that random lives of cases have found, each as a story."""

from dataclasses import replace as replace_attributes
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import orjson
import pytest
from msgspec.structs import replace

from complaints.bus import StoredRecord
from complaints.calendar import written_day
from complaints.command import CASE, CITIZEN, CONVERSATION, NEIGHBOURS, Command, CommandKind, Sender
from complaints.errors import ContractViolation
from complaints.event import Complaint
from complaints.fact import FactKind
from complaints.mail import ReplyKind
from complaints.neighbour import Told
from complaints.telling import COMPLETE_BY, LAST_LEVEL
from complaints.values import ComplaintClass, Place, Region
from router.cases.replies import status_of_case
from router.cases.step import timer
from sinks.clickhouse.rows import cases
from tests.harness.events import complaint
from tests.harness.house import NOON_MS, House, added, of_record, said, stored
from tests.harness.list_law import ADMINISTRATOR, DESK, ListLaw
from tests.harness.lives.many import DAY_MS
from tests.harness.support import NOON
from tests.harness.tables import row_by_row
from view.status import status_of

FIRST, OTHER = complaint(1), complaint(2)
CODE = FIRST.tracking_code
SECOND = complaint(2, received_at=NOON + timedelta(hours=1))


@pytest.fixture
def house() -> House:
    """A case with the first body."""
    made = House(law=ListLaw())
    made.take(FIRST)
    return made


def test_whom_a_desk_gave_the_case_keeps_it_whatever_the_citizen_adds(house: House) -> None:
    """His next words must not undo what a person decided; a refusal does."""
    house.take(said(CommandKind.reroute, FIRST, DESK, to="badan"))
    assert [fact.kind for fact in house.take(added(FIRST, "pindah"))] == [FactKind.added]
    assert house.case(CODE).owner.id == "badan"
    house.take(said(CommandKind.refuse, FIRST, "badan"))
    assert house.case(CODE).owner.id == "pemda"
    house.take(added(FIRST, "pindah", number=2))
    assert house.case(CODE).owner.id == "provinsi"


def to_the_administrator(house: House) -> None:
    """Let three bodies refuse the case."""
    for body in ("dinas", "pemda", "provinsi"):
        house.take(said(CommandKind.refuse, FIRST, body))
    assert house.case(CODE).owner.id == ADMINISTRATOR


def test_the_administrator_does_not_refuse_a_case_that_it_has_given_away(house: House) -> None:
    """A refusal that comes late is noted, but the national administrator cannot refuse: it would never get the case again."""
    to_the_administrator(house)
    house.take(said(CommandKind.reroute, FIRST, ADMINISTRATOR, to="badan"))
    (fact,) = house.take(said(CommandKind.refuse, FIRST, ADMINISTRATOR))
    assert fact.kind is FactKind.declined
    assert ADMINISTRATOR not in {one.agency_id for one in house.case(CODE).refusals}


def test_the_answer_of_a_triage_desk_is_the_first_follow_up_of_a_case_that_was_forwarded(house: House) -> None:
    """No question of a desk is one, but every answer is (docs/deadlines.md)."""
    to_the_administrator(house)
    house.take(said(CommandKind.ask, FIRST, ADMINISTRATOR))
    assert done(house, "first_follow_up") is None
    house.take(said(CommandKind.answer, FIRST, ADMINISTRATOR))
    assert done(house, "first_follow_up") == NOON.date()


def test_a_supporter_that_ends_with_its_main_case_has_no_closing_of_its_disputed_answer(house: House) -> None:
    """The citizen has disputed the answer: no clock runs from it any more."""
    house.take(said(CommandKind.answer, FIRST, "dinas"))
    house.take(said(CommandKind.disagree, FIRST, CITIZEN))
    main = OTHER.tracking_code
    house.take(said(CommandKind.merge, FIRST, DESK, other=main))
    house.take(said(CommandKind.confirm, FIRST, CASE, other=main))
    house.take(said(CommandKind.echo, FIRST, NEIGHBOURS, other=main, event="closed"))
    case = house.case(CODE)
    assert case.state == "selesai"
    assert "close" not in {one.duty for one in case.deadlines}


def done(house: House, duty: str) -> date | None:
    """Return the day on which a duty was fulfilled."""
    return next(one.done for one in house.case(CODE).deadlines if one.duty == duty)


def test_an_agency_can_be_named_beside_the_owner_that_stays(house: House) -> None:
    """The same owner, with another beside it."""
    house.take(said(CommandKind.reroute, FIRST, DESK, to="dinas", beside=("badan",)))
    case = house.case(CODE)
    assert ([one.id for one in case.beside], len(case.chain)) == (["badan"], 1)


def test_a_question_closes_at_the_end_of_its_last_day() -> None:
    """An answer on the evening of the thirtieth day is in time (docs/deadlines.md), also if a step was down until the morning."""
    house, asked = House(law=ListLaw()), complaint(1, missing=("place",))
    house.take(asked)
    evening = NOON_MS + 30 * DAY_MS + 11 * 3_600_000  # asked at noon in Jakarta; this is eleven in the evening
    house.ring(CODE, until_ms=evening)
    assert house.case(CODE).question
    house.ring(CODE, until_ms=evening + 6 * 3_600_000)
    assert house.case(CODE).question
    house.ring(CODE, until_ms=evening + 7 * 3_600_000)
    assert house.case(CODE).state == "dicabut"


def test_what_its_citizen_never_heard_of_stays_at_its_triage_desk() -> None:
    """Nobody withdraws by not answering a question that never reached him, though nobody can handle the case without the answer."""
    house = House(law=ListLaw())
    house.take(complaint(1, missing=("place",)))
    house.take(said(CommandKind.unheard, FIRST, CONVERSATION, "it never arrived"))
    case = house.case(CODE)
    assert (case.question, case.triage, case.incomplete) == (None, True, True)
    house.ring(CODE, until_ms=NOON_MS + 60 * DAY_MS)
    assert (house.case(CODE).state, house.case(CODE).deemed) == ("diterima", False)
    assert ReplyKind.reminded not in {reply.kind for reply in house.replies}


def test_the_reminder_is_in_the_name_of_who_asked(house: House) -> None:
    """The case has moved since: the citizen does not hear that another agency asks."""
    asker = house.case(CODE).owner
    house.take(said(CommandKind.ask, FIRST, asker.id, "Tiang nomor berapa?"))
    house.take(said(CommandKind.reroute, FIRST, DESK, to="badan"))
    assert house.case(CODE).owner.id == "badan"
    house.ring(CODE, until_ms=NOON_MS + 8 * DAY_MS)
    reminder = next(reply for reply in house.replies if reply.kind is ReplyKind.reminded)
    assert asker.name in reminder.text
    assert house.case(CODE).owner.name not in reminder.text


def test_a_case_that_was_put_off_and_is_deemed_withdrawn_stays_so() -> None:
    """The timer was late for both: the end is the last word, and the citizen hears that he did not withdraw by himself."""
    house = House(law=ListLaw())
    house.take(complaint(1, missing=("place",)))
    answered = added(FIRST, "dekat warung", missing=("place",))
    house.take(said(CommandKind.verify, FIRST, DESK))
    house.take(said(CommandKind.postpone, FIRST, DESK, until=date(2026, 11, 20)))
    house.take(answered)
    due = house.dues[CODE.encode()]
    assert due is not None
    (record,) = [stored(said(CommandKind.due, FIRST, "clock"), at_ms=NOON_MS + 40 * DAY_MS)]
    facts = house.handle(record)
    assert facts[-1].kind is FactKind.withdrawn
    assert house.case(CODE).state == "dicabut"
    assert "tidak menjawab" in house.replies[-1].text or "dianggap" in house.replies[-1].text


def test_the_steps_of_the_ladder_have_ids_of_their_own(house: House) -> None:
    """Two timers of one moment escalate twice: two facts, not one that hides the other."""
    late = NOON_MS + 200 * DAY_MS
    house.ring(CODE, until_ms=late)
    steps = [fact for fact in house.facts if fact.kind is FactKind.escalated]
    assert [fact.level for fact in steps] == [1, 2, 3, 4, 5]
    assert len({fact.id for fact in house.facts}) == len(house.facts)


def test_forwarding_stays_done_on_the_day_of_the_answer() -> None:
    """A desk answered; that another agency gets the case later makes the forwarding no later."""
    house, asked = House(law=ListLaw()), complaint(1, missing=("place",))
    house.take(asked)
    house.take(said(CommandKind.answer, FIRST, DESK, "sudah"))
    later = NOON_MS + 5 * DAY_MS
    house.take(said(CommandKind.reopen, FIRST, CITIZEN, received_at=NOON + timedelta(days=5)), at_ms=later)
    house.take(said(CommandKind.reroute, FIRST, DESK, to="dinas"), at_ms=later)
    forward = house.case(CODE).deadlines[0]
    assert (forward.duty, forward.done) == ("forward", NOON.date())


def test_two_routers_after_lebaran_note_each_duty_once() -> None:
    """Nobody worked for two weeks, then two routers ring the same timers: one "terlambat" for each duty, all on one day."""
    house = House(law=ListLaw())
    received = datetime(
        2026, 3, 13, 5, 0, tzinfo=UTC
    )  # the Friday before Nyepi and Lebaran, whose days off end on 24 March
    house.take(complaint(1, received_at=received), at_ms=_ms(received))
    after = _ms(received) + 60 * DAY_MS
    rung = [timer(CODE.encode(), due) for _ in range(9) if (due := house.dues[CODE.encode()]) is not None]
    for record in (*rung, *rung):
        house.handle(of_record(record, at_ms=after))
        if (due := house.dues[CODE.encode()]) is not None and due <= after:
            house.handle(of_record(timer(CODE.encode(), due), at_ms=after))
    noted = [fact.duty for fact in house.facts if fact.kind is FactKind.overdue]
    assert sorted(filter(None, noted)) == ["complete", "first_follow_up", "statute_completeness"]
    assert house.case(CODE).overdue.keys() == set(noted)


def test_an_answer_that_lay_in_the_mailbox_is_in_time_however_late_it_is_read(house: House) -> None:
    """Three hours without a router over the midnight of the last day: the answer lies before the timer, and nobody is late."""
    house.take(said(CommandKind.accept, FIRST, "dinas"))
    due = next(one.due for one in house.case(CODE).deadlines if one.duty == "complete")
    midnight = _ms(datetime(due.year, due.month, due.day, 17, 0, tzinfo=UTC))  # the end of that day in Jakarta
    house.take(said(CommandKind.answer, FIRST, "dinas", "sudah"), at_ms=midnight - 3_600_000)
    facts = house.handle(of_record(timer(CODE.encode(), midnight), at_ms=midnight + 2 * 3_600_000))
    assert facts == []
    assert not house.case(CODE).overdue


@pytest.mark.parametrize("kind", [CommandKind.adopt, CommandKind.confirm])
def test_nobody_speaks_for_another_case(house: House, kind: CommandKind) -> None:
    """What a person writes as if it were a case leads to no word to another case."""
    house.take(said(kind, FIRST, CITIZEN, other=OTHER.tracking_code, since=NOON))
    assert house.waiting == []


@pytest.mark.parametrize("name", ["since", "other", "stars", "as_of"])
def test_an_empty_field_stops_no_worker(house: House, name: str) -> None:
    """Other writers may say null for what they do not say: what a command of its kind does not have is not read."""
    facts = house.handle(
        with_fields(said(CommandKind.postpone, FIRST, "dinas", until=date(2026, 11, 20)), {name: None})
    )
    assert [fact.kind for fact in facts] == [FactKind.postponed]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (CommandKind.postpone, "until"),
        (CommandKind.rate, "stars"),
        (CommandKind.reroute, "to"),
        (CommandKind.hand_on, "to"),
        (CommandKind.status, "sender"),
        (CommandKind.merge, "other"),
        (CommandKind.adopt, "since"),
        *((kind, "other") for kind in (CommandKind.adopt, CommandKind.confirm, CommandKind.reject)),
        *((kind, "other") for kind in (CommandKind.second, CommandKind.leave, CommandKind.echo)),
    ],
)
def test_a_command_that_lacks_what_its_kind_needs_is_poison(house: House, kind: CommandKind, name: str) -> None:
    """As a word of one case to another that does not say of which one it is."""
    sender = Sender(channel="sms", reporter_ref=FIRST.reporter_ref)
    fields: dict[str, Any] = {
        "other": CODE,
        "since": NOON,
        "event": "gone",
        "until": date(2026, 11, 20),
        "stars": 5,
        "to": "dinas",
    }
    record = with_fields(said(kind, FIRST, "case", sender=sender, **fields), {name: None})
    with pytest.raises(ContractViolation, match=name):
        house.handle(record)


def test_the_last_step_of_the_ladder_and_a_reminder_are_told_one_after_the_other(house: House) -> None:
    """Both are due in one timer that was late: the citizen hears of both."""
    now, late = NOON_MS, 20 * DAY_MS
    while not (step := house.case(CODE).escalation) or step.level < 4:
        now += DAY_MS
        house.ring(CODE, until_ms=now)
    house.take(said(CommandKind.ask, FIRST, "dinas", "fotonya?"), at_ms=now)
    told, now = len(house.replies), now + late
    while (due := house.dues[CODE.encode()]) is not None and due <= now:
        house.handle(stored(said(CommandKind.due, FIRST, "clock", nonce=str(due)), at_ms=now))
        now += 1
    assert {reply.kind for reply in house.replies[told:]} == {ReplyKind.next_right, ReplyKind.reminded}


def test_no_timer_is_before_the_last_change_of_its_case(house: House) -> None:
    """After an outage what is late is done from now on: a second timer of one moment would write facts and replies of the same ids."""
    now = NOON_MS + 200 * DAY_MS
    house.take(added(FIRST), at_ms=now)
    assert house.dues[CODE.encode()] == now + 1


def test_danger_that_is_added_to_a_case_is_told_the_number_for_emergencies(house: House) -> None:
    """On the page of a case or in a thread it belongs to the case; its writer reads 112 all the same."""
    house.take(added(FIRST, "masih terbakar pak tolong, api membesar"))
    assert house.replies[-1].text.endswith("112.")
    house.take(added(FIRST, "di depan pasar", number=1))
    assert "112" not in house.replies[-1].text


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def with_fields(command: Command, fields: dict[str, Any]) -> StoredRecord:
    """Return a command as the mailbox holds it, with some fields of its JSON changed."""
    record = stored(command)
    return replace_attributes(record, value=orjson.dumps(orjson.loads(record.value or b"") | fields))


@pytest.mark.parametrize("text", ["\u200b", ".", " - ", "\u00ad\u2060"])
def test_a_text_without_words_says_nothing(house: House, text: str) -> None:
    """An answer of a full stop, or of characters that nobody sees, would fulfil every limit."""
    (fact,) = house.take(said(CommandKind.answer, FIRST, house.case(CODE).owner.id, text))
    assert (fact.kind, fact.text) == (FactKind.declined, "The text has no words.")


@pytest.mark.parametrize(("days", "state"), [(14, "dibuka kembali"), (15, "selesai")])
def test_an_owner_that_closes_early_takes_no_day_from_the_citizen(house: House, days: int, state: str) -> None:
    """The tenth working day after the answer is the 17th: until then he disagrees, and it counts as a dispute."""
    owner = house.case(CODE).owner.id
    house.take(said(CommandKind.answer, FIRST, owner, "sudah"))
    house.take(said(CommandKind.close, FIRST, owner, "beres"))
    when = NOON + timedelta(days=days)
    house.take(said(CommandKind.disagree, FIRST, CITIZEN, "belum", received_at=when), at_ms=NOON_MS + days * DAY_MS)
    case = house.case(CODE)
    assert (case.state, case.disputes) == (state, int(state != "selesai"))


def test_what_is_added_to_an_archived_case_is_not_said_to_be_handled(house: House) -> None:
    """The citizen hears where it lies."""
    house.take(said(CommandKind.archive, FIRST, DESK, "iklan"))
    house.take(added(FIRST, "sungguh ada lubang"))
    assert "arsip" in house.replies[-1].text
    assert "ditangani" not in house.replies[-1].text.lower()


def with_supporter() -> tuple[House, Complaint]:
    """A main case with one supporter."""
    house, later = House(law=ListLaw()), complaint(2, received_at=NOON + timedelta(hours=1))
    house.take(FIRST)
    house.take(later)
    house.take(said(CommandKind.merge, later, DESK, other=CODE))
    house.deliver()
    return house, later


def test_supporters_do_not_hear_the_words_by_which_another_citizen_disagreed() -> None:
    """They hear that the case is open again. Its citizen's words are in his own case, and are hidden with it."""
    house, _ = with_supporter()
    assert house.case(CODE).supporters == 1
    house.take(said(CommandKind.answer, FIRST, house.case(CODE).owner.id, "sudah ditambal"))
    assert b"sudah ditambal" in house.neighbours[-1].value
    house.take(said(CommandKind.disagree, FIRST, CITIZEN, "belum, di depan rumah saya nomor 12"))
    told = msgspec.json.decode(house.neighbours[-1].value, type=Told)
    assert (told.event, told.text) == ("reopened", "")


def test_the_owner_of_the_main_case_reads_what_a_supporter_adds() -> None:
    """Without personal data; what comes after the case let its supporters go is only the supporter's own."""
    house, later = with_supporter()
    house.take(added(later, "jembatannya sekarang putus, hubungi 081234567890"))
    house.deliver()
    (told,) = [fact for fact in house.facts if fact.kind is FactKind.seconded]
    assert (told.other, told.text) == (later.tracking_code, "jembatannya sekarang putus, hubungi [telepon]")
    assert house.case(CODE).version == told.version
    late = added(later, "masih putus", number=2)
    house.take(said(CommandKind.withdraw, FIRST, CITIZEN, "batal"))
    house.take(late)
    assert [fact.kind for fact in house.deliver()] == [FactKind.declined]
    assert "masih putus" in house.case(later.tracking_code).complaint.additions[-1].text


def hears(house: House, supporter: Complaint) -> tuple[ReplyKind, str]:
    """Let the supporter hear what its main case told last; return what his citizen reads."""
    told = msgspec.json.decode(house.neighbours[-1].value, type=Told)
    about: dict[str, Any] = {
        "text": told.text,
        "event": told.event,
        "as_of": told.as_of,
        "agency": told.agency,
        "until": told.until,
    }
    house.take(
        said(
            CommandKind.echo,
            supporter,
            NEIGHBOURS,
            nonce=str(told.id),
            other=told.main,
            handling=told.handling,
            **about,
        )
    )
    reply = house.replies[-1]
    assert reply.tracking_code == supporter.tracking_code
    return reply.kind, reply.text


def test_a_supporter_who_asks_is_told_the_owner_and_the_answer_of_the_main_case() -> None:
    """By message and on the page; and again only his own, when he is one no more."""
    house, later = with_supporter()
    code = later.tracking_code
    plain = status_of_case(house.case(code))
    house.take(said(CommandKind.reroute, FIRST, DESK, to="badan"))
    hears(house, later)
    owner = house.case(CODE).owner
    assert (owner.name in plain, owner.name in status_of_case(house.case(code))) == (
        False,
        True,
    )
    house.take(said(CommandKind.answer, FIRST, "badan", "sudah ditambal, hubungi 081234567890"))
    hears(house, later)
    shown = status_of(house.case(code))
    assert (shown.owner, shown.answer) == (owner.name, "sudah ditambal, hubungi [telepon]")
    assert "dijawab" in status_of_case(house.case(code), "sms")
    house.take(said(CommandKind.disagree, FIRST, CITIZEN, "belum"))
    hears(house, later)
    assert status_of(house.case(code)).answer == ""
    house.take(said(CommandKind.unmerge, later, DESK))
    assert (house.case(code).heard, status_of(house.case(code)).owner) == (None, house.case(code).owner.name)


def test_supporters_hear_that_the_main_case_takes_longer() -> None:
    """More days, another day, and after all steps of the ladder the citizen's next right: each with the day, or with the owner."""
    house, later = with_supporter()
    owner = house.case(CODE).owner
    house.take(said(CommandKind.extend, FIRST, owner.id, "menunggu bahan"))
    due = next(one.due for one in house.case(CODE).deadlines if one.duty == "complete")
    kind, words = hears(house, later)
    assert (kind, written_day(due) in words) == (ReplyKind.put_off, True)
    house.take(said(CommandKind.postpone, FIRST, owner.id, "menunggu musim kering", until=date(2026, 12, 30)))
    kind, words = hears(house, later)
    assert (kind, "30 Des 2026" in words) == (ReplyKind.put_off, True)
    assert "Alasan" in words
    assert "menunggu musim kering" in words
    house.ring(CODE, until_ms=NOON_MS + 100 * DAY_MS)
    kind, words = hears(house, later)
    assert kind is ReplyKind.next_right
    assert "Ombudsman" in words


def test_a_supporter_that_becomes_secret_is_handled_by_itself_again() -> None:
    """Its code leaves the main case: nobody who sees that one finds the hidden report."""
    house, later = with_supporter()
    facts = house.take(said(CommandKind.hide, later, CITIZEN, secret=True))
    assert [fact.kind for fact in facts] == [FactKind.hidden, FactKind.unmerged]
    house.deliver()
    assert house.case(later.tracking_code).state == "diteruskan"
    assert not house.case(CODE).supporters
    assert house.replies[-1].kind is ReplyKind.hidden


def test_a_supporter_whose_name_is_hidden_stays_one() -> None:
    """Only a secret report is nobody's supporter."""
    house, later = with_supporter()
    assert [fact.kind for fact in house.take(said(CommandKind.hide, later, CITIZEN, anonymous=True))] == [
        FactKind.hidden
    ]
    assert house.case(CODE).supporters == 1


def test_what_an_owner_notes_stays_with_the_case(house: House) -> None:
    """The help of the command promises it."""
    facts = house.take(said(CommandKind.accept, FIRST, house.case(CODE).owner.id, "Catatan: tim turun Senin"))
    assert facts[0].text == "Catatan: tim turun Senin"


def test_no_case_is_merged_into_one_of_another_regency() -> None:
    """A desk that would be rid of it could end it with another town's answer."""
    house, later = House(law=ListLaw()), complaint(2, received_at=NOON + timedelta(hours=1))
    house.take(in_regency(FIRST, "33.74"))
    house.take(in_regency(later, "35.73"))
    house.take(said(CommandKind.merge, later, DESK, other=CODE))
    house.deliver()
    assert house.case(later.tracking_code).state != "digabung"
    assert not house.case(CODE).supporters


def in_regency(of: Complaint, code: str) -> Complaint:
    """Return the complaint at a place in a regency."""
    return replace(of, place=Place(regency=Region(code=code, name="Kota")))


def test_a_question_after_the_ceiling_moves_nothing(house: House) -> None:
    """The decision was due 60 days after the report: what is over stays over, however late the completion is due."""
    oversight = complaint(3, oversight=True)
    house.take(oversight)
    code, day = oversight.tracking_code, NOON_MS + 62 * DAY_MS
    house.ring(code, until_ms=day)
    before = {one.duty: one.due for one in house.case(code).deadlines}["statute_decision"]
    house.take(said(CommandKind.ask, oversight, house.case(code).owner.id, "fotonya?"), at_ms=day)
    assert {one.duty: one.due for one in house.case(code).deadlines}["statute_decision"] == before


def test_a_second_question_for_nothing_keeps_what_the_first_one_moved(house: House) -> None:
    """The first could no longer be answered when the second came: the report counts as complete since its thirtieth day."""
    asked = [NOON_MS, NOON_MS + 35 * DAY_MS]
    for at in asked:
        house.take(said(CommandKind.ask, FIRST, house.case(CODE).owner.id, "di RT berapa?"), at_ms=at)
    house.take(said(CommandKind.verify, FIRST, house.case(CODE).owner.id), at_ms=asked[1] + DAY_MS)
    begins = {one.duty: one.begins for one in house.case(CODE).deadlines}
    last = datetime.fromtimestamp((NOON_MS + 30 * DAY_MS) / 1000, UTC).date()
    assert begins["complete"] == begins["statute_decision"] == last


def test_a_status_after_the_due_day_says_that_it_is_late_and_names_the_next_right_once_it_was_told(
    house: House,
) -> None:
    """On the day itself it is not late; an answer ends it."""
    house.take(said(CommandKind.accept, FIRST, "dinas"))

    def status(at: datetime, channel: str = "sms") -> str:
        return status_of_case(house.case(CODE), channel, at=at)

    due = min(one.due for one in house.case(CODE).deadlines if one.duty in COMPLETE_BY)
    last = datetime(due.year, due.month, due.day, 16, 59, tzinfo=UTC)
    assert "sudah lewat" not in status(last)
    assert f"Tenggat {written_day(due)} sudah lewat." in status(last + timedelta(minutes=1))
    now = int(last.timestamp() * 1000)
    while not (step := house.case(CODE).escalation) or step.level < LAST_LEVEL:
        now += DAY_MS
        house.ring(CODE, until_ms=now)
    assert {house.replies[-1].kind} == {ReplyKind.next_right}
    late = datetime.fromtimestamp(now / 1000, UTC)
    assert all("Ombudsman" in status(late, channel) for channel in ("sms", "web"))
    house.take(said(CommandKind.answer, FIRST, house.case(CODE).owner.id, "sudah"), at_ms=now)
    assert "dijawab" in status(late)


def test_no_case_climbs_the_ladder_for_a_day_that_was_moved(house: House) -> None:
    """A desk finds that it is a report of oversight after its 14 working days: it has 60, and becomes overdue then."""
    now = NOON_MS + 25 * DAY_MS
    house.take(said(CommandKind.accept, FIRST, house.case(CODE).owner.id))
    house.ring(CODE, until_ms=now)
    level = house.case(CODE).escalation
    assert level is not None
    assert "complete" in house.case(CODE).overdue
    house.take(said(CommandKind.reclassify, FIRST, DESK, oversight=True), at_ms=now)
    days = {one.duty: one.due for one in house.case(CODE).deadlines}
    due, last = days["complete"], days["statute_decision"]
    assert written_day(min(due, last)) in house.replies[-1].text
    (fact,) = house.take(said(CommandKind.extend, FIRST, house.case(CODE).owner.id, "menunggu"), at_ms=now)
    assert (fact.kind, "over once" in (fact.text or "")) == (FactKind.declined, True)
    house.ring(CODE, until_ms=now + 20 * DAY_MS)
    assert house.case(CODE).escalation == level
    house.ring(CODE, until_ms=int(datetime(due.year, due.month, due.day, tzinfo=UTC).timestamp() * 1000) + 2 * DAY_MS)
    assert house.case(CODE).escalation != level


@pytest.mark.parametrize("kind", [CommandKind.answer, CommandKind.ask, CommandKind.postpone])
def test_the_answer_on_x_names_no_person(house: House, kind: CommandKind) -> None:
    """Everybody reads it, and a question and a reason as well."""
    on_x = complaint(4, channel="twitter")
    house.take(on_x)
    owner, until = (
        house.case(on_x.tracking_code).owner.id,
        {"until": "2026-11-20"} if kind is CommandKind.postpone else {},
    )
    words = "Yth. Bapak Budi Santoso NIK 3374010101900001, sudah selesai"
    house.take(said(kind, on_x, owner, words, **until))
    assert "3374010101900001" not in house.replies[-1].text
    assert "sudah selesai" in house.replies[-1].text


def test_a_mark_of_urgency_has_a_reason_and_is_taken_away_and_the_citizen_hears_nothing(house: House) -> None:
    """By the owner or a triage desk, and by nobody else; it moves no deadline."""
    before, told = house.case(CODE), len(house.replies)

    def mark(actor: str, why: str, nonce: str) -> tuple[FactKind, str | None]:
        (fact,) = house.take(said(CommandKind.prioritise, FIRST, actor, why, nonce=nonce))
        return fact.kind, house.case(CODE).urgent

    assert mark("badan", "mendesak", "1") == (FactKind.declined, None)
    assert mark(before.owner.id, "jembatan putus", "2") == (FactKind.prioritised, "jembatan putus")
    assert mark(DESK, "jembatan putus", "3") == (FactKind.declined, "jembatan putus")
    assert mark(DESK, "ada yang sakit", "4") == (FactKind.prioritised, "ada yang sakit")
    case = house.case(CODE)
    ((_, row),) = cases.rows(case, stored(FIRST))
    assert row["urgent"] is True
    assert (case.deadlines, case.state) == (before.deadlines, before.state)
    assert mark(before.owner.id, " ", "5") == (FactKind.prioritised, None)
    assert len(house.replies) == told


@row_by_row
def test_what_cannot_be_done_says_what_can(house: House, kind: CommandKind, words: str) -> None:
    """An officer must know what to do next."""
    actor = house.case(CODE).owner.id if kind is CommandKind.close else DESK
    (fact,) = house.take(said(kind, FIRST, actor, ""))
    assert words in (fact.text or "")


@pytest.mark.parametrize("secret", [CODE, SECOND.tracking_code])
def test_a_secret_report_is_neither_a_main_case_nor_proposed(secret: str) -> None:
    """Nobody who sees the other case finds the hidden one."""
    house, later = two_cases()
    hidden = FIRST if secret == CODE else later
    house.take(said(CommandKind.hide, hidden, CITIZEN, "", secret=True))
    (fact,) = house.take(said(CommandKind.merge, later, DESK, "", other=CODE))
    assert fact.kind is (FactKind.proposed if secret == CODE else FactKind.declined)
    house.deliver()
    assert house.case(later.tracking_code).state == "diteruskan"
    assert not house.case(CODE).supporters


def test_a_class_that_a_desk_corrected_stays_whatever_the_citizen_adds(house: House) -> None:
    """A reading of further words does not undo what a person decided."""
    house.take(said(CommandKind.reclassify, FIRST, DESK, complaint_class=ComplaintClass.aspiration))
    house.take(added(FIRST, "masih", complaint_class=ComplaintClass.complaint))
    assert house.case(CODE).complaint.complaint_class is ComplaintClass.aspiration


def test_a_case_that_is_open_again_is_no_longer_accepted(house: House) -> None:
    """Its owner takes it up anew; the state says that it is open again, not that it is handled."""
    owner = house.case(CODE).owner.id
    for kind in (CommandKind.accept, CommandKind.answer, CommandKind.close):
        house.take(said(kind, FIRST, owner, "sudah"))
    house.take(said(CommandKind.reopen, FIRST, DESK, "belum"))
    case = house.case(CODE)
    assert (case.state, case.accepted_at) == ("dibuka kembali", None)


def two_cases() -> tuple[House, Complaint]:
    """Two cases of one owner, by themselves."""
    house = House(law=ListLaw())
    house.take(FIRST)
    house.take(SECOND)
    return house, SECOND


def search_proposes(house: House, later: Complaint) -> None:
    """Let the search for duplicates propose the first case as the main case of a later one."""
    house.take(said(CommandKind.merge, later, NEIGHBOURS, "", other=CODE))


def goes_elsewhere(house: House, complaint: Complaint) -> None:
    """Let a case go to another government than that of all other bodies of this law."""
    house.take(said(CommandKind.reroute, complaint, DESK, "salah alamat", to=ADMINISTRATOR))


def test_the_search_merges_no_cases_of_different_governments() -> None:
    """What one agency answers is no answer for the matter of another; a desk may still merge them by hand."""
    house, later = two_cases()
    goes_elsewhere(house, FIRST)
    search_proposes(house, later)
    house.deliver()
    case = house.case(later.tracking_code)
    assert (case.state, case.proposed) == ("diteruskan", None)
    assert not house.case(CODE).supporters
    house.take(said(CommandKind.merge, later, DESK, other=CODE))
    house.deliver()
    assert house.case(later.tracking_code).state == "digabung"


def test_the_search_merges_cases_of_one_owner() -> None:
    """That is what it is for."""
    house, later = two_cases()
    search_proposes(house, later)
    house.deliver()
    assert house.case(later.tracking_code).state == "digabung"


def test_the_search_merges_cases_of_units_of_one_government() -> None:
    """One matter is told in ways that lead to two of its units, and it hands on within itself."""
    house, later = two_cases()
    house.take(said(CommandKind.refuse, FIRST, house.case(CODE).owner.id))
    assert house.case(CODE).owner != house.case(later.tracking_code).owner
    search_proposes(house, later)
    house.deliver()
    assert house.case(later.tracking_code).state == "digabung"


@pytest.mark.parametrize("moves", [CODE, SECOND.tracking_code])
def test_the_search_merges_none_that_moves_to_another_government_meanwhile(moves: str) -> None:
    """The older case compares when it is asked, the later one when it is told: neither relies on what the other has said before."""
    house, later = two_cases()
    search_proposes(house, later)
    if moves == CODE:
        goes_elsewhere(house, FIRST)
    else:
        house.handle(of_record(house.waiting.pop()))
        goes_elsewhere(house, later)
    house.deliver()
    assert house.case(later.tracking_code).state != "digabung"
    assert not house.case(CODE).supporters


def test_supporters_read_no_personal_data_of_another_citizen() -> None:
    """An answer was written for one citizen; strangers read it without his number and name, on every channel."""
    house, later = with_supporter()
    answer = "Bapak Budi Santoso (081234567890), lubang sudah kami tambal"
    house.take(said(CommandKind.answer, FIRST, house.case(CODE).owner.id, answer))
    assert "081234567890" in house.replies[-1].text
    _, words = hears(house, later)
    assert "sudah kami tambal" in words
    assert "0812" not in words
    assert "Santoso" not in words


def test_who_hands_a_case_on_to_himself_hears_that_he_has_it(house: House) -> None:
    """Nothing is handed back."""
    owner = house.case(CODE).owner.id
    (fact,) = house.take(said(CommandKind.hand_on, FIRST, owner, "milik kami", to=owner))
    assert f"{owner} has the case" in (fact.text or "")


def test_a_word_after_a_withdrawal_hears_that_the_case_is_open_again(house: House) -> None:
    """Not only that something was added."""
    house.take(said(CommandKind.withdraw, FIRST, CITIZEN, "batal"))
    house.take(added(FIRST, "ternyata masih berlubang"))
    assert house.case(CODE).state == "dibuka kembali"
    assert house.replies[-1].kind is ReplyKind.reopened
    assert "dibuka kembali" in house.replies[-1].text
