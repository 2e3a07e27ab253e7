"""How large, how deep and how long a query may be: at each limit it is taken, one above it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressgraph.query.guard import Limits, RefusedQueryError, check_query
from pressgraph.query.lexer import kinds, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS = Limits(size=2000, depth=5, operators=30, patterns=40)


def refusal(text: str, limits: Limits = LIMITS) -> str | None:
    try:
        check_query(text, limits)
    except RefusedQueryError as error:
        return str(error)
    return None


@pytest.mark.parametrize("character", ["a", "ü", "😀", "\ud83d"])
def test_a_query_may_have_so_many_bytes_and_no_more(character: str) -> None:
    size = len(character.encode("utf-8", "surrogatepass"))
    text = "ASK {} #" + character * ((LIMITS.size - 8) // size)
    text += " " * (LIMITS.size - len(text.encode("utf-8", "surrogatepass")))
    assert refusal(text) is None
    assert refusal(text + " ") == "the query has 2001 bytes; 2000 are allowed"


def test_a_megabyte_is_the_limit_where_none_is_set() -> None:
    text = "ASK {} #".ljust(1024 * 1024)
    check_query(text)
    with pytest.raises(RefusedQueryError, match="1048577 bytes; 1048576 are allowed"):
        check_query(text + " ")


PADDING = " " * 60
"""What is longer than the other limits is always looked at token by token."""


@pytest.mark.parametrize(
    ("make", "most", "reason"),
    [
        (lambda n: "{" * n + "}" * n, 5, "the query is nested deeper than 5 levels"),
        (lambda n: "(" * n + ")" * n, 5, "the query is nested deeper than 5 levels"),
        (lambda n: "{ {} " + "{" * (n - 1) + "}" * n, 5, "the query is nested deeper than 5 levels"),
        (lambda n: "{} () [] " * 3 + "{(["[: n % 3] + "{" * (n - n % 3) + "}" * n, 5, "nested deeper than 5 levels"),
        (lambda n: "ASK {" + "?a ?b ?c . " * n + "}", 40, "the query has more than 40 patterns and items"),
        (lambda n: "ASK {?a ?b " + ", ".join("1" * (n + 1)) + "}", 40, "more than 40 patterns and items"),
        (lambda n: "ASK {?a ?b ?c" + " ; ?b ?c" * n + "}", 40, "the query has more than 40 patterns and items"),
        (lambda n: "ASK { FILTER(1" + " + 1" * (n - 1) + ")}", 30, "more than 30 patterns and operators"),
        (lambda n: "ASK {" + " OPTIONAL {}" * n + "}", 30, "more than 30 patterns and operators"),
        (lambda n: "ASK {" + " union {}" * n + "}", 30, "more than 30 patterns and operators"),
    ],
)
def test_a_query_is_taken_at_a_limit_and_refused_above_it(make: Callable[[int], str], most: int, reason: str) -> None:
    assert refusal(PADDING + make(most)) is None
    said = refusal(PADDING + make(most + 1))
    assert said is not None
    assert reason in said


def test_an_iri_is_counted_as_the_comparison_that_it_could_be() -> None:
    for opened in ("(", "["):
        assert refusal(PADDING + f"ASK {{ ?s ?p <{opened * 4}> }}") is None
        assert refusal(PADDING + f"ASK {{ ?s ?p <{opened * 5}> }}") == "the query is nested deeper than 5 levels"
    for sign in ("!", "+", "-"):
        assert refusal(PADDING + f"ASK {{ ?s ?p <x:{sign * 50}> }}") is None
        assert (
            refusal(PADDING + f"ASK {{ ?s ?p <x:{sign * 51}> }}") == "the query has more than 30 patterns and operators"
        )


def test_an_iri_that_could_be_a_comparison_is_refused_and_shown_by_its_beginning() -> None:
    for length in (39, 40, 41):
        iri = "x'".ljust(length, "y")
        said = refusal(PADDING + f"ASK {{ FILTER(?service <{iri}>) }}") or ""
        assert said.startswith(f"<{iri[:40]}> could also be a comparison")


@pytest.mark.parametrize(
    "text",
    [
        "ASK { SERVICEa:b {} }",
        "ASK { ServiceSILENT<x:y> {} }",
        "ASK { FILTER(?a<?b)SERVICE#>\n<x:y> {} }",
        "LOADa:b",
        "INSERT DATA {} ; LOAD<x:y>",
        "LOAD SILENT <x:y>",
    ],
)
def test_what_a_parser_could_read_as_service_or_load_is_refused(text: str) -> None:
    assert "nothing is fetched here" in (refusal(text) or "")
    assert "nothing is fetched here" in (refusal(PADDING + text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?services e:loads ?load }",
        "ASK { ?s ?p 'SERVICE <x:y>' }",
        "PREFIX service: <x:y> ASK { ?s a ?o }",
        "ASK { GRAPH load:x { ?s ?p ?o } }",
        "ASK { ?s ?p ?o } # SERVICE <x:y> {}",
    ],
)
def test_the_words_are_no_clauses_where_no_parser_reads_them_so(text: str) -> None:
    assert refusal(text) is None
    assert refusal(PADDING + text) is None


def test_the_table_of_a_values_block_may_be_long() -> None:
    assert refusal(PADDING + "ASK { VALUES ?a { " + "1.0 -1 " * 100 + "} }") is None


@pytest.mark.parametrize("text", ["ASK { SERVICE <https://x.example/> {} }", "ASK { service silent <x:y> {} }"])
def test_an_endpoint_is_asked_only_where_it_is_allowed(text: str) -> None:
    assert (refusal(text) or "").startswith("SERVICE would ask another endpoint, and nothing is fetched here (")
    allowed = Limits(services=frozenset({"https://x.example/"}))
    assert (refusal(text, allowed) is None) == ("x.example" in text)
    assert refusal("LOAD <x:y>") == "LOAD would fetch a document, and nothing is fetched here"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?a { ?a a:b-c.d ?o } # a comment",
        "PREFIX select·a: <x:y> ASK { select·a:b ?p select·a:c.d.e. }",
        "ASK { a.b:c ?p 1.5e3 , -2 , 'x'@de-x , \"y\"^^x:y , :z , a: , _:b }",
        "a.b.c a-b a·b 1a a1 ü:ü.ü %41 a:%41\\,b",
    ],
)
def test_the_quick_lexer_has_the_same_tokens(text: str) -> None:
    assert list(kinds(text)) == [(it.kind, it.text) for it in tokens(text) if it.kind != "comment"]


@pytest.mark.parametrize(
    ("refused", "said", "followed"),
    [
        ("ASK { FILTER(?a <b#c> ?d) # load\n }", "a space after '<'", "ASK { FILTER(?a < ?b && ?c > ?d) # load\n }"),
        (
            "ASK { FILTER(?a <b'c> 'load') }",
            "or the IRI with a scheme and '//'",
            "ASK { FILTER(?a = <x://b'c>) ?a ?b 'load' }",
        ),
        ("ASK {" + "?a <p:> 1 . " * 41 + "}", "into VALUES", "ASK { VALUES ?v {" + " 1" * 41 + "} ?a <p:> ?v }"),
        ("ASK {?a ?b " + "1, " * 41 + "1}", "into VALUES", "ASK { VALUES ?v {" + " 1" * 42 + "} ?a ?b ?v }"),
    ],
)
def test_a_query_written_as_its_help_says_is_taken(refused: str, said: str, followed: str) -> None:
    with pytest.raises(RefusedQueryError) as caught:
        check_query(PADDING + refused, LIMITS)
    assert said in str(caught.value.hint)
    assert refusal(PADDING + followed) is None
