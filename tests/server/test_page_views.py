"""What pages show, by kind of thing, as readers and their programs find it: parsed HTML of invented news."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import shutil
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import icalendar
import pyoxigraph as ox
import pytest
from harness import make_project, start
from lxml import etree

import pressgraph
from pressgraph.errors import ProjectError
from pressgraph.pages.names import Links, Names
from pressgraph.pages.settings import Site
from pressgraph.pages.view.reading import GraphReader
from pressgraph.pages.view.things import thing_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import Server

    from pressgraph.workspace import Workspace

TEXT = """Nordlicht holds the Gold Label

Nordlicht e. V., the photonics cluster of the Westland, holds the Gold Label, which is valid until 31 December 2028.
Ida Berg has chaired its board since 14 May 2024. The office answers at +49 30 1234567 on weekdays.
"""
FACTS = """
source:
  id: document/nordlicht-gold
  type: NewsArticle
  headline: { en: Nordlicht holds the Gold Label }
  datePublished: 2026-01-15
  inLanguage: en
  publisher: agent/nordlicht
  url: "https://nordlicht.example/gold"
  file: nordlicht.txt
  publishText: true
facts:
  - id: agent/nordlicht
    type: ClusterOrganisation
    name: Nordlicht
    description: { en: The photonics cluster of the Westland. Write to office@nordlicht.example or call 030 7654321. }
    sector: photonics
    areaServed: { id: place/westland, type: AdministrativeArea, name: Westland }
    evidence: "Nordlicht e. V., the photonics cluster of the Westland"
    reviewedBy: agent/nordlicht
  - id: agent/nordlicht
    legalName: { de: Nordlicht e. V. }
    evidence: "The office answers at +49 30 1234567 on weekdays."
  - id: label/nordlicht-gold
    type: AwardedLabel
    level: gold
    heldBy: agent/nordlicht
    evidence: "holds the Gold Label, which"
  - id: label/nordlicht-gold
    hasValidity:
      - id: validity/nordlicht-gold
        type: ValidityPeriod
        basis: assumed-from-release-date
        validFrom: 2026-01-15
        validUntil: 2029-01-01
    status: assumed
    evidence: "which is valid until 31 December 2028"
  - id: membership/berg
    type: Membership
    member: { id: agent/ida-berg, type: Person, name: Ida Berg }
    organization: agent/nordlicht
    role: chairperson
    startDate: 2024-05-14
    status: normalised
    evidence: "Ida Berg has chaired its board since 14 May 2024."
  - id: statement/berg-1
    type: QuotedStatement
    abstract: { en: Light is what the region lives on. }
    saidBy: agent/ida-berg
  - { id: agent/hav, logo: "https://hav.example/logo.png" }
