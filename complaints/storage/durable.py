"""Writes small files to disk whole or not at all."""

import os
from pathlib import Path


def write_durably(path: Path, text: str) -> None:
    """Write a file so that it holds either the old text or the new one after a power cut.

    Raises:
        OSError: the disk cannot store the text; the old file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f"{path.suffix}.new")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
