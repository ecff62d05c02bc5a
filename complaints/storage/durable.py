"""Replaces small files on disk: after a power cut, each holds the whole old text or the whole new one."""

import os
from pathlib import Path


def write_durably(path: Path, text: str) -> None:
    """Replace the text of a file so that after a power cut it holds either the whole old text or the whole new one.

    The file and its folder are created if they do not exist.

    Raises:
        OSError: the disk cannot store the new text; the old file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")  # several processes may write the same file
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
