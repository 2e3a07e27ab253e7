"""What consumers such as search engines ask of data, from `shapes/consumers/{consumer}-*.ttl`.

A feature of a consumer is a node shape: its targets are the classes that the feature takes, its properties what the
consumer's documentation requires (violations) and recommends (warnings), `pg:reads` the properties that it reads.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.profile.sources import consumer_shapes
from pressgraph.rdf import PG, RDF_TYPE, RDFS, SCHEMA, SH
from pressgraph.rdf.graph import Graph
from pressgraph.spelling import did_you_mean
from pressgraph.validation.files import check_files, file_triples
from pressgraph.validation.shacl.results import run_shacl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pressgraph.profile import Profile, TurtleFile
    from pressgraph.project import Project
    from pressgraph.validation.report import Report, Result

_PUBLISHING = (f"{SCHEMA}sourceOrganization", f"{SCHEMA}publisher")
_ORGANIZATION = f"{SCHEMA}Organization"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What a consumer does with things of some classes: the classes and the properties that it reads, as IRIs."""

    name: str
    classes: frozenset[str]
    reads: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """What a consumer makes nothing of: of a thing, properties as IRIs."""

    subject: str
    properties: tuple[str, ...]
    feature: Feature | None
    """The feature that takes the thing; None where none does."""


def consumers() -> list[str]:
    """Return the names of the consumers that shapes are shipped for."""
    return sorted({_consumer(file) for file in consumer_shapes()} - {""})


def _consumer(file: TurtleFile) -> str:
    name, hyphen, _ = file.name.rpartition("/")[2].partition("-")
    return name if hyphen else ""


def _shapes_of(consumer: str) -> tuple[TurtleFile, ...]:
    """Return a consumer's shapes files.

    Raises PressgraphError for a name that is none.
    """
    names = consumers()
    if consumer not in names:
        hint = did_you_mean(consumer, names, otherwise=gettext("known: {words}", words=", ".join(names)))
        raise PressgraphError(gettext("there is no profile '{name}'", name=consumer), hint=hint)
    return tuple(file for file in consumer_shapes() if _consumer(file) == consumer)


@lru_cache(maxsize=8)
def consumer_profile(profile: Profile, consumer: str) -> Profile:
    """Return a profile with a consumer's shapes instead of its own."""
    return dataclasses.replace(profile, shapes=_shapes_of(consumer), cache=None, places_keys=False)


@lru_cache(maxsize=8)
def features(consumer: str) -> tuple[Feature, ...]:
    """Return what a consumer does, by the name of the feature."""
    graph = Graph(triple for file in _shapes_of(consumer) for triple in file.triples)
    return tuple(
        sorted(
            (
                Feature(
                    name=node.value,
                    classes=frozenset(graph.iris(node, f"{SH}targetClass")),
                    reads=frozenset(graph.iris(node, f"{PG}reads")),
                )
                for node, predicate, _ in graph
                if predicate == f"{PG}reads" and isinstance(node, ox.NamedNode)
            ),
            key=lambda feature: feature.name,
        )
    )


def check_consumer(
    triples: Iterable[ox.Triple], profile: Profile, consumer: str, *, engine: str = "auto"
) -> tuple[Result, ...]:
    """Run a consumer's shapes over triples; those that say which class is below which count too."""
    subclass = f"{RDFS}subClassOf"
    hierarchy = [triple for triple in profile.ontology_triples if triple.predicate.value == subclass]
    return run_shacl([*triples, *hierarchy], consumer_profile(profile, consumer), engine_name=engine)


def ignored(triples: Iterable[ox.Triple], profile: Profile, consumer: str, *, subjects: Iterable[str]) -> list[Ignored]:
    """Return what a consumer makes nothing of, for each of some things that the triples describe."""
    types: dict[str, set[str]] = {}
    properties: dict[str, set[str]] = {}
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode):
            if triple.predicate.value == RDF_TYPE:
                types.setdefault(triple.subject.value, set()).add(str(getattr(triple.object, "value", "")))
            else:
                properties.setdefault(triple.subject.value, set()).add(triple.predicate.value)
    unread_of = []
    for subject in subjects:
        classes = set(types.get(subject, ()))
        for one in tuple(classes):
            term = profile.class_of.get(one)
            classes |= term.superclasses if term is not None else set()
        feature = next((one_of for one_of in features(consumer) if one_of.classes & classes), None)
        unread = properties.get(subject, set()) - (feature.reads if feature is not None else frozenset())
        if unread:
            unread_of.append(Ignored(subject=subject, properties=tuple(sorted(unread)), feature=feature))
    return unread_of


def main_things(triples: Iterable[ox.Triple], profile: Profile, consumer: str) -> list[str]:
    """Return the things among triples that pages are made about, and that a consumer has a feature for.

    Of organisations these are the ones that publish something: a release mentions many others.
    """
    triples = list(triples)
    takes = {one for feature in features(consumer) for one in feature.classes}
    publishing = {
        str(getattr(triple.object, "value", "")) for triple in triples if triple.predicate.value in _PUBLISHING
    }
    main = set()
    for triple in triples:
        if triple.predicate.value != RDF_TYPE or not isinstance(triple.subject, ox.NamedNode):
            continue
        iri = str(getattr(triple.object, "value", ""))
        term = profile.class_of.get(iri)
        classes = {iri} | (term.superclasses if term is not None else frozenset())
        if classes & takes and (_ORGANIZATION not in classes or triple.subject.value in publishing):
            main.add(triple.subject.value)
    return sorted(main)


def check_files_for(
    consumer: str, paths: Sequence[Path], project: Project, profile: Profile, *, engine: str = "auto"
) -> tuple[Report, list[Ignored]]:
    """Check facts files and RDF files (none named: the project's) by a consumer's shapes.

    The report is about the things that pages are made about; the list says what the consumer makes nothing of.
    """
    report = check_files(paths, project, profile, engine=engine, shapes=consumer_profile(profile, consumer))
    if report.problems:
        return report, []
    triples = list(file_triples(paths, project, profile))
    main = main_things(triples, profile, consumer)
    asked = report.about(main)
    results = tuple(with_reasons(asked.results, triples, profile))
    return dataclasses.replace(asked, results=results), ignored(triples, profile, consumer, subjects=main)


def with_reasons(results: Iterable[Result], triples: Iterable[ox.Triple], profile: Profile) -> Iterator[Result]:
    """Yield results with a note at those that ask for what facts cannot say: the page itself may."""
    types: dict[str, list[str]] = {}
    for triple in triples:
        if triple.predicate.value == RDF_TYPE and isinstance(triple.subject, ox.NamedNode):
            types.setdefault(triple.subject.value, []).append(str(getattr(triple.object, "value", "")))
    for result in results:
        classes = [term for iri in types.get(result.focus, ()) if (term := profile.class_of.get(iri)) is not None]
        keys = {profile.keys[use].iri for term in classes for use in term.uses}
        # what is asked of a value, such as a place's address, is said of the value
        asked = result.steps[0] if result.steps else result.path
        if not classes or asked is None or asked in keys:
            yield result
        else:
            note = gettext("Facts of such things have no key for it; the page itself may say it.")
            yield dataclasses.replace(result, notes=(*result.notes, note))
