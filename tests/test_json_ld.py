"""Reading JSON-LD: what is wrong costs itself, and is said where it stands."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pressgraph.cli import main
from pressgraph.dataset.json_ld import Document, Finding, read_json_ld
from pressgraph.dataset.schema_org import schema_org
from pressgraph.embed import extract
from pressgraph.profile import Profile

BASE = "https://www.example.org/news/1"
ROOT = Path(__file__).resolve().parents[1]


def read(text: str, profile: Profile | None = None) -> tuple[set[str], list[Finding]]:
    quads, findings = read_json_ld([Document(data=json.loads(text), text=text)], BASE, profile)
    return {f"{quad.predicate.value.rpartition('/')[2].rpartition('#')[2]} {quad.object}" for quad in quads}, findings


def thing(word: str) -> str:
    return f'{{"@context": "https://schema.org", "@type": "Thing", {word}, "name": "kept"}}'


KEPT = {"type <http://schema.org/Thing>", 'name "kept"'}


@pytest.mark.parametrize(
    ("word", "place", "reason"),
    [
        ('"url": "https://www.example.org/?s={term}"', "https://www.example.org/?s", "'{'"),
        ('"url": "https://www.example.org/#a#b"', "https://www.example.org/#a", "'#'"),
        ('"url": "https://www.example.org/a|b"', "https://www.example.org/a|", "'|'"),
        ('"image": "https://www.example.org/mein bild.jpg"', "https://www.example.org/mein", "' '"),
        ('"image": "mein bild.jpg"', "mein bild", "mein bild.jpg' is not an IRI"),
        ('"image": {"@id": "a\\u0020b"}', "a\\u0020b", "a b' is not an IRI"),
        ('"x y": "z"', "x y", "x y' is not an IRI"),
        ('"@reverse": {"about": {"@id": "b{c"}}', "b{c", "b{c' is not an IRI"),
        ('"about": {"@type": "x y"}', "x y", "x y' is not an IRI"),
        ('"headline": {"@value": "a", "@language": "de_DE"}', "de_DE", "'de_de' is not a language tag"),
        ('"headline": {"@value": "a", "@type": "https://www.example.org/{t"}', "https://www.example.org/{t", "'{'"),
        ('"headline": "half \\ud83d"', "half", "half of a surrogate pair"),
        ('"headline": {"@value": ["\\ud83d"], "@type": "@json"}', "\\ud83d", "half of a surrogate pair"),
        ('"position": 1e400', "1e400", "larger than xsd:double"),
        ('"headline": {"@value": {"a": [1, 1e400]}, "@type": "@json"}', "1e400", "larger than xsd:double"),
    ],
)
def test_what_rdf_cannot_say_costs_its_statement(word: str, place: str, reason: str) -> None:
    text = thing(word)
    said, findings = read(text)
    assert said >= KEPT
    assert [it.fatal for it in findings] == [False]
    assert reason in findings[0].reason
    assert text[findings[0].offset :].startswith(place)
    assert "left out" in findings[0].reason


@pytest.mark.parametrize(
    ("word", "rest"),
    [
        ('"about": {"@id": "@later", "name": "b"}', {"about _:", 'name "b"'}),
        ('"about": {"@id": "@later"}', set()),
        ('"@id": "@later"', set()),
        ('"about": [{"@id": "@later"}, {"@id": "@later", "name": "b"}]', {"about _:", 'name "b"'}),
        (
            '"about": {"@type": ["@later", "Person"], "name": "b"}',
            {"about _:", "type <http://schema.org/Person>", 'name "b"'},
        ),
    ],
)
def test_what_looks_like_a_keyword_names_nothing_and_costs_nothing_else(word: str, rest: set[str]) -> None:
    """JSON-LD 1.1 API, 5.2.2: such an id or type is passed over."""
    said, findings = read(thing(word))
    assert findings == []
    assert {it.partition("_:")[0] + "_:" if "_:" in it else it for it in said} == KEPT | rest


@pytest.mark.parametrize(
    ("word", "place", "reason"),
    [
        ('"@id": 7', "@id", "invalid @id value"),
        ('"about": {"@id": 7, "name": "b"}', "@id", "invalid @id value"),
        ('"about": [{"name": "b"}, {"@type": 7}]', "@type", "invalid type value"),
        ('"about": {"@value": {"a": 1}}', "about", "invalid value object value"),
        ('"about": {"@value": "a", "@language": "de", "@type": "Thing"}', "about", "invalid value object"),
        ('"about": {"@context": 5, "name": "b"}', "@context", "invalid local context"),
        ('"about": {"@context": "https://other.example/c", "name": "b"}', "https://other", "nothing is fetched"),
        ('"@reverse": "x"', "x", "invalid @reverse value"),
        ('"@index": 5', "@index", "invalid @index value; '@index' is left out"),
        ('"@included": "x"', "x", "invalid @included value; '@included' is left out"),
    ],
)
def test_what_is_an_error_costs_its_key(word: str, place: str, reason: str) -> None:
    text = thing(word)
    said, findings = read(text)
    assert said >= KEPT
    assert [it.fatal for it in findings] == [True]
    assert reason in findings[0].reason
    assert text[findings[0].offset :].startswith(place)


def test_what_points_back_is_said_of_what_it_points_from() -> None:
    said, findings = read(thing('"@id": "https://a.example/", "@reverse": {"about": {"@id": "https://b.example/"}}'))
    assert (said, findings) == (KEPT | {"about <https://a.example/>"}, [])


def test_reasons_go_on_in_the_sentence() -> None:
    (finding,) = read(thing('"url": "https://www.example.org/a|b"'))[1]
    assert "is not an IRI (invalid IRI code point '|')" in finding.reason


def test_what_the_processor_does_not_expect_is_no_json_ld() -> None:
    (finding,) = read('{"@context": {"a": {"@id": []}}, "a": 1}')[1]
    assert finding.reason == "not JSON-LD 1.1: a context or a value has a form that none may have"


def test_what_is_nested_too_deep_is_called_so() -> None:
    deep = "[" * 600 + "]" * 600
    said, findings = read(thing(f'"headline": {{"@value": {deep}, "@type": "@json"}}'))
    assert said >= KEPT
    assert [it.reason for it in findings] == ["it is nested too deep; 'headline' is left out"]


def test_one_bad_node_of_many_costs_itself() -> None:
    nodes = [{"@id": f"#{number}" if number != 700 else 5, "name": str(number)} for number in range(1000)]
    text = json.dumps({"@context": "https://schema.org", "@graph": nodes})
    said, findings = read(text)
    # the node is kept, its id is not
    assert len(said) == 1000
    assert len(findings) == 1


def test_the_same_mistake_is_said_once_with_its_count() -> None:
    text = json.dumps({"@context": ["https://schema.org", {"@language": "de_DE"}], "@graph": [{"name": "a"}] * 50})
    said, findings = read(text)
    assert not said
    assert [it.reason for it in findings] == ["'de_de' is not a language tag; its text is left out (50 times)"]


def test_thousands_of_mistakes_are_counted() -> None:
    text = json.dumps(
        {"@context": "https://schema.org", "url": [f"https://www.example.org/{{{n}" for n in range(5000)]}
    )
    said, findings = read(text)
    assert not said
    assert len(findings) == 101
    assert findings[-1].reason == "and 4,900 more that is wrong"
    assert not findings[-1].fatal
    # what is not said one by one may be an error, too
    nodes = [{"@id": [f"x{number}"], "name": "a"} for number in range(98)]
    _, findings = read(json.dumps({"@context": "https://schema.org", "@graph": nodes}))
    assert [(it.fatal, it.reason) for it in findings[-1:]] == [(True, "and 1 more that is wrong")]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 900 + "]" * 900,
        '{"@context":"https://schema.org","a":' * 60 + "1" + "}" * 60,
        '{"@context":"https://schema.org","a":[' + ",".join(['{"@id":1}'] * 3000) + "]}",
        '{"@context":{"@version":9},"a":1}',
        '{"@context":{"a":{"@id":"b","@container":"@nothing"}},"a":1}',
        "1",
        '"x"',
        "null",
        '{"@id":[]}',
        '{"@type":{}}',
        '{"@graph":5}',
        '{"@list":[{"@id":{}}]}',
        '{"@context":[[[]]]}',
        '{"@context":{"@base":5}}',
        '{"@context":{"@vocab":"_:b"},"a":"b"}',
        '{"http://a.example/p":{"@id":"@ignored"}}',
    ],
)
def test_strange_documents_are_reported_not_raised(text: str) -> None:
    read(text)


def test_many_values_cost_time_in_proportion() -> None:
    text = json.dumps({"@context": "https://schema.org", "sameAs": [f"/{n}" for n in range(30_000)]})
    said, findings = read(text)
    assert len(said) == 30_000
    assert not findings


def test_blank_nodes_of_one_name_are_one_node() -> None:
    texts = [
        '{"@context":"https://schema.org","@id":"_:x","name":"a"}',
        '{"@context":"https://schema.org","@id":"_:x","url":5}',
    ]
    quads, _ = read_json_ld([Document(data=json.loads(it), text=it) for it in texts], BASE)
    assert len({quad.subject for quad in quads}) == 1


def test_entities_in_json_are_kept_and_said() -> None:
    text = thing('"headline": "K&#252;ste &#8211; x"')
    said, findings = read(text)
    assert 'headline "K&#252;ste &#8211; x"' in said
    assert [(it.fatal, it.lost) for it in findings] == [(False, False)]
    assert text[findings[0].offset :].startswith("K&#252;")
    assert not read(thing('"headline": "AT&T & x; &y"'))[1]


# -- contexts


@pytest.mark.parametrize(
    "context",
    [
        *("https://schema.org", "http://Schema.org", "HTTPS://SCHEMA.ORG/", "https://schema.org/#"),
        *("https://schema.org:443/", "//schema.org", "http://www.schema.org"),
        "https://schema.org/docs/jsonldcontext.json",
    ],
)
def test_schema_orgs_context_has_many_spellings(context: str) -> None:
    said, findings = read(json.dumps({"@context": context, "name": "kept", "@type": "Thing"}))
    assert said == KEPT
    assert not findings


def test_a_context_that_imports_one_is_its_own() -> None:
    """JSON-LD 1.1, 4.1.10: what is imported is as it was for all that comes later, in the document or in another."""
    importing = (
        '{"@context": {"@import": "https://schema.org", "name": "ex:n", "schema": "ex:s/"}, "name": "a", "about": {}}'
    )
    plain = '{"@context": "https://schema.org", "name": "b"}'
    for _ in range(2):
        said, findings = read(f"[{importing}, {plain}]")
        assert findings == []
        assert {'ex:n "a"', 'name "b"'} <= said
    _, findings = read(f"[{','.join(importing.replace('ex:n', f'ex:{n}') for n in range(101))}]")
    assert [it.reason for it in findings] == ["more than 100 contexts import others"]


@pytest.mark.parametrize("context", ["schema.org", "www.schema.org", "schema.org/"])
def test_a_context_that_means_schema_org_is_read_and_said(context: str) -> None:
    text = json.dumps({"@context": context, "name": "kept", "@type": "Thing"})
    said, findings = read(text)
    assert said == KEPT
    assert [(it.fatal, it.lost, it.reason) for it in findings] == [
        (False, False, f"its context '{context}' is read as https://schema.org")
    ]


def test_a_document_without_a_context_is_told() -> None:
    text = '{"@type": "Thing", "@graph": [{"name": "lost"}]}'
    _, findings = read(text)
    assert [(it.fatal, text[it.offset :][:4]) for it in findings] == [(True, "name")]
    assert "it states no context" in findings[0].reason
    # IRIs need none
    assert not read(
        '{"@graph": [{"http://schema.org/name": "kept"}, {"@context": "https://schema.org", "name": "a"}]}'
    )[1]


@pytest.mark.parametrize(
    "word", ["isPartOf", "ethicsPolicy", "masthead", "correctionsPolicy", "url", "sameAs", "speakable"]
)
def test_what_schema_org_types_as_an_iri_is_one(word: str) -> None:
    said, _ = read(f'{{"@context": "https://schema.org", "{word}": "/x"}}')
    assert said == {f"{word} <https://www.example.org/x>"}


@pytest.mark.parametrize("word", ["additionalType", "name", "author", "location"])
def test_what_schema_org_does_not_type_is_text(word: str) -> None:
    said, _ = read(f'{{"@context": "https://schema.org", "{word}": "/x"}}')
    assert said == {f'{word} "/x"'}


def test_schema_orgs_prefixes_are_known() -> None:
    said, _ = read(
        '{"@context": "https://schema.org", "foaf:name": "a", "dcterms:title": "b", "gs1:x": {"@id": "org:y"}}'
    )
    assert said == {'name "a"', 'title "b"', "x <http://www.w3.org/ns/org#y>"}


# -- the vocabulary


def test_the_terms_are_the_vocabularys() -> None:
    registry = pytest.importorskip("schema_org.registry", reason="the vocabulary's package is not installed")
    vocabulary = schema_org()
    assert vocabulary.version == registry.SCHEMA_VERSION.removeprefix("v")
    assert vocabulary.classes.keys() == registry.CLASS_METADATA.keys()
    for name, known in registry.CLASS_METADATA.items():
        assert set(known.parents) <= set(vocabulary.classes[name])
    assert vocabulary.ranges.keys() == registry.PROPERTY_BY_SCHEMA.keys()
    for name, known in registry.PROPERTY_BY_SCHEMA.items():
        assert vocabulary.ranges[name] == known.ranges
        assert vocabulary.domains[name] == known.domains
    superseded = {**registry.CLASS_METADATA, **registry.PROPERTY_BY_SCHEMA}
    assert vocabulary.superseded.keys() == {name for name, term in superseded.items() if term.superseded_by}
    assert not set(vocabulary.superseded.values()) & vocabulary.superseded.keys()
    # schema.org 30 types some 80 as IRIs
    assert len(vocabulary.addresses) == 81


def test_the_file_of_terms_is_what_the_tool_writes(tmp_path: Path) -> None:
    pytest.importorskip("schema_org.registry", reason="the vocabulary's package is not installed")
    code = "import runpy, sys; tool = runpy.run_path(sys.argv[1]); print(tool['text'](tool['vocabulary']()), end='')"
    command = [sys.executable, "-c", code, str(ROOT / ".ci" / "write_schema_org.py")]
    done = subprocess.run(command, capture_output=True, check=True, cwd=tmp_path, timeout=120)
    written = ROOT / "src" / "pressgraph" / "dataset" / "schema_org.json"
    assert done.stdout.decode() == written.read_text(encoding="utf-8")
    assert "creativecommons.org/licenses/by-sa/3.0" in written.read_text(encoding="utf-8")


# -- in files


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (
            '{"@context":"https://schema.org","@id":"https://x.example/a","@type":"Organization","name":"X"}',
            0,
            "conform",
        ),
        (
            '{"@context":"https://schema.org",\n"@id":"https://x.example/a","url":"https://x.example/ y"}',
            1,
            "x.jsonld:2:",
        ),
        ('{"@context":"https://other.example/c","name":"X"}', 1, "nothing is fetched"),
        ('{"@context":{"@import":"https://other.example/c"},"name":"X"}', 1, "https://other.example/c is not at hand"),
        ('{"@context":{"@import":"https://w3id.org/pressgraph/context"},"id":"ex:a","name":"X"}', 0, "conform"),
        ('{"@context":"https://schema.org",\n"name":}', 1, "x.jsonld:2:"),
    ],
)
def test_validate_reads_json_ld_under_schema_orgs_context(
    built: Path, tmp_path: Path, content: str, status: int, said: str
) -> None:
    path = tmp_path / "x.jsonld"
    path.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(main, ["--project", str(built), "validate", str(path)], env={"COLUMNS": "300"})
    assert result.exit_code == status, result.output
    assert said in result.output


# -- in pages


def test_what_is_wrong_has_line_and_column_of_the_page() -> None:
    block = (
        '<script type="application/ld+json">\n{"@context":"https://schema.org","name":"üü","url":"https://x.example/{"}'
    )
    html = f'<meta charset="utf-8">\r\n<p>ü</p>{block}</script>'
    (problem,) = extract(html.encode()).problems
    assert (problem.line, problem.column) == (3, block.split("\n")[1].index("https://x.example") + 1)


def test_a_number_too_long_for_python_is_one_value() -> None:
    data = f'{{"@context":"https://schema.org","name":"a","position":{"9" * 5000}}}'
    block = f'<script type="application/ld+json">{data}</script>'
    found = extract(block.encode())
    assert [quad.predicate.value for quad in found.quads] == ["http://schema.org/name"]
    assert [it.fatal for it in found.problems] == [False]


@pytest.mark.parametrize(
    ("written", "read_after"),
    [
        ("// <![CDATA[\n{}\n// ]]>", "the marks around it"),
        ("// <![CDATA[\n{}\n// ]]&gt;", "the marks around it"),
        ("/* <![CDATA[ */{}/* ]]> */", "the marks around it"),
        ("<!--\n{}\n-->", "the marks around it"),
        ("<!--\n{}\n//-->", "the marks around it"),
        ("\ufeff{}", "the marks around it"),
        ("{};", "the semicolon"),
    ],
)
def test_what_systems_wrap_around_json_is_taken_off(written: str, read_after: str) -> None:
    data = '{"@context":"https://schema.org","name":"a"}'
    html = f'<meta charset="utf-8"><script type="application/ld+json">{written.replace("{}", data)}</script>'
    found = extract(html.encode())
    assert len(found.quads) == 1
    assert [read_after in it.reason for it in found.problems] == [True]


@pytest.mark.parametrize("filling", [" ", '\\"', "//", "]]", ",", '"', "&", "{", "<!--"])
def test_blocks_that_are_no_json_cost_time_in_proportion(filling: str) -> None:
    found = extract(f'<script type="application/ld+json">{{"a":"{filling * 200_000}</script>'.encode())
    assert not found.quads
    assert found.problems


def test_names_of_numbers_are_said_as_written() -> None:
    (problem,) = extract(b'<script type="application/ld+json">{"a": NaN}</script>').problems
    assert problem.reason == "not JSON: NaN is no JSON value"
