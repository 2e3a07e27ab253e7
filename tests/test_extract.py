"""Reading pages: every block that can be read, the others by line and column, and other readers than ours."""

import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from click.testing import CliRunner, Result
from tests.browsers import chromium

import pressgraph
from pressgraph.cli import main
from pressgraph.embed import embed, extract
from pressgraph.embed.fetch import FetchError, fetch
from pressgraph.errors import PageError
from pressgraph.facts import dangling_problems, read_facts_bytes
from pressgraph.profile import Profile

PAGES = Path(__file__).parent / "pages" / "accepted"
RELEASE = "document/biosaxony-silver-label"
FOREIGN = b"""<!doctype html>
<html lang="de"><head><title>Preis</title>
<link rel="canonical" href="https://www.example.org/news/preis">
<script type="application/ld+json">
{"@context": "https://schema.org", "@type": "NewsArticle", "@id": "#article", "headline": "Preis f\xc3\xbcr Muster",
 "datePublished": "2024-01-05T08:00:00+08:00", "wordCount": 120, "description": "Kurz",
 "author": [{"@type": "Person", "name": "Jane Doe", "url": "https://www.example.org/jane"}],
 "publisher": {"@type": "NGO", "name": "Muster e. V.", "logo": "https://www.example.org/l.png",
   "contactPoint": {"@type": "ContactPoint", "telephone": "+49 30 1"}}}
</script></head><body></body></html>"""


def run(folder: Path, *arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), *arguments], input=stdin)


def value(term: object) -> str:
    """Return an IRI, or a literal's lexical form."""
    return str(getattr(term, "value", ""))


def canonical(triples: Any) -> list[str]:
    dataset = ox.Dataset(ox.Quad(it.subject, it.predicate, it.object) for it in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


# -- blocks


def test_bad_blocks_are_reported_by_place_and_the_others_read() -> None:
    found = extract((PAGES / "broken-neighbours.html").read_bytes())
    names = {value(quad.object) for quad in found.quads if quad.predicate.value == "http://schema.org/name"}
    assert names == {"semicolon", "cdata", "entities", "odd type", "comma", "fine"}
    assert [(it.line, it.column, it.fatal) for it in found.problems] == [
        (2, 104, False),
        (4, 1, False),
        (8, 37, False),
        (9, 36, True),
        (11, 77, True),
        (12, 99, False),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "iso2022_jp", "utf-16-le", "shift_jis"])
def test_pages_are_read_in_their_encoding(encoding: str) -> None:
    name = "表示ソ能" if "jp" in encoding or "jis" in encoding or "utf" in encoding else "Größe"
    label = {"cp1252": "windows-1252", "iso2022_jp": "iso-2022-jp"}.get(encoding, encoding)
    text = f'<meta charset="{label}"><script type="application/ld+json">{{"@context":"https://schema.org","name":"{name}"}}</script>'
    found = extract(text.encode(encoding))
    assert [value(quad.object) for quad in found.quads] == [name]


