"""Real server processes on loopback, over projects built for the tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox

import pressgraph
from pressgraph.dataset import Snapshots
from pressgraph.dataset.withholding import Rules
from pressgraph.errors import PressgraphError
from pressgraph.profile import load_profile
from pressgraph.profile.kept import keep
from pressgraph.profile.sources import profile_sources
from pressgraph.project import open_project
from pressgraph.server.manifest import ServedManifest
from pressgraph.validation import load_checks
from pressgraph.validation.checks.check import CheckedGraph
from pressgraph.validation.incremental import FootprintCache

TOKEN = "a-token-that-only-tests-know"
BASE = "https://w3id.org/pressgraph/"


def _name(pid: int) -> str:
    """Return what a process is called, empty where it has ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _children(of: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == of:
            found.append(int(path.parent.name))
    return found


@dataclass
class Server:
    """A running `pressgraph serve`."""

    process: subprocess.Popen[bytes]
    url: str
    project: Path
    log: Path
    token: str = TOKEN
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        # tests share it: a language that one of them asks for is not for the next one
        forgetful = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self.client = httpx.Client(base_url=self.url, timeout=60, trust_env=False, cookies=forgetful)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def may_write(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def query(self, text: str, **headers: str) -> httpx.Response:
        return self.client.get("/sparql", params={"query": text}, headers=headers)

    def rows(self, text: str) -> list[dict[str, str]]:
        found = self.query(text, accept="application/sparql-results+json")
        assert found.status_code == 200, found.text
        return [{k: v["value"] for k, v in row.items()} for row in found.json()["results"]["bindings"]]

    def raw(self, data: bytes, *, wait: float = 5, most: int = 1_000_000) -> bytes:
        """Send bytes as they are, and return what comes back until the server closes or nothing more comes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as sock:
            try:
                sock.sendall(data)
                parts = b""
                while len(parts) < most:
                    part = sock.recv(65536)
                    if not part:
                        break
                    parts += part
            except (TimeoutError, ConnectionError):
                pass
            return parts

    def workers(self) -> list[int]:
        """The processes that answer queries."""
        return [pid for pid in self.children() if _name(pid) == "worker"]

    def writers(self) -> list[int]:
        """The processes that write."""
        return [pid for pid in self.children() if _name(pid) == "writer"]

    def nursery(self) -> int:
        """The process that forks the others."""
        (pid,) = _children(self.process.pid)
        return pid

    def children(self) -> list[int]:
        """The server's processes, without itself."""
        own = _children(self.process.pid)
        return [*own, *(pid for child in own for pid in _children(child))]

    def rss(self, pid: int | None = None) -> int:
        """Resident bytes of the server, or of another process."""
        try:
            text = Path(f"/proc/{pid or self.process.pid}/status").read_text()
        except OSError:
            return 0
        return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("VmRSS")), 0)

    def answers(self) -> bool:
        """Whether it still answers a small query that it has not been asked before."""
        return self.query(f"ASK {{ FILTER({time.monotonic_ns()} > 0) }}").status_code == 200

    def stop(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, seconds: float = 60) -> None:
    """Wait until something listens at a port."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens at port {port}")


def _keep_profile(project: Path) -> None:
    """Leave the compiled profile where a build has a folder, as a command before does: starts take it from there."""
    with suppress(PressgraphError):
        opened = open_project(project)
        keep(load_profile(opened), profile_sources(opened))


def start(project: Path, *options: str, token: str | None = TOKEN, log: Path | None = None) -> Server:
    _keep_profile(project)
    # another server of the same project may write its own
    log = log or project / f"server-{len(list(project.glob('server*.log')))}.log"
    environment = {**os.environ, "PRESSGRAPH_SERVE_TOKEN": token or ""}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "pressgraph", "--project", str(project), "serve", "--port", "0", *options],
            stdout=file,
            stderr=file,
            env=environment,
        )
    until = time.monotonic() + 120
    while time.monotonic() < until:
        said = log.read_text(encoding="utf-8")
        if "serving at http" in said:
            url = said.partition("serving at ")[2].split()[0].rstrip("/")
            return Server(process=process, url=url, project=project, log=log)
        if process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8')}")


def make_project(folder: Path, settings: dict[str, Any] | None = None, *, extra: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
        for key, value in (settings or {}).items()
    ]
    text = f'[project]\nbase = "{BASE}"\n{extra}\n[serve]\n' + "\n".join(lines) + "\n"
    (folder / "pressgraph.toml").write_text(text, encoding="utf-8")
    return folder


def build(project: Path, root: Path) -> None:
    releases = project / "data" / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    for path in (root / "data" / "releases").glob("*.yaml"):
        shutil.copy(path, releases)
    run_build(project)


@lru_cache
def _footprints() -> bytes:
    """What the shipped shapes and checks read, as a build keeps it: each project would take seconds to find it out."""
    with tempfile.TemporaryDirectory() as folder:
        project = open_project(make_project(Path(folder)))
        path = Path(folder) / "footprints.json"
        found = FootprintCache(path)
        graph = CheckedGraph(store=ox.Store(), profile=load_profile(project), id_base=project.id_base)
        found.learn(load_checks(project), graph)
        found.save()
        return path.read_bytes()


def run_build(project: Path) -> None:
    """Build in this process, which has read the code and the profile already."""
    kept = project / ".pressgraph" / "cache" / "footprints.json"
    if kept.parent.exists() and not kept.exists():
        kept.write_bytes(_footprints())
    pressgraph.open(project).build()


def run_build_apart(project: Path) -> None:
    """Build in a process of its own."""
    subprocess.run([sys.executable, "-m", "pressgraph", "--project", str(project), "-q", "build"], check=True)


def empty(project: Path, folder: str = "served") -> Path:
    """Publish an empty dataset, as of a server that nothing was written to yet."""
    candidate = Snapshots(project / folder).candidate(fresh=True)
    store = candidate.open_store()
    store.flush()
    del store
    candidate.publish(ServedManifest(rules=Rules().to_json(), written=True, id="empty"))
    return project
