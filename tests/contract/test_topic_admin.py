"""Topics and the first offsets of steps on a real broker: made, corrected, compared, and completed if a run ended early."""

import dataclasses
import re
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, Producer
from typer.testing import CliRunner, Result

from complaints.bus import Record
from complaints.bus.admin import TopicFound
from complaints.bus.confluent import ConfluentProducer
from complaints.bus.confluent.board import ConfluentBoard
from complaints.bus.control import Control, Hold, Refusal, hold, pause
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.bus.step.place.positions import Known, Log, Mark, Position, accepted_key, start_of
from complaints.contract import CONTROL, FEW_PARTITIONS, PARTITIONS, SENDS, Topic, topics
from complaints.errors import BusUnavailable, ConfigurationError
from lapor.cli import app
from lapor.processes.wiring import beginner
from ops.doctor import Level
from ops.offsets import EARLIEST, LATEST, Moment, offsets_of, progress, set_offsets, sources_of
from ops.standing import partitions, standing
from ops.topics import MIN_INSYNC, apply, compare, installed, number_of
from tests.harness.cases.log import committed
from tests.harness.step import PARTITIONS as PARTITIONS_OF_GROUND
from tests.harness.step import Ground
from tests.harness.support import KafkaServer, wait_until


@pytest.fixture
def admin(kafka: KafkaServer) -> Iterator[KafkaPythonAdmin]:
    """The real administrator."""
    made = KafkaPythonAdmin(kafka.brokers)
    yield made
    made.close()


@pytest.fixture
def topic() -> Topic:
    """A compacted state topic that is nowhere yet, and is a mailbox at the same time."""
    name = f"test.{uuid4().hex}"
    settings = {"cleanup.policy": "compact", "delete.retention.ms": "86400000", "max.message.bytes": "1048588"}
    return Topic(name=name, models=(), partitions=3, settings=settings, steps=(f"{name}-step",), what="A test.")


def lapor(kafka: KafkaServer, data: Path, *arguments: str) -> Result:
    """Run a command against the broker."""
    return CliRunner().invoke(app, arguments, env={"LAPOR_KAFKA": kafka.brokers, "LAPOR_DATA": str(data)})


def write(kafka: KafkaServer, topic: Topic, number: int = 5) -> None:
    """Write records."""
    producer = ConfluentProducer(kafka.brokers)
    producer.write([Record(topic=topic.name, key=str(at).encode(), value=b"{}") for at in range(number)], 10.0)
    producer.close()


def test_the_declared_topics_are_as_declared_once_they_were_applied(admin: KafkaPythonAdmin) -> None:
    """The broker of all tests was made so; a second run has nothing to do."""
    declared = installed(admin, topics(), None)
    assert apply(admin, declared.values()) == []
    assert not any(compare(admin, declared).values())


def test_a_topic_is_made_with_all_its_settings_and_its_steps_begin_at_the_first_record(
    admin: KafkaPythonAdmin, topic: Topic
) -> None:
    """What was done is said, and done once."""
    assert [one.what for one in compare(admin, {topic.name: topic})[topic.name]] == ["is not on Kafka"]
    assert len(apply(admin, [topic], min_insync=1)) == 2
    found = admin.found([topic.name, "test.nowhere"])
    assert list(found) == [topic.name]
    assert found[topic.name].partitions == 3
    assert found[topic.name].settings.items() >= {**topic.settings, MIN_INSYNC: "1"}.items()
    assert admin.group_offsets(topic.steps[0]) == {(topic.name, partition): 0 for partition in range(3)}
    assert apply(admin, [topic], min_insync=1) == []


def test_settings_that_differ_are_named_and_corrected(admin: KafkaPythonAdmin, topic: Topic) -> None:
    """Other settings stay as they are."""
    apply(admin, [topic])
    admin.set(topic.name, {"cleanup.policy": "delete", "max.message.bytes": "5000", "segment.ms": "60000"})
    said = {one.what for one in compare(admin, {topic.name: topic})[topic.name]}
    assert "has max.message.bytes=5000, declared is 1048588" in said
    assert len(said) == 2
    assert len(apply(admin, [topic])) == 2
    assert compare(admin, {topic.name: topic})[topic.name] == []
    assert admin.found([topic.name])[topic.name].settings["segment.ms"] == "60000"


