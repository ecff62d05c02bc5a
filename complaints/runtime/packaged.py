"""Reads the data files that are shipped inside the packages."""

from importlib import resources
from typing import Any

import yaml


def document(package: str, name: str) -> Any:
    """Return the YAML document `name` in the package's data folder."""
    return yaml.load(text(package, name), Loader=yaml.CSafeLoader)


def text(package: str, name: str) -> str:
    """Return the text of the file `name` in the package's data folder."""
    return (resources.files(package) / "data" / name).read_text("utf-8")
