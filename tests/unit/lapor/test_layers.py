"""The lists in import-linter's contracts name everything that they are about, so that a new folder is held too."""

import tomllib
from pathlib import Path
from typing import Any

from tests.harness.tables import each

ROOT = Path(__file__).parents[3]
LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
SHELLS = {"router.app"}
"""Modules of the router that are not pure."""


def contract(beginning: str) -> dict[str, Any]:
    """Return the contract whose name begins so."""
    (found,) = [one for one in LINTER["contracts"] if one["name"].startswith(beginning)]
    return dict(found)


def parts(package: str, *, folders: bool = True, modules: bool = True) -> set[str]:
    """Return the dotted names of a package's direct parts."""
    folder = ROOT / package.replace(".", "/")
    found = {path.parent.name for path in folder.glob("*/__init__.py")} if folders else set()
    found |= (
        {path.stem for path in folder.glob("*.py") if path.stem not in {"__init__", "__main__"}} if modules else set()
    )
    return {f"{package}.{name}" for name in found}


def test_every_package_of_ours_is_held() -> None:
    """A folder with an __init__.py at the top level that no contract knows could import anything."""
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert ours == set(LINTER["root_packages"])


@each(
    ("beginning", "field", "package", "held"),
    [
        ("Channels are independent", "modules", "", parts("channels", modules=False) - {"channels.sending"}),
        ("Stand-ins and embedded servers", "modules", "", parts("embedded", modules=False)),
        ("Pure cores", "source_modules", "router.", parts("router") - SHELLS),
        ("The storage, the bus and", "source_modules", "", parts("complaints", folders=False)),
        ("Inside lapor", "layers", "", {name.removeprefix("lapor.") for name in parts("lapor")}),
    ],
)
def test_a_list_names_all_that_it_is_about(beginning: str, field: str, package: str, held: set[str]) -> None:
    """All channels but the sender step, all stand-ins, the router but its shell, the vocabulary without folders, the layers of lapor."""
    assert {name for name in contract(beginning)[field] if name.startswith(package)} == held