def test_a_number_of_partitions_that_differs_is_a_fault_that_only_people_correct(
    admin: KafkaPythonAdmin, topic: Topic
) -> None:
    """It stays, with advice."""
    apply(admin, [topic])
    wider = dataclasses.replace(topic, partitions=6)
    assert apply(admin, [wider]) == []
    (found,) = compare(admin, {topic.name: wider})[topic.name]
    assert found.what == "has 3 partitions, and must have 6"
    assert found.advice


def test_a_setting_that_kafka_refuses_is_named(admin: KafkaPythonAdmin, topic: Topic) -> None:
    """At creation and at a correction."""
    wrong = dataclasses.replace(topic, settings={"cleanup.policy": "keep"})
    with pytest.raises(ConfigurationError, match=rf"{topic.name}.*cleanup\.policy"):
        apply(admin, [wrong])
    apply(admin, [topic])
    with pytest.raises(ConfigurationError, match=r"cleanup\.policy=keep"):
        apply(admin, [wrong])


def test_a_run_that_ended_between_the_topic_and_the_offsets_is_completed(admin: KafkaPythonAdmin, topic: Topic) -> None:
    """As long as nothing has been written."""
    admin.create(topic, settings=topic.settings, replication=-1)
    assert len(apply(admin, [topic])) == 1
    assert len(admin.group_offsets(topic.steps[0])) == 3


def test_a_step_that_begins_long_after_the_installation_begins_at_the_first_record(
    kafka: KafkaServer, tmp_path: Path
) -> None:
    """Kafka forgets the offsets of a group without members after seven days; the positions in the state topic stay."""
    ground = Ground(kafka.brokers, tmp_path)
    admin, names = KafkaPythonAdmin(kafka.brokers), (ground.name, f"{ground.name}.states")
    mailbox, states, out, dead = (
        Topic(name=name, models=(), partitions=PARTITIONS_OF_GROUND, settings={}, steps=(), what="A test.")
        for name in (*names, f"{ground.name}.out", f"{ground.name}.dead")
    )
    mailbox = dataclasses.replace(mailbox, steps=(ground.name,), states=states.name)
    apply(admin, [mailbox, states, out, dead], beginner(kafka.brokers))
    admin.close()
    ground.forget_offsets()
    ground.feed(40)
    try:
        ground.worker()
        ground.settle()
        ground.check()
    finally:
        ground.close()
    assert ground.dead() == []
    assert ground.refused() == {}


def test_no_offset_is_committed_for_a_topic_that_holds_records(
    kafka: KafkaServer, admin: KafkaPythonAdmin, topic: Topic
) -> None:
    """Its step may have lost its offsets; then an operator decides."""
    admin.create(topic, settings=topic.settings, replication=-1)
    write(kafka, topic)
    assert apply(admin, [topic]) == []
    assert admin.group_offsets(topic.steps[0]) == {}


def test_offsets_are_set_to_the_ends_to_a_time_and_to_a_number(
    kafka: KafkaServer, admin: KafkaPythonAdmin, topic: Topic
) -> None:
    """For all partitions or for one."""
    apply(admin, [topic])
    write(kafka, topic, 30)
    time.sleep(0.05)
    between, before = Moment(at_ms=int(time.time() * 1000)), admin.end_offsets(topic.name)
    write(kafka, topic, 30)
    step, (mailbox,) = topic.steps[0], sources_of(topic.steps[0], {topic.name: topic})
    assert offsets_of(admin, mailbox, between) == before
    assert offsets_of(admin, mailbox, Moment(at_ms=between.at_ms + 3_600_000)) == admin.end_offsets(mailbox)
    assert set(offsets_of(admin, mailbox, EARLIEST).values()) == {0}
    set_offsets(admin, step, offsets_of(admin, mailbox, LATEST))
    set_offsets(admin, step, offsets_of(admin, mailbox, 1, partitions=[2]))
    first, second, third = progress(admin, step, mailbox)
    assert (first.committed, second.committed, third.committed) == (first.end, second.end, 1)
    with pytest.raises(ConfigurationError, match="no offset 1000"):
        offsets_of(admin, mailbox, 1000)
    with pytest.raises(ConfigurationError, match="no partition 7; it has 0 to 2"):
        offsets_of(admin, mailbox, LATEST, partitions=[7])


