"""What the server does with what strangers send takes work in proportion to its size.

Work is counted, not timed: the steps of regular expressions (`steps.Machine`), and the lines of Python that run.
"""

from __future__ import annotations

import ast
import re
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers
from steps import Machine

import pressgraph
from pressgraph.errors import PressgraphError
from pressgraph.languages import lookup, primary
from pressgraph.query import patterns
from pressgraph.query.forms import query_form
from pressgraph.query.guard import Limits, check_query
from pressgraph.server.http.addresses import link, spellings, split_suffix
from pressgraph.server.http.negotiation import GRAPHS, HTML, accepts_gzip, choose, choose_language, cookie
from pressgraph.server.http.requests import absolute_iri, form_decoded, media_type, parameters
from pressgraph.server.http.responses import RequestError, known_tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Server
    from starlette.requests import Request

ALLOWED = 64 * 1024
"""How large a query, and how large a head may be by default, in bytes."""
SOURCE = Path(pressgraph.__file__).parent
READ_BY_STRANGERS = [
    *sorted((SOURCE / "server").glob("*.py")),
    *(SOURCE / "query" / name for name in ("guard.py", "lexer.py", "local.py")),
]


# -- regular expressions

PUMPS = [
    ("", ")", ""),
    ("ASK{<", ")", ">?p ?o}"),
    ("ASK{<", ")SERVICE", ">?p ?o}"),
    ("ASK{<", ")SERVICE#", "?p ?o}"),
    ("ASK{VALUES ", "a.", "}"),
    ("", "a-", "a" * 100),
    ("", "a.b-", ""),
    ("", "a:b.", ""),
    ("a:", ".", ""),
    ("", ":.", ""),
    ("", "a:\\", ""),
    ("", "'''\n\\", ""),
    ("", '"""\n\\', ""),
    ("", "'\\", ""),
    ("'''", "a", ""),
    ("'''", "'a", ""),
    ("'", "\\\n'", ""),
    ('"""', '"', ""),
    ("", "''' \"\"\" ", ""),
    ("#", "#", ""),
    ("", "# a\n", ""),
    ("", "<", ""),
    ("", "<a", ""),
    ("", "\\", ""),
    ("?", "a", "·"),
    ("@a", "-a", "-"),
    ("", "@", ""),
    ("", "1", ""),
    ("", " ", "x"),
    ("PREFIX ", "a", " "),
    ("", "PREFIX a:<b> ", ""),
    ("GET /sparql?query=x", "&aa", '" HTTP/1.1\r\n'),
    ("GET /sparql?query=x&", "a", "%"),
    ("GET /sparql?query=x", "&a=a=a", " HTTP/1.1\r\n"),
    ("&", "graph-uri", "-"),
    ("", "&a-graph-ur", ""),
    ("\nconnection:", " ", "x"),
    ("\nconnection: ", "keep-alive", " "),
    ("/", "a", " "),
    ("", "/a", " "),
    ("", "!/", "a"),
    ("line ", "1", ", column"),
    ("", "line 1, ", ""),
    ("error at ", "1", ":"),
    ("a", "a", ":"),
    ("a", "+", ""),
    ("", "NOW", ""),
    ("", "STRUUID", "x"),
    ("", "x-forwarded-\n", ""),
    ("", "%", ""),
    ("", "%C3", "%"),
    ("a", "%20", "%2"),
    ("a", "/a", "//"),
]


def _steps(row: patterns.Row, text: str) -> int:
    machine = Machine(row.pattern)
    sent: Any = text.encode("utf-8", "replace") if isinstance(row.pattern.pattern, bytes) else text
    machine.run(sent, row.method)
    return machine.steps


