"""The documentation as a site is complete, and leads nowhere that is not there."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml

import pressgraph

ROOT = Path(__file__).resolve().parents[1]


class Links(HTMLParser):
    """A page's ids, what it links to, and what a browser loads for it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids |= {value for name in ("id", "name") if (value := values.get(name))}
        if tag == "a" and (link := values.get("href")):
            self.links.append(link)
        loaded = values.get("src") or (values.get("href") if tag == "link" else None)
        if loaded:
            self.loaded.append(loaded)


def site(folder: Path) -> dict[str, Links]:
    """Build the site as `make docs` does, elsewhere; return its pages by path."""
    command = [sys.executable, "-m", "mkdocs", "--quiet", "build", "--strict", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {it.relative_to(folder).as_posix(): it for it in folder.rglob("*") if it.is_file()}
    return {
        name: Links(path.read_text(encoding="utf-8") if path.suffix == ".html" else "") for name, path in pages.items()
    }


def broken_links(site: dict[str, Links]) -> list[tuple[str, str]]:
    broken = []
    for name, page in site.items():
        # the page of errors is served at any address, and so has addresses from the root
        for link in page.links if name != "404.html" else ():
            parts = urlsplit(urljoin(f"https://docs.invalid/{name}", link))
            if parts.netloc != "docs.invalid":
                continue
            path = unquote(parts.path).lstrip("/")
            target = site.get(f"{path}index.html" if path.endswith("/") or not path else path)
            if target is None or (parts.fragment and unquote(parts.fragment) not in target.ids):
                broken.append((name, link))
    return broken


@pytest.mark.slow
def test_the_site_is_complete_and_leads_to_what_is_there(tmp_path: Path) -> None:
    """One test, as building takes as long as all the rest."""
    pages = site(tmp_path)
    assert broken_links(pages) == []
    # a browser loads nothing from elsewhere
    assert [(name, it) for name, page in pages.items() for it in page.loaded if urlsplit(it).netloc] == []
    own = ("architecture", "benchmarks", "changelog", "contributing", "glossary", "releasing", "security")
    assert {f"{it}/index.html" for it in own} <= {*pages}
    for rule in ("unknown-key", "near-duplicate-places", "AwardedLabel-heldBy-minCount", "Event-name"):
        assert f"rules/{rule}/index.html" in pages
    assert {"pressgraph.workspace.Workspace.build", "pressgraph.errors.PressgraphError"} <= pages["api/index.html"].ids


def test_the_reference_of_the_command_line_is_current() -> None:
    written = runpy.run_path(str(ROOT / ".ci" / "write_cli_reference.py"))["text"]()
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == written, "make cli-reference"


def test_the_table_of_keys_is_current() -> None:
    written = runpy.run_path(str(ROOT / ".ci" / "write_keys.py"))["text"]()
    assert (ROOT / "docs" / "keys.md").read_text(encoding="utf-8") == written, "make profile"


def test_links_between_the_checkouts_pages_lead_to_files() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
    assert len(pages) > 10
    for page in pages:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_glossary_is_sorted() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    words = [line.split("|")[1].strip().casefold() for line in lines if line.startswith("|")][2:]
    assert words == sorted(words)


def test_the_citation_agrees_with_the_project() -> None:
    """Citation File Format 1.2.0: required keys, and what is said twice."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert citation.keys() >= {"message", "title", "authors"}
    assert citation["type"] == "software"
    assert (citation["title"], citation["version"]) == (project["name"], pressgraph.__version__)
    assert [it["name"] for it in citation["authors"]] == [it["name"] for it in project["authors"]]
    assert " AND ".join(citation["license"]) == project["license"]


def test_the_hooks_of_commits_need_no_network() -> None:
    pytest.importorskip("pre_commit", reason="pre-commit is not installed")
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(ROOT / ".pre-commit-config.yaml")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [it["repo"] for it in config["repos"]] == ["local"]
    assert {hook["language"] for it in config["repos"] for hook in it["hooks"]} == {"system"}


def _blocks(page: str, language: str) -> list[str]:
    """Return the blocks of a page in a language, in its order."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)


def test_what_the_pages_on_facts_and_profiles_show_passes_as_it_is_written(tmp_path: Path) -> None:
    """In one project: what docs/facts.md shows before the files of docs/examples, and all of docs/profile.md."""
    before = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8").partition("\n## By example\n")[0]
    source, facts, _evidence, figures = [it for it in _blocks("facts.md", "yaml") if it in before and "\n" in it[:-1]]
    # the text itself is the reader's
    source = "".join(line for line in source.splitlines(keepends=True) if "file:" not in line)
    lab, shapes, measure = [it for it in _blocks("profile.md", "turtle") if it.count("\n") > 4]
    files = {
        "pressgraph.toml": '[project]\nbase = "https://data.example.org/"\n',
        "data/facts.yaml": source + facts + figures,
        "data/lines.jsonl": _blocks("facts.md", "json")[0],
        "data/own.yaml": source.replace("2026-01-15-gold-label", "own")
        + "facts:\n"
        + "".join(_blocks("profile.md", "yaml")),
        "ontology/lab.ttl": lab,
        "ontology/measure.ttl": measure,
        "shapes/lab.ttl": shapes,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    report = pressgraph.open(tmp_path).validate()
    told = [f"{it.place}: {it.message} [{it.rule}]" for it in report.findings("en") if it.severity.name != "INFO"]
    assert told == []
