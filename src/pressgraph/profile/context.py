"""Write the JSON-LD 1.1 context that a profile means.

A facts file's item is a node object under this context, so that any JSON-LD 1.1 processor gets the same triples
(JSON-LD 1.1, 4.1.3 type-coerced values, 4.1.8 scoped contexts, 4.6.2 language maps).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.profile.model import Key, Kind, Profile, Scheme
from pressgraph.rdf import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Collection


def json_ld_context(profile: Profile, *, only: Collection[str] | None = None) -> dict[str, Any]:
    """Return the context's term definitions, without `@base`: that is the project's.

    `only` restricts them to these keys, classes and prefixes, for documents that carry their context.
    """
    context: dict[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type"}
    for prefix in _chosen(profile.context_prefixes, only):
        iri = profile.context_prefixes[prefix]
        # Namespaces that do not end in a gen-delim are prefixes only if they say so (JSON-LD 1.1, 9.15.1).
        context[prefix] = iri if iri.endswith(("/", "#", "?")) else {"@id": iri, "@prefix": True}
    for name in _chosen(profile.classes, only):
        if ":" not in name:
            context[name] = profile.classes[name].iri
    for name in _chosen(profile.keys, only):
        context[name] = _definition(profile.keys[name], profile)
    return context


def _chosen(names: Collection[str], only: Collection[str] | None) -> list[str]:
    return sorted(names if only is None else (it for it in only if it in names))


def _definition(key: Key, profile: Profile) -> dict[str, Any]:
    match key.kind:
        case Kind.TERM if key.scheme is not None:
            return {"@id": key.iri, "@type": "@vocab", "@context": _vocabulary(key.scheme, profile)}
        case Kind.LITERAL | Kind.MIXED if key.coercion is not None:
            return {"@id": key.iri, "@type": key.coercion}
        case Kind.TEXT if not key.plain_required:
            return {"@id": key.iri, "@container": "@language"}
        case Kind.LINK if key.measure is not None:
            # figures are about their thing: the node says what it counts
            return {"@reverse": f"{SCHEMA}observationAbout", "@type": "@id"}
        case Kind.LINK:
            return {"@id": key.iri, "@type": "@id"}
    return {"@id": key.iri}


def _vocabulary(scheme: Scheme, profile: Profile) -> dict[str, Any]:
    """Return the scoped context that resolves a vocabulary's short names.

    `@vocab` covers a vocabulary that shares one namespace; a term that some key or class is called too, or that
    stands elsewhere, is listed by itself.
    """
    namespaces = {c.iri.removesuffix(c.name) for c in scheme.concepts.values()}
    namespace = min(namespaces, default=f"{scheme.iri}/")
    taken = {*profile.keys, *profile.classes, *profile.context_prefixes, "id", "type"}
    context: dict[str, Any] = {"@vocab": namespace}
    for name, concept in sorted(scheme.concepts.items()):
        if name in taken or concept.iri != namespace + name:
            context[name] = concept.iri
    return context


def context_document(profile: Profile) -> dict[str, Any]:
    """Return the published context document, `ontology/context.jsonld`."""
    return {"@context": json_ld_context(profile)}
