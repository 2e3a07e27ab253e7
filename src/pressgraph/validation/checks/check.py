"""Checks that SHACL says badly: `queries/checks/*-violation.rq`, of which every row is a problem.

    # Two releases give one thing different dates.
    #
    # @severity violation
    # @message en The {path} of '{this}' is {value} here and {other} elsewhere.
    # @message de {path} von '{this}' ist hier {value} und anderswo {other}.
    SELECT ?this ?path ?value ?other WHERE { … }

`?this` is the thing; `?path` and `?value` say which of its values; they bring a row to its place, and `?other`, another
value or another thing, to the place beside it. Every variable of a
row can stand in the messages. `?base`, where a query uses it, is the IRI that the project's ids are below.

A query that selects `?key` compares things: those with the same key are a problem, each but the first of them, which
the messages know as `{other}`, and its value as `{otherValue}`. `@unless PATH` leaves out things that a property path
links, in either direction. Where `?least` and `?most` are selected too, numbers are compared: a problem is a thing
whose least number is greater than the most that another thing has under the same key; a value with several keys has all
of them.

`@suspects PATTERN` says which `?value` can be a problem at all, where that is found sooner by itself: over everything,
the query is then asked about each of these.

What a row depends on is told from the query, so that after a change only those things are asked about which it can
affect; a query with subqueries or aggregates is asked as a whole.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.errors import Place, ProfileError
from pressgraph.i18n import gettext
from pressgraph.query.comments import read_header
from pressgraph.query.lexer import tokens
from pressgraph.rdf import PG
from pressgraph.rdf.terms import lexical, term_text
from pressgraph.spelling import did_you_mean
from pressgraph.validation.report import Result, Severity, result_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.rdf import Term

CHECKS = "https://w3id.org/pressgraph/checks#"
COMPONENT = f"{PG}QueryCheck"
_SUFFIX = "-violation"
_WORDS = ("severity", "message", "unless", "suspects")
_SEVERITIES = {"violation": Severity.VIOLATION, "warning": Severity.WARNING, "info": Severity.INFO}
_KNOWN = ", ".join(_SEVERITIES)


Row: TypeAlias = "Mapping[str, Term | None]"
"""A row of a query, by variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedGraph:
    """What checks are asked about: a store whose default graph is the union of its graphs."""

    store: ox.Store
    profile: Profile
    id_base: str

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that queries need not declare."""
        return self.profile.query_prefixes(self.id_base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check: its name, its query, how bad a row is, and its message by language."""

    name: str
    text: str
    severity: Severity
    messages: Mapping[str, str]
    path: Path
    unless: str | None = None
    """A property path; things that it links are not compared."""
    suspects: str | None = None
    """A pattern that every `?value` of a row matches."""

    @property
    def iri(self) -> str:
        """The IRI that results name as their source."""
        return CHECKS + self.name

    @property
    def digest(self) -> str:
        """What changes with what the check finds."""
        parts = repr((self.text, self.severity, sorted(self.messages.items()), self.unless))
        return hashlib.sha256(parts.encode()).hexdigest()

    @property
    def compares(self) -> bool:
        """Whether things with the same key are the problem, rather than each row."""
        return "key" in self._selected

    @property
    def compares_numbers(self) -> bool:
        """Whether things with the same key are the problem whose numbers cannot be the same."""
        return {"key", "least", "most"} <= self._selected

    @property
    def _selected(self) -> frozenset[str]:
        return _selected(self.text)

    def query(self, graph: CheckedGraph) -> str:
        """Return the query with the base of a graph's ids put in place of `?base`."""
        return _with_base(self.text, graph.id_base)

    @property
    def link_query(self) -> str:
        """Return a query for the things that `@unless` links to `?this`."""
        return f"SELECT ?this {{ ?this {_either_way(self.unless or '')} ?other }}"

    def rows(self, graph: CheckedGraph, *, only: Collection[str] | None = None) -> list[Row]:
        """Return the query's rows; `only` asks about these things alone.

        Raises ProfileError for a query that cannot be run.
        """
        text = self.query(graph)
        if only is None and self.suspects is not None:
            suspects = self._suspected(graph)
            return [row for one in suspects for row in self._ask(text, graph, {ox.Variable("value"): one})]
        if only is None:
            return list(self._ask(text, graph))
        # the engine joins from what a query names: a thing in each query, not all of them in one
        about = _About(text)
        return [
            {**row, "this": ox.NamedNode(thing)}
            for thing in sorted(only)
            for row in self._ask(about.with_thing(thing), graph)
        ]

    def _suspected(self, graph: CheckedGraph) -> list[Term]:
        """Return what `@suspects` says can be a problem, sorted."""
        pattern = _with_base(self.suspects or "", graph.id_base)
        rows = self._select(f"SELECT DISTINCT ?value {{ {pattern} }}", graph)
        return sorted((value for row in rows if (value := row["value"]) is not None), key=str)

    def _ask(self, text: str, graph: CheckedGraph, values: dict[ox.Variable, Term] | None = None) -> Iterator[Row]:
        rows = self._select(text, graph, values)
        names = [variable.value for variable in rows.variables]
        if "this" not in names:
            raise ProfileError(gettext("a check selects ?this"), place=Place(file=str(self.path)))
        for row in rows:
            yield {name: row[name] for name in names}

    def _select(
        self, text: str, graph: CheckedGraph, values: dict[ox.Variable, Term] | None = None
    ) -> ox.QuerySolutions:
        try:
            rows = graph.store.query(text, prefixes=graph.prefixes, substitutions=values)
        except SyntaxError as error:
            raise ProfileError(
                gettext("not valid SPARQL 1.1: {reason}", reason=error.msg or error), place=Place(file=str(self.path))
            ) from error
        if not isinstance(rows, ox.QuerySolutions):
            raise ProfileError(gettext("a check is a SELECT query"), place=Place(file=str(self.path)))
        return rows

    def linked(self, one: Term, other: Term, graph: CheckedGraph) -> bool:
        """Tell whether `@unless` leaves out a pair of things, which may be blank nodes."""
        if self.unless is None:
            return False
        try:
            linked = graph.store.query(
                f"ASK {{ ?one {_either_way(self.unless)} ?other }}",
                prefixes=graph.prefixes,
                substitutions={ox.Variable("one"): one, ox.Variable("other"): other},
            )
        except SyntaxError as error:
            raise ProfileError(
                gettext(
                    "'@unless {path}' is not a property path: {reason}", path=self.unless, reason=error.msg or error
                ),
                place=Place(file=str(self.path)),
            ) from error
        return bool(linked)

    def results(self, rows: Iterable[Row], graph: CheckedGraph) -> list[Result]:
        """Return a result for each row, sorted."""
        return sorted({self._result(row, graph) for row in rows}, key=result_order)

    def _result(self, row: Row, graph: CheckedGraph) -> Result:
        path, value, other = row.get("path"), row.get("value"), row.get("other")
        words = {
            name: graph.profile.shrink(term.value, graph.id_base) if isinstance(term, ox.NamedNode) else lexical(term)
            for name, term in row.items()
            if term is not None
        }
        return Result(
            focus=term_text(row["this"]) or "",
            shape=self.iri,
            component=COMPONENT,
            severity=self.severity,
            messages=_Messages({tag: _fill(text, words) for tag, text in self.messages.items()}),
            path=path.value if isinstance(path, ox.NamedNode) else None,
            steps=(path.value,) if isinstance(path, ox.NamedNode) else (),
            value=term_text(value),
            lexical=lexical(value) if value is not None else None,
            language=value.language if isinstance(value, ox.Literal) else None,
            other=term_text(other),
        )


