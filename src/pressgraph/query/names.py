"""Names are presentation: a query returns things, and the names of things are filled in for the reader.

The names of all rows are looked up together: in the store, or by a further query where the store is an endpoint. Rows
are sorted afterwards where the query orders by a name.
"""

from __future__ import annotations

import json
import math
import unicodedata
from contextlib import suppress
from functools import cache, partial
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.errors import QueryError
from pressgraph.i18n import gettext, pgettext
from pressgraph.languages import lookup
from pressgraph.query.projection import NAMES, TEXTS
from pressgraph.query.results import Answer
from pressgraph.rdf import CLU, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pressgraph.query.projection import NamedQuery
    from pressgraph.rdf import Term

Found = list[tuple[int, str, str]]
"""What a thing is called: the place of the property among NAMES and TEXTS, the name, its language tag or ''."""

_PLACES = {iri: place for place, iri in enumerate((*NAMES, *TEXTS))}
_PROPERTIES = tuple((place, ox.NamedNode(iri)) for iri, place in _PLACES.items())
SCHEME = ox.NamedNode(f"{CLU}scheme")
"""Leads from a label to what it is called as, where it has no name."""
HELD_BY = f"{CLU}heldBy"
LABEL_NAMES = (f"{CLU}level", f"{SCHEMA}name", f"{CLU}levelName", SCHEME.value)
"""What a label is called as, best first."""
_GIVEN_TO = (f"{CLU}recipient", f"{SCHEMA}fundedItem")
_BATCH = 200
"""Things of one look-up at an endpoint: Virtuoso's compiler has limits, and endpoints cut off at 10,000 rows."""
_Place = tuple[int, float, str, str]
"""The place of a term in an order."""
_TOGETHER = 1000
"""Things of one look-up in a local store."""
_NO_IRI = frozenset('<>"{}|^`\\')
_NUMBERS = {"integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger"}


