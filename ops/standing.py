"""Judges the content of the control topic for `lapor doctor`: pauses, held and refused partitions, and the number of partitions."""

from collections.abc import Iterator, Mapping

from complaints.bus.admin import TopicFound
from complaints.bus.control import NO_WAY_BACK, Control
from complaints.contract import Topic
from ops.doctor import Finding, Level
from ops.topics import wrong_settings


def standing(control: Control, *, now: float) -> Iterator[Finding]:
    """Yield a finding for each pause, and for each partition that is held or refused.

    Args:
        control: the content of the topic.
        now: the present time in seconds since 1970.
    """
    for step, since_ms in sorted(control.paused.items()):
        yield Finding(
            what=f"pause of {step}",
            level=Level.warn,
            detail=f"paused for {now - since_ms / 1000:.0f} s",
            advice=f"`lapor resume {step}` ends it; restarts do not",
        )
    for (step, partition), why in sorted(control.held.items()):
        yield Finding(
            what=f"partition {partition} of {step}",
            level=Level.fail,
            detail=f"held for {now - why.since_ms / 1000:.0f} s, after {why.failures} of its own records in a row became dead letters; the"
            f" last one at offset {why.offset}: {why.error}",
            advice="the fault is in a schema or a deployment: `lapor deadletters list` says why. It tries a record each minute, and goes on"
            f" when one succeeds; once the fault is corrected `lapor resume {step} {partition}` ends the hold at once, and"
            " `lapor deadletters redrive` puts the records back",
        )
    for (step, partition), refused in sorted(control.refused.items()):
        yield Finding(
            what=f"partition {partition} of {step}",
            level=Level.fail,
            detail=f"refused for {now - refused.since_ms / 1000:.0f} s, and what is in it waits: {refused.why}",
            advice="do what the sentence says: no worker need be stopped, and the partition goes on at once. It is tried again each minute,"
            f" and `lapor resume {step} {partition}` tries it now",
        )


def partitions(control: Control, declared: Mapping[str, Topic], found: Mapping[str, TopicFound]) -> Finding:
    """Compare the number of partitions of each mailbox and state topic with the installation's number."""
    numbers = {name: one.partitions for name, one in found.items() if declared[name].is_split}
    wanted = control.partitions or min(numbers.values(), default=0)
    wrong = {name: number for name, number in numbers.items() if number != wanted}
    if not wrong:
        return Finding(what="partitions", level=Level.ok, detail=f"{wanted} of each mailbox and state")
    listed = ", ".join(f"{name} has {number}" for name, number in sorted(wrong.items()))
    return Finding(
        what="partitions",
        level=Level.fail,
        detail=f"the installation was made with {wanted}, and {listed}: keys are in other partitions than before",
        advice=f"{NO_WAY_BACK}. Until then the workers of these topics do not start",
    )


def declared_settings(declared: Mapping[str, Topic], found: Mapping[str, TopicFound]) -> Finding:
    """Compare the settings of the topics with their declarations."""
    wrong = [
        f"{name} has {setting}={one.settings.get(setting, '(nothing)')}, declared is {value}"
        for name, one in sorted(found.items())
        for setting, value in wrong_settings(declared[name], one, min_insync=None).items()
    ]
    return Finding(
        what="topics",
        level=Level.fail if wrong else Level.ok,
        detail="; ".join(wrong) if wrong else f"the settings of all {len(found)} are as declared",
        advice="somebody has changed them: messages may be refused or deleted. `lapor topics apply` sets them back",
    )


def leaders(found: Mapping[str, TopicFound]) -> Iterator[Finding]:
    """Yield a finding if partitions have no leader, so that nobody can read or write them."""
    away = [f"{name}/{partition}" for name, one in sorted(found.items()) for partition in one.leaderless]
    if away:
        yield Finding(
            what="leaders",
            level=Level.fail,
            detail=f"no broker that is there has {', '.join(away)}",
            advice="start the brokers that have them. Nothing is lost, and all goes on by itself; but a step whose transaction touched one"
            " waits as a whole, since Kafka lets it begin no other one before. With three replicas this does not happen",
        )
