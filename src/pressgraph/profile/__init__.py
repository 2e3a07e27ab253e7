"""The profile: ontology, vocabularies and shapes, compiled once into what a facts file may say."""

from pressgraph.profile.compile import compile_profile, load_profile
from pressgraph.profile.context import context_document, json_ld_context
from pressgraph.profile.flat_schema import flat_json_schema
from pressgraph.profile.json_schema import facts_json_schema
from pressgraph.profile.model import ClassTerm, Concept, Deprecation, Key, KeyUse, Kind, Profile, Scheme
from pressgraph.profile.sources import ProfileSources, TurtleFile

__all__ = [
    "ClassTerm",
    "Concept",
    "Deprecation",
    "Key",
    "KeyUse",
    "Kind",
    "Profile",
    "ProfileSources",
    "Scheme",
    "TurtleFile",
    "compile_profile",
    "context_document",
    "facts_json_schema",
    "flat_json_schema",
    "json_ld_context",
    "load_profile",
]