"""
LOGO = b"\x89PNG\r\n\x1a\n" + b"dots"
PAGES = {
    "home": "/",
    "organisation": "/doc/agent/nordlicht",
    "organisation with a timeline": "/doc/agent/moorgruen",
    "label": "/doc/label/nordlicht-gold",
    "label with a chain": "/doc/label/hav-silver-2024",
    "release with its text": "/doc/document/nordlicht-gold",
    "release without": "/doc/document/2024-03-12-moorgruen-vorstand",
    "person": "/doc/agent/ida-berg",
    "event": "/doc/event/biofabrik-2025",
    "grant": "/doc/grant/green-quay",
    "place": "/doc/place/westland",
    "vocabulary": "/vocab/sector",
    "term": "/vocab/sector/photonics",
    "labels": "/labels",
    "labels of a level": "/labels?level=gold",
    "organisations": "/organisations",
    "releases": "/releases",
    "people": "/people",
    "nothing": "/people?role=nobody",
    "search": "/search?q=nordlicht",
    "query": "/sparql",
    "answer": "/sparql?saved=roles-on&run=1",
    "missing": "/doc/agent/nordlich",
}


@pytest.fixture(scope="module")
def built_news(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    publish = (
        '[publish]\ntitle = "Cluster Facts"\nlicence = "CC-BY-4.0"\ncontact = "https://data.example.org/contact"\n'
    )
    publish += (
        'accent = "#7a1f5c"\nlogos = { "agent/nordlicht" = "nordlicht.png", "agent/elsewhere" = "nordlicht.png" }'
    )
    folder = tmp_path_factory.mktemp("news")
    (folder / "nordlicht.png").write_bytes(LOGO)
    project = make_project(folder, {"workers": 1}, extra=publish)
    shutil.copytree(root / "docs" / "examples", project / "data")
    (project / "data" / "nordlicht.yaml").write_text(FACTS, encoding="utf-8")
    (project / "data" / "nordlicht.txt").write_text(TEXT, encoding="utf-8")
    pressgraph.open(project).build()
    return project


@pytest.fixture(scope="module")
def news(built_news: Path) -> Iterator[Server]:
    server = start(built_news)
    yield server
    server.stop()


@pytest.mark.parametrize("form", [ox.RdfFormat.TURTLE, ox.RdfFormat.JSON_LD])
def test_a_document_is_part_of_the_dataset_and_has_its_licence(
    news: Server, built_news: Path, form: ox.RdfFormat
) -> None:
    found = news.client.get("/doc/agent/hav", headers={"accept": form.media_type})
    base = pressgraph.open(built_news).project.base
    page = ox.NamedNode(f"{base}doc/agent/hav")
    said = {it.predicate.value: it.object for it in ox.parse(found.content, format=form) if it.subject == page}
    assert said == {
        "http://xmlns.com/foaf/0.1/primaryTopic": ox.NamedNode(f"{base}id/agent/hav"),
        "http://rdfs.org/ns/void#inDataset": ox.NamedNode(f"{base}#dataset"),
        "http://purl.org/dc/terms/license": ox.NamedNode("https://creativecommons.org/licenses/by/4.0/"),
    }


def read(server: Server, path: str, language: str = "en") -> etree._Element:
    found = server.client.get(path, headers={"accept": "text/html", "accept-language": language})
    assert found.status_code in {200, 404}, path
    tree = etree.HTML(found.text)
    assert tree is not None
    return tree


def words(element: Any) -> str:
    return re.sub(r" (?=[,.;:)])", "", " ".join(" ".join(element.itertext()).split()))


def texts(tree: Any, path: str) -> list[str]:
    return [words(it) for it in tree.xpath(path)]


def part_of(tree: Any, anchor: str) -> str:
    return texts(tree, f'//li[@id="{anchor}"]')[0]


def part(tree: Any, key: str) -> str:
    return texts(tree, f'//section[@id="{key}"]')[0]


def test_a_logo_is_a_file_of_the_project_and_no_address_of_others(news: Server) -> None:
    (address,) = read(news, "/doc/agent/nordlicht").xpath('//span[contains(@class, "badge")]/img[@alt=""]/@src')
    picture = news.client.get(address)
    assert (picture.headers["content-type"], picture.content) == ("image/png", LOGO)
    assert read(news, "/organisations").xpath("//li/span/img/@src") == [address]
    # one of another host is a link, and nothing that a browser asks for by itself
    page = read(news, "/doc/agent/hav")
    assert not page.xpath("//img")
    assert page.xpath('//a/@href[.="https://hav.example/logo.png"]')


def test_an_organisation_is_shown_with_people_labels_and_receipts(news: Server) -> None:
    page = read(news, "/doc/agent/nordlicht")
    assert texts(page, "//h1") == ["Nordlicht"]
    assert texts(page, '//p[@class="kicker"]') == ["Cluster organisation · Westland"]
    assert "Ida Berg Chairperson normalised since 14 May 2024" in part(page, "people")
    assert "Valid today if the assumption holds, until 31 December 2028." in part(page, "glance")
    assert "until 31 December 2028" in part(page, "labels")
    # the words that the role was read from, one click from it
    assert "“" not in part(page, "people")
    assert texts(page, '//section[@id="people"]//q') == ["Ida Berg has chaired its board since 14 May 2024."]
    assert page.xpath('//section[@id="people"]//li/p/a/@href')[0].startswith("/doc/document/nordlicht-gold#c-")
    german = read(news, "/doc/agent/nordlicht", "de")
    assert "seit 14. Mai 2024" in part(german, "people")
    assert "Heute gültig" in part(german, "glance")


def test_what_looks_like_contact_data_is_cut_and_counted(news: Server) -> None:
    for path in ("/doc/agent/nordlicht", "/doc/document/nordlicht-gold", "/organisations", "/search?q=nordlicht", "/"):
        shown = words(read(news, path).find("body"))
        for secret in ("1234567", "7654321", "office@"):
            assert secret not in shown, path
    release = words(read(news, "/doc/document/nordlicht-gold"))
    assert "The office answers at […] on weekdays." in release
    assert "looks like contact data is not shown" in release


def test_a_release_has_its_passages_beside_what_they_tell(news: Server) -> None:
    page = read(news, "/doc/document/nordlicht-gold")
    marks = texts(page, "//mark")
    assert marks[0].startswith("Nordlicht e. V., the photonics cluster of the Westland")
    assert [it.get("class") for it in page.xpath("//mark")][-1] == "stated"
    told = texts(page, '//ol[contains(@class, "told")]')
    assert any("role Chairperson · Nordlicht, since 14 May 2024 normalised" in it for it in told)
    assert any(
        "valid 15 January 2026 – 31 December 2028 (assumed to start on the release date) assumed" in it for it in told
    )
    assert page.xpath('//a[contains(@class, "main")]/@href') == ["https://nordlicht.example/gold"]
    # the whole text, once, without the headline that stands above it; a passage leads to its facts, and these to it
    paragraphs = texts(page, '//div[@class="passage"]/p[@class="lines" or not(@class)]')
    assert len(paragraphs) == 1
    assert re.sub(r"(?<=\D)\d(?=\D|$)", "", words(page.xpath('//div[@class="passage"]/p')[0])).startswith(
        "Nordlicht e. V., the photonics cluster of the Westland"
    )
    for number, mark in enumerate(page.xpath("//mark[@id]"), 1):
        (link,) = mark.xpath(".//sup/a")
        assert (mark.get("id"), link.get("href")) == (f"p-{number}", f"#f-{number}")
        assert page.xpath(f'//li[@id="f-{number}"]/a[@href="#p-{number}"]/@aria-label') == [f"Passage {number}"]
    # receipts lead to the place in the text
    assert page.xpath('//mark//*[@id="c-32"]')
    bare = read(news, "/doc/document/2024-03-12-moorgruen-vorstand")
    assert not bare.xpath("//mark")
    assert "The text itself is not published here." in words(bare)


def test_a_release_says_each_thing_once(news: Server) -> None:
    page = read(news, "/doc/document/nordlicht-gold")
    for record in page.xpath("//main//pre"):
        # what others put into their pages is for programs
        record.getparent().remove(record)
    shown = words(page.xpath("//main")[0])
    # what has no place in the text is told like all else, not again by each property that leads to it
    assert shown.count("Light is what the region lives on.") == 1
    assert "Paraphrased." in shown
    assert not page.xpath('//section[@id="more"]')
    # what the head of the page says is not said of the release again
    assert "date published" not in shown
    assert "Language English" in part(page, "about")
    assert "Sprache Englisch" in part(read(news, "/doc/document/nordlicht-gold", "de"), "about")
    assert texts(page, '//span[@class="lang"]') == ["German"]


def test_what_only_follows_is_not_said_beside_what_it_follows_from(news: Server) -> None:
    project = part(read(news, "/doc/project/green-quay"), "more")
    assert project.count("Memorandum of Understanding") == 1
    partner = part(read(news, "/doc/agent/brinewell-pumps"), "more")
    assert partner.count("Green Quay") == 2, "the row, and the title of the release in its receipt"
    for path in PAGES.values():
        assert "(schema.org)" not in words(read(news, path).xpath("//main")[0]), path
    # the page of the label says its scheme above
    assert not read(news, "/doc/label/nordlicht-gold").xpath('//section[@id="more"]')


def test_what_follows_is_marked_and_leads_to_where_its_facts_stand_and_how_sure_they_are(news: Server) -> None:
    page = read(news, "/doc/agent/hav")
    (funder,) = page.xpath('//section[@id="more"]//div[dt = "Funder"]/dd')
    assert words(funder) == "Northern Energy Fund derived normalised"
    (receipt,) = [it for it in page.xpath('//section[@id="more"]//ol/li') if "derived" in words(it)]
    assert "funder: Northern Energy Fund" in words(receipt)
    assert "from facts of Funding for Green Quay, 3 June 2024 · the least sure of them: normalised" in words(receipt)
    assert receipt.xpath("p/a/@href") == ["/doc/document/2024-06-03-hav-green-quay"]
    # beside the facts of the part, and counted for itself
    assert ", 1 conclusion" in part(page, "more")
    assert "aus Fakten von Funding for Green Quay" in part(read(news, "/doc/agent/hav", "de"), "more")
    # what a fact says is not marked
    assert "derived" not in part(page, "labels") + part(page, "glance")


def test_words_are_short_by_class_and_small_within_sentences(news: Server) -> None:
    page = read(news, "/doc/agent/moorgruen")
    assert "Founded 2009" in part(page, "glance")
    # in the order of an address, which its shapes give
    assert "Torfweg 3, 26121 Oldenburg, Germany" in part(page, "glance")
    assert "Thea Brandis becomes member of the board" in part(page, "timeline")
    assert "Member of the board" in part(page, "people")
    # a label that is called as its scheme is has its name once
    assert texts(page, '//section[@id="labels"]//div[@class="who"]').count("Netzwerk Nordwest") == 1
    german = part(read(news, "/doc/agent/moorgruen", "de"), "glance")
    assert "Gegründet 2009" in german
    assert "26121 Oldenburg, Deutschland" in german


def test_amounts_are_told_as_amounts_and_grants_are_called_by_who_gets_them(news: Server) -> None:
    page = read(news, "/doc/grant/green-quay")
    assert texts(page, "//h1") == ["Grant for Hydrogen Alder Valley"]
    assert texts(read(news, "/doc/grant/green-quay", "de"), "//h1") == ["Förderung für Hydrogen Alder Valley"]
    assert "Amount up to 1,500,000 EUR" in part(page, "glance")
    assert "Betrag bis zu 1.500.000 EUR" in part(read(news, "/doc/grant/green-quay", "de"), "glance")
    release = read(news, "/doc/document/2024-06-03-hav-green-quay")
    for shown in (page, release):
        assert "Read from 1 release: 1 fact about" in part(page, "know")
        assert not shown.xpath('//main//a[contains(@href, "amount")]')
    assert "amount up to 1,500,000 EUR normalised" in words(release.xpath("//main")[0])
    assert not [it for it in texts(release, "//main//h3") if "EUR" in it or "amount" in it]


def test_parts_and_levels_stand_in_their_order(news: Server) -> None:
    headings = texts(read(news, "/doc/agent/moorgruen"), '//main//section[starts-with(@class, "part")]/h2')
    expected = (
        "At a glance",
        "People",
        "Labels",
        "Timeline",
        "Units and members",
        "Releases",
        "How do we know?",
        "Cite",
    )
    found = [next((at for at, it in enumerate(headings) if it.startswith(one)), -1) for one in expected]
    assert -1 not in found, headings
    assert found == sorted(found), headings
    # from the lowest level to the highest one, and not by name
    steps = texts(read(news, "/doc/label/nordlicht-gold"), '//ol[@class="steps"]/li')
    assert [it.split()[0] for it in steps] == ["Bronze", "Silver", "Gold"]


def test_nothing_is_drawn_of_labels_whose_period_nobody_knows(news: Server) -> None:
    page = read(news, "/labels?state=unknown")
    assert "period not known" in texts(page, '//ul[@class="bars"]/li')[0]
    assert not page.xpath('//main//svg[@class="axis" or @class="bar"]')
    assert read(news, "/labels?level=gold").xpath('//main//svg[@class="axis"]')


@pytest.mark.parametrize(
    ("fields", "status"),
    [("", 400), ("?iri=nowhere", 400), ("?iri=urn:nothing", 404), ("?iri=urn:x&page=0", 404)],
)
def test_what_leads_to_a_thing_is_asked_for_by_its_iri(news: Server, fields: str, status: int) -> None:
    assert news.client.get(f"/links{fields}", headers={"accept": "text/html"}).status_code == status


def test_what_leads_to_a_thing_is_named_and_told_apart(news: Server, built_news: Path) -> None:
    base = pressgraph.open(built_news).project.id_base
    parts = {
        texts(it, "./h2")[0]: texts(it, ".//li")
        for it in read(news, f"/links?iri={base}agent/moorgruen", "de").xpath("//main//section")
    }
    # figures have no names
    figures = ["Mitglieder: mehr als 125", "Mitglieder: rund 120", "Zahl der Gründungsmitglieder: 14"]
    assert parts["Zahlen dazu"] == figures
    assert parts["Funktionen dort"][-3:] == [
        "Vorstandsmitglied von Moorgrün brandis-vorstand",
        "Vorstandsmitglied von Moorgrün harms-vorstand",
        "Vorstandsvorsitz von Moorgrün",
    ]
    # a term of others has a page here
    term = read(news, "/links?iri=http://schema.org/Organization")
    assert term.xpath('//p[@class="kicker"]/a/@href') == ["/about?iri=http%3A%2F%2Fschema.org%2FOrganization"]


def test_a_vocabulary_is_a_tree_that_leads_to_lists(news: Server) -> None:
    page = read(news, "/vocab/sector")
    (hydrogen,) = page.xpath('//ul[@class="tree"]/li[@id="energy"]/ul/li[@id="hydrogen"]')
    assert "hydrogen Wasserstoff" in words(hydrogen)
    assert hydrogen.xpath('.//span[@lang="de"]')
    # the number of organisations leads to the list of them, and the list has as many
    (link,) = hydrogen.xpath('.//a[@class="xs"]')
    listed = read(news, link.get("href"))
    assert link.get("href") == "/organisations?sector=hydrogen"
    count = len(listed.xpath('//ul[@class="people"]/li'))
    # a project of the same sector is on no list of organisations
    assert (words(link), count) == ("1 organisation", 1)
    # no term is said again by what only tells that it belongs to the vocabulary
    assert len(page.xpath('//a[text()="logistics"]')) == 1
    german = read(news, "/vocab/sector", "de")
    assert "Wasserstoff hydrogen" in part_of(german, "hydrogen")


def test_what_is_found_stands_by_kind_with_the_words_in_bold(news: Server) -> None:
    page = read(news, "/search?q=MOORGRUEN")
    assert texts(page, "//h1")[0].endswith("results for “MOORGRUEN”")
    assert texts(page, "//h2")[0].startswith("Organisations")
    # an umlaut is found by the letters that stand for it, and is marked as it is written
    assert texts(page, '//section[@aria-labelledby="h-organisations"]//b') == ["Moorgrün"]
    assert texts(page, '//section[@aria-labelledby="h-releases_list"]//b')[0] == "Moorgrün"
    # a label is called, and found, by its level and its holder
    label = texts(read(news, "/search?q=nordlicht+gold"), '//section[@aria-labelledby="h-labels"]//li')
    assert label[0].startswith("Gold Label of Nordlicht"), label
    # kinds in the words of readers, not of vocabularies for programs
    assert "entity" not in words(page.xpath("//main")[0])
    assert texts(read(news, "/search?q=nothinglikethis"), '//p[@class="empty"]')


def test_a_question_about_a_thing_offers_those_of_the_graph(news: Server) -> None:
    form = "/sparql?saved=has-valid-label&run=1"
    page = read(news, form)
    holder = page.find(".//select[@name='p.holder']")
    assert holder is not None
    assert holder.get("required") is not None
    offered = {it.get("value"): it.text for it in holder}
    assert offered[""] == "Choose one"
    assert offered["agent/nordlicht"] == "Nordlicht"
    assert "document/nordlicht-gold" not in offered
    # the example of the query's file is nobody here: nothing is asked, and nothing answered
    assert page.find(".//p[@class='answer']") is None
    for given in ("agent/nordlicht", "Nordlicht"):
        page = read(news, f"{form}&p.holder={given}&p.date=2026-02-01")
        assert [it.text for it in page.findall(".//p[@class='answer']")] == ["Yes"]
        assert [it.get("value") for it in page.findall(".//select[@name='p.holder']/option[@selected]")] == [
            "agent/nordlicht"
        ]
    assert read(news, "/sparql?saved=labels-of").find(".//select[@name='p.holder']/option").text == "any"


def test_answers_name_things_and_days_as_pages_do(news: Server) -> None:
    question = "/sparql?saved=labels-valid-on&run=1&p.date=2026-06-01"
    rows = texts(read(news, question), "//tbody/tr")
    assert "Silver Label Hydrogen Alder Valley surely 1 May 2024 1 June 2027 stated by the source" in rows
    # a label without a name is called as its scheme is
    assert "Netzwerk Nordwest Moorgrün perhaps" in rows
    page = read(news, question, "de")
    assert texts(page, "//form//p[@class='hint' and not(@lang)]")[0].startswith("Der Tag, nach dem Sie fragen.")
    german = texts(page, "//tbody/tr")
    assert any("Hydrogen Alder Valley sicher 1. Mai 2024" in it for it in german)
    assert any(it.endswith("Moorgrün vielleicht") for it in german)
    # so is what has no name, in rows and in graphs
    for saved, name in (
        ("roles-on", "Vorstandsvorsitz von Moorgrün"),
        ("labels-as-certifications", "Silber-Label von Hydrogen Alder Valley"),
    ):
        cells = read(news, f"/sparql?saved={saved}&run=1", "de").xpath("//tbody/tr/td[last()]")
        assert name in {words(it) for it in cells}, saved


def test_a_page_can_be_cited_by_programs(news: Server) -> None:
    page = read(news, "/doc/label/nordlicht-gold")
    records = {it.get("aria-label"): it.text for it in page.xpath('//pre[@class="record"]')}
    assert re.search(r"url = \{http\S+/id/label/nordlicht-gold\},", records["BibTeX"])
    assert "TI  - Gold Label of Nordlicht" in records["RIS"]
    # an end that is only assumed is in no calendar
    for path in ("/doc/label/nordlicht-gold", "/doc/agent/ida-berg"):
        assert not read(news, path).xpath('//*[@type="text/calendar"]'), path
    page = read(news, "/doc/label/hav-silver-2024", "de")
    (href,) = page.xpath('//section[@id="reuse"]//a[@type="text/calendar"][text()="Kalender"]/@href')
    assert page.xpath('//link[@type="text/calendar"]/@href') == [href]
    found = news.client.get(href, headers={"accept-language": "de"})
    assert found.headers["content-language"] == "de"
    events: list[Any] = list(icalendar.Calendar.from_ical(found.content).walk("VEVENT"))
    (event,) = events
    assert (str(event["UID"]).rpartition("/id/")[2], event["DTSTART"].dt) == (
        "label/hav-silver-2024",
        dt.date(2027, 5, 31),
    )


def test_lists_have_one_facet_at_most_and_crawlers_stay_out_of_those(news: Server) -> None:
    page = read(news, "/labels")
    facets = {it.get("href"): words(it) for it in page.xpath('//details[@class="filter"]//a')}
    assert facets["/labels?level=gold"] == "Gold Label 1"
    assert all("&" not in href for href in facets)
    assert {it.get("rel") for it in page.xpath('//details[@class="filter"]//a')} == {"nofollow"}
    assert page.xpath('//link[@rel="canonical"]')
    gold = read(news, "/labels?level=gold")
    assert len(gold.xpath('//ul[@class="bars"]/li')) == 1
    assert gold.xpath('//meta[@name="robots"]/@content') == ["noindex"]
    # one click takes it away again
    assert gold.xpath('//details[@class="filter"]//a[@aria-current]/@href') == ["/labels"]
    assert texts(read(news, "/labels?state=over"), '//ul[@class="bars"]/li')
    assert "Nothing here has this." in words(read(news, "/people?role=nobody"))
    # people are listed with what they are now
    (ida,) = (it for it in read(news, "/people").xpath('//ul[@class="people"]/li') if "Ida Berg" in words(it))
    assert words(ida) == "IB Ida Berg Chairperson of Nordlicht since 14 May 2024"
    assert news.client.get("/labels?page=9", headers={"accept": "text/html"}).status_code == 404


def test_pages_keep_the_rules_of_accessibility(news: Server) -> None:
    for name, path in PAGES.items():
        for language in ("en", "de"):
            page = read(news, path, language)
            where = f"{name}, {language}"
            assert page.get("lang") == language, where
            assert len(page.xpath("//h1")) == 1, where
            levels = [int(it.tag[1]) for it in page.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")]
            assert all(after - before <= 1 for before, after in pairwise(levels)), where
            ids = page.xpath("//@id")
            assert len(ids) == len(set(ids)), where
            for section in page.xpath("//main//section"):
                assert section.get("aria-labelledby") in ids, where
            for reference in (*page.xpath("//@aria-describedby"), *page.xpath("//label/@for")):
                assert reference in ids, where
            for target in page.xpath('//a[starts-with(@href, "#")]/@href'):
                assert target[1:] in ids, f"{where}: {target}"
            for drawing in page.xpath("//svg"):
                assert drawing.get("aria-hidden") == "true" or drawing.get("role") == "img", where
            for link in page.xpath("//a"):
                assert words(link) or link.xpath(".//img[@alt]"), where
                assert link.get("href") is not None, where
            for time in page.xpath("//time[@datetime]/@datetime"):
                assert re.fullmatch(r"\d{4}(-\d\d(-\d\d(T.+)?)?)?", time), f"{where}: {time}"
            # what styles and scripts may do is in files
            assert not page.xpath("//@style"), where
            assert not page.xpath("//*[@onclick or @onload]"), where


def test_pages_say_what_people_say(news: Server) -> None:
    banned = re.compile(r"(?<!N-)\b(entity|triple|node|membership|IRI)s?\b", re.IGNORECASE)
    for name in (
        "home",
        "organisation",
        "label",
        "release with its text",
        "release without",
        "person",
        "labels",
        "people",
    ):
        shown = words(read(news, PAGES[name]).xpath("//main")[0])
        assert not banned.search(shown), (name, banned.search(shown))


def test_heads_tell_programs_what_a_page_is(news: Server) -> None:
    page = read(news, "/doc/agent/nordlicht")
    (canonical,) = page.xpath('//link[@rel="canonical"]/@href')
    assert canonical.endswith("/doc/agent/nordlicht")
    assert page.xpath('//link[@rel="alternate"][@hreflang]/@hreflang') == ["en", "de", "x-default"]
    assert page.xpath('//meta[@property="og:url"]/@content') == [canonical]
    (description,) = page.xpath('//meta[@name="description"]/@content')
    assert "photonics cluster" in description
    assert "@" not in description
    assert set(page.xpath('//link[@rel="alternate"]/@type')) >= {"text/turtle", "application/ld+json"}
    assert page.xpath('//script[@type="application/ld+json"]')
    assert texts(page, "//title") == ["Nordlicht · Cluster Facts"]


def test_pages_are_small_and_what_they_need_is_kept(news: Server) -> None:
    page = news.client.get("/doc/label/nordlicht-gold", headers={"accept": "text/html"})
    assert len(gzip.compress(page.content)) < 8 * 1024
    assert "font-src 'self'" in page.headers["content-security-policy"]
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    found = news.client.get(sheet)
    assert len(gzip.compress(found.content)) < 10 * 1024
    assert "immutable" in found.headers["cache-control"]
    # the project's accent, in both schemes
    assert "--accent: #7a1f5c" in found.text
    # faces are named only where their files are
    for name in re.findall(r"url\(([^)]+)\)", found.text):
        font = news.client.get(f"/static/{name}")
        assert font.headers["content-type"] == "font/woff2"
        assert "immutable" in font.headers["cache-control"]


NOWHERE = Links(own=lambda iri: f"own:{iri}", about=str)


@pytest.fixture(scope="module")
def workspace(built_news: Path) -> Workspace:
    return pressgraph.open(built_news)


@pytest.mark.parametrize(
    ("label", "day", "says"),
    [
        ("hav-silver-2024", "2024-04-30", ["Not valid today", "It begins on ", "1 May 2024"]),
        ("hav-silver-2024", "2024-05-01", ["Valid today", "from ", "1 May 2024", " until ", "31 May 2027"]),
        ("hav-silver-2024", "2027-05-31", ["Valid today", "31 May 2027", "0 days left"]),
        ("hav-silver-2024", "2027-04-01", ["Valid today", "31 May 2027", "60 days left"]),
        ("hav-silver-2024", "2027-06-01", ["Not valid today", "It ran out on ", "31 May 2027"]),
        ("nordlicht-gold", "2026-06-01", ["Valid today", "if the assumption holds, until ", "31 December 2028"]),
        ("nordlicht-gold", "2029-01-01", ["Not valid today", "If the assumption holds, it ran out on "]),
        ("hav-bronze", "2026-01-01", ["Not valid today", "Another label took its place."]),
        ("moorgruen-nordwest", "2026-01-01", ["The period of its validity is not known."]),
    ],
)
def test_whether_a_label_is_valid_depends_on_the_day(
    label: str, day: str, says: list[str], workspace: Workspace
) -> None:
    project, profile = workspace.project, workspace.profile
    iri = f"{project.id_base}label/{label}"
    found = GraphReader(workspace.dataset().store, project.id_base).thing(iri)
    names = Names(profile, project, NOWHERE, "en", found["labels"], found["kinds"])
    page = thing_page(
        iri, found, names, profile, Site.of(project, "en"), language="en", today=dt.date.fromisoformat(day)
    )
    validity = next(it for it in page.parts if it.key == "validity")
    sentence = [it if isinstance(it, str) else getattr(it, "text", "") for it in validity.blocks[-1].words]  # type: ignore[union-attr]
    told = "".join(sentence)
    at = 0
    for it in says:
        at = told.index(it, at)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('accent = "#ffe08a"', "cannot be read on white"),
        ('accent = "red"', "is not a colour"),
        ('logo = "logo.svg"', "is no picture that pages show"),
        ('logo = "../logo.png"', "is not in the project's folder"),
        ('logo = "missing.png"', "cannot be read"),
        ('imprint = "javascript:alert(1)"', "is not an address"),
    ],
)
def test_settings_of_pages_are_checked(line: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "pressgraph.toml").write_text(f"[publish]\n{line}\n")
    with pytest.raises(ProjectError) as refused:
        pressgraph.open(tmp_path)
    assert reason in str(refused.value)
