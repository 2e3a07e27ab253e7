"""Environments of their own for programs that are measured beside pressgraph and cannot live in its environment."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[1] / "build" / "peers"


def environment(name: str, *packages: str) -> Path:
    """Return the interpreter of a peer's environment, which is made the first time.

    `packages` are pinned requirements, such as `rdflib-endpoint==0.6.3`. Raises CalledProcessError where pip fails.
    """
    folder = _FOLDER / name
    python = folder / "bin" / "python"
    made = folder / "packages.txt"
    wanted = "\n".join(packages)
    if not made.is_file() or made.read_text(encoding="utf-8") != wanted:
        print(f"installing {', '.join(packages)} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
        made.write_text(wanted, encoding="utf-8")
    return python
