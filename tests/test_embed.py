"""The command `embed`, and the data that it puts into pages."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

import pressgraph
from pressgraph.cli import main
from pressgraph.embed import Page, remove
from pressgraph.embed.conflicts import existing_markup, join
from pressgraph.errors import DataError

RELEASE = "document/biosaxony-silver-label"
PLAIN = b"<!doctype html>\n<html lang=en>\n<head>\n<title>News</title>\n</head>\n<body>\n</body>\n</html>\n"
ORGANISATION = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "Organization", "@id": "https://www.example.org/#organization", "name": "Biosaxony"},
        {"@type": "WebSite", "@id": "https://www.example.org/#website", "name": "Site"},
        {"@type": "WebPage", "@id": "https://www.example.org/news/1/"},
    ],
}


def run(folder: Path, *arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), *arguments], input=stdin, env={"COLUMNS": "400"})


def block(html: bytes) -> Any:
    found = re.search(rb"data-pressgraph=[^>]*>(.*?)</script>", html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def with_block(data: Any) -> bytes:
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'.encode()
    return PLAIN.replace(b"</head>", script + b"</head>")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "news" / "silver.html"
    path.parent.mkdir()
    path.write_bytes(PLAIN)
    return path


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    """Copy the built project, to configure it."""
    return Path(shutil.copytree(built, tmp_path / "project"))


# -- the command


def test_embeds_a_named_page_and_then_has_nothing_to_do(built: Path, page: Path) -> None:
    result = run(built, "embed", str(page), "--about", RELEASE)
    assert result.exit_code == 0, result.output
    assert "embedded" in result.stdout
    assert "recommends a picture" in result.stderr
    after = page.read_bytes()
    assert block(after)["headline"] == "Silver Label for biosaxony e. V."
    # now the page says what it is about
    assert "unchanged" in run(built, "embed", str(page)).stdout
    assert run(built, "embed", str(page), "--check").exit_code == 0
    assert page.read_bytes() == after
    assert run(built, "embed", str(page), "--remove").exit_code == 0
    assert page.read_bytes() == PLAIN


def test_check_and_dry_run_write_nothing(built: Path, page: Path) -> None:
    checked = run(built, "embed", str(page), "--about", RELEASE, "--check")
    assert checked.exit_code == 1
    assert "out of date" in checked.stdout
    dry = run(built, "embed", str(page), "--about", RELEASE, "--dry-run")
    assert dry.exit_code == 0
    assert '+  "@type": "NewsArticle",' in dry.stdout
    assert "would be embedded" in dry.stderr
    assert page.read_bytes() == PLAIN


def test_stdin_goes_to_stdout(built: Path) -> None:
    result = run(built, "embed", "-", "--about", RELEASE, stdin=PLAIN)
    assert result.exit_code == 0
    assert remove(result.stdout_bytes) == PLAIN


def test_a_refused_page_comes_out_as_it_went_in(built: Path) -> None:
    html = b"<!-- never closed"
    result = run(built, "embed", "-", "--about", RELEASE, stdin=html)
    assert result.exit_code == 1
    assert result.stdout_bytes == html
    assert "no place for the block" in result.stderr


def test_folders_skip_pages_that_say_nothing(built: Path, page: Path) -> None:
    said = page.with_name("said.htm")
    said.write_bytes(PLAIN.replace(b"<body>", b'<body data-pressgraph-about="agent/biosaxony">'))
    (page.parent / ".hidden").mkdir()
    (page.parent / ".hidden" / "x.html").write_bytes(PLAIN)
    (page.parent / "style.css").write_bytes(b"a {}")
    result = run(built, "embed", str(page.parent))
    assert result.exit_code == 0, result.output
    assert "2 pages: 1 embedded, 1 skipped" in result.stderr
    assert block(said.read_bytes())["@type"] == "Organization"
    assert page.read_bytes() == PLAIN
    assert run(built, "embed", str(page)).exit_code == 1
    glob = run(built, "embed", str(page.parent / "*.htm"), "--check")
    assert glob.exit_code == 0
    assert "1 page: 1 unchanged" in glob.stderr


@pytest.mark.parametrize(
    "line",
    [
        '<link rel="describedby" href="https://w3id.org/pressgraph/doc/document/biosaxony-silver-label.ttl">',
        '<link rel="cite-as" href="https://w3id.org/pressgraph/id/document/biosaxony-silver-label">',
        '<LINK REL="Canonical" HREF="https://w3id.org/pressgraph/doc/document/biosaxony-silver-label">',
        '<meta data-pressgraph-about="document/biosaxony-silver-label">',
        f'<meta data-pressgraph-about="https://w3id.org/pressgraph/id/{RELEASE}">',
    ],
)
def test_a_page_says_what_it_is_about(built: Path, page: Path, line: str) -> None:
    page.write_bytes(PLAIN.replace(b"</head>", line.encode() + b"</head>"))
    result = run(built, "embed", str(page))
    assert result.exit_code == 0, result.output
    assert block(page.read_bytes())["@id"].endswith(RELEASE)


@pytest.mark.parametrize(
    ("pattern", "target"),
    [
        ("site/news/*.html", "document/biosaxony-*"),
        ("https://www.example.org/news/silver-label.html", RELEASE),
        ("https://www.example.org/**", RELEASE),
    ],
)
def test_the_configuration_says_what_pages_are_about(project: Path, pattern: str, target: str) -> None:
    settings = '[embed]\nsite = "https://www.example.org/"\nfolder = "site"\n[embed.pages]\n'
    (project / "pressgraph.toml").write_text(f'{settings}"{pattern}" = "{target}"\n')
    path = project / "site" / "news" / "silver-label.html"
    path.parent.mkdir(parents=True)
    path.write_bytes(PLAIN)
    result = run(project, "embed", str(project / "site"))
    assert result.exit_code == 0, result.output
    data = block(path.read_bytes())
    assert data["@id"].endswith(RELEASE)
    assert data["mainEntityOfPage"] == "https://www.example.org/news/silver-label.html"


@pytest.mark.parametrize(
    ("file", "head", "address"),
    [
        ("küste/index.html", '<link rel="canonical" href="./">', "https://www.example.org/küste/"),
        ("Łódź/index.html", '<link rel="canonical" href="./">', "https://www.example.org/Łódź/"),
        ("Łódź/index.html", "", "https://www.example.org/Łódź/"),
        ("100 % #1?.html", "", "https://www.example.org/100%20%25%20%231%3F.html"),
        ("a.html", '<link rel="canonical" href="/l&#8217;alliance/">', "https://www.example.org/l’alliance/"),
        ("a.html", '<link rel="canonical" href=" /k&uuml;ste\n/ü b ">', "https://www.example.org/küste/ü%20b"),
        ("a.html", '<base href="/&#8211;/"><link rel="canonical" href="x">', "https://www.example.org/–/x"),
        ("a.html", '<link rel="canonical" href="http://[::1/">', "https://www.example.org/a.html"),
        ("a.html", '<base href="http://[::1/"><link rel="canonical" href="b">', "https://www.example.org/b"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_addresses_are_texts(project: Path, encoding: str, file: str, head: str, address: str) -> None:
    settings = '[embed]\nsite = "https://www.example.org/"\nfolder = "site"\n'
    (project / "pressgraph.toml").write_text(settings, encoding="utf-8")
    path = project / "site" / file
    path.parent.mkdir(parents=True)
    path.write_bytes(f"<!doctype html><html><head><title>Küste – x</title>{head}</head></html>".encode(encoding))
    result = run(project, "embed", str(project / "site"), "--about", RELEASE)
    assert result.exit_code == 0, result.output
    html = path.read_bytes()
    assert block(html.decode(encoding).encode())["mainEntityOfPage"] == address


@pytest.mark.parametrize("name", ["Küstenlicht e. V.", "K&uuml;stenlicht e.&nbsp;V.", "K&#252;stenlicht &#101;. V."])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_microdata_is_text(profile: Any, name: str, encoding: str) -> None:
    item = f'<p itemscope itemtype="https://schema.org/Organization"><b itemprop=name>{name}</b>'
    html = f'<meta charset="{encoding}">{item}'
    existing = existing_markup(Page(html.encode(encoding)), profile)
    data = {"@type": "Organization", "name": "Küstenlicht e. V."}
    assert [it.is_same(data) for it in existing.organizations] == [True]


def test_what_a_page_is_about_is_text(built: Path) -> None:
    html = PLAIN.replace(b"<body>", b'<body data-pressgraph-about="document/biosaxony&#45;silver-label">')
    assert run(built, "embed", "-", stdin=html).exit_code == 0
    result = run(built, "embed", "-", stdin=html.replace(b"&#45;", b"&#8211;"))
    assert result.exit_code == 1
    assert "–" in result.stderr


def test_a_page_that_cannot_be_edited_costs_no_other(built: Path, tmp_path: Path) -> None:
    pages = {
        "1.html": b'<link rel="canonical" href="https://www.example.org/l&#8217;x/"><link rel=cite-as href="http://[::1/">',
        "2.html": b"---\n---\n<p>",
        "3.html": b"\xff\xfe<\x00\x00",
        "4.html": b"<!-- never closed",
        "5.html": b'<script type="application/ld+json">' + b"[" * 5000 + b"</script>",
        "caf\udce9.html": PLAIN,
        "z.html": PLAIN,
    }
    for name, html in pages.items():
        (tmp_path / name).write_bytes(html)
    result = run(built, "embed", str(tmp_path), "--about", RELEASE)
    assert result.exit_code == 1
    assert "7 pages: 4 embedded, 3 refused" in result.stderr
    assert r"caf\xe9.html" in result.stdout
    assert b"data-pressgraph=" in (tmp_path / "z.html").read_bytes()
    assert b"data-pressgraph=" in (tmp_path / "caf\udce9.html").read_bytes()


def test_names_of_files_are_not_folded_where_a_program_reads_them(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / ("a-folder-with-a-long-name-" * 4)
    folder.mkdir()
    (folder / f"{'page-' * 20}.html").write_bytes(PLAIN)
    command = [sys.executable, "-m", "pressgraph", "--project", str(built), "embed", str(folder), "--about", RELEASE]
    environment = {key: it for key, it in os.environ.items() if key != "COLUMNS"}
    done = subprocess.run(command, capture_output=True, check=True, env=environment, timeout=120)
    assert f"{folder}/{'page-' * 20}.html" in done.stdout.decode()


def test_two_things_at_once_are_refused(built: Path, page: Path) -> None:
    page.write_bytes(PLAIN.replace(b"<body>", b'<p data-pressgraph-about="a/b"><p data-pressgraph-about="c/d">'))
    result = run(built, "embed", str(page))
    assert result.exit_code == 1
    assert "a/b and about c/d" in " ".join(result.stdout.split())


def test_an_unknown_id_is_an_error_with_a_hint(built: Path, page: Path) -> None:
    result = run(built, "embed", str(page), "--about", "document/biosaxony-silver-lable")
    assert result.exit_code == 1
    assert "did you mean 'document/biosaxony-silver-label'?" in " ".join(result.output.split())
    assert page.read_bytes() == PLAIN


def test_links_to_the_rdf(built: Path, page: Path) -> None:
    run(built, "embed", str(page), "--about", RELEASE, "--links")
    html = page.read_bytes()
    base = b"https://w3id.org/pressgraph/doc/document/biosaxony-silver-label"
    assert b'<link rel="alternate" href="' + base + b'.jsonld" type="application/ld+json"' in html
    assert b'<link rel="describedby" href="' + base + b'.ttl" type="text/turtle"' in html
    assert remove(html) == PLAIN


def test_files_keep_mode_owner_and_links(built: Path, page: Path) -> None:
    page.chmod(0o640)
    owner = 12345
    if os.geteuid() == 0:
        os.chown(page, owner, owner)
    link = page.with_name("link.html")
    link.symlink_to(page)
    outside = page.parent.parent / "outside.html"
    outside.write_bytes(PLAIN)
    page.with_name("away.html").symlink_to(outside)
    assert run(built, "embed", str(link), "--about", RELEASE).exit_code == 0
    assert link.is_symlink()
    status = page.stat()
    assert stat.S_IMODE(status.st_mode) == 0o640
    if os.geteuid() == 0:
        assert status.st_uid == owner
    # a folder is its own files: what links lead out of it to is left alone, and nothing is done twice
    assert "1 page: " in run(built, "embed", str(page.parent), "--about", RELEASE).stderr
    assert outside.read_bytes() == PLAIN


def test_hard_linked_pages_stay_one_file(built: Path, page: Path) -> None:
    other = page.with_name("other.html")
    other.hardlink_to(page)
    assert run(built, "embed", str(page), "--about", RELEASE).exit_code == 0
    assert page.samefile(other)
    assert block(other.read_bytes())
    assert run(built, "embed", str(page), "--remove").exit_code == 0
    assert page.samefile(other)
    assert other.read_bytes() == PLAIN


def test_an_interrupted_write_leaves_a_hard_linked_page(
    built: Path, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.with_name("other.html").hardlink_to(page)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    run(built, "embed", str(page), "--about", RELEASE)
    assert page.read_bytes() == PLAIN


def test_a_read_only_file_is_refused(built: Path, page: Path) -> None:
    page.chmod(0o444)
    result = run(built, "embed", str(page), "--about", RELEASE)
    assert result.exit_code == 1
    assert "read-only" in result.stdout
    assert page.read_bytes() == PLAIN


def test_an_interrupted_write_leaves_the_page(built: Path, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    run(built, "embed", str(page), "--about", RELEASE)
    assert page.read_bytes() == PLAIN
    assert [path.name for path in page.parent.iterdir()] == [page.name]


@pytest.mark.parametrize(("path", "reason"), [("nowhere.html", "no such file"), ("*.nothing", "no page matches")])
def test_what_is_no_page_is_an_error_of_the_call(built: Path, path: str, reason: str) -> None:
    result = run(built, "embed", str(built / path), "--about", RELEASE)
    assert result.exit_code == 2
    assert reason in result.output


def test_wrong_settings_are_named(project: Path) -> None:
    (project / "pressgraph.toml").write_text('[embed]\nfor = "bing"\n')
    result = run(project, "embed", "-", "--about", RELEASE, stdin=PLAIN)
    assert result.exit_code == 2
    assert "embed.for must be one of google, full" in result.output


# -- pages with data of their own


def test_the_pages_own_organization_is_referred_to(built: Path, page: Path) -> None:
    page.write_bytes(with_block(ORGANISATION))
    run(built, "embed", str(page), "--about", RELEASE)
    text = json.dumps(data := block(page.read_bytes()))
    assert '"name": "biosaxony"' not in text
    assert "id/agent/biosaxony" not in text
    assert data["about"][0]["@id"] == "https://www.example.org/#organization"
    assert "@type" not in data["about"][0]
    assert data["publisher"] == {"@id": "https://www.example.org/#organization"}
    assert data["isPartOf"] == {"@id": "https://www.example.org/#website"}
    assert data["mainEntityOfPage"] == {"@id": "https://www.example.org/news/1/"}


def test_a_page_about_the_organization_adds_to_the_pages_own(built: Path, page: Path) -> None:
    page.write_bytes(with_block(ORGANISATION))
    run(built, "embed", str(page), "--about", "agent/biosaxony")
    data = block(page.read_bytes())
    assert data["@id"] == "https://www.example.org/#organization"
    assert "@type" not in data
    assert "name" not in data
    assert data["legalName"] == "biosaxony e. V."
    assert data["award"]


@pytest.mark.parametrize(
    "foreign",
    [
        b'<div itemscope itemtype="https://schema.org/Organization"><b itemprop=name>biosaxony</b></div>',
        b'<script type="application/ld+json">{"@type":"NGO","name":"Biosaxony E. V."}</script>',
    ],
)
def test_an_organization_without_an_id_is_not_described_again(built: Path, foreign: bytes) -> None:
    html = PLAIN.replace(b"<body>", b"<body>" + foreign)
    result = run(built, "embed", "-", "--about", RELEASE, stdin=html)
    assert "@type" not in block(result.stdout_bytes)["about"][0]


def test_other_organizations_stay(profile: Any) -> None:
    existing = existing_markup(Page(with_block(ORGANISATION)), profile)
    data = {"@context": "https://schema.org", "@type": "Organization", "@id": "https://e.org/x", "name": "Other"}
    assert join(data, existing, profile) == data


@pytest.mark.parametrize(
    ("policy", "status", "changed"), [("warn", 0, True), ("skip", 0, False), ("fail", 1, False), ("link", 0, True)]
)
def test_policies_for_pages_with_data(built: Path, page: Path, policy: str, status: int, *, changed: bool) -> None:
    html = with_block(ORGANISATION)
    page.write_bytes(html)
    result = run(built, "embed", str(page), "--about", RELEASE, "--on-conflict", policy)
    assert result.exit_code == status
    assert (page.read_bytes() != html) is changed
    assert ("carries structured data" in " ".join(result.stdout.split())) is (policy != "link")
    assert json.dumps(ORGANISATION).encode() in page.read_bytes()


# -- the data


@pytest.fixture(scope="module")
def article(built: Path) -> dict[str, Any]:
    return pressgraph.open(built).page_data(RELEASE, url="https://www.example.org/news/1/")


def nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [node for item in value for node in nodes(item)]
    if isinstance(value, dict):
        return [value, *(node for item in value.values() for node in nodes(item))]
    return []


def test_page_data_is_plain_schema_org(article: dict[str, Any]) -> None:
    assert list(article)[:4] == ["@context", "@type", "@id", "headline"]
    assert article["@context"] == "https://schema.org"
    assert article["@type"] == "NewsArticle"
    assert article["datePublished"] == "2019-01-01"
    assert article["inLanguage"] == "en"
    assert article["mainEntityOfPage"] == "https://www.example.org/news/1/"
    assert article["publisher"]["name"] == "biosaxony"
    for node in nodes(article):
        assert not str(node.get("@id", "https://")).startswith("_:")
        assert "@value" not in node


def test_ids_in_a_page_are_absolute_in_a_project_with_another_base(tmp_path: Path, page: Path) -> None:
    """A page's `<base>` would move relative ones, and `@base` would move the page's own."""
    (tmp_path / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "d.yaml").write_text(FACTS, encoding="utf-8")
    assert run(tmp_path, "build").exit_code == 0
    page.write_bytes(PLAIN.replace(b"<title>", b'<base href="https://elsewhere.example/x/"><title>'))
    assert run(tmp_path, "embed", str(page), "--about", "document/d", "--for", "full").exit_code == 0
    data = block(page.read_bytes())
    contexts = data["@context"] if isinstance(data["@context"], list) else [data["@context"]]
    assert not [it for it in contexts if isinstance(it, dict) and "@base" in it]
    quads = list(ox.parse(json.dumps(data).encode(), format=ox.RdfFormat.JSON_LD))
    subjects = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    assert "https://data.example.org/id/document/d" in subjects
    assert all(it.startswith("https://data.example.org/id/") for it in subjects)


def test_personal_data_stays_out(article: dict[str, Any]) -> None:
    text = json.dumps(article)
    assert "Herzog" not in text
    assert "@biosaxony.com" not in text


def test_terms_are_schema_orgs_and_not_superseded(built: Path) -> None:
    registry = pytest.importorskip("schema_org.registry", reason="the vocabulary's term list is not installed")
    workspace = pressgraph.open(built)
    described = {
        str(quad.subject.value)
        for quad in workspace.dataset().store
        if str(getattr(quad.subject, "value", "")).startswith(workspace.project.id_base + "agent")
    }
    things = sorted({RELEASE, "quotation/q1", "label/biosaxony-ecei-silver-1", "event/new-years-reception", *described})
    for thing in things:
        try:
            data = workspace.page_data(thing)
        except DataError:  # all that is known of some people is personal data
            continue
        for node in nodes(data):
            for kind in [node["@type"]] if isinstance(node.get("@type"), str) else node.get("@type", []):
                assert registry.CLASS_METADATA[kind].superseded_by in {None, ()}
            for word in node.keys() - {"@context", "@type", "@id"}:
                assert registry.PROPERTY_BY_SCHEMA[word].superseded_by in {None, ()}


FACTS = """
source:
  id: document/d
  type: NewsArticle
  headline: { en: News, de: Neues }
  datePublished: 2024-02-03
