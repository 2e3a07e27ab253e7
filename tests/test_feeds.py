# ruff: noqa: E501 - a fact is a line
"""The files of a graph that are no pages, read back by other programs."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import feedparser
import icalendar
import pyoxigraph as ox
import pytest
from lxml import etree

import pressgraph
from pressgraph.dataset import GraphNames
from pressgraph.dataset.counts import count
from pressgraph.dataset.withholding import Rules
from pressgraph.embed import extract
from pressgraph.embed.nodes import described, in_language, plain
from pressgraph.export.published import PublishedGraph
from pressgraph.feeds import (
    DataFile,
    File,
    PageAddress,
    PublishedAt,
    calendar,
    calendar_of,
    catalogue,
    feed,
    pages_of,
    robots,
    schemamap,
    search_names,
    sitemap,
    void,
)
from pressgraph.feeds.crawlers import MOST_BYTES, MOST_URLS
from pressgraph.feeds.ical import folded
from pressgraph.pages.describe import Describer
from pressgraph.rdf import RDF_TYPE, SCHEMA, XSD

if TYPE_CHECKING:
    from pressgraph.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
BASE = "https://data.example.org/"
URL = "https://www.example.org/data/"
DAY = datetime.date(2026, 3, 1)
ODD = 'R & D <b>"Küste"</b> 🚢 ]]> \\ ; , \u2028'
LONG = "Nord & Söhne " + "ü" * 120
FACTS = f"""
source: {{ id: document/a, type: NewsArticle, headline: {{ en: {json.dumps(ODD, ensure_ascii=False)}, de: Förderung }}, datePublished: 2026-02-01, dateModified: 2026-02-10, publisher: agent/nord, inLanguage: en }}
facts:
  - {{ id: document/a, abstract: {{ en: "Line one\\r\\nline two\\tend" }}, about: agent/nord }}
  - {{ id: agent/nord, type: Organization, name: {json.dumps(LONG)}, alternateName: NS, url: "https://nord.example/?a=1&b=2" }}
  - {{ id: label/dated, type: AwardedLabel, name: {{ en: "Silver, dated; good" }}, level: silver, heldBy: agent/nord, issuedBy: agent/west, validFrom: 2025-01-01, validThrough: 2027-12-31 }}
  - {{ id: label/endless, type: AwardedLabel, level: bronze, heldBy: agent/nord }}
  - {{ id: label/former, type: AwardedLabel, level: bronze, heldBy: agent/west, validThrough: 2026-05-31 }}
  - {{ id: label/later, type: AwardedLabel, level: gold, heldBy: agent/west, replaces: label/former, validThrough: 2026-12-31 }}
  - {{ id: label/gone, type: AwardedLabel, level: bronze, heldBy: agent/west, validThrough: 2026-08-31, withdrawnOn: 2026-01-31 }}
  - {{ id: label/vague, type: AwardedLabel, level: bronze, heldBy: agent/west, validThrough: 2029 }}
  - {{ id: agent/west, type: Organization, name: West, employees: 12.5 thousand }}
  - {{ id: grant/west, type: Grant, recipient: agent/west }}
  - {{ id: project/west, type: Project, name: Western Lights }}
  - {{ id: document/study, type: Report, headline: {{ en: Study }}, datePublished: 2026-02-20 }}
  - {{ id: place/hall, type: Place, name: {{ de: Halle, en: Hall }}, address: {{ type: PostalAddress, street: Weg 1, city: Emden }} }}
"""
OLDER = """
source: { id: document/b, type: NewsArticle, headline: Älter, datePublished: 2025-12-01, inLanguage: de }
facts:
  - { id: agent/old, type: Organization, name: Old }
---
"""
UNDATED = """
source: { id: document/c, type: NewsArticle, headline: Undated, inLanguage: de, datePublished: 2025-11 }
facts:
  - { id: agent/undated, type: Organization, name: Undated }
