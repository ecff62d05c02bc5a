"""The complaints of the demo."""

from importlib.resources import files

import yaml

from lapor.feed.items import Item


def read_samples() -> list[Item]:
    """Return the complaints of the demo, each with its own sender."""
    rows = yaml.safe_load(files("lapor.demo.samples").joinpath("complaints.yaml").read_text("utf-8"))
    return [
        Item(
            channel=row["channel"],
            title=row.get("title", ""),
            text=row["text"],
            sender=f"62812000{place:05d}" if row["channel"] == "sms" else f"warga{place}",
        )
        for place, row in enumerate(rows)
    ]