@pytest.mark.parametrize("row", patterns.TABLE, ids=lambda row: row.name)
def test_an_expression_takes_steps_in_proportion_to_the_text(row: patterns.Row) -> None:
    for begin, pump, end in PUMPS:
        few, more = (_steps(row, begin + pump * (size // len(pump)) + end) for size in (300, 600))
        assert more <= 2.2 * few + 300, (row.name, begin, pump, end)


_PIECES = st.text(alphabet="abAZ_1.:-%\\'\"<>#?$ \t\r\n(){}[]@,;&=/!^|é²·", min_size=1, max_size=6) | st.sampled_from(
    ["'''", '"""', "SERVICE", "LOAD", "SELECT", "line 1", ", column ", "GET /sparql?query=", " HTTP/1.1\r\n", "PREFIX "]
)


@pytest.mark.parametrize("row", patterns.TABLE, ids=lambda row: row.name)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(begin=st.lists(_PIECES, max_size=2).map("".join), pump=_PIECES, end=st.lists(_PIECES, max_size=2).map("".join))
def test_no_text_is_found_that_makes_it_harder(row: patterns.Row, begin: str, pump: str, end: str) -> None:
    few, more = (_steps(row, begin + pump * (size // len(pump)) + end) for size in (200, 400))
    assert more <= 2.2 * few + 500


@pytest.mark.parametrize("row", patterns.TABLE, ids=lambda row: row.name)
@settings(max_examples=25, deadline=None)
@given(text=st.lists(_PIECES, max_size=8).map("".join))
@example(text="GET /sparql?query=x&a=b&c HTTP/1.1\r\n")
@example(text="PREFIX a.b: <c> SELECT * { ?a a:b.c 'x\\'y' , '''z'y''' . } # end")
def test_the_machine_that_counts_finds_what_python_finds(row: patterns.Row, text: str) -> None:
    sent: Any = text.encode() if isinstance(row.pattern.pattern, bytes) else text
    if row.method == "finditer":
        wanted = [match.span() for match in row.pattern.finditer(sent)]
    else:
        match = getattr(row.pattern, row.method)(sent)
        wanted = [match.span()] if match else []
    assert Machine(row.pattern).run(sent, row.method) == wanted


def test_the_machine_sees_what_is_not_linear() -> None:
    hidden = Machine(re.compile(r"\).*SERVICE\b.*#", re.DOTALL))
    parameters_before = Machine(re.compile(r"x(?:&[a-z]*=?[a-z]*)* "))
    steps = []
    for machine, pump, sizes in ((hidden, ")SERVICE", (20, 40)), (parameters_before, "&aa", (3, 6))):
        for size in sizes:
            machine.run("x" + pump * size, "search")
            steps.append(machine.steps)
    assert steps[1] > 4 * steps[0]
    assert steps[3] > 8 * steps[2]


def test_there_is_no_other_regular_expression() -> None:
    for path in READ_BY_STRANGERS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not {"re", "regex", "http.cookies", "fnmatch"} & set(names), path.name
            # Starlette reads cookies with http.cookies
            assert not (isinstance(node, ast.Attribute) and node.attr == "cookies"), path.name
    table = {id(row.pattern) for row in patterns.TABLE}
    compiled = {name for name, value in vars(patterns).items() if isinstance(value, re.Pattern)}
    assert {name for name in compiled if id(getattr(patterns, name)) in table} == compiled
    assert {row.name for row in patterns.TABLE} == compiled


# -- what the front does with requests

LIMITS = Limits(size=ALLOWED)


def _refused(act: Callable[[], Any]) -> None:
    """Do something whose refusal is as good as its result."""
    try:
        act()
    except (PressgraphError, RequestError, UnicodeDecodeError):
        return


def _request(**headers: str) -> Request:
    """Return a request as far as it is looked at here."""
    found = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return cast("Request", SimpleNamespace(headers=found))


READERS: dict[str, Callable[[str], Any]] = {
    "guard": lambda text: check_query(text, LIMITS),
    "form of a query": query_form,
    "query string": lambda text: parameters(text.encode("ascii", "ignore")),
    "value of a form": lambda text: form_decoded(text.replace("\n", "").encode()),
    "IRI": absolute_iri,
    "address of a thing": lambda text: [spellings(text), link(text), split_suffix(text)],
    "Cookie": lambda text: cookie([text], "lang"),
    "Accept": lambda text: choose(text, (*GRAPHS, HTML)),
    "Accept-Language": lambda text: choose_language(text, ("en", "de"), "en"),
    "Accept-Encoding": accepts_gzip,
    "Content-Type": lambda text: media_type(_request(content_type=text)),
    "If-None-Match": lambda text: known_tag(_request(if_none_match=text), '"a"'),
}
SENT = [
    *PUMPS,
    ('lang="', '\\"', '"'),
    ('lang="', "\\1", '"'),
    ("", "a=b; ", "lang=de"),
    ("", ";", ""),
    ("", ",", ""),
    ("", "text/html;q=0.1,", ""),
    ("text/html", ";q=1", ""),
    ("text/html;q=0.", "1", ""),
    ("", "en-", ""),
    ("", '"a", ', ""),
    ("", "W/", ""),
    ("", '",', ""),
    ('"', "\\", ""),
    ('"', "a", ""),
    ("", "%", ""),
    ("", "%41", ""),
    ("", "%4", "1"),
    ("", "&", ""),
    ("", "a=b&", ""),
    ("", "=", ""),
    ("ASK{FILTER(?a<", "'>'||?a<", "'>')}"),
    ("ASK{FILTER(?a<?x#>", "'''\n", ")}"),
    ("ASK{", "?s ?p ?o FILTER(?a<?b#>1)", "SERVICE}"),
]


def _lines(act: Callable[[], Any]) -> int:
    """Count the lines of Python that something runs."""
    count = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        _refused(act)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("reader", READERS)
def test_reading_takes_lines_in_proportion_to_what_is_sent(reader: str) -> None:
    read = READERS[reader]
    for begin, pump, end in SENT:
        counted = []
        for size in (ALLOWED // 4, ALLOWED // 2):
            text = begin + pump * ((size - len(begin) - len(end)) // len(pump)) + end
            counted.append(_lines(lambda text=text: read(text)))  # type: ignore[misc]
        assert counted[1] <= 2.2 * counted[0] + 1000, (reader, begin, pump, end, counted)


def test_a_long_language_range_is_cut_at_once() -> None:
    """Lines that each copy what is left would be in proportion, and the work would not."""
    offered = ("en", "de-CH-1901")
    ranges_sent = ["de-x" + "-a" * size for size in (20, 20_000)]
    few, more = (_lines(partial(choose_language, sent, offered, "en")) for sent in ranges_sent)
    assert more == few
    for tag in ("de-CH-1901-x-a-b-c", "de-CH-1901", "de-CH-1901-a", "de-ch-190", "de-CH-19012", "de", "dea-CH"):
        # what is cut at once is what is cut part by part
        parts = [tag.lower().rsplit("-", cut)[0] for cut in range(tag.count("-") + 1)]
        wanted = "de-CH-1901" if tag.lower().startswith("de-ch-1901") and "de-ch-1901" in parts else None
        assert lookup(tag, offered) == (wanted or ("de-CH-1901" if primary(tag) == "de" else None)), tag


# -- a server

HEADS = {
    "parameters that could be divided in many ways": b"GET /sparql?query=ASK%7B%7D" + b"&aa" * 200 + b"&%22 HTTP/1.1",
    "the same, not a request": b"GET /sparql?query=x" + b"&aa" * 200 + b'" HTTP/1.1',
    "parentheses in an IRI": b"GET /sparql?query=ASK%7B%3C"
    + b")" * 20_000
    + b"SERVICE)" * 4000
    + b"%3E?p%20?o%7D HTTP/1.1",
    "names without a colon": b"GET /sparql?query=ASK%7BVALUES%20" + b"a." * 15_000 + b"%7D HTTP/1.1",
    "a long cookie": b'GET / HTTP/1.1\r\nCookie: lang="' + b'\\"' * 25_000 + b'"',
    "a long language range": b"GET / HTTP/1.1\r\nAccept-Language: " + b"de-" * 15_000,
}


@pytest.mark.parametrize("head", HEADS)
def test_a_hard_request_holds_up_nobody(head: str, founding_server: Server) -> None:
    answer = founding_server.raw(HEADS[head] + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    assert founding_server.client.get("/healthz").status_code == 200