@pytest.mark.parametrize(
    "label", ["unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "rot13", "base64", "none-such"]
)
def test_a_label_that_is_no_charset_says_nothing(label: str) -> None:
    """Python has codecs by the first of these names; a page in one of them would be in another text."""
    block = '<script type="application/ld+json">{"@context":"https://schema.org","name":"K\\u00fcste \\\\N"}</script>'
    page = f'<!doctype html><meta charset="{label}"><title>Küste \\x41</title>{block}'.encode()
    for charset in (None, label):
        found = extract(page, charset=charset)
        assert ([value(quad.object) for quad in found.quads], found.title) == (["Küste \\N"], "Küste \\x41")


def test_columns_count_characters() -> None:
    html = '<meta charset=utf-8>\r\n<p>üü</p><script type="application/ld+json">{"ü": x}</script>'.encode()
    (problem,) = extract(html).problems
    assert (problem.line, problem.column) == (2, len('<p>üü</p><script type="application/ld+json">{"ü": x'))


@pytest.mark.parametrize(
    ("context", "read"),
    [
        ('"https://schema.org"', True),
        ('"http://schema.org/"', True),
        ('"https://www.schema.org/"', True),
        ('"http://schema.org/docs/jsonldcontext.jsonld"', True),
        ('["https://schema.org", {"name": "http://schema.org/name"}]', True),
        ('{"@vocab": "https://schema.org/"}', True),
        ('"https://elsewhere.example/context"', False),
    ],
)
def test_contexts_come_from_the_package(context: str, *, read: bool) -> None:
    html = f'<script type="application/ld+json">{{"@context":{context},"@type":"Thing","name":"a"}}</script>'
    found = extract(html.encode())
    assert [value(quad.object) for quad in found.quads if quad.predicate.value == "http://schema.org/name"] == [
        "a"
    ] * read
    assert bool(found.problems) is not read
    if not read:
        assert "nothing is fetched" in found.problems[0].reason


def test_the_base_element_counts_and_blank_nodes_are_the_pages() -> None:
    found = extract((PAGES / "base-href-and-foreign-blank-nodes.html").read_bytes(), "https://www.example.org/a/b")
    subjects = {quad.subject for quad in found.quads}
    assert ox.NamedNode("https://elsewhere.example/x") in subjects
    knows = next(quad.object for quad in found.quads if quad.predicate.value == "http://schema.org/knows")
    assert knows in subjects


def test_of_a_page_without_data_the_text_is_drafted(built: Path, tmp_path: Path) -> None:
    result = run(built, "extract", "-", "-f", "turtle", stdin=b"<p>x")
    assert result.exit_code == 1
    assert "carries no JSON-LD" in result.stderr
    says = "<p>The association Coastlight has 118 members, and it was founded in the year 2011 in the city of Hull.</p>"
    page = tmp_path / "page.html"
    page.write_text(f"<html lang=en><title>News of Coastlight</title><body><article>{says * 2}</article>")
    shown = run(built, "extract", str(page))
    assert shown.exit_code == 0, shown.output
    assert "carries no JSON-LD; this is a draft of its text" in shown.stderr
    assert "is not there: -o FILE writes it too" in shown.stderr
    source = yaml.safe_load(shown.stdout)["source"]
    assert source["headline"] == {"en": "News of Coastlight"}
    output = built / "data" / "releases" / "coastlight.yaml"
    assert run(built, "extract", str(page), "-o", str(output)).exit_code == 0
    assert "118 members" in (output.parent / yaml.safe_load(output.read_text())["source"]["file"]).read_text()
    output.unlink()
    # a page without a text has nothing to say
    empty = run(built, "extract", "-", stdin=b"<html><body></body></html>")
    assert empty.exit_code == 1
    assert "there is no text in it" in empty.stderr


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jsonld", '{"@id": "https://example.org/a", "name": "X"}', "RDF"),
        ("a.TTL", "<https://example.org/a> a <https://example.org/B> .", "RDF"),
        ("a.yaml", "facts: []", "YAML"),
        ("a.txt", '\ufeff [{"@id": "https://example.org/a"}]', "JSON"),
    ],
)
def test_no_facts_are_drafted_of_data(tmp_path: Path, name: str, content: str, kind: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    for arguments in (["extract"], ["extract", "-f", "turtle"], ["draft"]):
        result = run(tmp_path, *arguments, str(path))
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"{name}: {kind} is data, neither a web page nor a text\n  'pressgraph validate' checks" in result.stderr
    # a page is one whatever its name is
    path.write_text("<!doctype html><title>A page</title><p>Some text.", encoding="utf-8")
    assert run(tmp_path, "extract", str(path)).exit_code == 0


@pytest.mark.parametrize("html", [b"[" * 100_000, b'{"@context":{"@version":9},"a":1}', b"1", b'"x"', b'{"@id":[]}'])
def test_strange_json_is_reported_not_raised(html: bytes) -> None:
    found = extract(b'<script type="application/ld+json">' + html + b"</script>")
    assert not found.quads


PAGE = '<!doctype html><html lang="de"><head><meta charset="{}"><title>{}</title>{}</head></html>'
BLOCK = (
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"H"}</script>'
)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Küste &#8211; Licht", "Küste – Licht"),
        ("K&uuml;ste &rsquo;s &mdash; Licht", "Küste ’s — Licht"),
        ("&#x1F600; ß &amp;uuml;", "😀 ß &uuml;"),
        ("&eacute;&#233;é &#xd800;", "ééé \ufffd"),
    ],
)
def test_titles_are_texts(encoding: str, written: str, title: str) -> None:
    html = PAGE.format("windows-1252" if encoding == "cp1252" else encoding, written, BLOCK)
    assert extract(html.encode(encoding)).title == title


