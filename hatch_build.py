"""Build hook: compiles folders of the program into a wheel with mypyc, if LAPOR_BUILD is `compiled`; plain Python is the default."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
"""The file name suffix of an extension module, which contains the version of Python and the platform."""

PACKAGES = ("complaints", "normalizer", "router")
"""The packages that the compiled modules import: mypy needs their types."""

MYPY = """[mypy]
ignore_missing_imports = True
[mypy-pydantic.*,pydantic_core.*,holidays.*,yaml.*]
follow_imports = skip
"""
"""The types of these libraries are not needed, and reading them takes longer than compiling the modules."""

SETUP = """
from mypyc.build import mypycify
from setuptools import setup

made = mypycify({modules!r}, opt_level="2", debug_level="0", group_name="lapor")
for extension in made:
    extension.extra_compile_args += ["-fvisibility=hidden", "-fno-plt"]  # no other library calls the functions
setup(name="lapor", packages=[], ext_modules=made)
"""


class CompileHook(BuildHookInterface[Any]):
    """Compile the modules of `folders`, a list in pyproject.toml, into the wheel beside their sources.

    An editable install is always plain: an extension module in the source tree would hide an edit.
    """

    _scratch = Path()

    def finalize(self, _version: str, _build_data: dict[str, Any], _path: str) -> None:
        """Remove what was compiled, once the wheel has it."""
        if self._scratch.name:
            shutil.rmtree(self._scratch)

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and add the extension modules to the wheel.

        Raises:
            RuntimeError: mypyc or the C compiler failed; the text has what it printed.
        """
        if version == "editable" or os.environ.get("LAPOR_BUILD") != "compiled":
            return
        self._scratch = Path(tempfile.mkdtemp())
        root, scratch = Path(self.root), self._scratch
        modules = sorted(
            str(path.relative_to(root))
            for folder in self.config["folders"]
            for path in (root / folder).glob("*.py")
            if path.name != "__init__.py"
        )
        for package in PACKAGES:
            shutil.copytree(root / package, scratch / package, ignore=shutil.ignore_patterns("__pycache__", "data"))
        (scratch / "mypy.ini").write_text(MYPY)
        (scratch / "setup.py").write_text(SETUP.format(modules=modules))
        command = [sys.executable, "setup.py", "build_ext", "--inplace"]
        run = subprocess.run(  # noqa: S603  # our own command line
            command, cwd=scratch, capture_output=True, text=True, check=False
        )
        if run.returncode:
            raise RuntimeError(f"mypyc cannot compile the modules:\n{run.stdout}{run.stderr}")
        made = [path.relative_to(scratch) for path in scratch.rglob(f"*{SUFFIX}")]
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"].update(
            {str(scratch / path): str(path) for path in made if path.parts[0] != "build"}
        )
