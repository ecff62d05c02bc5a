"""The lists in import-linter's contracts name everything that they are about, so that a new folder is held too."""

import tomllib
from pathlib import Path
from typing import Any

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


def test_every_channel_is_independent_of_the_others() -> None:
    """A new channel's folder goes into the list. The sender step is everybody's."""
    assert set(contract("Channels are independent")["modules"]) == parts("channels", modules=False) - {
        "channels.sending"
    }


def test_every_embedded_server_is_independent_of_the_others() -> None:
    """Likewise."""
    assert set(contract("Stand-ins and embedded servers")["modules"]) == parts("embedded", modules=False)


def test_everything_in_the_router_but_its_shell_is_pure() -> None:
    """A new module is pure, or is named here as a shell."""
    pure = {name for name in contract("Pure cores")["source_modules"] if name.startswith("router.")}
    assert pure == parts("router") - SHELLS


def test_the_vocabulary_is_every_module_at_the_root_of_complaints() -> None:
    """Its folders are not: they know it, and it knows none of them."""
    assert set(contract("The storage, the bus and the runtime")["source_modules"]) == parts("complaints", folders=False)


def test_the_layers_inside_lapor_are_all_its_parts() -> None:
    """No room beside the line."""
    layers = {f"lapor.{name}" for name in contract("Inside lapor")["layers"]}
    assert layers == parts("lapor")
