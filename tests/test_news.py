"""All kinds of news: ten example releases, which lie outside the repository, say every fact with a key."""

import os
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from pressgraph.cli import main

EXAMPLES = Path(os.environ.get("PRESSGRAPH_EXAMPLES", Path(__file__).parents[2] / "shared" / "design" / "knowledge"))
RELEASES = sorted((EXAMPLES / "examples").glob("*.yaml"))

pytestmark = pytest.mark.skipif(not RELEASES, reason="the example releases are not at hand")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project of the releases, their evidence counted in characters where they quote words."""
    root = tmp_path_factory.mktemp("news")
    (root / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")
    folder = root / "data" / "releases"
    folder.mkdir(parents=True)
    for path in RELEASES:
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        (folder / f"{path.stem}.txt").write_text(text, encoding="utf-8")

        def spans(match: re.Match[str], text: str = text) -> str:
            words = yaml.safe_load(match[1])
            found = [
                (text.index(it), text.index(it) + len(it)) for it in ([words] if isinstance(words, str) else words)
            ]
            return f"evidence: {[list(span) for span in found]}"

        written = re.sub(r"evidence: (.*)", spans, path.read_text(encoding="utf-8"))
        (folder / path.name).write_text(written, encoding="utf-8")
    return root


def test_the_releases_conform(project: Path) -> None:
    files = [str(it) for it in sorted((project / "data" / "releases").glob("*.yaml"))]
    result = CliRunner().invoke(main, ["--project", str(project), "validate", *files])
    assert result.exit_code == 0, result.output
    # the congress of f begins a day before its fair
    assert "10 files, 114 facts: 1 warning" in result.output
    assert "EventAdvice-days" in result.output
