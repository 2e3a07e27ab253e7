"""An empty spreadsheet for one kind of thing: headers, a hint on each, drop-downs of terms."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.errors import PressgraphError, column_letters
from pressgraph.extras import extra
from pressgraph.facts.datatypes import datatype
from pressgraph.facts.mixed import wanted as mixed_wanted
from pressgraph.i18n import Text, gettext, in_language, joined
from pressgraph.languages import choose
from pressgraph.profile.model import Key, Kind, Profile
from pressgraph.rdf import STATUSES
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROWS = 2000
"""As many rows have drop-downs."""
_SEVERAL = gettext("Several terms: put | between them.")
_CHOOSE = gettext("Choose from the list.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    header: str
    hint: str
    choices: tuple[str, ...] = ()
    several: bool = False
    required: bool = False


def template_headers(kind: str, profile: Profile, *, language: str = "en", nested: tuple[str, ...] = ()) -> list[str]:
    """Return the headers of a kind's template, as a table without drop-downs has them."""
    return ["source", *(column.header for column in _columns(kind, profile, language, nested))]


def template_workbook(kind: str, profile: Profile, *, language: str = "en", nested: tuple[str, ...] = ()) -> bytes:
    """Return an Excel workbook for a kind of thing: a class of the profile.

    `nested` are keys whose things get columns of their own (`hasValidity.validFrom`).

    Raises PressgraphError for what is no class, or no key of it.
    """
    with extra("tables"):
        from xlsxwriter import Workbook

    sheets = {
        "source": list(_source_columns(profile, language)),
        kind: list(_columns(kind, profile, language, nested)),
    }
    if ":" in kind:
        sheets["facts"] = [
            _Column(header="type", hint=gettext("What it is: {kind}", kind=kind), choices=(kind,)),
            *sheets.pop(kind),
        ]
    output = io.BytesIO()
    book = Workbook(output, {"in_memory": True})
    styles = {
        required: book.add_format({"bold": required, "bottom": 1, "bg_color": "#DDEBF7"}) for required in (True, False)
    }
    text = book.add_format({"num_format": "@"})
    written = {name: book.add_worksheet(name) for name in sheets}
    terms = book.add_worksheet("terms")
    terms.hide()
    lists: dict[tuple[str, ...], str] = {}
    for name, columns in sheets.items():
        sheet = written[name]
        sheet.freeze_panes(1, 1)
        for number, column in enumerate(columns):
            # as text: a spreadsheet would turn dates into numbers and telephone numbers into smaller ones
            sheet.set_column(number, number, max(14, min(40, len(column.header) + 3)), text)
            sheet.write_string(0, number, column.header, styles[column.required])
            sheet.write_comment(0, number, in_language(column.hint, language), {"x_scale": 2, "y_scale": 1.4})
            if not column.choices:
                continue
            if column.choices not in lists:
                at = len(lists)
                terms.write_column(0, at, column.choices)
                letters = column_letters(at + 1)
                lists[column.choices] = f"=terms!${letters}$1:${letters}${len(column.choices)}"
            rule = {
                "validate": "list",
                "source": lists[column.choices],
                "error_type": "information" if column.several else "stop",
                "error_title": column.header,
                "error_message": in_language(_SEVERAL if column.several else _CHOOSE, language),
            }
            sheet.data_validation(1, number, _ROWS, number, rule)
    if sheets:
        next(iter(written.values())).activate()
    book.close()
    return output.getvalue()


def _source_columns(profile: Profile, language: str) -> Iterator[_Column]:
    yield _Column(header="id", hint=gettext("The release's id, such as document/2026-gold-label"), required=True)
    yield _Column(header="type", hint=gettext("What it is"), choices=("NewsArticle",), required=True)
    uses = profile.uses_of(["NewsArticle"]) if "NewsArticle" in profile.classes else {}
    wanted = ("headline", "datePublished", "sourceOrganization", "url")
    for name in wanted:
        if name in uses:
            yield from _of_key(profile.keys[name], name, language, required=uses[name].required)
    yield _Column(header="sha256", hint=gettext("The SHA-256 of the text that evidence counts in"))
    yield _Column(header="file", hint=gettext("The text itself, if you have it"))


def _columns(kind: str, profile: Profile, language: str, nested: tuple[str, ...]) -> Iterator[_Column]:
    if kind not in profile.classes:
        hint = did_you_mean(kind, profile.classes, otherwise=gettext("'pressgraph profile classes' lists them"))
        raise PressgraphError(gettext("'{name}' is not a class of the profile", name=kind), hint=hint)
    uses = profile.uses_of([kind])
    for wanted in nested:
        if wanted not in uses or not profile.keys[wanted].takes(Kind.LINK):
            hint = did_you_mean(wanted, [name for name in uses if profile.keys[name].takes(Kind.LINK)])
            raise PressgraphError(gettext("'{key}' links {kind} to no other thing", key=wanted, kind=kind), hint=hint)
    yield _Column(header="id", hint=gettext("The thing's id: a kind and a name, such as agent/example"), required=True)
    ordered = sorted(uses, key=lambda name: (not uses[name].required, not uses[name].single, name))
    for name in ordered:
        key = profile.keys[name]
        if name not in nested:
            yield from _of_key(key, name, language, required=uses[name].required, several=not uses[name].single)
            continue
        below = [c.name for iri in uses[name].value_classes if (c := profile.class_of.get(iri)) is not None]
        yield _Column(header=f"{name}.id", hint=gettext("Its id; may be left out"))
        yield _Column(header=f"{name}.type", hint=gettext("What it is"), choices=tuple(below))
        inner = profile.uses_of(below)
        for word in sorted(inner, key=lambda one: (not inner[one].required, one)):
            yield from _of_key(profile.keys[word], f"{name}.{word}", language, required=inner[word].required)
    yield _Column(header="status", hint=gettext("How the release says it"), choices=STATUSES)
    yield _Column(
        header="evidence", hint=gettext("The characters that say it, counted from 0, such as 120-184 | 200-230")
    )
    yield _Column(
        header="personal", hint=gettext("true for personal data, which is not published"), choices=("true", "false")
    )


def _of_key(
    key: Key, header: str, language: str, *, required: bool = False, several: bool = False
) -> Iterator[_Column]:
    about = choose(key.definitions, language) or choose(key.labels, language) or key.name

    def hint(*parts: str) -> Text:
        """Return what a key is about, with what else there is to say."""
        before = [gettext("Required.")] if required else []
        after = [gettext("Several: put | between them.")] if several else []
        return joined(" ", [*before, about, *parts, *after])

    match key.kind:
        case Kind.TERM:
            names = tuple(key.scheme.concepts) if key.scheme else ()
            yield _Column(header=header, hint=hint(), choices=names, several=several, required=required)
        case Kind.LITERAL:
            wanted = datatype(key.datatype).wanted
            yield _Column(header=header, hint=hint(gettext("Write {wanted}.", wanted=wanted)), required=required)
        case Kind.MIXED:
            wanted = mixed_wanted(key)
            yield _Column(header=header, hint=hint(gettext("Write {wanted}.", wanted=wanted)), required=required)
        case Kind.LINK:
            note = gettext("Write an id, such as agent/example.")
            yield _Column(header=header, hint=hint(note), required=required)
        case Kind.TEXT if key.plain_required:
            yield _Column(header=header, hint=hint(), choices=key.listed, required=required)
        case Kind.TEXT:
            for tag in dict.fromkeys((language, "en")):
                note = gettext("In the language '{tag}'.", tag=tag)
                yield _Column(header=f"{header}.{tag}", hint=hint(note), required=required and tag == language)
