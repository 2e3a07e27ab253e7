# ruff: noqa: E501 - a fact is a line
"""What pages tell search engines: the news in schema.org's terms, on a day, as sure as the project publishes it."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from benchmarks.places import listed, misplaced, nodes
from click.testing import CliRunner

import pressgraph
from pressgraph.cli import main
from pressgraph.dataset.schema_org import schema_org
from pressgraph.embed.data import PageContext
from pressgraph.embed.publisher import EmbedOptions
from pressgraph.errors import DataError, ProfileError
from pressgraph.rdf import SCHEMA

if TYPE_CHECKING:
    from pressgraph.profile import Profile
    from pressgraph.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
BASE = "https://data.example.org/"
DAY = datetime.date(2026, 3, 1)
FACTS = """
source: { id: document/news, type: NewsArticle, headline: { en: Silver for Nord, de: Silber für Nord }, datePublished: 2026-02-01, publisher: agent/nord }
facts:
  - { id: agent/nord, type: ClusterOrganisation, name: Nord, description: { de: "Ein Netzwerk" }, foundingDate: mid 2017-09, employees: 12 }
  - { id: document/news, abstract: { en: "Nord has Silver." }, about: agent/nord }
  - { id: membership/a, type: Membership, member: { id: agent/ada, type: Person, name: Ada }, organization: agent/nord, role: managing-director }
  - { id: membership/a, endDate: 2026-02-28, status: implied }
  - { id: membership/b, type: Membership, member: { id: agent/bo, type: Person, name: Bo }, organization: agent/nord, role: managing-director, startDate: 2026-03-01 }
  - { id: membership/c, type: Membership, member: { id: agent/cy, type: Person, name: Cy }, organization: agent/nord, role: board-member, roleName: { en: Treasurer, de: Kassenwart } }
  - { id: membership/d, type: Membership, member: { id: agent/west, type: Organization, name: West }, organization: agent/nord, role: member }
  - { id: membership/e, type: Membership, member: { id: agent/fo, type: Person, name: Fo }, organization: agent/nord, role: founder }
  - { id: event/fair, type: Fair, name: Fair, startDate: 2026-05-01, endDate: 2026-05-02, eventStatus: cancelled, location: { id: place/hall, type: Place, name: Hall, address: { type: PostalAddress, street: "Weg 1", city: Emden } } }
  - { id: document/study, type: Report, headline: A study }
"""


def workspace(folder: Path, facts: str = FACTS, settings: str = "") -> Workspace:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "pressgraph.toml").write_text(f'[project]\nbase = "{BASE}"\n{settings}', "utf-8")
    (folder / "data" / "news.yaml").write_text(facts, "utf-8")
    opened = pressgraph.open(folder)
    opened.build()
    return opened


@pytest.fixture(scope="module")
def nord(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace(tmp_path_factory.mktemp("nord"))


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Build the releases of docs/examples."""
    folder = tmp_path_factory.mktemp("examples")
    shutil.copytree(ROOT / "docs" / "examples", folder / "data")
    (folder / "pressgraph.toml").write_text(f'[project]\nbase = "{BASE}"\n', "utf-8")
    opened = pressgraph.open(folder)
    opened.build()
    return opened


def names(value: Any) -> set[str]:
    return {it["name"] for it in listed(value)}


# -- what schema.org has a place for


@pytest.mark.parametrize("project", ["founding", "examples", "nord"])
def test_every_embedded_triple_has_its_place_in_schema_org(
    project: str, built: Path, examples: Workspace, nord: Workspace
) -> None:
    opened = {"founding": pressgraph.open(built), "examples": examples, "nord": nord}[project]
    assert schema_org().version.startswith("30.")
    said = 0
    publisher = opened.publisher(day=DAY)
    for iri in opened.ids():
        try:
            data = publisher.block(iri, EmbedOptions(), PageContext(language="de")).data
        except DataError:
            continue
        said += sum(len(node) for node in nodes(data))
        assert list(misplaced(data)) == [], iri
    assert said > 100