"""
SETTINGS = f"""
[project]
base = "{BASE}"
[publish]
title = "Nord & more"
description = "What Nord says."
licence = "CC-BY-4.0"
publisher = "agent/nord"
contact = "mailto:data@example.org"
keywords = ["clusters", "R & D"]
"""


def opened(folder: Path, settings: str = SETTINGS, **facts: str) -> Workspace:
    (folder / "data").mkdir(parents=True)
    (folder / "pressgraph.toml").write_text(settings, "utf-8")
    for name, text in facts.items():
        (folder / "data" / f"{name}.yaml").write_text(text.replace("---\n", ""), "utf-8")
    workspace = pressgraph.open(folder)
    workspace.build()
    return workspace


@pytest.fixture(scope="module")
def nord(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return opened(tmp_path_factory.mktemp("nord"), a=FACTS, b=OLDER, c=UNDATED)


def published(workspace: Workspace) -> PublishedGraph:
    project = workspace.project
    return PublishedGraph.of(workspace.dataset(), Rules.of(project), statuses=project.statuses)


def at(workspace: Workspace) -> PublishedAt:
    base = workspace.project.id_base

    def page(iri: str, language: str) -> str | None:
        folder = "" if language == "en" else f"{language}/"
        return f"{URL}{folder}doc/{iri.removeprefix(base)}/" if iri.startswith(base) else None

    return PublishedAt.of(workspace.project, url=URL, page=page, languages=("en", "de"), day=DAY)


def every_file(workspace: Workspace) -> dict[str, bytes]:
    graph, place = published(workspace), at(workspace)
    files = [DataFile("turtle", f"{URL}graph.ttl", "text/turtle", size=12)]
    found = {
        "feed.xml": feed(graph, place, "en"),
        "calendar.ics": calendar(graph, place, "en"),
        "names.json": search_names(graph, place, "en"),
        "catalog.ttl": catalogue(graph, place, files, endpoint=f"{URL}sparql"),
        "robots.txt": robots(place),
    }
    found.update((it.name, it.content) for it in sitemap(pages_of(graph, place), place))
    found.update((it.name, it.content) for it in schemamap(graph, place))
    return found


def events(written: bytes) -> list[Any]:
    """Return the events of a calendar, as icalendar reads them."""
    return list(icalendar.Calendar.from_ical(written).walk("VEVENT"))


# -- feed


def test_a_feed_reader_finds_the_releases_newest_first(nord: Workspace) -> None:
    written = feed(published(nord), at(nord), "en")
    found = feedparser.parse(written)
    assert not found.bozo
    assert (found.version, found.feed.title, found.feed.updated) == ("atom10", "Nord & more", "2026-02-10T00:00:00Z")
    # Undated says no day, and none is made up
    assert [it.id for it in found.entries] == [f"{BASE}id/document/a", f"{BASE}id/document/b"]
    first, second = found.entries
    assert first.title == " ".join(ODD.split())
    assert (first.published, first.updated) == ("2026-02-01T00:00:00Z", "2026-02-10T00:00:00Z")
    assert first.link == f"{URL}doc/document/a/"
    assert first.summary.split() == ["Line", "one", "line", "two", "end"]
    assert first.author == LONG
    assert (second.title, second.updated) == ("Älter", "2025-12-01T00:00:00Z")
    german = feedparser.parse(feed(published(nord), at(nord), "de"))
    assert german.entries[0].title == "Förderung"
    # what is said in English only is not said in German
    assert "summary" not in german.entries[0]
    assert german.entries[0].link == f"{URL}de/doc/document/a/"
    assert len(feedparser.parse(feed(published(nord), at(nord), "en", most=1)).entries) == 1
    # counts and lists take the same for releases: a study that one names is none
    store, base = published(nord).store, nord.project.id_base
    counted = count(store, base)
    assert counted.releases == Describer(store, base).listed("releases", "", "", 1, "2026-03-01")["total"] == 3
    assert Describer(store, base).listed("organisations", "", "", 1, "2026-03-01")["total"] == 4, "a project is none"
    assert [iri for iri, _ in counted.newest] == [f"{BASE}id/document/{it}" for it in "abc"]


# -- calendar


def test_a_calendar_says_the_last_day_of_labels_and_reminds_of_it(nord: Workspace) -> None:
    written = calendar(published(nord), at(nord), "en")
    assert max(map(len, written.split(b"\r\n"))) <= 75
    assert b"\n" not in written.replace(b"\r\n", b"")
    found = {str(it["UID"]).rpartition("/")[2]: it for it in events(written)}
    # of the others, none has an end that is known to the day, or something has taken their place
    assert found.keys() == {"dated", "later"}
    event = found["dated"]
    assert event["DTSTART"].dt == datetime.date(2027, 12, 31)
    # exclusive, as the end of the label is
    assert event["DTEND"].dt == datetime.date(2028, 1, 1)
    assert str(event["SUMMARY"]) == f"last day of Silver, dated; good: {LONG}"
    assert str(event["DESCRIPTION"]) == "issued by West"
    assert event["DTSTAMP"].dt.date() == datetime.date(2026, 2, 10)
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == datetime.timedelta(days=-90)
    # the page of a label has its event alone, which goes into the reader's own calendar
    one = calendar_of(published(nord), at(nord), f"{BASE}id/label/dated", "en") or b""
    assert events(one) == [event]
    assert b"NAME:" not in one
    for other in ("label/former", "label/gone", "label/vague", "label/none", "agent/west"):
        assert calendar_of(published(nord), at(nord), f"{BASE}id/{other}", "en") is None, other
    german = events(calendar(published(nord), at(nord), "de"))
    assert all(str(it["SUMMARY"]).startswith("letzter Tag von") for it in german)


def test_labels_whose_end_is_assumed_are_in_the_calendar_where_assumed_is_published(
    built: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(built, tmp_path / "project"))
    assert b"VEVENT" not in calendar(published(pressgraph.open(folder)), at(pressgraph.open(folder)), "en")
    (folder / "pressgraph.toml").write_text('[publish]\nstatuses = ["stated", "implied", "assumed"]\n', "utf-8")
    assumed = pressgraph.open(folder)
    (event,) = events(calendar(published(assumed), at(assumed), "en"))
    assert event["DTSTART"].dt == datetime.date(2020, 12, 31)


@pytest.mark.parametrize("text", ["", "x" * 500, "ü" * 200, "a" + "🚢" * 100, "x" * 74 + "é", "x" * 75 + "y"])
def test_lines_are_folded_by_bytes_and_no_character_is_cut(text: str) -> None:
    lines = folded(text).removesuffix("\r\n").split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert all(line.startswith(" ") for line in lines[1:])
    assert "".join([lines[0], *(line[1:] for line in lines[1:])]) == text


# -- catalogues

# What DCAT-AP 3.0.0 makes mandatory of the classes that are used here, and of what there is one at most. SEMIC's own
# shapes are in no package; these are none of theirs.
MANDATORY = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix : <urn:x-shapes:> .
:Catalog sh:targetClass dcat:Catalog ; a sh:NodeShape ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal ] , [ sh:path dct:description ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ,
    [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ] , [ sh:path dct:license ; sh:maxCount 1 ; sh:class dct:LicenseDocument ] ,
    [ sh:path foaf:homepage ; sh:maxCount 1 ; sh:class foaf:Document ] , [ sh:path dcat:dataset ; sh:minCount 1 ; sh:class dcat:Dataset ] ,
    [ sh:path dcat:service ; sh:class dcat:DataService ] , [ sh:path dct:language ; sh:class dct:LinguisticSystem ] .
:Dataset sh:targetClass dcat:Dataset ; a sh:NodeShape ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal ] , [ sh:path dct:description ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ,
    [ sh:path dct:publisher ; sh:maxCount 1 ; sh:class foaf:Agent ] , [ sh:path dcat:contactPoint ; sh:minCount 1 ; sh:class <http://www.w3.org/2006/vcard/ns#Kind> ] ,
    [ sh:path dcat:keyword ; sh:minCount 1 ; sh:nodeKind sh:Literal ] , [ sh:path dct:temporal ; sh:minCount 1 ; sh:class dct:PeriodOfTime ] ,
    [ sh:path dcat:distribution ; sh:minCount 1 ; sh:class dcat:Distribution ] , [ sh:path dct:modified ; sh:maxCount 1 ; sh:datatype xsd:date ] ,
    [ sh:path dct:accessRights ; sh:maxCount 1 ; sh:class dct:RightsStatement ] .
:Distribution sh:targetClass dcat:Distribution ; a sh:NodeShape ;
  sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] , [ sh:path dct:license ; sh:minCount 1 ; sh:maxCount 1 ; sh:class dct:LicenseDocument ] ,
    [ sh:path dcat:mediaType ; sh:maxCount 1 ; sh:class dct:MediaType ] , [ sh:path dct:format ; sh:maxCount 1 ; sh:class dct:MediaTypeOrExtent ] ,
    [ sh:path dcat:byteSize ; sh:maxCount 1 ; sh:datatype xsd:nonNegativeInteger ] .
:Service sh:targetClass dcat:DataService ; a sh:NodeShape ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal ] , [ sh:path dcat:endpointURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] .
:Agent sh:targetClass foaf:Agent ; a sh:NodeShape ; sh:property [ sh:path foaf:name ; sh:minCount 1 ; sh:nodeKind sh:Literal ] .
:Period sh:targetClass dct:PeriodOfTime ; a sh:NodeShape ;
  sh:property [ sh:path dcat:startDate ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:date ] , [ sh:path dcat:endDate ; sh:maxCount 1 ; sh:datatype xsd:date ] .
"""


