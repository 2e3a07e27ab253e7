"""The tutorial of the README works as it is printed, where a person would type it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def shell_blocks() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_line_of_the_tutorial_works(tmp_path: Path) -> None:
    """In a fresh folder with the environment that `make demo` made: no other 'pressgraph' is on the PATH."""
    install, *tutorial = shell_blocks()
    commands = [line.split("#")[0].strip() for line in install.splitlines()]
    # two commands; the demo and the tests are run by `make` itself
    assert commands == ["make demo", "make test"]
    assert tutorial
    (tmp_path / ".venv").symlink_to(sys.prefix)
    environment = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ} | {
        "PATH": "/usr/bin:/bin"
    }
    # -e: the first line that fails ends it; -x: stderr says which it was
    command = ["/bin/sh", "-e", "-x", "-c", "".join(tutorial)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=170
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "news" / "pressgraph.toml").is_file()
    assert "kuestenlicht" in done.stdout


def test_make_with_an_old_python_says_in_one_sentence_what_is_needed(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / ".ci").mkdir()
    for name in ("pyproject.toml", ".ci/constraints.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    # a Python that takes itself for an older one
    old = tmp_path / "bin" / "python3"
    old.parent.mkdir()
    pretend = "import sys; sys.version_info = (3, 10, 12, 'final', 0); exec(sys.argv.pop(1))"
    old.write_text(f'#!/bin/sh\n[ "$1" = -c ] && shift\nexec {sys.executable} -c "{pretend}" "$@"\n', encoding="utf-8")
    old.chmod(0o755)
    environment = {"PATH": f"{old.parent}:/usr/bin:/bin", "LC_ALL": "C"}
    for target in ("demo", "test"):
        done = subprocess.run(
            ["make", target], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        said = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make: ***")]
        assert done.returncode == 2
        assert said == [f"pressgraph needs Python 3.11 or newer; try: make PYTHON=python3.12 {target}"]
        assert not (tmp_path / ".venv").exists()
