"""The timers of cases on the real Kafka when two routers work after Lebaran, or after three hours away: late is noted once, if at all."""

import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import holidays
import orjson
import pytest
from confluent_kafka import Producer

from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.command import CommandKind
from complaints.contract import COMPLAINTS
from complaints.crypto import Keyring
from complaints.event import Complaint
from tests.harness.cases.log import Entry, committed
from tests.harness.house import House, added, said
from tests.harness.lives.follower import Follower
from tests.harness.second_deadlines import differences, is_off
from tests.harness.support import KafkaServer, message, normalised, wait_until
from tests.harness.workers import Run, workers

CASES = 100
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class Outage:
    """Cases, a clock that the test moves, and routers that come and go.

    Attributes:
        follower: sees what the routers have done.
    """

    def __init__(self, kafka: KafkaServer, clock: Path) -> None:
        self.follower = Follower(kafka.brokers, "lapor.cases")
        self._brokers, self._clock = kafka.brokers, clock
        self._ahead_ms = self._fed = 0

    def set_clock(self, now_ms: float) -> None:
        """Let the routers take the present for another time."""
        self._ahead_ms = int(now_ms - time.time() * 1000)
        draft = self._clock.with_suffix(".new")
        draft.write_text(repr(self._ahead_ms / DAY_MS))
        draft.rename(self._clock)

    def send(self, records: Sequence[Record], *, at_ms: float) -> None:
        """Append records to the mailboxes as of a moment of the routers' clock."""
        producer = Producer({"bootstrap.servers": self._brokers, "partitioner": "murmur2_random", "acks": "all"})
        for one in records:
            headers: list[tuple[str, str | bytes | None]] = list(one.headers)
            producer.produce(one.topic, one.value, one.key, headers=headers, timestamp=int(at_ms - self._ahead_ms))
        assert producer.flush(30) == 0
        self._fed += len(records)

    def settle(self, timeout_s: float = 90.0) -> None:
        """Wait until everything was handled, and each timer that is due."""
        until = time.monotonic() + timeout_s
        while not self.follower.is_settled(int(time.time() * 1000) + self._ahead_ms, fed=self._fed):
            assert time.monotonic() < until, f"not everything was handled: {self.follower}"

    def is_in_the_middle(self) -> bool:
        """Return whether some cases are noted as late, and others are not."""
        self.follower.look()
        left = sum(b'"overdue"' not in document for document in self.follower.documents.values())
        return 0 < left < CASES

    def facts(self) -> dict[str, list[Entry]]:
        """Return the facts of each case."""
        found: dict[str, list[Entry]] = {}
        for entry in committed(self._brokers, "lapor.case-events"):
            found.setdefault(entry.key.decode(), []).append(entry)
        return found

    def check(self, facts: dict[str, list[Entry]], *, late: dict[str, Counter[str]]) -> None:
        """Hold that each case is late with what it should be, once, and that its days are those of the second account.

        Args:
            facts: of each case.
            late: by the code of a case, how often it should be late with what.
        """
        assert facts.keys() == late.keys()
        for code, entries in facts.items():
            told = [entry.said for entry in entries]
            assert Counter(fact["duty"] for fact in told if fact["kind"] == "overdue") == late[code], code
            levels = [fact["level"] for fact in told if fact["kind"] == "escalated"]
            assert levels == list(range(1, len(levels) + 1)), code
            assert bool(levels) == bool(late[code]), code
            assert len({fact["id"] for fact in told}) == len(told), code
            assert differences(orjson.loads(self.follower.documents[code]), told) == "", code


@pytest.fixture
def kafka(emptied: KafkaServer) -> KafkaServer:
    """A broker with new topics, whose mailboxes take the time of a record from whoever writes it."""
    admin = KafkaPythonAdmin(emptied.anew().brokers)
    admin.set(COMPLAINTS, {"message.timestamp.type": "CreateTime"})
    admin.close()
    return emptied