def violations(data: bytes, folder: Path) -> list[str]:
    """Check a catalogue by the shapes, with the program's own engine, and return what is found."""
    (folder / "shapes").mkdir(parents=True)
    (folder / "shapes" / "dcat.ttl").write_text(MANDATORY, "utf-8")
    (folder / "pressgraph.toml").write_text("[profile]\nreplace = true\n", "utf-8")
    (folder / "catalog.ttl").write_bytes(data)
    report = pressgraph.open(folder).validate([folder / "catalog.ttl"])
    assert report.problems == ()
    return [f"{it.focus} {it.path}" for it in report.results]


def test_the_catalogue_has_what_dcat_ap_makes_mandatory(nord: Workspace, tmp_path: Path) -> None:
    files = [
        DataFile("turtle", f"{URL}graph.ttl", "text/turtle", size=12),
        DataFile("ntriples", f"{URL}graph.nt.gz", "application/n-triples", compressed="application/gzip"),
    ]
    written = catalogue(published(nord), at(nord), files, endpoint=f"{URL}sparql")
    assert violations(written, tmp_path / "right") == []
    # shapes that find nothing in anything would prove nothing
    words = (
        "foaf:name",
        "dcat:accessURL",
        "dcterms:description",
        "dcterms:title",
        "dcat:endpointURL",
        "dcat:startDate",
    )
    for word in words:
        wrong = written.replace(word.encode(), b"dcterms:source")
        assert violations(wrong, tmp_path / word.replace(":", "-")), word
    text = written.decode()
    assert '"R & D"@en' in text
    assert 'dcat:startDate "2025-12-01"^^xsd:date' in text
    assert 'dcat:endDate "2026-02-01"^^xsd:date' in text or 'dcat:endDate "2026-02-10"^^xsd:date' in text
    said = [it.triple for it in ox.parse(written, format=ox.RdfFormat.TURTLE)]
    assert not any(isinstance(it.subject, ox.BlankNode) for it in said)
    # both the catalogue and the dataset are in the languages of the pages, and the catalogue is at home there
    types = {it.subject: it.object.value.rpartition("#")[2] for it in said if it.predicate.value.endswith("#type")}
    languages = Counter(
        (types[it.subject], it.object.value.rpartition("/")[2])
        for it in said
        if it.predicate.value.endswith("/language")
    )
    tongues = ("ENG", "DEU")
    assert languages == Counter((kind, tongue) for kind in ("Catalog", "Dataset") for tongue in tongues)
    assert [it.object for it in said if it.predicate.value.endswith("homepage")] == [ox.NamedNode(URL)]


