"""The YAML reader: every mistake is found, in its place, with what to do about it."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pressgraph.facts import FactsFile, dangling_problems, read_facts
from pressgraph.facts.rules import listing
from pressgraph.facts.yaml_text import to_yaml
from pressgraph.profile import Profile

Read = Callable[[str | bytes], FactsFile]

HEAD = "source: { id: document/d }\nfacts:\n"

# what stands in the file below HEAD, from line 3 → rule, line, column, part of the sentence and its hint
MISTAKES = [
    # YAML
    ("- id: agent/a\n  name: &x A", "anchor", 4, 9, "'&x'"),
    ("- id: agent/a\n  name: *x", "alias", 4, 9, "repeat the value"),
    ("- id: agent/a\n  name: A\n  name: B", "duplicate-key", 5, 3, "first in line 4 (write several values as a list)"),
    ("- id: agent/a\n\tname: A", "tab", 4, 1, "indent with spaces"),
    ("- id: agent/a\n  name: A\n---\n- id: agent/b", "second-document", 5, 1, "one file, one source"),
    ("- id: agent/a\n  name: !!str no", "tag", 4, 9, "the profile knows the types"),
    ("- id: agent/a\n  name: !!python/object:os.system A", "tag", 4, 9, "forces a type"),
    ("- id: agent/a\n  ? [b]\n  : A", "key-not-text", 4, 5, "a key must be a word"),
    ("- id: agent/a\n  name: A: B", "yaml-syntax", 4, 10, "a text with ': ' in it needs quotes"),
    ('- id: agent/a\n  name: "\\q"', "yaml-syntax", 4, 10, "use single quotes"),
    ("- id: agent/a\n  name: [A", "yaml-syntax", 5, 1, "expected ',' or ']'"),
    ("- id: agent/a\n  name: A\x07", "bad-character", 4, 10, "U+0007"),
    # sections
    ("  id: agent/a", "not-a-list", 3, 3, "start each fact with '- id:'"),
    ("- agent/a", "not-a-mapping", 3, 3, "a fact must be a node with keys"),
    ("- id: agent/a\n  name: A\nfact: []", "unknown-section", 5, 1, "known: source, facts"),
    # what YAML takes for something else
    ("- id: agent/a\n  name: { no: Navn }", "ambiguous-text", 4, 11, "YAML reads no as true or false, not as text"),
    ("- id: agent/a\n  name: No", "ambiguous-text", 4, 9, 'write it in quotes: "No"'),
    ("- id: agent/a\n  name: 1e3", "ambiguous-text", 4, 9, "a number"),
    ("- id: agent/a\n  name: 0o17", "ambiguous-text", 4, 9, "a number"),
    ("- id: agent/a\n  name: 007", "ambiguous-text", 4, 9, "a number"),
    ("- id: agent/a\n  name: 12:30", "ambiguous-text", 4, 9, "a number"),
    ("- id: agent/a\n  name: 2019-01-01", "ambiguous-text", 4, 9, "a date"),
    ("- id: agent/a\n  sector: off", "unknown-term", 4, 11, "known: advanced-manufacturing"),
    ("- id: agent/a\n  memberOf: no", "bad-id", 4, 13, "such as agent/example-cluster"),
    ("- id: agent/a\n  name: ~", "no-value", 4, 3, "'name' has no value"),
    ("- id: agent/a\n  name:", "no-value", 4, 3, "write one, or remove the key"),
    ("- id: agent/a\n  name: []", "no-value", 4, 3, "'name'"),
    ('- id: agent/a\n  name: " "', "no-value", 4, 9, "'name'"),
    ("- id: agent/a\n  name: [A, ]\n  sector: [biotechnology, null]", "no-value", 5, 27, "'sector'"),
    # literals
    ("- id: document/d\n  datePublished: 2019-02-30", "bad-literal", 4, 18, "there is no such day"),
    ("- id: document/d\n  datePublished: 12019-01-31", "bad-literal", 4, 18, "years have four digits here"),
    ("- id: agent/a\n  foundingDate: -0044-03-15", "bad-literal", 4, 17, "years have four digits here"),
    ("- id: document/d\n  datePublished: 1.1.2019", "bad-literal", 4, 18, "write 2019-01-01"),
    ("- id: document/d\n  datePublished: 1. Januar 2019", "bad-literal", 4, 18, "write 2019-01-01"),
    ("- id: document/d\n  datePublished: 3 März 2019", "bad-literal", 4, 18, "write 2019-03-03"),
    ("- id: document/d\n  datePublished: 1/2/2019", "bad-literal", 4, 18, "2019-02-01, or 2019-01-02 if that"),
    ("- id: document/d\n  datePublished: 1e3", "bad-literal", 4, 18, "'1e3' is not a day, a month"),
    (
        "- id: document/d\n  datePublished: { en: 2019-01-01 }",
        "not-text",
        4,
        18,
        "wants a day, a month, a year or a form for less exact dates, not a node",
    ),
    (
        "- id: amount/a\n  type: Amount\n  value: many",
        "bad-literal",
        5,
        10,
        "is not a number, or a number and how exact",
    ),
    ("- id: validity/v\n  duration: two years", "bad-literal", 4, 13, "P2Y for two years"),
    ("- id: validity/v\n  duration: 2 Jahre", "bad-literal", 4, 13, "write P2Y"),
    # how spreadsheets count days
    ("- id: document/d\n  datePublished: 43496", "bad-literal", 4, 18, "2019-01-31"),
    ("- id: lvl:silver\n  levelRank: 1e3", "bad-literal", 4, 14, "write 1000"),
    ("- id: lvl:silver\n  levelRank: 1_000", "bad-literal", 4, 14, "write 1000"),
    # words
    ("- id: document/d\n  headlin: A", "unknown-key", 4, 3, "did you mean 'headline'?"),
    ("- id: document/d\n  Überschrift: A", "unknown-key", 4, 3, "did you mean 'headline'?"),
    ("- id: document/d\n  U\u0308berschrift: A", "unknown-key", 4, 3, "did you mean 'headline'?"),
    ("- id: document/d\n  xyzzy: A", "unknown-key", 4, 3, "'pressgraph profile keys' lists them"),
    ("- id: document/d\n  name: A\n  sha256: A", "unknown-key", 5, 3, "it belongs elsewhere in the file"),
    ("- id: agent/a\n  name: { en: A }\n  name: { en: B }", "duplicate-key", 5, 3, "as { en: [A, B] }"),
    ("- id: agent/a\n  type: Firma", "unknown-type", 4, 9, "did you mean 'Organization'?"),
    ("- id: agent/a\n  type: Wolkenwand", "unknown-type", 4, 9, "'pressgraph profile classes' lists them"),
    ("- id: agent/a\n  type: Revenue", "unknown-type", 4, 9, "'pressgraph profile classes' lists them"),
    ("- id: document/d\n  type: NewsArtikel", "unknown-type", 4, 9, "did you mean 'NewsArticle'?"),
    ("- id: agent/a\n  type: [Person, Clusterorganisation]", "unknown-type", 4, 18, "'ClusterOrganisation'?"),
    ("- id: agent/a\n  type: Stadt", "unknown-type", 4, 9, "did you mean 'City'?"),
    ("- id: label/l\n  level: sliver", "unknown-term", 4, 10, "did you mean 'silver'?"),
    ("- id: label/l\n  level: Silber", "unknown-term", 4, 10, "did you mean 'silver'?"),
    ("- id: label/l\n  level: platinum", "unknown-term", 4, 10, "known: bronze, gold, silver"),
    ("- id: label/l\n  type: AwardedLabel\n  headline: A", "misplaced-key", 5, 3, "it belongs to Article"),
    ("- id: agent/a\n  memberOf: { id: agent/b, status: stated }", "receipt-inside", 4, 28, "move it to the fact"),
    ("- id: agent/a\n  name: A\n  status: { stated: 1 }", "not-text", 5, 11, "wants one word, not a node"),
    ("- id: agent/a\n  name: A\n  status:", "no-value", 5, 10, "'status'"),
    # text and languages
    ("- id: agent/a\n  name: { xx-yy-zz: A }", "bad-language", 4, 11, "'xx-yy-zz' is not a language tag"),
    ("- id: agent/a\n  name: { german: A }", "bad-language", 4, 11, "did you mean 'de'?"),
    ("- id: agent/a\n  name: { deu: A }", "bad-language", 4, 11, "did you mean 'de'?"),
    ("- id: agent/a\n  name: { en_GB: A }", "bad-language", 4, 11, "did you mean 'en-GB'?"),
    ("- id: agent/a\n  name: { en: { de: A } }", "not-text", 4, 15, "'name.en' wants text"),
    ("- id: agent/a\n  name: { en: }", "no-value", 4, 15, "'name.en'"),
    ("- id: agent/a\n  name: [{ en: A }]", "not-text", 4, 10, "wants text, not a node"),
    (
        "- id: role/r\n  prefLabel: A",
        "language-missing",
        4,
        14,
        'write it with its language: { en: "A" } if that is English',
    ),
    ("- id: document/d\n  inLanguage: { en: A }", "language-unwanted", 4, 15, "write the value itself"),
    ('- id: agent/a\n  name: "A\\u0001"', "control-character", 4, 9, "U+0001"),
    # ids
    ("- name: A", "missing-id", 3, 3, "add 'id: kind/name'"),
    ("- id:\n  name: A", "missing-id", 3, 6, "needs the id"),
    ("- id: agent/a", "empty-fact", 3, 3, "says nothing about 'agent/a'"),
    ("- id: agent/Müller & Söhne\n  name: A", "bad-id", 3, 7, "write 'agent/mueller-soehne'"),
    ("- id: biosaxony\n  name: A", "bad-id", 3, 7, "such as agent/example-cluster"),
    ("- id: agent/../b\n  name: A", "bad-id", 3, 7, "write 'agent/b'"),
    ("- id: http://example.org/%zz\n  name: A", "bad-id", 3, 7, "is not an id"),
    ("- id: agent/a\n  memberOf: agent/b c", "bad-id", 4, 13, "write 'agent/b-c'"),
    ("- id: lvll:silver\n  name: A", "unknown-prefix", 3, 7, "did you mean 'lvl'?"),
    # one value
    ("- id: label/l\n  type: AwardedLabel\n  level: [silver, gold]", "single-value", 5, 10, "one value, not 2"),
    (
        "- id: label/l\n  type: AwardedLabel\n  level: silver\n- id: label/l\n  level: gold",
        "contradiction",
        7,
        10,
        "'gold' here and 'silver' in line 5",
    ),
    # receipts
    ("- id: agent/a\n  name: A\n  status: state", "unknown-status", 5, 11, "did you mean 'stated'?"),
    ("- id: agent/a\n  name: A\n  evidence: 5", "bad-evidence", 5, 13, "no list of numbers"),
    ("- id: agent/a\n  name: A\n  evidence: []", "bad-evidence", 5, 13, "no list of numbers"),
    ("- id: agent/a\n  name: A\n  evidence: [5]", "bad-evidence", 5, 13, "a span has two numbers"),
    ("- id: agent/a\n  name: A\n  evidence: [9, 5]", "bad-evidence", 5, 13, "9 is not before 5"),
    ("- id: agent/a\n  name: A\n  evidence: [5, 5]", "bad-evidence", 5, 13, "5 is not before 5"),
    ("- id: agent/a\n  name: A\n  evidence: [-1, 5]", "bad-evidence", 5, 14, "a whole number from 0"),
    ("- id: agent/a\n  name: A\n  evidence: [1, 5.0]", "bad-evidence", 5, 17, "a whole number from 0"),
    ("- id: agent/a\n  name: A\n  evidence: [[1, 5], 7]", "bad-evidence", 5, 22, "a span has two numbers"),
    ("- id: agent/a\n  name: A\n  personal: yes", "not-boolean", 5, 13, "must be true or false, not 'yes'"),
    ("- id: agent/a\n  name: A\n  reviewedBy: Eva", "bad-id", 5, 15, "such as agent/example-cluster"),
    ("- id: agent/a\n  name: A\n  reviewedOn: 1.1.2019", "bad-literal", 5, 15, "write 2019-01-01"),
    ("- id: agent/a\n  name: A\n  allow: label-held-by-one", "bad-allow", 5, 10, "a list of 'rule: reason'"),
    ("- id: agent/a\n  name: A\n  allow: [{ some-rule: }]", "bad-allow", 5, 24, "'rule: reason'"),
    ("- id: agent/a\n  telephone: '+49 351 1'", "personal-unmarked", 4, 3, "add 'personal: true'"),
    ("- id: agent/a\n  contactPoint: { id: thing/c, name: A }", "personal-unmarked", 4, 3, "'contactPoint'"),
    ("- id: agent/a\n  type: Person\n  address: Kiel", "personal-unmarked", 5, 3, "'address' is personal data"),
    ("- { id: agent/a, type: Person }\n- id: agent/a\n  address: Kiel", "personal-unmarked", 5, 3, "'address'"),
    ("- id: thing/c\n  type: ContactPoint", "personal-unmarked", 4, 9, "'type' is personal data"),
    ("- id: agent/a\n  name: A\n- name: A\n  id: agent/a", "same-fact-twice", 5, 3, "the one in line 3"),
]


@pytest.mark.parametrize(
    ("facts", "rule", "line", "column", "part"),
    [pytest.param(*row, id=f"{row[1]}-{n}") for n, row in enumerate(MISTAKES)],
)
def test_a_mistake_is_reported_in_its_place_with_what_to_do(
    read: Read, facts: str, rule: str, line: int, column: int, part: str
) -> None:
    problems = read(HEAD + facts + "\n").problems
    found = next((p for p in problems if p.rule == rule), None)
    assert found is not None, [str(p) for p in problems]
    assert (found.place.line, found.place.column) == (line, column)
    assert part in f"{found.message} ({found.hint})"


# the whole file → rule, line, column, part of the sentence and its hint
FILES = [
    (b"", "empty-file", 1, 1, "the file is empty"),
    (b"# nothing but a comment\n", "empty-file", 1, 1, "copy a sample"),
    (b"- id: agent/a\n", "not-a-mapping", 1, 1, "a facts file must be a node"),
    (b"facts: []\n", "missing-section", 1, 1, "'source:' is missing"),
    (b"source: { id: document/d }\n", "missing-section", 1, 1, "'facts:' is missing"),
    (b"source: { id: document/d }\nfacts: none\n", "not-a-list", 2, 8, "must be a list"),
    (b"source: { id: document/d }\nfact: []\n", "unknown-section", 2, 1, "did you mean 'facts'?"),
    (b"source: document/d\nfacts: []\n", "not-a-mapping", 1, 9, "'source' must be a node"),
    (b"source: { id: document/d, sha256: de21 }\nfacts: []\n", "bad-hash", 1, 35, "64 hexadecimal digits"),
    (
        b"source: { id: document/d, telephone: '1' }\nfacts: []\n",
        "personal-unmarked",
        1,
        27,
        "say it in a fact with 'personal: true'",
    ),
    (b"source: { id: document/d, rejected: [{ name: A }] }\nfacts: []\n", "bad-rejected", 1, 38, "each with its id"),
    (b"source: { id: document/d, status: stated }\nfacts: []\n", "unknown-key", 1, 27, "belongs elsewhere"),
    ("source: { id: document/d }\n".encode("utf-16"), "not-utf8", 1, 1, "UTF-16"),
    ("source: { id: document/d }\n".encode("utf-32"), "not-utf8", 1, 1, "UTF-32"),
    (b"source: { id: document/d }\nfacts: # M\xc3\xbcller\n# \xc3\xa4\xfcb\n", "not-utf8", 3, 4, "byte 0xfc"),
    (b"\xef\xbb\xbf# a\xff\n", "not-utf8", 1, 4, "byte 0xff"),
    (b"source: " + b"[" * 5000, "too-deep", 1, 48, "nested deeper than 40 levels"),
    (b"source: &a [&b [*a, *a], *b]\nfacts: []\n", "alias", 1, 17, "aliases are not followed"),
]


@pytest.mark.parametrize(
    ("data", "rule", "line", "column", "part"), [pytest.param(*row, id=f"{row[1]}-{n}") for n, row in enumerate(FILES)]
)
def test_a_mistake_of_the_whole_file_is_reported(
    read: Read, data: bytes, rule: str, line: int, column: int, part: str
) -> None:
    problems = read(data).problems
    found = next((p for p in problems if p.rule == rule), None)
    assert found is not None, [str(p) for p in problems]
    assert (found.place.line, found.place.column) == (line, column)
    assert part in f"{found.message} ({found.hint})"


def test_all_mistakes_of_a_file_are_reported_in_its_order(read: Read) -> None:
    found = read("""\
