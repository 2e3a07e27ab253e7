"""A newcomer's way through the editor in headless Chromium, with scripts and without; axe-core agrees on every page."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
import yaml
from harness import start
from tests.browsers import driven

import pressgraph

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).parent / "browser" / "edit.mjs"
TOLD = SCRIPT.with_name("told.mjs")
# a busy machine takes its time for the whole story
pytestmark = pytest.mark.timeout(700)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run `pressgraph edit` in a folder; yield the address of the file that lets a browser in."""
    command = [sys.executable, "-m", "pressgraph", "--project", str(folder), "edit", "--no-browser", "--lang", "en"]
    settings = {**os.environ, "PRESSGRAPH_CONFIG": str(folder.with_name("settings.toml"))}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=settings)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        match = re.search(r"file://\S+\.html", line)
        assert match is not None, line
        yield match[0]
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "has ended" in said
    assert not Path(unquote(match[0].removeprefix("file://"))).exists()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser found in the editor, then on the pages; `project` is its folder, a new one each time."""
    node, browser = driven()
    project = tmp_path_factory.mktemp("told") / "news"
    project.mkdir()
    with running(project) as page:
        seen = shown(node, SCRIPT, page, browser, NO_PICTURES, project)
    pressgraph.open(project).build()
    server = start(project)
    try:
        return {**seen, "project": project, "told": shown(node, TOLD, server.url, browser, NO_PICTURES)}
    finally:
        server.stop()


NO_PICTURES = ""
"""What the scripts get in the place of a folder for pictures."""


def shown(*command: object) -> dict[str, Any]:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_the_story_is_told_with_mouse_and_keys(story: dict[str, Any]) -> None:
    steps = story["steps"]
    assert steps["day"] == "15 January 2026"
    assert steps["chosen"] == "Küstenlicht e. V., das Photonik-Cluster in Schleswig-Holstein"
    assert steps["begun"] == "Das Label gilt"
    assert (steps["formFocus"], steps["popFocus"], steps["problemFocus"]) == ("h-form", "kind", "problems")
    assert "    type: ClusterOrganisation\n    name: Küstenlicht\n" in steps["live"]
    assert re.fullmatch(r"Saved \d\d:\d\d", steps["saved"])
    assert steps["problems"] == [
        "nothing here is called so",
        "this is not read as a date; write a day, a month or a year",
    ]
    assert steps["notSaved"] == "Not saved: 2 problems"
    assert steps["meaning"].startswith("May 2024. Written as startDate: 2024-05")
    assert (steps["undone"], steps["redone"]) == (["Undone", False], ["Made again", True])
    assert len(steps["changes"]) == 2
    assert steps["nextToReview"]
    assert steps["kept"] == ".2026-01-15-gold-label-fuer-kuestenlicht-e-v.yaml.mine"
    before, theirs, mine = steps["conflict"]
    assert "Küstenlicht" in before
    assert "Küstenlicht Nord" in theirs
    assert "Küstenlicht Süd" in mine
    assert steps["leaving"] == 1


def test_the_story_is_told_on_a_telephone_by_keyboard_alone(story: dict[str, Any]) -> None:
    told = story["steps"]["narrow"]
    assert told["cut"] == ""
    assert told["focus"] == ["fact-0", "h-form", "fact-0", "kind", "problems"]
    assert told["drafted"] > 1
    # beside an open form there is no room for the text
    assert told["textAside"] == "none"
    facts, to_review, problems, _ = told["reviewed"]
    assert (facts, to_review, problems) == (told["drafted"], 0, 0)
    assert told["problem"] == "Not saved: 1 problem"
    assert re.fullmatch(r"Saved \d\d:\d\d", told["saved"])
    assert told["undone"] == "Undone"


def test_it_works_without_scripts_and_for_one_browser(story: dict[str, Any]) -> None:
    assert "A unit belongs to an organisation" in story["steps"]["plainProblem"]
    assert re.fullmatch(r"Saved \d\d:\d\d", story["steps"]["plain"])
    assert story["steps"]["nothing"]
    assert story["steps"]["stranger"] == 403


def test_the_console_is_silent_and_axe_finds_nothing(story: dict[str, Any]) -> None:
    assert story["console"] == []
    assert story["violations"] == [], json.dumps(story["violations"], indent=1)


def test_what_was_told_is_in_the_file_and_is_built(story: dict[str, Any]) -> None:
    project = story["project"]
    (path,) = (project / "data" / "releases").glob("2026-01-*.yaml")
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [it["id"] for it in written["source"]["rejected"]] == ["agent/kuestenlicht"]
    by_key = {key: fact[key] for fact in written["facts"] for key in fact}
    assert by_key["member"] == {"id": "agent/merle-osterkamp", "type": "Person", "name": "Merle Osterkamp"}
    assert by_key["startDate"] == "2024-05"
    assert by_key["reviewedBy"] == "agent/kuestenlicht"
    assert [it["name"] for it in written["facts"] if it.get("type") == "OrganizationalUnit"] == ["Arbeitsgruppe Lidar"]
    workspace = pressgraph.open(project)
    assert workspace.project.published.title == "Küstenlicht"
    assert b"registered-association" in b"".join(workspace.convert())


def test_the_pages_show_what_was_told(story: dict[str, Any]) -> None:
    told = story["told"]
    assert [it["name"] for it in told["seen"]] == ["1280", "1280-plain", "390", "390-plain"]
    for seen in told["seen"]:
        assert "Gold-Label für Küstenlicht e. V." in seen["home"]
        assert "Merle Osterkamp" in seen["release"]
        assert "Arbeitsgruppe Lidar" in seen["release"]
        # what a person said is not so, and what was not saved, is nowhere
        assert "Photonics" not in seen["release"]
        assert "Küstenlicht Süd" not in seen["release"]
        assert "May 2024" in seen["person"]
    assert told["console"] == []
    assert told["violations"] == [], json.dumps(told["violations"], indent=1)
    printed = told["printed"]
    for hidden in ("search", "records"):
        assert printed[hidden]
        assert not any(printed[hidden])
    assert printed["receipts"]
    assert all(printed["receipts"])
    assert printed["headline"] == [True]