def test_void_names_files_endpoint_and_numbers(nord: Workspace) -> None:
    from pressgraph.dataset.counts import count

    counts = count(nord.dataset().store, nord.project.id_base)
    files = [DataFile("turtle", f"{URL}graph.ttl", "text/turtle")]
    text = void(counts, at(nord), files).decode()
    assert f"void:dataDump <{URL}graph.ttl>" in text
    assert f"void:triples {counts.triples}" in text
    assert "sparqlEndpoint" not in text


# -- sitemaps

XHTML = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/1999/xhtml"
  elementFormDefault="qualified"><xs:element name="link"><xs:complexType><xs:attribute name="rel" use="required"/>
  <xs:attribute name="hreflang" use="required"/><xs:attribute name="href" type="xs:anyURI" use="required"/></xs:complexType></xs:element></xs:schema>"""
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the schema of sitemaps, as the npm package 'sitemap' carries it, with the links to other languages."""
    path = ROOT / "tests" / "node_modules" / "sitemap" / "schema" / "sitemap.xsd"
    if not path.is_file():
        pytest.skip("needs the schema of sitemaps: npm ci --prefix tests")
    folder = tmp_path_factory.mktemp("schema")
    shutil.copy(path, folder / "sitemap.xsd")
    (folder / "xhtml.xsd").write_text(XHTML, "utf-8")
    (folder / "all.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<xs:import namespace="http://www.sitemaps.org/schemas/sitemap/0.9" schemaLocation="sitemap.xsd"/>'
        '<xs:import namespace="http://www.w3.org/1999/xhtml" schemaLocation="xhtml.xsd"/></xs:schema>',
        "utf-8",
    )
    return etree.XMLSchema(etree.parse(str(folder / "all.xsd")))


