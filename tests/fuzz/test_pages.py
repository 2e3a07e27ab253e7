"""Web pages: whatever stands in them, they are edited or refused, read or named, and drafts pass the facts rules."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fuzzing import EXAMPLES, Boundary, fuzzed
from hypothesis import given
from hypothesis import strategies as st

from pressgraph.dataset.json_ld import Document, read_json_ld
from pressgraph.dataset.schema_org import schema_org
from pressgraph.embed import embed, extract, remove
from pressgraph.embed.addresses import address_of_file, resolve
from pressgraph.embed.conflicts import existing_markup
from pressgraph.embed.draft import draft_facts
from pressgraph.embed.page import Page
from pressgraph.embed.subject import page_words
from pressgraph.errors import PageError
from pressgraph.facts import dangling_problems, read_facts_bytes
from pressgraph.profile import load_profile
from pressgraph.project import open_project

# a draft is read, made and checked for each example
pytestmark = pytest.mark.timeout(900 if EXAMPLES <= 300 else 14400)

ROOT = Path(__file__).resolve().parents[2]
HEAD = '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>K&uuml;ste &#8211; Licht</title>'
HEAD += '<base href="/ü/"><link rel="canonical" href="./l&#8217;alliance/?a=b c">'


def in_page(text: str) -> bytes:
    return f'{HEAD}<script type="application/ld+json">{text}</script></head><body></body></html>'.encode()


BLOCKS = (
    {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Hallo", "datePublished": "2026-01-15"},
    {"@context": "https://schema.org", "@type": "NewsArticle", "headline": 2026, "datePublished": 20260115},
    {"@context": "https://schema.org", "@type": "Organization", "name": "Küstenlicht", "telephone": "018000510903"},
    {"@context": "schema.org", "@type": "NewsArticle", "headline": {"@value": "Hallo", "@language": "de_DE"}},
    {"@type": "NewsArticle", "headline": "Hallo \ud83d"},
    {
        "@context": ["https://schema.org", {"a": {"@id": "about", "@container": "@list"}}],
        "@graph": [
            {"@id": "#w", "@type": "WebPage", "isPartOf": {"@id": "#s"}, "keywords": ""},
            {"@id": "#s", "@type": "WebSite", "potentialAction": {"target": "https://x.example/?s={s}"}},
            {"@type": "NewsArticle", "author": [{"@type": "Person", "name": "A"}, {"@type": "Person", "name": "A"}]},
        ],
    },
)
SEEDS = (
    *(in_page(json.dumps(block)) for block in BLOCKS),
    f"{HEAD}</head><body data-pressgraph-about='document/x'><p itemscope itemtype='https://schema.org/Organization'>"
    "<b itemprop=name>K&uuml;stenlicht</b>".encode(),
    b"---\nlayout: x\n---\n<p>{{ x }}{% y %}{# z #}<?php ?><% %>",
    "\ufeff<br><html><head><meta charset=shift_jis></head>表".encode("utf-16"),
    b'<meta charset="windows-1252"><title>K\xfcste</title><link rel=canonical href="http://[::1/">',
)
WORDS = tuple(
    it.encode()
    for it in (
        *("</head>", "</script>", "<!--", "-->", "<title>", "<template>", "<svg>", "&#8211;", "&#xd800;", "&uuml;"),
        *('"@id":', '"@type":', '"@graph":', '"@context":', '"@list":', '"@value":', '"@language":', '"@reverse":'),
        *("5", "1e400", "null", "[", "{}", '"_:b"', '"http://[::1/"', "{", "}", "https://schema.org", '"@json"'),
        *("#a#b", "\\ud83d"),
    )
)


@cache
def project() -> tuple[Any, str]:
    opened = open_project(ROOT)
    return load_profile(opened), opened.id_base


def edit(data: bytes, _: Path) -> None:
    page = embed(data, {"a": "</script>ü"})
    assert remove(page) == remove(data)


def look(data: bytes, _: Path) -> None:
    page = Page(data)
    page_words(page, "https://www.example.org/ü/")
    existing_markup(page, project()[0], base="https://www.example.org/")


def read(data: bytes, _: Path) -> None:
    found = extract(data, profile=project()[0])
    assert all(it.line > 0 and it.column > 0 and it.reason for it in found.problems)


def problems_of_draft(html: bytes) -> tuple[str, list[str]]:
    profile, base = project()
    text = draft_facts(extract(html, profile=profile), profile, base, name="page")
    found = read_facts_bytes(text.encode(), profile, id_base=base, name="draft.yaml")
    return text, [str(it) for it in (*found.problems, *dangling_problems(found))]


def draft(data: bytes, _: Path) -> None:
    text, problems = problems_of_draft(data)
    assert not problems, text


BOUNDARIES = (
    Boundary(name="pages that are edited", read=edit, seeds=SEEDS, words=WORDS, raises=(PageError,)),
    Boundary(name="what pages say of themselves", read=look, seeds=SEEDS, words=WORDS, raises=(PageError,)),
    Boundary(name="pages that are read", read=read, seeds=SEEDS, words=WORDS, raises=(PageError,)),
    Boundary(name="drafts", read=draft, seeds=SEEDS, words=WORDS, raises=(PageError,)),
)


@pytest.mark.parametrize("boundary", BOUNDARIES, ids=str)
def test_pages_are_read_or_refused(boundary: Boundary, tmp_path: Path) -> None:
    @fuzzed
    @given(boundary.inputs())
    def check(data: bytes) -> None:
        boundary.check(data, tmp_path)

    check()


# -- JSON-LD

ODD = "no 018000510903 1e3 12:30 2026-01-15 2026-01-15T08:00 null ~ #x @x {x [x agent/x https://x.example/ 2026"
ODD += " 20260115 https://x.example/{a} ../a #1 _:b1 mailto:a@b.example urn:x:y << = Küste K&#252;ste&#8211;x"
texts = st.sampled_from(["", " ", "- a", "a: b", "x y", "a\nb", "\x07", "\u2028", "\x85", "half \ud83d", *ODD.split()])
texts = texts | st.text(max_size=8)
scalars = texts | st.integers() | st.floats() | st.booleans() | st.none()
WORD = "name headline legalName url sameAs image logo keywords about author publisher isPartOf datePublished"
WORD += (
    " foundingDate inLanguage telephone email contactPoint memberOf location mentions description sourceOrganization"
)
WORD += " startDate organizer jobTitle identifier award foundingDate x:y nothing"
WORD += " @id @type @graph @language @value @reverse @list @set @index @included"
words = st.sampled_from(WORD.split()) | st.sampled_from(sorted(schema_org().ranges))
TYPE = "NewsArticle Article WebPage WebSite Organization NGO Person ContactPoint Event Place Thing ReportageNewsArticle"
TYPE += " SearchAction ImageObject BreadcrumbList PostalAddress"
types = st.sampled_from(TYPE.split()) | st.sampled_from(sorted(schema_org().classes))


@st.composite
def nodes(draw: st.DrawFn, depth: int = 2) -> Any:
    """Return a node as pages have them, mostly; with anything at all where they have something else."""
    node: dict[str, Any] = {}
    if draw(st.integers(0, 9)):
        node["@type"] = draw(types | st.lists(types, max_size=2))
    if draw(st.booleans()):
        node["@id"] = draw(st.sampled_from(["#1", "#2", "#3", "_:a", "https://w3id.org/pressgraph/id/agent/x"]) | texts)
    inner = scalars if depth == 0 else scalars | nodes(depth - 1) | st.lists(scalars | nodes(depth - 1), max_size=3)
    for word in draw(st.lists(words, max_size=6)):
        node[word] = draw(inner)
    return node


CONTEXTS: list[Any] = ["https://schema.org"] * 8
CONTEXTS += [{}, ["https://schema.org", {"@language": "de_DE"}]]
graphs = st.lists(nodes(), max_size=5)
documents = st.builds(lambda context, graph: {"@context": context, "@graph": graph}, st.sampled_from(CONTEXTS), graphs)


def written(document: Any) -> str:
    """Return JSON as it can stand in a script; of what JSON has no number for, a very large one."""
    return re.sub(r"\bNaN\b|-?\bInfinity\b", "1e400", json.dumps(document)).replace("</", "<\\/")


@fuzzed
@given(documents)
def test_drafts_pass_the_facts_rules(document: Any) -> None:
    text, problems = problems_of_draft(in_page(written(document)))
    assert not problems, text


@fuzzed
@given(documents | st.recursive(scalars, lambda it: st.lists(it) | st.dictionaries(words, it)))
def test_json_is_read_as_far_as_it_is_json_ld(document: Any) -> None:
    text = json.dumps(document)
    quads, findings = read_json_ld([Document(data=document, text=text)], "https://www.example.org/")
    assert all(0 <= it.offset <= len(text) and it.reason for it in findings)
    for quad in quads:
        assert str(quad).encode()


@fuzzed
@given(st.text(max_size=20), st.text(max_size=20))
def test_addresses_are_iris_or_none(address: str, base: str) -> None:
    found = resolve(address, f"https://www.example.org/{base}")
    assert found is None or resolve(found) == found
    assert resolve(address_of_file("https://www.example.org/", address.strip())) is not None
