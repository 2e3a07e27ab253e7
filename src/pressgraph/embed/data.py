"""Page data: what a page says about a thing, for search engines or in full.

For search engines it is schema.org alone: the description is cut to schema.org's terms, brought into the page's
language as plain strings, and framed (JSON-LD 1.1 Framing) from the thing that the page is about. The context is
stated as `https://schema.org`, which is what consumers look for; nothing is fetched from there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.dataset.schema_org import schema_org
from pressgraph.export.jsonld import json_ld
from pressgraph.facts.dates import bounds
from pressgraph.languages import primary
from pressgraph.rdf import EDTF, RDF_TYPE, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pressgraph.export.select import Selection
    from pressgraph.profile import Profile

CONTEXT = "https://schema.org"
FULL_DEPTH = 2
"""How many links deep a page describes things; further ones are named only."""

# Properties whose values have an order that readers see.
ORDERED = ("author", "creator", "editor", "contributor")
# Values that consumers expect as an address, not as a node.
_ADDRESSES = frozenset(
    {"url", "sameAs", "image", "logo", "license", "contentUrl", "mainEntityOfPage", "thumbnailUrl", "embedUrl"}
)
_IMAGES = frozenset({"image", "logo", "contentUrl", "thumbnailUrl"})
# Running text belongs to the page's language; names are said in whatever language they are in.
_PROSE = frozenset({"description", "disambiguatingDescription", "abstract", "text", "articleBody", "slogan"})
_TITLES = ("headline", "name")
_NAMING = ("name", "url")
_FIRST = ("@type", "@id", "headline", "name", "url")
_WORKS = f"{SCHEMA}CreativeWork"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What page data depends on besides the facts: the page's language (None: it states none) and its address."""

    language: str | None = None
    fallback: str = "en"
    """The project's language."""
    url: str | None = None


