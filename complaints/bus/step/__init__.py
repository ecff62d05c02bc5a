"""A step: a consumer group with one mailbox and keyed state that changes in one Kafka transaction."""

from complaints.bus.step.contract import KEEP, Effect, State, StepSpec
from complaints.bus.step.worker import Worker, WorkerOptions

__all__ = ["KEEP", "Effect", "State", "StepSpec", "Worker", "WorkerOptions"]