def test_offsets_of_a_group_with_members_are_not_set(kafka: KafkaServer, admin: KafkaPythonAdmin, topic: Topic) -> None:
    """The members are named; once they have stopped it works."""
    apply(admin, [topic])
    step = topic.steps[0]
    member = Consumer({"bootstrap.servers": kafka.brokers, "group.id": step, "client.id": "somebody"})
    member.subscribe([topic.name])
    wait_until(lambda: member.poll(0.1) is None and bool(admin.members(step)), what="a member")
    with pytest.raises(ConfigurationError, match="somebody at /127"):
        set_offsets(admin, step, offsets_of(admin, topic.name, LATEST), patience_s=0.5)
    with pytest.raises(ConfigurationError, match="has members"):
        admin.set_group_offsets(step, {(topic.name, 0): 0})
    member.close()
    set_offsets(admin, step, offsets_of(admin, topic.name, LATEST))


def test_a_topic_that_is_not_there_has_no_offsets(admin: KafkaPythonAdmin) -> None:
    """An error that says which."""
    with pytest.raises(BusUnavailable, match=r"test\.nowhere"):
        admin.first_offsets("test.nowhere")


def test_the_commands_show_apply_and_check_topics(kafka: KafkaServer, admin: KafkaPythonAdmin, tmp_path: Path) -> None:
    """`check` fails where something differs, and `apply` corrects it."""
    shown = lapor(kafka, tmp_path, "topics")
    assert shown.exit_code == 0
    assert shown.stdout.count("ok       lapor.") == len(topics())
    assert lapor(kafka, tmp_path, "topics", "check").exit_code == 0
    admin.set(SENDS, {"retention.ms": "1000"})
    differs = lapor(kafka, tmp_path, "topics", "check")
    assert differs.exit_code == 1
    assert differs.stdout == f"{SENDS} has retention.ms=1000, declared is 604800000\n"
    assert f"differs  {SENDS}" in lapor(kafka, tmp_path, "topics").stdout
    applied = lapor(kafka, tmp_path, "topics", "apply")
    assert applied.exit_code == 0
    assert f"set retention.ms=604800000 for {SENDS}, was 1000" in applied.stdout


@pytest.mark.parametrize("raised", ["700000000", "-1"])
def test_a_retention_that_an_operator_raised_stays(
    kafka: KafkaServer, admin: KafkaPythonAdmin, tmp_path: Path, raised: str
) -> None:
    """To set it back would delete what somebody may not have read yet; `lapor up` applies the topics at each start."""
    admin.set(SENDS, {"retention.ms": raised})
    try:
        assert lapor(kafka, tmp_path, "topics", "check").exit_code == 0
        assert lapor(kafka, tmp_path, "topics", "apply").exit_code == 0
        assert admin.found([SENDS])[SENDS].settings["retention.ms"] == raised
    finally:
        admin.set(SENDS, {"retention.ms": "604800000"})


def test_the_number_of_partitions_is_recorded_and_compared(
    kafka: KafkaServer, admin: KafkaPythonAdmin, tmp_path: Path
) -> None:
    """The first run records it; later declarations follow the record, and a topic that differs is a fault for people."""
    assert lapor(kafka, tmp_path, "topics", "apply").exit_code == 0
    control = ConfluentBoard(kafka.brokers).read()
    assert control.partitions == FEW_PARTITIONS
    declared = {name: topic for name, topic in topics().items() if topic.is_split}
    assert not any(compare(admin, installed(admin, declared, control.partitions)).values())
    assert not any(compare(admin, installed(admin, declared, None)).values())
    assert not any(compare(admin, installed(admin, declared, None, PARTITIONS)).values())
    found = {**admin.found(topics()), SENDS: TopicFound(partitions=PARTITIONS, settings={})}
    assert partitions(control, topics(), admin.found(topics())).level is Level.ok
    judged = partitions(control, topics(), found)
    assert judged.level is Level.fail
    assert f"{SENDS} has {PARTITIONS}" in judged.detail


def test_the_number_of_partitions_is_chosen_for_a_new_installation(admin: KafkaPythonAdmin) -> None:
    """Of mailboxes, states and events; the other topics have a number of their own. What is there decides before what is chosen."""
    missing = {f"test.{uuid4().hex}": topic for topic in topics().values()}
    new = {name: dataclasses.replace(topic, name=name) for name, topic in missing.items()}
    for name, topic in installed(admin, new, None, 3).items():
        assert topic.partitions == (3 if topic.is_split else new[name].partitions)
    assert number_of(installed(admin, new, 7, 3)) == 7
    assert number_of(installed(admin, topics(), None, PARTITIONS)) == FEW_PARTITIONS