def answer_with_names(
    query: NamedQuery,
    answer: Answer,
    look_up: Callable[[list[str]], Mapping[str, Found]],
    languages: Sequence[str],
    *,
    id_base: str,
) -> Answer:
    """Return the answer to a query's `text` with the names that it selects.

    Raises QueryError where the evaluation fails midway.
    """
    assert isinstance(answer.found, ox.QuerySolutions)  # noqa: S101 - of a SELECT
    try:
        document = json.loads(answer.found.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    except (OSError, RuntimeError, SyntaxError, ValueError) as error:
        raise QueryError(gettext("the query failed: {reason}", reason=error)) from error
    bindings = document["results"]["bindings"]
    rows = fill(query, bindings, look_up(things_in(query, bindings)), languages, id_base=id_base)
    written = json.dumps({"head": {"vars": query.columns}, "results": {"bindings": rows}}).encode()
    results = ox.parse_query_results(written, format=ox.QueryResultsFormat.JSON)
    assert not isinstance(results, ox.QueryBoolean)  # noqa: S101 - as written
    return Answer(results, missing=answer.missing, names=query.names)


def things_in(
    query: NamedQuery, bindings: Iterable[Mapping[str, Any]], columns: Iterable[str] | None = None
) -> list[str]:
    """Return the IRIs whose names the rows of a SPARQL JSON result (3.2) want, each once.

    `columns` are columns of names, by default all.
    """
    things = dict.fromkeys(query.names[it] for it in (query.names if columns is None else columns))
    cells = (row[thing] for row in bindings for thing in things if thing in row)
    return list(dict.fromkeys(cell["value"] for cell in cells if cell["type"] == "uri"))


def fill(
    query: NamedQuery,
    bindings: Sequence[Mapping[str, Any]],
    names: Mapping[str, Found],
    languages: Sequence[str],
    *,
    id_base: str,
) -> list[dict[str, Any]]:
    """Return the rows of a SPARQL JSON result with the names of things, sorted and cut as the query says.

    A literal is its own name; a thing without one is called by its id in the project, or by the end of its IRI.
    """
    cell = naming(names, languages, id_base=id_base)
    return with_names(query, in_order(query, bindings, cell), cell)


def naming(names: Mapping[str, Found], languages: Sequence[str], *, id_base: str) -> Callable[[str], dict[str, Any]]:
    """Return what gives the name of a thing as a cell of a SPARQL JSON result; it is chosen once for each thing."""
    return cache(lambda iri: _cell(iri, names.get(iri, ()), languages, id_base))


def ordering(query: NamedQuery) -> list[str]:
    """Return the columns of names that a query sorts by."""
    return [column for column, _ in query.order if column in query.names]


def in_order(
    query: NamedQuery,
    bindings: Iterable[Mapping[str, Any]],
    cell: Callable[[str], dict[str, Any]],
    *,
    most: int | None = None,
) -> list[Mapping[str, Any]]:
    """Return the rows of a SPARQL JSON result, sorted and cut as the query says; with `most`, so many are sorted.

    `cell` names the things in the columns that `ordering` returns; see `naming`.
    """
    place_of = cache(lambda iri: _order(cell(iri), folded=True))

    def place(row: Mapping[str, Any], column: str) -> _Place:
        found = row.get(query.names.get(column, column))
        if column not in query.names:
            return _order(found, folded=False)
        if found is None or found["type"] == "bnode":
            return _order(None, folded=True)
        return place_of(found["value"]) if found["type"] == "uri" else _order(found, folded=True)

    rows = list(bindings)
    end = len(rows) if query.limit is None else query.offset + query.limit
    places = [(partial(place, column=column), descending) for column, descending in query.order]
    _sort(rows, places, end if most is None else min(end, query.offset + most))
    return rows[query.offset : None if query.limit is None else end]


def _sort(rows: list[Mapping[str, Any]], places: Sequence[tuple[Callable[[Any], _Place], bool]], most: int) -> None:
    """Sort rows so that the first ones, so many, are in their places; what each is sorted by next is asked of ties."""
    if not places or len(rows) < 2:  # noqa: PLR2004 - alone in its place
        return
    (place, descending), *rest = places
    keyed = sorted(((place(row), row) for row in rows), key=itemgetter(0), reverse=descending)
    rows[:] = [row for _, row in keyed]
    start = 0
    for _, same in groupby(keyed, key=itemgetter(0)):
        if start >= most:
            break
        tied = [row for _, row in same]
        _sort(tied, rest, most - start)
        rows[start : start + len(tied)] = tied
        start += len(tied)


def with_names(
    query: NamedQuery, bindings: Iterable[Mapping[str, Any]], cell: Callable[[str], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return rows of a SPARQL JSON result as they are ordered, with the names that `cell` gives things."""
    rows: list[dict[str, Any]] = []
    for binding in bindings:
        row = dict(binding)
        for column, thing in query.names.items():
            found = binding.get(thing)
            if found is not None and found["type"] != "bnode":
                row[column] = cell(found["value"]) if found["type"] == "uri" else found
        # the engine gives the things of names that are selected alone too
        rows.append({it: row[it] for it in query.columns if it in row})
    return rows


def best_name(names: Iterable[tuple[int, str, str]], languages: Sequence[str]) -> tuple[str, str] | None:
    """Return the name that a reader wants, and its language; None where there is none.

    It is the name in the first of some languages that there is one in (RFC 4647, 3.4), else one without a language,
    else one in English, else any. What tells things apart that have no name counts only for these.

    >>> best_name([(1, "Silver", "en"), (1, "Silber", "de")], ["pl", "de-CH"])
    ('Silber', 'de')
    """
    ranked = sorted(names)
    texts: dict[str, str] = {}
    for place, text, language in ranked:
        if place < len(NAMES) or ranked[0][0] >= len(NAMES):
            texts.setdefault(language, text)
    tagged = [tag for tag in texts if tag]
    for wanted in (*languages, "", "en"):
        tag = lookup(wanted, tagged) if wanted else ("" if "" in texts else None)
        if tag is not None:
            return texts[tag], tag
    return min(((text, tag) for tag, text in texts.items()), key=lambda it: it[1], default=None)


def end_of(iri: str, id_base: str) -> str:
    """Return what to call a thing without a name: its id in the project, else the last part of its IRI.

    >>> end_of("https://example.org/id/agent/x", "https://example.org/id/"), end_of("urn:a#b", "")
    ('agent/x', 'b')
    """
    if id_base and iri.startswith(id_base) and iri != id_base:
        return iri.removeprefix(id_base)
    plain = iri.rstrip("/#")
    return plain[max(plain.rfind("/"), plain.rfind("#")) + 1 :] or iri


def label_name(called: Callable[[str], str], language: str) -> str:
    """Return the name of a label that somebody holds, "LEVEL of HOLDER"; its bare name says nothing.

    `called` gives what a property of the label says in the language, or what that which it leads to is called in it;
    an empty text where there is no such property.
    """
    name = label_level(called, language)
    holder = called(HELD_BY)
    return gettext("{label} of {holder}", label=name, holder=holder).to(language) if holder else name


def label_level(called: Callable[[str], str], language: str) -> str:
    """Return what a label is called without its holder: as its level, else by its name, else as its scheme."""
    return next(filter(None, map(called, LABEL_NAMES)), "") or pgettext("page", "Label").to(language)


def grant_name(called: Callable[[str], str], kind: str, language: str) -> str:
    """Return what a grant without a name is called: its `kind`, and who or what gets it; empty where neither is known.

    `called` is that of `label_name`.
    """
    whom = next(filter(None, map(called, _GIVEN_TO)), "")
    return gettext("{kind} for {name}", kind=kind, name=whom).to(language) if whom and kind else ""


def names_in_store(store: ox.Store, iris: Iterable[str]) -> dict[str, Found]:
    """Return what a local store calls things, by IRI; see `name_in_store`."""
    return {iri: names for iri, (names, _) in looked_up(store, iris).items() if names}


def looked_up(store: ox.Store, iris: Iterable[str]) -> dict[str, tuple[Found, list[str]]]:
    """Return what `name_in_store` returns of several things, by IRI: together they take the engine a fourth as long."""
    found: dict[str, tuple[Found, list[str]]] = {iri: ([], []) for iri in iris}
    said = _said_of(store, found)

    def own(iri: str) -> Found:
        return _best_of(lambda word: said.get(iri, {}).get(word, ()))

    names = {iri: own(iri) for iri in said}
    schemes = {
        iri: [it.value for it in said[iri].get(SCHEME, ()) if isinstance(it, ox.NamedNode)]
        for iri, some in names.items()
        if not some
    }
    said |= _said_of(store, set(chain.from_iterable(schemes.values())) - said.keys())
    for iri, some in names.items():
        asked = schemes.get(iri, [])
        found[iri] = (some or [name for it in asked for name in own(it)], asked)
    return found


def _said_of(store: ox.Store, iris: Iterable[str]) -> dict[str, dict[ox.NamedNode, list[Term]]]:
    """Return what properties that name things say of some."""
    found: dict[str, dict[ox.NamedNode, list[Term]]] = {}
    nodes = []
    for iri in iris:
        with suppress(ValueError):
            nodes.append(ox.NamedNode(iri))
    properties = ", ".join(f"<{it}>" for it in (*_PLACES, SCHEME.value))
    for start in range(0, len(nodes), _TOGETHER):
        things = " ".join(map(str, nodes[start : start + _TOGETHER]))
        rows = store.query(
            f"SELECT ?thing ?property ?value "
            f"{{ VALUES ?thing {{ {things} }} ?thing ?property ?value FILTER(?property IN ({properties})) }}"
        )
        assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - of a SELECT
        for thing, word, value in rows:
            found.setdefault(thing.value, {}).setdefault(word, []).append(value)
    return found


def _best_of(said: Callable[[ox.NamedNode], Iterable[Term]]) -> Found:
    """Return the names among what properties say of a thing, or the first of its texts."""
    found: Found = []
    for place, word in _PROPERTIES:
        if found and place >= len(NAMES):
            break
        found += [(place, it.value, it.language or "") for it in said(word) if isinstance(it, ox.Literal)]
    return found


def name_in_store(store: ox.Store, iri: str) -> tuple[Found, list[str]]:
    """Return what a local store calls a thing, texts only where it has no name, and the schemes that were asked.

    A label that has none, and no level, is called as its scheme is.
    """
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return [], []
    if names := _names_of(store, node):
        return names, []
    found = store.quads_for_pattern(node, SCHEME, None, ox.DefaultGraph())
    schemes = [it.object for it in found if isinstance(it.object, ox.NamedNode)]
    return [name for it in schemes for name in _names_of(store, it)], [it.value for it in schemes]


def _names_of(store: ox.Store, node: ox.NamedNode) -> Found:
    default = ox.DefaultGraph()
    return _best_of(lambda word: (it.object for it in store.quads_for_pattern(node, word, None, default)))


def name_queries(iris: Iterable[str]) -> Iterator[str]:
    """Yield the queries that look up what things are called, each for as many as an endpoint takes at once."""
    properties = " ".join(f"<{iri}>" for iri in _PLACES)
    good = [iri for iri in iris if iri.isprintable() and " " not in iri and not _NO_IRI.intersection(iri)]
    for start in range(0, len(good), _BATCH):
        things = " ".join(f"<{iri}>" for iri in good[start : start + _BATCH])
        yield (
            f"SELECT DISTINCT ?thing ?scheme ?property ?name WHERE {{\n  VALUES ?thing {{ {things} }}\n"
            f"  VALUES ?property {{ {properties} }}\n  {{ ?thing ?property ?name . }}\n  UNION\n"
            f"  {{ ?thing {SCHEME} ?scheme . ?scheme ?property ?name . }}\n}}"
        )


def names_in_answer(answer: Answer) -> dict[str, Found]:
    """Return what the answer to one of `name_queries` says, by IRI; of a scheme only where the thing has no name."""
    names: dict[str, Found] = {}
    schemes: dict[str, Found] = {}
    columns = answer.variables
    for row in answer.rows():
        cells = dict(zip(columns, row, strict=False))
        thing, name = cells.get("thing"), cells.get("name")
        place = _PLACES.get(getattr(cells.get("property"), "value", ""))
        if place is not None and isinstance(thing, ox.NamedNode) and isinstance(name, ox.Literal):
            found = names if cells.get("scheme") is None else schemes
            found.setdefault(thing.value, []).append((place, name.value, name.language or ""))
    return {**schemes, **names}


def _cell(iri: str, names: Iterable[tuple[int, str, str]], languages: Sequence[str], id_base: str) -> dict[str, Any]:
    text, language = best_name(names, languages) or (end_of(iri, id_base), "")
    return {"type": "literal", "value": text, **({"xml:lang": language} if language else {})}


def _order(cell: Mapping[str, Any] | None, *, folded: bool) -> _Place:
    """Return the place of a term in an order (SPARQL 1.1, 15.1); names are sorted as in a dictionary."""
    if cell is None:
        return (0, 0.0, "", "")
    kind, value = {"bnode": 1, "uri": 2}.get(cell["type"], 3), str(cell["value"])
    if folded:
        letters = (it for it in unicodedata.normalize("NFKD", value) if not unicodedata.combining(it))
        return (kind, 0.0, "".join(letters).casefold(), value)
    if cell.get("datatype", "").rpartition("#")[2] in _NUMBERS:
        try:
            number = float(value)
        except ValueError:
            pass
        else:
            # what is no number equals nothing, not even itself
            return (kind, -math.inf if math.isnan(number) else number, "", value)
    return (kind, 0.0, value, "")
