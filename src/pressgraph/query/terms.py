"""Find the terms of a query that nothing knows: a typo answers like a true 'none', and nobody notices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.i18n import gettext
from pressgraph.query.lexer import tokens
from pressgraph.rdf.terms import local_name
from pressgraph.spelling import did_you_mean, nearest, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.profile import Profile

# Namespaces whose terms need no data: functions, datatypes, the language's own.
_ALWAYS = (
    "http://www.w3.org/2001/XMLSchema#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/2005/xpath-functions#",
    "http://www.w3.org/ns/sparql#",
)


def iris_in(text: str, prefixes: dict[str, str]) -> Iterator[str]:
    """Yield the IRIs that a query writes out or abbreviates, each once, in the order of the text."""
    yield from dict.fromkeys(iri for iri, _ in iris_at(text, prefixes))


def iris_at(text: str, prefixes: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Yield the IRIs that a query writes out or abbreviates, each with the place in the text where it begins."""
    declared = dict(prefixes)
    pending: str | None = None
    declaring = False
    for token in tokens(text):
        if token.kind == "word" and token.text.upper() in {"PREFIX", "BASE"}:
            declaring, pending = True, None
            continue
        if declaring and token.kind == "curie":
            pending = token.text.removesuffix(":")
            continue
        if token.kind == "iri":
            iri = token.text[1:-1]
            if declaring:
                if pending is not None:
                    declared[pending] = iri
                declaring, pending = False, None
                continue
        elif token.kind == "curie":
            prefix, _, local = token.text.partition(":")
            if prefix not in declared or token.text == ":":
                continue
            iri = declared[prefix] + re.sub(r"\\(.)", r"\1", local)
        else:
            continue
        yield iri, token.start


def unknown_terms(
    text: str, profile: Profile, *, id_base: str, store: ox.Store | None = None
) -> list[tuple[str, str | None]]:
    """Return the IRIs of a query that neither profile nor graph knows, each with a hint what was meant.

    Without the graph, where another store is asked, only what looks like a typo in a term of the profile.
    """
    prefixes = profile.query_prefixes(id_base)
    unknown: list[tuple[str, str | None]] = []
    for iri in iris_in(text, prefixes):
        if ":" not in iri or iri.startswith(_ALWAYS) or iri in profile.ontology_terms:
            continue
        if iri in prefixes.values() or (store is not None and _in_store(iri, store)):
            continue
        hint = _meant(iri, profile, id_base, store)
        if store is not None or (hint is not None and _is_ours(iri, profile)):
            unknown.append((iri, hint))
    return unknown


def _is_ours(iri: str, profile: Profile) -> bool:
    """Tell whether the profile can judge an IRI without the graph: it has terms in that namespace."""
    namespace = iri.removesuffix(local_name(iri)).replace("https://schema.org/", "http://schema.org/")
    return any(term.startswith(namespace) for term in profile.ontology_terms)


def _in_store(iri: str, store: ox.Store) -> bool:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return False
    patterns = (
        (node, None, None, None),
        (None, None, node, None),
        (None, node, None, None),
        (None, None, None, node),
    )
    return any(next(store.quads_for_pattern(*pattern), None) is not None for pattern in patterns)


def _meant(iri: str, profile: Profile, id_base: str, store: ox.Store | None) -> str | None:
    plain = iri.replace("https://schema.org/", "http://schema.org/")
    if plain != iri:
        if plain in profile.ontology_terms:
            return gettext(
                "schema.org's terms are http://schema.org/ here: did you mean {term}?",
                term=profile.curie(plain) or plain,
            )
        iri = plain
    name = local_name(iri)
    namespace = iri.removesuffix(name)
    same_name = [term for term in profile.ontology_terms if local_name(term) == name]
    if same_name:
        return suggestion(_shown(min(same_name), profile), quoted=False)
    if iri.startswith(id_base):
        kind = iri.removeprefix(id_base).partition("/")[0]
        if store is None:
            return None
        names = {
            quad.subject.value.removeprefix(id_base)
            for quad in store.quads_for_pattern(
                None, ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), None, None
            )
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(f"{id_base}{kind}/")
        }
        return did_you_mean(iri.removeprefix(id_base), names)
    siblings = {local_name(term): term for term in profile.ontology_terms if term.startswith(namespace)}
    close = nearest(name, siblings)
    return suggestion(_shown(siblings[close], profile), quoted=False) if close is not None else None


def _shown(iri: str, profile: Profile) -> str:
    return profile.curie(iri) or f"<{iri}>"