def test_a_draft_is_made_of_a_page_whose_title_has_entities(built: Path) -> None:
    block = BLOCK.replace("NewsArticle", "Organization").replace("headline", "name")
    result = run(built, "extract", "-", stdin=PAGE.format("utf-8", "Küste &#8211; Licht", block).encode())
    assert result.exit_code == 0, result.output
    assert "Küste – Licht" in result.stdout


@pytest.mark.parametrize(
    ("head", "base"),
    [
        ('<base href="https://www.example.org/k&uuml;ste/">', "https://www.example.org/küste/"),
        (
            '<base href="http://[::1/"><link rel="canonical" href="https://www.example.org/–/">',
            "https://www.example.org/–/",
        ),
        ('<link rel="canonical" href="https://www.example.org/a b|c">', "https://www.example.org/a%20b%7Cc"),
    ],
)
def test_relative_ids_count_from_the_page(head: str, base: str) -> None:
    block = BLOCK.replace('"@type"', '"@id":"x#1","@type"')
    found = extract(PAGE.format("utf-8", "T", head + block).encode())
    assert found.base == base
    assert {quad.subject for quad in found.quads} == {ox.NamedNode(base.rpartition("/")[0] + "/x#1")}


def test_a_page_without_an_address_is_told_of_the_option(built: Path) -> None:
    html = PAGE.format("utf-8", "T", BLOCK.replace('"@type"', '"@id":"#1","@type"')).encode()
    result = run(built, "extract", "-", "-f", "turtle", stdin=html)
    assert "give it with --base URL" in result.stderr
    result = run(built, "extract", "-", "-f", "turtle", "--base", "https://www.example.org/ü", stdin=html)
    assert result.stderr == ""
    assert "https://www.example.org/ü#1" in result.stdout
    # without relative ids there is nothing to tell
    assert run(built, "extract", "-", "-f", "turtle", stdin=PAGE.format("utf-8", "T", BLOCK).encode()).stderr == ""


@pytest.mark.parametrize("form", ["nquads", "trig"])
def test_the_graph_of_a_block_is_the_pages(built: Path, form: str) -> None:
    block = '<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"Thing","name":"a"}]}</script>'
    html = PAGE.format("utf-8", "T", block * 2).encode()
    result = run(built, "extract", "-", "-f", form, "--base", "https://www.example.org/1", stdin=html)
    kind = ox.RdfFormat.N_QUADS if form == "nquads" else ox.RdfFormat.TRIG
    quads = list(ox.parse(result.stdout_bytes, format=kind))
    assert {quad.graph_name for quad in quads} == {ox.NamedNode("https://www.example.org/1")}
    assert len(quads) == 4


# -- as facts


