"""What must be on no surface: a table of reasons and a table of surfaces, each with each.

A reason is a word that stands in everything that is to be withheld for it: ids, names, values. A surface is what others
can read of a project. To add a reason, add a line to `REASONS` and what it is about to `FACTS`; to add a surface, add a
function with `@surface` that returns all its text. `tests/test_leaks.py` then asks for each pair whether the word is
there, and, with the reasons lifted, whether it is: a test that cannot find the word would prove nothing.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyoxigraph as ox
from click.testing import CliRunner

import pressgraph
from pressgraph.cli import main
from pressgraph.dataset import SERIALIZATIONS
from pressgraph.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness import Server

    from pressgraph.workspace import Workspace

REASONS = {
    "a fact with personal data": "leakalpha",
    "a person whom personal facts alone describe": "leakbravo",
    "a reviewer whom personal facts alone describe": "leakcharlie",
    "a thing withheld by name": "leakdelta",
    "a node nested in a withheld thing": "leakecho",
    "a withheld document, and what was read from it": "leakfoxtrot",
    "a withheld thing nested in another one": "leakgolf",
    "what is named below a withheld thing": "leakhotel",
    "words that a personal fact was read from": "leaklima",
    "a proposal that nobody has reviewed": "leakmike",
    "a label that personal facts alone describe": "leakoscar",
    "what follows from a proposal that nobody has reviewed": "leaknovemberfollows",
    "a typed fact that nobody has reviewed, where that is asked": "leakoscar",
    "a document of which nobody has reviewed a fact, where that is asked": "leakquebec",
    "what follows from a typed fact that nobody has reviewed": "leakpapafollows",
    "what follows from a personal fact": "leakindiafollows",
    "what follows from a thing withheld by name": "leakjulietfollows",
    "what follows from a personal fact and a public one": "leakkilofollows",
    "a personal value that another source has corrected since": "leakromeo",
    "what followed from a personal value until it was corrected": "leakromeofollows",
}

CORRECTION = "later.yaml"
"""What is published last: it takes the place of a value, which stays where it was withdrawn to."""

CONTACTS = ("7654329", "lobby@")
"""What running texts say that nobody has marked as personal: data repeats it, pages and feeds do not show it."""
SHOWING = (
    *("pages of things", "error pages", "search", "lists of things", "first page"),
    *("feed", "calendar", "search names"),
)
"""The surfaces that people read."""

WITHHOLD = ("agent/leakdelta", "document/leakfoxtrot", "place/leakgolf", "agent/hidden")

FACTS = {
    "news.yaml": """
source:
  id: document/news
  type: NewsArticle
  headline: { en: Public news }
  abstract: { en: "Public asks you to call 030 7654329 or to write to lobby@netz.example." }
  datePublished: 2026-01-15
  author: agent/leakbravo
  about: thing/unnamed
  reviewedBy: agent/public
  sourceOrganization: agent/public
  sha256: "0000000000000000000000000000000000000000000000000000000000000000"
facts:
  - { id: agent/public, type: Organization, name: Public, reviewedBy: agent/leakcharlie, evidence: [0, 10] }
  - { id: agent/public, memberOf: agent/leakdelta, evidence: [20, 30] }
  - { id: agent/third, type: Organization, name: Third }
  - { id: thing/unnamed, type: Thing, description: { en: "What lobby@netz.example is for." } }
  - { id: agent/third, description: { en: "Third answers at lobby@netz.example, Tel. 030-7654329." } }
  - { id: agent/public, memberOf: agent/third }
  - { id: agent/public, alternateName: Known, memberOf: [agent/other, agent/leakdelta], reviewedBy: agent/leakdelta }
  - { id: agent/other, type: Organization, name: Other, location: { id: place/leakgolf, type: Place, name: Leakgolf } }
  - id: agent/public
    contactPoint: { id: thing/leakalpha, type: ContactPoint, email: leakalpha@netz.example }
    personal: true
  - id: agent/public
    contactPoint: { id: thing/mail, type: ContactPoint, email: leakindia@netz.example }
    personal: true
  - { id: agent/leakbravo, type: Person, name: Ida Leakbravo, personal: true }
  - { id: agent/leakcharlie, type: Person, name: Ida Leakcharlie, personal: true }
  - id: agent/leakdelta
    type: Organization
    name: Leakdelta
    url: "https://leakdelta.example/"
    location: { id: place/leakecho, type: Place, name: Leakecho }
    evidence: [40, 50]
  - { id: agent/public, location: place/leakecho }
  - { id: agent/hidden/leakhotel, type: Organization, name: Leakhotel }
  - { id: agent/hidden, type: Organization, name: Hidden }
