"""Ask a site for every page in every form, as clients do, and tell what does not resolve.

A folder is served on the loopback for that, with the negotiation that `hosts/` has rules for. A site at an address is
asked as it is: a host without rules, where Turtle is the file beside the page, is fine too.
"""

from __future__ import annotations

import http.server
import json
import re
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import ParseError, fromstring

import pyoxigraph as ox
import requests

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.site.hosts import NONE, accepted
from pressgraph.site.layout import DATA, PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_TIMEOUT = 20
_LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
_FILES = ("robots.txt", "names.json", "feed.xml", "calendar.ics", "void.ttl", "catalog.ttl", "graph.nt.gz")
_FORMS = {"text/html": PAGE, "text/turtle": DATA["turtle"], "application/ld+json": DATA["jsonld"]}
_WITH_DATA = re.compile(r"/(?:doc|ontology|terms)/(?:.*/)?$")


class Unresolved(NamedTuple):
    """What does not resolve: an address, what was accepted, and what came instead."""

    address: str
    accept: str
    reason: str


def check_site(
    target: str | Path, *, progress: Callable[[int, int], object] = lambda _done, _all: None
) -> tuple[int, list[Unresolved]]:
    """Ask a folder, or a site at an address, for all that its sitemap names; return how often, and what fails.

    Raises PressgraphError where there is no site.
    """
    if isinstance(target, str):
        return _Check(f"{target.rstrip('/')}/", progress).run()
    with _served(target) as address:
        return _Check(address, progress).run()


class _Check:
    def __init__(self, address: str, progress: Callable[[int, int], object]) -> None:
        self._address = address
        self._progress = progress
        self._session = requests.Session()
        self._asked = 0
        self._found: list[Unresolved] = []

    def run(self) -> tuple[int, list[Unresolved]]:
        with self._session:
            pages, published = self._pages()
            for number, page in enumerate(pages, start=1):
                self._page(page.removeprefix(published))
                self._progress(number, len(pages))
            for name in _FILES:
                self._ask(name, "*/*")
        return self._asked, self._found

    def _pages(self) -> tuple[list[str], str]:
        """Return the pages that the sitemap names, and the address that the site is made for."""
        robots = self._get("robots.txt", "*/*")
        named = re.search(
            r"^Sitemap:\s*(\S+)/sitemap\.xml\s*$", robots.text if robots is not None else "", re.MULTILINE
        )
        if robots is None or robots.status_code != requests.codes.ok or named is None:
            raise PressgraphError(
                gettext("there is no site at {address}", address=self._address),
                hint=gettext("its robots.txt names the sitemap; 'pressgraph site OUT' writes both"),
            )
        published = f"{named[1]}/"
        waiting, pages = [f"{published}sitemap.xml"], list[str]()
        while waiting:
            answer = self._get(waiting.pop().removeprefix(published), "*/*")
            try:
                root = fromstring(answer.content if answer is not None else b"")  # noqa: S314 - expat expands nothing from outside
            except ParseError as error:
                raise PressgraphError(gettext("the sitemap cannot be read: {reason}", reason=error)) from error
            found = [it.text or "" for it in root.iter(_LOC)]
            (waiting if root.tag.endswith("sitemapindex") else pages).extend(found)
        return pages, published

    def _page(self, name: str) -> None:
        html = self._ask(name, "text/html")
        if html is not None and not _is(html, "text/html"):
            self._tell(name, "text/html", html)
        if not _WITH_DATA.match(f"/{name}"):
            return
        for media_type, file in _FORMS.items():
            if media_type == "text/html":
                continue
            answer = self._get(name, media_type)
            if answer is not None and answer.status_code == requests.codes.ok and _is(answer, "text/html"):
                # a host that does not negotiate
                answer = self._get(name + file, media_type)
            if answer is None or answer.status_code != requests.codes.ok or not _reads(answer.content, media_type):
                self._tell(name, media_type, answer)
        if name.startswith("doc/"):
            self._thing(f"id/{name.removeprefix('doc/')}", name)

    def _thing(self, name: str, page: str) -> None:
        """Ask for a thing by its IRI: it is sent on, by the host or by a page."""
        answer = self._get(name.rstrip("/"), "text/html")
        leads = answer is not None and (
            urljoin(answer.url, answer.headers.get("location", "")).endswith(f"/{page}")
            if answer.is_redirect
            else answer.status_code == requests.codes.ok
        )
        if not leads and answer is not None and answer.is_redirect:
            # to the folder with the page that sends on
            answer = self._get(name, "text/html")
            leads = answer is not None and answer.status_code == requests.codes.ok
        if not leads:
            self._tell(name, "text/html", answer)

    def _ask(self, name: str, accept: str) -> requests.Response | None:
        answer = self._get(name, accept)
        if answer is None or answer.status_code != requests.codes.ok:
            self._tell(name, accept, answer)
            return None
        return answer

    def _get(self, name: str, accept: str) -> requests.Response | None:
        self._asked += 1
        try:
            return self._session.get(
                self._address + name, headers={"accept": accept}, timeout=_TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            self._found.append(Unresolved(self._address + name, accept, str(error)))
            return None

    def _tell(self, name: str, accept: str, answer: requests.Response | None) -> None:
        if answer is not None:
            said = f"{answer.status_code} {answer.headers.get('content-type', '')}".strip()
            self._found.append(Unresolved(self._address + name, accept, said))


def _is(answer: requests.Response, media_type: str) -> bool:
    return answer.headers.get("content-type", "").partition(";")[0].strip() == media_type


def _reads(content: bytes, media_type: str) -> bool:
    try:
        if media_type == "text/turtle":
            return next(iter(ox.parse(content, format=ox.RdfFormat.TURTLE)), None) is not None
        json.loads(content)
    except (ValueError, SyntaxError):
        return False
    return True


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback as its rules for hosts have it; yield the address."""
    if not (folder / "robots.txt").is_file():
        raise PressgraphError(
            gettext("there is no site in {folder}", folder=folder), hint=gettext("'pressgraph site OUT' writes one")
        )
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_TABLE = [(re.compile(pattern, re.IGNORECASE), name) for pattern, name in accepted()]


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # a page follows its head at once, not when the client says after 40 ms that it has the head
    disable_nagle_algorithm = True
    extensions_map = {  # noqa: RUF012 - as the class above has it
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".ttl": "text/turtle",
        ".jsonld": "application/ld+json",
    }

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/id/"):
            self.send_response(303)
            self.send_header("location", f"/doc/{path.removeprefix('/id/').rstrip('/')}/")
            self.send_header("content-length", "0")
            self.end_headers()
            return
        if _WITH_DATA.match(unquote(path)):
            accept = self.headers.get("accept", "")
            name = next((name for pattern, name in _TABLE if pattern.search(accept)), NONE)
            if name == NONE:
                self.send_error(406)
                return
            self.path = path + name
        super().do_GET()

    def list_directory(self, _path: object) -> None:
        """Show no folder: one without a page has nothing."""
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
