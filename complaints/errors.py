"""The error tree: two attributes of each class decide what is done about it.

LaporError
 ├── ConfigurationError      a setting is wrong; stop at start and say which
 │    └── CredentialsRefused an upstream refuses our token or keys
 ├── TrackingCodeError       a code that cannot be one of ours
 ├── CaseError               an action that a case does not allow
 │    └── CaseFull           nothing more can be added to it
 ├── Undeliverable           a reply that its channel will never take
 ├── PoisonError             poison: the same input fails each time; dead-letter it and go on
 │    ├── MalformedMessage   bytes that are not what the channel's protocol says
 │    └── ContractViolation  an event that is not what its topic's schema says
 └── UnavailableError        retryable: the same input may pass later; keep it and wait
      ├── BusUnavailable     Kafka did not take or give
      ├── StoreUnavailable   ClickHouse did not take or give
      ├── UpstreamUnavailable an SMSC, X or Telegram did not answer as it should
      └── IntakeFull         neither Kafka nor the spool can take more: upstream is told no
"""

from typing import ClassVar


class LaporError(Exception):
    """Root of all errors that this program raises on purpose."""

    retryable: ClassVar[bool] = False
    poison: ClassVar[bool] = False


class ConfigurationError(LaporError):
    """A setting, a file or a folder is not as it must be; the text says which and what to do."""


class CredentialsRefused(ConfigurationError):
    """An upstream answers that our token or keys are not right; trying again helps only after somebody mended that."""


class TrackingCodeError(LaporError):
    """A text that cannot be one of our tracking codes; the text says why."""


class CaseError(LaporError):
    """The case does not allow the action; the text says why."""


class CaseFull(CaseError):
    """So much was added to the case that it takes no more."""


class Undeliverable(LaporError):
    """A reply that can never be sent: the citizen blocked us, the post is gone, the sender is a machine. The text says why."""


class PoisonError(LaporError):
    """Input that fails the same way each time it is tried."""

    poison = True


class MalformedMessage(PoisonError):
    """Bytes that are not what the channel's protocol says they are."""


class ContractViolation(PoisonError):
    """An event that its topic's schema does not allow."""


class UnavailableError(LaporError):
    """Something outside does not work now and may later."""

    retryable = True


class BusUnavailable(UnavailableError):
    """Kafka did not take or give a record within its time."""


class StoreUnavailable(UnavailableError):
    """ClickHouse did not take or give rows within its time."""


class UpstreamUnavailable(UnavailableError):
    """An SMSC, X or Telegram did not answer, or answered that it cannot now."""


class IntakeFull(UnavailableError):
    """Neither Kafka nor the spool can take the message: upstream must keep it."""
