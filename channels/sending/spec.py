"""The definition of a channel's sender: its step, and how it treats texts."""

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
        channel: the name of the channel.
        keyring: opens the texts.
        reported: whether the upstream reports later what became of a text; then the identifiers of sent texts are kept.
        pauses: the pauses between two tries.
    """

    channel: str
    keyring: Keyring
    reported: bool = True
    pauses: Pauses = field(default_factory=Pauses)

    @property
    def topics(self) -> StepTopics:
        """The step. All channels share its topics; a channel owns the keys that begin with its name."""
        return StepTopics(
            name=f"lapor-sender-{self.channel}",
            mailbox=SENDS,
            states=ACCOUNTS,
            reads=partial(is_for, self.channel.encode()),
            owns=partial(_begins, f"{self.channel}/".encode()),
        )


def _begins(prefix: bytes, key: bytes) -> bool:
    return key.startswith(prefix)