# -- the news


def test_the_founding_release_says_the_label_its_issuer_its_holder_and_who_said_what(built: Path) -> None:
    data = pressgraph.open(built).page_data("document/biosaxony-silver-label", language="en", day=DAY)
    (label,) = [it for it in data["about"] if it["@type"] == "Certification"]
    assert (label["name"], label["issuedBy"]["name"]) == ("Silver Label", "European Cluster Excellence Initiative")
    assert label["about"]["name"] == "biosaxony"
    assert data["publisher"]["name"] == "biosaxony"
    assert {it["spokenByCharacter"]["name"] for it in data["hasPart"]} == {"André Hofmann"}
    assert any("go-cluster" in it["abstract"] for it in data["hasPart"])


@pytest.mark.parametrize("statuses", [None, ["stated", "normalised", "implied", "assumed"]])
def test_from_when_until_when_is_said_where_assumed_is_published(
    statuses: list[str] | None, built: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(built, tmp_path / "project"))
    if statuses is not None:
        (folder / "pressgraph.toml").write_text(f"[publish]\nstatuses = {json.dumps(statuses)}\n", "utf-8")
    wanted = {"validFrom": "2019-01-01", "expires": "2021-01-01"} if statuses else {}
    opened = pressgraph.open(folder)
    label = opened.page_data("label/biosaxony-ecei-silver-1", language="en", day=DAY)
    assert {word: label[word] for word in ("validFrom", "expires") if word in label} == wanted
    assert {it["name"] for it in listed(label["about"])} == {"biosaxony"}
    release = opened.page_data("document/biosaxony-silver-label", language="en", day=DAY)
    (of_release,) = [it for it in release["about"] if it["@type"] == "Certification"]
    assert {word: of_release[word] for word in ("validFrom", "expires") if word in of_release} == wanted


def test_an_organisation_says_who_works_for_it_since_when_it_is_and_how_large(nord: Workspace) -> None:
    data = nord.page_data("agent/nord", language="en", day=DAY)
    assert data["foundingDate"] == "2017-09"
    assert data["numberOfEmployees"]["value"] == 12
    # a press release is read long after it was written: who held the post until yesterday is not named
    assert names(data["employee"]) == {"Bo"}
    assert names(data["member"]) == {"Cy", "West"}
    assert {it["name"]: it.get("jobTitle") for it in [*listed(data["employee"]), *listed(data["member"])]} == {
        "Bo": "managing director",
        "Cy": "Treasurer",
        "West": None,
    }


def test_a_post_changes_hands_overnight(nord: Workspace) -> None:
    before = DAY - datetime.timedelta(days=1)
    assert names(nord.page_data("agent/nord", day=before)["employee"]) == {"Ada"}
    assert names(nord.page_data("agent/nord", day=DAY)["employee"]) == {"Bo"}
    for day, person, title in (
        (before, "ada", "managing director"),
        (DAY, "ada", None),
        (before, "bo", None),
        (DAY, "bo", "managing director"),
    ):
        data = nord.page_data(f"agent/{person}", language="en", day=day)
        assert data.get("jobTitle") == title
        assert names(data.get("worksFor")) == ({"Nord"} if title else set())


def test_what_is_less_sure_keeps_a_role_from_being_said(tmp_path: Path) -> None:
    """That it ended is implied, and is not published as plain truth; that it goes on would be said against it."""
    opened = workspace(tmp_path, settings='[publish]\nstatuses = ["stated"]\n')
    assert names(opened.page_data("agent/nord", day=DAY)["employee"]) == {"Bo"}


def test_an_event_says_when_where_and_whether_it_takes_place(nord: Workspace) -> None:
    data = nord.page_data("event/fair", day=DAY)
    assert (data["startDate"], data["endDate"]) == ("2026-05-01", "2026-05-02")
    assert data["location"]["address"]["addressLocality"] == "Emden"
    assert data["eventStatus"] == {"@id": f"{SCHEMA}EventCancelled"}