@pytest.fixture
def outage(kafka: KafkaServer, tmp_path: Path) -> Iterator[tuple[Outage, Run]]:
    """No router runs yet; whatever still runs at the end is stopped."""
    clock = tmp_path / "clock"
    with workers("router", kafka.brokers, tmp_path, LAPOR_DEMO_CLOCK=str(clock), LAPOR_ROUTER_BATCH="20") as run:
        made = Outage(kafka, clock)
        yield made, run
        made.follower.close()


def complaints(keys: Keyring, received: datetime) -> list[Complaint]:
    """Return complaints that have an owner at once, all of one moment."""
    return [normalised(message(upstream_id=f"{number}", received_at=received), keys) for number in range(CASES)]


def before_lebaran() -> tuple[datetime, datetime]:
    """Return noon of the second working day before the next Lebaran, and a noon more than a month after it."""
    year = datetime.now(UTC).year
    days = holidays.country_holidays(
        "ID", years=(year, year + 1), language="en_US", categories=("public", "government")
    )
    tomorrow = datetime.now(UTC).date() + timedelta(days=7)
    eid = min(day for day, name in days.items() if "Eid al-Fitr" in name and day > tomorrow)
    first, left = eid, 2
    while left:
        first -= timedelta(days=1)
        left -= not is_off(first)
    return noon(first), noon(eid + timedelta(days=45))


def noon(day: date) -> datetime:
    """Return noon in Jakarta."""
    return datetime(day.year, day.month, day.day, 5, 0, tzinfo=UTC)


def ms(moment: datetime) -> int:
    """Return a moment in milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


@pytest.mark.timeout(400)
def test_two_routers_jump_over_lebaran_and_one_is_killed(outage: tuple[Outage, Run], keys: Keyring) -> None:
    """All duties of all cases are over at once: one "overdue" each, though a router dies in the middle of noting them."""
    cases, run = outage
    received, after = before_lebaran()
    cases.set_clock(ms(received))
    first, _ = run(), run()
    cases.send([encode(one, source="/tests") for one in complaints(keys, received)], at_ms=ms(received))
    cases.settle()
    assert len(cases.follower.documents) == CASES
    cases.set_clock(ms(after))
    wait_until(cases.is_in_the_middle, what="the first duties that are over")
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    assert cases.is_in_the_middle()
    run(0)
    cases.settle()
    facts = cases.facts()
    cases.check(facts, late={key: Counter(("complete", "first_follow_up", "statute_completeness")) for key in facts})


@pytest.mark.timeout(400)
def test_three_hours_without_a_router_escalate_nobody_whose_answer_lay_in_the_mailbox(
    outage: tuple[Outage, Run], keys: Keyring
) -> None:
    """The last day ended meanwhile. Half of the owners had answered in time; the others are late, once."""
    cases, run = outage
    received = noon(datetime.now(UTC).date() + timedelta(days=7))
    made = complaints(keys, received)
    midnight = first_midnight(made[0])
    cases.set_clock(midnight - 2 * HOUR_MS)
    first = run()
    cases.send([encode(one, source="/tests") for one in made], at_ms=ms(received))
    cases.settle()
    assert set(cases.follower.due_ms.values()) == {midnight}
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    cases.set_clock(midnight + HOUR_MS)
    owners = {code: orjson.loads(value)["owner"]["id"] for code, value in cases.follower.documents.items()}
    words = [added(one, f"tolong {number}", number=number) for number in range(5) for one in made]
    answers = [said(CommandKind.answer, one, owners[one.tracking_code], "Sudah kami tangani") for one in made[::2]]
    cases.send([encode(one, source="/tests") for one in (*words, *answers)], at_ms=midnight - HOUR_MS)
    run(0), run()
    cases.settle()
    in_time = {one.tracking_code for one in made[::2]}
    facts = cases.facts()
    cases.check(facts, late={code: Counter(() if code in in_time else ("first_follow_up",)) for code in facts})


def first_midnight(complaint: Complaint) -> int:
    """Return when the first duty of a complaint is over, in milliseconds since 1970."""
    house = House()
    house.hear(complaint, at_ms=ms(complaint.received_at))
    due = house.dues[complaint.tracking_code.encode()]
    assert due is not None
    return due