def test_a_tombstone_ends_what_its_key_said(kafka: KafkaServer, tmp_path: Path) -> None:
    """The number of partitions is not on record then, and nothing is paused or held: so no test tells the next one anything."""
    assert lapor(kafka, tmp_path, "topics", "apply").exit_code == 0
    board = ConfluentBoard(kafka.brokers)
    board.write(
        [
            pause("lapor-router", since_ms=1),
            hold("lapor-router", Hold(since_ms=1, failures=2, error="E", partition=3, offset=4)),
        ]
    )
    kafka.unmark()
    assert board.read() == Control()


def test_a_step_is_paused_and_resumed_by_commands_and_doctor_shows_it(kafka: KafkaServer, tmp_path: Path) -> None:
    """A hold is ended by the number of its partition; a misspelt step is an error that lists the others."""
    board, step = ConfluentBoard(kafka.brokers), "lapor-neighbours"
    why = Hold(since_ms=1_000, failures=1000, error="ContractViolation", partition=3, offset=42)
    board.write([hold(step, why)])
    assert lapor(kafka, tmp_path, "pause", step).exit_code == 0
    found = list(standing(board.read(), now=61.0))
    assert [(one.what, one.level) for one in found] == [
        (f"pause of {step}", Level.warn),
        (f"partition 3 of {step}", Level.fail),
    ]
    assert "held for 60 s, after 1000" in found[1].detail
    assert f"lapor resume {step} 3" in found[1].advice
    assert "partition 3 of it is held" in lapor(kafka, tmp_path, "resume", step).stdout
    assert "goes on" in lapor(kafka, tmp_path, "resume", step, "3").stdout
    assert "is not held" in lapor(kafka, tmp_path, "resume", step, "3").stdout
    assert list(standing(board.read(), now=61.0)) == []
    assert "the steps are lapor-conversation" in str(lapor(kafka, tmp_path, "pause", "router").exception)


def test_where_a_refused_partition_goes_on_is_set_while_workers_go_on_with_the_others(
    kafka: KafkaServer, admin: KafkaPythonAdmin, tmp_path: Path
) -> None:
    """Its refusal is taken away, so that it is tried at once. Partitions that are not refused need workers that are stopped."""
    board, step, mailbox = ConfluentBoard(kafka.brokers), "lapor-neighbours", "lapor.neighbours"
    board.write([hold(step, Refusal(since_ms=1_000, partition=1, why="Do this."))])
    (found,) = standing(board.read(), now=61.0)
    assert (found.what, found.level) == (f"partition 1 of {step}", Level.fail)
    assert "refused for 60 s" in found.detail
    assert "Do this." in found.detail
    before = admin.group_offsets(step)
    member = Consumer({"bootstrap.servers": kafka.brokers, "group.id": step, "client.id": "somebody"})
    member.subscribe([mailbox])
    wait_until(lambda: member.poll(0.1) is None and bool(admin.members(step)), what="a member")
    set_ = ("offsets", "set", step, "--to", "earliest", "--yes", "--topic-partition", "1")
    assert lapor(kafka, tmp_path, *set_).exit_code == 0
    member.close()
    assert admin.group_offsets(step) == before
    assert board.read().refused == {}
    accepted = [one for one in committed(kafka.brokers, "lapor.neighbourhoods") if one.key == accepted_key(step)]
    assert [one.partition for one in accepted][-1] == 1


def test_records_that_would_be_skipped_or_handled_again_are_told_first(
    kafka: KafkaServer, admin: KafkaPythonAdmin, tmp_path: Path
) -> None:
    """A decision about one partition must not lose what waits in the others, nor send a text of theirs again."""
    mailbox, step = next((name, topic.steps[0]) for name, topic in topics().items() if topic.steps)
    write(kafka, topics()[mailbox], 20)
    before = admin.group_offsets(step)
    waiting = {at: end - before[at] for at, end in admin.end_offsets(mailbox).items() if end > before[at]}
    refused = str(lapor(kafka, tmp_path, "offsets", "set", step, "--to", "latest").exception)
    for (topic, partition), number in waiting.items():
        assert f"{number} records of {topic}/{partition} that are not handled would be skipped" in refused
    assert admin.group_offsets(step) == before
    assert lapor(kafka, tmp_path, "offsets", "set", step, "--to", "latest", "--yes").exit_code == 0
    again = str(lapor(kafka, tmp_path, "offsets", "set", step, "--to", "earliest").exception)
    assert "would be handled again, and what they send sent again" in again
    admin.set_group_offsets(step, before)


