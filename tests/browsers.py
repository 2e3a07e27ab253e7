"""The browser that pages are looked at with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

MODULES = Path(__file__).parent / "node_modules"
"""What drives it: `npm ci --prefix tests` installs that."""


def chromium() -> str:
    """Return Chromium's path; without it the test skips."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((there for name in names if (there := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    return found


def driven() -> tuple[str, str]:
    """Return the paths of Node and of Chromium, for a script that drives it; without these the test skips."""
    node = shutil.which("node")
    if node is None or not (MODULES / "puppeteer-core").is_dir():
        pytest.skip("needs Node and what 'npm ci --prefix tests' installs")
    return node, chromium()
