"""Suggest what to do about a result: the nearest term or id, a corrected phone number, what to add or remove."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import GraphNames, union
from pressgraph.facts.datatypes import datatype
from pressgraph.facts.date_words import mend_when
from pressgraph.facts.dates import read_date
from pressgraph.facts.ids import near_id
from pressgraph.facts.rules import phrase
from pressgraph.i18n import Text, gettext, joined
from pressgraph.profile.model import Kind
from pressgraph.rdf import RDF_TYPE, RDFS, SCHEMA, SH, SKOS
from pressgraph.rdf.terms import lexical, local_name, named
from pressgraph.spelling import nearest, suggestion
from pressgraph.validation.shacl.components import component_name, parameter_of, text_about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pressgraph.profile import Profile
    from pressgraph.rdf import Term
    from pressgraph.rdf.graph import Graph
    from pressgraph.validation.report import Result
    from pressgraph.validation.shacl.shapes import Shapes

NODE_KINDS = {
    "IRI": gettext("an IRI"),
    "Literal": gettext("a literal"),
    "BlankNode": gettext("a blank node"),
    "BlankNodeOrIRI": gettext("an IRI or a blank node"),
    "IRIOrLiteral": gettext("an IRI or a literal"),
    "BlankNodeOrLiteral": gettext("a blank node or a literal"),
}
_MOST_IDS = 20_000
_SHOWN = 4
_TERMS = 12


def as_written(term: Term, shapes: Graph, short: Callable[[str], str]) -> Iterator[str]:
    """Yield what a shape asks for, a term or the items of a list, as people write it; `short` shortens IRIs."""
    if shapes.is_list(term):
        items = shapes.items(term)
        for item in items[:_TERMS]:
            yield from as_written(item, shapes, short)
        if len(items) > _TERMS:
            yield "…"
    elif isinstance(term, ox.NamedNode):
        yield NODE_KINDS.get(term.value.removeprefix(SH)) or short(term.value)
    else:
        yield lexical(term)


class Adviser:
    """Make hints for results on the graph of a store."""

    def __init__(self, store: ox.Store, profile: Profile, shapes: Shapes, id_base: str) -> None:
        self.store = store
        self.profile = profile
        self.id_base = id_base
        self._shapes = shapes
        self._known: dict[str | None, list[str]] = {}

    @property
    def shapes(self) -> Graph:
        """The shapes by subject and predicate: what few results need."""
        return self._shapes.graph

    def word(self, result: Result) -> Result:
        """Return the result with a message that says what is asked for, where its shape has no message.

        SPARQL constraints have their messages elsewhere; the reference engine forgets the languages of these.
        """
        name = component_name(result.component)
        if name == "SPARQL" and set(result.messages) == {""}:
            own = [it for it in self.shapes.values(_shape(result), f"{SH}message") if isinstance(it, ox.Literal)]
            if result.messages[""] in {it.value for it in own}:
                return replace(result, messages=dict(sorted((it.language or "", it.value) for it in own)))
        if name in {"SPARQL", "Expression", "JS"} or not result.component.startswith(SH):
            return result
        if self.shapes.values(_shape(result), f"{SH}message"):
            return result
        parameter = parameter_of(result.component)
        values = self.shapes.values(_shape(result), SH + parameter) if parameter else ()
        wanted = [text for value in values for text in as_written(value, self.shapes, self.short)]
        return replace(result, messages=text_about(result.component, wanted, key=self.key(result)).by_language())

    def advise(self, result: Result) -> Result:
        """Return the result with a hint, where there is something to suggest."""
        make = _HINTS.get(component_name(result.component))
        hint = make(self, result) if make is not None else None
        return replace(result, hint=hint) if hint is not None else result

    # -- looking things up

    def short(self, iri: str) -> str:
        """Return an IRI as facts write it."""
        concept = self.profile.concept_of.get(iri)
        return concept.name if concept is not None else self.profile.shrink(iri, self.id_base)

    def key(self, result: Result) -> str | None:
        """Return the name of the key that a result's path is, or None for a longer path."""
        if result.path is None or result.path not in result.steps or result.path.startswith("^"):
            return None
        definition = self.profile.key_of.get(result.path)
        return definition.name if definition is not None else self.profile.curie(result.path) or local_name(result.path)

    def parameter(self, result: Result, name: str) -> str | None:
        """Return what a constraint of the result's shape asks for, as an IRI or a lexical form."""
        value = self.shapes.value(_shape(result), SH + name)
        return lexical(value) if value is not None else None

    def values(self, focus: str, predicate: str) -> list[str]:
        """Return what the graph says of a node, as people write it."""
        node = named(focus)
        objects = union.objects(self.store, node, predicate) if node is not None else ()
        return sorted(self.short(it.value) if isinstance(it, ox.NamedNode) else lexical(it) for it in objects)

    def stated_types(self, thing: ox.NamedNode) -> list[str]:
        """Return the classes that somebody gave a thing, as people write them: those that follow say nothing new."""
        derived = GraphNames(id_base=self.id_base).derived
        quads = union.stated(self.store, thing, ox.NamedNode(RDF_TYPE), derived)
        return sorted({self.short(lexical(quad.object)) for quad in quads})

    def ids_of(self, class_iri: str | None) -> list[str]:
        """Return the ids of the things of a class, or of all things."""
        if class_iri not in self._known:
            classes: Iterable[str | None] = [None]
            if class_iri is not None:
                below = [it.iri for it in self.profile.classes.values() if class_iri in it.superclasses]
                classes = [class_iri, *below]
            ids: set[str] = set()
            for one in classes:
                wanted = ox.NamedNode(one) if one is not None else None
                for quad in self.store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), wanted, union.DEFAULT):
                    if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(self.id_base):
                        ids.add(quad.subject.value.removeprefix(self.id_base))
                    if len(ids) >= _MOST_IDS:
                        break
            self._known[class_iri] = sorted(ids)
        return self._known[class_iri]

    # -- hints, by constraint component

    def class_(self, result: Result) -> Text | None:
        """Suggest an id of that class whose thing the one given is likely to mean."""
        wanted = self.parameter(result, "class")
        if wanted is None or result.value is None or result.lexical is None:
            return None
        thing = named(result.value)
        if thing is None:
            # what RDF files of others have: a name where a thing belongs
            return (
                None
                if result.value.startswith("_:")
                else gettext("'{given}' is text, not a thing", given=result.lexical)
            )
        given = result.lexical.removeprefix(self.id_base)
        kind = f"{given.partition('/')[0]}/"
        alike = [it for it in self.ids_of(wanted) if it.startswith(kind)]
        close = near_id(given, alike, lambda it: names_of(self.store, self.id_base + it))
        if close is not None:
            return suggestion(close)
        types = self.stated_types(thing)
        if types:
            shown = ", ".join(types[:_SHOWN])
            return gettext("'{given}' is: {shown}", given=given, shown=shown)
        return gettext("nothing says what '{given}' is", given=given)

    def missing(self, result: Result) -> Text | None:
        """Say which key to add."""
        key = self.key(result)
        if key is None or result.focus.startswith('"'):
            return None
        about = result.focus.removeprefix(self.id_base)
        if not self._is_of_facts(result.focus):
            # what RDF files say, such as the project's own ontology
            prop = self.profile.curie(result.path or "") or f"<{result.path}>"
            name = self.profile.curie(result.focus) or f"<{result.focus}>"
            # a blank node's label here is not the file's
            is_blank = result.focus.startswith("_:")
            advice = (
                gettext("add {prop}", prop=prop) if is_blank else gettext("add {prop} to {name}", prop=prop, name=name)
            )
            form = self._form(result.path or "", gettext('text with its language, as in "…"@en'))
        else:
            advice = gettext("add '{key}: …' to '{about}'", key=key, about=about)
            form = self._form(result.path or "", gettext("text with its language, as in 'en: …'"))
        return joined(": ", (advice, form)) if form is not None else advice

    def _is_of_facts(self, focus: str) -> bool:
        """Tell whether a node is one that facts speak of, not only RDF files and the project's ontology."""
        node = named(focus)
        if node is None:
            return not focus.startswith("_:")
        of_profile = ox.NamedNode(GraphNames(id_base=self.id_base).profile)
        graphs = {quad.graph_name for quad in self.store.quads_for_pattern(node, None, None, None)}
        return not graphs or not graphs <= {of_profile, union.DEFAULT}

    def _form(self, iri: str, with_language: Text) -> Text | None:
        """Return what a key's values look like: never one that nobody has stated."""
        key = self.profile.key_of.get(iri)
        if key is None:
            return None
        if key.kind is Kind.TERM and key.scheme is not None:
            names = list(key.scheme.concepts)
            shown = ", ".join(names[:_TERMS]) + (", …" if len(names) > _TERMS else "")
            return Text(shown)
        if key.coercion is not None:
            return _FORMS.get(local_name(key.coercion))
        if key.kind is Kind.TEXT and key.language_required:
            return with_language
        return None

    def surplus(self, result: Result) -> Text | None:
        """Say between which values to choose."""
        if self.parameter(result, "maxCount") == "0":
            return None
        if result.path is None or self.key(result) is None:
            return None
        values = self.values(result.focus, result.path)
        shown = ", ".join(values[:_SHOWN]) + (", …" if len(values) > _SHOWN else "")
        return gettext("keep one of: {shown}", shown=shown) if values else None

    def literal(self, result: Result) -> Text | None:
        """Mend a literal by its datatype."""
        mended = datatype(self.parameter(result, "datatype")).mend(result.lexical or "")
        return mended if isinstance(mended, Text) else None

    def node(self, result: Result) -> Text | None:
        """Suggest a term of a vocabulary, or what a literal of one of several datatypes was meant to be."""
        key = self.profile.key_of.get(result.path or "")
        if key is not None and key.scheme is None and key.coercion is not None and key.datatypes:
            return self._date(result.lexical or "", key.coercion)
        return self.term(result)

    def _date(self, given: str, day: str) -> Text | None:
        """Mend a date of any precision as RDF has it: facts may say 'spring 2019', RDF says 2019-21."""
        meant = read_date(mend_when(given) or given)
        mended = phrase("write {value}", value=meant.lexical) if meant is not None else datatype(day).mend(given)
        return mended if isinstance(mended, Text) else None

    def pattern(self, result: Result) -> Text | None:
        """Mend what a pattern refuses: phone numbers and addresses of mail."""
        given = result.lexical or ""
        if result.path in {f"{SCHEMA}telephone", f"{SCHEMA}faxNumber"}:
            return mend_phone(given)
        if result.path == f"{SCHEMA}email":
            mended = re.sub(r"\s+|^mailto:", "", given.replace("(at)", "@").replace("[at]", "@").replace("(dot)", "."))
            if mended != given and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", mended):
                return phrase("write {value}", value=mended)
        return None

    def term(self, result: Result) -> Text | None:
        """Suggest the nearest term of a vocabulary."""
        key = self.profile.key_of.get(result.path or "")
        if key is None or key.scheme is None or result.lexical is None:
            return None
        concepts = key.scheme.concepts
        close = nearest(local_name(result.lexical), concepts)
        terms = phrase("known: {words}", words=", ".join(list(concepts)[:12]))
        return suggestion(close) if close is not None else terms

    def listed(self, result: Result) -> Text | None:
        """Suggest the nearest listed value."""
        return self.term(result)

    def compared(self, result: Result) -> Text | None:
        """Show the value that a value was compared with."""
        for name in ("lessThan", "lessThanOrEquals", "equals", "disjoint"):
            other = self.parameter(result, name)
            if other is None:
                continue
            values = self.values(result.focus, other)
            if not values:
                return None
            shown, key = ", ".join(values[:_SHOWN]), self.short(other)
            return gettext("'{key}' is {shown}", key=key, shown=shown)
        return None

    def told(self, result: Result) -> Text | None:
        """Say what to do as the comment of a SPARQL constraint does, in its languages."""
        comments = self.shapes.values(_shape(result), f"{RDFS}comment")
        said = {it.language: it.value for it in comments if isinstance(it, ox.Literal) and it.language}
        english = said.pop("en", None)
        return Text(english, **said) if english is not None else None

    def language(self, result: Result) -> Text | None:
        """Show the texts that share a language."""
        thing = named(result.focus)
        if result.path is None or thing is None:
            return None
        texts: dict[str, list[str]] = {}
        for text in union.objects(self.store, thing, result.path):
            if isinstance(text, ox.Literal) and text.language:
                texts.setdefault(text.language, []).append(text.value)
        twice = sorted((tag, sorted(values)) for tag, values in texts.items() if len(values) > 1)
        if not twice:
            return None
        tag, values = twice[0]
        quoted = joined(", ", (gettext("“{text}”", text=it) for it in values[:_SHOWN]))
        return gettext("in '{tag}': {texts}; keep one", tag=tag, texts=quoted)


