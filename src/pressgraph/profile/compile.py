"""Compile ontology, vocabularies and shapes into a Profile.

Keys come from SHACL property shapes: `sh:path` with an IRI, on a node shape with `sh:targetClass` (or one that is
itself a class: SHACL 2.1.3.3, implicit class targets). Their kind comes from the value constraints (SHACL 4.1, 4.5,
4.7, 4.8), their vocabulary from a node shape that asks for `skos:inScheme`.

The files are read with pyoxigraph: parsing them with rdflib would cost every command a third of a second.
"""

from __future__ import annotations

import codecs
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.errors import Place, ProfileError
from pressgraph.profile.model import (
    FACT_WORDS,
    ClassTerm,
    Concept,
    Key,
    KeyUse,
    Kind,
    Profile,
    Scheme,
    local_name,
    merge_uses,
)
from pressgraph.project import Project, resource_folder
from pressgraph.rdf import OWL, PG, RDF, RDFS, SCHEMA, SH, SKOS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pressgraph.rdf import Term


# Classes that describe the profile itself; no fact has them as its type.
_META_NAMESPACES = (SH, SKOS, RDF, RDFS, OWL, XSD)

# Files of this name prefix are the project's own: their terms never take a short name from a shipped term.
OWN = "project/"

Node: TypeAlias = ox.NamedNode | ox.BlankNode


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSources:
    """The Turtle files of a profile, as (name, content), in layers: the shipped profile first."""

    ontology: tuple[tuple[str, bytes], ...]
    shapes: tuple[tuple[str, bytes], ...]
    prefixes: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """Identify the sources: equal digests, equal profiles."""
        digest = hashlib.sha256()
        for kind, files in (("ontology", self.ontology), ("shapes", self.shapes)):
            for name, content in files:
                digest.update(f"{kind}\0{name}\0{len(content)}\0".encode())
                digest.update(content)
        for prefix, iri in self.prefixes:
            digest.update(f"prefix\0{prefix}\0{iri}\0".encode())
        return digest.hexdigest()


def load_profile(project: Project) -> Profile:
    """Compile the profile of a project: the shipped one, extended or replaced by the project's own files.

    Raises ProfileError with the file, and the line where the parser gives one.
    """
    return compile_profile(profile_sources(project))


def profile_sources(project: Project) -> ProfileSources:
    """Read the Turtle files of a project's profile."""
    shipped: dict[str, Path] = {kind: resource_folder(kind) for kind in ("ontology", "shapes")}
    files: dict[str, tuple[tuple[str, bytes], ...]] = {}
    for kind, own in (("ontology", project.ontology), ("shapes", project.shapes)):
        read: dict[str, bytes] = {}
        if not project.replace_profile:
            read.update(_read_turtle(shipped[kind]))
        for path in own:
            # The repository is a project too: its own folders are the shipped ones.
            if path.resolve() != shipped[kind].resolve():
                for name, content in _read_turtle(path):
                    read[f"{OWN}{name}"] = content
        files[kind] = tuple(read.items())
    if not files["shapes"]:
        raise ProfileError(
            "the profile has no shapes",
            hint="add shapes/*.ttl, or leave out 'replace = true' in [profile]",
        )
    return ProfileSources(
        ontology=files["ontology"], shapes=files["shapes"], prefixes=tuple(sorted(project.prefixes.items()))
    )


