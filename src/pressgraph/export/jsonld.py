"""Write JSON-LD 1.1 under the profile's context, nested from a root where there is one.

The context travels inside the document, cut down to the words that it uses: it reads everywhere, without a network,
and before the published context's address is registered.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
import pyoxigraph as ox

from pressgraph.profile import Key, Kind, Profile, json_ld_context
from pressgraph.rdf import RDF_TYPE, XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pressgraph.rdf import Term


# Relative references that every processor resolves in the same way; what else there is (RFC 3986, 4.2), some mistake.
# JSON-LD reads what follows a prefix as an authority where it starts so (JSON-LD 1.1, 4.1.5)
_LOCAL = re.compile(r"(?!//).+", re.DOTALL)
_PLAIN = re.compile(r"[\w-][\w.~%-]*(?:/[\w-][\w.~%-]*)*")

Resource = ox.NamedNode | ox.BlankNode
_DEEPEST = 50
"""How deep nodes stand in one another; what is deeper follows beside the tree: every reader's stack is enough."""


def json_ld(triples: Iterable[ox.Triple], profile: Profile, *, id_base: str, root: str | None = None) -> dict[str, Any]:
    """Return triples as a JSON-LD document: a flat `@graph`, or the tree below the IRI `root`.

    In a tree every node stands where it is first met; whatever the root does not reach follows beside it.
    """
    writer = _Writer(profile, id_base)
    nodes = writer.document(triples, root)
    context = writer.context()
    if len(nodes) == 1:
        return {"@context": context, **nodes[0]}
    return {"@context": context, "@graph": nodes}


def json_ld_dataset(quads: Iterable[ox.Quad], profile: Profile, *, id_base: str) -> dict[str, Any]:
    """Return quads as a JSON-LD document: one graph object for each named graph."""
    writer = _Writer(profile, id_base)
    by_graph: dict[str, list[ox.Triple]] = defaultdict(list)
    for quad in quads:
        name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        by_graph[name].append(quad.triple)
    graphs: list[dict[str, Any]] = []
    for name, triples in sorted(by_graph.items()):
        nodes = writer.document(triples, None)
        graphs.extend([{"id": writer.id(name), "@graph": nodes}] if name else nodes)
    return {"@context": writer.context(), "@graph": graphs}


def context_of(words: Collection[str], profile: Profile, id_base: str) -> dict[str, Any]:
    """Return the context of a document that uses some words of the profile's."""
    return {**json_ld_context(profile, only=words), "@base": id_base}


