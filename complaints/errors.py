"""The error tree: the attributes `retryable` and `poison` of each class decide how an error is handled.

LaporError
 ├── ConfigurationError      a setting is wrong; the program stops at start and says which one
 │    └── CredentialsRefused an upstream refuses our token or keys
 ├── TrackingCodeError       a text that cannot be one of our tracking codes
 ├── CaseError               an action that a case does not allow
 │    └── CaseFull           nothing more can be added to the case
 ├── Undeliverable           a reply that its channel will never accept
 ├── PoisonError             poison: the same input fails each time; dead-letter it and go on
 │    ├── MalformedMessage   bytes that do not follow the channel's protocol
 │    └── ContractViolation  an event that its topic's schema does not allow
 └── UnavailableError        retryable: the same input may succeed later; keep it and wait
      ├── BusUnavailable     Kafka did not write or deliver a record in time
      ├── StoreUnavailable   ClickHouse did not write or return rows in time
      ├── UpstreamUnavailable an SMSC, X or Telegram did not answer as it should
      └── IntakeFull         neither Kafka nor the spool can accept more: the message is refused upstream
"""

from typing import ClassVar


class LaporError(Exception):
    """The root of all errors that this program raises on purpose."""

    retryable: ClassVar[bool] = False
    poison: ClassVar[bool] = False


class ConfigurationError(LaporError):
    """A setting, a file or a folder is wrong; the text says which one and what to do."""


class CredentialsRefused(ConfigurationError):
    """An upstream answers that our token or keys are not right; trying again helps only after somebody mended that."""


class TrackingCodeError(LaporError):
    """A text that cannot be one of our tracking codes; the text says why."""


class CaseError(LaporError):
    """The case does not allow the action; the text says why."""


class CaseFull(CaseError):
    """The case has so many additions that it accepts no more."""


class Undeliverable(LaporError):
    """A reply that can never be sent, because the citizen blocked us, the post is gone, or the sender is a machine. The text says why."""


class PoisonError(LaporError):
    """An input that fails in the same way each time it is tried."""

    poison = True


class MalformedMessage(PoisonError):
    """Bytes that do not follow the channel's protocol."""


class ContractViolation(PoisonError):
    """An event that its topic's schema does not allow."""


class UnavailableError(LaporError):
    """A service or resource that does not work now but may work later."""

    retryable = True


class BusUnavailable(UnavailableError):
    """Kafka did not write or deliver a record in time."""


class StoreUnavailable(UnavailableError):
    """ClickHouse did not write or return rows in time."""


class UpstreamUnavailable(UnavailableError):
    """An SMSC, X or Telegram did not answer, or answered that it cannot do so now."""


class IntakeFull(UnavailableError):
    """Neither Kafka nor the spool can accept the message: upstream must keep it."""
