"""Servers that tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness import Server, build, make_project, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the founding release, built."""
    project = make_project(tmp_path_factory.mktemp("built"))
    build(project, root)
    return project


@pytest.fixture(scope="session")
def founding_server(built: Path) -> Iterator[Server]:
    """A read-only server of the founding release."""
    server = start(built)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A writable server with an empty dataset."""
    server = start(make_project(tmp_path_factory.mktemp("writable"), {"workers": 1}), "--writable")
    yield server
    server.stop()


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test."""
    running: list[Server] = []

    def run(project: Path | None = None, *options: str, **settings: Any) -> Server:
        server = start(project or make_project(tmp_path / "project", settings), *options)
        running.append(server)
        return server

    yield run
    for server in running:
        server.stop()
