"""Values as people write them in a form, and as facts files have them: dates, quantities, terms, names.

What a form shows of a value means that value again, so that a form which nobody has touched changes nothing.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pressgraph.facts.datatypes import datatype
from pressgraph.facts.date_words import mend_date, mend_period, mend_when
from pressgraph.facts.dates import read_date, read_period
from pressgraph.facts.edit import Literal
from pressgraph.facts.figures import figures_of
from pressgraph.facts.quantity_words import meant_quantity, number_of
from pressgraph.i18n import Text, gettext, ngettext
from pressgraph.languages import choose, primary
from pressgraph.pages.dates import when_in_words
from pressgraph.profile.model import Kind
from pressgraph.rdf import CLU, EDTF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressgraph.profile import Key, Profile
    from pressgraph.profile.model import Concept

LAST_DAY = f"{CLU}validUntil"
"""The property whose day is the first that is not covered: people are asked for the last one that is."""
_DATES = frozenset({EDTF, *(f"{XSD}{name}" for name in ("date", "gYearMonth", "gYear"))})
_NUMBERS = frozenset({f"{XSD}integer", f"{XSD}decimal"})
_DURATION = f"{XSD}duration"
_PERIOD = re.compile(r"(?P<number>\d{1,4}|[^\W\d]+)\s*(?P<unit>[^\W\d]+)")
_UNITS = {
    **dict.fromkeys(("year", "years", "jahr", "jahre", "jahren"), "Y"),
    **dict.fromkeys(("month", "months", "monat", "monate", "monaten"), "M"),
    **dict.fromkeys(("week", "weeks", "woche", "wochen"), "W"),
    **dict.fromkeys(("day", "days", "tag", "tage", "tagen"), "D"),
}
_ISO_PERIOD = re.compile(r"P(\d{1,4})([YMWD])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a text in a form means: a value of a facts file, or a problem; `shown` is how it was understood."""

    value: Any = None
    problem: Text | str = ""
    shown: str = ""


def widget_of(key: Key) -> str:
    """Return what a value of a key is asked with.

    One of `term`, `date`, `last-day`, `number`, `quantity`, `duration`, `boolean`, `literal`, `text` and `link`; `yaml`
    where it is written as facts files have it.
    """
    if key.iri == LAST_DAY:
        return "last-day"
    if key.quantity is not None:
        return "quantity"
    if key.kind is Kind.MIXED:
        if key.kinds == {Kind.LITERAL} and set(key.datatypes) & _DATES:
            return "date"
        return "text" if Kind.TEXT in key.kinds and Kind.TERM not in key.kinds else "yaml"
    if key.kind is Kind.LITERAL:
        kinds = {_DURATION: "duration", f"{XSD}boolean": "boolean"}
        if key.datatype in _DATES:
            return "date"
        if key.datatype in _NUMBERS:
            return "quantity" if key.datatype == f"{XSD}decimal" else "number"
        return kinds.get(key.datatype or "", "literal")
    return {Kind.TERM: "term", Kind.TEXT: "text", Kind.LINK: "link"}[key.kind]


def shown(widget: str, raw: str, language: str, profile: Profile) -> str:
    """Return how a form shows a value: in words where these mean that value again, else as it is written."""
    words = raw
    match widget:
        case "date":
            stored = read_date(raw)
            lexical = stored.lexical if stored is not None else read_period(raw)
            words = when_in_words(lexical, language) if lexical else raw
        case "last-day":
            if (day := _day(raw)) is not None and day > datetime.date.min:
                words = when_in_words((day - datetime.timedelta(days=1)).isoformat(), language)
        case "duration":
            words = _duration_words(raw, language)
    again = read(widget, words, language, profile)
    return words if again.value == raw else raw


