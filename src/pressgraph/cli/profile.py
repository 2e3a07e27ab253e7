"""The command `profile`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from pressgraph.cli.common import COMMAND_SETTINGS, State, draw_table, output_option, pass_state, write_output
from pressgraph.cli.language import said
from pressgraph.cli.parameters import KEY_CLASS, VOCABULARY
from pressgraph.cli.reports import FORMS, report_options
from pressgraph.i18n import gettext
from pressgraph.languages import choose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pressgraph.profile import Deprecation, Key, Profile
    from pressgraph.profile.model import KeyUse


@click.group("profile", context_settings=COMMAND_SETTINGS)
def command() -> None:
    """Show what the profile lets facts files say.

    The profile is compiled from the ontology, the vocabularies and the shapes: the shipped ones, and what the
    project's folders ontology/ and shapes/ add.

    \b
    Example:
      pressgraph profile keys AwardedLabel
      pressgraph profile terms label-level
      pressgraph profile schema -o data/facts.schema.json
    """


@command.command("keys")
@click.argument("class_name", required=False, metavar="[CLASS]", type=KEY_CLASS)
@pass_state
def keys(state: State, class_name: str | None) -> None:
    """List the keys, or those of one class.

    \b
    Example:
      pressgraph profile keys AwardedLabel
    """
    from pressgraph.errors import PressgraphError
    from pressgraph.spelling import did_you_mean

    profile, language = state.workspace.profile, state.language
    if class_name is not None and class_name not in profile.classes:
        raise PressgraphError(
            gettext("'{name}' is not a class of the profile", name=class_name),
            hint=did_you_mean(class_name, profile.classes),
        )
    uses = profile.uses_of([class_name]) if class_name is not None else None
    rows: list[tuple[str, ...]] = []
    for name, key in profile.keys.items():
        if uses is not None and name not in uses:
            continue
        kind = _values(key)
        use = uses[name] if uses is not None else None
        count = "" if use is None else _count(use)
        label = _in(language, key.labels) + _mark(key.deprecated, profile)
        rows.append((name, kind, *((count,) if uses is not None else ()), label))
    _print(
        [gettext("key"), gettext("values"), *([gettext("how many")] if uses is not None else []), gettext("meaning")],
        rows,
    )


@command.command("classes")
@pass_state
def classes(state: State) -> None:
    """List the classes.

    \b
    Example:
      pressgraph profile classes
    """
    profile, language = state.workspace.profile, state.language
    rows = [
        (name, _in(language, term.labels) + _mark(term.deprecated, profile), term.iri)
        for name, term in profile.classes.items()
    ]
    _print([gettext("class"), gettext("meaning"), "IRI"], rows)


@command.command("terms")
@click.argument("scheme_name", required=False, metavar="[VOCABULARY]", type=VOCABULARY)
@pass_state
def terms(state: State, scheme_name: str | None) -> None:
    """List the vocabularies, or the terms of one.

    \b
    Example:
      pressgraph profile terms sector
    """
    from pressgraph.errors import PressgraphError
    from pressgraph.spelling import did_you_mean

    profile, language = state.workspace.profile, state.language
    if scheme_name is None:
        rows = [
            (name, str(len(scheme.concepts)), _in(language, scheme.labels)) for name, scheme in profile.schemes.items()
        ]
        _print([gettext("vocabulary"), gettext("terms"), gettext("meaning")], rows)
        return
    scheme = profile.schemes.get(scheme_name)
    if scheme is None:
        raise PressgraphError(
            gettext("there is no vocabulary '{name}'", name=scheme_name),
            hint=did_you_mean(scheme_name, profile.schemes),
        )
    rows = [
        (
            name,
            _in(language, concept.labels) + _mark(concept.deprecated, profile),
            _in(language, concept.definitions),
        )
        for name, concept in scheme.concepts.items()
    ]
    _print([gettext("term"), gettext("label"), gettext("definition")], rows)


@command.command("check")
@click.option("-f", "--format", "form", type=click.Choice(FORMS), help="The form of the report; by default, text.")
@output_option
@pass_state
def check(state: State, form: str | None, output: Path | None) -> None:
    """Check what the project adds: its shapes by SHACL's shapes for shapes, its rules, checks and queries.

    What of it has no effect is told too: properties without values, terms that no ontology has.

    \b
    Example:
      pressgraph profile check
    """
    from pressgraph.validation.formats import report_format

    workspace = state.workspace
    report = workspace.check_profile()
    options = report_options(workspace.project, state.language, output)
    write_output([report_format(form, output).write(report, options).encode()], output)
    state.say(report.summary(options.language))
    sys.exit(0 if report.conforms else 1)


@command.command("context")
@output_option
@pass_state
def context(state: State, output: Path | None) -> None:
    """Write the JSON-LD context.

    \b
    Example:
      pressgraph profile context -o ontology/context.jsonld
    """
    from pressgraph.profile import context_document

    write_output([_json(context_document(state.workspace.profile))], output)


@command.command("schema")
@click.option("--strict", is_flag=True, help="Write the one that models answer by: flat, without descriptions.")
@output_option
@pass_state
def schema(state: State, *, strict: bool, output: Path | None) -> None:
    """Write the JSON Schema with which editors complete facts files; descriptions are in English, or as --lang says.

    \b
    Example:
      pressgraph profile schema -o data/facts.schema.json
    """
    from pressgraph.profile import facts_json_schema, flat_json_schema

    if strict:
        write_output([_json(flat_json_schema(state.workspace.profile))], output)
        return
    write_output([_json(facts_json_schema(state.workspace.profile, language=state.asked_language or "en"))], output)


def _count(use: KeyUse) -> str:
    """Return how many values a key of a class takes."""
    count = gettext("one") if use.single else gettext("any")
    return said(gettext("{count}, needed", count=count) if use.required else count)


def _values(key: Key) -> str:
    """Return what a key's values are: a vocabulary, a datatype, text, a link, or several of these."""
    from pressgraph.profile import Kind
    from pressgraph.rdf.vocabulary import EDTF

    parts = [key.scheme.name] if key.scheme is not None else []
    if key.takes(Kind.LINK):
        parts.append(said(gettext("quantity") if key.quantity is not None else gettext("link")))
    datatypes = [*key.datatypes, *([key.datatype] if key.datatype else [])]
    if EDTF in datatypes:
        # the other datatypes are the forms in which such a date is kept
        parts.append(said(gettext("date of any precision")))
    else:
        parts += [it.rpartition("#")[2] or it for it in datatypes]
    parts += [said(gettext("text"))] if key.takes(Kind.TEXT) else []
    return " | ".join(parts)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _print(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from pressgraph.query.results import plain_table

    write_output(
        [draw_table(names, rows) if sys.stdout.isatty() else plain_table([said(name) for name in names], rows)], None
    )


def _mark(deprecated: Deprecation | None, profile: Profile) -> str:
    """Return how lists mark what should not be used any more."""
    if deprecated is None:
        return ""
    name = profile.short_name(deprecated.replacement) if deprecated.replacement else None
    return said(gettext(" (deprecated: use {name})", name=name) if name else gettext(" (deprecated)"))


def _in(language: str, texts: Mapping[str, str]) -> str:
    """Return the text in a language, else in English."""
    return choose(texts, language) or ""