class _Messages(dict[str, str]):
    """Messages that a set of results can hold."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


@lru_cache(maxsize=512)
def _with_base(text: str, id_base: str) -> str:
    """Put the base in place of its variable."""
    written = str(ox.Literal(id_base))
    for token in reversed([one for one in tokens(text) if one.kind == "variable" and one.text == "?base"]):
        text = text[: token.start] + written + text[token.start + len(token.text) :]
    return text


@lru_cache(maxsize=512)
def _body(text: str) -> slice:
    """Return where the braces of a query's WHERE stand."""
    start, depth = len(text), 0
    for token in tokens(text):
        if token.kind == "other" and token.text == "{":
            start = min(start, token.start)
            depth += 1
        elif token.kind == "other" and token.text == "}":
            depth -= 1
            if depth == 0:
                return slice(start, token.start + 1)
    return slice(start, len(text))


@lru_cache(maxsize=512)
def _selected(text: str) -> frozenset[str]:
    """Return the variables that a query selects."""
    head = text[: _body(text).start]
    return frozenset(token.text[1:] for token in tokens(head) if token.kind == "variable")


class _About:
    """A query about any `?this`, of which queries about one thing are made."""

    def __init__(self, text: str) -> None:
        body = _body(text)
        self._parts: list[str] = []
        done = 0
        for token in tokens(text):
            if token.kind == "variable" and token.text[1:] == "this" and body.start <= token.start < body.stop:
                self._parts.append(text[done : token.start])
                done = token.start + len(token.text)
        self._parts.append(text[done:])

    def with_thing(self, thing: str) -> str:
        return f"<{thing}>".join(self._parts)