def read(widget: str, text: str, language: str, profile: Profile, key: Key | None = None) -> Read:
    """Return what a text means as a value; links and terms are looked up by who knows them."""
    text = " ".join(text.split())
    match widget:
        case "date":
            return _date(text, language, only_days=key is not None and key.datatype == f"{XSD}date")
        case "last-day":
            found = _date(text, language, only_days=True)
            day = _day(str(found.value)) if found.value is not None else None
            if day is None:
                return found
            if day == datetime.date.max:
                return Read(problem=gettext("this is no day"))
            until = (day + datetime.timedelta(days=1)).isoformat()
            return Read(value=Literal(until), shown=found.shown)
        case "duration":
            return _duration(text, language)
        case "quantity":
            figures = figures_of(profile)
            meant = text if figures.read(text) is not None else meant_quantity(text, figures.words)
            if meant is None or figures.read(meant) is None:
                return Read(problem=figures.hint(text))
            return Read(value=Literal(meant), shown=meant if meant != text else "")
        case "number" | "literal" | "boolean":
            definition = datatype(key.datatype if key is not None else None)
            compact = text.replace(" ", "")
            lexical = definition.lexical(compact if widget == "number" else text)
            if lexical is None:
                return Read(
                    problem=gettext("this is not {wanted}", wanted=definition.wanted), shown=definition.mend(text) or ""
                )
            return Read(value=Literal(lexical))
    return Read(value=text)


def _date(text: str, language: str, *, only_days: bool) -> Read:
    stored = read_date(text)
    if stored is not None and not only_days:
        return Read(value=Literal(text), shown=when_in_words(stored.lexical, language))
    meant = mend_date(text)
    if meant is None and re.fullmatch(r"\d{4}-\d\d-\d\d", text) and stored is not None:
        meant = text
    if meant is None and not only_days:
        period = text if read_period(text) else None
        meant = mend_when(text) or period or mend_period(text)
    if meant is None:
        wanted = gettext("a day, such as 31 January 2026") if only_days else gettext("a day, a month or a year")
        return Read(problem=gettext("this is not read as a date; write {wanted}", wanted=wanted))
    stored = read_date(meant)
    lexical = stored.lexical if stored is not None else read_period(meant)
    return Read(value=Literal(meant), shown=when_in_words(lexical or meant, language))


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _duration(text: str, language: str) -> Read:
    definition = datatype(_DURATION)
    if definition.lexical(text) is not None:
        return Read(value=Literal(text), shown=_duration_words(text, language))
    match = _PERIOD.fullmatch(text.casefold())
    unit = _UNITS.get(match["unit"]) if match is not None else None
    if match is None or unit is None:
        return Read(problem=gettext("this is not read as a length of time; write 3 years, or P3Y"))
    number = match["number"] if match["number"].isdigit() else number_of(match["number"])
    if number is None:
        return Read(problem=gettext("this is not read as a length of time; write 3 years, or P3Y"))
    lexical = f"P{int(number)}{unit}"
    return Read(value=Literal(lexical), shown=_duration_words(lexical, language))


def _duration_words(lexical: str, language: str) -> str:
    match = _ISO_PERIOD.fullmatch(lexical)
    if match is None:
        return lexical
    count = int(match[1])
    words = {
        "Y": lambda: ngettext("{count} year", "{count} years", count=count),
        "M": lambda: ngettext("{count} month", "{count} months", count=count),
        "W": lambda: ngettext("{count} week", "{count} weeks", count=count),
        "D": lambda: ngettext("{count} day", "{count} days", count=count),
    }
    return words[match[2]]().to(language)


def label_of(texts: Any, language: str, otherwise: str) -> str:
    """Return a label in a language, else in English, else in any, else the name."""
    return choose(texts, language, primary(language), "en") or otherwise


def classes_label(names: Iterable[str], profile: Profile, language: str) -> str:
    """Return what classes are called that the profile knows, by their names."""
    terms = (profile.classes[it] for it in names if it in profile.classes)
    return ", ".join(label_of(it.labels, language, it.name) for it in terms)


def concept_label(concept: Concept, language: str) -> str:
    """Return what a term of a vocabulary is called."""
    return label_of(concept.labels, language, concept.name)
