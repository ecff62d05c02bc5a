"""The real Apache Kafka for a machine without one: a single node with its data on disk, started from Python.

    from embedded.kafka import KafkaConfig, run_foreground
    run_foreground(KafkaConfig(data_dir=Path("var/kafka")))

or `python -m embedded.kafka --port 9092 --data-dir var/kafka`.
"""

from embedded.kafka.config import KafkaConfig, free_port, settled
from embedded.kafka.errors import JarsUnavailableError, KafkaStartError
from embedded.kafka.ready import wait_ready
from embedded.kafka.server import environment, prepare, run_foreground

__all__ = [
    "JarsUnavailableError",
    "KafkaConfig",
    "KafkaStartError",
    "environment",
    "free_port",
    "prepare",
    "run_foreground",
    "settled",
    "wait_ready",
]
