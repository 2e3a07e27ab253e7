"""A reader's way through the pages in headless Chromium: it works without JavaScript too; axe-core agrees."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.browsers import driven

from pressgraph.server.views.static import EDITOR

if TYPE_CHECKING:
    from harness import Server

SCRIPT = Path(__file__).parent / "browser" / "visit.mjs"
# a busy machine takes its time for the whole walk
pytestmark = pytest.mark.timeout(700)


@pytest.fixture(scope="module")
def visit(founding_server: Server) -> dict[str, Any]:
    node, browser = driven()
    # without a folder for them, no pictures are taken
    done = subprocess.run(
        [node, str(SCRIPT), founding_server.url, browser],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_the_way_leads_from_home_to_a_download(visit: dict[str, Any], founding_server: Server) -> None:
    ways = ["home", "search", "thing", "source", "query", "result"]
    for suffix in ("", "-plain", "-desk-de"):
        names = [step["name"] for step in visit["steps"]]
        assert [name for name in names if name in {f"{way}{suffix}" for way in ways}] == [
            f"{it}{suffix}" for it in ways
        ]
        assert visit[f"rows{suffix}"] >= 1
        answer = founding_server.client.get(visit[f"download{suffix}"])
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")


def test_it_works_without_javascript_but_for_the_editor(visit: dict[str, Any]) -> None:
    assert visit["rows-plain"] == visit["rows"]
    assert visit["editor-plain"] is False
    assert visit["editor"] is (EDITOR / "editor.js").is_file()


def test_the_editor_completes_highlights_and_shows_mistakes(visit: dict[str, Any]) -> None:
    if not visit["editor"]:
        pytest.skip("the editor is not installed: make assets")
    assert any("clu:ClusterOrganisation" in it and "cluster organisation" in it for it in visit["completions"])
    assert visit["keywords"] > 5
    assert "nonsense" in visit["wrong"]


def test_the_keyboard_is_enough(visit: dict[str, Any]) -> None:
    ran = ["BUTTON", "Result"] if visit["editor"] else []
    assert visit["focus"] == ["skip", "q", "biosaxony", *ran]


def test_the_console_has_no_error(visit: dict[str, Any]) -> None:
    assert visit["console"] == []


def test_axe_finds_nothing(visit: dict[str, Any]) -> None:
    assert visit["violations"] == []
