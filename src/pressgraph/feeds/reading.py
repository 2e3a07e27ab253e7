"""What files for other programs say of things: their names in a language, their dates, their newest source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.embed.nodes import in_language
from pressgraph.rdf import PROV, RDF_TYPE, RDFS, SCHEMA, SKOS, XSD
from pressgraph.text.contacts import without_contacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.export.published import PublishedGraph
    from pressgraph.rdf import Term

TYPE = ox.NamedNode(RDF_TYPE)
_NAMES = tuple(
    ox.NamedNode(it)
    for it in (f"{SCHEMA}headline", f"{SCHEMA}name", f"{SKOS}prefLabel", f"{RDFS}label", f"{SCHEMA}legalName")
)
_OTHER_NAMES = tuple(ox.NamedNode(it) for it in (f"{SCHEMA}alternateName", f"{SCHEMA}legalName", f"{SKOS}altLabel"))
_DAYS = tuple(ox.NamedNode(f"{SCHEMA}{it}") for it in ("datePublished", "dateModified"))
_DERIVED = ox.NamedNode(f"{PROV}wasDerivedFrom")
_DAY_LENGTH = len("2026-01-31")


class Reading:
    """A published graph, read in a language; `fallback` is the project's."""

    def __init__(self, graph: PublishedGraph, language: str, fallback: str) -> None:
        self.graph = graph
        self.language = language
        self.fallback = fallback
        self.id_base = graph.graphs.id_base
        self._days: dict[str, str] = {}
        self._kinds: dict[str, str | None] = {}

    # -- values

    def values(self, iri: str, predicate: ox.NamedNode) -> list[Term]:
        """Return what is said of a thing by a property, each once, sorted."""
        return sorted({quad.object for quad in self.graph.quads(ox.NamedNode(iri), predicate)}, key=str)

    def links(self, iri: str, word: str) -> list[str]:
        """Return the things that a property of schema.org leads to."""
        found = self.values(iri, ox.NamedNode(SCHEMA + word))
        return [it.value for it in found if isinstance(it, ox.NamedNode)]

    def text(self, iri: str, words: Iterable[ox.NamedNode], *, prose: bool = False) -> str | None:
        """Return the first text that some properties give a thing, in the language, or without one.

        Names that are in other languages only are given in these, running text is not.
        """
        for word in words:
            found = self._texts(self.values(iri, word), prose=prose)
            if found:
                return found[0]
        return None

    def _texts(self, terms: Iterable[Term], *, prose: bool) -> list[str]:
        literals = [it for it in terms if isinstance(it, ox.Literal)]
        tagged = [it for it in literals if it.language is not None]
        chosen = in_language(tagged, self.language, self.fallback, prose=prose)
        return [it.value for it in (*chosen, *(it for it in literals if it.language is None))]

    def prose(self, iri: str, *words: str) -> str | None:
        """Return the running text that the first of some properties of schema.org gives a thing.

        What looks like contact data is cut from it, as on pages.
        """
        found = self.text(iri, [ox.NamedNode(SCHEMA + word) for word in words], prose=True)
        return None if found is None else without_contacts(found)[0]

    def name(self, iri: str) -> str | None:
        """Return what a thing, a term or a class is called; None where nothing published says it."""
        found = self.text(iri, _NAMES)
        if found is not None:
            return found
        for word in _NAMES:
            texts = self._texts(self._in_profile(iri, word), prose=False)
            if texts:
                return texts[0]
        return None

    def kind(self, iri: str) -> str | None:
        """Return what a class is called, which is looked up once."""
        if iri not in self._kinds:
            self._kinds[iri] = self.name(iri)
        return self._kinds[iri]

    def other_names(self, iri: str) -> list[str]:
        """Return what else a thing is called, in any language."""
        name = self.name(iri)
        found = {
            it.value for word in (*_NAMES, *_OTHER_NAMES) for it in self.values(iri, word) if isinstance(it, ox.Literal)
        }
        return sorted(found - {name}) if name is not None else sorted(found)

    # -- things

    def of_class(self, iri: str) -> list[str]:
        """Return the project's things of a class, sorted."""
        return sorted(set(self._own(self.graph.quads(None, TYPE, ox.NamedNode(iri)))))

    def things(self) -> list[str]:
        """Return the project's things that have a class and stand in no other one, sorted."""
        found = set(self._own(self.graph.quads(None, TYPE)))
        return sorted(iri for iri in found if not any(above in found for above in _above(iri, self.id_base)))

    def is_listed(self, iri: str) -> bool:
        """Tell whether a thing is one of `things`."""
        names = (iri, *_above(iri, self.id_base)) if iri.startswith(self.id_base) else ()
        typed = (any(True for _ in self.graph.quads(ox.NamedNode(it), TYPE)) for it in names)
        return next(typed, False) and not any(typed)

    def _own(self, quads: Iterable[ox.Quad]) -> Iterator[str]:
        """Yield the things of the project that quads are about."""
        for quad in quads:
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(self.id_base):
                yield quad.subject.value

    def classes(self, iri: str) -> list[str]:
        """Return the most specific classes of a thing, as the profile in the store has it."""
        found = {it.value for it in self.values(iri, TYPE) if isinstance(it, ox.NamedNode)}
        above = {name for it in found for name in self.graph.superclasses(it)}
        return sorted(found - above)

    def _in_profile(self, iri: str, predicate: ox.NamedNode) -> list[Term]:
        defined = self.graph.defined(ox.NamedNode(iri))
        return sorted((it.object for it in defined if it.predicate == predicate), key=str)

    # -- days

    def day(self, iri: str) -> str | None:
        """Return the day of the newest source that says something of a thing, as YYYY-MM-DD."""
        graphs = {quad.graph_name.value for quad in self.graph.quads(ox.NamedNode(iri))}  # type: ignore[union-attr]
        return self.newest(graphs)

    def newest(self, graphs: Iterable[str]) -> str | None:
        """Return the day of the newest source of some graphs, as YYYY-MM-DD; None where no day is known."""
        return max((self._day_of_sources(it) for it in graphs), default="") or None

    def _day_of_sources(self, graph: str) -> str:
        """Return the newest day of the sources that a graph was read from, or was concluded from."""
        known = self._days.get(graph)
        if known is None:
            receipts = ox.NamedNode(self.graph.graphs.receipts_of(graph))
            quads = self.graph.store.quads_for_pattern(ox.NamedNode(graph), _DERIVED, None, receipts)
            sources = [quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)]
            known = self._days[graph] = max((self._newest_day(it) for it in sources), default="")
        return known

    def _newest_day(self, source: str) -> str:
        known = self._days.get(source)
        if known is None:
            known = self._days[source] = max(self.days(source), default="")
        return known

    def days(self, release: str) -> Iterator[str]:
        """Yield the days on which a source was published or changed."""
        for word in _DAYS:
            for value in self.values(release, word):
                if isinstance(value, ox.Literal) and value.datatype.value in {f"{XSD}date", f"{XSD}dateTime"}:
                    yield value.value[:_DAY_LENGTH]


def _above(iri: str, id_base: str) -> Iterator[str]:
    """Yield the IRIs that an id lies below."""
    parts = iri.removeprefix(id_base).split("/")
    for length in range(2, len(parts)):
        yield id_base + "/".join(parts[:length])