def _read_turtle(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_file():
        yield path.name, _bytes(path)
        return
    for file in sorted(path.rglob("*.ttl")):
        # shapes/consumers/ holds what search engines ask of pages, not what facts may say.
        if "consumers" not in file.relative_to(path).parts:
            yield f"{path.name}/{file.relative_to(path).as_posix()}", _bytes(file)


def _bytes(path: Path) -> bytes:
    """Return a file's bytes; Windows' editors put a mark at the beginning, which Turtle has no place for."""
    try:
        return path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise ProfileError(f"it cannot be read: {error.strerror or error}", place=Place(file=str(path))) from error


@lru_cache(maxsize=8)
def compile_profile(sources: ProfileSources) -> Profile:
    """Compile Turtle sources into a Profile.

    Raises ProfileError.
    """
    return _Compiler(sources).compile()


class _Graph:
    """The profile's triples with the few look-ups that compiling needs."""

    def __init__(self) -> None:
        self.forward: dict[tuple[Node, str], list[Term]] = defaultdict(list)
        self.subjects: dict[tuple[str, Term], list[Node]] = defaultdict(list)
        self.prefixes: dict[str, str] = {}
        self.shipped: set[str] = set()

    def read(self, name: str, content: bytes, *, own: bool) -> None:
        parser = ox.parse(content, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        try:
            for quad in parser:
                subject, predicate, value = quad.subject, quad.predicate.value, quad.object
                if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
                    continue
                if value in self.forward[subject, predicate]:
                    # a project may hold a copy of what is shipped
                    continue
                self.forward[subject, predicate].append(value)
                self.subjects[predicate, value].append(subject)
                if not own:
                    self.shipped.update((subject.value, value.value))
        except SyntaxError as error:
            raise ProfileError(
                f"not valid Turtle: {error.msg}",
                place=Place(file=name.removeprefix(OWN), line=error.lineno or 0, column=error.offset or 0),
            ) from error
        for prefix, iri in parser.prefixes.items():
            self.prefixes.setdefault(prefix, iri)

    def values(self, subject: Node, predicate: str) -> list[Term]:
        return self.forward.get((subject, predicate), [])

    def nodes(self, subject: Node, predicate: str) -> list[Node]:
        return [value for value in self.values(subject, predicate) if isinstance(value, ox.NamedNode | ox.BlankNode)]

    def iris(self, subject: Node, predicate: str) -> list[str]:
        return [value.value for value in self.values(subject, predicate) if isinstance(value, ox.NamedNode)]

    def literals(self, subject: Node, predicate: str) -> list[str]:
        return [value.value for value in self.values(subject, predicate) if isinstance(value, ox.Literal)]

    def by_language(self, subject: Node, *predicates: str) -> dict[str, str]:
        texts: dict[str, str] = {}
        for predicate in predicates:
            for value in self.values(subject, predicate):
                if isinstance(value, ox.Literal):
                    texts.setdefault(value.language or "", value.value)
        return dict(sorted(texts.items()))

    def is_true(self, subject: Node, predicate: str) -> bool:
        return "true" in self.literals(subject, predicate)

    def members(self, head: Node) -> list[Term]:
        """Return the members of an RDF list."""
        found: list[Term] = []
        seen: set[Node] = set()
        while head.value != f"{RDF}nil" and head not in seen:
            seen.add(head)
            found.extend(self.values(head, f"{RDF}first")[:1])
            head = next(iter(self.nodes(head, f"{RDF}rest")), ox.NamedNode(f"{RDF}nil"))
        return found


@dataclass(slots=True)
class _Draft:
    """What the shapes say of a property, gathered over all of them."""

    iri: str
    kinds: dict[Kind, str]
    """Kind → the shape that first asked for it."""
    datatypes: dict[str, str]
    schemes: dict[str, Scheme]
    languages: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()


class _Compiler:
    def __init__(self, sources: ProfileSources) -> None:
        self.sources = sources
        self.graph = _Graph()
        files = (*sources.ontology, *sources.shapes)
        for name, content in sorted(files, key=lambda file: file[0].startswith(OWN)):
            self.graph.read(name, content, own=name.startswith(OWN))

    def compile(self) -> Profile:
        graph = self.graph
        self.superclasses = self._superclass_closure()
        schemes = self._schemes()
        drafts, uses = self._property_shapes(schemes)
        names = self._short_names([draft.iri for draft in drafts.values()], taken=set(FACT_WORDS), what="property")
        keys = {names[iri]: self._key(names[iri], draft) for iri, draft in drafts.items()}
        classes = self._classes(uses, names)
        terms: set[str] = set()
        for (subject, predicate), values in graph.forward.items():
            terms.add(predicate)
            for term in (subject, *values):
                if isinstance(term, ox.NamedNode):
                    terms.add(term.value)
        return Profile(
            keys=dict(sorted(keys.items())),
            classes=dict(sorted(classes.items())),
            schemes={scheme.name: scheme for scheme in sorted(schemes.values(), key=lambda it: it.name)},
            prefixes={**dict(sorted(graph.prefixes.items())), **dict(self.sources.prefixes)},
            id_prefixes=self._id_prefixes(),
            ontology_terms=frozenset(terms),
            ontology_turtle=self.sources.ontology,
            shapes_turtle=self.sources.shapes,
            digest=self.sources.digest,
        )

    def _superclass_closure(self) -> dict[str, frozenset[str]]:
        direct: dict[str, set[str]] = defaultdict(set)
        for (subject, predicate), values in self.graph.forward.items():
            if predicate == f"{RDFS}subClassOf" and isinstance(subject, ox.NamedNode):
                direct[subject.value].update(v.value for v in values if isinstance(v, ox.NamedNode))
        closure: dict[str, frozenset[str]] = {}
        for name in direct:
            found: set[str] = set()
            todo = [name]
            while todo:
                for parent in direct.get(todo.pop(), ()):
                    if parent not in found:
                        found.add(parent)
                        todo.append(parent)
            closure[name] = frozenset(found - {name})
        return closure

    def _schemes(self) -> dict[str, Scheme]:
        graph = self.graph
        members: dict[str, list[ox.NamedNode]] = defaultdict(list)
        for (predicate, value), subjects in graph.subjects.items():
            if predicate == f"{SKOS}inScheme" and isinstance(value, ox.NamedNode):
                members[value.value].extend(s for s in subjects if isinstance(s, ox.NamedNode))
        declared = graph.subjects.get((f"{RDF}type", ox.NamedNode(f"{SKOS}ConceptScheme")), [])
        for node in declared:
            members.setdefault(node.value, [])
        return {
            iri: Scheme(
                name=local_name(iri),
                iri=iri,
                concepts=self._concepts(iri, nodes),
                labels=graph.by_language(ox.NamedNode(iri), f"{SKOS}prefLabel", f"{RDFS}label"),
            )
            for iri, nodes in members.items()
        }

    def _concepts(self, scheme: str, nodes: Iterable[ox.NamedNode]) -> dict[str, Concept]:
        graph = self.graph
        concepts: dict[str, Concept] = {}
        for node in sorted(set(nodes), key=lambda it: it.value):
            name = local_name(node.value)
            if name in concepts:
                raise ProfileError(
                    f"two terms of {scheme} have the short name '{name}': {concepts[name].iri}, {node.value}"
                )
            concepts[name] = Concept(
                name=name,
                iri=node.value,
                labels=graph.by_language(node, f"{SKOS}prefLabel", f"{RDFS}label"),
                alternatives=tuple(sorted(graph.literals(node, f"{SKOS}altLabel"))),
                definitions=graph.by_language(node, f"{SKOS}definition", f"{SKOS}scopeNote"),
                types=tuple(sorted(graph.iris(node, f"{RDF}type"))),
            )
        return concepts

    def _target_classes(self, shape: Node) -> list[str]:
        graph = self.graph
        targets = list(graph.iris(shape, f"{SH}targetClass"))
        types = graph.iris(shape, f"{RDF}type")
        if isinstance(shape, ox.NamedNode) and (f"{OWL}Class" in types or f"{RDFS}Class" in types):
            targets.append(shape.value)
        return targets

    def _property_shapes(self, schemes: Mapping[str, Scheme]) -> tuple[dict[str, _Draft], dict[str, dict[str, KeyUse]]]:
        """Read every property shape: per property its kind, per class its uses."""
        graph = self.graph
        drafts: dict[str, _Draft] = {}
        uses: dict[str, dict[str, KeyUse]] = defaultdict(dict)
        for (node_shape, predicate), values in list(graph.forward.items()):
            if predicate != f"{SH}property":
                continue
            targets = [
                name
                for name in self._target_classes(node_shape)
                # what the program writes itself, such as receipts, has shapes but no keys
                if not graph.is_true(ox.NamedNode(name), f"{PG}internal")
            ]
            if not targets:
                continue
            for shape in values:
                if isinstance(shape, ox.Literal | ox.Triple) or graph.is_true(shape, f"{SH}deactivated"):
                    continue
                for path in graph.iris(shape, f"{SH}path"):
                    if path == f"{RDF}type":
                        continue
                    # A property that must be absent is a check, not a key.
                    if graph.literals(shape, f"{SH}maxCount") == ["0"]:
                        continue
                    draft = drafts.setdefault(path, _Draft(path, {}, {}, {}))
                    self._gather(draft, shape, schemes)
                    use = KeyUse(
                        key=path,
                        single=graph.literals(shape, f"{SH}maxCount") == ["1"],
                        required=bool([c for c in graph.literals(shape, f"{SH}minCount") if c != "0"])
                        and not graph.iris(shape, f"{SH}severity"),
                        value_classes=tuple(graph.iris(shape, f"{SH}class")),
                    )
                    for target in targets:
                        other = uses[target].get(path)
                        uses[target][path] = use if other is None else merge_uses(use, other)
        return drafts, uses

    def _gather(self, draft: _Draft, shape: Node, schemes: Mapping[str, Scheme]) -> None:
        graph, where = self.graph, shape.value
        for datatype in graph.iris(shape, f"{SH}datatype"):
            text = datatype in (f"{XSD}string", f"{RDF}langString")
            draft.kinds.setdefault(Kind.TEXT if text else Kind.LITERAL, where)
            draft.datatypes.setdefault(datatype, where)
        for head in graph.nodes(shape, f"{SH}or"):
            for alternative in graph.members(head):
                if isinstance(alternative, ox.NamedNode | ox.BlankNode):
                    for datatype in graph.iris(alternative, f"{SH}datatype"):
                        draft.kinds.setdefault(Kind.TEXT, where)
                        draft.datatypes.setdefault(datatype, where)
        scheme = next(
            (
                schemes[name]
                for node in graph.nodes(shape, f"{SH}node")
                for name in self._scheme_asked_for(node)
                if name in schemes
            ),
            None,
        )
        if scheme is not None:
            draft.kinds.setdefault(Kind.TERM, where)
            draft.schemes[scheme.iri] = scheme
        elif graph.iris(shape, f"{SH}class") or f"{SH}IRI" in graph.iris(shape, f"{SH}nodeKind"):
            draft.kinds.setdefault(Kind.LINK, where)
        for head in graph.nodes(shape, f"{SH}in"):
            self._gather_list(draft, where, graph.members(head))
        for head in graph.nodes(shape, f"{SH}languageIn"):
            draft.languages = tuple(t.value for t in graph.members(head) if isinstance(t, ox.Literal))

    def _gather_list(self, draft: _Draft, where: str, members: Sequence[Term]) -> None:
        iris = [member for member in members if isinstance(member, ox.NamedNode)]
        if iris:
            draft.kinds.setdefault(Kind.TERM, where)
            name = f"{local_name(draft.iri)}-values"
            draft.schemes[where] = Scheme(name=name, iri=where, concepts=self._concepts(where, iris))
        else:
            draft.listed = tuple(m.value for m in members if isinstance(m, ox.Literal))

    def _scheme_asked_for(self, node_shape: Node) -> list[str]:
        graph = self.graph
        return [
            scheme
            for shape in graph.nodes(node_shape, f"{SH}property")
            if graph.iris(shape, f"{SH}path") == [f"{SKOS}inScheme"]
            for scheme in graph.iris(shape, f"{SH}hasValue")
        ]

    def _key(self, name: str, draft: _Draft) -> Key:
        node = ox.NamedNode(draft.iri)
        kinds = dict(draft.kinds)
        # A class on top of a vocabulary narrows it; it does not make it a link.
        if Kind.TERM in kinds:
            kinds.pop(Kind.LINK, None)
        if not kinds:
            raise ProfileError(
                f"no shape says what the values of '{name}' ({draft.iri}) are",
                hint="give one of its property shapes sh:datatype, sh:class, sh:nodeKind sh:IRI, sh:in, "
                "or sh:node with skos:inScheme",
            )
        if len(kinds) > 1 or len(draft.schemes) > 1:
            asked = [f"{kind.value} in {shape}" for kind, shape in kinds.items()]
            asked += [f"vocabulary {iri}" for iri in draft.schemes] if len(draft.schemes) > 1 else []
            raise ProfileError(
                f"the shapes disagree about the values of '{name}' ({draft.iri}): {'; '.join(asked)}",
                hint="a key means the same in every class",
            )
        kind = next(iter(kinds))
        datatypes = set(draft.datatypes)
        if kind is Kind.LITERAL and len(datatypes) > 1:
            raise ProfileError(f"the shapes ask for several datatypes of '{name}': {', '.join(datatypes)}")
        return Key(
            name=name,
            iri=draft.iri,
            kind=kind,
            datatype=next(iter(datatypes)) if kind is Kind.LITERAL else None,
            scheme=next(iter(draft.schemes.values()), None),
            language_required=kind is Kind.TEXT and datatypes == {f"{RDF}langString"},
            plain_required=kind is Kind.TEXT and datatypes == {f"{XSD}string"},
            languages=draft.languages,
            listed=draft.listed,
            personal=self.graph.is_true(node, f"{PG}personal"),
            labels=self.graph.by_language(node, f"{RDFS}label", f"{SKOS}prefLabel"),
            definitions=self.graph.by_language(node, f"{SKOS}definition", f"{RDFS}comment"),
        )

    def _classes(self, uses: Mapping[str, Mapping[str, KeyUse]], names: Mapping[str, str]) -> dict[str, ClassTerm]:
        graph = self.graph
        iris = set(uses)
        for meta in (f"{OWL}Class", f"{RDFS}Class"):
            for node in graph.subjects.get((f"{RDF}type", ox.NamedNode(meta)), []):
                if isinstance(node, ox.NamedNode) and not graph.is_true(node, f"{PG}internal"):
                    iris.add(node.value)
        iris = {iri for iri in iris if not iri.startswith(_META_NAMESPACES)}
        short = self._short_names(sorted(iris), taken=set(), what="class")
        classes: dict[str, ClassTerm] = {}
        for iri in iris:
            node = ox.NamedNode(iri)
            own: dict[str, KeyUse] = {}
            for ancestor in (iri, *sorted(self.superclasses.get(iri, ()))):
                for path, use in uses.get(ancestor, {}).items():
                    name = names[path]
                    named = KeyUse(key=name, single=use.single, required=use.required, value_classes=use.value_classes)
                    own[name] = named if name not in own else merge_uses(own[name], named)
            classes[short[iri]] = ClassTerm(
                name=short[iri],
                iri=iri,
                superclasses=self.superclasses.get(iri, frozenset()),
                uses=dict(sorted(own.items())),
                personal=graph.is_true(node, f"{PG}personal"),
                labels=graph.by_language(node, f"{RDFS}label", f"{SKOS}prefLabel"),
                definitions=graph.by_language(node, f"{SKOS}definition", f"{RDFS}comment"),
            )
        return classes

    def _short_names(self, iris: Iterable[str], *, taken: set[str], what: str) -> dict[str, str]:
        """Give every term its short name: `pg:key`, else the local name, else (where that is taken) a CURIE.

        Shipped terms choose first; among them those of the profile's ontologies, then schema.org's, then
        the others by IRI.
        """
        graph = self.graph
        ontologies = {node.value for node in graph.subjects.get((f"{RDF}type", ox.NamedNode(f"{OWL}Ontology")), [])}
        names: dict[str, str] = {}
        asked: dict[str, list[str]] = {iri: graph.literals(ox.NamedNode(iri), f"{PG}key") for iri in iris}

        def rank(iri: str) -> tuple[bool, bool, bool, bool, str]:
            defined = not ontologies.isdisjoint(graph.iris(ox.NamedNode(iri), f"{RDFS}isDefinedBy"))
            shipped = iri in graph.shipped
            return (not shipped, not asked[iri], not defined, not iri.startswith(SCHEMA), iri)

        used = set(taken)
        for iri in sorted(asked, key=rank):
            name = asked[iri][0] if asked[iri] else local_name(iri)
            if name in used:
                if asked[iri]:
                    raise ProfileError(f"pg:key '{name}' of {iri} is taken by another {what}")
                name = self._curie(iri)
            used.add(name)
            names[iri] = name
        return names

    def _curie(self, iri: str) -> str:
        local = local_name(iri)
        namespace = iri[: len(iri) - len(local)]
        for prefix, known in sorted(self.graph.prefixes.items()):
            if known == namespace and prefix:
                return f"{prefix}:{local}"
        return iri

    def _id_prefixes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for (_, predicate), values in self.graph.forward.items():
            if predicate == f"{PG}idPrefix":
                for value in values:
                    prefix, equals, path = value.value.partition("=") if isinstance(value, ox.Literal) else ("",) * 3
                    if not equals or not path.endswith("/"):
                        raise ProfileError(f'pg:idPrefix must look like "agent=agent/", not {value}')
                    found[prefix] = path
        return dict(sorted(found.items()))
