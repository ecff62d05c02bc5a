"""Brings the topics on Kafka to their declarations, and says where they differ."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from complaints.bus import Offsets
from complaints.bus.admin import Administration, GroupAdmin, TopicAdmin, TopicFound
from complaints.bus.control import NO_WAY_BACK
from complaints.contract import CONTROL, PARTITIONS, Topic

MIN_INSYNC = "min.insync.replicas"
"""The setting that the cluster decides, unless an operator asks for another value."""

LONGER_IS_KEPT = {"retention.ms", "delete.retention.ms"}
"""The settings that an operator may raise: setting them back could delete records that are not read yet."""

FOR_EVER = -1
"""The value of a retention without an end."""

LISTS = {"cleanup.policy"}
"""The settings whose values are lists without an order."""


Begin = Callable[[str, Topic, Offsets], None]
"""Writes the first positions of a step to its state topic. Takes its name, its mailbox and the first offsets (see accept.install)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One respect in which a topic differs from its declaration.

    Attributes:
        topic: the name of the topic.
        what: what differs, as a sentence without a full stop.
        advice: what to do; empty if `lapor topics apply` corrects it.
    """

    topic: str
    what: str
    advice: str = ""


def settings_of(topic: Topic, min_insync: int | None) -> dict[str, str]:
    """Return the settings that a topic must have.

    Args:
        topic: its declaration.
        min_insync: the number of replicas that must have a record before it is acknowledged; None to leave that to the cluster.
    """
    return {**topic.settings, **({} if min_insync is None else {MIN_INSYNC: str(min_insync)})}


def wrong_settings(topic: Topic, found: TopicFound, *, min_insync: int | None) -> dict[str, str]:
    """Return the settings that differ from those that a topic must have, with the right values. A longer retention is no difference."""
    wanted = settings_of(topic, min_insync)
    return {name: value for name, value in wanted.items() if not _same(name, value, found.settings.get(name))}


def differences(topic: Topic, found: TopicFound | None, *, min_insync: int | None = None) -> Iterator[Difference]:
    """Yield each difference between a topic and its declaration.

    Args:
        topic: its declaration.
        found: what Kafka has; None if it has no such topic.
        min_insync: see settings_of.
    """
    if found is None:
        yield Difference(topic=topic.name, what="is not on Kafka")
        return
    if found.partitions != topic.partitions:
        yield Difference(
            topic=topic.name,
            what=f"has {found.partitions} partitions, and must have {topic.partitions}",
            advice="New partitions move keys. If it holds nothing that you need, delete it, then run `lapor topics apply`. Otherwise:"
            f" {NO_WAY_BACK}",
        )
    for name, value in wrong_settings(topic, found, min_insync=min_insync).items():
        yield Difference(
            topic=topic.name, what=f"has {name}={found.settings.get(name, '(nothing)')}, declared is {value}"
        )


def compare(
    admin: TopicAdmin, declared: Mapping[str, Topic], *, min_insync: int | None = None
) -> Mapping[str, list[Difference]]:
    """Return the differences of each declared topic.

    Raises:
        BusUnavailable: Kafka did not answer.
    """
    found = admin.found(declared)
    return {name: list(differences(topic, found.get(name), min_insync=min_insync)) for name, topic in declared.items()}


def apply(
    admin: Administration,
    declared: Collection[Topic],
    begin: Begin = lambda *_: None,
    *,
    replication: int = -1,
    min_insync: int | None = None,
) -> list[str]:
    """Create the declared topics that Kafka lacks, correct the settings of the others, and return a line for each action.

    A step whose mailbox is new begins at its first record. A run that ended early is completed by the next one.

    Args:
        admin: asks Kafka.
        declared: the declarations.
        begin: writes the first positions of a step. The default writes none; then a step that starts only after Kafka has forgotten the
            offsets is refused.
        replication: the number of replicas of a topic that is created; -1 for the cluster's default.
        min_insync: see settings_of.

    Raises:
        BusUnavailable: Kafka did not answer.
        ConfigurationError: Kafka refuses a setting, or a step that has no offsets yet runs already.
    """
    done: list[str] = []
    found = admin.found([topic.name for topic in declared])
    for topic in declared:
        there = found.get(topic.name)
        if there is None:
            if admin.create(topic, settings=settings_of(topic, min_insync), replication=replication):
                done.append(f"made {topic.name} with {topic.partitions} partitions")
                if topic.name == CONTROL and found:
                    done.append("pauses and holds of before are gone: `lapor pause` again what is to stand still")
        elif wrong := wrong_settings(topic, there, min_insync=min_insync):
            admin.set(topic.name, wrong)
            done += [
                f"set {name}={value} for {topic.name}, was {there.settings.get(name, '(nothing)')}"
                for name, value in wrong.items()
            ]
    return done + [line for topic in declared for line in _begin_steps(admin, topic, begin)]


def _begin_steps(admin: GroupAdmin, topic: Topic, begin: Begin) -> list[str]:
    """Commit the first offsets of the steps of a new topic, and return a line for each step.

    Kafka forgets them after seven days without a worker; the positions in the state topic, which are written first, stay.

    A topic is new as long as nothing was ever written to it. So a run that ended between creating the topic and committing offsets is
    completed, but a topic that holds records is left alone: an operator must say where to go on there.
    """
    if not topic.steps or any(admin.end_offsets(topic.name).values()):
        return []
    done, is_new = [], bool(topic.states) and not any(admin.end_offsets(topic.states).values())
    for step in topic.steps:
        known = admin.group_offsets(step)
        missing = {at: 0 for at in admin.end_offsets(topic.name) if at not in known}
        if missing:
            if is_new:  # else it would overwrite the position by which a mailbox that was made anew is recognised
                begin(step, topic, missing)
            admin.set_group_offsets(step, missing)
            done.append(f"{step} begins at the first record of {topic.name}")
    return done


def installed(
    admin: TopicAdmin, declared: Mapping[str, Topic], recorded: int | None, chosen: int = PARTITIONS
) -> Mapping[str, Topic]:
    """Return the declarations with this installation's number of partitions, which never changes.

    Args:
        admin: asks Kafka.
        declared: the declarations by name.
        recorded: the recorded number; None if there is none. Then the number of the existing topics counts, if they agree.
        chosen: the number for an installation that has none of these topics yet.

    Raises:
        BusUnavailable: Kafka did not answer.
    """
    split = {name for name, topic in declared.items() if topic.is_split}
    numbers = {recorded} if recorded else {topic.partitions for topic in admin.found(split).values()} or {chosen}
    if len(numbers) != 1:
        return declared
    (number,) = numbers
    return {name: replace(topic, partitions=number) if topic.is_split else topic for name, topic in declared.items()}


def number_of(declared: Mapping[str, Topic]) -> int:
    """Return the number of partitions of the mailboxes and states, which must be the same in all declarations."""
    return next(topic.partitions for topic in declared.values() if topic.is_split)


def _same(name: str, wanted: str, found: str | None) -> bool:
    if found is None:
        return False
    if name in LONGER_IS_KEPT:
        return int(found) == FOR_EVER or int(found) >= int(wanted) != FOR_EVER
    if name in LISTS:
        return {part.strip() for part in wanted.split(",")} == {part.strip() for part in found.split(",")}
    return wanted == found
