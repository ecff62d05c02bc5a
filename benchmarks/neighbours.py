"""Scores the neighbours' step on labelled pairs: `python -m benchmarks.neighbours FILE`, with a line for each pair that it gets wrong.

Each line of the file is {"id", "same", "a": {"channel", "text", "received_at", "region", "district", "village"}, "b": {...}, "why"}. The
region is the Kemendagri code of the regency, which the case has; the place below it is what the normaliser reads in the text. Each pair
goes through normaliser, signature and the step's function, in the order of receipt.
"""

import argparse
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid5

from complaints.bus import StoredRecord
from complaints.bus.envelope import encode
from complaints.bus.step.contract import State
from complaints.ids import NAMESPACE
from complaints.neighbour import Opened
from complaints.tracking import code_for
from complaints.values import ComplaintClass
from neighbours.step import NeighboursStep
from normalizer.complaint import Normaliser
from normalizer.matter.signature import signature

KEY = b"the key of the benchmark's codes"


class Score(NamedTuple):
    """The result for a file of pairs.

    Attributes:
        right: pairs that are the same and are proposed.
        wrong: the ids of pairs that are not the same and are proposed.
        missed: the ids of pairs that are the same and are not proposed.
    """

    right: int
    wrong: list[str]
    missed: list[str]

    @property
    def precision(self) -> float:
        """The part of the proposals that is right."""
        return self.right / ((self.right + len(self.wrong)) or 1)

    @property
    def recall(self) -> float:
        """The part of the pairs that are the same that is proposed."""
        return self.right / ((self.right + len(self.missed)) or 1)


def opened(side: dict[str, Any], id_: str, normaliser: Normaliser) -> Opened:
    """Return the record that the router would write for one side of a pair."""
    received_at = datetime.fromisoformat(side["received_at"])
    place = normaliser.reader.read(side["text"], received_at=received_at, region=side["region"])
    complaint = uuid5(NAMESPACE, id_)
    return Opened(
        id=complaint,
        tracking_code=code_for(complaint, key=KEY),
        complaint_id=complaint,
        regency=side["region"],
        district=place.place.district,
        village=place.place.village,
        topic=place.topic,
        complaint_class=ComplaintClass(place.complaint_class),
        received_at=received_at,
        reporter_ref=id_,
        signature=signature(side["text"], place=place.place.spans, regency=side["region"]),
    )


def proposed(pair: dict[str, Any], normaliser: Normaliser) -> bool:
    """Return whether the step proposes to merge the two complaints of a pair."""
    step, state, found = NeighboursStep(), None, False
    sides = [opened(pair[side], f"{pair['id']}/{side}", normaliser) for side in ("a", "b")]
    for offset, event in enumerate(sorted(sides, key=lambda one: one.received_at)):
        record = encode(event, source="/benchmark")
        at_ms = round(event.received_at.timestamp() * 1000)
        effect = step(state, StoredRecord(record.topic, 0, offset, record.key, record.value, record.headers, at_ms))
        state = effect.state if isinstance(effect.state, State) else state
        found = found or bool(effect.outputs)
    return found


def score(pairs: Iterator[dict[str, Any]], normaliser: Normaliser) -> Score:
    """Return the score of pairs."""
    right, wrong, missed = 0, list[str](), list[str]()
    for pair in pairs:
        if proposed(pair, normaliser):
            right += pair["same"]
            wrong += [] if pair["same"] else [pair["id"]]
        elif pair["same"]:
            missed.append(pair["id"])
    return Score(right, wrong, missed)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the pairs of a file."""
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def main() -> None:
    """Score the file that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.neighbours", description=__doc__)
    parser.add_argument("file", type=Path)
    found = score(read(parser.parse_args().file), Normaliser.load())
    print("proposed, not the same:", *found.wrong)  # noqa: T201
    print("the same, not proposed:", *found.missed)  # noqa: T201
    print(f"precision {found.precision:.3f} recall {found.recall:.3f}")  # noqa: T201


if __name__ == "__main__":
    main()