""",
    "words.yaml": """
source:
  id: document/words
  type: NewsArticle
  headline: { en: Words }
  datePublished: 2026-03-15
  file: words.txt
  publishText: true
  reviewedBy: agent/public
facts:
  - { id: agent/public, alternateName: Public, evidence: { words: Public, nth: 1 } }
  - { id: agent/public, alternateName: Spoken, evidence: "said that Ida Leaklima is" }
  - { id: agent/leaklima, type: Person, name: Ida Leaklima, personal: true, evidence: { words: Ida Leaklima, nth: 1 } }
  - { id: agent/leakmike, type: Organization, name: Leakmike, proposedBy: rules, evidence: { words: Leakmike, nth: 1 } }
  - { id: agent/leakmike, alternateName: Mara Leakmike, personal: true, proposedBy: rules, evidence: Mara Leakmike }
  - id: label/leakoscar
    type: Certification
    name: { en: Leakoscar }
    heldBy: agent/public
    validThrough: 2030-12-31
    personal: true
""",
    "draft.yaml": """
source:
  id: document/draft
  type: NewsArticle
  headline: { en: Draft }
  datePublished: 2026-04-15
  reviewedBy: agent/public
facts:
  - { id: agent/other, alternateName: Another }
  - { id: agent/leakmike, type: Organization, name: Leakmike, proposedBy: rules }
  - { id: agent/other, legalName: Leaknovember, proposedBy: rules }
""",
    "typed.yaml": """
source:
  id: document/leakquebec
  type: NewsArticle
  headline: { en: Leakquebec }
  datePublished: 2026-05-15
facts:
  - { id: agent/leakoscar, type: Organization, name: Leakoscar }
  - { id: agent/third, legalName: Leakpapa }
""",
    "earlier.yaml": """
source:
  id: document/earlier
  type: NewsArticle
  headline: { en: Earlier }
  datePublished: 2026-06-15
  reviewedBy: agent/public
facts:
  - { id: agent/renamed, type: Organization, name: Renamed }
  - { id: agent/fourth, type: Organization, name: Fourth, memberOf: agent/renamed }
  - { id: agent/renamed, legalName: Leakromeo, personal: true }
""",
    "other.yaml": """
source:
  id: document/leakfoxtrot
  type: NewsArticle
  headline: { en: Leakfoxtrot }
  datePublished: 2026-02-15
  sourceOrganization: agent/public
  reviewedBy: agent/public
  sha256: "1111111111111111111111111111111111111111111111111111111111111111"
facts:
  - { id: agent/public, legalName: Leakfoxtrot, evidence: [0, 10] }
""",
    "words.txt": """Public said that Ida Leaklima is the one to ask. Ms LEAKLIMA agreed; so did Leakmike.
Mara Leakmike left.

The evening was long, says Leakdelta. Ask at 030-7654329 or lobby@netz.example, if the Leakdeltas are out, though
Public knows more than anybody. The paragraph is longer than those are that only say whom to ask about a release, so
it is shown but for the address and the number in it. It says nothing else, and it goes on saying so until it has as
many characters as that takes, which are six hundred: a number that was chosen because blocks of contacts are shorter,
even those with two people, three numbers, a street and a city in them. This is the last sentence of the paragraph, or
would be if it were long enough, which it is not before this one has ended too.

Press
Ida Leaklima
lobby@netz.example
""",
    CORRECTION: """
source:
  id: document/correction
  type: NewsArticle
  headline: { en: Correction }
  datePublished: 2026-06-16
  corrects: document/earlier
  reviewedBy: agent/public
facts:
  - { id: agent/renamed, legalName: Renamed Association }
""",
}
RULES = {
    "from-mail": """
# A name for a thing, of its mail address.
CONSTRUCT { ?who schema:slogan ?word }
WHERE {
  ?who schema:contactPoint ?point . ?point schema:email ?mail
  BIND (CONCAT(STRBEFORE(?mail, "@"), "follows") AS ?word)
}
""",
    "from-mail-and-name": """
