"""Read which names a query selects, and write it without names for an engine, or with patterns for any tool.

A column `?xLabel` that the outermost SELECT has, and that nothing else in the query binds, is the name of `?x`, as with
Wikidata's label service (https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual#Label_service).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pressgraph.errors import QueryError
from pressgraph.i18n import gettext
from pressgraph.languages import primary
from pressgraph.query.forms import with_prefixes
from pressgraph.query.lexer import tokens
from pressgraph.query.outermost import SLICE, outermost
from pressgraph.rdf import DCTERMS, RDF, RDFS, SCHEMA, SKOS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pressgraph.query.lexer import Token

NAMES = (f"{SKOS}prefLabel", f"{SCHEMA}name", f"{RDFS}label", f"{SCHEMA}headline", f"{DCTERMS}title")
"""The properties whose values are names of things, best first."""
TEXTS = (f"{SCHEMA}text", f"{SCHEMA}description", f"{SCHEMA}abstract", f"{SKOS}definition")
"""The properties whose values tell things apart that have no name."""

_SUFFIX = "Label"
_PREFIXES = ("skos", "schema", "rdfs", "rdf", "dcterms")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuery:
    """A query that selects names."""

    original: str
    text: str
    """What an engine is asked: things in place of names. It is as long as the query, so that places in errors hold."""
    columns: tuple[str, ...]
    """All columns, in the query's order."""
    names: Mapping[str, str]
    """The thing's column, by the column of its name."""
    order: tuple[tuple[str, bool], ...]
    """Columns to sort by when names are known, each with whether the greatest comes first; empty: the engine sorts."""
    offset: int
    limit: int | None
    computed: frozenset[str]
    """Columns that the SELECT computes, so that no pattern in WHERE can bind their names."""
    where: tuple[int, int]
    """The places of WHERE's braces."""
    groups: int | None
    """Where GROUP BY ends, if there is one."""


def read_names(text: str) -> NamedQuery | None:
    """Return a query that selects names; None for one that does not.

    Raises QueryError for an ORDER BY that has a name beside an expression.

    >>> read_names("SELECT ?xLabel { ?x a ?class }").text
    'SELECT ?x      { ?x a ?class }'
    """
    if _SUFFIX not in text:
        return None
    query = outermost(text)
    if query is None or not query.is_select:
        return None
    words, opening, closing = query.words, query.opening, query.closing
    plain, columns = _projection(words[query.form + 1 : opening])
    order = query.clause("ORDER", *SLICE, "VALUES")
    names = _names(words, plain, columns, order)
    if not names:
        return None
    edits = list(_things_for_names(plain, names, columns))
    ordered: tuple[tuple[str, bool], ...] = ()
    sliced: dict[str, int] = {}
    if any(words[i].kind == "variable" and words[i].text[1:] in names for i in order):
        ordered = _conditions(words[order.start + 2 : order.stop], columns)
        edits.append((words[order.start].start, _end(words[order.stop - 1]), ""))
        for word in SLICE:
            part = query.slice(word)
            if len(part) == 2 and words[part.stop - 1].text.isdecimal():  # noqa: PLR2004 - the word and its number
                sliced[word] = int(words[part.stop - 1].text)
                edits.append((words[part.start].start, _end(words[part.stop - 1]), ""))
    groups = query.clause("GROUP", "HAVING", "ORDER", *SLICE, "VALUES")
    alone = {token.text[1:] for token in plain}
    return NamedQuery(
        original=text,
        text=_edited(text, sorted(edits)),
        columns=columns,
        names=names,
        order=ordered,
        offset=sliced.get("OFFSET", 0),
        limit=sliced.get("LIMIT"),
        computed=frozenset(columns) - alone,
        where=(words[opening].start, words[closing].start),
        groups=_end(words[groups.stop - 1]) if groups else None,
    )


def portable(text: str, prefixes: Mapping[str, str], language: str) -> str:
    """Return a query that any SPARQL 1.1 engine answers: its prefixes are declared, its names are patterns.

    The names are those in a language, or without one. What has no such name has none there; what has two gives two
    rows.

    Raises QueryError for the name of what the SELECT computes.
    """
    query = read_names(text)
    if query is not None:
        text = _with_patterns(query, prefixes, language)
    declarations = with_prefixes(text, prefixes).removesuffix(text)
    if not declarations:
        return text
    lines = declarations.strip().replace("> PREFIX ", ">\nPREFIX ")
    # the comments, of which the first is the question, stay at the head
    start = next((token.start for token in tokens(text) if token.kind != "comment"), len(text))
    return f"{text[:start]}{lines}\n{text[start:]}"


