"""Install the wheel as a user does, alone and without extras, measure that, and have it do the main job.

python .ci/plain_install.py

What it imports and does not declare, and what is missing in the wheel, ends this with an error.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
PAGE = "<!DOCTYPE html><html lang=en><head><title>Release</title></head><body>Hello</body></html>"


def run(*command: str | Path, folder: Path) -> str:
    """Run a command in a folder; return what it prints to stdout."""
    done = subprocess.run([*map(str, command)], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    return done.stdout


def main() -> None:
    """Measure and try the plain installation."""
    with tempfile.TemporaryDirectory(prefix="pressgraph-") as name:
        folder = Path(name)
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
        run(*pip, "wheel", "--no-deps", "-w", "dist", ROOT, folder=folder)
        (wheel,) = (folder / "dist").glob("*.whl")
        run(sys.executable, "-m", "venv", "--without-pip", "alone", folder=folder)
        python = folder / "alone" / "bin" / "python"
        began = time.monotonic()
        run(*pip, "--python", python, "install", "-c", CONSTRAINTS, wheel, folder=folder)
        seconds = time.monotonic() - began
        (packages,) = (folder / "alone").glob("lib/python*/site-packages")
        count = len([*packages.glob("*.dist-info")])
        size = sum(path.stat().st_size for path in packages.rglob("*") if path.is_file() and path.suffix != ".pyc")
        print(f"{count} packages, {size / 1e6:.0f} MB, installed in {seconds:.0f} s")  # noqa: T201 - the result
        try_it(folder / "alone" / "bin" / "pressgraph", folder)


def try_it(program: Path, folder: Path) -> None:
    """Make a project; convert, validate, build, ask, export, embed and extract with it."""
    run(program, "init", "news", folder=folder)
    news = folder / "news"
    assert "FactGraph" in run(program, "convert", folder=news)  # noqa: S101 - a check
    run(program, "validate", folder=news)
    run(program, "build", folder=news)
    assert "labelLabel" in run(program, "query", "labels-valid-on", "-p", "date=2026-06-01", "-f", "csv", folder=news)  # noqa: S101 - a check
    exported = run(program, "export", folder=news)
    assert "clu:" in exported  # noqa: S101 - a check
    (news / "page.html").write_text(PAGE, encoding="utf-8")
    about = run(program, "query", "SELECT ?r { ?r a schema:NewsArticle } LIMIT 1", "-f", "csv", folder=news).split()[1]
    run(program, "embed", "page.html", "--about", about, folder=news)
    assert "NewsArticle" in run(program, "extract", "page.html", "-f", "turtle", folder=news)  # noqa: S101 - a check


if __name__ == "__main__":
    main()
