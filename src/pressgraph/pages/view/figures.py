"""Figures in words: how many, how exactly, of what, as of when."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from msgspec import Struct

from pressgraph.pages.names import capital
from pressgraph.pages.view.days import dated, day
from pressgraph.pages.view.parts import Tag
from pressgraph.rdf import CLU, DCTERMS, SCHEMA

if TYPE_CHECKING:
    from pressgraph.pages.view.graph import Graph, Statement
    from pressgraph.pages.view.parts import Day, Sentence

_DIMENSIONS = (f"{CLU}statistic", f"{CLU}sector", f"{DCTERMS}spatial", f"{SCHEMA}measurementQualifier")


class Measured(Struct, frozen=True, kw_only=True, gc=False):
    """A value of a figure."""

    label: str
    words: Sentence
    number: float | None
    day: Day | None
    order: str

    def note(self, graph: Graph) -> str:
        """Return as of when it is."""
        return graph.words["as_of_day"](day=self.day.text) if self.day is not None else ""


def measured(graph: Graph, iri: str, *, named: bool = False) -> Measured:
    """Return a figure, and note it as shown, unless it is only `named`."""
    look = graph.look if named else graph.out
    measure = next(iter(look(iri, f"{SCHEMA}variableMeasured")), None)
    label = graph.names.name(measure.iri).label if measure is not None and measure.iri else graph.words["figure"]
    more = [graph.names.name(it.iri).label for it in look(iri, *_DIMENSIONS) if it.iri]
    when = next(iter(look(iri, f"{SCHEMA}observationDate", f"{CLU}period")), None)
    value = dated(when.object) if when is not None else None
    said, number = quantity(graph, iri, named=named)
    status = graph.look(iri, f"{SCHEMA}value", f"{SCHEMA}minValue", f"{SCHEMA}maxValue")
    tag: Sentence = (Tag(status=graph.status(status[0])),) if status and graph.status(status[0]) != "stated" else ()
    return Measured(
        label=f"{label} ({', '.join(more)})" if more else label,
        words=(said, *tag),
        number=number,
        day=day(value, graph.language) if value is not None else None,
        order=value.lexical if value is not None else "",
    )


def figure_name(graph: Graph, iri: str) -> str:
    """Return what a figure without a name is called: by what it says; empty where that is not known."""
    found = measured(graph, iri, named=True)
    said = ", ".join(filter(None, (str(found.words[0]), found.note(graph))))
    return f"{capital(found.label)}: {said}" if said else ""


def quantity(graph: Graph, iri: str, *, named: bool = False) -> tuple[str, float | None]:
    """Return a quantity in words, such as "more than 600,000,000 EUR", and its number where it has one.

    It is noted as shown, unless it is only `named`.
    """

    def first(word: str) -> Statement | None:
        return next(iter((graph.look if named else graph.out)(iri, word)), None)

    def one(word: str) -> Decimal | None:
        said = first(f"{SCHEMA}{word}")
        try:
            return Decimal(said.text) if said is not None else None
        except InvalidOperation:
            return None

    value, least, most = one("value"), one("minValue"), one("maxValue")
    precision, concept = first(f"{CLU}precision"), first(f"{CLU}unit")
    unit = first(f"{SCHEMA}currency")
    sign = unit.text if unit is not None else _sign(graph, concept.iri) if concept is not None else ""
    out_of = first(f"{CLU}outOf")
    any_value = value if value is not None else least if least is not None else most
    if any_value is None:
        return "", None
    text = number(any_value, graph.language)
    if value is None and least is not None and most is not None:
        text = f"{number(least, graph.language)}–{number(most, graph.language)}"
    if precision is not None and precision.iri:
        text = f"{graph.names.name(precision.iri).label} {text}"
    if out_of is not None:
        with suppress(InvalidOperation):
            text = graph.words["out_of"](value=text, whole=number(Decimal(out_of.text), graph.language))
    return f"{text}\u00a0{sign}" if sign else text, float(any_value)


def _sign(graph: Graph, concept: str) -> str:
    known = graph.profile.concept_of.get(concept)
    return known.signs[0] if known is not None and known.signs else graph.names.name(concept).label


def number(value: Decimal, language: str) -> str:
    """Write a number with the signs of a language.

    >>> number(Decimal("1200000.50"), "de"), number(Decimal("4200"), "en")
    ('1.200.000,5', '4,200')
    """
    text = f"{value.normalize():,f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text