def test_a_foreign_page_becomes_a_draft_that_conforms(built: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(FOREIGN)
    draft = tmp_path / "draft.yaml"
    result = run(built, "extract", str(page), "-o", str(draft))
    assert result.exit_code == 0, result.output
    text = draft.read_text(encoding="utf-8")
    assert "id: https://www.example.org/news/preis#article" in text
    assert "headline: Preis für Muster" in text or "de: Preis für Muster" in text
    assert "author: agent/jane-doe" in text
    assert "personal: true" in text
    # what the profile has no key for is not lost
    assert "wordCount: 120" in text
    assert "datePublished: 2024-01-05T08:00:00+08:00" in text
    checked = run(built, "validate", str(draft))
    assert checked.exit_code == 0, checked.output


ARTICLE = {"@type": "NewsArticle", "headline": "Hallo", "datePublished": "2026-01-15"}
DRAFTS: dict[str, Any] = {
    "no article": {"@type": "Organization", "name": "X"},
    "a page and a site alone": [{"@type": "WebPage", "name": "T"}, {"@type": "WebSite", "name": "T"}],
    "empty keywords": {**ARTICLE, "keywords": ""},
    "blank texts": {**ARTICLE, "keywords": ["  ", "a"], "description": " \n", "about": ""},
    "a link to what says nothing known": {**ARTICLE, "publisher": {"@id": "#p", "duns": "5"}, "about": {"@id": "#q"}},
    "a telephone number": {"@type": "ContactPoint", "telephone": "018000510903", "faxNumber": "0049 30 1"},
    "texts that YAML takes for others": {
        **ARTICLE,
        "keywords": ["no", "1e3", "12:30", "0x1F", "2026-01-15", "~", "null"],
    },
    "two days of publication": {**ARTICLE, "datePublished": ["2026-01-15", "2026-01-16"]},
    "two days, one of them none": {**ARTICLE, "dateModified": ["soon", "2026-01-16"]},
    "a number for a day": {**ARTICLE, "datePublished": 20260115, "dateModified": 1768435200},
    "a number for a text": {**ARTICLE, "headline": 2026, "description": 1e400},
    "a part of a page": {**ARTICLE, "isPartOf": {"@type": ["WebPage"], "@id": "https://x.example/p"}},
    "a part of an organisation": {**ARTICLE, "isPartOf": {"@type": "Organization", "name": "X"}},
    "one name twice": [
        {"@type": "Organization", "name": "24horas.cl"},
        {"@type": "NewsMediaOrganization", "name": "24Horas.cl"},
    ],
    "an id that is none": {**ARTICLE, "@id": "mailto:", "about": {"@id": "urn:x", "@type": "Thing", "name": "x"}},
    "control characters": {**ARTICLE, "description": "a\x07b\x85c", "keywords": "\ufffe"},
    "languages": {
        **ARTICLE,
        "headline": [{"@value": "a", "@language": "xx-unknown"}, {"@value": "b", "@language": "de"}],
    },
    "personal data": {**ARTICLE, "author": {"@type": "Person", "name": "A", "email": "a@b.example"}},
    "a circle": {
        "@id": "#a",
        "@type": "Organization",
        "parentOrganization": {"@id": "#b", "parentOrganization": {"@id": "#a"}},
    },
}


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.parametrize("lang", ["de", "de_DE", "xx-unknown", ""])
def test_drafts_pass_the_facts_rules(built: Path, tmp_path: Path, name: str, lang: str) -> None:
    graph = DRAFTS[name] if isinstance(DRAFTS[name], list) else [DRAFTS[name]]
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}).replace("Infinity", "1e400")
    html = f'<html lang="{lang}"><title>Küste &#8211; x</title><script type="application/ld+json">{text}</script>'
    draft = tmp_path / "draft.yaml"
    made = run(built, "extract", "-", "-o", str(draft), "--base", "https://www.example.org/1", stdin=html.encode())
    assert made.exit_code == 0, made.output
    workspace = pressgraph.open(built)
    found = read_facts_bytes(
        draft.read_bytes(), workspace.profile, id_base=workspace.project.id_base, name="draft.yaml"
    )
    assert [str(it) for it in (*found.problems, *dangling_problems(found))] == [], draft.read_text("utf-8")
    checked = run(built, "validate", "--fail-on", "never", str(draft))
    assert "isPartOf-class" not in checked.output


def draft_of(built: Path, *graph: Any) -> str:
    text = json.dumps({"@context": "https://schema.org", "@graph": graph})
    html = f'<html lang="de"><title>T</title><script type="application/ld+json">{text}</script>'
    return run(built, "extract", "-", stdin=html.encode()).stdout


def test_a_thing_that_a_page_describes_twice_is_one_in_a_draft(built: Path) -> None:
    named = {"@type": "Organization", "name": "24horas.cl"}
    text = draft_of(
        built, {**ARTICLE, "publisher": named, "sourceOrganization": {**named, "url": "https://x.example/"}}
    )
    assert "agent/24horas-cl" in text
    assert "agent/24horas-cl-2" not in text
    # with ids of their own they are two
    text = draft_of(built, {**named, "@id": "https://x.example/a"}, {**named, "@id": "https://x.example/b"})
    assert "id: https://x.example/a" in text
    assert "id: https://x.example/b" in text


