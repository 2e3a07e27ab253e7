"""Write the JSON Schema of facts files, with which editors complete keys and vocabulary terms.

The schema (draft-07, which editors' YAML support reads best) is as strict as it can be without knowing the other
facts; what it cannot say (cross-references, hashes, the shapes' rules) `pressgraph validate` checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.languages import choose
from pressgraph.profile.model import Concept, Key, Kind, Profile, Scheme
from pressgraph.rdf import EDTF, STATUS_BASE, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

ID_PATTERN = r"^[A-Za-z0-9_:/#?&=.%~+@-]+$"
_LANGUAGE_TAG = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_FORMATS: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date", "pattern": "^-?[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "dateTime": {"type": "string"},
    "dateTimeStamp": {"type": "string", "pattern": "T.*(Z|[+-][0-9]{2}:[0-9]{2})$"},
    "duration": {"type": "string", "pattern": "^-?P"},
    "yearMonthDuration": {"type": "string", "pattern": "^-?P"},
    "dayTimeDuration": {"type": "string", "pattern": "^-?P"},
    "integer": {"type": "integer"},
    "positiveInteger": {"type": "integer", "minimum": 1},
    "nonNegativeInteger": {"type": "integer", "minimum": 0},
    "nonPositiveInteger": {"type": "integer", "maximum": 0},
    "negativeInteger": {"type": "integer", "maximum": -1},
    "long": {"type": "integer"},
    "int": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "short": {"type": "integer", "minimum": -(2**15), "maximum": 2**15 - 1},
    "byte": {"type": "integer", "minimum": -(2**7), "maximum": 2**7 - 1},
    "unsignedLong": {"type": "integer", "minimum": 0},
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    "unsignedShort": {"type": "integer", "minimum": 0, "maximum": 2**16 - 1},
    "unsignedByte": {"type": "integer", "minimum": 0, "maximum": 2**8 - 1},
    "double": {"type": ["number", "string"]},
    "float": {"type": ["number", "string"]},
    "decimal": {"type": ["number", "string"]},
    "boolean": {"type": "boolean"},
    "gYear": {"type": ["string", "integer"], "pattern": "^[0-9]{4}$"},
    "gYearMonth": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
}

_PLAIN_DATE = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"
_WHEN = (
    f"^({_PLAIN_DATE}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T.+|[0-9]{{4}}-Q[1-4]|(spring|summer|autumn|winter) [0-9]{{4}}"
    f"|(early|mid|late|before|after|about) {_PLAIN_DATE}|\\[.*\\]|{_PLAIN_DATE}~)$"
)

_VALUE_OBJECT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["@value"],
    "properties": {
        "@value": {"type": ["string", "number", "boolean"]},
        "@type": {"type": "string", "description": "The datatype, such as xsd:date."},
        "@language": {"type": "string", "pattern": _LANGUAGE_TAG},
    },
    "description": "A literal, where its form alone would say something else.",
}


def facts_json_schema(profile: Profile, *, language: str = "en") -> dict[str, Any]:
    """Return the JSON Schema of facts files under a profile, with descriptions in `language`."""
    properties = {name: _ref(f"key-{name}") for name in profile.keys}
    mixed = any(key.kind is Kind.MIXED for key in profile.keys.values())
    node = {"id": {"$ref": "#/definitions/id"}, "type": {"$ref": "#/definitions/type"}, **properties}
    receipt = {
        "reviewedBy": {**_ref("id"), "description": "Who checked this against the source: an id."},
        "reviewedOn": {**_FORMATS["date"], "description": "The day of the check, YYYY-MM-DD."},
    }
    words = {"type": "string", "pattern": "\\S", "description": "Words of the source's text, which 'file' names."}
    numbered = {
        "type": "object",
        "additionalProperties": False,
        "required": ["words"],
        "properties": {
            "words": words,
            "nth": {
                "type": "integer",
                "minimum": 1,
                "description": "Which of the places where the words stand, counted from 1.",
            },
        },
    }
    span = {
        "type": "array",
        "items": {"type": "integer", "minimum": 0},
        "minItems": 2,
        "maxItems": 2,
        "description": "First character, and the one after the last, counted from 0.",
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "pressgraph facts",
        "description": "The facts of one press release. Made from the profile's ontology and shapes.",
        "type": "object",
        "additionalProperties": False,
        "required": ["source", "facts"],
        "properties": {
            "source": {
                "description": "The document that the facts were read from.",
                "type": "object",
                "additionalProperties": False,
                "required": ["id"],
                "properties": {
                    **node,
                    **receipt,
                    "sha256": {
                        "type": "string",
                        "pattern": "^[0-9a-f]{64}$",
                        "description": "SHA-256 of the text that the evidence offsets count in.",
                    },
                    "file": {
                        "type": "string",
                        "description": "That text, as a UTF-8 file: its path from here.",
                    },
                    "publishText": {
                        "type": "boolean",
                        "description": "Words of that text, those of evidence, may be published.",
                    },
                    "checked": {
                        "type": "array",
                        "items": {
                            "type": "array",
                            "items": {"type": "integer", "minimum": 0},
                            "minItems": 2,
                            "maxItems": 2,
                        },
                        "description": "Passages, [start, end], in which there is nothing worth a fact.",
                    },
                    "rejected": {
                        "type": "array",
                        "items": {"type": "object", "required": ["id"]},
                        "description": "Facts that somebody found not to be so, so that nobody proposes them again.",
                    },
                },
            },
            "facts": {
                "description": "One item for each fact.",
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["id"],
                    "properties": {
                        **node,
                        **receipt,
                        "status": {
                            "description": "How the source says it.",
                            "anyOf": _statuses(profile, language),
                        },
                        "evidence": {
                            "description": "What says it: words of the source's text, or its characters: [start, end].",
                            "anyOf": [
                                words,
                                numbered,
                                span,
                                {"type": "array", "items": {"anyOf": [words, numbered, span]}, "minItems": 1},
                            ],
                        },
                        "personal": {
                            "type": "boolean",
                            "description": "Personal data: kept, but not published.",
                        },
                        "proposedBy": {
                            "type": "string",
                            "minLength": 1,
                            "description": "The program that proposed this; without 'reviewedBy' it is not published.",
                        },
                        "allow": {
                            "type": "array",
                            "items": {"type": "object", "additionalProperties": {"type": "string"}},
                            "description": "Checks that this fact may fail, each with the reason.",
                        },
                    },
                },
            },
        },
        "definitions": {
            **{f"key-{name}": _values(key, language) for name, key in profile.keys.items()},
            **{f"terms-{name}": _choices(scheme, language) for name, scheme in _schemes(profile).items()},
            "id": {
                "type": "string",
                "pattern": ID_PATTERN,
                "description": "Names a thing, such as agent/example-cluster.",
            },
            "type": {
                "description": "What the thing is.",
                "anyOf": [
                    {"$ref": "#/definitions/class"},
                    {"type": "array", "items": {"$ref": "#/definitions/class"}, "minItems": 1},
                ],
            },
            "class": {
                "anyOf": [
                    {"const": name, **_described(term.labels, term.definitions, language)}
                    for name, term in profile.classes.items()
                ]
            },
            "node": {
                "type": "object",
                "additionalProperties": False,
                "properties": node,
            },
            "text": {
                "anyOf": [
                    {"type": "string"},
                    {"type": "array", "items": {"type": "string"}, "minItems": 1},
                    _ref("languageMap"),
                ]
            },
            "languageMap": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": _LANGUAGE_TAG},
                "additionalProperties": {
                    "anyOf": [
                        {"type": "string"},
                        {"type": "array", "items": {"type": "string"}, "minItems": 1},
                    ]
                },
            },
            "link": {"anyOf": [_ref("id"), _ref("node")]},
            **({"valueObject": _VALUE_OBJECT} if mixed else {}),
        },
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/definitions/{name}"}


def _values(key: Key, language: str) -> dict[str, Any]:
    described = _described(key.labels, key.definitions, language)
    match key.kind:
        case Kind.TEXT if key.language_required:
            # siblings of $ref are ignored by draft-07 validators, so descriptions stand beside anyOf
            return {**described, "anyOf": [_ref("languageMap")]}
        case Kind.TEXT if not key.plain_required:
            return {**described, "anyOf": [_ref("text")]}
        case Kind.TEXT:
            one: dict[str, Any] = {"type": "string", **({"enum": list(key.listed)} if key.listed else {})}
        case Kind.TERM:
            one = _ref(f"terms-{key.scheme.name}") if key.scheme else {"type": "string"}
        case Kind.LITERAL:
            one = dict(_FORMATS.get((key.datatype or "").rpartition("#")[2], {"type": "string"}))
        case Kind.LINK if key.quantity is not None:
            one = {"anyOf": [{"type": ["number", "string"]}, _ref("node")]}
        case Kind.LINK:
            one = _ref("link")
        case Kind.MIXED:
            one = {"anyOf": list(_of_several_kinds(key))}
    return {**described, "anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _of_several_kinds(key: Key) -> Iterator[dict[str, Any]]:
    if key.scheme is not None:
        yield _ref(f"terms-{key.scheme.name}")
    if key.takes(Kind.LINK):
        yield _ref("link")
    if EDTF in key.datatypes:
        # what an editor can complete and check while somebody types; the checker says what is wrong with the rest
        yield {"type": ["string", "integer"], "pattern": _WHEN}
    for datatype in () if EDTF in key.datatypes else key.datatypes:
        yield dict(_FORMATS.get(datatype.rpartition("#")[2], {"type": "string"}))
    if key.takes(Kind.TEXT):
        yield from ([] if key.language_required else [{"type": "string"}])
        yield from ([] if key.plain_required else [_ref("languageMap")])
    yield _ref("valueObject")


def _schemes(profile: Profile) -> dict[str, Scheme]:
    """Return the vocabularies that keys and receipts choose from."""
    used = [key.scheme for key in profile.keys.values() if key.scheme is not None]
    return {scheme.name: scheme for scheme in sorted((*profile.schemes.values(), *used), key=lambda it: it.name)}


def _choices(scheme: Scheme, language: str) -> dict[str, Any]:
    return {"anyOf": [_choice(concept, language) for concept in scheme.concepts.values()] or [{"type": "string"}]}


def _choice(concept: Concept, language: str) -> dict[str, Any]:
    return {"const": concept.name, **_described(concept.labels, concept.definitions, language)}


def _statuses(profile: Profile, language: str) -> list[dict[str, Any]]:
    """Return the statuses that facts may have, described where the profile does so."""
    described = {concept.iri: concept for scheme in profile.schemes.values() for concept in scheme.concepts.values()}
    concepts = (
        described.get(f"{STATUS_BASE}{name}", Concept(name=name, iri=f"{STATUS_BASE}{name}")) for name in STATUSES
    )
    return [_choice(concept, language) for concept in concepts]


def _described(labels: Any, definitions: Any, language: str) -> dict[str, str]:
    label, definition = choose(labels, language), choose(definitions, language)
    text = f"{label}: {definition}" if label and definition else label or definition or ""
    return {"description": text} if text else {}
