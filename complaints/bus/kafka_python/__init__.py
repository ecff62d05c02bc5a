"""The bus implemented with kafka-python: the producer of channels, and the administration of topics and groups."""

from complaints.bus.kafka_python.admin import KafkaPythonAdmin
from complaints.bus.kafka_python.producer import KafkaPythonProducer

__all__ = ["KafkaPythonAdmin", "KafkaPythonProducer"]