def _with_patterns(query: NamedQuery, prefixes: Mapping[str, str], language: str) -> str:
    text = query.original
    pairs = pairwise(token for token in tokens(text) if token.kind != "comment")
    declared = {token.text for before, token in pairs if before.text.upper() == "PREFIX"}

    def term(iri: str) -> str:
        for prefix in _PREFIXES:
            # a prefix that the query declares may be another vocabulary's
            if f"{prefix}:" not in declared and iri.startswith(prefixes.get(prefix, " ")):
                return f"{prefix}:{iri.removeprefix(prefixes[prefix])}"
        return f"<{iri}>"

    path = "|".join(map(term, (*NAMES, TEXTS[0])))
    opening, closing = query.where
    used = {token.text[1:] for token in tokens(text) if token.kind == "variable"}
    bound = _surely_bound(text[opening + 1 : closing])
    patterns = ""
    for name, thing in query.names.items():
        if thing in query.computed:
            raise QueryError(
                gettext("?{name} is the name of what the SELECT computes, and no pattern finds that", name=name),
                hint=gettext("compute ?{thing} in a subquery, or with BIND", thing=thing),
            )
        subject = thing
        if thing not in bound:
            # a variable that is still open would match whatever has a name
            subject = f"{thing}Known"
            while subject in used:
                subject += "_"
            patterns += f"  BIND(COALESCE(?{thing}, {term(f'{RDF}nil')}) AS ?{subject})\n"
        wanted = f'LANGMATCHES(LANG(?{name}), "{primary(language)}") || LANG(?{name}) = ""'
        patterns += f"  OPTIONAL {{\n    ?{subject} {path} ?{name} .\n    FILTER({wanted})\n  }}\n"
    inner, after = text[opening + 1 : closing].rstrip(), text[closing:]
    first = next((token.text.upper() for token in tokens(inner) if token.kind != "comment"), "")
    if first == "SELECT":
        # a group that is a subquery has nothing beside it
        inner = f"\n  {{{inner}\n  }}"
    if query.groups is not None:
        end = query.groups - closing
        after = f"{after[:end]} {' '.join(f'?{name}' for name in query.names)}{after[end:]}"
    return f"{text[: opening + 1]}{inner}\n{patterns}{after}"


def _surely_bound(group: str) -> set[str]:
    """Return the variables that the patterns of a group bind: not those of OPTIONAL, UNION, BIND, VALUES or FILTER."""
    bound: set[str] = set()
    depth, before = 0, ""
    for token in tokens(group):
        if token.kind == "comment":
            continue
        depth += (token.text in {"(", "{"}) - (token.text in {")", "}"})
        if not depth and token.kind == "variable" and before != "VALUES":
            bound.add(token.text[1:])
        before = token.text.upper()
    return bound


def _projection(words: Sequence[Token]) -> tuple[list[Token], tuple[str, ...]]:
    """Return the variables that stand alone in a SELECT, and the names of all its columns in order."""
    plain: list[Token] = []
    columns: list[str] = []
    depth = 0
    for i, token in enumerate(words):
        if not depth and token.kind == "word" and token.text.upper() in {"WHERE", "FROM"}:
            break
        depth += (token.text == "(") - (token.text == ")")
        if not depth and token.kind == "variable":
            plain.append(token)
            columns.append(token.text[1:])
        elif not depth and token.text == ")" and words[i - 1].kind == "variable":
            columns.append(words[i - 1].text[1:])
    return plain, tuple(dict.fromkeys(columns))


def _names(
    words: Sequence[Token], plain: Iterable[Token], columns: Iterable[str], order: Collection[int]
) -> dict[str, str]:
    """Return the columns that are names, with those of their things: nothing else in the query has such a variable."""
    selected = {token.start for token in plain}
    bound = {
        token.text[1:]
        for i, token in enumerate(words)
        if token.kind == "variable" and token.start not in selected and i not in order
    }
    names = bound.union(columns)
    return {
        name: thing
        for name in (token.text[1:] for token in plain)
        if name.endswith(_SUFFIX) and name not in bound and (thing := name.removesuffix(_SUFFIX)) in names
    }


def _conditions(words: Sequence[Token], columns: Collection[str]) -> tuple[tuple[str, bool], ...]:
    """Return the columns that an ORDER BY has, each with whether the greatest comes first."""
    conditions: list[tuple[str, bool]] = []
    i = 0
    while i < len(words):
        token, word = words[i], words[i].text.upper()
        i += 1
        if word in {"ASC", "DESC"} and [it.text for it in words[i : i + 3 : 2]] == ["(", ")"]:
            token, i = words[i + 1], i + 3
        if token.kind != "variable" or token.text[1:] not in columns:
            raise QueryError(
                gettext(
                    "ORDER BY has a name and '{text}': rows are sorted by names when all else is done", text=token.text
                ),
                hint=gettext("beside a name, ORDER BY takes columns that the query selects, and ASC or DESC of them"),
            )
        conditions.append((token.text[1:], word == "DESC"))
    return tuple(conditions)


def _things_for_names(
    plain: Iterable[Token], names: Mapping[str, str], columns: Iterable[str]
) -> Iterator[tuple[int, int, str]]:
    """Yield the edits that take names out of a SELECT, and put in the things that it lacks."""
    there = set(columns)
    for token in plain:
        thing = names.get(token.text[1:])
        if thing is not None:
            yield token.start, _end(token), "" if thing in there else f"?{thing}"
            there.add(thing)


def _edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """Return a text with parts replaced, filled up with spaces so that all else stays in its place."""
    pieces: list[str] = []
    done = 0
    for start, end, new in edits:
        left = text[start + len(new) : end]
        pieces += [text[done:start], new, *(it if it in "\r\n" else " " for it in left)]
        done = end
    return "".join([*pieces, text[done:]])


def _end(token: Token) -> int:
    return token.start + len(token.text)