class PageData:
    """Write page data from one selection of the graph.

    `order` tells the order in which the facts name the values of a property of a thing, as IRIs.
    """

    def __init__(self, selection: Selection, *, order: Callable[[str, str], Sequence[str]] | None = None) -> None:
        if selection.root is None:
            raise ValueError("page data is about one thing")
        self.selection = selection
        self.profile = selection.profile
        self.root = selection.root
        self.order = order
        self._framed: dict[tuple[str, str], dict[str, Any]] = {}

    # -- in full

    def full(self) -> dict[str, Any]:
        """Return the whole description under the published context, cut to what it uses.

        Ids are absolute, because a page's `<base>` would move relative ones.
        """
        document = json_ld(self.selection.triples, self.profile, id_base="", root=self.root)
        document["@context"].pop("@base", None)
        return document

    # -- for search engines

    def google(self, context: PageContext) -> dict[str, Any]:
        """Return the schema.org part of the description as plain JSON-LD; what it holds is shared, and not to change.

        Of a work it says what only the page knows, too: the language of its texts here, which may be only one of those
        that the facts name, and its address as the main page about the work.
        """
        language = context.language or next(iter(self._stated("inLanguage")), None) or context.fallback
        languages = (language, context.fallback)
        framed = self._framed.get(languages)
        if framed is None:
            framed = self._framed[languages] = self._frame(language, context.fallback)
        data = framed
        if self._is_work:
            own = {"mainEntityOfPage": context.url} if context.url else {}
            data = {**own, **framed, "inLanguage": self._said_in(language, context.fallback)}
        root = _page_safe(self.root, context.url)
        if root != self.root:
            data = _renamed(data, self.root, root)
        return {"@context": CONTEXT, **_sorted(data)}

    def _stated(self, word: str) -> list[str]:
        """Return the plain values of a property of schema.org that the thing itself has."""
        return sorted(
            triple.object.value
            for triple in self.selection.triples
            if triple.subject == ox.NamedNode(self.root)
            and triple.predicate.value == SCHEMA + word
            and isinstance(triple.object, ox.Literal)
        )

    def _said_in(self, language: str, fallback: str) -> str:
        """Return the language that the work's own texts are in on a page in `language`.

        It is the page's, unless there are texts and none is in it: then that of its title, which is another.
        """
        about = [t for t in self.selection.triples if t.subject == ox.NamedNode(self.root)]
        titles = (
            [t.object for t in about if t.predicate.value == SCHEMA + word and isinstance(t.object, ox.Literal)]
            for word in _TITLES
        )
        texts = [title for title in next(filter(None, titles), []) if title.language is not None]
        chosen = in_language(texts, language, fallback, prose=False)
        if not chosen or primary(str(chosen[0].language)) == primary(language):
            return language
        stated = self._stated("inLanguage")
        tag = str(chosen[0].language)
        return next((it for it in stated if primary(it) == primary(tag)), tag)

    def _frame(self, language: str, fallback: str) -> dict[str, Any]:
        from pyld import jsonld

        nodes = self._nodes(language, fallback)
        context: dict[str, Any] = {"@vocab": SCHEMA, **{name: {"@type": "@id"} for name in sorted(_ADDRESSES)}}
        framed: dict[str, Any] = jsonld.frame(
            nodes,
            {"@context": context, "@id": self.root, "@embed": "@once"},
            {"omitGraph": True, "documentLoader": _no_loading, "base": "", "omitDefault": True},
        )
        framed.pop("@context", None)
        ordered: dict[str, Any] = _ordered(_named(framed, {node["@id"]: node for node in nodes}, ()))
        return ordered

    @cached_property
    def _is_work(self) -> bool:
        """Whether the thing is a creative work, which has a language and a page."""
        types = {
            triple.object.value
            for triple in self.selection.triples
            if triple.subject == ox.NamedNode(self.root)
            and triple.predicate.value == RDF_TYPE
            and isinstance(triple.object, ox.NamedNode)
        }
        terms = (self.profile.class_of.get(iri) for iri in types)
        return _WORKS in types or any(_WORKS in term.superclasses for term in terms if term is not None)

    def _nodes(self, language: str, fallback: str) -> list[dict[str, Any]]:
        """Return the description's schema.org part as expanded JSON-LD."""
        superseded = schema_org().superseded
        about: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        types: dict[str, list[str]] = defaultdict(list)
        for triple in self.selection.triples:
            if not isinstance(triple.subject, ox.NamedNode):
                continue
            name, predicate = triple.subject.value, triple.predicate.value
            if predicate == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
                types[name].append(triple.object.value)
            elif predicate.startswith(SCHEMA):
                word = predicate.removeprefix(SCHEMA)
                about[name][superseded.get(word, word)].append(triple.object)
        levels = self._levels(about)
        pictures = {name for name, words in about.items() if words.keys() & {"contentUrl", "url"}}
        nodes = []
        for name in sorted(levels):
            node: dict[str, Any] = {"@id": name}
            classes = schema_types(types[name], self.profile)
            if classes:
                node["@type"] = [SCHEMA + one for one in classes]
            for word, terms in sorted(about[name].items()):
                if levels[name] <= FULL_DEPTH or word in _NAMING:
                    values = self._values(name, word, terms, (language, fallback), pictures)
                    if values:
                        node[SCHEMA + word] = values
            nodes.append(node)
        return nodes

    def _levels(self, about: Mapping[str, Mapping[str, Iterable[Any]]]) -> dict[str, int]:
        """Return how many schema.org links each thing is from the root."""
        levels = {self.root: 0}
        level = [self.root]
        while level:
            following = []
            for name in level:
                for terms in about.get(name, {}).values():
                    for term in terms:
                        if (
                            isinstance(term, ox.NamedNode)
                            and term.value in about
                            and term.value not in levels
                            and levels[name] <= FULL_DEPTH
                        ):
                            levels[term.value] = levels[name] + 1
                            following.append(term.value)
            level = following
        return levels

    def _values(
        self, subject: str, word: str, terms: list[Any], languages: tuple[str, str], pictures: Collection[str]
    ) -> list[dict[str, Any]]:
        texts = [it for it in terms if isinstance(it, ox.Literal) and it.language is not None]
        chosen = in_language(texts, *languages, prose=word in _PROSE)
        values: list[dict[str, Any]] = [{"@value": literal.value} for literal in chosen]
        for term in terms:
            if isinstance(term, ox.Literal) and term.language is None:
                value = _plain(term)
                if value is None:
                    continue
                if word not in _IMAGES or _is_address(str(value)):
                    values.append(
                        {"@id": value} if word in _ADDRESSES and _is_address(str(value)) else {"@value": value}
                    )
            elif isinstance(term, ox.NamedNode):
                # a picture that is only an id of the project is no address that anybody could load
                own = term.value.startswith(self.selection.id_base)
                if word not in _IMAGES or term.value in pictures or (_is_address(term.value) and not own):
                    values.append({"@id": term.value})
        if self.order is not None and word in ORDERED and len(values) > 1:
            places = {value: place for place, value in enumerate(self.order(subject, SCHEMA + word))}
            values.sort(key=lambda value: places.get(str(value.get("@id", value.get("@value"))), len(places)))
        return values


