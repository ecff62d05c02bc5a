"""Opens what the commands about dead letters need, and closes it again."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from complaints.runtime.settings import Settings
from lapor.processes.wiring import scanner

if TYPE_CHECKING:
    from complaints.bus import Producer, Scanner


@contextmanager
def reading(settings: Settings) -> "Iterator[Scanner]":
    """Yield a client that reads topics.

    Raises:
        ConfigurationError: no Kafka is set.
    """
    with closing(scanner(settings)) as opened:
        yield opened


@contextmanager
def writing(settings: Settings) -> "Iterator[Producer]":
    """Yield a client that writes records.

    Raises:
        ConfigurationError: no Kafka is set.
    """
    from complaints.bus.confluent import ConfluentProducer

    with closing(ConfluentProducer(settings.kafka_required())) as opened:
        yield opened
