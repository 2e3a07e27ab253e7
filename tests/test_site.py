"""A site: the published graph as a folder of files for any web host."""

from __future__ import annotations

import gzip
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from tests.conftest import ROOT
from tests.conftest import SITE as URL
from tests.conftest import SITE_DAY as DAY
from tests.sites import Page, broken_links, contents, plain_host, searchable, times

import pressgraph
from pressgraph.cli import main
from pressgraph.dataset import GraphNames
from pressgraph.dataset.description import dataset_quads
from pressgraph.pages.view.pointing import Pointing
from pressgraph.pages.view.reading import examples
from pressgraph.site.folder import LIST, Folder, write
from pressgraph.site.kept import kept_of
from pressgraph.site.published import published_copy
from pressgraph.site.reads import (
    Reads,
    difference,
    patterns_of,
    patterns_of_examples,
    patterns_of_names,
    renamed,
    touches,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.workspace import Workspace

PROFILE = """
@prefix owl:    <http://www.w3.org/2002/07/owl#> .
@prefix rdf:    <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs:   <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix sh:     <http://www.w3.org/ns/shacl#> .
@prefix t:      <https://data.example.org/terms#> .
@prefix xsd:    <http://www.w3.org/2001/XMLSchema#> .

<https://data.example.org/terms> a owl:Ontology .
t:Club a owl:Class ; rdfs:label "club"@en , "Verein"@de ; rdfs:subClassOf schema:Organization .
t:chairs a owl:ObjectProperty ; rdfs:label "chairs"@en , "leitet"@de .

t:News a sh:NodeShape ; sh:targetClass schema:NewsArticle ; sh:property
    [ sh:path schema:headline ; sh:datatype rdf:langString ] ,
    [ sh:path schema:datePublished ; sh:datatype xsd:date ] ,
    [ sh:path schema:sourceOrganization ; sh:class schema:Organization ] .
t:Organisation a sh:NodeShape ; sh:targetClass schema:Organization ; sh:property
    [ sh:path schema:name ; sh:datatype xsd:string ] .
t:Label a sh:NodeShape ; sh:targetClass schema:Certification ; sh:property
    [ sh:path schema:expires ; sh:datatype xsd:date ] .
t:Clubs a sh:NodeShape ; sh:targetClass t:Club .
t:Person a sh:NodeShape ; sh:targetClass schema:Person ; sh:property
    [ sh:path schema:name ; sh:datatype xsd:string ] ,
    [ sh:path t:chairs ; sh:class t:Club ] .
"""
QUERY = "# Which clubs are there?\nSELECT ?club ?clubLabel { ?club a <https://data.example.org/terms#Club> }\n"
NEWS = """
source:
  id: document/{name}
  type: NewsArticle
  headline: {{ en: {headline}, de: {headline} auf Deutsch }}
  datePublished: {day}
  sourceOrganization: agent/nord
facts:
  - {{ id: agent/nord, type: Club, name: {club}, evidence: [0, 12] }}
  - {{ id: agent/{person}, type: Person, name: {called}, chairs: agent/nord, evidence: [5, 30] }}
"""


def write_news(folder: Path, name: str, **values: str) -> None:
    text = NEWS.format(
        name=name,
        **{"headline": f"News of {name}", "day": "2026-01-15", "person": name, "called": name.title()}
        | {"club": "Cluster Nord", **values},
    )
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "data" / f"{name}.yaml").write_text(text, encoding="utf-8")


def add_fact(folder: Path, name: str, fact: str) -> None:
    with (folder / "data" / f"{name}.yaml").open("a", encoding="utf-8") as file:
        file.write(f"  - {{ {fact} }}\n")


def opened(folder: Path) -> Workspace:
    workspace = pressgraph.open(folder)
    workspace.build()
    return workspace


