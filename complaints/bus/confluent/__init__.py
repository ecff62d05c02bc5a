"""The bus implemented with confluent-kafka. Except for tests and benchmarks, only this package imports that library."""

from complaints.bus.confluent.consumer import ConfluentConsumer
from complaints.bus.confluent.producer import ConfluentProducer
from complaints.bus.confluent.scanner import ConfluentScanner
from complaints.bus.confluent.tail import ConfluentTail

__all__ = ["ConfluentConsumer", "ConfluentProducer", "ConfluentScanner", "ConfluentTail"]
