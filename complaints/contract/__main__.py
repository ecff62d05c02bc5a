"""Regenerates the JSON Schemas from the models: `python -m complaints.contract`. Read the diff before you commit it."""

import json
from pathlib import Path

from complaints.contract import schema, topics


def main() -> None:
    """Write one schema per topic that carries events, into the folder `schemas` beside this file."""
    folder = Path(__file__).parent / "schemas"
    folder.mkdir(exist_ok=True)
    for name, topic in topics().items():
        if topic.model is not None:
            (folder / f"{name}.json").write_text(
                json.dumps(schema(topic.model), indent=1, ensure_ascii=False) + "\n", "utf-8"
            )


if __name__ == "__main__":
    main()
