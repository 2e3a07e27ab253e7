"""The emitter: the founding release, JSON-LD's own processors, and JSON Lines all mean the same triples."""

import copy
import csv
import gc
import json
import linecache
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyld import jsonld

import pressgraph
from pressgraph.cli import main
from pressgraph.convert import Emitter, JsonLines, checked_lines, compile_emitter, convert_facts, quads
from pressgraph.facts import FactsFile
from pressgraph.facts.model import NeedsCheck, ValueObject
from pressgraph.profile import Key, Kind, context_document, load_profile
from pressgraph.project import open_project

Read = Callable[[str | bytes], FactsFile]
Json = Any

CLU = "https://w3id.org/pressgraph/cluster#"
XSD = "http://www.w3.org/2001/XMLSchema#"
# a constant, because hypothesis shows a test's arguments, and a profile is long
PROFILE = load_profile(open_project(Path(__file__).resolve().parents[1]))
SOURCE = {"id": "document/d"}
SOURCE_LINE = json.dumps({"source": SOURCE}).encode()
GENERATED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.fixture(scope="session")
def emitter(id_base: str) -> Emitter:
    return compile_emitter(PROFILE, id_base)


# -- ways to the triples of facts


def ntriples(triples: Iterable[ox.Triple | ox.Quad]) -> set[str]:
    """Return triples as text, language tags in lower case, as RDF 1.1 compares them."""
    found = set()
    for triple in triples:
        value = triple.object
        if isinstance(value, ox.Literal) and value.language:
            value = ox.Literal(value.value, language=value.language.lower())
        found.add(f"{triple.subject} {triple.predicate} {value}")
    return found


def emitted(emitter: Emitter, node: Json) -> set[str]:
    lines = [f"{triple} .\n" for triple in emitter.triples(node, personal=True)]
    return ntriples(ox.parse("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES))


def json_ld(id_base: str, node: Json) -> Json:
    return {"@context": [context_document(PROFILE)["@context"], {"@base": id_base}], **node}


def by_oxigraph(document: Json) -> set[str]:
    return ntriples(ox.parse(json.dumps(document).encode(), format=ox.RdfFormat.JSON_LD))


def by_pyld(document: Json) -> set[str]:
    def term(described: Json) -> ox.NamedNode | ox.Literal:
        if described["type"] == "IRI":
            return ox.NamedNode(described["value"])
        assert described["type"] == "literal", "no blank node may turn up"
        if "language" in described:
            return ox.Literal(described["value"], language=described["language"])
        return ox.Literal(described["value"], datatype=ox.NamedNode(described["datatype"]))

    def offline(url: str, _options: Json) -> Json:
        raise AssertionError(f"{url} must not be fetched")

    dataset = jsonld.to_rdf(document, options={"documentLoader": offline})
    assert dataset.keys() <= {"@default"}
    found = set()
    for triple in dataset.get("@default", []):
        subject, value = term(triple["subject"]), term(triple["object"])
        assert isinstance(subject, ox.NamedNode)
        found |= ntriples([ox.Triple(subject, ox.NamedNode(triple["predicate"]["value"]), value)])
    return found


class Dumper(yaml.SafeDumper):
    """Write texts in quotes, and what stands twice twice."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Tell PyYAML to make no anchors."""
        return True


Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))
Dumper.add_representer(ValueObject, Dumper.represent_dict)


def by_yaml(read: Read, emitter: Emitter, *facts: Json) -> tuple[set[ox.Quad], FactsFile]:
    document = {"source": SOURCE, "facts": list(facts)}
    found = read(yaml.dump(document, Dumper=Dumper, allow_unicode=True, sort_keys=False))
    return set(quads(convert_facts(found, emitter))), found


def by_json_lines(emitter: Emitter, *records: Json) -> tuple[set[ox.Quad], JsonLines]:
    lines = [record if isinstance(record, bytes) else json.dumps(record).encode() for record in records]
    stream = JsonLines([SOURCE_LINE, *lines], emitter, name="facts.jsonl")
    return set(quads(stream)), stream


def facts_of(found: Iterable[ox.Quad]) -> dict[str, set[str]]:
    """Return the triples of each fact's graph."""
    graphs: dict[str, set[str]] = {}
    for quad in found:
        assert isinstance(quad.graph_name, ox.NamedNode)
        if "/id/fact/" in quad.graph_name.value and not quad.graph_name.value.endswith("/source"):
            graphs.setdefault(quad.graph_name.value, set()).update(ntriples([quad]))
    return graphs


# -- the founding release