def test_entities_in_json_are_resolved_in_a_draft(built: Path) -> None:
    text = draft_of(built, {**ARTICLE, "headline": "K&#252;ste &#8211; x"})
    assert "Küste – x" in text
    assert "document/kueste-x" in text


def test_what_a_draft_cannot_say_is_in_its_comments(built: Path) -> None:
    text = draft_of(built, {**ARTICLE, "datePublished": ["2026-01-15", "2026-01-16"], "dateModified": 1768435200})
    assert "datePublished: '2026-01-15'" in text or 'datePublished: "2026-01-15"' in text
    assert "# - document/hallo datePublished: 2026-01-16" in text
    assert "# - document/hallo dateModified: 1768435200" in text


@pytest.mark.parametrize("kind", ["ReportageNewsArticle", "TechArticle", "BlogPosting", "NewsArticle"])
def test_kinds_of_articles_are_sources(built: Path, kind: str) -> None:
    assert "id: document/hallo" in draft_of(built, {**ARTICLE, "@type": kind}).partition("facts:")[0]


def test_our_own_page_comes_back_as_facts(built: Path, profile: Profile, id_base: str) -> None:
    page = run(built, "embed", "-", "--about", RELEASE, "--for", "full", stdin=b"<title>x</title>").stdout_bytes
    result = run(built, "extract", "-", stdin=page)
    assert result.exit_code == 0, result.output
    found = read_facts_bytes(result.stdout_bytes, profile, id_base=id_base, name="draft.yaml")
    assert [it for it in found.problems if it.rule != "dangling-id"] == []
    assert found.source is not None
    assert found.source.id == RELEASE


@pytest.mark.parametrize("form", ["turtle", "jsonld", "nquads"])
def test_as_rdf(built: Path, form: str) -> None:
    result = run(built, "extract", "-", "-f", form, stdin=FOREIGN)
    assert result.exit_code == 0, result.output
    parsed = list(
        ox.parse(
            result.stdout_bytes,
            format=getattr(ox.RdfFormat, {"turtle": "TURTLE", "jsonld": "JSON_LD", "nquads": "N_QUADS"}[form]),
        )
    )
    assert canonical(quad.triple for quad in parsed) == canonical(
        extract(FOREIGN, profile=pressgraph.open(built).profile).triples
    )
    if form == "nquads":
        assert {quad.graph_name.value for quad in parsed} == {"https://www.example.org/news/preis"}


# -- round trip


def test_html_turtle_and_sparql_agree(built: Path) -> None:
    workspace = pressgraph.open(built)
    html = run(built, "embed", "-", "--about", RELEASE, "--for", "full", stdin=b"<title>x</title>").stdout_bytes
    page = workspace.extract(html).triples
    # a page says nothing that is only assumed
    sure = [it for status in workspace.project.statuses for it in ("--status", status)]
    written = run(built, "export", "-f", "turtle", "--about", RELEASE, "--depth", "2", *sure).stdout_bytes
    turtle = [quad.triple for quad in ox.parse(written, format=ox.RdfFormat.TURTLE)]
    assert canonical(page) == canonical(turtle)
    assert len(turtle) > 60
    subjects = " ".join(sorted({str(it.subject) for it in page}))
    # withheld is what facts marked as personal say, and what follows from such
    query = f"""SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {subjects} }} GRAPH ?g {{ ?s ?p ?o }}
      {{ ?g clu:epistemicStatus ?sure }} UNION {{ ?g clu:restsOn ?sure }}
      FILTER(?sure IN (status:stated, status:normalised, status:implied))
      FILTER NOT EXISTS {{ ?g clu:personalData true }}
      FILTER(!STRENDS(STR(?g), "/personal")) }}"""
    rows: list[Any] = list(workspace.ask(query).rows())
    assert canonical([ox.Triple(*row) for row in rows]) == canonical(page)