source: { id: document/d, datePublished: 1.1.2019 }
facts:
- id: agent/a
  nam: A
  sector: biotec
  name: no
- id: Agent X
  name: A
  evidence: [[2, 1], [3], [5, 4]]
- id: agent/b
  name: B
- id: agent/c
  memberOf: { id: agent/b, nme: C, name: { english: C } }
""")
    assert [(p.rule, p.place.line, p.place.column) for p in found.problems] == [
        ("bad-literal", 1, 42),
        ("unknown-key", 4, 3),
        ("unknown-term", 5, 11),
        ("ambiguous-text", 6, 9),
        ("bad-id", 7, 7),
        ("bad-evidence", 9, 14),
        ("bad-evidence", 9, 22),
        ("bad-evidence", 9, 27),
        ("unknown-key", 13, 28),
        ("bad-language", 13, 44),
    ]
    assert [fact.body["id"] for fact in found.facts] == ["agent/b"]


@pytest.mark.parametrize("empty", ["~", "''", ""])
def test_an_empty_item_hides_none_of_those_after_it(empty: str, read: Read) -> None:
    names = f"      - {empty}\n      - 2019-01-01\n"
    text = f"source: {{ id: document/d }}\nfacts:\n  - id: agent/a\n    alternateName:\n{names}"
    assert [(it.rule, it.place.line) for it in read(text).problems] == [("no-value", 5), ("ambiguous-text", 6)]


def test_a_mistake_hides_none_of_those_after_it_in_its_thing(read: Read) -> None:
    """Keys that are none or of other classes, values that are empty or wrong: each is said."""
    text = """\
