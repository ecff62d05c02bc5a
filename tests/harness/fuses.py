"""Fuses without Kafka."""

from complaints.bus.step.held.fuses import Fuses
from complaints.bus.step.held.orders import Orders


def fuses(step: str, *, limit: int = 100, partitions: int = 1) -> Fuses:
    """Return fuses whose orders come from nowhere: the consumer connects to nobody."""
    return Fuses(step, limit, Orders("127.0.0.1:1", step), partitions=partitions)
