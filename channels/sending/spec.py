"""What the sender of a channel is: its step, and how it treats texts."""

from dataclasses import dataclass, field
from functools import partial

from channels.sending.inbox import is_for
from channels.sending.outcomes import Pauses
from complaints.bus.step.contract import StepTopics
from complaints.contract import ACCOUNTS, SENDS
from complaints.crypto import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSpec:
    """The sender of one channel.

    Attributes:
        channel: its name.
        keyring: opens the texts.
        reported: whether the upstream reports later about texts, so that it must be kept which identifier was which text.
        pauses: between two tries of a text.
    """

    channel: str
    keyring: Keyring
    reported: bool = True
    pauses: Pauses = field(default_factory=Pauses)

    @property
    def topics(self) -> StepTopics:
        """The step. All channels share its topics; each has the keys that begin with its name."""
        return StepTopics(
            name=f"lapor-sender-{self.channel}",
            mailbox=SENDS,
            states=ACCOUNTS,
            reads=partial(is_for, self.channel.encode()),
            owns=partial(_begins, f"{self.channel}/".encode()),
        )


def _begins(prefix: bytes, key: bytes) -> bool:
    return key.startswith(prefix)