def test_the_sitemap_is_one_by_its_schema_and_says_when_sources_are_from(nord: Workspace, schema: Any) -> None:
    (file,) = sitemap(pages_of(published(nord), at(nord)), at(nord))
    root = etree.fromstring(file.content)
    assert schema.validate(root), schema.error_log
    found = {it.findtext(f"{SITEMAP}loc"): it.findtext(f"{SITEMAP}lastmod") for it in root}
    assert found[f"{URL}doc/agent/old/"] == "2025-12-01"
    assert found[f"{URL}de/doc/agent/west/"] == "2026-02-10"
    assert found[f"{URL}doc/agent/undated/"] is None
    # what stands within another thing has no page of its own to crawl
    assert not [it for it in found if "address" in it]
    assert len(found) == len(root)


def test_a_large_sitemap_is_several_files_and_an_index(nord: Workspace, schema: Any) -> None:
    assert (MOST_URLS, MOST_BYTES) == (50_000, 52_428_800)
    place = at(nord)
    pages = [PageAddress({"en": f"{URL}p?n={n}&x", "de": f"{URL}de/p?n={n}"}, f"2026-01-{n + 1:02}") for n in range(7)]
    files = list(sitemap(pages, place, most_urls=4))
    assert [it.name for it in files] == [
        "sitemap/1.xml",
        "sitemap/2.xml",
        "sitemap/3.xml",
        "sitemap/4.xml",
        "sitemap.xml",
    ]
    *parts, index = files
    found = [it for part in parts for it in etree.fromstring(part.content)]
    assert all(schema.validate(etree.fromstring(part.content)) for part in parts)
    assert sorted(it.findtext(f"{SITEMAP}loc") for it in found) == sorted(
        it for page in pages for it in page.addresses.values()
    )
    root = etree.fromstring(index.content)
    assert root.tag == f"{SITEMAP}sitemapindex"
    assert [(it.findtext(f"{SITEMAP}loc"), it.findtext(f"{SITEMAP}lastmod")) for it in root] == [
        (f"{URL}sitemap/{number}.xml", f"2026-01-{day:02}") for number, day in ((1, 2), (2, 4), (3, 6), (4, 7))
    ]
    assert all(len(it.content) <= 900 for it in sitemap(pages, place, most_bytes=900))