def test_the_search_engines_page_says_nothing_that_the_graph_does_not(built: Path) -> None:
    workspace = pressgraph.open(built)
    html = run(built, "embed", "-", "--about", RELEASE, stdin=b"<html lang=en><title>x</title>").stdout_bytes
    known = {
        (q.subject.value, q.predicate.value) for q in workspace.dataset().store if isinstance(q.subject, ox.NamedNode)
    }
    for triple in workspace.extract(html).triples:
        if not triple.predicate.value.endswith(("#type", "/inLanguage")):
            assert (value(triple.subject), triple.predicate.value) in known


# -- fetching


class _Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/page")
            self.end_headers()
            return
        if self.path == "/missing":
            self.send_error(404)
            return
        if self.path == "/moved-badly":
            self.send_response(302)
            self.send_header("Location", "http://[::1/")
            self.end_headers()
            return
        if self.path in {"/cut-short", "/cut-short-chunk", "/compressed"}:
            self.send_response(200)
            if self.path == "/cut-short-chunk":
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"ff\r\n<p>half")
                return
            if self.path == "/compressed":
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", "6" if self.path == "/compressed" else "99999")
            self.end_headers()
            self.wfile.write(b"<p>hal")
            return
        path = urllib.parse.unquote(self.path)
        body = FOREIGN if path in {"/page", "/über?straße=ä b"} else b"x" * 200_000
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


def test_urls_are_fetched_when_allowed(built: Path, server: str) -> None:
    result = run(built, "extract", f"{server}/moved", "--allow-private", "-f", "turtle")
    assert result.exit_code == 0, result.output
    assert "Preis für Muster" in result.stdout


def test_private_addresses_are_refused(built: Path, server: str) -> None:
    result = run(built, "extract", f"{server}/page")
    assert result.exit_code == 2
    assert "not an address of the public internet" in result.output
    assert "--allow-private" in result.output


