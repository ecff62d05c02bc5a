"""Reads and writes the control topic for commands and for `lapor doctor`."""

from collections.abc import Sequence
from typing import Final

from complaints.bus import Record
from complaints.bus.confluent.producer import ConfluentProducer
from complaints.bus.confluent.scanner import ConfluentScanner
from complaints.bus.control import Control
from complaints.contract import CONTROL

WRITE_S: Final = 10.0
"""Seconds that Kafka may take to accept records."""


class ConfluentBoard:
    """The control topic (see Board)."""

    def __init__(self, brokers: str) -> None:
        """Keep the settings. Each call connects and disconnects."""
        self._brokers = brokers

    def read(self) -> Control:
        """Return the orders in force now (see Board)."""
        scanner, control = ConfluentScanner(self._brokers), Control()
        try:
            for batch in scanner.scan(CONTROL):
                control.take(batch)
        finally:
            scanner.close()
        return control

    def write(self, records: Sequence[Record]) -> None:
        """Write records (see Board)."""
        producer = ConfluentProducer(self._brokers, timeout_s=WRITE_S)
        try:
            producer.write(records, WRITE_S)
        finally:
            producer.close()