source: { id: document/d }
facts:
  - id: agent/a
    type: Organization
    nmae: A
    level: gold
    nothing: [1]
    memberOf: [~, agent/ü, '', agent/b, agent/ä]
    foundingDate: soon
"""
    found = [(it.rule, it.place.line, it.place.column) for it in read(text).problems]
    assert found == [
        ("unknown-key", 5, 5),
        ("misplaced-key", 6, 5),
        ("unknown-key", 7, 5),
        ("no-value", 8, 16),
        ("bad-id", 8, 19),
        ("bad-id", 8, 28),
        ("bad-id", 8, 41),
        ("bad-literal", 9, 19),
    ]


def test_a_tag_that_is_none_hides_no_text_after_it(read: Read) -> None:
    text = "source: { id: document/d }\nfacts:\n- id: agent/a\n  name: { x_y: A, en: '', no: B, de: [C, [D]], fr: ~ }\n"
    found = [(it.rule, it.place.column) for it in read(text).problems]
    assert found == [
        ("bad-language", 11), ("no-value", 23), ("ambiguous-text", 27), ("not-text", 42), ("no-value", 52),
    ]  # fmt: skip


def test_what_a_review_found_not_so_gives_a_thing_no_class(read: Read) -> None:
    source = "source: { id: document/d, type: NewsArticle, rejected: [{ id: agent/a, type: AwardedLabel }] }\n"
    for more in ("", "checked: [0, 5], "):
        found = read(
            source.replace("rej", f"{more}rej") + "facts:\n- { id: agent/a, type: Organization, level: gold }\n"
        )
        assert [it.rule for it in found.problems] == ["misplaced-key"]
    # what it found so does
    level = source.replace("rejected: [", "about: ").replace(" }] }", ", level: gold } }")
    assert read(f"{level}facts: []\n").problems == ()


def test_what_reads_as_something_else_is_shown_in_quotes_that_mean_it(read: Read) -> None:
    (problem,) = read("source: { id: document/d }\nfacts:\n- id: agent/a\n  name: 12:30\n").problems
    assert problem.hint == 'write it in quotes: "12:30"'


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, ""), (1, "n0"), (4, "n0, n1, n2, n3"), (5, "n0, n1, n2, n3 and 1 more"), (9, "n0, n1, n2, n3 and 5 more")],
)
def test_names_in_a_message_are_a_few_and_the_number_of_the_others(count: int, shown: str) -> None:
    assert listing([f"n{number}" for number in range(count)]) == shown


def test_places_count_code_points_and_reach_into_nested_nodes(read: Read) -> None:
    (fact,) = read(f"""{HEAD}\
