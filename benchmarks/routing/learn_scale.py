"""Measures `lapor learn` on made-up reports of 200 bodies, its time and its memory: python -m benchmarks.routing.learn_scale REPORTS."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import orjson

_BODIES, _OWN_WORDS, _WORDS = 200, 40, 30_000
"""The number of bodies, of words that point to a body, and of all other words: as many as in the reports of a year."""

_OF_ITS_OWN = 6
_AROUND = 45
"""The number of words in a report that point to its body, and of others."""

_NOISE = 0.2
"""The share of reports that an officer gave to any other body."""

_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "wa")


def word(number: int) -> str:
    """Return a made-up word: the number, written with sixteen syllables."""
    written = ""
    while number or len(written) < 6:  # noqa: PLR2004 - no word is shorter than three syllables
        number, rest = divmod(number, len(_SYLLABLES))
        written += _SYLLABLES[rest]
    return written


def reports(count: int, random: Random) -> Iterator[dict[str, str]]:
    """Yield made-up reports: few bodies get most of them, and few words are most of the text, as in real ones."""
    for number in range(count):
        body = min(_BODIES - 1, int(random.paretovariate(0.7)) - 1)
        own = (
            _WORDS + body * _OWN_WORDS + min(_OWN_WORDS - 1, int(random.paretovariate(1.0))) for _ in range(_OF_ITS_OWN)
        )
        others = (min(_WORDS - 1, int(random.paretovariate(0.5))) for _ in range(_AROUND))
        words = [word(at) for at in (*own, *others)]
        random.shuffle(words)
        chosen = random.randrange(_BODIES) if random.random() < _NOISE else body
        yield {"id": str(number), "text": " ".join(words), "agency": f"Unit {word(chosen)} {chosen}"}


def main() -> None:
    """Write the reports, learn from them in a process of its own, and print its time and most memory."""
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        history, model = Path(folder, "history.jsonl"), Path(folder, "model.json")
        with history.open("wb") as file:
            file.writelines(orjson.dumps(row) + b"\n" for row in reports(count, Random(1)))  # noqa: S311 - made-up reports
        start = time.perf_counter()
        command = [sys.executable, "-m", "lapor", "learn", "--from", str(history), "--out", str(model), "--anyway"]
        subprocess.run(command, check=True)  # noqa: S603 - our own program
        seconds = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        sys.stdout.write(
            f"{count} reports, {_BODIES} bodies: {seconds:.0f} s ({used.ru_utime + used.ru_stime:.0f} s of processors),"
            f" at most {used.ru_maxrss >> 10} MiB; the model has {model.stat().st_size >> 10} KiB\n"
        )


if __name__ == "__main__":
    main()
