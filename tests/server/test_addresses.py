"""Links: each leads to what it names, on this server and nowhere else; IRIs of every spelling have an address."""

from __future__ import annotations

import dataclasses
import http.client
import re
from contextlib import closing
from functools import cache
from html import unescape
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import ada_url
import pyoxigraph as ox
import pytest
from harness import BASE, Server, make_project, start
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import pressgraph
from pressgraph.errors import PressgraphError
from pressgraph.pages.profile_documents import ProfileDocuments
from pressgraph.project.serving import serving
from pressgraph.rdf.terms import external, is_iri
from pressgraph.server.http.addresses import Addresses, link

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = {"accept": "text/html"}
HERE = "https://here.example/some/page?x"
ODD = [
    "ä",
    "a%20b",
    "a%2Fb",
    "a/b",
    "a+b",
    "a;b=c",
    "a?x=1",
    "a?x=1&lang=de",
    "a?lang=de",
    "a#f",
    "x",
    "x.ttl",
    "x.ttl.ttl",
    "y.html",
    "z.",
    "z..",
    "...",
    "it's",
    "(p)",
    "%28p%29",
    "a%C3%A4",
    "a%c3%a4",
    "aä",
    "a:b@c",
    "%25",
    "%252F",
    "a%3Fb",
    "a%23b",
    "a%22b",
    "a%5Cb",
    "%5C%5Cevil.example",
    "日本",
    "\u202etxt",
    "a//b",
    "//evil.example/",
    "a/../b",
    "a/./c",
    "a/%2e%2e/d",
    "a/",
    "a~b",
    "a*b",
    "a,b",
    "e%CC%81",
    "e\u0301",
    "\xe9",
    "a%ff",
]
PREFIXES = ["", "/data", "/a/b"]
TEXTS = st.text(alphabet="/\\.%25fF2eE?#:@ab<>\"' \t\r\nä\u2028;&=", max_size=24)


@cache
def addresses(base: str = BASE, url: str = "") -> Addresses:
    workspace = pressgraph.open(Path(__file__).parents[2])
    project = dataclasses.replace(workspace.project, base=base, serve=serving({"url": url} if url else {}))
    return Addresses(project, ProfileDocuments(workspace.profile))


def mounted(prefix: str) -> Addresses:
    return addresses(f"https://own.example{prefix}/", f"https://own.example{prefix}")


def stays(reference: str, prefix: str) -> bool:
    """Whether a browser that follows a reference stays below a prefix of the host that it is at."""
    found = ada_url.URL(reference, HERE)
    return (
        (found.protocol, found.host) == ("https:", "here.example")
        and found.pathname.startswith(f"{prefix}/")
        and not found.pathname.startswith("//")
        and not (found.username or found.password or found.port)
    )


@settings(deadline=None)
@given(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=2), TEXTS, st.sampled_from(PREFIXES))
@example("//evil.example", {}, "", "")
@example("/\\evil.example", {}, "", "")
@example("/%2e%2e/%2E/../x", {}, "", "/data")
@example("\t/\n/evil.example", {}, "", "")
def test_a_link_never_leaves_the_host_nor_the_prefix(
    path: str, fields: dict[str, str], fragment: str, prefix: str
) -> None:
    found = link(path, fields, fragment=fragment, prefix=prefix)
    assert stays(found, prefix), found
    assert re.fullmatch(r"[!-~]*", found)
    assert not set(found) & set('<>"\\')


@settings(deadline=None)
@given(TEXTS, st.sampled_from(PREFIXES))
@example("/evil.example/x", "")
@example("id//evil.example/x", "")
@example("id/../../x", "/data")
@example("data/x", "/data")
@example("search?q=1", "")
def test_iris_below_the_base_are_shown_on_this_host(rest: str, prefix: str) -> None:
    known = mounted(prefix)
    iri = known.base + rest
    if not is_iri(iri):
        return
    place = known.place(iri)
    assert place is not None
    assert stays(place.link(prefix), prefix), place
    if not place.fields:
        # who follows the link asks for this IRI before all others
        path = ada_url.URL(place.link(), HERE).pathname
        readings = known.readings(path.removeprefix("/"), "")
        assert readings[0] == (iri, None), readings


@given(TEXTS)
@example("http:evil")
@example("javascript:alert(1)")
@example("HTTP://evil.example")
@example("https:////evil.example")
def test_iris_of_others_are_links_only_where_a_browser_goes_there(iri: str) -> None:
    found = external(iri)
    if found and is_iri(iri):
        assert iri.lower().startswith(("http://", "https://", "mailto:", "tel:"))
        if iri.lower().startswith("http") and ada_url.check_url(iri):
            assert ada_url.URL(iri, HERE).href == ada_url.URL(iri).href


@pytest.mark.parametrize("url", ["https://x.example//a", "https://x.example/a/../b", "https://x.example/a/./"])
def test_an_address_with_a_path_that_links_cannot_begin_with_is_refused(url: str) -> None:
    with pytest.raises(PressgraphError, match=re.escape(url.rstrip("/"))):
        addresses(url=url)