def configure(folder: Path, publish: str = "") -> None:
    """Make a project with a small profile of its own, whose site has few pages."""
    text = f'[project]\nbase = "https://data.example.org/"\n[profile]\nreplace = true\n[publish]\nurl = "{URL}"\n'
    for name, content in (
        ("pressgraph.toml", f"{text}{publish}\n"),
        ("ontology/terms.ttl", PROFILE.partition("t:News")[0]),
        ("shapes/terms.ttl", PROFILE),
        ("queries/clubs.rq", QUERY),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    shutil.copy(ROOT / "ontology" / "vocabularies" / "epistemic-status.ttl", folder / "ontology")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two releases."""
    folder = tmp_path / "project"
    configure(folder)
    write_news(folder, "anna")
    write_news(folder, "berta")
    return folder


def test_no_link_is_broken_and_no_page_asks_another_host(founding_site: Path) -> None:
    assert broken_links(founding_site, path="/news/") == []


def test_each_thing_has_a_page_in_each_language_with_its_data_beside(founding_site: Path) -> None:
    award = (founding_site / "de/doc/activity/award/index.html").read_text(encoding="utf-8")
    assert "<title>Label-Verleihung: Silber-Label von biosaxony · " in award
    page = (founding_site / "doc/agent/biosaxony/index.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{URL}doc/agent/biosaxony/">' in page
    assert f'hreflang="de" href="{URL}de/doc/agent/biosaxony/"' in page
    german = (founding_site / "de/doc/agent/biosaxony/index.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in german
    thing = ox.NamedNode("https://w3id.org/pressgraph/id/agent/biosaxony")
    for name, form in (("index.ttl", ox.RdfFormat.TURTLE), ("index.jsonld", ox.RdfFormat.JSON_LD)):
        data = (founding_site / "doc/agent/biosaxony" / name).read_bytes()
        assert any(it.subject == thing for it in ox.parse(data, format=form)), name
    sent_on = (founding_site / "id/agent/biosaxony/index.html").read_text(encoding="utf-8")
    assert 'content="0; url=../../../doc/agent/biosaxony/"' in sent_on
    assert searchable(founding_site)["biosaxony"] == "doc/agent/biosaxony/"
    assert 'As of <time datetime="2019-01-01">' in page
    assert searchable(founding_site, "de")["biosaxony"] == "de/doc/agent/biosaxony/"


def test_lists_have_a_page_for_each_value_of_a_facet_and_a_browser_is_told_how_to_search(founding_site: Path) -> None:
    def page(name: str) -> str:
        return (founding_site / name / "index.html").read_text(encoding="utf-8")

    labels = page("labels")
    assert 'aria-current="page"' not in labels
    assert '<a href="./" aria-current="true">Labels</a>' in labels
    assert 'href="level/silver/"' in labels
    assert f'<link rel="canonical" href="{URL}labels/level/silver/">' in page("labels/level/silver")
    assert "1 of them matches the filter." in page("labels/level/silver")
    assert "1 davon passt zum Filter." in page("de/labels/level/silver")
    # a term leads to the list of what has it, which a facet has no room for or not
    assert "organisations/sector/biotechnology/" in page("ontology/vocab/sector/biotechnology") + page(
        "ontology/vocab/sector"
    )
    assert "doc/document/biosaxony-silver-label/" in page("releases/year/2019")
    for language in ("", "de/"):
        told = (founding_site / language / "opensearch.xml").read_text(encoding="utf-8")
        assert f'template="{URL}{language}search/?q={{searchTerms}}"' in told
        assert '<link rel="search" href="../opensearch.xml"' in page(f"{language}labels")


def test_a_fact_that_says_more_touches_no_page_that_shows_what_it_said_before() -> None:
    """What a fact says is in another graph when it says something else; names, classes and the union know of none."""
    schema = "http://schema.org/"
    thing, fact = ox.NamedNode("urn:x"), [ox.NamedNode("urn:fact/1"), ox.NamedNode("urn:fact/2")]
    name, note = (ox.NamedNode(f"{schema}{it}") for it in ("name", "description"))
    before, after = ox.Store(), ox.Store()
    for store, graph, text in zip((before, after), fact, ("old", "new"), strict=True):
        said = ((name, ox.Literal("X")), (note, ox.Literal(text)))
        store.extend(ox.Quad(thing, *it, to) for it in said for to in (graph, ox.DefaultGraph()))
    quads = difference(before, after, [it.value for it in fact])
    changed = patterns_of(quads, before, after) | patterns_of_names(renamed(quads, before, after))

    def is_touched(read: Callable[[Reads], object]) -> bool:
        reads = Reads(after)
        read(reads)
        return touches(reads.taken(), changed)

    assert not is_touched(lambda it: it.holds(thing.value, name.value))
    assert not is_touched(lambda it: it.quads_for_pattern(thing, name, None, ox.DefaultGraph()))
    assert is_touched(lambda it: it.holds(thing.value, note.value))
    assert is_touched(lambda it: it.quads_for_pattern(None, note, None, ox.DefaultGraph()))
    # a thing is called by its description where it has no name
    assert not is_touched(lambda it: it.named(thing.value))
    for store in (before, after):
        store.remove_graph(ox.DefaultGraph())
        store.extend(ox.Quad(thing, note, it.object) for it in store.quads_for_pattern(thing, note, None))
    assert renamed(quads, before, after) == {thing}
    # who says it is somebody else
    assert is_touched(lambda it: it.said(thing.value, name.value))
    assert is_touched(lambda it: it.quads_for_pattern(thing, name, None, None))


def test_of_very_many_uses_the_page_of_a_property_is_touched_by_the_first_ones() -> None:
    name, fact = ox.NamedNode("http://schema.org/name"), ox.NamedNode("urn:fact")
    quads = [ox.Quad(ox.NamedNode(f"urn:{it}"), name, ox.Literal("X"), fact) for it in range(80)]
    before = ox.Store()
    before.extend(quads)
    shown = {it["s"][1] for it in examples(before, name)}
    assert len(shown) == 50
    for quad in quads:
        after = ox.Store()
        after.extend(it for it in quads if it != quad)
        reads = Reads(after)
        reads.examples(name.value)
        changed = patterns_of_examples([quad], before, after)
        assert touches(reads.taken(), changed) is (str(quad.subject)[1:-1] in shown)


def test_long_lists_have_several_pages_and_values_are_no_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of more than fifty things has a second page, and a value that is called so is something else.

    So has what leads to a thing, where that is more than the page of the thing shows.
    """
    for name in ("pages.view.reading.MOST_LINKS", "site.site.MOST_LINKS", "site.named.MOST_LINKS"):
        monkeypatch.setattr(f"pressgraph.{name}", 30)
    for name in ("pages.describe.ON_PAGE", "pages.view.links.PAGE", "site.lists.LINKS"):
        monkeypatch.setattr(f"pressgraph.{name}", 40)
    monkeypatch.setattr("pressgraph.pages.view.reading._MOST_SOURCES", 3)
    folder, out = tmp_path / "project", tmp_path / "out"
    configure(folder)
    for number in range(51):
        person = "page-2" if number == 50 else f"p{number:02}"
        day, headline = DAY - timedelta(days=number), f"News {90 - number}"
        write_news(folder, f"n{number:02}", person=person, day=f"{day}", headline=headline)
    opened(folder).site(out, day=DAY, jobs=1)
    names = {it for it in contents(out) if it.startswith("people/") and it.count("/") == 2}
    assert names == {"people/page-2/index.html"}
    last = (out / "people/page-2/index.html").read_text(encoding="utf-8")
    assert 'href="../"' in last
    assert last.count('<span class="badge mini person"') == 1
    assert [it for it in broken_links(out, path="/news/") if "people/" in it or "links/" in it] == []
    page, leading, headlines = "de/doc/agent/nord/", set[str](), list[str]()
    references = Page((out / page / "index.html").read_text(encoding="utf-8")).references
    forward = [it for it in references if "links/" in it]
    while forward:
        page = urljoin(page, forward[0])
        text = (out / page / "index.html").read_text(encoding="utf-8")
        assert '<meta name="robots" content="noindex">' in text
        leading |= {urljoin(page, it) for it in Page(text).references}
        headlines += re.findall(r">(News \d\d auf Deutsch)<", text)
        forward = re.findall(r'href="([^"]+)" rel="next', text)
    assert page == "de/links/page-3/doc/agent/nord/"
    everyone = {it.name for it in (out / "de/doc/agent").iterdir()} - {"nord"}
    assert len(everyone) == 51
    assert {f"de/doc/agent/{it}/" for it in everyone} | {f"de/doc/document/n{it:02}/" for it in range(51)} <= leading
    # they are sorted before they are cut into pages
    assert headlines == [f"News {number} auf Deutsch" for number in range(40, 91)]
    # of its own releases, a page shows the newest
    stories = (out / "doc/agent/nord/index.html").read_text(encoding="utf-8").partition('class="stories"')[2]
    assert re.findall(r"document/n(\d\d)/", stories)[:30] == [f"{number:02}" for number in range(30)]


@pytest.mark.parametrize(("most", "order"), [(3, ["z", "a", "m"]), (2, ["a", "m", "z"])])
def test_what_more_leads_to_than_can_be_named_at_once_is_sorted_by_ids(
    most: int, order: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pressgraph.pages.view.pointing._MOST_NAMED", most)
    store = ox.Store()
    for who, name in (("a", "Berta"), ("m", "Carla"), ("z", "Anna")):
        subject, called = ox.NamedNode(f"urn:{who}"), ox.NamedNode("http://schema.org/name")
        store.add(ox.Quad(subject, ox.NamedNode("urn:knows"), ox.NamedNode("urn:nord")))
        store.add(ox.Quad(subject, called, ox.Literal(name)))
    found = Pointing(store, GraphNames(id_base="urn:id/")).to("urn:nord", "en")
    assert found == [("urn:knows", f"urn:{it}") for it in order]


def test_what_follows_from_a_link_is_not_told_beside_it() -> None:
    below = "http://www.w3.org/2000/01/rdf-schema#subPropertyOf"
    links = (("anna", "chairs"), ("anna", "leads"), ("anna", "knows"), ("berta", "leads"))
    told = [(f"urn:{who}", f"urn:{how}", "urn:nord") for who, how in links]
    store = ox.Store()
    for it in (*told, ("urn:chairs", below, "urn:leads"), ("urn:leads", below, "urn:knows")):
        store.add(ox.Quad(*map(ox.NamedNode, it)))
    found = Pointing(store, GraphNames(id_base="urn:id/")).to("urn:nord", "en")
    assert found == [("urn:chairs", "urn:anna"), ("urn:leads", "urn:berta")]


def test_the_graph_as_a_whole_is_what_export_writes(founding_site: Path, built: Path) -> None:
    workspace = pressgraph.open(built)
    assert (founding_site / "graph.ttl").read_bytes() == workspace.export("turtle")
    assert (founding_site / "graph.jsonld").read_bytes() == workspace.export("jsonld")
    assert gzip.decompress((founding_site / "graph.nt.gz").read_bytes()) == workspace.export("ntriples")


def test_the_same_facts_and_day_give_the_same_bytes_and_files_that_stay_are_not_touched(
    project: Path, tmp_path: Path
) -> None:
    workspace = opened(project)
    first, second = tmp_path / "first", tmp_path / "second"
    one = workspace.site(first, day=DAY, jobs=1)
    workspace.site(second, day=DAY, jobs=2)
    assert contents(first) == contents(second)
    before = times(first)
    again = workspace.site(first, day=DAY, jobs=1)
    assert (again.drawn, again.written, again.removed) == (0, 0, ())
    assert times(first) == before
    assert again.files == one.files == len(contents(first)) - 1
    # the day that pages show is that of their sources
    assert workspace.site(first, day=DAY + timedelta(days=1), jobs=1).drawn == one.drawn
    assert {name for name, at in times(first).items() if before[name] != at and name.endswith(".html")} == set()


def test_a_change_draws_the_pages_that_it_touches_and_gives_what_a_new_site_would(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[int] = []

    def noted(*it: Any) -> frozenset[ox.Quad]:
        whole.append(number)
        return dataset_quads(*it)

    monkeypatch.setattr("pressgraph.site.downloads.dataset_quads", noted)
    # much leads to many things, so that they have pages of it
    for name in ("site", "named"):
        monkeypatch.setattr(f"pressgraph.site.{name}.MOST_LINKS", 3)
    monkeypatch.setattr("pressgraph.pages.view.reading.MOST_LINKS", 3)
    for name in ("pages.describe.ON_PAGE", "pages.view.links.PAGE", "site.lists.LINKS"):
        monkeypatch.setattr(f"pressgraph.{name}", 2)

    def more() -> None:
        # two builds, of which the site sees one
        add_fact(project, "carla", "id: agent/sued, type: Club, name: Cluster Sued")
        pressgraph.open(project).build()
        write_news(project, "dora")

    out, number = tmp_path / "out", -1
    first = opened(project).site(out, day=DAY, jobs=1)
    everything = first.drawn
    assert everything == first.pages
    before = times(out)
    # another name, a release that is gone and one that is new
    changes: tuple[Callable[[], object], ...] = (
        lambda: write_news(project, "anna", called="Anna von der Au"),
        # a question that is put in other words, while the graph stays as it is
        lambda: (project / "queries" / "clubs.rq").write_text(QUERY.replace("there?", "known?"), encoding="utf-8"),
        lambda: write_news(project, "carla"),
        lambda: write_news(project, "anna", called="Anna von der Au", club="Cluster Süd"),
        # what is withheld is counted on the page of its release
        lambda: add_fact(project, "anna", "id: agent/hidden, type: Person, name: Hidden, personal: true"),
        (project / "data" / "berta.yaml").unlink,
        # one more thing that a question finds, and one more release on the pages of what leads to many things
        more,
        # another headline, by which a release comes first
        lambda: write_news(project, "dora", headline="All news"),
    )
    for number, change in enumerate(changes):
        change()
        workspace = opened(project)
        made = workspace.site(out, day=DAY, jobs=1)
        assert 0 < made.drawn < everything, number
        if number == 0:
            # a name of a person is nothing to another one, nor to the vocabulary
            assert {name for name, at in times(out).items() if before[name] != at} < set(before)
            for name in ("doc/agent/berta/index.html", "query/clubs/index.html"):
                assert times(out)[name] == before[name]
            assert made.drawn < everything / 3
    # the graph is written anew at first, and where something may have become needless in the heads of its files
    assert whole == [-1, 5]
    workspace.site(tmp_path / "fresh", day=DAY, jobs=1)
    assert contents(out) == contents(tmp_path / "fresh")
    assert "1 fact with personal data is kept" in (out / "doc/document/anna/index.html").read_text(encoding="utf-8")
    assert not (out / "doc/document/berta").exists()
    assert not (out / "doc/agent/berta").exists()
    # the copy that a site was drawn from may be gone, or all of them: nothing tells what has changed, and all is drawn
    copies = project / ".pressgraph" / "site" / "snapshots"
    for number, called in enumerate(("Carla von der Au", "Carla Holm")):
        write_news(project, "carla", called=called)
        workspace = opened(project)
        earlier = sorted(copies.iterdir())
        if number == 0:
            published_copy(workspace.project)
        for it in earlier:
            shutil.rmtree(it, ignore_errors=True)
        made = workspace.site(out, day=DAY, jobs=1)
        assert made.drawn == made.pages
        assert called in (out / "doc/agent/carla/index.html").read_text(encoding="utf-8")


def test_a_question_about_a_thing_offers_those_of_the_graph(project: Path, tmp_path: Path, founding_site: Path) -> None:
    nobody, club = "https://data.example.org/id/agent/nobody", "https://data.example.org/id/agent/nord"
    (project / "queries" / "chairs.rq").write_text(
        "# Who chairs a club?\n# @param club id:Club The club.\nSELECT ?person {"
        f" VALUES ?club {{ <{nobody}> }} ?person <https://data.example.org/terms#chairs> ?club }}\n"
    )
    opened(project).site(tmp_path / "out", url=URL, day=DAY, jobs=1)
    page = (tmp_path / "out" / "query" / "chairs" / "index.html").read_text(encoding="utf-8")
    assert f'<option value="{club}">Cluster Nord</option>' in page
    assert nobody not in re.sub("(?s)<textarea.*?</textarea>", "", page)
    assert 'id="results"' not in page
    # where the graph knows the example, it is asked about
    page = (founding_site / "query" / "has-valid-label" / "index.html").read_text(encoding="utf-8")
    assert re.search(r'<option value="[^"]*/agent/biosaxony" selected>', page)
    assert 'id="results"' in page


def test_what_is_withdrawn_is_in_no_byte(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    add_fact(project, "berta", "id: label/gold, type: Certification, expires: 2027-01-01, evidence: [31, 40]")
    logo = 'logos = { "agent/berta" = "logo.png" }'
    (project / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    configure(project, logo)
    opened(project).site(out, day=DAY, jobs=1)
    # the end of a label stands beside its page
    assert b"DTSTART;VALUE=DATE:20261231" in (out / "doc/label/gold/index.ics").read_bytes()
    for folder, href in (("", "index.ics"), ("de/", "../../../../doc/label/gold/index.ics")):
        page = (out / f"{folder}doc/label/gold/index.html").read_text(encoding="utf-8")
        assert f'href="{href}" type="text/calendar">' in page, folder
    # both facts of a release have words in common, and are told in one passage
    assert [it for it in broken_links(out, path="/news/") if "document/" in it] == []
    assert list((out / "assets").glob("logo-*.png"))
    configure(project, f'withhold = ["agent/berta", "label/gold"]\n{logo}')
    opened(project).site(out, day=DAY, jobs=1)
    assert not (out / "doc" / "label").exists()
    assert not list((out / "assets").glob("logo-*.png"))
    for name, content in contents(out).items():
        plain = gzip.decompress(content) if name.endswith(".gz") else content
        # the release is called so too, and is still published
        plain = plain.replace(b"document/berta", b"").replace(b"News of berta", b"")
        assert b"agent/berta" not in plain, name
        assert b"label/gold" not in plain, name
        assert b"Berta" not in plain, name


def test_files_of_others_stay_and_files_that_were_changed_are_made_again(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "doc/agent/nord").mkdir(parents=True)
    (out / "robots.txt").write_text("User-agent: *\n")
    (out / "doc/agent/nord/picture.png").write_bytes(b"picture")
    (out / "index.html").write_text("mine")
    workspace = opened(project)
    made = workspace.site(out, day=DAY, jobs=1)
    assert "index.html" in made.kept
    page = out / "doc/agent/nord/index.html"
    right = page.read_bytes()
    page.write_text("somebody's edit")
    (out / "de/doc/agent/nord/index.html").unlink()
    workspace.site(out, day=DAY, jobs=1)
    assert page.read_bytes() == right
    assert (out / "de/doc/agent/nord/index.html").is_file()
    # another project's facts: pages go, what others put there does not
    for it in (project / "data").iterdir():
        it.unlink()
    (project / "data" / "other.yaml").write_text(
        "source: { id: document/other, type: NewsArticle, headline: { en: Other }, datePublished: 2026-01-01 }\n"
        "facts: [{ id: agent/other, type: Organization, name: Other }]\n"
    )
    assert "doc/agent/nord/index.html" in opened(project).site(out, day=DAY, jobs=1).removed
    assert not page.exists()
    assert (out / "doc/agent/nord/picture.png").read_bytes() == b"picture"
    assert (out / "index.html").read_text() == "mine"
    assert (out / "robots.txt").read_text() == "User-agent: *\n"


def test_what_a_stopped_run_has_written_is_not_taken_for_somebody_elses(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    workspace = opened(project)

    def stop(done: int, _all: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.site(out, day=DAY, jobs=1, progress=stop)
    assert not [it for it in contents(out) if it.endswith("-new")]
    # what is there already is shown with its styles
    assert [it for it in contents(out) if it.endswith(".css")]
    assert workspace.site(out, day=DAY, jobs=1).kept == ()
    fresh = tmp_path / "fresh"
    workspace.site(fresh, day=DAY, jobs=1)
    assert contents(out) == contents(fresh)


def test_a_list_of_files_that_lie_elsewhere_removes_none(tmp_path: Path) -> None:
    out, victim = tmp_path / "out", tmp_path / "victim"
    (out / "below").mkdir(parents=True)
    (out / "below" / "ours.html").write_text("ours", encoding="utf-8")
    victim.write_text("kept", encoding="utf-8")
    names = ("below/ours.html", "../victim", "below/../../victim", str(victim))
    (out / LIST).write_text("".join(f"{'0' * 64}  {name}\n" for name in names), encoding="utf-8")
    with kept_of(pressgraph.open(tmp_path).project, out) as kept:
        folder = Folder(out, kept)
        folder.open()
        assert folder.finish() == ["below/ours.html"]
    assert not (out / "below").exists()
    assert victim.read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, MemoryError, OSError("full")])
def test_a_file_that_could_not_be_renamed_leaves_nothing_beside_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: BaseException | type[BaseException]
) -> None:
    assert write(tmp_path, "below/a.html", b"before")[0]
    assert not write(tmp_path, "below/a.html", b"before")[0]

    def stop(*_: object) -> None:
        raise stopped

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises((KeyboardInterrupt, MemoryError, OSError)) as caught:
        write(tmp_path, "below/a.html", b"after")
    assert contents(tmp_path) == {"below/a.html": b"before"}
    assert not isinstance(caught.value, OSError) or caught.value.filename == str(tmp_path / "below" / "a.html")


def test_the_command_says_what_it_did_and_what_is_missing(project: Path, tmp_path: Path) -> None:
    run = CliRunner()
    call = ["--project", str(project), "site"]
    nothing = run.invoke(main, [*call, str(tmp_path / "out")])
    assert (nothing.exit_code, "run 'pressgraph build' first" in nothing.stderr) == (2, True)
    assert not (tmp_path / "out" / "index.html").exists()
    opened(project)
    address = "https://example.org/without-slash"
    done = run.invoke(main, [*call, str(tmp_path / "out"), "--url", address, "--date", "2026-01-02"])
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "no imprint" in done.stderr
    assert f'href="{address}/doc/agent/nord/"' in (tmp_path / "out/doc/agent/nord/index.html").read_text()
    german = run.invoke(main, ["--lang", "de", *call, str(tmp_path / "out"), "--url", address, "--date", "2026-01-02"])
    assert "Impressum" in german.stderr
    (tmp_path / "file").write_text("kept")
    for out, said in ((tmp_path / "file", "a site is a folder"), (tmp_path / "file" / "below", "a site is a folder")):
        refused = run.invoke(main, [*call, str(out)])
        assert (refused.exit_code, said in refused.stderr) == (2, True), refused.stderr
    for option, value in (("--url", "data.example.org"), ("--date", "yesterday"), ("--date", "2026-02-30")):
        refused = run.invoke(main, [*call, str(tmp_path / "out"), option, value])
        assert (refused.exit_code, value in refused.stderr) == (2, True), refused.stderr
    assert (tmp_path / "file").read_text() == "kept"


def test_a_check_asks_for_every_page_in_every_form(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out here ü"
    opened(project).site(out, day=DAY, jobs=1)
    run = CliRunner()
    fine = run.invoke(main, ["--project", str(project), "site", "--check", str(out)])
    assert (fine.exit_code, fine.stdout) == (0, ""), fine.output
    assert "all resolve" in fine.stderr
    # a plain host negotiates nothing, and has what it is asked for beside the pages
    with plain_host(out, "/below/") as address:
        plain = run.invoke(main, ["--project", str(project), "site", "--check", address])
        assert (plain.exit_code, plain.stdout) == (0, ""), plain.output
    (out / "doc/agent/nord/index.ttl").write_text("no Turtle <")
    (out / "de/doc/agent/anna/index.html").unlink()
    (out / "feed.xml").unlink()
    wrong = run.invoke(main, ["--project", str(project), "site", "--check", str(out)])
    assert wrong.exit_code == 1
    said = [line.split("\t") for line in wrong.stdout.splitlines()]
    assert [("/".join(address.split("/")[3:]), accept) for address, accept, _ in said] == [
        ("de/doc/agent/anna/", "text/html"),
        ("doc/agent/nord/", "text/turtle"),
        ("feed.xml", "*/*"),
    ]
    (out / "sitemap.xml").write_text("<urlset>", encoding="utf-8")
    cut = run.invoke(main, ["--project", str(project), "site", "--check", str(out)])
    assert (cut.exit_code, "the sitemap cannot be read" in cut.stderr) == (2, True), cut.output
    for target in (str(tmp_path), "http://127.0.0.1:1/"):
        nothing = run.invoke(main, ["--project", str(project), "site", "--check", target])
        assert (nothing.exit_code, "there is no site" in nothing.stderr) == (2, True)
    both = run.invoke(main, ["--project", str(project), "site", str(out), "--check", str(out)])
    neither = run.invoke(main, ["--project", str(project), "site"])
    assert both.exit_code == neither.exit_code == 2
