"""A real Chromium for tests of pages: the system's, else installed by the system's packages, else by Playwright; never skipped."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.harness import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

INSTALL_S = 800
"""Some 100 MB over a slow line; tests that use this fixture have a time limit above it."""

TIME_LIMIT_S = 900

HOW = (
    "no Chromium was found and none could be installed: run `apt-get install chromium` as root, or"
    f" `{sys.executable} -m playwright install --with-deps chromium`"
)


def _found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _run(*command: str) -> bool:
    try:
        done = subprocess.run(
            command,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            timeout=INSTALL_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _installed() -> str | None:
    """Install Chromium by Debian's packages if that is possible, and return its path."""
    try:
        return debian.ensure("chromium", "chromium")
    except debian.NotInstalledError:
        return None


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium for one file: Playwright's event loop must be gone before another file runs one of its own."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
    with sync_playwright() as playwright:
        path = _found()
        if path is None and not Path(playwright.chromium.executable_path).exists():
            path = _installed()
            if path is None:
                _run(sys.executable, "-m", "playwright", "install", "chromium")
        try:
            browser = playwright.chromium.launch(executable_path=path, args=arguments)
        except Error as error:
            pytest.fail(f"{HOW}\n{error}")
        yield browser
        browser.close()