@pytest.mark.parametrize("name", ["id", "doc", "sparql/kg", "static", ".well-known"])
def test_a_mount_at_the_name_of_an_own_address_is_refused(name: str) -> None:
    with pytest.raises(PressgraphError, match="an address of the server itself"):
        addresses(url=f"https://x.example/{name}")


# -- on a running server


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of things with odd ids, each with a name of its own, and of some terms that nothing is said of."""
    server = start(make_project(tmp_path_factory.mktemp("odd"), {"workers": 1}), "--writable")
    said = "".join(
        f'<{BASE}id/agent/{name}> <http://schema.org/name> "odd{number:02}" .\n' for number, name in enumerate(ODD)
    )
    evil = (
        f"<{BASE}id/hub> <http://schema.org/url> <javascript:alert(1)>, <{BASE}/evil.example/x>, <{BASE}search?q=1>,"
        f" <{BASE}id/hub#part>, <{BASE}unknown#x>, <https://others.example/x>, <http:evil>, <https:////evil.example/> ;"
        f" a <{BASE}/evil.example/Class> .\n"
    )
    answer = server.client.put(
        "/store/odd",
        content=said + evil,
        headers={**server.may_write, "content-type": "text/turtle"},
    )
    assert answer.status_code == 201, answer.text
    yield server
    server.stop()


def raw(server: Server, path: str, accept: str) -> tuple[int, dict[str, str], str]:
    """Ask for a path as it is, which no client may make simpler."""
    request = f"GET {path} HTTP/1.1\r\nHost: x.example\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
    head, _, body = server.raw(request.encode()).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
    return int(first.split()[1]), headers, body.decode("utf-8", "replace")


def sent(name: str) -> str:
    """Return what a client sends for an IRI: what is no ASCII is escaped, and the fragment is not sent."""
    return quote(name, safe="%+;=?&'():@/~*,.!$").partition("#")[0]


@pytest.mark.parametrize("number", range(len(ODD)), ids=ODD)
def test_the_address_that_pages_link_to_shows_that_thing(number: int, odd: Server) -> None:
    name, iri = f"odd{number:02}", f"{BASE}id/agent/{ODD[number]}"
    found = raw(odd, f"/search?q={name}", "text/html")[2]
    (href,) = re.findall(r'<li><a href="([^"]*)"', found.partition('<ul class="hits">')[2])
    address = ada_url.URL(unescape(href), "http://x.example/search")
    assert address.host == "x.example"
    where = address.pathname + address.search
    status, headers, page = raw(odd, where, "text/html")
    assert status == 200
    assert f'<h1 dir="auto">{name}</h1>' in page
    assert f". {iri}.</p>".replace("&", "&amp;").replace("'", "&#39;") in page.replace("\n", "")
    # the same in the other language
    (german,) = re.findall(r'<a href="([^"]*)" hreflang="de"', page)
    status, _, text = raw(odd, unescape(german), "text/html")
    assert (status, f'<h1 dir="auto">{name}</h1>' in text, 'lang="de"' in text) == (200, True, True)
    # and as data, under every address that the document names
    others = [where, *re.findall(r'<([^>]*)>; rel="alternate"; type="text/turtle"', headers["link"])]
    for other in others:
        status, _, turtle = raw(odd, other, "text/turtle")
        assert status == 200
        subjects = {quad.subject for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)}
        assert ox.NamedNode(iri) in subjects


TWINS = {"a%c3%a4", "a%C3%A4", "e%CC%81", "a?x=1&lang=de", "a?lang=de"}
"""IRIs whose addresses are those of others too; pages link to them by their IRI."""


@pytest.mark.parametrize(
    ("name", "language"),
    [
        (name, language)
        for name in ODD
        for language in ("", "de")
        # with the language, that would be another thing's IRI
        if name not in TWINS and "#" not in name and f"{name}&lang={language}" not in ODD
    ],
)
def test_iris_of_every_spelling_are_dereferenced(name: str, language: str, odd: Server) -> None:
    number = ODD.index(name)
    path = f"/id/agent/{sent(name)}"
    if language:
        path += ("&" if "?" in path else "?") + f"lang={language}"
    status, headers, _ = raw(odd, path, "text/turtle")
    assert status == 303
    status, headers, page = raw(odd, headers["location"], "text/html")
    assert status == 200
    assert f'<h1 dir="auto">odd{number:02}</h1>' in page
    assert headers["content-language"] == (language or "en")
    # the document's address is the thing's with another word
    status, _, turtle = raw(odd, f"/doc/agent/{sent(name)}", "text/turtle")
    assert status == 200
    if name not in {"x.ttl", "x.ttl.ttl"}:
        assert f'"odd{number:02}"' in turtle


@pytest.mark.parametrize("suffix", [".ttl", ".nt", ".jsonld", ".rdf", ".nq", ".trig"])
@pytest.mark.parametrize("name", ["a%20b", "%28p%29", "a%2Fb", "aä", "日本", "x.ttl", "y.html", "z.", "it's"])
def test_documents_of_every_spelling_have_suffixes(name: str, suffix: str, odd: Server) -> None:
    status, headers, text = raw(odd, f"/doc/agent/{sent(name)}{suffix}", "text/html")
    assert status == 200
    assert not headers["content-type"].startswith("text/html")
    assert f"odd{ODD.index(name if name + suffix != 'x.ttl.ttl' else 'x.ttl'):02}" in text


def references(headers: dict[str, str], page: str) -> list[str]:
    found = [unescape(it) for it in re.findall(r'\b(?:href|src|action)="([^"]*)"', page)]
    found += re.findall(r"<([^>]*)>", headers.get("link", ""))
    found += [headers[name] for name in ("location", "content-location") if name in headers]
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            ["/", "\\", "..", ".", "%2f", "%5C", "%2e", "doc", "id", "evil.example", "agent", "ä", "?", "a"]
        )
    )
)
@example(["/", "/", "evil.example", "/"])
@example(["/", "\\", "evil.example", "/"])
@example(["/", "id", "/", "/", "evil.example"])
@example(["/", "%5C", "%5C", "evil.example"])
def test_no_answer_leads_to_another_host(odd: Server, pieces: list[str]) -> None:
    path = "/" + quote("".join(pieces), safe="/\\.%?")
    _, headers, page = raw(odd, path, "text/html")
    for reference in references(headers, page):
        found = ada_url.URL(
            reference, "http://x.example" + (path if ada_url.check_url(f"http://x.example{path}") else "/")
        )
        # a thing's own address is the only other one
        assert found.host == "x.example" or reference.startswith(BASE), reference


def test_the_links_of_a_page_lead_to_this_host_or_to_the_address_of_an_iri(odd: Server) -> None:
    _, headers, page = raw(odd, "/doc/hub", "text/html")
    hosts = {ada_url.URL(it, "http://x.example/doc/hub").host for it in references(headers, page)}
    assert hosts == {"x.example", "others.example", ada_url.URL(BASE).host}
    assert "javascript:" in page
    assert 'href="javascript:' not in page
    for iri in (f"{BASE}/evil.example/x", f"{BASE}search?q=1", f"{BASE}id/hub#part", f"{BASE}unknown#x"):
        assert link("/about", {"iri": iri}) in unescape(page)
    _, headers, _ = raw(odd, f"/search?q={quote(f'{BASE}/evil.example/x', safe='')}", "text/html")
    assert headers["location"] == link("/about", {"iri": f"{BASE}/evil.example/x"})


ESCAPES = (
    *("%", "a%", "%z", "a%4", "%zz", "%%41", "%u00e4", "%C3", "%C3%28", "%ff%fe", "%E2%82", "%00", "%0a", "%0d%0aX:y"),
    *("%5C%5Cevil.example%", "%2F%2Fevil.example%", "a%2", "%25%", "%e", "100%25%20off%"),
)
"""Percent signs that begin no escape, and escapes of what is no UTF-8 (RFC 3986, 2.1; RFC 3987, 3.2)."""
TARGETS = (
    *("/{}", "//{}", "/id/agent/{}", "/doc/agent/{}", "/doc/agent/{}.ttl", "/id/{}/x", "/about?iri=urn:x:{}"),
    *("/about?iri={}", "/search?q={}", "/sparql?query=ASK%7B%7D{}", "/sparql?query={}", "/sparql?query=ASK%7B%7D&{}=x"),
    *("/?lang={}", "/{}?lang=de", "/sparql?query=ASK%7B%7D&default-graph-uri=urn:x:{}", "/store/{}", "/store?{}"),
    *("/store?graph=urn:x:{}", "/static/{}"),
    *("/download?query=ASK%7B%7D&type={}", "/context/{}", "/profile/{}", "/.well-known/{}", "/cluster/{}", "/vocab/{}"),
)  # fmt: skip


@pytest.mark.parametrize("accept", ["text/html", "text/turtle"])
def test_a_percent_sign_that_begins_no_escape_is_answered_on_this_host(odd: Server, accept: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", odd.port, timeout=60)) as connection:
        for target, escape in product(TARGETS, ESCAPES):
            path = target.format(escape)
            connection.request("GET", path, headers={"accept": accept})
            answer = connection.getresponse()
            body = answer.read().decode()
            assert answer.status < 500, path
            if target.startswith(("/id/", "/doc/", "/static/")):
                # there is no such thing, and no other one is shown in its place
                assert answer.status in {400, 404}, path
            references = re.findall(r'(?:href|src|action)="([^"]*)"', body)
            for reference in (answer.getheader("location") or "/", *references):
                host = ada_url.URL(unescape(reference), HERE).hostname
                assert not host.startswith("evil"), (path, reference)
