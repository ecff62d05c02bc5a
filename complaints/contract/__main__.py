"""Regenerates the JSON Schemas from the models: `python -m complaints.contract`. Read the diff before you commit it."""

import json
from pathlib import Path

from complaints.contract import MODELS, schema


def main() -> None:
    """Write one schema per model of a record, into the folder `schemas` next to this file."""
    folder = Path(__file__).parent / "schemas"
    folder.mkdir(exist_ok=True)
    for name, model in MODELS.items():
        text = json.dumps(schema(model), indent=1, ensure_ascii=False)
        (folder / f"{name.lower()}.json").write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main()
