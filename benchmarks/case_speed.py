"""Compares the speed of the router's function with that of another checkout, in turns: python -m benchmarks.case_speed CHECKOUT [PAIRS].

The other checkout has its own environment in .venv. Both handle the same records: complaints, and to each what both versions know, an
addition, a refusal and an answer. Counted is the processor's time of a process for the records, without its start.
"""

import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid5

import orjson

from benchmarks import texts
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import encode
from complaints.bus.step.contract import State
from complaints.command import CITIZEN, Add, Answer, CommandKind, Head, MessageReading, Refuse
from complaints.crypto import Keyring
from complaints.event import Addition, Raw
from normalizer.complaint import Normaliser
from router.cases.step import CaseStep
from router.routing import Router

COMPLAINTS = 1500
ADDED = "tolong segera, sudah tiga minggu"
REASON = "Bukan kewenangan kami"
PAIRS = 5

CHILD = """
import sys, time, orjson
from complaints.bus import StoredRecord
from complaints.bus.step.contract import State
from lapor.processes.collector import settle
from lapor.processes.services import YOUNG_OBJECTS
from router.cases.step import CaseStep
from router.routing import Router
rows = [orjson.loads(line) for line in open(sys.argv[1], "rb")]
records = [StoredRecord("lapor.complaints", 0, number, key.encode(), value.encode(),
    tuple((name, text.encode()) for name, text in headers), at_ms) for number, (key, value, headers, at_ms) in enumerate(rows)]
step, states = CaseStep(Router.load()), {}
settle(YOUNG_OBJECTS)  # as a worker does
for turn in (1, 2):  # the first one loads what is loaded once
    states.clear()
    began = time.process_time()
    for record in records:
        effect = step(states.get(record.key), record)
        if isinstance(effect.state, State):
            states[record.key] = effect.state
    took = time.process_time() - began
print(len(records) / took)
"""


def write_records(path: Path) -> int:
    """Write the records, each a line, and return how many there are."""
    step, rows, at_ms = CaseStep(Router.load()), list[bytes](), int(texts.FIRST.timestamp() * 1000)
    keys = Keyring.from_secret(b"of the benchmarks, 32 bytes long")
    for complaint in texts.records(COMPLAINTS, Normaliser.load(), keys):
        state, act = None, complaint
        for kind in (CommandKind.add, CommandKind.refuse, CommandKind.answer, None):
            effect = step(state, StoredRecord(act.topic, 0, 0, act.key, act.value, act.headers, at_ms))
            assert isinstance(effect.state, State)
            state = effect.state
            headers = [[name, (value or b"").decode()] for name, value in act.headers]
            rows.append(orjson.dumps([act.key.decode(), act.value.decode(), headers, at_ms]))
            if kind is not None:
                act = _command(kind, orjson.loads(state.value))
    path.write_bytes(b"\n".join(rows))
    return len(rows)


def _command(kind: CommandKind, case: dict[str, Any]) -> Record:
    """Return what the citizen adds, or what the owner says."""
    actor = CITIZEN if kind is CommandKind.add else case["owner"]["id"]
    head: Head = {
        "id": uuid5(UUID(case["complaint_id"]), kind.value),
        "tracking_code": case["tracking_code"],
        "actor": actor,
        "received_at": texts.FIRST,
    }
    if kind is CommandKind.add:
        raw = Raw(body=ADDED.encode(), coding="gsm7", upstream_id=str(head["id"]))
        addition = Addition(text=ADDED, received_at=texts.FIRST, raw=raw)
        return encode(Add(**head, addition=addition, reading=MessageReading()), source="/benchmarks")
    model = Refuse if kind is CommandKind.refuse else Answer
    return encode(model(**head, text=REASON), source="/benchmarks")


def per_second(checkout: Path, records: Path) -> float:
    """Return how many records per second of processor time a checkout handles."""
    command = [str(checkout / ".venv/bin/python"), "-c", CHILD, str(records)]
    run = subprocess.run(  # noqa: S603  # the Python of a checkout that the caller names
        command, cwd=checkout, capture_output=True, text=True, check=True
    )
    return float(run.stdout)


def main(other: Path, pairs: int) -> None:
    """Measure and print each pair and the median of their ratios."""
    with TemporaryDirectory() as folder:
        records, ratios = Path(folder, "records.jsonl"), []
        number = write_records(records)
        for pair in range(pairs):
            theirs, ours = per_second(other, records), per_second(Path.cwd(), records)
            ratios.append(ours / theirs)
            sys.stdout.write(
                f"{pair + 1}: {number} records, {theirs:.0f}/s there, {ours:.0f}/s here, ratio {ratios[-1]:.3f}\n"
            )
        sys.stdout.write(f"median ratio {median(ratios):.3f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else PAIRS)  # noqa: PLR2004  # a name and two arguments
