"""The bus implemented with confluent-kafka, which only this package imports."""

from complaints.bus.confluent.consumer import ConfluentConsumer
from complaints.bus.confluent.producer import ConfluentProducer
from complaints.bus.confluent.scanner import ConfluentScanner

__all__ = ["ConfluentConsumer", "ConfluentProducer", "ConfluentScanner"]
