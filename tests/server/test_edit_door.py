"""Who is let into the editor: raw requests from other pages, names and browsers; and what hostile texts come to."""

from __future__ import annotations

import contextlib
import http.client
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

import pytest

import pressgraph
from pressgraph.edit.web.app import Activity
from pressgraph.edit.web.desk import Desk
from pressgraph.edit.web.run import IDLE, run
from pressgraph.scaffold import create_project

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "data/releases/2026-01-15-gold-label.yaml"


class Visitor:
    """Somebody who sends requests, byte by byte as they like."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = ""
        self.token = ""

    def ask(
        self, method: str, target: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            sent = {"host": f"127.0.0.1:{self.port}", "cookie": self.cookie}
            if body is not None:
                sent |= {"content-length": str(len(body)), "content-type": "application/x-www-form-urlencoded"}
                sent["origin"] = f"http://{sent['host']}"
            for name, value in (sent | {name.replace("_", "-"): value for name, value in headers.items()}).items():
                if value:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, answer.read().decode()
        finally:
            connection.close()

    def post(self, target: str, fields: dict[str, str], **headers: str) -> tuple[int, dict[str, str], str]:
        return self.ask("POST", target, urlencode(fields).encode(), **headers)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    create_project(tmp_path)
    workspace = pressgraph.open(tmp_path)
    desk = Desk(root=tmp_path, session=workspace.editing)
    told, activity = threading.Event(), Activity()
    server = threading.Thread(
        target=run, args=(desk,), kwargs={"browser": False, "say": lambda _: told.set(), "activity": activity}
    )
    server.start()
    assert told.wait(60)
    yield desk
    # as if nobody had asked for anything for an hour: it ends by itself
    activity.last -= IDLE + 1
    server.join(60)
    assert not server.is_alive()
    assert desk.door.folder is None


def let_in(desk: Desk) -> Visitor:
    """Enter as the browser does that the file opens."""
    assert desk.door.folder is not None
    return entered(desk.door.folder / "open.html")


def entered(page: Path) -> Visitor:
    """Enter by the file that lets a browser in."""
    assert page.stat().st_mode & 0o777 == 0o600
    assert page.parent.stat().st_mode & 0o777 == 0o700
    target = re.search(r"http://127\.0\.0\.1:(\d+)(/enter\?ticket=[\w-]+)", page.read_text())
    assert target is not None
    visitor = Visitor(int(target[1]))
    deadline = time.monotonic() + 60
    while True:
        try:
            status, headers, _ = visitor.ask("GET", target[2])
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert status == 200
    cookie = headers["set-cookie"]
    assert cookie.startswith(f"pressgraph-edit-{visitor.port}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    visitor.cookie = cookie.partition(";")[0]
    # the ticket is good for one browser, once
    assert visitor.ask("GET", target[2])[0] == 403
    assert not page.exists()
    token = re.search(r'name="token" value="([^"]+)"', visitor.ask("GET", "/")[2])
    assert token is not None
    visitor.token = token[1]
    return visitor


def test_nobody_but_one_browser_reads_or_writes(desk: Desk) -> None:
    visitor = let_in(desk)
    path = desk.root / NAME
    before = path.read_bytes()
    port = desk.door.port
    said = {"token": visitor.token, "name": NAME, "kind": "Person", "k.name.0": "X"}
    status, headers, page = visitor.ask("GET", f"/file?name={NAME}")
    assert status == 200
    assert "Küstenlicht" in page
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert not [name for name in headers if name.startswith("access-control")]
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1",
        f"127.0.0.1:{port + 1}",
        f"127.0.0.1.evil.example:{port}",
    ):
        for method, target in (("GET", "/"), ("GET", "/static/pressgraph.css"), ("GET", "/enter?ticket=x")):
            assert visitor.ask(method, target, host=host)[0] in {404, 421}, host
        assert visitor.post("/save", said, host=host, origin=f"http://{host}")[0] == 421
    for origin in ("", "null", "http://evil.example", f"http://127.0.0.1:{port + 1}", f"https://127.0.0.1:{port}"):
        assert visitor.post("/save", said, origin=origin)[0] == 403, origin
    assert visitor.post("/save", said, origin=f"http://localhost:{port}")[0] == 403
    assert visitor.post("/save", said, sec_fetch_site="cross-site")[0] == 403
    for token in ("", "x", visitor.token[:-1], "ü"):
        for target in ("/save", "/preview", "/release", "/review", "/undo", "/begin"):
            assert visitor.post(target, {**said, "token": token})[0] == 403, target
    for cookie in (
        "",
        "x",
        f"pressgraph-edit-{port}=x",
        f"pressgraph-edit-{port + 1}={visitor.cookie.partition('=')[2]}",
    ):
        other = Visitor(port)
        other.cookie = cookie
        assert other.ask("GET", "/")[0] == 403
        assert other.post("/save", said)[0] == 403
    assert visitor.ask("GET", "/save")[0] == 405
    assert visitor.ask("OPTIONS", "/save")[0] == 405
    assert visitor.ask("GET", "/nothing-here")[0] == 404
    assert path.read_bytes() == before
    # only files of the project, whatever they are called
    for name in (
        "../../etc/passwd",
        "/etc/passwd",
        "pressgraph.toml",
        "data/releases/../../pressgraph.toml",
        NAME + "\0",
    ):
        assert visitor.ask("GET", f"/file?{urlencode({'name': name})}")[0] == 404
    # the same request from the editor's own page is carried out
    status, headers, _ = visitor.post("/save", said)
    assert status == 303
    assert b"name: X" in path.read_bytes()


def test_strange_texts_and_forms_are_shown_as_they_are(desk: Desk) -> None:
    visitor = let_in(desk)

    def begun(text: str, day: str = "2026-02-01") -> str:
        status, headers, page = visitor.post("/begin", {"token": visitor.token, "text": text, "day": day})
        assert status == 303, page[-500:]
        return headers["location"]

    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)> {{ 7 * 7 }}'
    place = begun(f"{evil}\n\nText & <b>more</b>.")
    _, _, page = visitor.ask("GET", place)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page
    name = re.search(r'name="name" value="([^"]+)"', page)
    assert name is not None
    fields = {"token": visitor.token, "name": name[1], "kind": "Person", "k.name.0": evil, "words": evil, "at": "0-4"}
    status, headers, page = visitor.post("/save", fields)
    assert status == 303, page[-2000:]
    for target in (headers["location"], f"/file?{urlencode({'name': name[1], 'words': evil, 'q': evil, 'at': '0-9'})}"):
        _, _, page = visitor.ask("GET", target)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    # from right to left, and from left to right in it
    _, _, page = visitor.ask("GET", begun("تجمع الضوئيات\n\nحصل Küstenlicht على الملصق. \u202eabc\u202c"))
    assert '<p dir="auto">' in page
    # two megabytes, and what is too much
    sentence = "Küstenlicht hat 86 Mitglieder. "
    place = begun("Lang\n\n" + sentence * (2_000_000 // len(sentence.encode())))
    status, _, page = visitor.ask("GET", place)
    assert status == 200
    assert page.count('data-to="') == 2_000_000 // len(sentence.encode()) + 1
    assert visitor.post("/begin", {"token": visitor.token, "text": "x" * 17 * 1024 * 1024})[0] == 413
    for bad in ({"index": "-1"}, {"index": "9" * 30}, {"index": "7" * 9}, {"kind": "Nothing"}, {"at": "9-1"}):
        status, _, _ = visitor.post(
            "/save", {"token": visitor.token, "name": NAME, "kind": "Person", "k.name.0": "", **bad}
        )
        assert status in {404, 422}, bad


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of 64 kB; without the right to do so the test skips."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False, timeout=30)
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, timeout=30)


def test_a_full_disk_and_a_read_only_file_lose_nothing(desk: Desk) -> None:
    visitor = let_in(desk)
    saved = {"token": visitor.token, "kind": "Person", "k.name.0": "Merle Osterkamp"}

    def save(name: str) -> tuple[int, str]:
        status, _, page = visitor.post("/save", {**saved, "name": name})
        return status, page

    path = desk.root / NAME
    before = path.read_bytes()
    path.chmod(0o444)
    status, page = save(NAME)
    assert status == 409
    assert "Permission denied" in page
    # what was typed can be copied
    assert re.search(r'<textarea id="copy"[^>]*>  - id: agent/merle-osterkamp\n[^<]*name: Merle Osterkamp', page)
    assert path.read_bytes() == before
    path.chmod(0o644)
    assert save(NAME)[0] == 303
    with small_disk(desk.root / "data" / "small") as disk:
        (disk / "gold.yaml").write_bytes(before.replace(b"document/", b"document/small-"))
        kept = (disk / "gold.yaml").read_bytes()
        with contextlib.suppress(OSError), (disk / "full").open("wb") as file:
            while True:
                file.write(b"x" * 4096)
                file.flush()
        status, page = save("data/small/gold.yaml")
        assert status == 409
        assert "No space left on device" in page
        assert re.search(r'<textarea id="copy"[^>]*>[^<]*name: Merle Osterkamp', page)
        assert (disk / "gold.yaml").read_bytes() == kept
        assert sorted(it.name for it in disk.iterdir()) == ["full", "gold.yaml"]
        assert 'disabled data-key="undo"' in visitor.ask("GET", "/file?name=data/small/gold.yaml")[2]
        (disk / "full").unlink()
        status, page = save("data/small/gold.yaml")
        assert status == 303, page[-2000:]


def test_an_editor_that_is_killed_before_the_rename_leaves_the_file_whole(tmp_path: Path) -> None:
    create_project(tmp_path)
    path = tmp_path / NAME
    before, names = path.read_bytes(), sorted(it.name for it in path.parent.iterdir())
    program = (
        "import os, signal, sys; from pathlib import Path; from pressgraph.cli import main;"
        "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
        "main(['--project', sys.argv[1], 'edit', '--no-browser', '--lang', 'en'])"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            told = re.search(r"file://(\S+\.html)", process.stderr.readline())
            assert told is not None
            visitor = entered(Path(unquote(told[1])))
            said = {"token": visitor.token, "name": NAME, "kind": "Person", "k.name.0": "Merle Osterkamp"}
            with pytest.raises((http.client.HTTPException, ConnectionError)):
                visitor.post("/save", said)
            assert process.wait(60) == -signal.SIGKILL
        finally:
            process.kill()
    assert path.read_bytes() == before
    # what was written lies beside, hidden, and is no facts file
    (left,) = (it.name for it in path.parent.iterdir() if it.name not in names)
    assert left.startswith(".")
    workspace = pressgraph.open(tmp_path)
    assert NAME in workspace.project.facts_names()
    assert not [it for it in workspace.project.facts_names() if left in it]
    workspace.edit(path).say({"id": "agent/merle-osterkamp", "type": "Person", "name": "Merle Osterkamp"})
    assert b"Merle Osterkamp" in path.read_bytes()


def test_what_meets_another_program_is_shown_and_not_written(desk: Desk) -> None:
    visitor = let_in(desk)
    path = desk.root / NAME
    said: dict[str, Any] = {"token": visitor.token, "name": NAME, "kind": "Person", "k.name.0": "Merle Osterkamp"}
    kept = path.read_bytes()
    path.unlink()
    assert visitor.post("/save", said)[0] in {404, 409}
    path.write_bytes(kept)
    assert visitor.post("/save", said)[0] == 303
    # another program writes between opening and saving: both are shown, and nothing is written before it is decided
    last = max(map(int, re.findall(r'data-fact="(\d+)"', visitor.ask("GET", f"/file?{urlencode({'name': NAME})}")[2])))
    _, _, page = visitor.ask("GET", f"/file?{urlencode({'name': NAME, 'fact': last, 'form': '1'})}")
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.partition('id="form"')[2]))
    theirs = path.read_bytes().replace(b"name: Merle Osterkamp", b"name: Theirs")
    assert theirs != path.read_bytes()
    path.write_bytes(theirs)
    status, _, page = visitor.post("/save", {**sent, "k.name.0": "Mine"})
    assert status == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert path.read_bytes() == theirs


def test_a_text_that_changed_names_the_facts_that_it_no_longer_bears(desk: Desk) -> None:
    visitor = let_in(desk)
    begun = {"token": visitor.token, "text": "Gold\n\nKüstenlicht hat 86 Mitglieder.", "day": "2026-02-01"}
    _, headers, _ = visitor.post("/begin", begun)
    _, _, page = visitor.ask("GET", headers["location"])
    name = re.search(r'name="name" value="([^"]+)"', page)
    assert name is not None
    place = f"/file?{urlencode({'name': name[1]})}"
    said = {
        "token": visitor.token,
        "name": name[1],
        "kind": "Person",
        "k.name.0": "Küstenlicht",
        "words": "Küstenlicht",
    }
    assert visitor.post("/save", said)[0] == 303
    assert "no longer stand" not in visitor.ask("GET", place)[2]
    (text,) = (desk.root / "data").glob("**/2026-02-01*.txt")
    text.write_text("Gold\n\nMoorwind hat 86 Mitglieder.\n", encoding="utf-8")
    page = visitor.ask("GET", place)[2]
    told = re.search(r'<div class="problems" role="note".*?</div>', page, re.DOTALL)
    assert told is not None, page
    assert "1 fact no longer stands" in told[0]
    assert "Küstenlicht" in told[0]
