"""The error tree: the attributes `retryable` and `poison` of each class decide how an error is handled.

LaporError
 ├── ConfigurationError      a setting, an option, a file or a folder is wrong; the text says which one
 │    └── CredentialsRefused an upstream refuses our token or keys
 ├── TrackingCodeError       a text that cannot be one of our tracking codes
 ├── CaseError               an action that is not possible with a case, or no such case
 ├── Undeliverable           a reply that its channel will never accept
 ├── OutcomeUnknown          a reply that may have left, and to which the upstream has not answered
 ├── PoisonError             poison: the same input fails each time; dead-letter it and go on
 │    ├── MalformedMessage   input that does not follow the channel's protocol
 │    └── ContractViolation  an event or a record that is not valid or is too large
 └── UnavailableError        retryable: the same input may succeed later; keep it and wait
      ├── BusUnavailable     Kafka cannot do now what was asked, or did not answer in time
      ├── StoreUnavailable   ClickHouse cannot run a statement now, or did not answer in time
      ├── UpstreamUnavailable an SMSC, X, Telegram or a callback did not answer as it should
      └── IntakeFull         a channel's disk or spool is full or fails, or a topic takes too little: the message is refused upstream
"""

from typing import ClassVar


def words(said: object, most: int) -> str:
    """Return the first `most` characters of a value as text that UTF-8 can encode: others may have sent half of a surrogate pair."""
    return str(said)[:most].encode("utf-8", "replace").decode()


class LaporError(Exception):
    """The base class of the pipeline's own errors; the embedded servers have others.

    Attributes:
        retryable: whether the same input may succeed later; then it is kept and tried again.
        poison: whether the same input fails each time; then it becomes a dead letter. An error can be neither of the two.
    """

    retryable: ClassVar[bool] = False
    poison: ClassVar[bool] = False


class ConfigurationError(LaporError):
    """A setting, an option of a command, a file or a folder is wrong; the text says which one and what to do."""


class CredentialsRefused(ConfigurationError):
    """An upstream refuses our token or keys. Another try can succeed only after somebody has corrected them."""


class TrackingCodeError(LaporError):
    """The input cannot be one of our tracking codes; the error's text says why."""


class CaseError(LaporError):
    """The action is not possible with this case, or there is no such case; the text says why."""


class Undeliverable(LaporError):
    """A reply can never be sent, for example because the citizen blocked us or the post is gone. The error's text says why."""


class OutcomeUnknown(LaporError):
    """A reply may have left, but the upstream did not answer. It is neither sent nor unsent; the error's text says why."""


class PoisonError(LaporError):
    """An input that fails in the same way each time it is tried."""

    poison = True


class MalformedMessage(PoisonError):
    """A message, page or form that does not follow the protocol of the channel through which it came."""


class ContractViolation(PoisonError):
    """An event or a record breaks the contract: it is not valid, lacks a part that it must have, or is too large."""


class UnavailableError(LaporError):
    """A service or resource does not work now but may work later."""

    retryable = True


class BusUnavailable(UnavailableError):
    """Kafka cannot do now what was asked (to write, read, store progress or administer topics), or did not answer in time."""


class StoreUnavailable(UnavailableError):
    """ClickHouse cannot run a statement now: it does not answer in time, or answers with an error that may pass."""


class UpstreamUnavailable(UnavailableError):
    """An upstream (SMSC, X, Telegram, or the callback of a webhook source) did not answer, or cannot do now what was asked."""


class IntakeFull(UnavailableError):
    """A channel cannot store a message: its disk or spool is full or fails, or Kafka takes less than is declared. Upstream must keep it."""
