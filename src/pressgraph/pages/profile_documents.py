"""What the profile defines: namespaces, versions of its ontologies, SHACL shapes (also those of consumers).

Ontology and vocabularies are in the dataset; shapes are not, and are read from the profile's files.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.profile.sources import consumer_shapes
from pressgraph.rdf import OWL, RDF_TYPE, SH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressgraph.profile import Profile
    from pressgraph.rdf import Resource

_VERSION = f"{OWL}versionIRI"
_MOST_USES = 50
"""What a page shows of the uses of a term."""


class ProfileDocuments:
    """What a profile defines."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    @cached_property
    def _terms(self) -> frozenset[str]:
        shapes = {subject.value for subject in self._read[1] if isinstance(subject, ox.NamedNode)}
        return self._profile.ontology_terms | shapes

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """The namespaces of all terms."""
        return frozenset(iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in self._terms)

    def defines(self, iri: str) -> bool:
        """Tell whether an IRI is a term, or the ontology, the version or the vocabulary that terms are in."""
        return (
            iri in self._terms or iri in self.versions or f"{iri}#" in self.namespaces or f"{iri}/" in self.namespaces
        )

    def terms(self, namespace: str) -> list[str]:
        """Return the terms of a namespace."""
        return sorted(iri for iri in self._terms if iri.startswith(namespace))

    def namespace(self, name: str, roots: Sequence[str]) -> str | None:
        """Return the namespace whose terms follow a path below one of these roots: /cluster, /vocab/label-level.

        The version of an ontology, such as /cluster/0.1.0, is the ontology as it is: older ones are not kept.
        """
        name = name.rstrip("/")
        for root in roots if name else ():
            iri = self.versions.get(root + name, root + name)
            for namespace in (f"{iri}#", f"{iri}/"):
                if namespace in self.namespaces and namespace not in roots:
                    return namespace
        return None

    @cached_property
    def _read(self) -> tuple[dict[str, str], dict[Resource, list[ox.Triple]]]:
        profile = self._profile
        versions: dict[str, str] = {}
        about: dict[Resource, list[ox.Triple]] = defaultdict(list)
        for files, shapes in ((profile.ontology, False), ((*profile.shapes, *consumer_shapes()), True)):
            for triple in (triple for file in files for triple in file.triples):
                subject = triple.subject
                if isinstance(subject, ox.Triple):
                    continue
                if triple.predicate.value == _VERSION and isinstance(triple.object, ox.NamedNode):
                    versions[triple.object.value] = subject.value
                if shapes:
                    about[subject].append(triple)
        return versions, dict(about)

    @property
    def versions(self) -> dict[str, str]:
        """The ontologies, by the IRIs of their versions."""
        return self._read[0]

    def shape_triples(self, iri: str) -> Iterator[ox.Triple]:
        """Yield what the shapes' files say of an IRI and of the blank nodes below it."""
        about = self._read[1]
        waiting: list[Any] = [ox.NamedNode(iri)]
        while waiting:
            for triple in about.get(waiting.pop(), ()):
                yield triple
                if isinstance(triple.object, ox.BlankNode):
                    waiting.append(triple.object)

    def about(self, iri: str) -> list[ox.Triple]:
        """Return what the shapes' files say of an IRI, without blank nodes: of the shapes graph, its title."""
        return [it for it in self.shape_triples(iri) if not isinstance(it.object, ox.BlankNode)]

    def uses(self, iri: str) -> list[ox.Triple]:
        """Return what the shapes' files say with a property, or of things of a class, without blank nodes."""
        return self._uses.get(iri, [])

    @cached_property
    def _uses(self) -> dict[str, list[ox.Triple]]:
        found: dict[str, list[ox.Triple]] = defaultdict(list)
        for triple in (triple for said in self._read[1].values() for triple in said):
            if not isinstance(triple.subject, ox.NamedNode) or isinstance(triple.object, ox.BlankNode):
                continue
            term = triple.predicate
            if term.value == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
                term = triple.object
            if len(found[term.value]) < _MOST_USES:
                found[term.value].append(triple)
        return dict(found)

    def shapes(self, names: Sequence[str]) -> dict[str, dict[str, list[Any]]]:
        """Return what a page says of the subjects of shapes' files: targets, paths, messages as `[text, language]`."""
        found = {}
        for name in names:
            triples = list(self.shape_triples(name))
            said: dict[str, list[Any]] = {key: [] for key in _WORDS.values()}
            for triple in triples:
                key = _WORDS.get(triple.predicate.value)
                if key is None or triple.subject != ox.NamedNode(name):
                    continue
                if isinstance(triple.object, ox.Literal):
                    said[key].append([triple.object.value, triple.object.language or ""])
                elif isinstance(triple.object, ox.NamedNode):
                    said[key].append(triple.object.value)
            if triples:
                found[name] = said
        return found


_WORDS = {
    f"{SH}targetClass": "targets",
    f"{SH}path": "paths",
    f"{SH}message": "messages",
    f"{SH}property": "properties",
    f"{SH}prefix": "prefixes",
    f"{SH}namespace": "prefixes",
}