# A name for a thing, of its mail address and of its name.
# @after label-name
CONSTRUCT { ?who schema:disambiguatingDescription ?word }
WHERE {
  ?who schema:contactPoint ?point ; schema:name ?name . ?point schema:email ?mail
  BIND (CONCAT(REPLACE(STRBEFORE(?mail, "@"), "leakindia", "leakkilo"), "follows") AS ?word)
}
""",
    "from-legal-name": """
# A name for a thing, of the legal name of where it belongs.
# @after has-member
CONSTRUCT { ?who schema:slogan ?word }
WHERE {
  ?who schema:memberOf ?other . ?other schema:legalName ?name
  BIND (CONCAT(LCASE(?name), "follows") AS ?word)
}
""",
    "from-address": """
# A name for a thing, of the web address of where it belongs.
# @after has-member, offer
CONSTRUCT { ?who schema:slogan ?word }
WHERE {
  ?who schema:memberOf ?other . ?other schema:url ?url
  BIND (REPLACE(STR(?url), "^https://leakdelta.*$", "leakjulietfollows") AS ?word)
}
""",
}
"""Rules of the project: what follows speaks of things that are published, in words that only withheld facts have."""
KEPT = ("Public", "Known", "Other")
"""What no reason takes along."""
THINGS = (
    "agent/public",
    "agent/other",
    "document/news",
    "document/words",
    "document/leakfoxtrot",
    "agent/leakbravo",
    "agent/leakcharlie",
    "agent/leakmike",
    "agent/leakoscar",
    "agent/third",
    "agent/fourth",
    "agent/renamed",
    "document/leakquebec",
    "agent/leaklima",
    "agent/leakdelta",
    "agent/hidden/leakhotel",
    "place/leakecho",
    "place/leakgolf",
    "thing/leakalpha",
)


def make_project(folder: Path, *, lifted: bool) -> Path:
    """Write and build a project, with all reasons or with none."""
    names = json.dumps([] if lifted else list(WITHHOLD))
    base = 'base = "https://data.example.org/"'
    publish = f"personal_data = {str(lifted).lower()}\nwithhold = {names}"
    publish += "" if lifted else '\nrequire = "reviewed"'
    (folder / "data").mkdir(parents=True)
    (folder / "pressgraph.toml").write_text(f"[project]\n{base}\n[publish]\n{publish}\n[serve]\nworkers = 1\n")
    (folder / "queries" / "derive").mkdir(parents=True)
    for name, text in RULES.items():
        (folder / "queries" / "derive" / f"{name}.rq").write_text(text, encoding="utf-8")
    reviewed = ", reviewedBy: agent/public" if lifted else ""
    for name, text in FACTS.items():
        written = text.replace("proposedBy: rules", f"proposedBy: rules{reviewed}")
        if name == CORRECTION and lifted:
            # so that both values stand
            written = written.replace("  corrects: document/earlier\n", "")
        elif name == CORRECTION:
            # what was concluded of the first value has to go again
            pressgraph.open(folder).build()
        (folder / "data" / name).write_text(written, encoding="utf-8")
    pressgraph.open(folder).build()
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A project that is built and served, and a store that it was pushed to."""

    workspace: Workspace
    server: Server
    pushed: str
    """The address of the store's queries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """A way for others to read of a project. A whole one shows all that is published; a quiet one nothing of facts."""

    name: str
    read: Callable[[Published], Iterator[str]]
    whole: bool = False
    quiet: bool = False
    derived: bool = True
    """Whether it shows what follows from facts, or facts alone."""

    def shows(self, word: str) -> bool:
        """Tell whether a whole surface shows what a word stands in, once no reason withholds it."""
        return self.derived or not word.endswith("follows")

    def text(self, published: Published) -> str:
        """Return all that is read there, in small letters."""
        return "\n".join(self.read(published)).lower()


SURFACES: list[Surface] = []


def surface(
    *, whole: bool = False, quiet: bool = False, derived: bool = True
) -> Callable[[Callable[[Published], Iterator[str]]], None]:
    """Add a surface that a function reads."""

    def add(read: Callable[[Published], Iterator[str]]) -> None:
        name = read.__name__.replace("_", " ")
        SURFACES.append(Surface(name=name, read=read, whole=whole, quiet=quiet, derived=derived))

    return add


# -- files


@surface(whole=True, derived=False)
def convert(published: Published) -> Iterator[str]:
    yield b"".join(published.workspace.convert()).decode()
    yield command(published.workspace.project.root, "convert", "-f", "trig")


@surface(derived=False)
def convert_in_each_format(published: Published) -> Iterator[str]:
    for form in SERIALIZATIONS:
        yield published.workspace.convert_to(form).decode()


@surface(whole=True, derived=False)
def convert_in_processes(published: Published) -> Iterator[str]:
    yield b"".join(published.workspace.convert([as_json_lines(published)], jobs=2)).decode()


@surface(whole=True, derived=False)
def convert_from_stdin(published: Published) -> Iterator[str]:
    project = published.workspace.project.root
    call = [sys.executable, "-m", "pressgraph", "--project", str(project), "convert", "-"]
    path = as_json_lines(published)
    # texts of sources are looked for in the working directory
    done = subprocess.run(call, input=path.read_bytes(), cwd=path.parent, check=True, stdout=subprocess.PIPE)
    yield done.stdout.decode()


@surface(whole=True, derived=False)
def shards(published: Published) -> Iterator[str]:
    folder = published.workspace.project.root / "build" / "shards"
    published.workspace.convert_to_shards(folder, shards=2, jobs=2)
    for path in sorted(folder.glob("shard-*")):
        yield path.read_text(encoding="utf-8")


def as_json_lines(published: Published) -> Path:
    """Write the project's facts as JSON Lines, which are converted as they are read."""
    path = published.workspace.project.root / "build" / "facts.jsonl"
    command(published.workspace.project.root, "facts", "convert", "-o", str(path))
    return path