def json_bytes(document: dict[str, Any]) -> bytes:
    """Return a JSON-LD document as JSON in UTF-8, indented; text of RDF is always Unicode (RDF 1.1 Concepts, 3.3)."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


class _Writer:
    """Write nodes, and note which words of the context they use."""

    def __init__(self, profile: Profile, id_base: str) -> None:
        self.profile = profile
        self.id_base = id_base
        self.used: set[str] = set()
        self.depth = 0

    def context(self) -> dict[str, Any]:
        return context_of(self.used, self.profile, self.id_base)

    def document(self, triples: Iterable[ox.Triple], root: str | None) -> list[dict[str, Any]]:
        self.about: dict[Resource, list[tuple[str, Term]]] = defaultdict(list)
        for triple in triples:
            if isinstance(triple.subject, ox.Triple):
                raise TypeError(f"a quoted triple has no place in JSON-LD 1.1: {triple.subject}")
            self.about[triple.subject].append((triple.predicate.value, triple.object))
        order = sorted(self.about, key=lambda node: node.value)
        if root is None:
            return [self.node(node, None) for node in order]
        seen: set[Resource] = set()
        start = ox.NamedNode(root)
        first = [start] if start in self.about else []
        return [self.node(node, seen) for node in (*first, *order) if node not in seen]

    def node(self, subject: Resource, seen: set[Resource] | None) -> dict[str, Any]:
        """Write a node; with `seen`, nodes that it links to and that are not in it are written inside."""
        if seen is not None:
            seen.add(subject)
        node: dict[str, Any] = {"id": self.id(subject)}
        by_predicate: dict[str, list[Term]] = defaultdict(list)
        for predicate, value in self.about[subject]:
            by_predicate[predicate].append(value)
        types = by_predicate.pop(RDF_TYPE, [])
        if types:
            node["type"] = one_or_list(sorted(self.class_name(value) for value in types))
        words = sorted((self.word(predicate), predicate) for predicate in by_predicate)
        for word, predicate in words:
            values = sorted(by_predicate[predicate], key=str)
            node[word] = self.values(self.profile.keys.get(word), values, seen)
        return node

    def values(self, key: Key | None, values: list[Term], seen: set[Resource] | None) -> Any:
        if key is not None and key.kind is Kind.TEXT and not key.plain_required:
            return self.texts(values)
        return one_or_list([self.value(key, value, seen) for value in values])

    def texts(self, values: list[Term]) -> Any:
        """Write texts as a language map where all have a language, as strings where none has."""
        literals = [value for value in values if isinstance(value, ox.Literal)]
        plain = [v.value for v in literals if v.language is None and v.datatype.value == XSD_STRING]
        if len(plain) == len(values):
            return one_or_list(plain)
        tagged: dict[str, list[str]] = defaultdict(list)
        for literal in literals:
            if literal.language is not None:
                tagged[literal.language].append(literal.value)
        if sum(map(len, tagged.values())) == len(values):
            return {tag: one_or_list(texts) for tag, texts in sorted(tagged.items())}
        # In a list, value objects are not taken for a language map (JSON-LD 1.1 API, 5.1.2, 13.7).
        return [self.explicit(value) for value in values]

    def value(self, key: Key | None, value: Term, seen: set[Resource] | None) -> Any:
        if isinstance(value, ox.Literal):
            datatype = value.datatype.value
            if key is not None and key.coercion is not None and key.coercion == datatype:
                return value.value
            if (
                (key is None or key.kind in {Kind.TEXT, Kind.MIXED})
                and value.language is None
                and datatype == XSD_STRING
            ):
                return value.value
            return self.explicit(value)
        if isinstance(value, ox.NamedNode | ox.BlankNode):
            if key is not None and key.kind is Kind.TERM and key.scheme is not None:
                concept = self.profile.concept_of.get(value.value)
                in_scheme = concept is not None and key.scheme.concepts.get(concept.name) == concept
                if concept is not None and in_scheme and _PLAIN.fullmatch(concept.name):
                    return concept.name
                return {"id": value.value}
            if seen is not None and value in self.about and value not in seen and self.depth < _DEEPEST:
                self.depth += 1
                inner = self.node(value, seen)
                self.depth -= 1
                return inner
            name = self.id(value)
            return name if key is not None and key.kind is Kind.LINK else {"id": name}
        raise TypeError(f"a quoted triple has no place in JSON-LD 1.1: {value}")

    def explicit(self, value: Term) -> dict[str, Any]:
        """Write a term so that no coercion touches it."""
        if isinstance(value, ox.Literal):
            if value.language is not None:
                return {"@value": value.value, "@language": value.language}
            if value.datatype.value == XSD_STRING:
                return {"@value": value.value}
            return {"@value": value.value, "@type": self.compact(value.datatype.value)}
        return {"id": self.id(value)}

    def word(self, predicate: str) -> str:
        key = self.profile.key_of.get(predicate)
        if key is not None and not key.name.startswith("@"):
            # a key that is a CURIE is its own definition, and carries its coercion
            self.used.add(key.name)
            self.used.add(key.name.partition(":")[0])
            return key.name
        return self.compact(predicate)

    def class_name(self, value: Term) -> str:
        if not isinstance(value, ox.NamedNode):
            return self.id(value)
        term = self.profile.class_of.get(value.value)
        if term is not None and ":" not in term.name:
            self.used.add(term.name)
            return term.name
        return self.compact(value.value)

    def id(self, node: Term | str) -> str:
        if isinstance(node, ox.BlankNode):
            return f"_:{node.value}"
        iri = node if isinstance(node, str) else str(getattr(node, "value", node))
        relative = iri.removeprefix(self.id_base)
        return relative if relative != iri and _PLAIN.fullmatch(relative) else iri

    def compact(self, iri: str) -> str:
        curie = self.profile.context_converter.compress(iri, local=_LOCAL)
        if curie is None:
            return iri
        self.used.add(curie.partition(":")[0])
        return curie


def one_or_list(values: list[Any]) -> Any:
    """Return the only value by itself, several as their list: what JSON-LD and facts files both take."""
    return values[0] if len(values) == 1 else values