def _either_way(path: str) -> str:
    return f"({path})|^({path})"


def _fill(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1], "…"), text)


def load_checks(project: Project) -> tuple[Check, ...]:
    """Return a project's checks, the shipped ones first; one of the same name takes their place.

    Raises ProfileError.
    """
    from pressgraph.project import resource_folder

    folders = [] if project.replace_profile else [resource_folder("queries")]
    folders += [path for path in project.queries if path not in folders]
    checks: dict[str, Check] = {}
    for folder in folders:
        for path in sorted((folder / "checks").glob(f"*{_SUFFIX}.rq")) if folder.is_dir() else ():
            check = read_check(path)
            checks[check.name] = check
    return tuple(checks.values())


def read_check(path: Path) -> Check:
    """Read a check from its file.

    Raises ProfileError with the line that is wrong.
    """
    return _check_of(path.read_text(encoding="utf-8-sig"), path)


@lru_cache(maxsize=512)
def _check_of(text: str, path: Path) -> Check:
    """Read a check once: who checks again and again loads the same ones."""
    severity = Severity.VIOLATION
    unless: str | None = None
    suspects: str | None = None
    messages: dict[str, str] = {}
    for tag in read_header(text).tags:
        place = Place(file=str(path), line=tag.line)
        match tag.word:
            case "severity":
                if tag.value not in _SEVERITIES:
                    raise ProfileError(
                        gettext("'{word}' is no severity", word=tag.value),
                        place=place,
                        hint=gettext("known: {words}", words=_KNOWN),
                    )
                severity = _SEVERITIES[tag.value]
            case "message":
                language, _, message = tag.value.partition(" ")
                messages[language] = message.strip()
            case "unless":
                unless = tag.value
            case "suspects":
                suspects = tag.value
            case _:
                hint = did_you_mean(tag.word, _WORDS, otherwise=gettext("known: {words}", words=", ".join(_WORDS)))
                raise ProfileError(
                    gettext("'@{word}' says nothing about a check", word=tag.word), place=place, hint=hint
                )
    if not messages:
        raise ProfileError(gettext("a check needs a message: '# @message en …'"), place=Place(file=str(path), line=1))
    if any(token.kind == "word" and "SERVICE" in token.text.upper() for token in tokens(text)):
        raise ProfileError(
            gettext("SERVICE would ask another endpoint, and nothing is fetched here"), place=Place(file=str(path))
        )
    name = path.stem.removesuffix(_SUFFIX)
    return Check(
        name=name,
        text=text,
        severity=severity,
        messages=dict(sorted(messages.items())),
        path=path,
        unless=unless,
        suspects=suspects,
    )
