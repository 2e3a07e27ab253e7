"""Keep a compiled profile beside a project's build: compiling it anew costs every command a sixth of a second.

What is kept holds for the very bytes that it was made of, and for the modules that made it. It is data of declared
types, never code, under a checksum; whatever is damaged, of another version or not there is compiled again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pressgraph.profile.model import ClassTerm, Key, Profile, Scheme
from pressgraph.project import digest_of_modules, sealed, unsealed, write_atomically

if TYPE_CHECKING:
    from pressgraph.profile.sources import ProfileSources

_FILE = "profile.json"


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds: a profile without its sources, and each vocabulary once."""

    sources: str
    maker: str
    keys: list[Key]
    vocabularies: list[Scheme]
    """Those of the profile, then those that only keys have."""
    schemes: int
    """How many are the profile's."""
    taken: dict[str, int]
    """By key, its vocabulary: a place among them."""
    classes: list[ClassTerm]
    prefixes: dict[str, str]
    id_prefixes: dict[str, str]
    ontology_terms: frozenset[str]
    superclasses: dict[str, frozenset[str]]
    implications: dict[str, frozenset[tuple[str, bool]]]
    shipped: frozenset[str]
    former_keys: dict[str, str]


def read_kept(sources: ProfileSources) -> Profile | None:
    """Return the profile that was kept for some sources; None where there is none."""
    if sources.cache is None:
        return None
    # of another version, or spoilt: it is compiled again
    with suppress(OSError, ValueError, LookupError, RecursionError):
        kept = unsealed((sources.cache / _FILE).read_bytes(), _Kept)
        if kept.maker == _maker() and kept.sources == sources.digest:
            return _profile(kept, sources)
    return None


def keep(profile: Profile, sources: ProfileSources) -> None:
    """Keep a profile where a build has a folder; that it cannot be written costs only time.

    One with warnings is not kept: these are worded for whoever reads them.
    """
    if sources.cache is None or not sources.cache.parent.is_dir() or profile.warnings:
        return
    vocabularies = list(profile.schemes.values())
    places = {id(it): number for number, it in enumerate(vocabularies)}
    taken: dict[str, int] = {}
    for key in profile.keys.values():
        if key.scheme is not None:
            if id(key.scheme) not in places:
                places[id(key.scheme)] = len(vocabularies)
                vocabularies.append(key.scheme)
            taken[key.name] = places[id(key.scheme)]
    kept = _Kept(
        sources=sources.digest,
        maker=_maker(),
        keys=[replace(key, scheme=None) for key in profile.keys.values()],
        vocabularies=vocabularies,
        schemes=len(profile.schemes),
        taken=taken,
        classes=list(profile.classes.values()),
        prefixes=dict(profile.prefixes),
        id_prefixes=dict(profile.id_prefixes),
        ontology_terms=profile.ontology_terms,
        superclasses=dict(profile.superclasses),
        implications=dict(profile.implications),
        shipped=profile.shipped,
        former_keys=dict(profile.former_keys),
    )
    with suppress(OSError), write_atomically(sources.cache / _FILE, durable=False) as file:
        file.write(sealed(kept, sort=False))


def _profile(kept: _Kept, sources: ProfileSources) -> Profile:
    taken = {name: kept.vocabularies[number] for name, number in kept.taken.items()}
    return Profile(
        keys={key.name: replace(key, scheme=taken.get(key.name)) for key in kept.keys},
        classes={term.name: term for term in kept.classes},
        schemes={scheme.name: scheme for scheme in kept.vocabularies[: kept.schemes]},
        prefixes=kept.prefixes,
        id_prefixes=kept.id_prefixes,
        ontology_terms=kept.ontology_terms,
        ontology=sources.ontology,
        shapes=sources.shapes,
        digest=kept.sources,
        superclasses=kept.superclasses,
        implications=kept.implications,
        shipped=kept.shipped,
        former_keys=kept.former_keys,
        cache=sources.cache,
    )


def _maker() -> str:
    """Identify the modules that compile profiles: another version may make another profile of the same files."""
    return digest_of_modules(Path(__file__).parent)
