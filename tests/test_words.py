"""One name for one thing, in the words of the field: what an identifier was once called, none is called any more."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).resolve().parents[1] / "src" / "pressgraph"

# room → identifiers that stand for nothing in it; the word of today in a comment where it is another one
FORBIDDEN: dict[str, set[str]] = {
    "validation": {
        *("Reads", "reads_of", "shape_reads", "query_reads", "KnownReads"),  # Footprint, FootprintCache
        "Unclear",  # Unknown
        *("Inspector", "inspector"),  # Validator
        *("Permission", "permissions", "apply_permissions", "permitted"),  # Suppression
        *("Kept", "KnownKept"),  # ValidationState
        "profile_triples",  # Profile.ontology_triples
    },
    "build": {
        *("Inspector", "inspector", "Permission", "KnownReads", "Kept"),
        *("Work", "work"),  # StoreUpdate
        *("News", "news"),  # LoadDelta
    },
    "cli": {*("Wish", "wish", "Trouble", "trouble", "troubles")},
    "dataset": {*("News", "news"), "forget"},  # LoadDelta, prune
    "embed": {
        *("Wish", "wish"),  # EmbedOptions
        *("Setting", "setting"),  # PageContext
        *("Foreign", "foreign", "foreign_data"),  # ExistingMarkup
        *("Trouble", "trouble", "troubles"),  # BlockProblem
    },
    "remote": {*("Wire", "wire"), "Target", "forget"},  # SparqlClient, RemoteStore
    "workspace": {"Wish", "Setting"},
    "facts": {*("Unsure", "UnclearError", "Unclear"), *("Way", "way", "ways")},  # NeedsCheck; NodePath
    "convert": {"Unsure", "DOUBTS"},  # NEEDS_CHECK
    "project": {"Kept", "kept"},  # typed_json
    "server": {
        *("Front", "front"),  # App
        *("Quick", "quick", "Known", "Asked"),  # FastPath, CachedResponse, PendingQuery
        *("Way", "way", "ways", "Caller"),  # ClientProfile
        *("Form", "Entry", "answers"),  # MediaType, Representation, responses
        *("Question", "Exchange", "ExchangeError", "exchange"),  # QueryKey, Job
        *("row", "BACK"),  # queue (and solution, binding), requeue
        *("lookups", "LOOKUPS", "Definitions", "definitions"),  # describe, ProfileDocuments
        *("texts", "view", "updates"),  # messages, models, using_clauses
    },
    "profile": {*("Way", "ways", "shapes_turtle", "ontology_turtle")},  # Range; Profile.shapes, Profile.ontology
}

# rooms of which each class has a name that no other class of these rooms has
ALONE = ("rdf", "project", "profile", "facts", "validation")


def identifiers(tree: ast.AST) -> Iterator[str]:
    """Yield what a module names: classes, functions, parameters, variables, attributes and imports."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.keyword(arg=str(name)):
                yield name
            case ast.Name():
                yield node.id
            case ast.Attribute():
                yield node.attr
            case ast.alias():
                yield (node.asname or node.name).rpartition(".")[2]
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case _:
                pass


def modules(room: str) -> list[Path]:
    found = sorted((SOURCE / room).rglob("*.py"))
    assert found, f"there is no room {room}"
    return found


@pytest.mark.parametrize("room", sorted(FORBIDDEN))
def test_no_identifier_has_a_name_of_old(room: str) -> None:
    named = {path: {path.stem, *identifiers(ast.parse(path.read_text(encoding="utf-8")))} for path in modules(room)}
    assert {path.name: names & FORBIDDEN[room] for path, names in named.items() if names & FORBIDDEN[room]} == {}


def test_one_name_is_one_class() -> None:
    classes = Counter(
        node.name
        for room in ALONE
        for path in modules(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in classes.items() if count > 1] == []
