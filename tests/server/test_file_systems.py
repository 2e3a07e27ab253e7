"""File systems that know no hard links, such as exFAT and network shares: building, serving, writing, publishing."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import pytest
from harness import Server, make_project, run_build_apart, start
from test_publication import FACTS, NAMES, eventually, publish_personal, write_facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

# the numbers of link(2), where there is one, and linkat(2)
_CALLS = {"x86_64": (86, 265), "aarch64": (37, 37)}


def _refuse_links(number: int) -> bool:
    """Let the kernel refuse every hard link of this thread and of the processes it starts (seccomp(2))."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    link, linkat = _CALLS[platform.machine()]
    load, equal, answer = 0x20, 0x15, 0x06
    instructions = (
        (load, 0, 0, 0),
        (equal, 1, 0, link),
        (equal, 0, 1, linkat),
        (answer, 0, 0, 0x0005_0000 | number),
        (answer, 0, 0, 0x7FFF_0000),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *it) for it in instructions))
    program = Program(len(instructions), ctypes.cast(code, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, seccomp, by_filter = 38, 22, 2
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) or libc.prctl(seccomp, by_filter, ctypes.byref(program)):
        return False
    with suppress(OSError):
        os.link(__file__, f"{__file__}.link")
        return False
    return True


def without_links(number: int, do: Callable[[], T]) -> T:
    """Do something in a thread that may make no hard link, nor may its processes: each try ends with this error."""
    if sys.platform != "linux" or platform.machine() not in _CALLS:
        pytest.skip("only Linux refuses system calls by number")
    found: list[T] = []
    failed: list[BaseException] = []
    refused: list[bool] = []

    def run() -> None:
        refused.append(_refuse_links(number))
        if refused[0]:
            try:
                found.append(do())
            except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
                failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if not refused[0]:
        pytest.skip("this kernel takes no filter for system calls")
    if failed:
        raise failed[0]
    return found[0]


def tables(folder: Path) -> list[int]:
    """How often each table of a store is linked."""
    return [path.stat().st_nlink for path in folder.rglob("*.sst")]


MORE = FACTS + "\n  - id: agent/more\n    type: Organization\n    name: One more\n"


def test_a_project_is_built_where_there_are_no_hard_links(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    # file systems refuse them in these words
    refusals = (errno.EPERM, errno.EOPNOTSUPP, errno.EXDEV, errno.EMLINK)
    for number, facts in zip(refusals, (FACTS, MORE, FACTS, MORE), strict=True):
        write_facts(project, facts)
        without_links(number, lambda: run_build_apart(project))
        assert set(tables(project / ".pressgraph")) == {1}
    # what it leaves is what a build makes where there are links
    without = {path.name for path in (project / ".pressgraph").iterdir()}
    run_build_apart(project)
    assert {path.name for path in (project / ".pressgraph").iterdir()} == without


def test_a_project_is_served_and_written_to_where_there_are_no_hard_links(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", {"workers": 1})
    publish_personal(project, personal=False)
    write_facts(project, FACTS)

    def run() -> Server:
        run_build_apart(project)
        return start(project, "--writable")

    server = without_links(errno.EPERM, run)
    try:
        headers = {"content-type": "text/turtle", **server.may_write}
        names = len(server.rows(NAMES))
        assert names
        for number in (1, 2):
            written = server.client.put("/store/x", content=f"<x:s> <x:p> {number} .", headers=headers)
            assert written.status_code in {201, 204}
            assert server.rows("SELECT ?o { <x:s> <x:p> ?o }") == [{"o": str(number)}]
        # a build is published beside what was written, and what is withdrawn is gone
        write_facts(project, MORE)
        without_links(errno.EPERM, lambda: run_build_apart(project))
        eventually(lambda: len(server.rows(NAMES)) == names + 1)
        assert server.rows("SELECT ?o { <x:s> <x:p> ?o }") == [{"o": "2"}]
        publish_personal(project, personal=True)
        write_facts(project, FACTS)
        without_links(errno.EPERM, lambda: run_build_apart(project))
        eventually(lambda: len(server.rows(NAMES)) > names)
        assert server.client.get("/readyz").status_code == 200
        assert set(tables(project)) == {1}
    finally:
        server.stop()
