"""The server answers feed readers, calendars, catalogues and crawlers, in the reader's language."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import feedparser
import httpx
import icalendar
import pyoxigraph as ox
import pytest
from lxml import etree

import pressgraph

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Server

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FILES = {
    "/feed.xml": "application/atom+xml; charset=utf-8",
    "/calendar.ics": "text/calendar; charset=utf-8",
    "/catalog.ttl": "text/turtle",
    "/names.json": "application/json",
    "/sitemap.xml": "application/xml",
    "/schemamap.xml": "application/xml",
    "/schemamap/1.jsonl": "application/jsonl",
}


def test_the_files_say_what_the_graph_says(founding_server: Server) -> None:
    client = founding_server.client
    found = {path: client.get(path, params={"lang": "en"}) for path in FILES}
    assert {path: (it.status_code, it.headers["content-type"]) for path, it in found.items()} == {
        path: (200, media_type) for path, media_type in FILES.items()
    }
    feed = feedparser.parse(found["/feed.xml"].content)
    assert [it.title for it in feed.entries] == ["Silver Label for biosaxony e. V."]
    assert client.get(feed.entries[0].link).status_code == 200
    # when the label ends is only assumed
    assert list(icalendar.Calendar.from_ical(found["/calendar.ics"].content).walk("VEVENT")) == []
    assert any(row[1] == "biosaxony" for row in json.loads(found["/names.json"].content)["things"])
    lines = [json.loads(line) for line in found["/schemamap/1.jsonl"].text.split("\n") if line]
    assert "Certification" in {it.get("@type") for it in lines}
    triples = list(ox.parse(found["/catalog.ttl"].content, format=ox.RdfFormat.TURTLE))
    assert any(it.predicate.value.endswith("dcat#endpointURL") for it in triples)


def test_every_address_that_crawlers_are_given_is_answered(founding_server: Server) -> None:
    client = founding_server.client
    robots = client.get("/robots.txt").text
    said = dict(re.findall(r"^(Sitemap|Schemamap): (.*)$", robots, re.MULTILINE))
    pages = [it.findtext(f"{SITEMAP}loc") for it in etree.fromstring(client.get(said["Sitemap"]).content)]
    assert len(pages) == len(set(pages)) > 20
    for page in pages[::9]:
        answer = client.get(page, headers={"accept": "text/html"})
        assert answer.status_code == 200
        # a page is known by one address
        assert f'<link rel="canonical" href="{page}">' in answer.text
    files = [it.findtext(f"{SITEMAP}loc") for it in etree.fromstring(client.get(said["Schemamap"]).content)]
    assert [client.get(it).status_code for it in files] == [200] * len(files)
    closed = re.findall(r"^Disallow: (.*)$", robots, re.MULTILINE)
    paths = [f"/{it.split('/', 3)[3]}" for it in (*pages, *files)]
    assert not [it for it in paths if it.startswith(tuple(rule for rule in closed if "*" not in rule))]


@pytest.mark.parametrize(
    "thing", ["document/biosaxony-silver-label", "agent/biosaxony", "label/biosaxony-ecei-silver-1"]
)
def test_pages_carry_what_embed_writes(thing: str, founding_server: Server, built: Path) -> None:
    page = f"{founding_server.client.base_url}/doc/{thing}?lang=de"
    html = founding_server.client.get(page, headers={"accept": "text/html"}).text
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert json.loads(text) == pressgraph.open(built).page_data(thing, language="de", url=page)


def test_they_are_in_the_readers_language_and_known_by_an_entity_tag(founding_server: Server) -> None:
    # one that keeps no cookie, in which a language was chosen
    with httpx.Client(base_url=founding_server.client.base_url) as client:
        german = client.get("/feed.xml", headers={"accept-language": "de"})
        assert german.headers["content-language"] == "de"
        assert "Accept-Language" in german.headers["vary"]
        assert b'xml:lang="de"' in german.content
        again = client.get("/feed.xml", headers={"accept-language": "de", "if-none-match": german.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get("/feed.xml", headers={"accept-language": "en"}).headers["etag"] != german.headers["etag"]
        head = client.head("/sitemap.xml")
        assert (head.status_code, head.content) == (200, b"")


def test_browsers_are_told_how_to_search(founding_server: Server) -> None:
    client = founding_server.client
    page = client.get("/", headers={"accept": "text/html"}).text
    assert '<link rel="search" href="/opensearch.xml"' in page
    told = client.get("/opensearch.xml", params={"lang": "en"})
    assert told.headers["content-type"] == "application/opensearchdescription+xml"
    (url,) = etree.fromstring(told.content).iter("{http://a9.com/-/spec/opensearch/1.1/}Url")
    found = client.get(url.attrib["template"].replace("{searchTerms}", "biosaxony"), headers={"accept": "text/html"})
    assert "doc/agent/biosaxony" in found.text


@pytest.mark.parametrize(
    "path",
    [
        *("/schemamap/99.jsonl", "/schemamap/0.jsonl", "/sitemap/1.xml", "/schemamap/x.jsonl"),
        *("/calendar.ics?thing=agent/biosaxony", "/calendar.ics?thing=%3C", "/calendar.ics?thing="),
    ],
)
def test_what_there_is_not_is_not_found(founding_server: Server, path: str) -> None:
    assert founding_server.client.get(path).status_code == 404
