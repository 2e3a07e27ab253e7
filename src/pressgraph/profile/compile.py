"""Compile ontology, vocabularies and shapes into a Profile.

Keys come from SHACL property shapes: `sh:path` with an IRI, on a node shape with `sh:targetClass` (or one that is
itself a class: SHACL 2.1.3.3, implicit class targets). Their kind comes from the value constraints (SHACL 4.1, 4.5,
4.7, 4.8), their vocabulary from a node shape that asks for `skos:inScheme`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import Problem, ProfileError
from pressgraph.i18n import gettext
from pressgraph.profile.graph import ProfileGraph
from pressgraph.profile.kept import keep, read_kept
from pressgraph.profile.meaning import TEXTS, Draft, Meanings
from pressgraph.profile.model import (
    FACT_WORDS,
    LAST,
    Bounding,
    ClassTerm,
    Concept,
    Deprecation,
    Key,
    KeyUse,
    Kind,
    Profile,
    Scheme,
    merge_uses,
)
from pressgraph.profile.sources import ProfileSources, document_of, profile_sources
from pressgraph.rdf import DCTERMS, OWL, PG, RDF, RDFS, SCHEMA, SH, SKOS, XSD
from pressgraph.rdf.prefixes import Converter
from pressgraph.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.project import Project
    from pressgraph.rdf import Resource

# Classes that describe the profile itself; no fact has them as its type.
_META_NAMESPACES = (SH, SKOS, RDF, RDFS, OWL, XSD)

OBSERVATION = f"{SCHEMA}Observation"
QUANTITIES = frozenset({OBSERVATION, f"{SCHEMA}MonetaryAmount"})
"""Classes of things that a quantity says by itself."""

# What a key or class may be called: what YAML, JSON-LD and spreadsheets can all have as a key.
_NOT_IN_NAMES = re.compile(r"[^\w.~%+-]+")
_USABLE = re.compile(r"[^\W_][\w.~%+-]*|_[\w.~%+-]+")


def load_profile(project: Project) -> Profile:
    """Compile the profile of a project: the shipped one, extended or replaced by the project's own files.

    Raises ProfileError with the file, and the line where the parser gives one.
    """
    return compile_profile(profile_sources(project))


def _is_vague(datatype: str) -> bool:
    """Tell whether nearly every text is a form of a datatype: these are tried last."""
    return datatype.removeprefix(XSD) in {"anyURI", "normalizedString", "token"} or not datatype.startswith(XSD)


@lru_cache(maxsize=8)
def compile_profile(sources: ProfileSources) -> Profile:
    """Compile Turtle sources into a Profile, or take what was kept of the same ones.

    Raises ProfileError.
    """
    profile = read_kept(sources)
    if profile is None:
        profile = _ProfileCompiler(sources).compile()
        keep(profile, sources)
    return profile


class _ProfileCompiler:
    def __init__(self, sources: ProfileSources) -> None:
        self.sources = sources
        self.warnings: list[Problem] = []
        self.graph = ProfileGraph()
        for file in sorted((*sources.ontology, *sources.shapes), key=lambda file: file.own):
            self.graph.read(file)

    def compile(self) -> Profile:
        graph = self.graph
        self.superclasses = self._superclass_closure()
        schemes = self._schemes()
        drafts, uses = self._property_shapes(schemes)
        self._leave_out(drafts, uses)
        # the shipped figure keys keep their names, as shipped properties do
        shipped = {c.name for it in schemes.values() for c in it.concepts.values() if c.iri in graph.shipped}
        measures = {it.name for it in self._measures(schemes)} & shipped
        names = self._short_names(
            [it.iri for it in drafts.values()], taken={*FACT_WORDS, *measures}, what=gettext("property")
        )
        keys = {names[iri]: self._key(names[iri], draft) for iri, draft in drafts.items()}
        for key in self._figure_keys(schemes, uses, taken={*keys, *FACT_WORDS}):
            keys[key.name] = key
            names[key.iri] = key.name
        classes = self._classes(uses, names)
        terms: set[str] = set()
        for subject, predicate, values in graph:
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
            ontology=self.sources.ontology,
            shapes=self.sources.shapes,
            digest=self.sources.digest,
            former_keys={
                former: key.name
                for key in keys.values()
                for former in graph.literals(ox.NamedNode(key.iri), f"{PG}formerKey")
                if former not in keys
            },
            warnings=tuple(sorted((*self.warnings, *self._imports()), key=lambda it: it.place)),
            superclasses=self.superclasses,
            implications=self._implications(),
            shipped=frozenset(graph.described[False] - graph.described[True]),
            cache=self.sources.cache,
        )

    def _leave_out(self, drafts: dict[str, Draft], uses: Mapping[str, dict[str, KeyUse]]) -> None:
        """Leave out the properties of which no shape says what their values are, with a warning for each."""
        for path in [path for path, draft in drafts.items() if not draft.demands]:
            draft = drafts.pop(path)
            for used in uses.values():
                used.pop(path, None)
            place = self.graph.place(draft.shapes[0], path)
            shape = self.graph.name(draft.shapes[0])
            self.warnings.append(
                Problem(
                    rule="property-without-values",
                    place=place,
                    message=gettext(
                        "{shape}: no shape says what the values of <{path}> are, so facts have no key for it",
                        shape=shape,
                        path=path,
                    ),
                    hint=gettext("give the property shape sh:datatype, sh:class, sh:nodeKind, sh:in or sh:or"),
                )
            )

    def _imports(self) -> Iterator[Problem]:
        """Yield a warning for each import of what the profile does not hold: nothing is fetched."""
        graph = self.graph
        held = {
            node.value
            for kind in (f"{OWL}Ontology", f"{SKOS}ConceptScheme")
            for node in graph.subjects.get((f"{RDF}type", ox.NamedNode(kind)), [])
        }
        for iri in list(held):
            held.update(graph.iris(ox.NamedNode(iri), f"{OWL}versionIRI"))
        held = {document_of(iri) for iri in held}
        for subject, predicate, values in graph:
            if predicate != f"{OWL}imports":
                continue
            for value in values:
                if isinstance(value, ox.NamedNode) and document_of(value.value) not in held:
                    yield Problem(
                        rule="import-not-followed",
                        place=graph.place(subject, value.value),
                        message=gettext(
                            "owl:imports <{value}> is not followed: nothing is fetched, so what it asks for is not "
                            "checked",
                            value=value.value,
                        ),
                        hint=gettext("put the file into shapes/ or ontology/, or remove the import"),
                    )

    def _superclass_closure(self) -> dict[str, frozenset[str]]:
        direct: dict[str, set[str]] = defaultdict(set)
        for subject, predicate, values in self.graph:
            if predicate == f"{RDFS}subClassOf" and isinstance(subject, ox.NamedNode):
                direct[subject.value].update(v.value for v in values if isinstance(v, ox.NamedNode))
        closure: dict[str, frozenset[str]] = {}
        for name in direct:
            superclasses: set[str] = set()
            todo = [name]
            while todo:
                for parent in direct.get(todo.pop(), ()):
                    if parent not in superclasses:
                        superclasses.add(parent)
                        todo.append(parent)
            closure[name] = frozenset(superclasses - {name})
        return closure

    def _implications(self) -> dict[str, frozenset[tuple[str, bool]]]:
        implications: dict[str, set[tuple[str, bool]]] = defaultdict(set)
        for subject, predicate, values in self.graph:
            if predicate not in {f"{RDFS}subPropertyOf", f"{OWL}inverseOf"} or not isinstance(subject, ox.NamedNode):
                continue
            for value in values:
                if isinstance(value, ox.NamedNode) and value != subject:
                    turned = predicate == f"{OWL}inverseOf"
                    implications[subject.value].add((value.value, turned))
                    if turned:
                        implications[value.value].add((subject.value, True))
        return {name: frozenset(implied) for name, implied in implications.items()}

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
                labels=graph.texts(ox.NamedNode(iri), f"{SKOS}prefLabel", f"{RDFS}label"),
            )
            for iri, nodes in members.items()
        }

    def _concepts(self, scheme: str, nodes: Iterable[ox.NamedNode]) -> dict[str, Concept]:
        graph = self.graph
        concepts: dict[str, Concept] = {}
        for node in sorted(set(nodes), key=lambda it: it.value):
            if graph.is_true(node, f"{PG}internal"):
                # what the program says itself
                continue
            # a concept's own word, such as 'online' for schema:OnlineEventAttendanceMode
            name = next(iter(graph.literals(node, f"{PG}key")), local_name(node.value))
            if name in concepts:
                raise ProfileError(
                    gettext(
                        "two terms of {scheme} have the short name '{name}': {iri}, {other}",
                        scheme=scheme,
                        name=name,
                        iri=concepts[name].iri,
                        other=node.value,
                    )
                )
            concepts[name] = Concept(
                name=name,
                iri=node.value,
                labels=graph.texts(node, f"{SKOS}prefLabel", f"{RDFS}label"),
                alternatives=tuple(sorted(graph.literals(node, f"{SKOS}altLabel"))),
                definitions=graph.texts(node, f"{SKOS}definition", f"{SKOS}scopeNote"),
                types=tuple(sorted(graph.iris(node, f"{RDF}type"))),
                signs=tuple(graph.literals(node, f"{PG}sign")),
                deprecated=self._deprecation(node),
            )
        return concepts

    def _target_classes(self, shape: Resource) -> list[str]:
        graph = self.graph
        targets = list(graph.iris(shape, f"{SH}targetClass"))
        types = graph.iris(shape, f"{RDF}type")
        if isinstance(shape, ox.NamedNode) and (f"{OWL}Class" in types or f"{RDFS}Class" in types):
            targets.append(shape.value)
        return targets

    def _property_shapes(self, schemes: Mapping[str, Scheme]) -> tuple[dict[str, Draft], dict[str, dict[str, KeyUse]]]:
        """Read every property shape: per property its kind, per class its uses."""
        graph = self.graph
        drafts: dict[str, Draft] = {}
        meanings = Meanings(graph, schemes, self._concepts)
        uses: dict[str, dict[str, KeyUse]] = defaultdict(dict)
        for node_shape, predicate, values in graph:
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
                    draft = drafts.setdefault(path, Draft(path))
                    meanings.gather(draft, shape, targets)
                    use = KeyUse(
                        key=path,
                        single=graph.literals(shape, f"{SH}maxCount") == ["1"],
                        single_by_language=graph.is_true(shape, f"{SH}uniqueLang"),
                        required=bool([c for c in graph.literals(shape, f"{SH}minCount") if c != "0"])
                        and not graph.iris(shape, f"{SH}severity"),
                        value_classes=meanings.value_classes(shape),
                        words=tuple(graph.literals(shape, f"{SKOS}altLabel")),
                        labels=graph.texts(shape, f"{PG}shortLabel"),
                        place=_place(graph.literals(shape, f"{SH}order")),
                        personal=graph.is_true(shape, f"{PG}personal"),
                    )
                    for target in targets:
                        other = uses[target].get(path)
                        uses[target][path] = use if other is None else merge_uses(use, other)
        return drafts, uses

    def _key(self, name: str, draft: Draft) -> Key:
        """Make the key of a property of which the shapes say what its values are.

        Raises ProfileError where they disagree.
        """
        ranges = draft.ranges(name)
        node = ox.NamedNode(draft.iri)
        datatypes = [one.datatype for one in ranges if one.datatype is not None]
        texts = {it for it in datatypes if it in TEXTS}
        typed = tuple(sorted((it for it in datatypes if it not in TEXTS), key=_is_vague))
        kinds = {one.kind for one in ranges}
        mixed = len(kinds) > 1 or len(typed) > 1
        kind = Kind.MIXED if mixed else next(iter(kinds))
        return Key(
            name=name,
            iri=draft.iri,
            kind=kind,
            datatype=typed[0] if kind is Kind.LITERAL else None,
            kinds=frozenset(kinds) if mixed else frozenset(),
            datatypes=typed if mixed else (),
            scheme=next((one.scheme for one in ranges if one.scheme is not None), None),
            language_required=Kind.TEXT in kinds and texts == {f"{RDF}langString"},
            plain_required=Kind.TEXT in kinds and texts == {f"{XSD}string"},
            languages=draft.languages,
            listed=draft.listed,
            personal=self.graph.is_true(node, f"{PG}personal"),
            prose=self.graph.is_true(node, f"{PG}prose") and Kind.TEXT in kinds and not mixed,
            quantity=next(iter(draft.classes), None)
            if len(draft.classes) == 1 and draft.classes <= QUANTITIES
            else None,
            labels=self.graph.texts(node, f"{RDFS}label", f"{SKOS}prefLabel") or draft.names,
            definitions=self.graph.texts(node, f"{SKOS}definition", f"{RDFS}comment") or draft.descriptions,
            inverse_labels=self.graph.texts(node, f"{PG}inverseLabel"),
            deprecated=self._deprecation(node),
            bounds=self._bounds(node),
        )

    def _measures(self, schemes: Mapping[str, Scheme]) -> list[Concept]:
        """Return the concepts in which things have figures."""
        return [
            concept
            for scheme in schemes.values()
            for concept in scheme.concepts.values()
            if self.graph.iris(ox.NamedNode(concept.iri), f"{PG}usedOn")
        ]

    def _figure_keys(
        self, schemes: Mapping[str, Scheme], uses: dict[str, dict[str, KeyUse]], taken: set[str]
    ) -> list[Key]:
        """Make a key of each concept with `pg:usedOn`: its values are figures of the thing, in what the concept names.

        Raises ProfileError where its name is that of another key.
        """
        graph = self.graph
        keys: list[Key] = []
        for concept in self._measures(schemes):
            node = ox.NamedNode(concept.iri)
            targets = graph.iris(node, f"{PG}usedOn")
            if concept.name in taken:
                raise ProfileError(
                    gettext(
                        "the figure key '{name}' of {iri} is taken by another key", name=concept.name, iri=concept.iri
                    ),
                    place=graph.place(node, concept.iri),
                )
            taken.add(concept.name)
            for target in targets:
                uses.setdefault(target, {})[concept.iri] = KeyUse(
                    key=concept.iri, value_classes=(OBSERVATION,), words=concept.alternatives
                )
            keys.append(
                Key(
                    name=concept.name,
                    iri=concept.iri,
                    kind=Kind.LINK,
                    quantity=OBSERVATION,
                    measure=concept.iri,
                    singular=next(iter(graph.iris(node, f"{RDFS}seeAlso")), None),
                    labels=concept.labels,
                    definitions=concept.definitions,
                    deprecated=concept.deprecated,
                )
            )
        return keys

    def _bounds(self, node: ox.NamedNode) -> Bounding | None:
        earliest, latest = (tuple(sorted(self.graph.iris(node, PG + it))) for it in ("earliest", "latest"))
        return Bounding(earliest=earliest, latest=latest) if earliest or latest else None

    def _deprecation(self, node: ox.NamedNode) -> Deprecation | None:
        graph = self.graph
        if not graph.is_deprecated(node):
            return None
        return Deprecation(replacement=next(iter(graph.iris(node, f"{DCTERMS}isReplacedBy")), None))

    def _classes(self, uses: Mapping[str, Mapping[str, KeyUse]], names: Mapping[str, str]) -> dict[str, ClassTerm]:
        graph = self.graph
        iris = set(uses)
        for meta in (f"{OWL}Class", f"{RDFS}Class"):
            for node in graph.subjects.get((f"{RDF}type", ox.NamedNode(meta)), []):
                if isinstance(node, ox.NamedNode) and not graph.is_true(node, f"{PG}internal"):
                    iris.add(node.value)
        iris = {iri for iri in iris if not iri.startswith(_META_NAMESPACES)}
        short = self._short_names(sorted(iris), taken=set(), what=gettext("class"))
        classes: dict[str, ClassTerm] = {}
        for iri in iris:
            node = ox.NamedNode(iri)
            own: dict[str, KeyUse] = {}
            for ancestor in (iri, *sorted(self.superclasses.get(iri, ()))):
                for path, use in uses.get(ancestor, {}).items():
                    name = names[path]
                    named = replace(use, key=name)
                    own[name] = named if name not in own else merge_uses(own[name], named)
            usual = graph.items(graph.value(node, f"{PG}usual"))
            classes[short[iri]] = ClassTerm(
                name=short[iri],
                iri=iri,
                superclasses=self.superclasses.get(iri, frozenset()),
                uses=dict(sorted(own.items())),
                personal=graph.is_true(node, f"{PG}personal"),
                labels=graph.texts(node, f"{RDFS}label", f"{SKOS}prefLabel"),
                definitions=graph.texts(node, f"{SKOS}definition", f"{RDFS}comment"),
                alternatives=tuple(sorted(graph.literals(node, f"{SKOS}altLabel"))),
                words=tuple(
                    word
                    for shape in graph.subjects.get((f"{SH}targetClass", node), [])
                    for word in graph.literals(shape, f"{SKOS}altLabel")
                ),
                sayings=graph.texts(node, f"{PG}saying"),
                clues=tuple(sorted(graph.literals(node, f"{PG}clue"))),
                icon=next(iter(graph.literals(node, f"{PG}icon")), ""),
                usual=tuple(names[it.value] for it in usual if isinstance(it, ox.NamedNode) and it.value in names),
                place=_place(graph.literals(node, f"{SH}order")),
                deprecated=self._deprecation(node),
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
        keys: dict[str, list[str]] = {iri: graph.literals(ox.NamedNode(iri), f"{PG}key") for iri in iris}

        def rank(iri: str) -> tuple[bool, bool, bool, bool, str]:
            defined = not ontologies.isdisjoint(graph.iris(ox.NamedNode(iri), f"{RDFS}isDefinedBy"))
            shipped = iri in graph.shipped
            return (not shipped, not keys[iri], not defined, not iri.startswith(SCHEMA), iri)

        converter = Converter(dict(sorted(graph.prefixes.items())))
        used = set(taken)
        for iri in sorted(keys, key=rank):
            name = keys[iri][0] if keys[iri] else _NOT_IN_NAMES.sub("", local_name(iri))
            if not _USABLE.fullmatch(name):
                raise ProfileError(
                    gettext(
                        "'{name}' is no name that facts could use for the {what} <{iri}>", name=name, what=what, iri=iri
                    ),
                    place=graph.place(ox.NamedNode(iri), iri),
                    hint=gettext('give it one in the ontology: <{iri}> pg:key "name"', iri=iri),
                )
            if name in used:
                if keys[iri]:
                    raise ProfileError(
                        gettext("pg:key '{name}' of {iri} is taken by another {what}", name=name, iri=iri, what=what)
                    )
                name = converter.compress(iri) or iri
            used.add(name)
            names[iri] = name
        return names

    def _id_prefixes(self) -> dict[str, str]:
        prefixes: dict[str, str] = {}
        for _, predicate, values in self.graph:
            if predicate == f"{PG}idPrefix":
                for value in values:
                    prefix, equals, path = value.value.partition("=") if isinstance(value, ox.Literal) else ("",) * 3
                    if not equals or not path.endswith("/"):
                        raise ProfileError(
                            gettext('pg:idPrefix must look like "agent=agent/", not {value}', value=value)
                        )
                    prefixes[prefix] = path
        return dict(sorted(prefixes.items()))


def _place(orders: Iterable[str]) -> int:
    """Return the place that a key or class is given (SHACL 1.0, 2.3.2): the first one that is a whole number."""
    return min((int(it) for it in orders if it.isdecimal()), default=LAST)
