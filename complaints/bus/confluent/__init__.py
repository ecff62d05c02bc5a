"""confluent-kafka behind the bus. Only this package imports it."""

from complaints.bus.confluent.consumer import ConfluentConsumer
from complaints.bus.confluent.producer import ConfluentProducer
from complaints.bus.confluent.scanner import ConfluentScanner

__all__ = ["ConfluentConsumer", "ConfluentProducer", "ConfluentScanner"]
