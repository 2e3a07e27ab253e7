"""What holds of a thing on a day, and is stored nowhere because it does not hold for ever: who works where, as what.

The profile says it, in queries: `queries/embed/*.rq`, shipped and a project's own. Each is a CONSTRUCT about `?thing`
on `?day`. Its default graph is what is published of the thing and of what leads to it by the properties of its line
`@links`, as sure as `[publish] statuses` wants it; `GRAPH ?any` is the same however sure, so that what is less sure can
keep something from being said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import Place, ProfileError
from pressgraph.i18n import gettext
from pressgraph.project import resource_folder
from pressgraph.query.comments import read_header
from pressgraph.query.lexer import tokens
from pressgraph.rdf import XSD

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pressgraph.export.published import PublishedGraph
    from pressgraph.project import Project

FOLDER = "embed"
_EVERY = ox.NamedNode("urn:x-pressgraph:every-status")
_MOST = 1000
"""How many things lead to a thing are looked at, for each property."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayQuery:
    """A query of what holds on a day: its text with its prefixes, and the properties that lead to its thing, as IRIs.

    `where` is the place in the text where its pattern begins.
    """

    name: str
    text: str
    links: tuple[str, ...]
    where: int

    def about(self, thing: ox.NamedNode, day: datetime.date) -> str:
        """Return its text for a thing and a day."""
        values = f'VALUES (?thing ?day) {{ ({thing} "{day.isoformat()}"^^<{XSD}date>) }}'
        return f"{self.text[: self.where]} {values} {self.text[self.where :]}"


def load_day_queries(project: Project, prefixes: Mapping[str, str]) -> tuple[DayQuery, ...]:
    """Return a project's queries of what holds on a day, by name; its own take the place of shipped ones.

    `prefixes` are those that they may use without declaring them.

    Raises ProfileError for one that cannot be read or is no CONSTRUCT.
    """
    folders = [] if project.replace_profile else [resource_folder("queries")]
    folders += [path for path in project.queries if path not in folders]
    files = {path.stem: path for it in folders if it.is_dir() for path in sorted((it / FOLDER).glob("*.rq"))}
    return tuple(_read(name, path, prefixes) for name, path in sorted(files.items()))


def _read(name: str, path: Path, prefixes: Mapping[str, str]) -> DayQuery:
    place = Place(file=str(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(gettext("the query cannot be read: {reason}", reason=error), place=place) from error
    links: list[str] = []
    for tag in read_header(text).tags:
        if tag.word == "links":
            for word in tag.value.split():
                prefix, colon, local = word.partition(":")
                if not colon or prefix not in prefixes:
                    raise ProfileError(
                        gettext("'@links {word}' is no property with a known prefix", word=word),
                        place=Place(file=str(path), line=tag.line),
                        hint=gettext("such as org:organization"),
                    )
                links.append(prefixes[prefix] + local)
    used = {prefix: iri for prefix, iri in prefixes.items() if f"{prefix}:" in text}
    declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in sorted(used.items()))
    text = declared + text
    try:
        found = ox.Store().query(text)
    except SyntaxError as error:
        raise ProfileError(gettext("the query is not valid SPARQL: {reason}", reason=error), place=place) from error
    if not isinstance(found, ox.QueryTriples):
        raise ProfileError(gettext("a query of {folder} must be a CONSTRUCT", folder=f"queries/{FOLDER}"), place=place)
    return DayQuery(name=name, text=text, links=tuple(links), where=_pattern(text))


def _pattern(text: str) -> int:
    """Return where the pattern of a CONSTRUCT begins: in the last group of the outermost ones."""
    depth, start = 0, 0
    for token in tokens(text):
        if token.kind == "other" and token.text == "{":
            start = token.start + 1 if depth == 0 else start
            depth += 1
        elif token.kind == "other" and token.text == "}":
            depth -= 1
    return start


def on_day(queries: Sequence[DayQuery], graph: PublishedGraph, iri: str, day: datetime.date) -> Iterator[ox.Triple]:
    """Yield what holds of a thing on a day, with the descriptions of the things that it names."""
    links = dict.fromkeys(link for query in queries for link in query.links)
    node = ox.NamedNode(iri)
    leading = sorted({subject for link in links for subject in _leading(graph, node, link)}, key=str)
    if not leading:
        return
    sure = {quad.triple for it in (node, *leading) for quad in graph.quads(it)}
    named = {it.object for it in sure if isinstance(it.object, ox.NamedNode)} - {node}
    sure |= {quad.triple for it in named for quad in graph.quads(it)}
    every = {quad.triple for it in leading for quad in graph.of_any_status.quads(it)}
    # what the profile says of the terms that facts name, such as roles, decides, and is no description of a thing
    profile = ox.NamedNode(graph.graphs.profile)
    terms = {quad.triple for it in named for quad in graph.store.quads_for_pattern(it, None, None, profile)}
    store = ox.Store()
    store.extend(_in_graph(terms, ox.DefaultGraph()))
    store.extend(_in_graph(sure, ox.DefaultGraph()))
    store.extend(_in_graph(every, _EVERY))
    found: set[ox.Triple] = set()
    for query in queries:
        answer = store.query(query.about(node, day))
        assert isinstance(answer, ox.QueryTriples)  # noqa: S101 - a CONSTRUCT
        found.update(answer)
    if found:
        yield from found
        yield from sure


def _leading(graph: PublishedGraph, node: ox.NamedNode, link: str) -> list[ox.NamedNode]:
    found = {
        quad.subject for quad in graph.quads(None, ox.NamedNode(link), node) if isinstance(quad.subject, ox.NamedNode)
    }
    return sorted(found, key=str)[:_MOST]


def _in_graph(triples: Iterable[ox.Triple], graph: ox.NamedNode | ox.DefaultGraph) -> list[ox.Quad]:
    return [ox.Quad(it.subject, it.predicate, it.object, graph) for it in triples]
