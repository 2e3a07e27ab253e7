"""What tests of sites share: a checker of links, and what the files of a folder are."""

from __future__ import annotations

import http.server
import json
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

import lxml.html

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

HOST = "http://site.invalid/"
"""Stands for wherever a folder is published: a reference that leads elsewhere leaves the host."""
_LINKING = {"href", "src", "action", "poster", "data", "formaction"}
_LOADING = {
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("source", "src"),
    ("iframe", "src"),
    ("form", "action"),
}


class Page:
    """The references of a page, and the places on it."""

    def __init__(self, content: str) -> None:
        self.references: list[str] = []
        self.loads: list[str] = []
        """What a browser asks for by itself, or sends a form to."""
        self.ids: set[str] = set()
        for element in lxml.html.document_fromstring(content).iter("*"):
            self._read(element.tag, element.attrib)

    def _read(self, tag: str, values: Mapping[str, str]) -> None:
        if "id" in values:
            self.ids.add(values["id"])
        relation = values.get("rel", "")
        for key in _LINKING & set(values):
            if (tag == "link" and relation == "canonical") or (relation == "alternate" and "hreflang" in values):
                continue
            self.references.append(values[key])
            if (tag, key) in _LOADING and (tag != "link" or relation in {"stylesheet", "icon", "preload"}):
                self.loads.append(values[key])
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            self.references.append(values["content"].partition("url=")[2])


def broken_links(folder: Path, *, path: str = "/") -> list[str]:
    """Return the references of all pages in a folder that lead to no file, or to no place in one.

    `path` is where the folder is published on its host.
    """
    files = {it.relative_to(folder).as_posix(): it for it in sorted(folder.rglob("*")) if it.is_file()}
    pages = {name: Page(it.read_text(encoding="utf-8")) for name, it in files.items() if name.endswith(".html")}
    root = urljoin(HOST, path)
    broken = []
    for name, parsed in pages.items():
        address = root + name.removesuffix("index.html")
        for reference in dict.fromkeys(parsed.references):
            target = urlsplit(urljoin(address, reference))
            where = target._replace(query="", fragment="").geturl()
            if not where.startswith(HOST):
                if reference in parsed.loads:
                    broken.append(f"{name} leaves the host: {reference}")
                continue
            if not where.startswith(root):
                broken.append(f"{name} leaves the folder: {reference}")
                continue
            file = unquote(where.removeprefix(root))
            if where.endswith("/"):
                file += "index.html"
            if file not in files:
                broken.append(f"{name}: {reference}")
            elif target.fragment and unquote(target.fragment) not in getattr(pages.get(file), "ids", ()):
                broken.append(f"{name}: no such place: {reference}")
    return broken


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, by name."""
    return {it.relative_to(folder).as_posix(): it.read_bytes() for it in sorted(folder.rglob("*")) if it.is_file()}


def times(folder: Path) -> dict[str, int]:
    """Return when the files of a folder were written, by name."""
    return {it.relative_to(folder).as_posix(): it.stat().st_mtime_ns for it in folder.rglob("*") if it.is_file()}


def searchable(folder: Path, language: str = "") -> dict[str, str]:
    """Return what a site's search finds: pages by name."""
    found = json.loads((folder / language / "names.json").read_text(encoding="utf-8"))
    return {name: page for page, name, *_ in found["things"]}


@contextmanager
def plain_host(folder: Path, path: str = "/") -> Iterator[str]:
    """Serve a folder as a plain host does, below a path; yield the address."""
    below = path.strip("/")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            plain = path.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
            if below and not plain.startswith(f"/{below}/"):
                return str(folder / "nothing")
            return super().translate_path(plain.removeprefix(f"/{below}") if below else plain)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/{f'{below}/' if below else ''}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
