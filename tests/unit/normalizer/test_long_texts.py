"""The time of a reading grows with the length of a text, whatever it repeats."""

from datetime import UTC, datetime
from time import process_time

from normalizer.reader import Reader
from tests.harness.tables import each_row

RECEIVED = datetime(2026, 11, 24, 3, tzinfo=UTC)

LENGTH = 20_000
"""Characters of the longest text that a channel takes, about."""


def _seconds(reader: Reader, text: str) -> float:
    """Return the processor time of the quickest of three readings."""

    def once() -> float:
        began = process_time()
        reader.read(text, received_at=RECEIVED)
        return process_time() - began

    return min(once() for _ in range(3))


@each_row
def test_four_times_the_text_takes_about_four_times_the_time(told: str, reader: Reader) -> None:
    """A citizen's long text lets nobody else wait: none of its words is compared with all others."""
    text = (told * LENGTH)[:LENGTH]
    _seconds(reader, text[: LENGTH // 8])
    assert _seconds(reader, text) < 8 * max(_seconds(reader, text[: LENGTH // 4]), 0.002)
