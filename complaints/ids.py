"""Derives ids instead of storing them: the same message has the same ids after any redelivery, restart or replay."""

from functools import cache
from uuid import UUID, uuid5

NAMESPACE = UUID("5a2f0c1e-1708-5e14-8a70-0a9d1a9c1708")
"""The UUID from which all ids of this service are derived. It must never change: the same message would then get another id."""


def complaint_id(channel: str, upstream_id: str) -> UUID:
    """Return the id of the complaint that came through the channel `channel` as the message with the identifier `upstream_id`."""
    return uuid5(_channel_root(channel), upstream_id)


@cache
def _channel_root(channel: str) -> UUID:
    return uuid5(NAMESPACE, channel)


def disposition_id(complaint: UUID, hop: int) -> UUID:
    """Return the id of the disposition that a complaint gets at the hop `hop`."""
    return uuid5(complaint, f"disposition/{hop}")


def case_event_id(complaint: UUID, kind: str, *, hop: int, actor: str) -> UUID:
    """Return the id of a case event. Two events of one complaint with the same kind, actor and hop have the same id.

    Args:
        complaint: the id of the complaint.
        kind: the kind of the event, with more text if one actor may cause several such events at a hop.
        hop: the hop of the case.
        actor: the id of the agency, "citizen" or "system".
    """
    return uuid5(complaint, f"event/{kind}/{hop}/{actor}")


def reply_id(cause: UUID, kind: str) -> UUID:
    """Return the id of the reply of the kind `kind` that the event with the id `cause` led to."""
    return uuid5(cause, f"reply/{kind}")


def addition_id(complaint: UUID, upstream_id: str) -> UUID:
    """Return the id of the case event that adds the message with the identifier `upstream_id` to the complaint."""
    return uuid5(complaint, f"addition/{upstream_id}")


def delivery_id(reply: UUID, outcome: str) -> UUID:
    """Return the id of the delivery event that says that the reply with the id `reply` had the outcome `outcome`."""
    return uuid5(reply, f"delivery/{outcome}")


def dead_letter_id(source_key: str) -> UUID:
    """Return the id of the dead letter of an input. `source_key` is topic/partition/offset, or channel/upstream id."""
    return uuid5(NAMESPACE, f"deadletter/{source_key}")