facts:
  - id: document/d
    author: [agent/zoe, agent/adam, agent/mia]
    description: { en: In English }
    image: [https://e.org/a.png, place/b]
  - id: agent/zoe
    type: Person
    name: Zoë
    url: https://e.org/zoe
  - { id: agent/adam, type: Person, name: Adam }
  - { id: agent/mia, type: Person, name: Mia }
  # the vocabulary names it
  - { id: agent/ecei, type: Programme, name: ECEI }
  - id: place/b
    type: Thing
    name: no picture
  - { id: event/fair, type: Event, name: Fair, startDate: 2024-03-01, location: ref:germany }
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> pressgraph.Workspace:
    folder = tmp_path_factory.mktemp("small")
    (folder / "data").mkdir()
    (folder / "data" / "d.yaml").write_text(FACTS, encoding="utf-8")
    workspace = pressgraph.open(folder)
    workspace.build()
    return workspace


def test_authors_come_in_the_order_of_the_facts(small: pressgraph.Workspace) -> None:
    data = small.page_data("document/d")
    assert [author["name"] for author in data["author"]] == ["Zoë", "Adam", "Mia"]
    assert data["author"][0]["url"] == "https://e.org/zoe"


def test_texts_are_in_the_pages_language(small: pressgraph.Workspace) -> None:
    german = small.page_data("document/d", language="de-AT")
    assert german["headline"] == "Neues"
    # running text of another language would be read as the page's
    assert "description" not in german
    assert german["inLanguage"] == "de-AT"
    assert small.page_data("document/d", language="fr")["headline"] == "News"


@pytest.mark.parametrize(
    ("language", "headline", "stated"),
    [("de", "Neues", "de"), ("de-AT", "Neues", "de-AT"), ("fr", "News", "en"), (None, "News", "en")],
)
def test_the_language_said_is_that_of_the_text(
    small: pressgraph.Workspace, language: str | None, headline: str, stated: str
) -> None:
    data = small.page_data("document/d", language=language)
    assert (data["headline"], data["inLanguage"]) == (headline, stated)


def test_the_page_says_its_language_whatever_the_facts_say(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "d.yaml").write_text(
        FACTS.replace("datePublished", "inLanguage: de\n  datePublished"), "utf-8"
    )
    workspace = pressgraph.open(tmp_path)
    workspace.build()
    for language, headline, stated in (("en", "News", "en"), (None, "Neues", "de"), ("fr-CA", "News", "en")):
        data = workspace.page_data("document/d", language=language)
        assert (data["headline"], data["inLanguage"]) == (headline, stated)


def test_of_places_that_all_share_kind_and_name_are_said(small: pressgraph.Workspace) -> None:
    place = {"@type": "Country", "@id": "https://w3id.org/pressgraph/ref/germany", "name": "Germany"}
    assert small.page_data("event/fair")["location"] == place


def test_pictures_have_absolute_addresses(small: pressgraph.Workspace) -> None:
    assert small.page_data("document/d")["image"] == "https://e.org/a.png"


def test_the_page_and_the_article_are_two_things(small: pressgraph.Workspace) -> None:
    url = "https://w3id.org/pressgraph/id/document/d"
    data = small.page_data("document/d", url=url)
    assert data["@id"] == f"{url}#this"
    assert data["mainEntityOfPage"] == url


def test_the_same_facts_give_the_same_bytes(built: Path) -> None:
    command = [sys.executable, "-m", "pressgraph", "--project", str(built), "embed", "-", "--about", RELEASE]
    outputs = {
        subprocess.run(
            command, input=PLAIN, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1


# -- consumers


def test_validate_says_what_google_asks_for(built: Path) -> None:
    result = run(built, "validate", "--profile", "google", "--lang", "de")
    assert "Google empfiehlt ein Bild für einen Artikel" in result.stdout
    assert "agent/biosaxony: nicht ausgewertet: Google wertet adjacentSector" in result.stderr
    # the release mentions a reception, whose day it does not say
    assert result.exit_code == 1
    assert "Google shows no event without the day it starts" in run(built, "validate", "--profile", "google").stdout


def test_an_unknown_consumer_is_an_error(built: Path) -> None:
    result = run(built, "validate", "--profile", "gogle")
    assert result.exit_code == 2
    assert "did you mean 'google'?" in result.output
