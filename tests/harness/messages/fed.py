"""What a kill test has fed, and what each upstream has seen: the two ends between which the checker compares."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Fed:
    """One message as it was fed.

    Attributes:
        number: of the message in its run, from 1.
        about: the number of the complaint that it repeats or belongs to; its own if it is a complaint.
        channel: the channel.
        kind: see tests.harness.messages.plan.Step.
        text: the whole text.
        keys: what each part is recognised by on Kafka (see key_of_sms and key_of_text).
        acknowledged: how often each part was acknowledged upstream.
        secret: whether the report is secret.
    """

    number: int
    about: int
    channel: str
    kind: str
    text: str
    keys: tuple[str, ...]
    acknowledged: Counter[str] = field(default_factory=Counter)
    secret: bool = False


def key_of_sms(sender: str, octets: bytes) -> str:
    """Return by what a part of an SMS is recognised: its sender and its user data, without header."""
    return f"sms|{sender.lstrip('+')}|{octets.hex()}"


def key_of_fault(channel: str, octets: bytes) -> str:
    """Return by what a message is recognised that cannot be read: its bytes."""
    return f"fault|{channel}|{octets.hex()}"


def key_of_text(channel: str, text: str) -> str:
    """Return by what a message is recognised that comes as text."""
    return f"{channel}|{text}"


Seen = Counter[tuple[str, str]]
"""How often upstreams have seen each text, by channel and text."""
