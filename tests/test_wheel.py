"""The wheel, installed alone, does what the checkout does, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pressgraph.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("ontology", "shapes", "queries", "data")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build wheel and source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--sdist",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(ROOT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Install the wheel into an environment of its own; return what runs that environment's Python.

    The dependencies come from this environment by PYTHONPATH, which, unlike a .pth file, does not read the .pth file
    of the editable installation there: pressgraph itself can only be the wheel's.
    """
    folder = tmp_path_factory.mktemp("alone")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-q", "--no-index", "--no-deps", str(wheel)], check=True, capture_output=True)
    dependencies = sysconfig.get_paths()["purelib"]

    def run(*arguments: str) -> bytes:
        done = subprocess.run(
            [str(python), *arguments],
            capture_output=True,
            check=False,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": dependencies, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    where = Path(run("-c", "import pressgraph; print(pressgraph.__file__)").decode().strip())
    assert where.is_relative_to(folder)
    return run


def checkout(*arguments: str) -> bytes:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


@pytest.mark.parametrize(
    "arguments",
    [
        ["convert", "FOUNDING", "-f", "nquads"],
        ["convert", "FOUNDING", "-f", "jsonld"],
        ["profile", "context"],
        # the catalogue is there
        ["--lang", "de", "profile", "keys", "AwardedLabel"],
        ["profile", "schema"],
        ["query"],
        ["query", "--show", "labels-valid-on"],
        ["profile", "terms", "label-level"],
        ["rule", "AwardedLabel-heldBy-minCount"],
    ],
    ids=" ".join,
)
def test_installed_wheel_writes_the_same_bytes(
    installed: Callable[..., bytes], founding_path: Path, tmp_path: Path, arguments: list[str]
) -> None:
    # a folder of its own: in the checkout the project's folders are the shipped ones
    given = [str(founding_path) if it == "FOUNDING" else it for it in arguments]
    written = checkout("--project", str(tmp_path), *given)
    assert written
    assert installed("-m", "pressgraph", "--project", str(tmp_path), *given) == written


def test_installed_wheel_makes_a_project_that_builds(installed: Callable[..., bytes], tmp_path: Path) -> None:
    folder = str(tmp_path / "news")
    installed("-m", "pressgraph", "init", folder)
    installed("-m", "pressgraph", "--project", folder, "build")
    answer = installed("-m", "pressgraph", "--project", folder, "query", "labels-valid-on", "-p", "date=2026-06-01")
    assert b"Gold Label" in answer


def files_below(*folders: str) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not {"__pycache__", "node_modules"} & set(path.parts)
    }


def test_wheel_holds_resources_templates_and_types(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"pressgraph/_resources/{name}" for name in files_below(*FOLDERS)} <= names
    editor = files_below("src/pressgraph/server/editor", "src/pressgraph/site/engine")
    assert editor
    assert {name.removeprefix("src/") for name in files_below("src/pressgraph") - editor} <= names
    assert not {name.removeprefix("src/") for name in editor} & names
    assert "pressgraph/py.typed" in names
    assert [name for name in names if name.endswith((".pyc", ".env")) or "tests/" in name] == []
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_source_distribution_holds_what_the_wheel_is_built_from(dist: Path) -> None:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert files_below(*FOLDERS, "src/pressgraph") <= names
    assert [name for name in names if "node_modules" in name] == []
    assert {"pyproject.toml", "LICENSE", "README.md"} <= names
    assert [name for name in names if name.startswith((".pressgraph", "build/", ".venv"))] == []