def test_what_doctor_prints_for_a_refused_partition_works_when_it_is_typed(
    kafka: KafkaServer, admin: KafkaPythonAdmin, tmp_path: Path
) -> None:
    """For each reason; and without --yes the command says what would really happen."""
    step, mailbox, states = "lapor-neighbours", "lapor.neighbours", "lapor.neighbourhoods"
    producer = Producer({"bootstrap.servers": kafka.brokers})
    for _ in range(3):
        producer.produce(mailbox, b"{}", b"k", partition=1)
        assert producer.flush(30) == 0
        time.sleep(0.005)
    *_, before, last = [one for one in committed(kafka.brokers, mailbox) if one.partition == 1]
    log = Log("id", 0, last.offset + 1, kept=lambda epoch, _: last.offset - epoch)
    beyond = Position(log.end + 1_000, "w-0", "id")
    handled = beyond._replace(last=Mark(before.offset, before.at_ms, 0))
    for known, there, where in (
        (Known(position=beyond._replace(topic_id="former")), log, 0),
        (Known(position=handled), log._replace(regrown=True), last.offset),
        (Known(position=handled, committed=handled), log, last.offset),
        (Known(position=beyond, committed=beyond), log, log.end),
        (Known(position=Position(1, "w-0", "id"), committed=beyond), log, log.end),
        (Known(), log, 0),
    ):
        with pytest.raises(ConfigurationError) as refused:
            start_of(step, f"{mailbox}/1", states, known=known, log=there)
        ConfluentBoard(kafka.brokers).write([hold(step, Refusal(since_ms=1, partition=1, why=str(refused.value)))])
        (found,) = standing(ConfluentBoard(kafka.brokers).read(), now=2.0)
        (printed,) = re.findall(r"`lapor (offsets set .*?)`", found.detail)
        unsaid = str(lapor(kafka, tmp_path, *printed.replace(" --yes", "").split()).exception)
        moved = f"the {log.end - where} records from {where} on would be handled, and none of the {where} before it"
        assert moved in unsaid
        assert "again" not in unsaid
        done = lapor(kafka, tmp_path, *printed.split())
        assert done.exit_code == 0
        assert done.stdout.endswith(f"{moved}\n{step} goes on at {mailbox}/1/{where}; it is tried now\n")
        said = [one.said for one in committed(kafka.brokers, states) if one.key == accepted_key(step)]
        assert said[-1]["offset"] == where
    admin.set_group_offsets(step, {(mailbox, 1): 0})


def test_the_commands_show_and_set_offsets(kafka: KafkaServer, tmp_path: Path) -> None:
    """For a step that is declared; an unknown one is an error that lists the others."""
    mailbox, step = next((name, topic.steps[0]) for name, topic in topics().items() if topic.steps)
    made = lapor(kafka, tmp_path, "offsets", "set", step, "--to", "earliest", "--topic-partition", "1")
    assert made.exit_code == 0
    assert made.stdout.startswith(f"{step} goes on at {mailbox}/1/0, or at the position in its state")
    shown = lapor(kafka, tmp_path, "offsets", "show", step).stdout
    assert f"{mailbox}/1  0 to" in shown
    assert "workers: none" in shown
    of_sink = lapor(kafka, tmp_path, "offsets", "set", "lapor-sink", "--topic", CONTROL, "--to", "latest")
    assert "lapor-sink does not read lapor.control; it reads lapor.case-events" in str(of_sink.exception)
    set_sink = lapor(kafka, tmp_path, "offsets", "set", "lapor-sink", "--to", "earliest", "--topic-partition", "0")
    assert set_sink.stdout.count("lapor-sink goes on at ") == 4
    assert "lapor.deadletters/0" in lapor(kafka, tmp_path, "offsets", "show", "lapor-sink").stdout
    unknown = lapor(kafka, tmp_path, "offsets", "show", "lapor-nobody")
    assert isinstance(unknown.exception, ConfigurationError)
    assert step in str(unknown.exception)
    wrong = lapor(kafka, tmp_path, "offsets", "set", step, "--to", "soon")
    assert "--to 'soon' is no time" in str(wrong.exception)