def schema_types(types: Iterable[str], profile: Profile) -> list[str]:
    """Return the schema.org classes of a thing, by local name: the most specific ones that its classes imply.

    A thing none of whose classes is below one of schema.org's has none.
    """
    classes: set[str] = set()
    for iri in types:
        term = profile.class_of.get(iri)
        classes.update(it for it in (iri, *(term.superclasses if term is not None else ())) if it.startswith(SCHEMA))
    general: set[str] = set()
    for iri in classes:
        term = profile.class_of.get(iri)
        if term is not None:
            general |= term.superclasses - {iri}
    superseded = schema_org().superseded
    words = (iri.removeprefix(SCHEMA) for iri in classes - general)
    return sorted({superseded.get(word, word) for word in words})


def in_language(texts: Sequence[ox.Literal], language: str, fallback: str, *, prose: bool) -> list[ox.Literal]:
    """Return those of some texts with a language that a page in `language` should carry.

    The page's language wins, then a regional form of it, then, for names, `fallback`, English, or any one.
    """
    by_tag: dict[str, list[ox.Literal]] = defaultdict(list)
    for text in texts:
        by_tag[str(text.language).lower()].append(text)
    wanted, alone = language.lower(), primary(language)
    near = sorted(tag for tag in by_tag if primary(tag) == alone)
    rest = () if prose else (fallback.lower(), "en", *sorted(by_tag))
    for tag in (wanted, alone, *near, *rest):
        if tag in by_tag:
            return by_tag[tag]
    return []


def _plain(literal: ox.Literal) -> str | bool | int | None:
    """Return a literal as JSON has it; a date stays the date that it is, without a midnight.

    Of a date that is known less exactly, return the month or the year that it surely lies in; None where there is none.
    """
    datatype = literal.datatype.value
    if datatype == EDTF:
        first, last = bounds(literal.value, EDTF)
        if first is None or last is None or first.year != last.year:
            return None
        return first.isoformat()[:7] if first.month == last.month else first.isoformat()[:4]
    if datatype == f"{XSD}boolean" and literal.value in {"true", "false"}:
        return literal.value == "true"
    if datatype == f"{XSD}integer":
        return int(literal.value)
    return literal.value


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _page_safe(iri: str, url: str | None) -> str:
    """Return an id that is not the page's own address: the page and what it is about are two things."""
    if url is not None and iri.rstrip("/") == url.rstrip("/"):
        return f"{iri}#this"
    return iri


def _renamed(value: Any, old: str, new: str) -> Any:
    """Give a thing another id; where its id is meant as an address, it stays."""
    if isinstance(value, list):
        return [_renamed(item, old, new) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: new if key == "@id" and item == old else _renamed(item, old, new) for key, item in value.items()}


def _no_loading(url: str, options: Any) -> Any:
    raise ValueError(f"nothing is fetched: {url} {options}")


def _named(value: Any, nodes: Mapping[str, Mapping[str, Any]], above: tuple[str, ...]) -> Any:
    """Give type and name to a reference: not every reader looks an id up elsewhere in the page."""
    if isinstance(value, list):
        return [_named(item, nodes, above) for item in value]
    if not isinstance(value, dict):
        return value
    name = value.get("@id")
    if value.keys() == {"@id"} and isinstance(name, str) and name in nodes and name not in above:
        node = nodes[name]
        types = [one.removeprefix(SCHEMA) for one in node.get("@type", ())]
        named: dict[str, Any] = {"@id": name}
        if types:
            named["@type"] = types[0] if len(types) == 1 else types
        for word in _NAMING:
            texts = [it.get("@value", it.get("@id")) for it in node.get(SCHEMA + word, ())]
            if texts:
                named[word] = texts[0] if len(texts) == 1 else texts
        return named
    inside = (*above, name) if isinstance(name, str) else above
    return {key: _named(item, nodes, inside) for key, item in value.items()}


def _ordered(value: Any) -> Any:
    """Put type, id and naming words first, the rest by the alphabet, at every depth."""
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    return _sorted({key: _ordered(item) for key, item in value.items()})


def _sorted(node: dict[str, Any]) -> dict[str, Any]:
    keys = [key for key in _FIRST if key in node]
    return {key: node[key] for key in (*keys, *sorted(node.keys() - set(keys)))}
