"""Deletes consumer groups with their progress."""

import time
from typing import Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from complaints.bus.confluent import profiles
from complaints.errors import BusUnavailable, ConfigurationError

ANSWER_S: Final = 10.0
"""Seconds to wait for each answer."""

PATIENCE_S: Final = 30.0
"""Seconds until a group is without members and a broker coordinates it: longer than profiles.GROUP_SESSION_MS, after which a killed member
is dropped."""

_PAUSE_S: Final = 0.5
_NOT_YET: Final = {
    KafkaError.NON_EMPTY_GROUP,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
}


def forget(brokers: str, group: str, *, patience_s: float = PATIENCE_S) -> bool:
    """Delete a consumer group with its offsets, and return whether there was one. Its next reader begins at the first records.

    Raises:
        BusUnavailable: Kafka did not delete it.
        ConfigurationError: it still has members.
    """
    admin, deadline = AdminClient(profiles.admin(brokers)), time.monotonic() + patience_s
    while True:
        try:
            admin.delete_consumer_groups([group], request_timeout=ANSWER_S)[group].result(ANSWER_S + 1)
        except (KafkaException, TimeoutError) as error:
            code = error.args[0].code() if isinstance(error, KafkaException) else None
            if code == KafkaError.GROUP_ID_NOT_FOUND:
                return False
            if code in _NOT_YET and time.monotonic() < deadline:
                time.sleep(_PAUSE_S)
            elif code == KafkaError.NON_EMPTY_GROUP:
                raise ConfigurationError(f"{group} has members that read: stop them and try again") from error
            else:
                raise BusUnavailable(f"the progress of {group} could not be deleted: {error}") from error
        else:
            return True
