"""Where the server listens, and what it says about it."""

from __future__ import annotations

import json
import resource
import socket
import stat
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import httpx
import pytest
from harness import empty, free_port, make_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return empty(make_project(tmp_path / "p", {"workers": 1}))


@contextmanager
def serving(project: Path, *options: str, files: int | None = None) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start a server; yield it, and what it said when it was ready."""
    log = project / "listening.log"

    def limit() -> None:
        assert files is not None
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "pressgraph", "--project", str(project), "serve", *options],
            stdout=file,
            stderr=file,
            preexec_fn=limit if files is not None else None,  # noqa: PLW1509 - no other threads use what it sets
        )
    try:
        until = time.monotonic() + 60
        while "serving at " not in log.read_text(encoding="utf-8"):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < until
            time.sleep(0.05)
        yield process, log.read_text(encoding="utf-8").partition("serving at ")[2].partition("\n")[0]
    finally:
        process.terminate()
        process.wait(30)


def works(address: str) -> bool:
    try:
        return httpx.get(f"{address}healthz", timeout=20, trust_env=False).text == "ok\n"
    except httpx.TransportError:
        return False


def has_ipv6() -> bool:
    with suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@needs_ipv6
@pytest.mark.parametrize("hosts", [["::"], ["localhost"], ["127.0.0.1", "::1"], ["0.0.0.0", "::"]])  # noqa: S104
def test_both_families_are_answered_at_one_port(hosts: list[str], project: Path) -> None:
    with serving(project, "--port", "0", *(option for host in hosts for option in ("--host", host))) as (_, said):
        port = said.split("/")[2].rpartition(":")[2]
        assert works(f"http://127.0.0.1:{port}/")
        assert works(f"http://[::1]:{port}/")


@pytest.mark.parametrize("host", ["0.0.0.0", pytest.param("::", marks=needs_ipv6)])  # noqa: S104 - this is the test
def test_where_it_says_that_it_is_it_is(host: str, project: Path) -> None:
    with serving(project, "--port", "0", "--host", host) as (_, said):
        assert works(said.partition(",")[0])
        assert said.endswith(", and at all other addresses of this machine")


def test_each_address_that_is_said_works(project: Path) -> None:
    with serving(project, "--port", "0", "--host", "127.0.0.1", "--host", "127.0.0.2") as (_, said):
        assert len(said.split(" and ")) == 2
        assert all(map(works, said.split(" and ")))


def test_addresses_may_be_a_list_in_the_configuration(project: Path) -> None:
    path = project / "pressgraph.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'host = ["127.0.0.1", "127.0.0.3"]\n', encoding="utf-8")
    with serving(project, "--port", "0") as (_, said):
        assert all(map(works, said.split(" and ")))


def test_a_unix_socket_is_served_and_goes_with_the_server(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with serving(project, "--unix", str(path)) as (_, said):
        assert said == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://data.example") as client:
            assert client.get("/healthz").text == "ok\n"
            forwarded = {"x-forwarded-proto": "https", "accept": "text/turtle"}
            assert "https://data.example/sparql" in client.get("/void", headers=forwarded).text
    assert not path.exists()


def test_a_unix_socket_stands_beside_a_port(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with serving(project, "--unix", str(path), "--host", "127.0.0.1", "--port", "0") as (_, said):
        address, _, unix = said.partition(" and ")
        assert works(address)
        assert unix == f"unix:{path}"


def test_the_socket_of_a_killed_server_is_taken_over_and_that_of_another_is_not(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    with serving(project, "--unix", str(path)):
        second = subprocess.run(
            [sys.executable, "-m", "pressgraph", "--project", str(project), "serve", "--unix", str(path)],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 2
        assert "is in use" in second.stderr
        assert path.exists()


@pytest.mark.parametrize("name", ["pressgraph.toml", "none/socket", "a" * 200])
def test_a_path_that_can_be_no_socket_is_said(name: str, project: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "pressgraph", "--project", str(project), "serve", "--unix", str(project / name)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert found.returncode == 2
    assert "socket" in found.stderr
    assert "Traceback" not in found.stderr
    assert (project / "pressgraph.toml").is_file()


def test_a_port_that_is_taken_in_one_family_is_said(project: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.2", port)):
        command = [sys.executable, "-m", "pressgraph", "--project", str(project), "serve", "--port", str(port)]
        found = subprocess.run(
            [*command, "--host", "127.0.0.1", "--host", "127.0.0.2"],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert found.returncode == 2
    assert f"port {port} of 127.0.0.2 is in use" in found.stderr


def test_few_file_descriptors_are_said_at_the_start_and_bound_the_connections(project: Path) -> None:
    with serving(project, "--port", "0", files=256) as (_, said):
        line = next(json.loads(it) for it in (project / "listening.log").read_text().splitlines() if '"limit"' in it)
        assert line["open_files"] == 256
        assert line["instead_of"] == 1000
        port = int(said.rstrip("/").rpartition(":")[2])
        held = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(300)]
        assert works(said)
        for sock in held:
            sock.close()
    assert '"event":"error"' not in (project / "listening.log").read_text()


def test_too_few_file_descriptors_are_said_with_what_to_do(project: Path) -> None:
    command = f"ulimit -n 100; exec {sys.executable} -m pressgraph --project {project} serve --port 0"
    found = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True, timeout=60)
    assert found.returncode == 2
    assert "only 100 files may be open" in found.stderr
    assert "ulimit -n" in found.stderr
    assert "delete" not in found.stderr
