"""Which form, language and encoding a request gets, and that what it keeps is confirmed under the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from harness import BASE
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from pressgraph.server.http.negotiation import GRAPHS, HTML, JSON, ROWS, choose, cookie, field, ranges

if TYPE_CHECKING:
    import httpx
    from harness import Server

PAGE = {"accept": "text/html"}
DESCRIBE = f"DESCRIBE <{BASE}id/agent/biosaxony>"


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("application/json", "jsonld"),
        ("application/xml", "rdfxml"),
        ("text/xml", "rdfxml"),
        ("text/n3", "turtle"),
        ("application/trig", "trig"),
        ("application/n-quads", "nquads"),
        ("text/turtle;charset=utf-8", "turtle"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted, x;q=0"', "jsonld"),
        ('text/turtle;q=0.5;note="a,text/html", application/n-triples;q=0.4', "turtle"),
        ("TEXT/TURTLE ; Q=0.7 , text/html;q=0.2", "turtle"),
        ("text/turtle;q=0.2, text/turtle;charset=utf-8;q=0.9, application/n-triples;q=0.5", "turtle"),
        ("application/*", "jsonld"),
        ("text/*;q=0.1, application/rdf+xml;q=0.2", "rdfxml"),
        ("*;q=.2", "html"),
        # a weight that is none is the least
        ("text/turtle;q=much, text/html;q=0.1", "html"),
        ("text/turtle;q=nan, text/html;q=0.1", "html"),
        ("text/turtle;q=-1, text/html;q=0.1", "html"),
        ("image/png, */*;q=0.1", "html"),
        ("text/html;q=0, */*", "turtle"),
        ("application/xhtml+xml, application/xml;q=0.9", "html"),
        ("", "html"),
        ("image/png", None),
        ('"', None),
        ('text/turtle;a="\\', "turtle"),
    ],
)
def test_a_document_has_the_form_that_suits_best(accept: str, name: str | None) -> None:
    form = choose(accept, (HTML, *GRAPHS))
    assert (form.name if form else None) == name


@given(st.text(alphabet='a/*;,="\\ q.1', max_size=60))
def test_every_header_is_read_and_weights_lie_between_0_and_1(header: str) -> None:
    assert all(0 <= weight <= 1 and value == value.strip() for value, weight in ranges(header))


@given(st.lists(st.text(alphabet='ab,;"\\', max_size=8), max_size=6))
def test_what_stands_in_quotes_divides_nothing(texts: list[str]) -> None:
    quoted = ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts]
    header = ",".join(f"text/x{number};p={text};q=0.5" for number, text in enumerate(quoted))
    assert ranges(header) == tuple((f"text/x{number}", 0.5) for number in range(len(texts)))


def test_the_first_weight_of_a_range_counts() -> None:
    assert ranges("text/html;q=0.2;q=0.9, text/csv;level=1;q=0.5;x=1") == (("text/html", 0.2), ("text/csv", 0.5))


def test_a_header_is_read_up_to_the_same_number_of_ranges_with_quotes_and_without() -> None:
    plain, quoted = (ranges(",".join([f"text/x{parameter}"] * 2000)) for parameter in (";p=1", ';p="1"'))
    assert plain == quoted
    assert 10 <= len(plain) < 2000


def test_all_lines_of_a_header_count() -> None:
    headers = Headers(raw=[(b"accept", b"image/png"), (b"accept", b"text/csv;q=0.5"), (b"accept", b"text/html;q=0.1")])
    assert choose(field(headers, "accept"), (*ROWS, HTML)) == next(it for it in ROWS if it.name == "csv")
    assert choose(field(Headers({}), "accept"), (JSON, HTML)) is JSON


def test_several_accept_lines_are_one_list(founding_server: Server) -> None:
    lines = [("accept", "image/png"), ("accept", "text/turtle")]
    for path in ("/doc/agent/biosaxony", "/store?default", "/sparql", f"/sparql?query={DESCRIBE}"):
        answer = founding_server.client.get(path, headers=lines)
        assert answer.headers["content-type"].startswith("text/turtle"), path


@pytest.mark.parametrize(("accept", "answer"), [("text/csv", "true"), ("text/tab-separated-values", "true")])
def test_ask_is_answered_as_csv_and_tsv(accept: str, answer: str, founding_server: Server) -> None:
    found = founding_server.query("ASK {}", accept=accept)
    assert (found.status_code, found.text) == (200, answer)
    assert found.headers["content-type"].startswith(accept)
    assert founding_server.query("ASK { FILTER(false) }", accept=accept).text == "false"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/json", "application/ld+json"),
        ("application/xml", "application/rdf+xml"),
        ("text/n3", "text/turtle"),
        ("application/trig", "application/trig"),
        ("application/n-quads", "application/n-quads"),
    ],
)
def test_documents_come_in_the_forms_that_clients_ask_for(
    accept: str, media_type: str, founding_server: Server
) -> None:
    answer = founding_server.client.get("/doc/agent/biosaxony", headers={"accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    form = ox.RdfFormat.from_media_type(media_type)
    assert form is not None
    said = {str(quad.triple) for quad in ox.parse(answer.content, format=form)}
    wanted = founding_server.client.get("/doc/agent/biosaxony.nt").content
    triples = {str(quad.triple) for quad in ox.parse(wanted, format=ox.RdfFormat.N_TRIPLES)}
    assert {triple for triple in triples if "primaryTopic" not in triple} <= said
    assert founding_server.client.get(answer.headers["content-location"]).content == answer.content


@pytest.mark.parametrize("text", ["SELECT nonsense", "ASK { ?s", "CONSTRUCT WHERE", "nothing", "SELECT * { ?s :p ?o }"])
@pytest.mark.parametrize("accept", ["image/png", "text/turtle", "text/csv", "application/json"])
def test_a_malformed_query_is_400_whatever_is_accepted(text: str, accept: str, founding_server: Server) -> None:
    assert founding_server.query(text, accept=accept).status_code == 400
    posted = founding_server.client.post(
        "/sparql", content=text, headers={"accept": accept, "content-type": "application/sparql-query"}
    )
    assert posted.status_code == 400


ADDRESSES = [
    ("/doc/agent/biosaxony", "text/html"),
    ("/doc/agent/biosaxony", "text/turtle"),
    ("/doc/agent/biosaxony.jsonld", "*/*"),
    ("/cluster", "text/html"),
    ("/context.jsonld", "*/*"),
    ("/static/pressgraph.css", "*/*"),
    ("/terms.json", "*/*"),
    ("/sparql?query=ASK%20%7B%7D", "application/json"),
    ("/sparql?query=SELECT%20%2A%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%2099", "application/json"),
    (
        "/sparql?query=SELECT%20%2A%20%7B%20%3Fs%20%3Fp%20%3Fo%20.%20%3Fa%20%3Fb%20%3Fs%20%7D%20LIMIT%2020000",
        "text/csv",
    ),
    ("/store?default", "text/turtle"),
    (f"/store?graph={BASE}id/provenance/biosaxony-silver-label", "text/turtle"),
]


@pytest.mark.parametrize(("path", "accept"), ADDRESSES)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_304_carries_the_entity_tag_of_its_200_and_head_says_what_get_does(
    path: str, accept: str, encoding: str, founding_server: Server
) -> None:
    headers = {"accept": accept, "accept-encoding": encoding}
    # the first answer may be made, the second comes from the cache, the third from the fast path
    answers = [founding_server.client.get(path, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.headers["etag"] for answer in answers}) == 1
    answer = answers[0]
    again = founding_server.client.get(path, headers={**headers, "if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    anything = founding_server.client.get(path, headers={**headers, "if-none-match": "*"})
    assert (anything.status_code, anything.content) == (304, b"")
    for confirmed in (again, anything):
        for name in ("etag", "vary", "cache-control", "content-location"):
            assert confirmed.headers.get(name) == answer.headers.get(name), name
    head = founding_server.client.head(path, headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    # the length of what streams is not known ahead
    passing = {"date", "x-request-id", "transfer-encoding", "content-length", "connection"}
    assert {k: v for k, v in head.headers.items() if k not in passing} == {
        k: v for k, v in answer.headers.items() if k not in passing
    }
    if "content-length" in head.headers:
        assert head.headers["content-length"] == answer.headers["content-length"]


def test_whoever_has_one_encoding_is_confirmed_that_one(founding_server: Server) -> None:
    tags = {
        encoding: founding_server.client.get(
            "/doc/agent/biosaxony", headers={**PAGE, "accept-encoding": encoding}
        ).headers["etag"]
        for encoding in ("identity", "gzip")
    }
    assert len(set(tags.values())) == 2
    for tag in tags.values():
        again = founding_server.client.get(
            "/doc/agent/biosaxony", headers={**PAGE, "accept-encoding": "gzip", "if-none-match": f'"x", W/{tag}'}
        )
        assert (again.status_code, again.headers["etag"]) == (304, tag)


def test_whether_there_is_anything_is_not_answered_for_what_is_not_there(founding_server: Server) -> None:
    def status(path: str, **parameters: str) -> int:
        answer: httpx.Response = founding_server.client.get(path, params=parameters, headers={"if-none-match": "*"})
        return answer.status_code

    assert status("/sparql", query="SELECT nonsense") == 400
    assert status("/store", graph=f"{BASE}no/such/graph") == 404
    assert status("/doc/agent/nobody") == 404


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        (["lang=de"], "de"),
        (["a=b; lang = de ;c=d"], "de"),
        (["a=b", "lang=en; lang=de"], "en"),
        (["lang="], ""),
        (["lang=a=b"], "a=b"),
        (['lang="de"'], '"de"'),
        (["lang", "language=de; xlang=de", ";=;"], None),
        ([], None),
    ],
)
def test_a_cookie_is_read_as_it_was_set(headers: list[str], value: str | None) -> None:
    assert cookie(headers, "lang") == value


def test_the_language_that_a_reader_chose_stays_over_what_the_browser_wants(founding_server: Server) -> None:
    page = {**PAGE, "accept-language": "en"}
    for chosen, language in (("de", "de"), ("en", "en"), ("xx", "en")):
        answer = founding_server.client.get("/", headers={**page, "cookie": f"other=de; lang={chosen}"})
        assert f'<html lang="{language}"' in answer.text
