"""A site on web hosts: a plain one that a browser visits with the network cut."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.sites import plain_host

import pressgraph

pytestmark = pytest.mark.slow

MODULES = Path(__file__).parent / "node_modules"
VISIT = Path(__file__).parent / "browser" / "site.mjs"
ENGINE = Path(pressgraph.__file__).parent / "site" / "built" / "oxigraph.wasm"
DAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hosted") / "site"
    pressgraph.open(built).site(out, url="https://data.example.org/below/", day=DAY)
    return out


@pytest.fixture(scope="module")
def seen(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a browser sees on a plain host, while no other one can be reached."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next((there for name in names if (there := shutil.which(name))), None)
    node = shutil.which("node")
    if browser is None or node is None or not (MODULES / "puppeteer-core").is_dir() or not ENGINE.is_file():
        pytest.skip("needs Chromium, Node, and what 'npm ci --prefix tests' and 'make assets' install")
    shots = tmp_path_factory.mktemp("shots")
    with plain_host(site, "/below/") as address:
        call = [node, str(VISIT), address, browser, str(shots)]
        done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_way_from_home_to_a_question_works_on_a_plain_host_in_both_languages(seen: dict[str, Any]) -> None:
    ways = {step["name"]: step["url"].partition("#")[0] for step in seen["steps"]}
    for suffix, folder in (("", ""), ("-de", "de/")):
        assert ways[f"home{suffix}"] == folder
        assert ways[f"organisation{suffix}"] == f"{folder}doc/agent/biosaxony/"
        assert ways[f"label{suffix}"] == f"{folder}doc/label/biosaxony-ecei-silver-1/"
        assert ways[f"release{suffix}"] == f"{folder}doc/document/biosaxony-silver-label/"
        assert ways[f"query{suffix}"] == f"{folder}query/"
        assert any("biosaxony" in row for row in seen[f"rows{suffix}"])
        assert any(it.endswith(f"/{folder}doc/agent/biosaxony/") for it in seen[f"hits{suffix}"])
    assert any("Silver Label" in row for row in seen["asked"])
    assert ways["organisation-plain"] == "doc/agent/biosaxony/"


def test_nothing_is_asked_of_another_host_and_the_console_has_no_error(seen: dict[str, Any]) -> None:
    assert seen["elsewhere"] == []
    assert seen["console"] == []