def test_robots_txt_names_both_maps(nord: Workspace) -> None:
    lines = robots(at(nord), closed=["/data/sparql"]).decode().splitlines()
    assert lines[:2] == ["User-agent: *", "Disallow: /data/sparql"]
    assert {f"Sitemap: {URL}sitemap.xml", f"Schemamap: {URL}schemamap.xml"} <= set(lines)


# -- schemamap


def lines_of(files: list[File]) -> list[dict[str, Any]]:
    return [json.loads(line) for it in files if it.name.endswith(".jsonl") for line in it.content.decode().splitlines()]


def test_the_schemamap_names_its_files_as_sitemaps_do(nord: Workspace) -> None:
    *files, index = schemamap(published(nord), at(nord), most=4)
    assert [it.name for it in files] == [f"schemamap/{number}.jsonl" for number in range(1, len(files) + 1)]
    assert all(it.content.count(b"\n") <= 4 for it in files)
    root = etree.fromstring(index.content)
    assert {it.get("contentType") for it in root} == {"structuredData/schema.org"}
    assert [it.findtext(f"{SITEMAP}loc") for it in root] == [URL + it.name for it in files]
    nodes = lines_of([*files, index])
    assert all(it["@context"] == "https://schema.org" for it in nodes)
    names = [it["@id"] for it in nodes]
    assert names == sorted(set(names))


@pytest.mark.parametrize("name", ["founding", "nord"])
def test_what_is_extracted_of_a_schemamap_is_the_exported_graphs_part(name: str, built: Path, nord: Workspace) -> None:
    workspace = pressgraph.open(built) if name == "founding" else nord
    nodes = lines_of(list(schemamap(published(workspace), at(workspace))))
    page = f'<!doctype html><script type="application/ld+json">{json.dumps(nodes)}</script>'.encode()
    read = {said(it.triple) for it in extract(page, URL).quads}
    exported = ox.parse(workspace.export("nquads"), format=ox.RdfFormat.N_QUADS)
    graph, base = published(workspace), workspace.project.id_base
    sure = {it.triple for it in exported if isinstance(it.graph_name, ox.NamedNode) and graph.has(it)}
    wanted = {it for it in in_words(sure) if it[0].startswith(base)}
    # whatever is no more than a thing says so
    assert {it for it in read - wanted if it[1:] != (RDF_TYPE, f"{SCHEMA}Thing")} == set()
    lost = {it for it in wanted - read if not it[1].startswith(RDF_TYPE)}
    # of the classes, the most specific ones are said; schema.org knows the others
    assert lost == set()
    assert len(read) > 20


def said(triple: ox.Triple) -> tuple[str, str, str]:
    value = triple.object
    return triple.subject.value, triple.predicate.value, str(getattr(value, "value", value))  # type: ignore[union-attr]


def in_words(triples: set[ox.Triple]) -> list[tuple[str, str, str]]:
    """Return the part of a graph that schema.org has words for, in the project's language."""
    found = []
    for iri, thing in described(sorted(triples, key=str)).items():
        found += [(iri, RDF_TYPE, kind) for kind in thing.types]
        for word, terms in thing.words.items():
            tagged = [it for it in terms if isinstance(it, ox.Literal) and it.language]
            kept = in_language(
                tagged, "en", "en", prose=word in {"description", "abstract", "disambiguatingDescription", "text"}
            )
            for term in (*kept, *(it for it in terms if not (isinstance(it, ox.Literal) and it.language))):
                value = plain(term) if isinstance(term, ox.Literal) else term.value  # type: ignore[union-attr]
                if value is not None:
                    found.append((iri, SCHEMA + word, str(value)))
    return found


# -- search