def test_the_founding_facts_are_their_rows_of_the_table(founding: FactsFile, emitter: Emitter, root: Path) -> None:
    expected: dict[int, set[str]] = {}
    statuses: dict[int, str] = {}
    with (root / "tests" / "founding" / "facts.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            line = f"{row['subject']} {row['predicate']} {row['object']} .".encode()
            expected.setdefault(int(row["fact"]), set()).update(ntriples(ox.parse(line, format=ox.RdfFormat.N_TRIPLES)))
            statuses[int(row["fact"])] = row["status"]
    for number, (fact, graph) in enumerate(
        zip(founding.facts, facts_of(quads(convert_facts(founding, emitter))).values(), strict=True), start=1
    ):
        assert graph == expected[number], f"fact {number}"
        assert fact.receipt.status == statuses[number], f"fact {number}"
    assert len(expected) == len(founding.facts)


def test_the_founding_release_says_its_256_triples_and_no_others(
    founding: FactsFile, emitter: Emitter, root: Path
) -> None:
    triples = (root / "tests" / "founding" / "triples.nt").read_bytes()
    expected = ntriples(ox.parse(triples, format=ox.RdfFormat.N_TRIPLES))
    graphs = facts_of(quads(convert_facts(founding, emitter)))
    assert len(expected) == 256
    assert set().union(*graphs.values()) == expected


def test_what_the_founding_release_says_once_is_found_in_its_other_forms_too(built: Path, founding: FactsFile) -> None:
    doubles = {"holdsLabel", "hasCertification", "wasAssociatedWith", "spokenByCharacter", "wasQuotedFrom", "unitOf"}
    assert not doubles & {key for fact in founding.facts for key in fact.body}
    concluded = pressgraph.open(built).query("""
        SELECT DISTINCT ?s ?p WHERE {
          VALUES (?s ?p) {
            (agent:biosaxony clu:holdsLabel) (agent:biosaxony schema:hasCertification)
            (act:announcement schema:about) (act:announcement prov:wasAssociatedWith)
            (quote:q1 schema:spokenByCharacter) (quote:q1 prov:wasQuotedFrom) (quote:q1 schema:isPartOf)
            (agent:biosaxony schema:department) (agent:section-medical-technology org:unitOf)
            (agent:section-medical-technology schema:parentOrganization)
          }
          ?s ?p ?o
        }
    """)
    assert len(concluded) == 10


def test_the_founding_facts_are_stated_implied_normalised_or_assumed(founding: FactsFile, emitter: Emitter) -> None:
    found = list(quads(convert_facts(founding, emitter)))
    status = Counter(
        str(quad.object).rpartition("/")[2][:-1] for quad in found if quad.predicate.value == f"{CLU}epistemicStatus"
    )
    assert status == {"stated": 71, "implied": 29, "normalised": 23, "assumed": 1}


def test_the_founding_facts_120_to_124_are_personal_and_no_others(founding: FactsFile, emitter: Emitter) -> None:
    found = list(quads(convert_facts(founding, emitter)))
    numbers = {graph: number for number, graph in enumerate(facts_of(found), start=1)}
    flagged = {
        numbers[quad.subject.value]
        for quad in found
        if quad.predicate.value == f"{CLU}personalData" and isinstance(quad.subject, ox.NamedNode)
    }
    assert flagged == {120, 121, 122, 123, 124}


def test_the_founding_release_has_no_blank_node(founding: FactsFile, emitter: Emitter) -> None:
    for quad in quads(convert_facts(founding, emitter)):
        assert not any(isinstance(term, ox.BlankNode) for term in (quad.subject, quad.object, quad.graph_name))


# -- facts made from the profile

NASTY = [
    '"',
    "\\",
    "\n",
    "\t",
    "\r\n",
    "'",
    "{{",
    "<&>",
    "äöüß",
    "🧬",
    "\u2028",
    "\u0085",
    "\u200b",
    "\ue000",
    "e\u0301",
]
TEXT = (
    st.lists(st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1)
    .map("".join)
    .filter(lambda text: text.strip() and not {"\ufffe", "\uffff"} & set(text))
)
LANGUAGE = st.sampled_from(["en", "de", "DE", "en-GB", "zh-Hans", "sr-Latn-RS", "de-CH-1996"])
SEGMENT = st.from_regex(r"[A-Za-z0-9_~][A-Za-z0-9._~-]{0,9}", fullmatch=True)
ELSEWHERE = ["lvl:silver", "skos:Concept", "https://example.org/ä?b=c#d", "urn:isbn:3161484100", "mailto:a@b.de"]
LITERALS = {
    "date": st.dates().map(str),
    "duration": st.sampled_from(["P2Y", "P18M", "PT36H", "P1Y2M3DT4H5M6.7S"]),
    "integer": st.integers(-(2**53), 2**53) | st.integers().map(str),
    "decimal": st.sampled_from(["5", "54.32", "-3.5"]),
    "http://id.loc.gov/datatypes/edtf/EDTF": st.sampled_from(["2020/2022", "2021"]),
    "boolean": st.booleans() | st.sampled_from(["true", "false"]),
    "anyURI": st.just("https://example.org/"),
}


def one_or_more(values: st.SearchStrategy[Json], *, single: bool = False) -> st.SearchStrategy[Json]:
    """Write one value by itself or as a list, several as a list."""
    return values | st.lists(values, min_size=1, max_size=1 if single else 3)


def texts(key: Key) -> st.SearchStrategy[Json]:
    plain = st.sampled_from(key.listed) if key.listed else TEXT
    languages = st.sampled_from(key.languages) if key.languages else LANGUAGE
    by_language = st.dictionaries(languages, one_or_more(TEXT), min_size=1, max_size=3)
    if key.plain_required:
        return one_or_more(plain)
    return by_language if key.language_required else one_or_more(plain) | by_language


@st.composite
def nodes(draw: st.DrawFn, path: str = "n", depth: int = 0) -> Json:
    """Make a node that the profile allows; `path` keeps the ids of nested ones apart."""
    types = draw(st.lists(st.sampled_from(sorted(PROFILE.classes)), max_size=2, unique=True))
    uses = PROFILE.uses_of(types) if types else dict.fromkeys(PROFILE.keys)
    # of a quantity the checker makes a node, which its JSON-LD then says in full
    plain = sorted(name for name in uses if PROFILE.keys[name].quantity is None)
    names = draw(st.lists(st.sampled_from(plain), max_size=4, unique=True)) if plain else []
    home = draw(st.sampled_from(["agent/", "thing/sub/", "https://example.org/", "urn:x:", "clu:x", "tel:+49"]))
    node: dict[str, Json] = {"id": f"{home}{draw(SEGMENT)}.{path}" if home != "tel:+49" else home + path}
    if types:
        node["type"] = types[0] if len(types) == 1 and draw(st.booleans()) else types
    for number, name in enumerate(names or ["name"] if not types else names):
        key, use = PROFILE.keys[name], uses.get(name)
        node[name] = draw(values(key, f"{path}-{number}", depth, single=bool(use and use.single)))
    items = list(node.items())
    return dict(draw(st.permutations(items)))


def values(key: Key, path: str, depth: int, *, single: bool) -> st.SearchStrategy[Json]:
    match key.kind:
        case Kind.TERM:
            assert key.scheme is not None
            return one_or_more(st.sampled_from(sorted(key.scheme.concepts)), single=single)
        case Kind.LITERAL:
            return one_or_more(LITERALS[(key.datatype or "").removeprefix(XSD)], single=single)
        case Kind.TEXT:
            return texts(key) if not single else texts(key).filter(lambda it: not isinstance(it, list) or len(it) == 1)
        case Kind.LINK:
            link = st.sampled_from(ELSEWHERE) | st.builds("{}/{}".format, SEGMENT, SEGMENT)
            if depth == 2:
                return one_or_more(link, single=single)
            return (
                one_or_more(link, single=single) | nodes(path, depth + 1) | nodes(path, depth + 1).map(lambda it: [it])
            )
        case Kind.MIXED if key.coercion == f"{XSD}date":
            days = LITERALS["date"].map(lambda day: ValueObject({"@value": str(day), "@type": f"{XSD}date"}))
            return one_or_more(days, single=single)
        case Kind.MIXED:
            texts_of = st.sampled_from(["Hafenweg 5", "a/b"]).map(lambda text: ValueObject({"@value": text}))
            return one_or_more(texts_of, single=single)


@st.composite
def facts(draw: st.DrawFn) -> Json:
    """Make a fact: a node with a receipt. Personal, so that every key may be used."""
    spans = st.lists(
        st.lists(st.integers(0, 9999), min_size=2, max_size=2, unique=True).map(sorted), min_size=1, max_size=3
    )
    receipt = {
        "status": draw(st.sampled_from(["stated", "implied", "normalised", "assumed"])),
        "evidence": draw(spans | spans.map(lambda it: it[0])),
        "reviewedBy": "agent/eva",
        "reviewedOn": "2026-11-22",
    }
    said = draw(st.lists(st.sampled_from(sorted(receipt)), unique=True))
    return {**draw(nodes()), **{word: receipt[word] for word in said}, "personal": True}


def body(fact: Json) -> Json:
    return {
        key: value
        for key, value in fact.items()
        if key not in {"status", "evidence", "personal", "reviewedBy", "reviewedOn"}
    }


@given(data=st.data())
@settings(GENERATED, max_examples=250)
def test_a_node_means_what_oxigraph_reads_in_it_as_json_ld(data: st.DataObject, id_base: str, emitter: Emitter) -> None:
    node = data.draw(nodes())
    assert emitted(emitter, node) == by_oxigraph(json_ld(id_base, node))


@given(data=st.data())
@settings(GENERATED, max_examples=100)
def test_a_node_means_what_pyld_reads_in_it_as_json_ld(data: st.DataObject, id_base: str, emitter: Emitter) -> None:
    node = data.draw(nodes())
    assert emitted(emitter, node) == by_pyld(json_ld(id_base, node))


@given(data=st.data())
@settings(GENERATED, max_examples=150)
def test_yaml_and_json_lines_mean_the_same_quads(
    data: st.DataObject, id_base: str, emitter: Emitter, read: Read
) -> None:
    fact = data.draw(facts())
    from_yaml, found = by_yaml(read, emitter, fact)
    assert found.problems == ()
    from_json, stream = by_json_lines(emitter, fact)
    assert stream.problems == []
    assert from_json == from_yaml
    (graph,) = facts_of(from_yaml).values()
    assert graph == by_oxigraph(json_ld(id_base, body(fact)))


@pytest.mark.parametrize(
    ("line", "rule", "reason"),
    [
        ('{"id": "agent/a", "name": "Küste"}'.encode("latin-1"), "not-utf8", "the text is not UTF-8 (byte 0xfc)"),
        ('{"id": "agent/a"}'.encode("utf-16"), "not-utf8", "the text is not UTF-8 (UTF-16)"),
        (
            b'{"id": "agent/a", "name": %s}' % (b"9" * 5000),
            "not-json",
            "not a line of JSON: a number has more than 4300 digits",
        ),
        (b'{"id": "agent/a", "reviewedBy": null}', "bad-id", "'null' is not an id"),
    ],
)
def test_a_line_that_cannot_be_read_says_why_in_its_own_words(
    line: bytes, rule: str, reason: str, emitter: Emitter
) -> None:
    stream = JsonLines([SOURCE_LINE, line], emitter, name="facts.jsonl")
    list(stream)
    assert [(it.rule, it.place.line, it.message) for it in stream.problems] == [(rule, 2, reason)]


def test_the_founding_release_means_the_same_as_json_lines(
    founding: FactsFile, founding_path: Path, emitter: Emitter
) -> None:
    # JSON has no dates
    tree = yaml.load(founding_path.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506 - builds nothing but strings
    for fact in (fact for fact in tree["facts"] if "evidence" in fact):
        fact["evidence"] = json.loads(json.dumps(fact["evidence"]).replace('"', ""))
        if "personal" in fact:
            fact["personal"] = True
    expected = set(quads(convert_facts(founding, emitter)))
    one_line = JsonLines([json.dumps(tree).encode()], emitter, name="release.jsonl")
    assert set(quads(one_line)) == expected
    assert (one_line.problems, one_line.facts) == ([], 124)
    lines = [json.dumps({"source": tree["source"]}).encode(), *(json.dumps(fact).encode() for fact in tree["facts"])]
    many_lines = JsonLines(lines, emitter, name="facts.jsonl")
    assert set(quads(many_lines)) == expected
    assert (many_lines.problems, many_lines.facts) == ([], 124)


# -- emitter and checker agree

SCALAR_GARBAGE = [None, True, False, 0, -1, 5, 1.5, 5.0, "", " ", "x", "true", "null", "a\x00b", "a\x7fb", "\ufffe"]
GARBAGE = st.sampled_from(
    [
        *SCALAR_GARBAGE,
        *[
            "agent/a",
            "agent/",
            "lvl:silver",
            "nope:x",
            "http://a b",
            "http://a/%zz",
            "Müller/x",
            "2019-02-30",
            "stated",
        ],
        *[[], {}, [[]], [{}], [None], [[["x"]]], ["x", 5], ["x", "x"], [["agent/a"]]],
        *[
            {"id": 5},
            {"id": "agent/a"},
            {"id": "agent/z", "name": 5},
            {"id": "agent/z", "status": "stated"},
            {"name": "x"},
        ],
        *[
            {"en": "x"},
            {"en": []},
            {"en": None},
            {"en": {"de": "x"}},
            {"en": ["x", 5]},
            [{"en": "x"}],
            {"no-such": "x"},
        ],
        *[[5, 9], [9, 5], [[5, 9], [5, 9]], [5], [True, 9], "NewsArticle", ["NewsArticle", "NewsArticle"]],
    ]
)


@st.composite
def mutations(draw: st.DrawFn, fact: Json) -> Json:
    """Break a fact, or write it unusually, in one to three spots."""
    words = ["id", "type", "status", "evidence", "personal", "reviewedBy", "reviewedOn", "allow", "sha256", "file"]
    names = st.sampled_from([*words, *PROFILE.keys, "xyzzy", "Name", ""])
    fact = json.loads(json.dumps(fact))
    for _ in range(draw(st.integers(1, 3))):
        maps: list[Json] = [fact]
        for one in maps:
            inner = [item for value in one.values() for item in (value if isinstance(value, list) else [value])]
            maps.extend(item for item in inner if isinstance(item, dict))
        node = draw(st.sampled_from(maps))
        key = draw(st.sampled_from(sorted(node))) if node and draw(st.booleans()) else draw(names)
        match draw(st.sampled_from(["set", "set", "delete", "wrap", "twice"])):
            case "set":
                node[key] = copy.deepcopy(draw(GARBAGE))
            case "delete":
                node.pop(key, None)
            case "wrap" if key in node:
                node[key] = [node[key]]
            case "twice" if key in node:
                node[key] = [node[key], node[key]]
    return fact


@given(data=st.data())
@settings(GENERATED, max_examples=250)
def test_json_lines_accept_what_the_checker_accepts(data: st.DataObject, emitter: Emitter, read: Read) -> None:
    fact = data.draw(facts().flatmap(mutations))
    from_yaml, found = by_yaml(read, emitter, fact)
    from_json, stream = by_json_lines(emitter, fact)
    assert sorted({p.rule for p in stream.problems}) == sorted({p.rule for p in found.problems})
    if found.problems:
        assert facts_of(from_json) == {}
    else:
        assert from_json == from_yaml


# -- facts in bulk

MANY = 20
"""Facts of one shape: a function is written for the first, and answers for all."""


@given(data=st.data())
@settings(GENERATED, max_examples=75)
def test_facts_in_bulk_are_emitted_like_single_ones(data: st.DataObject, emitter: Emitter) -> None:
    fact = data.draw(facts())
    for record in ({"source": SOURCE, "facts": [fact]}, {"source": "document/d", **fact}):
        for ascii_only in (True, False):
            line = json.dumps(record, ensure_ascii=ascii_only).encode()
            outputs = set()
            for _ in range(MANY):
                stream = JsonLines([line], emitter, name="facts.jsonl")
                outputs.add(b"".join(stream))
                assert stream.problems == []
            assert len(outputs) == 1


@given(data=st.data())
@settings(GENERATED, max_examples=150)
def test_facts_in_bulk_are_checked_like_single_ones(data: st.DataObject, emitter: Emitter, read: Read) -> None:
    fact = data.draw(facts())
    other = data.draw(mutations(fact))
    from_json, stream = by_json_lines(emitter, *[fact] * MANY, other)
    from_yaml, found = by_yaml(read, emitter, other)
    assert {p.rule for p in stream.problems} == {p.rule for p in found.problems}
    assert {p.place.line for p in stream.problems} <= {MANY + 2}
    good, _ = by_yaml(read, emitter, fact)
    expected = good if found.problems else good | from_yaml
    assert facts_of(from_json) == facts_of(expected)


@pytest.mark.parametrize(
    "first", [b'"name": {"en": "A", "en": "B"}', b'"name": "A", "id" : "agent/a"', b'"id":"agent/x"']
)
@pytest.mark.parametrize("text", ["plain", 'a \\"quoted\\": text', "a backslash \\\\", "\\u00fc"])
def test_a_key_that_stands_twice_is_found_in_bulk(emitter: Emitter, first: bytes, text: str) -> None:
    good = b'{"source": "document/d", "id": "agent/a", "url": "https://a.de", "name": {"en": "%b"}}' % text.encode()
    bad = good[:-1] + b", " + first + b"}"
    stream = JsonLines([*[good] * MANY, bad], emitter, name="facts.jsonl")
    assert b"".join(stream)
    assert {(p.rule, p.place.line) for p in stream.problems} == {("duplicate-key", MANY + 1)}


@pytest.mark.parametrize("text", ["", " ", "\u2003", "a\x7f", "a\ufffe", "\uffff", "a\ud800", "a\x00"])
def test_texts_that_facts_may_not_hold_are_found_in_bulk(emitter: Emitter, text: str) -> None:
    def line(text: str) -> bytes:
        record = {"source": "document/d", "id": "agent/a", "type": "Organization", "name": {"en": text}}
        return json.dumps(record, ensure_ascii="\ud800" in text).encode()

    stream = JsonLines([*[line("A")] * MANY, line(text)], emitter, name="facts.jsonl")
    assert b"".join(stream)
    assert [p.place.line for p in stream.problems] == [MANY + 1]


# -- JSON Lines

JSON_LINES = [
    (b'{"id": "agent/a", "nam": "A"}', "unknown-key", 2, 19),
    (b'  {"id": "agent/a", "name": {"german": "A"}}', "bad-language", 2, 30),
    ('{"id": "agent/ü", "name": "A"}'.encode(), "bad-id", 2, 8),
    (b'{"name": "A", "id": "agent/a", "name": "B"}', "duplicate-key", 2, 32),
    (b'{"name": "\\ud83e\\uddec", "id": "agent/a", "name": "B"}', "duplicate-key", 2, 1),
    (b'{"id": "agent/a"', "not-json", 2, 1),
    (b'{"id": "agent/a", "name": NaN}', "not-json", 2, 1),
    (b"{'id': 'agent/a'}", "not-json", 2, 1),
    (b"\xff", "not-utf8", 2, 1),
    (b'["agent/a"]', "not-a-mapping", 2, 1),
    (b'{"id": "agent/a", "name": "\\ud800"}', "control-character", 2, 1),
    (b'{"id": "agent/a", "url": "http://a/\\ud800"}', "bad-id", 2, 1),
    (b'{"id": "agent/a", "memberOf": [["agent/b", "agent/c"]]}', "not-text", 2, 32),
    (b'{"id": "agent/a", "name": "A", "source": "nowhere"}', "bad-id", 2, 42),
    (b'{"id": "agent/a", "name": "A", "source": null}', "bad-id", 2, 42),
    (b'{"id": "agent/a", "name": "A", "source": ["document/d"]}', "bad-id", 2, 42),
    (b'{"source": {}}', "missing-id", 2, 12),
    (b'{"source": {"id": ["document/d"]}}', "missing-id", 2, 19),
    (b'{"source": {"id": "document/e", "telephone": "1"}}', "personal-unmarked", 2, 33),
    (b'{"source": {"id": "document/e"}, "facts": [{"id": "agent/a", "name": "A", "source": 1}]}', "unknown-key", 2, 75),
    (b'{"about": ' * 500 + b"1" + b"}" * 500, "too-deep", 2, 1),
    (b"[" * 100_000, "too-deep", 2, 1),
]


@pytest.mark.parametrize(("line", "rule", "number", "column"), [pytest.param(*row, id=row[1]) for row in JSON_LINES])
def test_a_mistake_in_json_lines_is_reported_in_its_place_and_costs_its_line_alone(
    emitter: Emitter, line: bytes, rule: str, number: int, column: int
) -> None:
    found, stream = by_json_lines(emitter, line, {"id": "agent/b", "name": "B"})
    assert [(p.rule, p.place.file, p.place.line, p.place.column) for p in stream.problems][:1] == [
        (rule, "facts.jsonl", number, column)
    ]
    assert [len(graph) for graph in facts_of(found).values()] == [1]


def test_a_json_line_that_is_no_object_is_named_beside_a_violation(tmp_path: Path) -> None:
    unnamed = {"id": "place/x", "type": "City", "containedInPlace": {"id": "place/y", "type": "Country", "name": "Y"}}
    lines = [SOURCE_LINE, b"12", b'["place/x"]', json.dumps(unnamed).encode()]
    (tmp_path / "data").mkdir()
    (tmp_path / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n')
    path = tmp_path / "data/x.jsonl"
    path.write_bytes(b"\n".join(lines))
    refused = CliRunner().invoke(main, ["--project", str(tmp_path), "validate", "--all"])
    assert refused.exit_code == 1
    for number in (2, 3):
        said = rf"error: a line must be a node with keys \[not-a-mapping\]\s+--> data/x\.jsonl:{number}:1\s"
        assert re.search(said, refused.output), refused.output
    path.write_bytes(b"\n".join((lines[0], lines[3])))
    found = CliRunner().invoke(main, ["--project", str(tmp_path), "validate", "--all"])
    assert found.exit_code == 1
    assert re.search(r"--> data/x\.jsonl:2:\d+\s", found.output), found.output


@pytest.mark.parametrize(
    "line",
    [
        r'{"\ud83dname": "A", "id": "agent/a"}',
        r'{"id": "agent/a\ud83d", "name": "A"}',
        r'{"id": "agent/a", "name": {"d\ud83d": "A"}}',
        r'{"id": "agent/a", "type": "\ud83d"}',
        r'{"id": "agent/a", "name": "A", "source": "document/\ud83d"}',
        r'{"id": "agent/a", "name": "A", "status": "\ud83d"}',
        r'{"id": "agent/a", "name": "A", "allow": [{"\ud83d": "x"}]}',
    ],
)
def test_half_of_a_surrogate_pair_is_shown_by_its_number_wherever_it_stands(tmp_path: Path, line: str) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data/x.jsonl"
    path.write_bytes(SOURCE_LINE + b"\n" + line.encode())
    for command in (
        *(["validate", "-f", form] for form in ("text", "json", "sarif", "html", "turtle")),
        *(["validate", "--lang", "de"], ["convert", str(path)], ["convert", str(path), "-o", str(tmp_path / "out")]),
    ):
        result = CliRunner().invoke(main, ["--project", str(tmp_path), *command])
        assert result.exit_code in {0, 1}, result.output
        assert "mistake in pressgraph" not in result.output
        result.output.encode()


def test_the_text_of_a_source_and_the_spans_of_evidence_are_in_the_graph(
    emitter: Emitter, read: Read, id_base: str
) -> None:
    """On both routes: schema:sha256 of the text that the source encodes, and the characters that a fact rests on."""
    digest = "0123456789abcdef" * 4
    source = {**SOURCE, "sha256": digest}
    facts = [
        {"id": "agent/a", "name": "A", "evidence": [[3, 17], [20, 25]]},
        {"id": "agent/b", "name": "B", "evidence": [3, 17]},
    ]
    document = {"source": source, "facts": facts}
    yaml_route = quads(convert_facts(read(json.dumps(document)), emitter))
    json_route = quads(JsonLines([json.dumps(document).encode()], emitter, name="facts.jsonl"))
    schema, oa = "http://schema.org/", "http://www.w3.org/ns/oa#"
    for route in (list(yaml_route), list(json_route)):
        said: dict[str, list[tuple[str, str]]] = {}
        for quad in route:
            said.setdefault(quad.predicate.value, []).append((quad.subject.value, quad.object.value))  # type: ignore[union-attr]
        text = f"{id_base}{SOURCE['id']}/text"
        assert said[f"{schema}sha256"] == [(text, digest)]
        assert said[f"{schema}encoding"] == [(f"{id_base}{SOURCE['id']}", text)]
        selectors = dict(said[f"{oa}hasSelector"])
        starts, ends = dict(said[f"{oa}start"]), dict(said[f"{oa}end"])
        spans = {node: (starts[it], ends[it]) for node, it in selectors.items()}
        # facts that rest on the same characters name the same evidence, which is described once
        assert sorted(spans.values()) == [("20", "25"), ("3", "17")]
        named = sorted(spans[node] for _, node in said["https://w3id.org/pressgraph/cluster#evidence"])
        assert named == [("20", "25"), ("3", "17"), ("3", "17")]
        assert {value for _, value in said[f"{oa}hasSource"]} == {f"{id_base}{SOURCE['id']}"}


def test_json_lines_without_a_source_say_so(emitter: Emitter) -> None:
    stream = JsonLines([b'{"id": "agent/a", "name": "A"}'], emitter, name="facts.jsonl")
    assert b"".join(stream) == b""
    assert [p.rule for p in stream.problems] == ["missing-section"]


def test_a_json_line_may_name_its_source(emitter: Emitter, id_base: str) -> None:
    found, stream = by_json_lines(
        emitter,
        {"id": "agent/a", "name": "A"},
        {"id": "agent/a", "name": "A", "source": "document/e"},
        {"id": "agent/b", "name": "B", "source": f"{id_base}document/d"},
        b"",
        {"id": "agent/c", "name": "C"},
    )
    assert stream.problems == []
    sources = Counter(graph.removeprefix(f"{id_base}fact/").split("/")[0] for graph in facts_of(found))
    assert sources == {"d": 3, "e": 1}


def test_numbers_and_booleans_of_json_are_literals_of_their_datatype(emitter: Emitter) -> None:
    assert emitted(emitter, {"id": "lvl:silver", "levelRank": 2}) == emitted(
        emitter, {"id": "lvl:silver", "levelRank": "2"}
    )


# -- graph names and the ids of nested nodes


@given(data=st.data())
@settings(GENERATED, max_examples=50)
def test_the_order_of_keys_and_values_does_not_change_the_graph(data: st.DataObject, emitter: Emitter) -> None:
    def shuffled(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: shuffled(value[key]) for key in data.draw(st.permutations(sorted(value)))}
        return data.draw(st.permutations([shuffled(item) for item in value])) if isinstance(value, list) else value

    fact = body(data.draw(nodes()))
    fact["personal"] = True
    assert by_json_lines(emitter, shuffled(fact))[0] == by_json_lines(emitter, fact)[0]


def test_nested_nodes_without_ids_get_stable_ids_below_their_parents(
    emitter: Emitter, read: Read, id_base: str
) -> None:
    validity = {"type": "ValidityPeriod", "basis": ["stated", "scheme-rule"][:1], "validFrom": "2019-01-01"}
    label = {"type": "AwardedLabel", "level": "silver", "hasValidity": validity, "name": {"en": "L", "de": ["M", "N"]}}
    fact = {"id": "agent/a", "name": "A", "holdsLabel": label}
    turned = dict(reversed(list({**label, "name": {"de": ["N", "M"], "en": ["L"]}, "level": ["silver"]}.items())))
    from_yaml, found = by_yaml(read, emitter, fact)
    assert found.problems == ()
    assert not any(isinstance(term, ox.BlankNode) for quad in from_yaml for term in (quad.subject, quad.object))
    (graph,) = facts_of(from_yaml).values()
    subjects = {triple.split()[0].removeprefix(f"<{id_base}").removesuffix(">") for triple in graph}
    parts = [subject.split("/") for subject in sorted(subjects)]
    assert [[part.split("-")[0] for part in path] for path in parts] == [
        ["agent", "a"],
        ["agent", "a", "holdsLabel"],
        ["agent", "a", "holdsLabel", "hasValidity"],
    ]
    assert by_json_lines(emitter, fact)[0] == from_yaml
    assert by_json_lines(emitter, {"holdsLabel": [turned], "name": ["A"], "id": f"{id_base}agent/a"})[0] == from_yaml
    other = {**fact, "holdsLabel": {**label, "level": "gold"}}
    assert set(facts_of(by_json_lines(emitter, other)[0])).isdisjoint(facts_of(from_yaml))


def test_one_nested_node_said_twice_is_one_node(emitter: Emitter, read: Read) -> None:
    place = {"id": "place/p", "type": "City", "name": "P"}
    fact = {"id": "agent/a", "areaServed": place, "location": dict(place)}
    from_yaml, found = by_yaml(read, emitter, fact)
    assert found.problems == ()
    assert by_json_lines(emitter, fact)[0] == from_yaml


def test_what_one_part_of_a_fact_says_of_a_thing_forbids_what_another_says(emitter: Emitter) -> None:
    label = {"id": "agent/a", "type": "AwardedLabel"}
    _, stream = by_json_lines(emitter, {"id": "agent/a", "sector": "health", "about": label})
    assert [p.rule for p in stream.problems] == ["misplaced-key"]
    _, stream = by_json_lines(emitter, {"id": "lvl:silver", "sector": "health"})
    assert [p.rule for p in stream.problems] == ["misplaced-key"]


# -- functions written for shapes


QUANTITIES = [
    *(7300, 0, "73000", "4.50", "about 350", "nearly 50", "more than 180", "at least 5", "less than 9", "100 of 2500"),
    *("1.2 million EUR", "up to 200000 EUR", "16 Mrd EUR", "4 to 6 %", "20%", "170 m²"),
]


@pytest.mark.parametrize(
    "node",
    [
        *({"id": "agent/a", "members": it} for it in QUANTITIES),
        *({"id": "grant/g", "type": "MonetaryGrant", "amount": it} for it in QUANTITIES),
        {"id": "https://w3id.org/pressgraph/id/agent/a", "type": "Organization", "employees": 3, "members": "3"},
        {"id": "agent/a", "memberOf": {"id": "agent/b", "type": "Organization", "employees": "about 3"}},
        {"id": "agent/a", "holdsLabel": {"type": "AwardedLabel", "id": "label/l", "holders": 2}},
    ],
    ids=json.dumps,
)
def test_a_quantity_is_the_same_node_by_both_routes(node: Json, emitter: Emitter, read: Read) -> None:
    from_yaml, checked = by_yaml(read, emitter, node)
    by_lines, stream = by_json_lines(emitter, node)
    assert (by_lines, bool(stream.problems)) == (from_yaml, bool(checked.problems))
    assert bool(from_yaml) or checked.problems
    if not checked.problems:
        # and no checker was needed
        assert emitter.lines(node, personal=False, checked=False)


@pytest.mark.parametrize("value", ["73.000", "one billion", "agent/b", "", "rund 350", [350, 351], True, 3.5, None])
def test_what_is_no_quantity_is_the_checker_s(value: object, emitter: Emitter) -> None:
    with pytest.raises(NeedsCheck):
        emitter.lines({"id": "agent/a", "members": value}, personal=False, checked=False)


def test_a_traceback_shows_the_line_of_a_function_that_was_written() -> None:
    from pressgraph.convert.accelerate import Accelerator, Shape
    from pressgraph.convert.plans import Iris, Plans
    from pressgraph.facts.ids import Ids

    accelerator = Accelerator(Plans(PROFILE, Iris(Ids(PROFILE, "https://example.org/id/")), personal=False))
    fact = {"id": "agent/a", "type": "Organization", "name": {"en": "A"}}
    lines = accelerator.compile(Shape.of(fact))
    assert lines is not None
    assert '"A"@en' in lines(fact, None)
    with pytest.raises(KeyError) as caught:
        lines({**fact, "name": {"de": "A"}}, None)
    assert "['en']" in "".join(traceback.format_exception(caught.value))
    name = lines.__code__.co_filename
    assert name in linecache.cache
    del lines, caught
    gc.collect()
    assert name not in linecache.cache


@pytest.mark.parametrize(
    "fact",
    [
        {"id": "agent/a"},
        {"id": "agent/a", "type": []},
        {"id": "agent/a", "xyzzy": "A"},
        {"id": "agent/a", "name": 5.5},
        {"id": "agent/a", "type": "Organization", "levelRank": 1},
        {"id": "agent/a", "areaServed": [{"id": f"place/p{number}", "type": "City"} for number in range(1_000)]},
    ],
    ids=["nothing said", "no class", "no key", "no text", "misplaced", "large"],
)
def test_no_function_answers_for_a_shape_that_needs_the_checker(fact: Json, emitter: Emitter) -> None:
    with pytest.raises(NeedsCheck):
        emitter.lines(fact, personal=False, checked=False)


@pytest.mark.parametrize(
    "node",
    [
        {"id": ["agent/a"]}, {"id": "agent/a", "name": {"en": 5}}, {"id": "agent/a", "name": 5},
        {"id": "label/l", "type": "AwardedLabel", "certificateNumber": ["1", "2"]},
    ],
)  # fmt: skip
@pytest.mark.parametrize("source", [True, False])
def test_triples_of_what_no_plan_has_words_for_are_left_to_the_checker(
    node: Json, emitter: Emitter, *, source: bool
) -> None:
    with pytest.raises(NeedsCheck):
        emitter.triples(node, source=source)


@pytest.mark.parametrize("before", ['{"facts": [{"id": "agent/a"', '["agent/a"]', '"agent/a"', "agent/a", ""])
def test_lines_after_one_that_is_none_have_places(before: str, emitter: Emitter) -> None:
    """Who reads the whole file names that one; who asks for ids gets those of all other lines."""
    line = json.dumps({"source": {"id": "document/d"}, "facts": [{"id": "agent/a", "name": "A"}]})
    lines = [f"{it}\n".encode() for it in (before, line, line.replace("agent/a", "agent/b"), line)]
    found = list(checked_lines(lines, emitter, name="a.jsonl", wanted=["agent/a"]))
    assert [it.facts[0].place.line for it in found] == [2, 4]


def test_what_a_line_says_of_its_review_is_looked_at(emitter: Emitter) -> None:
    for value, right in (
        ({"reviewedBy": "agent/r", "reviewedOn": "2026-01-31"}, True),
        ({"reviewedBy": "agent/r", "reviewedOn": "2026-01-32"}, False),
        ({"reviewedBy": "agent/r", "reviewedOn": None}, False),
        ({"reviewedBy": None}, False),
        ({"reviewedBy": ""}, False),
        ({"reviewedBy": 5}, False),
    ):
        record = {"source": "document/d", "id": "agent/a", "type": "Organization", "name": {"en": "A"}, **value}
        stream = JsonLines([json.dumps(record).encode()] * 3, emitter, name="a.jsonl")
        said = b"".join(stream)
        assert [it.place.line for it in stream.problems] == ([] if right else [1, 2, 3]), value
        assert said.count(b"reviewedBy") == (3 if right else 0), value


def test_a_source_that_is_described_elsewhere_passes_its_review_on_whatever_another_one_says(emitter: Emitter) -> None:
    record = {"source": "document/d", "id": "agent/a", "type": "Organization", "name": {"en": "A"}}
    stream = JsonLines([json.dumps(record).encode()], emitter, name="a.jsonl")
    review = {"reviewedBy": "agent/r", "reviewedOn": "2026-01-31"}
    stream.review([{"id": "document/c", "reviewedBy": 5}, {"id": "document/d", **review}])
    assert b"".join(stream).count(b"reviewedBy") == 1


def test_the_quads_of_lines_are_counted(emitter: Emitter) -> None:
    fact = {"id": "agent/a", "type": "Organization", "name": {"en": "A", "de": ["B", "C"]}}
    review = {"reviewedBy": "agent/r", "reviewedOn": "2026-01-31"}
    for more in ({}, review, {"evidence": [[1, 5], [7, 9]]}, {"personal": True}, {"personal": True, **review}):
        for record in ({"source": "document/d", **fact, **more}, {"source": SOURCE, "facts": [{**fact, **more}]}):
            stream = JsonLines([json.dumps(record).encode()] * 2, emitter, name="a.jsonl")
            written = b"".join(stream)
            assert stream.problems == [], more
            assert stream.quads == written.count(b"\n") > 0, more


def test_facts_that_are_left_out_are_counted(id_base: str, read: Read) -> None:
    from pressgraph.convert.records import left_out

    head = "source: {{ id: document/d, type: NewsArticle{} }}\nfacts:\n"
    one, two = "- {{ id: agent/a, type: Organization, name: A{} }}\n", "- {{ id: agent/b, type: City, name: B{} }}\n"
    review = ", reviewedBy: agent/r, reviewedOn: 2026-01-31"
    text = head.format("") + one.format(", personal: true") + two.format(review)
    for personal, reviewed, count in ((True, False, 0), (False, False, 1), (True, True, 1), (False, True, 1)):
        made = compile_emitter(PROFILE, id_base, personal=personal, reviewed=reviewed)
        facts = read(text)
        assert facts.problems == ()
        assert left_out(facts, made) == count, (personal, reviewed)
        assert b"agent/b>" in b"".join(convert_facts(facts, made))
    nobody = read(head.format("") + one.format(""))
    assert b"".join(convert_facts(nobody, compile_emitter(PROFILE, id_base, personal=True, reviewed=True))) == b""
    whole = read(head.format(review) + one.format(", personal: true") + two.format(""))
    assert left_out(whole, compile_emitter(PROFILE, id_base, personal=False, reviewed=True)) == 1
