"""Writes data/roots.txt: the root words of Indonesian, from PySastrawi, which distinguish an unknown word from a name."""

import sys
from importlib import resources
from pathlib import Path

from normalizer.matter.matters import RARE
from normalizer.text import fold

TARGET = Path(__file__).parent.parent / "data" / "roots.txt"


def main() -> None:
    """Write the root words of a single word and at least four letters to data/roots.txt, in alphabetical order; print how many they are."""
    text = (resources.files("Sastrawi") / "Stemmer" / "data" / "kata-dasar.txt").read_text("utf-8")
    roots = sorted({fold(line).decode("ascii") for line in text.splitlines()})
    kept = [root for root in roots if root.isalpha() and len(root) >= RARE - 1]
    TARGET.write_text("\n".join(kept) + "\n", "utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(kept)} words\n")


if __name__ == "__main__":
    main()