def test_a_release_cites_the_works_that_it_tells_of(nord: Workspace) -> None:
    assert nord.page_data("document/news", day=DAY)["citation"]["headline"] == "A study"


def test_a_label_says_how_long_it_is_valid_and_how_well_it_was_rated(examples: Workspace) -> None:
    data = examples.page_data("label/hav-silver-2024", day=DAY)
    # the correction of a later release counts; the day after the last one
    assert (data["validFrom"], data["expires"]) == ("2024-05-01", "2027-06-01")
    assert (data["certificationRating"]["ratingValue"], data["certificationRating"]["bestRating"]) == (71, 100)
    assert data["about"]["name"] == "Hydrogen Alder Valley"
    assert names(examples.page_data("agent/hav", day=DAY)["hasCertification"]) == {"Bronze Label", "Silver Label"}


def test_what_is_shared_has_its_name_in_the_language_of_the_page(examples: Workspace) -> None:
    place = examples.page_data("event/biofabrik-2025", language="de", day=DAY)["location"]
    assert place["containedInPlace"]["name"] == "Deutschland"


def test_languages_are_never_mixed(nord: Workspace) -> None:
    german, english = (nord.page_data("document/news", language=it, day=DAY) for it in ("de", "en"))
    assert (german["headline"], german["inLanguage"]) == ("Silber für Nord", "de")
    assert (english["headline"], english["inLanguage"]) == ("Silver for Nord", "en")
    assert "abstract" not in german
    assert "description" not in next(it for it in nodes(english) if it.get("name") == "Nord")
    titles = {it["jobTitle"] for it in nodes(nord.page_data("agent/nord", language="de", day=DAY)) if "jobTitle" in it}
    assert titles == {"Geschäftsführung", "Kassenwart"}


def test_each_thing_is_described_once_and_where_it_is_nearest(nord: Workspace) -> None:
    data = nord.page_data("document/news", day=DAY)
    described = [it["@id"] for it in nodes(data) if it.keys() - {"@type", "@id", "name", "url"}]
    assert len(described) == len(set(described))
    assert data["about"]["foundingDate"] == "2017-09"


# -- in full, and as a snippet


def test_a_full_description_refers_to_a_published_context(tmp_path: Path) -> None:
    small = workspace(tmp_path, settings=f'[publish]\nurl = "{BASE}"\n')
    data = small.page_data("agent/nord", audience="full")
    assert data["@context"] == f"{BASE}context.jsonld"
    carried = workspace(tmp_path).page_data("agent/nord", audience="full")
    assert isinstance(carried["@context"], dict)
    assert {**data, "@context": None} == {**carried, "@context": None}
    assert len(json.dumps(data)) < len(json.dumps(carried)) * 0.8


def test_the_block_is_printed_for_those_who_have_no_page_file(nord: Workspace) -> None:
    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["--project", str(nord.project.root), "embed", *arguments])

    printed = run("--snippet", "--about", "document/news", "--language", "de", "--date", "2026-03-01")
    assert printed.exit_code == 0
    found = re.fullmatch(r"<script[^>]*>\n(.*)\n</script>\n", printed.output, re.DOTALL)
    assert found is not None
    assert json.loads(found[1]) == nord.page_data("document/news", language="de", day=DAY)
    for arguments, reason in (
        (["--snippet"], "--snippet needs --about"),
        (["--snippet", "--about", "document/news", "page.html"], "it goes with"),
        (["--language", "de", "page.html"], "goes with --snippet"),
        (["--date", "1.3.2026", "page.html"], "is no day"),
        ([], "PAGE"),
    ):
        refused = run(*arguments)
        assert (refused.exit_code, reason in refused.output) == (2, True), refused.output
    unknown = run("--snippet", "--about", "document/nws")
    assert (unknown.exit_code, "did you mean 'document/news'?" in unknown.output) == (1, True)