_FORMS = {
    "date": gettext("as year-month-day"),
    "duration": gettext("such as P…Y for years or P…M for months"),
    "integer": gettext("a whole number"),
    "boolean": gettext("true or false"),
    "gYear": gettext("a year of four digits"),
}


_HINTS: dict[str, Callable[[Adviser, Result], Text | None]] = {
    "Class": Adviser.class_,
    "MinCount": Adviser.missing,
    "MaxCount": Adviser.surplus,
    "Datatype": Adviser.literal,
    "Pattern": Adviser.pattern,
    "Node": Adviser.node,
    "In": Adviser.listed,
    "LessThan": Adviser.compared,
    "LessThanOrEquals": Adviser.compared,
    "Equals": Adviser.compared,
    "Disjoint": Adviser.compared,
    "UniqueLang": Adviser.language,
    "SPARQL": Adviser.told,
}


_NAMES = (
    *(SCHEMA + name for name in ("name", "legalName", "alternateName", "headline")),
    f"{SKOS}prefLabel",
)


def names_of(store: ox.Store, iri: str) -> list[str]:
    """Return the names that a store has for a thing."""
    thing = ox.NamedNode(iri)
    return [text.value for name in _NAMES for text in union.objects(store, thing, name) if isinstance(text, ox.Literal)]


def _shape(result: Result) -> ox.NamedNode:
    """Return the shape of a result, which goes by its component where it has no IRI."""
    return ox.NamedNode(result.shape)


def mend_phone(text: str) -> Text:
    """Suggest the international form of a phone number (ITU-T E.123).

    A number without the country's code could be anywhere: then only what to add can be said.

    >>> mend_phone("+49 (0)351796 5106")
    'write +49 351 7965106'
    """
    import phonenumbers

    written = re.sub(r"^\s*00", "+", text)
    if written.strip().startswith("+"):
        try:
            number = phonenumbers.parse(written, None)
        except phonenumbers.NumberParseException:
            pass
        else:
            form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
            mended = phonenumbers.format_number(number, form)
            if re.fullmatch(r"\+[0-9]+(?:[ -][0-9]+)+", mended):
                return phrase("write {value}", value=mended)
    return gettext("start with + and the country's code, such as +49 351 7965106")
