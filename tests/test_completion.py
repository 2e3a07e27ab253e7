"""What a shell offers while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.shell_completion import ShellComplete

import pressgraph
from pressgraph.cli import main
from pressgraph.scaffold import create_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completion") / "p"
    create_project(folder)
    with (folder / "pressgraph.toml").open("a", encoding="utf-8") as file:
        file.write('\n[endpoints.network]\nurl = "https://sparql.example.org/"\n')
    pressgraph.open(folder).build()
    return folder


def offered(folder: Path, *typed: str) -> list[str]:
    """Return what is offered for the last word, which may be empty."""
    shell = ShellComplete(main, {}, "pressgraph", "_PRESSGRAPH_COMPLETE")
    *before, incomplete = typed
    return [item.value for item in shell.get_completions(["--project", str(folder), *before], incomplete)]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (("export", "-f", "n"), "nquads"),
        (("convert", "--format", "tr"), "trig"),
        (("query", "-f", "mark"), "markdown"),
        (("facts", "convert", "-f", "xl"), "xlsx"),
        (("extract", "-f", "fac"), "facts"),
        (("export", "--depth", "a"), "all"),
        (("query", "--endpoint", ""), "network"),
        (("push", "--endpoint", "net"), "network"),
        (("export", "--about", "document/2026"), "document/2026-01-15-gold-label"),
        (("embed", "page.html", "--about", "document/"), "document/2026-01-15-gold-label"),
        (("query", "labels-valid"), "labels-valid-on"),
        (("rule", "unknown-k"), "unknown-key"),
        (("facts", "template", "AwardedL"), "AwardedLabel"),
        (("profile", "terms", "label-l"), "label-level"),
    ],
    ids=lambda it: " ".join(it) if isinstance(it, tuple) else it,
)
def test_names_are_offered_where_one_is_wanted(project: Path, typed: tuple[str, ...], name: str) -> None:
    found = offered(project, *typed)
    assert name in found
    assert all(it.startswith(typed[-1]) for it in found)


def test_ids_of_receipts_are_not_offered(project: Path) -> None:
    assert [it for it in offered(project, "export", "--about", "") if it.startswith(("fact/", "evidence/"))] == []


def test_a_project_that_cannot_be_opened_offers_nothing(tmp_path: Path) -> None:
    (tmp_path / "pressgraph.toml").write_text("[project\n", encoding="utf-8")
    assert offered(tmp_path, "export", "--about", "agent/") == []
    assert offered(tmp_path, "query", "--endpoint", "") == []
    assert offered(tmp_path, "export", "-f", "turt") == ["turtle"]