- {{ name: Bündnis 🧬, id: agent/a, sector: [biotechnology, health],
    memberOf: {{ id: agent/b, name: {{ en: B }} }} }}
""").facts
    places = {path: (place.line, place.column) for path, place in fact.places.items()}
    assert places[()] == (3, 3)
    assert places["name",] == (3, 5)
    assert places["sector", 0] == (3, 44)
    assert places["sector", 1] == (3, 59)
    assert places["memberOf",] == (4, 5)
    assert places["memberOf", 0] == (4, 15)
    assert places["memberOf", 0, "name"] == (4, 30)
    assert places["memberOf", 0, "name", 0, "en", 0] == (4, 42)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_file_may_have_a_byte_order_mark_and_any_line_ends(read: Read, line_end: str) -> None:
    text = "\ufeff" + HEAD + "- id: agent/a\n  nam: A\n"
    (found,) = read(text.replace("\n", line_end)).problems
    assert (found.rule, found.place.line, found.place.column) == ("unknown-key", 4, 3)


def test_what_only_old_yaml_ends_a_line_at_is_a_character_of_a_text(read: Read) -> None:
    """NEL and the separators of lines and paragraphs stand in texts that were copied from PDF files and web pages."""
    # in every way to write a text; a character for private use is itself, also where it is escaped
    written = (
        ("a\u2028b \u2029c", "a\u2028b \u2029c"),
        ("\u2028a", "\u2028a"),
        ("'a\x85b '", "a\x85b "),
        ('"\u2029a\U000f0000\\U000f0001\\u2028b"', "\u2029a\U000f0000\U000f0001\u2028b"),
        ("|-\n    a\x85\n    \u2028b", "a\x85\n\u2028b"),
        (">-\n    a\u2028\n    b", "a\u2028 b"),
        ("[a\x85, b\u2028]", ["a\x85", "b\u2028"]),
    )
    for text, value in written:
        for line_end in ("\n", "\r\n"):
            found = read(f"{HEAD}- id: agent/a\n  name: {text}\n  nam: A # \u2028\n".replace("\n", line_end))
            (problem,) = found.problems
            last = 5 + text.count("\n")
            assert (problem.rule, problem.place.line, problem.place.column) == ("unknown-key", last, 3), text
            name = read(f"{HEAD}- id: agent/a\n  name: {text}\n".replace("\n", line_end)).facts[0].body["name"]
            assert name in (value, [value]), ascii(text)
    for value in ("a\u2028b", "a\x85", "\u2029 b  c", "a\nb\u2028\n c"):
        # what is written for people is read the same by readers of either version of YAML
        text = to_yaml({"source": {"id": "document/d"}, "facts": [{"id": "agent/a", "name": value}]})
        assert not {"\x85", "\u2028", "\u2029"}.intersection(text)
        assert read(text).facts[0].body["name"] in (value, [value])
    (problem,) = read(f"{HEAD}- id: agent/a\n  name: a\u2028b\x07c\n").problems
    assert (problem.rule, problem.place.line, problem.place.column) == ("bad-character", 4, 12)


def test_an_alias_bomb_is_refused_before_it_unfolds(read: Read) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert {"alias", "anchor"} <= {p.rule for p in read("\n".join(lines)).problems}


def test_what_reads_as_something_else_is_text_in_quotes(read: Read) -> None:
    (fact,) = read(HEAD + '- id: agent/a\n  name: ["no", "1e3", "12:30", "2019-01-01", "null"]\n').facts
    assert fact.body["name"] == ["no", "1e3", "12:30", "2019-01-01", "null"]


def test_a_date_needs_no_quotes_and_may_have_them(read: Read) -> None:
    found = read(
        HEAD + "- id: document/d\n  datePublished: 2019-01-01\n- id: document/e\n  datePublished: '2019-01-01'\n"
    )
    assert not found.problems
    day = {"@value": "2019-01-01", "@type": "http://www.w3.org/2001/XMLSchema#date"}
    assert [fact.body["datePublished"] for fact in found.facts] == [[day], [day]]


def test_a_quoted_language_key_says_norwegian(read: Read) -> None:
    (fact,) = read(HEAD + '- id: agent/a\n  name: { "no": Navn }\n').facts
    assert fact.body["name"] == [{"no": ["Navn"]}]


def test_one_value_said_twice_is_no_contradiction(read: Read) -> None:
    text = "- id: label/l\n  type: AwardedLabel\n  level: silver\n- id: label/l\n  level: silver\n  name: A\n"
    assert not read(HEAD + text).problems


def test_classes_said_anywhere_in_the_file_decide_which_keys_fit(read: Read) -> None:
    text = "- id: label/l\n  headline: A\n- id: agent/a\n  holdsLabel: { id: label/l, type: AwardedLabel }\n"
    assert [p.rule for p in read(HEAD + text).problems] == ["misplaced-key"]


def test_a_link_to_what_nothing_describes_is_reported_once_all_files_are_known(read: Read) -> None:
    found = read(HEAD + "- id: agent/biosaxony\n  memberOf: agent/biosaxon\n  reviewedBy: agent/eva\n")
    assert not found.problems
    dangling = sorted(dangling_problems(found), key=lambda p: p.place)
    assert [(p.rule, p.place.line, p.place.column) for p in dangling] == [
        ("dangling-id", 4, 13),
        ("dangling-id", 5, 15),
    ]
    assert dangling[0].hint == "did you mean 'agent/biosaxony'?"
    assert dangling_problems(found, {"agent/biosaxon": (), "agent/eva": ()}) == []


def test_the_source_and_vocabulary_terms_are_no_dangling_links(read: Read) -> None:
    found = read(HEAD + "- id: agent/a\n  mentions: document/d\n  about: [lvl:silver, https://example.org/x]\n")
    assert dangling_problems(found) == []


def read_with_text(folder: Path, profile: Profile, id_base: str, source: str, facts: str) -> list[tuple[str, int, int]]:
    path = folder / "facts.yaml"
    path.write_text(f"source: {{ id: document/d, file: text.txt{source} }}\nfacts:\n{facts}", encoding="utf-8")
    found = read_facts(path, profile, id_base=id_base, name="facts.yaml")
    return [(p.rule, p.place.line, p.place.column) for p in found.problems]


def test_evidence_is_compared_with_the_sources_text(tmp_path: Path, profile: Profile, id_base: str) -> None:
    text = "Zwölf Zeichen"  # 13 code points, 14 bytes
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    right, wrong = hashlib.sha256(text.encode()).hexdigest(), "0" * 64
    inside = "- id: agent/a\n  name: A\n  evidence: [0, 13]\n"
    outside = "- id: agent/a\n  name: A\n  evidence: [[0, 5], [6, 14]]\n"

    def rules(source: str, facts: str) -> list[tuple[str, int, int]]:
        return read_with_text(tmp_path, profile, id_base, source, facts)

    assert rules(f", sha256: {right}", inside) == []
    assert rules("", inside) == []
    assert rules("", outside) == [("evidence-outside", 5, 13)]
    assert rules(f", sha256: {wrong}", inside) == [("hash-differs", 1, 51)]


TOLD = "„Wir wachsen, und zwar\nschnell“, sagt Mara Lind, „und wir bleiben.“ Sie geht [nicht]."


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("text: Wir wachsen", True),
        ('text: "„wir wachsen und zwar schnell!“"', True),
        ("text: 'Wir wachsen […] schnell'", True),
        ("text: 'schnell […] Wir wachsen'", False),
        # interrupted by who tells it
        ("text: Wir wachsen und zwar schnell und wir bleiben", True),
        ("text: Wir schrumpfen", False),
        ("text: { en: We grow }", True),
        ("text: { de: Wir schrumpfen, en: We grow }", False),
        ("text: { de-AT: Wir schrumpfen }", False),
        ("text: { en: We grow }, rendering: verbatim", False),
        ("text: Wir werden mehr, rendering: paraphrase", True),
        ("abstract: Es werden mehr", True),
    ],
)
def test_the_words_of_a_quotation_stand_in_the_text(
    tmp_path: Path, profile: Profile, id_base: str, said: str, *, found: bool
) -> None:
    (tmp_path / "text.txt").write_text(TOLD, encoding="utf-8")
    facts = f"- {{ id: quotation/q, type: QuotedStatement, saidBy: agent/a, {said} }}\n"
    rules = [it[0] for it in read_with_text(tmp_path, profile, id_base, ", inLanguage: de", facts)]
    assert rules == ([] if found else ["quotation-not-in-text"])


def test_a_quotation_may_be_typed_and_rendered_by_other_facts(tmp_path: Path, profile: Profile, id_base: str) -> None:
    (tmp_path / "text.txt").write_text(TOLD, encoding="utf-8")
    facts = "- { id: quotation/q, text: { de: Wir schrumpfen } }\n- { id: quotation/q, type: QuotedStatement }\n"
    assert read_with_text(tmp_path, profile, id_base, ", inLanguage: de", facts) == [("quotation-not-in-text", 3, 34)]
    facts += "- { id: quotation/q, rendering: paraphrase }\n"
    assert read_with_text(tmp_path, profile, id_base, ", inLanguage: de", facts) == []


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_source_text_that_cannot_be_read_is_reported(
    tmp_path: Path, profile: Profile, id_base: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "text.txt").write_bytes(content)
    facts = "- id: agent/a\n  name: A\n"
    assert read_with_text(tmp_path, profile, id_base, "", facts) == [("source-file", 1, 33)]


def test_a_file_that_cannot_be_read_is_a_problem_too(tmp_path: Path, profile: Profile, id_base: str) -> None:
    (found,) = read_facts(tmp_path / "missing.yaml", profile, id_base=id_base, name="missing.yaml").problems
    assert str(found) == "missing.yaml: the file cannot be read: No such file or directory [unreadable]"


def test_the_founding_release_has_no_problem(founding: FactsFile) -> None:
    assert founding.problems == ()
    assert len(founding.facts) == 124
    assert dangling_problems(founding) == []