@pytest.mark.parametrize(
    ("path", "limits", "reason"),
    [
        ("/large", {"limit": 1000}, "more than 1,000 bytes"),
        ("/missing", {}, "answered 404"),
        ("/cut-short", {}, "cut short after 6 bytes; 99,993 more were announced"),
        ("/cut-short-chunk", {}, "cut short"),
        ("/compressed", {}, "came compressed"),
        ("/moved-badly", {}, "cannot be fetched"),
    ],
)
def test_limits(server: str, path: str, limits: dict[str, Any], reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        fetch(server + path, allow_private=True, **limits)


@pytest.mark.parametrize("path", ["/über?straße=ä b", "/%C3%BCber?stra%C3%9Fe=%C3%A4%20b", "/über?stra%C3%9Fe=ä%20b"])
def test_addresses_with_umlauts_are_fetched(built: Path, server: str, path: str) -> None:
    result = run(built, "extract", server + path, "--allow-private", "-f", "turtle")
    assert result.exit_code == 0, result.output
    assert "Preis für Muster" in result.stdout


@pytest.mark.parametrize(
    "address",
    ["http://[::1/", "http://", "http://ex ample.org/", "http://.../", "https://\udce9/", "http://a:b/", "HTTP://[/"],
)
def test_what_is_no_address_is_an_error_of_the_call(built: Path, address: str) -> None:
    result = run(built, "extract", address, "--timeout", "5")
    assert result.exit_code == 2
    assert "unexpected" not in result.output


def test_hosts_with_umlauts_are_asked_for_in_idna() -> None:
    with pytest.raises(FetchError, match="cannot be fetched"):
        fetch("http://küste.invalid/", timeout=5)


def test_only_the_web_is_fetched() -> None:
    with pytest.raises(FetchError, match="not an http"):
        fetch("ftp://127.0.0.1/x")


def test_a_page_that_cannot_be_had_costs_no_other(built: Path, tmp_path: Path) -> None:
    (tmp_path / "good.html").write_bytes(FOREIGN)
    (tmp_path / "odd.html").write_bytes(b"\xff\xfe<\x00\x00")
    pages = [str(tmp_path / name) for name in ("missing.html", "odd.html", "good.html")]
    result = run(built, "extract", *pages, "-f", "turtle")
    assert result.exit_code == 2
    assert "Preis für Muster" in result.stdout
    assert "missing.html: error: No such file" in result.stderr
    assert "odd.html: error: not valid UTF-16" in result.stderr
    assert "3 pages: 1 read, 2 not" in result.stderr


@pytest.mark.parametrize("base", ["page.html", "/a/b", "http://[::1/", "mailto:a@b.example"])
def test_a_base_that_is_no_address_is_an_error_of_the_call(built: Path, base: str) -> None:
    result = run(built, "extract", "-", "--base", base, stdin=FOREIGN)
    assert result.exit_code == 2
    assert "is not an address" in result.output


# -- other readers

_EXTRUCT = """
import json, sys, warnings
warnings.simplefilter("ignore")
import extruct
from pathlib import Path
found = {}
for path in sys.argv[1:]:
    found[path] = extruct.extract(Path(path).read_bytes(), encoding="utf-8", syntaxes=["json-ld"])["json-ld"]
print(json.dumps(found))
"""


@pytest.fixture(scope="session")
def extruct_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a Python that has extruct, whose dependencies would be in the way of ours."""
    given = os.environ.get("PRESSGRAPH_EXTRUCT_PYTHON")
    if given:
        return given
    folder = tmp_path_factory.mktemp("extruct") / "venv"
    commands = (
        [sys.executable, "-m", "venv", str(folder)],
        [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "-q",
            "extruct==0.18.0",
        ],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, check=False, timeout=300)
        if done.returncode:
            pytest.skip(f"extruct cannot be installed here: {done.stderr.decode()[-200:]}")
    return str(folder / "bin" / "python")


def test_extruct_reads_our_block_from_every_accepted_page(extruct_python: str, tmp_path: Path) -> None:
    data = {"@context": "https://schema.org", "@type": "Thing", "name": "</script> <!-- ü & {{"}
    paths = []
    for path in sorted(PAGES.iterdir()):
        # extruct gives up on a page with one bad block, in <noscript> too, and reads text that somebody has decoded
        if path.name in {"broken-neighbours.html", "marker-in-noscript.html"}:
            continue
        html = embed(path.read_bytes(), data)
        text = html.decode("utf-16") if html[:2] in {b"\xff\xfe", b"\xfe\xff"} else html.decode("latin-1")
        (tmp_path / path.name).write_text(text, encoding="utf-8", newline="")
        paths.append(tmp_path / path.name)
    done = subprocess.run(
        [extruct_python, "-c", _EXTRUCT, *map(str, paths)], capture_output=True, check=True, timeout=120
    )
    found = json.loads(done.stdout)
    assert [Path(path).name for path, blocks in found.items() if data not in blocks] == []


_LOOK = """<script>
addEventListener("load", () => {
  const blocks = [...document.querySelectorAll('script[type="application/ld+json"]')];
  document.documentElement.dataset.parsed = JSON.stringify(blocks.map(it => JSON.parse(it.textContent)));
});
</script>"""


def test_chromium_reads_the_page_and_shows_the_same(built: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.html"
    text = "".join(f"<p>Absatz {number} mit Umlauten: äöü</p>" for number in range(20))
    before.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>News</title>{_LOOK}</head>'
        f"<body><h1>Silver Label</h1>{text}</body></html>",
        encoding="utf-8",
    )
    after = tmp_path / "after.html"
    shutil.copy(before, after)
    assert run(built, "embed", str(after), "--about", RELEASE, "--links").exit_code == 0
    command = [
        chromium(),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-dev-shm-usage",
    ]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--window-size=800,600"]
    shots = []
    for path in (before, after):
        shot = tmp_path / f"{path.stem}.png"
        subprocess.run([*command, f"--screenshot={shot}", path.as_uri()], capture_output=True, check=True, timeout=120)
        shots.append(hashlib.sha256(shot.read_bytes()).hexdigest())
    assert shots[0] == shots[1]
    dom = subprocess.run([*command, "--dump-dom", after.as_uri()], capture_output=True, check=True, timeout=120).stdout
    parsed = dom.decode().partition('data-parsed="')[2].partition('"')[0]
    import html

    (block,) = json.loads(html.unescape(parsed))
    assert block == pressgraph.open(built).page_data(RELEASE)


def test_pages_that_cannot_be_read_are_errors() -> None:
    with pytest.raises(PageError):
        extract(b"\xff\xfe<\x00\x00")