@surface()
def export_in_each_format(published: Published) -> Iterator[str]:
    for form in SERIALIZATIONS:
        yield published.workspace.export(form).decode()


@surface(whole=True)
def export_with_evidence(published: Published) -> Iterator[str]:
    for form in SERIALIZATIONS:
        if form.keeps_graphs:
            yield published.workspace.export(form, evidence=True).decode()


@surface()
def export_about(published: Published) -> Iterator[str]:
    for thing in THINGS:
        with suppress(DataError):
            yield published.workspace.export("nquads", about=thing, evidence=True).decode()


@surface()
def why(published: Published) -> Iterator[str]:
    root = str(published.workspace.project.root)
    for thing in ("agent/public", "agent/other", "agent/leakdelta", "agent/leakbravo"):
        for call in ([thing, "-f", "json"], [thing, "memberOf"]):
            yield CliRunner().invoke(main, ["--project", root, "why", *call]).stdout


@surface()
def page_data(published: Published) -> Iterator[str]:
    for thing in THINGS:
        for audience in ("google", "full"):
            with suppress(DataError):
                yield json.dumps(published.workspace.page_data(thing, audience=audience))


@surface()
def embed(published: Published) -> Iterator[str]:
    page = published.workspace.project.root / "page.html"
    for options in (["--for", "google"], ["--for", "full", "--links"]):
        page.write_text("<!DOCTYPE html><html lang=en><head><title>x</title></head><body></body></html>")
        call = ["embed", str(page), "--about", "agent/public", *options]
        yield command(published.workspace.project.root, *call)
        yield page.read_text()


def command(project: Path, *arguments: str) -> str:
    """Run the program; return what it prints to stdout."""
    call = [sys.executable, "-m", "pressgraph", "--project", str(project), *arguments]
    return subprocess.run(call, check=True, stdout=subprocess.PIPE).stdout.decode()


@surface(whole=True)
def site(published: Published) -> Iterator[str]:
    out = published.workspace.project.root / "build" / "site"
    published.workspace.site(out, day=date(2026, 11, 26), jobs=1)
    for path in sorted(it for it in out.rglob("*") if it.is_file()):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        yield f"{path.relative_to(out)} {content.decode(errors='replace')}"


# -- a remote store


@surface(whole=True)
def push(published: Published) -> Iterator[str]:
    target = published.workspace.target(published.pushed)
    for row in target.select("SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"):
        yield " ".join(str(row[name]) for name in "gspo")


@surface(whole=True)
def pull(published: Published) -> Iterator[str]:
    for chunk in published.workspace.pull(published.pushed):
        yield chunk.decode()


@surface(quiet=True)
def status(published: Published) -> Iterator[str]:
    yield command(published.workspace.project.root, "status", "--endpoint", published.pushed)


# -- the server