def test_names_lead_to_pages(nord: Workspace) -> None:
    rows = json.loads(search_names(published(nord), at(nord), "de"))["things"]
    assert any(row[1].startswith("Gold-Label von ") for row in rows), "the bare name of a label says nothing"
    assert ["de/doc/place/hall/", "Halle", "Ort", ["Hall"]] in rows
    # what has no name is called by what is known of it
    assert [row[1:] for row in rows if "grant/west" in row[0]] == [["Förderung für West", "Förderung", []]]
    # a figure has none, and is found at what it is about
    assert not any("figure/" in row[0] for row in rows)
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), key=str.casefold)
    (other,) = [row for row in rows if row[0].endswith("agent/nord/")]
    assert "NS" in other[3]


# -- all of them


def test_the_same_facts_and_day_give_the_same_bytes(nord: Workspace) -> None:
    assert every_file(nord) == every_file(pressgraph.open(nord.project.root))


def test_what_xml_and_calendars_cannot_say_stands_in_nobodys_way() -> None:
    """A store that another program has written may hold any character."""
    names = GraphNames(id_base=f"{BASE}id/")
    odd = "a\x00b\x0bc\ufffe\r\nd\te\x7f"
    release, label = f"{BASE}id/document/x", f"{BASE}id/label/x"
    store = ox.Store()
    for subject, predicate, value in (
        (release, RDF_TYPE, ox.NamedNode(f"{SCHEMA}NewsArticle")),
        (release, f"{SCHEMA}headline", ox.Literal(odd)),
        (release, f"{SCHEMA}datePublished", ox.Literal("2026-01-01T10:00:00", datatype=ox.NamedNode(f"{XSD}dateTime"))),
        (label, RDF_TYPE, ox.NamedNode(f"{SCHEMA}Certification")),
        (label, f"{SCHEMA}name", ox.Literal(odd)),
        (label, f"{SCHEMA}expires", ox.Literal("2026-06-01", datatype=ox.NamedNode(f"{XSD}date"))),
        (label, f"{SCHEMA}expires", ox.Literal("soon", datatype=ox.NamedNode(f"{XSD}date"))),
    ):
        fact = ox.NamedNode(f"{names.facts}x/1")
        store.add(ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, fact))
    graph = PublishedGraph(store, names)
    place = PublishedAt(url=URL, base=BASE, page=lambda iri, _language: f"{URL}{iri[-1]}?a&b", title=odd)
    (entry,) = etree.fromstring(feed(graph, place, "en")).findall("{http://www.w3.org/2005/Atom}entry")
    assert entry.findtext("{http://www.w3.org/2005/Atom}updated") == "2026-01-01T10:00:00Z"
    (event,) = events(calendar(graph, place, "en"))
    assert event["DTSTART"].dt == datetime.date(2026, 5, 31)
    assert len(list(etree.fromstring(next(sitemap(pages_of(graph, place), place)).content))) == 2
    assert len(lines_of(list(schemamap(graph, place)))) == 2
    assert json.loads(search_names(graph, place, "en"))["things"]


def test_an_empty_graph_has_files_that_programs_can_read(tmp_path: Path) -> None:
    """Nothing is published of it: all that there is is personal."""
    empty = opened(
        tmp_path,
        f'[project]\nbase = "{BASE}"\n[publish]\nwithhold = ["document/a"]\n',
        a="source: { id: document/a, type: NewsArticle, headline: { en: A }, datePublished: 2026-01-01 }\nfacts:\n  - { id: agent/a, type: Person, name: Ida, personal: true }\n",
    )
    files = every_file(empty)
    found = feedparser.parse(files["feed.xml"])
    assert (found.bozo, found.entries, found.feed.updated) == (False, [], "2026-03-01T00:00:00Z")
    assert events(files["calendar.ics"]) == []
    assert json.loads(files["names.json"]) == {"things": []}
    assert len(etree.fromstring(files["sitemap.xml"])) == 0
    assert len(etree.fromstring(files["schemamap.xml"])) == 0
    assert not re.search(rb"Ida|document/a|agent/a", b"".join(files.values()))
    assert b"dcat:Catalog" in files["catalog.ttl"]
    assert f"{XSD}date".encode() not in files["catalog.ttl"]
