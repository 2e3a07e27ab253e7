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
