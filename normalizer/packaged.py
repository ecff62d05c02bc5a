"""Reads the data files that ship inside the packages."""

from importlib import resources
from typing import Any

import yaml


def document(package: str, name: str) -> Any:
    """Return the YAML document `name` in the package's data folder."""
    text = (resources.files(package) / "data" / name).read_text("utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)
