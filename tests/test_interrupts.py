"""Ctrl-C at any moment is one line and exit status 130."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pressgraph.scaffold import create_project

if TYPE_CHECKING:
    from pathlib import Path

# Python tells its hooks of imports, of files that are opened and of much else: moments that do not depend on a clock
DRIVER = """
import os, signal, sys
moment, sys.argv = int(sys.argv[1]), ["pressgraph", *sys.argv[2:]]
from pressgraph.__main__ import run
count = 0
def hook(event, arguments):
    global count
    count += 1
    if count == moment:
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(hook)
try:
    run()
finally:
    print("events", count, file=sys.stderr)
"""
STOPPED = "\nstopped; nothing was left half-written\n"


def interrupted(moment: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", DRIVER, str(moment), *arguments]
    return subprocess.run(call, check=False, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("interrupts") / "p"
    create_project(folder)
    return folder


@pytest.mark.parametrize(
    "command",
    [["--help"], ["validate"], ["build", "--full"], ["export", "-f", "turtle"], ["query", "labels"], ["no-such"]],
    ids=" ".join,
)
def test_interrupt_is_one_line_whatever_is_under_way(project: Path, command: list[str]) -> None:
    arguments = ["-q", "--project", str(project), *command]
    if command[0] in {"export", "query"}:
        assert interrupted(0, "-q", "--project", str(project), "build").returncode == 0
    whole = interrupted(0, *arguments)
    last = re.search("events ([0-9]+)", whole.stderr)
    assert last is not None, whole.stderr
    for part in range(8):
        moment = 1 + int(last[1]) * part // 8
        result = interrupted(moment, *arguments)
        said = re.sub("events [0-9]+\n", "", result.stderr)
        assert (result.returncode, said) == (130, STOPPED), moment
    after = interrupted(0, *arguments)
    assert (after.returncode, after.stdout) == (whole.returncode, whole.stdout)