def test_pages_of_a_site_carry_what_embed_writes(nord: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "out"
    call = ["site", str(out), "--url", BASE, "--date", DAY.isoformat()]
    made = CliRunner().invoke(main, ["--project", str(nord.project.root), *call])
    assert made.exit_code == 0, made.output
    for language, folder in (("en", ""), ("de", "de/")):
        for thing in ("document/news", "agent/nord", "agent/bo", "event/fair"):
            html = (out / f"{folder}doc/{thing}/index.html").read_text("utf-8")
            (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
            url = f"{BASE}{folder}doc/{thing}/"
            assert json.loads(text) == nord.page_data(thing, language=language, url=url, day=DAY), url


# -- what a project says itself


def test_a_project_says_what_holds_on_a_day_in_a_query_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "queries" / "embed"
    folder.mkdir(parents=True)
    query = folder / "founders.rq"
    query.write_text(
        "# @links org:organization\nCONSTRUCT { ?thing schema:founder ?who } WHERE {\n"
        "  ?m org:organization ?thing ; org:member ?who ; org:role role:founder FILTER (?day > '2026-01-01'^^xsd:date) }",
        "utf-8",
    )
    opened = workspace(tmp_path)
    assert names(opened.page_data("agent/nord", day=DAY)["founder"]) == {"Fo"}
    assert "founder" not in opened.page_data("agent/nord", day=datetime.date(2025, 1, 1))
    for text, reason in (
        ("SELECT * { ?thing ?p ?o }", "must be a CONSTRUCT"),
        ("CONSTRUCT {", "no valid SPARQL|not valid SPARQL"),
        ("# @links organization\nCONSTRUCT { ?thing ?p ?o } WHERE { ?thing ?p ?o }", "no property with a known prefix"),
    ):
        query.write_text(text, "utf-8")
        with pytest.raises(ProfileError, match=reason):
            pressgraph.open(tmp_path).page_data("agent/nord")


def test_queries_of_a_day_take_time_in_proportion_to_what_leads_to_a_thing() -> None:
    """A condition within OPTIONAL lets the engine compare every pair: an organisation may have thousands of members."""
    for path in (ROOT / "queries" / "embed").glob("*.rq"):
        for part in re.findall(r"OPTIONAL \{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", path.read_text("utf-8")):
            assert "FILTER" not in part, path.name


def test_what_a_role_means_stands_in_its_vocabulary(nord: Workspace) -> None:
    """Roles that a project adds are read like those that are shipped: no query names one."""
    for path in (ROOT / "queries" / "embed").glob("*.rq"):
        assert not re.search(r"\brole:[a-z]", path.read_text("utf-8")), path.name
    found = [str(row["role"]) for row in nord.query("SELECT ?role { ?role pg:employs true ; a org:Role }")]
    assert any("managing-director" in it for it in found)


# -- advice


def test_advice_for_search_engines_can_be_followed_or_says_why_not(profile: Profile, tmp_path: Path) -> None:
    keyed = {
        "article": ("NewsArticle",),
        "event": ("Event", "Place", "PostalAddress"),
        "organization": ("Organization", "PostalAddress", "ContactPoint"),
    }
    for name, classes in keyed.items():
        text = (ROOT / "shapes" / "consumers" / f"google-{name}.ttl").read_text("utf-8")
        named = {key for message in re.findall(r'"([^"\n]*)"@en', text) for key in re.findall(r"'([\w:]+)'", message)}
        assert named
        assert named - {key for it in classes for key in profile.uses_of((it,))} == set()
    small = workspace(
        tmp_path, FACTS + "  - { id: document/data, type: Dataset, name: Numbers, description: { en: Numbers } }\n"
    )
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html lang=en><title>x</title></html>", "utf-8")
    advice = small.page_editor(about="document/data")(page.read_bytes(), page, True).advice
    said = [it.message("en") for it in advice if "'creator'" in it.message("en")]
    assert said
    assert said[0].endswith("Facts of such things have no key for it; the page itself may say it.")
    assert any("haben keinen Schlüssel dafür" in it.message("de") for it in advice)
    publisher = [it.message("en") for it in advice if "'publisher'" in it.message("en")]
    assert not any("no key" in it for it in publisher)