def get(published: Published, path: str, accept: str = "*/*", **parameters: str) -> str:
    """Return what the server answers: head and body."""
    said = published.server.client.get(path, headers={"accept": accept}, params=parameters or None)
    body = said.text
    # an error may repeat what it was asked for
    if said.status_code in {404, 410}:
        body = body.replace(path.partition("?")[0].rpartition("/")[2], "")
    return f"{said.status_code} {body}"


RDF_TYPES = ("text/turtle", "application/ld+json", "application/trig", "application/n-quads", "application/rdf+xml")


@surface()
def pages_of_things(published: Published) -> Iterator[str]:
    for thing in THINGS:
        yield get(published, f"/doc/{thing}", "text/html")
        yield get(published, f"/doc/{thing}?lang=de", "text/html")


@surface()
def documents_of_things(published: Published) -> Iterator[str]:
    for thing in THINGS:
        for form in RDF_TYPES:
            yield get(published, f"/doc/{thing}", form)


@surface(quiet=True)
def error_pages(published: Published) -> Iterator[str]:
    for path in (
        "/doc/agent/leak",
        "/doc/agent/ida",
        "/doc/place/leakech",
        "/id/agent/leakdelt",
        "/nothing",
        "/sparql?query=x",
    ):
        yield get(published, path, "text/html")


@surface()
def search(published: Published) -> Iterator[str]:
    # the page repeats the words that are looked for
    for words in ("leak", "ida", "public", "netz"):
        yield get(published, "/search", "text/html", q=words)


@surface()
def lists_of_things(published: Published) -> Iterator[str]:
    for path in ("/organisations", "/labels", "/releases", "/releases?publisher=agent/public", "/people"):
        yield get(published, path, "text/html")


@surface()
def first_page(published: Published) -> Iterator[str]:
    yield get(published, "/", "text/html")


@surface()
def feed(published: Published) -> Iterator[str]:
    for language in ("en", "de"):
        yield get(published, "/feed.xml", lang=language)


@surface()
def calendar(published: Published) -> Iterator[str]:
    for language in ("en", "de"):
        # lines are folded anywhere
        for thing in ({}, {"thing": "label/leakoscar"}):
            yield get(published, "/calendar.ics", lang=language, **thing).replace("\r\n ", "")


@surface()
def search_names(published: Published) -> Iterator[str]:
    for language in ("en", "de"):
        yield get(published, "/names.json", lang=language)


@surface()
def schemamap(published: Published) -> Iterator[str]:
    yield get(published, "/schemamap.xml")
    yield get(published, "/schemamap/1.jsonl")


@surface()
def sitemap(published: Published) -> Iterator[str]:
    yield get(published, "/sitemap.xml")


@surface(quiet=True)
def catalogue(published: Published) -> Iterator[str]:
    yield get(published, "/catalog.ttl")


@surface(quiet=True)
def descriptions(published: Published) -> Iterator[str]:
    for path in (
        "/void",
        "/.well-known/void",
        "/about",
        "/terms.json",
        "/shapes",
        "/cluster",
        "/sparql",
        "/robots.txt",
    ):
        yield get(published, path)
    yield get(published, "/sparql", "text/turtle")
    yield get(published, "/sparql", "text/html")


@surface(quiet=True)
def operations(published: Published) -> Iterator[str]:
    for path in ("/metrics", "/healthz", "/readyz"):
        yield get(published, path)


QUERIES = {
    "select": "SELECT * { ?s ?p ?o }",
    "select_from_graphs": "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "graphs": "SELECT ?g { GRAPH ?g { } }",
    "construct": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "construct_from_graphs": "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "describe": "DESCRIBE ?s { ?s ?p ?o }",
}


@surface(whole=True)
def sparql(published: Published) -> Iterator[str]:
    for text in QUERIES.values():
        yield get(published, "/sparql", query=text)


@surface(whole=True)
def graph_store(published: Published) -> Iterator[str]:
    yield get(published, "/store?default", "text/turtle")
    for graph in published.workspace.dataset().store.named_graphs():
        if isinstance(graph, ox.NamedNode):
            yield get(published, "/store", "application/n-triples", graph=graph.value)


@surface(quiet=True)
def log(published: Published) -> Iterator[str]:
    # requests are the visitors' words
    for line in published.server.log.read_text(encoding="utf-8").splitlines():
        if '"event":"request"' not in line and '"event":"access"' not in line:
            yield line
