"""Build hook: compiles the modules that read and route texts with mypyc, if the machine has a C compiler."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
"""The file name suffix of an extension module, which contains the version of Python and the platform."""

RECORD = f"complaints/runtime/compiled{SUFFIX}.json"
"""The file that records the last build: the digest of each module's source and the extension modules, or why nothing was compiled."""

PACKAGES = ("channels", "complaints", "conversation", "normalizer", "router")
"""The packages that the compiled modules import: mypy needs their types."""

TIMEOUT_S = 3_600
"""Maximum number of seconds for the compilation, which usually takes three to four minutes on two cores. Then nothing is compiled."""

REASON_LINES = 20
"""Number of last lines of the compiler's output that a reason quotes."""

MYPY = """[mypy]
ignore_missing_imports = True
[mypy-pydantic.*,pydantic_core.*,holidays.*,yaml.*]
follow_imports = skip
"""
"""The types of these libraries are not needed, and reading them takes longer than compiling the modules."""

FLAGS = ("-fvisibility=hidden", "-fno-plt")
"""Further options of the C compiler: no other library calls the compiled functions, so that one can be made a part of another."""

SETUP = """
from mypyc.build import mypycify
from setuptools import setup

made = mypycify({modules!r}, opt_level="2", debug_level="0", group_name="lapor")
for extension in made:
    extension.extra_compile_args += {flags!r}
setup(name="lapor", packages=[], ext_modules=made)
"""


class CompileHook(BuildHookInterface[Any]):
    """Compile `modules`, a list of paths in pyproject.toml, for wheels and for editable installs.

    A wheel holds the extension modules beside their sources. An editable install gets them in the source tree, where git ignores them.
    If there is no C compiler, if it fails, or if LAPOR_BUILD is `plain`, nothing is compiled, and the record says why. The plain sources
    do the same, but more slowly.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, unless the same sources were compiled before, and add the extension modules to the wheel."""
        root = Path(self.root)
        modules: list[str] = self.config["modules"]
        digests = {module: sha256((root / module).read_bytes()).hexdigest() for module in modules}
        record = _read(root)
        if record.get("modules") != digests or record.get("by") != _by() or reason_against():
            record = _build(root, digests)
        if version == "editable" or not record["files"]:
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"].update({str(root / name): name for name in [*record["files"], RECORD]})


def reason_against() -> str:
    """Return why nothing can be compiled here, or an empty string."""
    if os.environ.get("LAPOR_BUILD") == "plain":
        return "LAPOR_BUILD is set to plain"
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if not shutil.which(compiler):
        return f"there is no C compiler ({compiler}); on Debian and Ubuntu: apt-get install gcc python3-dev"
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        return "the headers of Python are missing; on Debian and Ubuntu: apt-get install python3-dev"
    return ""


def _by() -> str:
    """Return what else decides how the modules are compiled: this hook, mypy and Python."""
    return f"{sha256(Path(__file__).read_bytes()).hexdigest()} mypy {metadata.version('mypy')} python {sys.version}"


def _read(root: Path) -> dict[str, Any]:
    """Return the record of the last build, empty if there is none or one of its files is gone."""
    try:
        record: dict[str, Any] = json.loads((root / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if all((root / name).is_file() for name in record["files"]) else {}


def _build(root: Path, digests: dict[str, str]) -> dict[str, Any]:
    """Replace the files of a former build in the tree, and return the new record.

    While the files are copied, the record has no digests, so that the files of an interrupted build count as stale.
    """
    for left in [
        *root.glob(f"*__mypyc{SUFFIX}"),
        *(path for name in PACKAGES for path in (root / name).rglob(f"*{SUFFIX}")),
    ]:
        left.unlink()
    (root / RECORD).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        reason = reason_against() or _compile(root, list(digests), scratch)
        made = [] if reason else [path.relative_to(scratch) for path in scratch.rglob(f"*{SUFFIX}")]
        made = [path for path in made if path.parts[0] != "build"]
        files = sorted(str(path) for path in made)
        _write(root, {"modules": {}, "files": files, "reason": "a build was interrupted"})
        for name in files:
            shutil.copyfile(scratch / name, root / f"{name}.new")
            (root / f"{name}.new").replace(root / name)
    record = {"modules": {} if reason else digests, "files": files, "reason": reason, "by": _by()}
    _write(root, record)
    return record


def _write(root: Path, record: dict[str, Any]) -> None:
    draft = root / f"{RECORD}.new"
    draft.write_text(json.dumps(record, indent=1), "utf-8")
    draft.replace(root / RECORD)


def _compile(root: Path, modules: list[str], scratch: Path) -> str:
    """Compile copies of the sources in a scratch folder. Return an empty string, or the reason if that fails."""
    for package in PACKAGES:
        shutil.copytree(root / package, scratch / package, ignore=shutil.ignore_patterns("__pycache__", "data", "*.so"))
    (scratch / "mypy.ini").write_text(MYPY)
    (scratch / "setup.py").write_text(SETUP.format(modules=modules, flags=FLAGS))
    try:
        run = subprocess.run(
            [sys.executable, "setup.py", "build_ext", "--inplace"],
            cwd=scratch,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"the compiler was not done after {TIMEOUT_S} seconds; `touch hatch_build.py && make setup` tries again"
    if run.returncode == 0:
        return ""
    return "mypyc cannot compile the modules:\n" + "\n".join((run.stdout + run.stderr).splitlines()[-REASON_LINES:])
