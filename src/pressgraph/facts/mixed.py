"""Values of keys whose shapes allow several kinds: which kind a text is, and how each is said without doubt.

The form decides, in this order: a term of the vocabulary; an id or an address, where links are allowed; the first
datatype that the text is a form of; text. A number or a truth value in quotes is text where text is allowed, as it is
in YAML and JSON. What the form gets wrong is said as JSON-LD says it: `{ "@value": … }` (JSON-LD 1.1, 9.5) or
`{ id: … }`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.facts.datatypes import NUMBERS, any_of, datatype, fitting
from pressgraph.facts.dates import written_form
from pressgraph.facts.model import ValueObject
from pressgraph.facts.rules import phrase
from pressgraph.profile.model import Key, Kind
from pressgraph.rdf import EDTF, RDF, XSD, XSD_STRING

if TYPE_CHECKING:
    from pressgraph.i18n import Text

# What is in no text but an id or an address: a path, or a prefix.
_LIKE_ID = re.compile(r"[^\s]*/[^\s]*|[A-Za-z][\w.+-]*:[^\s]+")
_NATIVE = NUMBERS | {f"{XSD}boolean"}


def looks_like_id(text: str) -> bool:
    """Tell whether a text would be a link where links are allowed.

    >>> looks_like_id("place/leipzig"), looks_like_id("10:30"), looks_like_id("and / or")
    (True, False, False)
    """
    return _LIKE_ID.fullmatch(text) is not None


def is_typed_only(key: Key) -> bool:
    """Tell whether all values of a MIXED key are typed literals."""
    return key.kinds == {Kind.LITERAL}


def takes_languages(key: Key) -> bool:
    """Tell whether values may be texts with a language."""
    return key.takes(Kind.TEXT) and not key.plain_required


def term_or_literal(key: Key, text: str, *, quoted: bool) -> dict[str, str] | None:
    """Return what a text is that is no id: a term's node, or a literal's value object; None where it is text at most.

    `quoted` says that its file has quotes for texts, and that it stands in them.
    """
    if key.scheme is not None and (concept := key.scheme.concepts.get(text)) is not None:
        return {"id": concept.iri}
    if key.takes(Kind.LINK) and looks_like_id(text):
        return None
    as_text = quoted and key.takes(Kind.TEXT)
    typed = fitting((it for it in key.datatypes if not (as_text and it in _NATIVE)), text)
    return ValueObject({"@value": typed[1], "@type": typed[0]}) if typed is not None else None


def datatype_named(key: Key, name: str) -> str | None:
    """Return the datatype of a key that a value object names: `date`, `xsd:date`, or its IRI."""
    datatypes = [*key.datatypes, *([XSD_STRING] if key.takes(Kind.TEXT) and not key.language_required else [])]
    return next((iri for iri in datatypes if name in {iri, iri.removeprefix(XSD), iri.replace(XSD, "xsd:")}), None)


def wanted(key: Key) -> Text:
    """Return what a MIXED key wants, in words."""
    kinds: list[str] = []
    if key.takes(Kind.TERM) and key.scheme is not None:
        kinds.append(phrase("a term of the vocabulary '{scheme}'", scheme=key.scheme.name))
    if key.takes(Kind.LINK):
        kinds.append(phrase("an id or a node"))
    kinds += (
        [phrase("a day, a month, a year or a form for less exact dates")]
        if EDTF in key.datatypes
        else [datatype(it).wanted for it in key.datatypes]
    )
    if key.takes(Kind.TEXT):
        kinds.append(phrase("text"))
    return any_of(kinds)


def nquads_literal(value: ValueObject, quoted: str) -> str:
    """Return a value object as a literal in N-Quads; `quoted` is its text in quotes."""
    if "@language" in value:
        return f"{quoted}@{value['@language']}"
    kind = value.get("@type", XSD_STRING)
    return quoted if kind in {XSD_STRING, f"{RDF}langString"} else f"{quoted}^^<{kind}>"


def plain_form(key: Key, value: object, *, quotes: bool) -> object:
    """Return a checked value as people write it: the shortest form that is read as the same value.

    `quotes` says whether the format has quotes for texts, in which numbers and truth values do not stand.
    """
    if isinstance(value, ValueObject):
        text = written_form(value["@value"], value.get("@type", ""))
        if "@language" in value:
            return {value["@language"]: text}
        if term_or_literal(key, text, quoted=quotes and value["@type"] not in _NATIVE) == value:
            return text
        return {"@value": value["@value"], "@type": value["@type"].replace(XSD, "xsd:")}
    if isinstance(value, dict) and value.keys() == {"id"}:
        name = str(value["id"])
        if key.scheme is not None:
            term = next((it.name for it in key.scheme.concepts.values() if it.iri == name), None)
            if term is not None:
                return term
        clear = key.takes(Kind.LINK) and looks_like_id(name) and (key.scheme is None or name not in key.scheme.concepts)
        return name if clear else value
    if isinstance(value, str) and (looks_like_id(value) and key.takes(Kind.LINK)):
        return {"@value": value}
    if isinstance(value, str) and term_or_literal(key, value, quoted=quotes) is not None:
        return {"@value": value}
    return value
