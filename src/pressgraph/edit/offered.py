"""What selected words give the fields of a form: days, figures, names and known things, by the grammar of drafts.

Nothing is proposed that the words do not say, and nothing where they say two things that may be meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.dates import dates
from pressgraph.drafting.patterns.figures import figures
from pressgraph.drafting.patterns.grammar import grammar_of
from pressgraph.edit.values import classes_label, read, shown
from pressgraph.facts.ids import slug
from pressgraph.languages import primary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressgraph.drafting.patterns.grammar import Grammar
    from pressgraph.drafting.patterns.mentions import Mention
    from pressgraph.edit.forms import Field, NodeForm
    from pressgraph.edit.known import Known
    from pressgraph.profile import Profile

_LONGEST = 2_000
"""Characters of selected words that are looked through."""
_NAME_WORDS = 6
_SHORTEST_TERM = 4
"""Of a term's name with a hyphen on either side: shorter ones stand in texts by chance."""
_DAYS = frozenset({"date", "last-day"})
_FIRST_DAYS = ("startDate", "validFrom", "foundingDate", "asOf")
_LAST_DAYS = ("endDate", "validUntil", "validThrough")
_BOUNDS = (_FIRST_DAYS, _LAST_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Offers values to the fields of a form whose values nobody has said yet."""

    profile: Profile
    known: Known
    language: str
    """Of the form."""

    def give(self, form: NodeForm, words: str, text_language: str) -> str:
        """Put what some words say into the fields of a form; return how sure the least certain of it is."""
        words = words[:_LONGEST]
        try:
            grammar = grammar_of(primary(text_language or "en"), self.profile)
        except KeyError:
            grammar = None
        used: list[Mention] = []
        if grammar is not None:
            used += self._days(form, words, grammar)
            used += self._figures(form, words, grammar)
        self._things(form, words)
        self._terms(form, words)
        self._name(form, words)
        _put_forward(form)
        return "normalised" if any(it.status == "normalised" for it in used) else "stated"

    def _days(self, form: NodeForm, words: str, grammar: Grammar) -> list[Mention]:
        found = list(dates(words, grammar, None))
        if len(found) != 1:
            return []
        day = found[0]
        first, last = next(
            (it for level in _levels(form) if any(it := tuple(_of(level, names) for names in _BOUNDS))), (None, None)
        )
        until = words[: day.start].rstrip().casefold().endswith(tuple(grammar.data["last_day"]))
        begins, ends = ("", day.value) if until and not day.other else (day.value, day.other)
        for one, value in ((first, begins), (last, ends)):
            if one is not None and value:
                # a last day is asked with the day itself
                self._put(one, value, "date")
        return found if first is not None or last is not None else []

    def _figures(self, form: NodeForm, words: str, grammar: Grammar) -> list[Mention]:
        days = list(dates(words, grammar, None))
        found = [
            it for it in figures(words, grammar) if not any(day.start < it.end and it.start < day.end for day in days)
        ]
        used = []
        by_key = {it.key.name: it for it in form.fields}
        for mention in found:
            one = by_key.get(mention.other)
            if one is not None and not one.said and sum(it.other == mention.other for it in found) == 1:
                self._put(one, mention.value, "quantity", words[mention.start : mention.end])
                used.append(mention)
        plain = [it for it in found if it not in used]
        # a key that says what is counted takes no figure of something else
        asked = [
            it
            for it in form.first
            if it.widget == "quantity" and not it.said and it.key.iri not in self.profile.concept_of
        ]
        if not used and len(plain) == 1 and len(asked) == 1:
            self._put(asked[0], plain[0].value, "quantity", words[plain[0].start : plain[0].end])
            used = plain
        return used

    def _things(self, form: NodeForm, words: str) -> None:
        named = [it for it in self.known.within(words) if it.types]
        asked = [it for it in form.first if it.widget == "link" and it.needed and it.classes and not it.said]
        meant = [[it for it in named if self.known.of_kind(it, one.classes)] for one in asked]
        for at, (one, fits) in enumerate(zip(asked, meant, strict=True)):
            elsewhere = [it for other, several in enumerate(meant) if other != at for it in several]
            if len(fits) == 1 and fits[0] not in elsewhere:
                slot = one.slots[0]
                alone = len(self.known.named(fits[0].name, one.classes)) == 1
                slot.text = fits[0].name if alone else fits[0].id
                slot.about = fits[0].id if alone else ""
                slot.kind = classes_label(fits[0].types, self.profile, self.language)

    def _terms(self, form: NodeForm, words: str) -> None:
        """Choose the one term of a vocabulary that the words name, where fields at the top of the form ask for it."""
        text = f"-{slug(words)}-"
        for one in form.first:
            if one.widget != "term" or one.said or one.slots[0].node is not None:
                continue
            named = {
                name: term.name
                for term in one.choices
                for it in (*term.labels.values(), *term.alternatives)
                if len(name := f"-{slug(it)}-") > _SHORTEST_TERM and name in text
            }
            # what is only a part of a longer name is not meant
            meant = {term for name, term in named.items() if not any(name != it and name in it for it in named)}
            if len(meant) == 1:
                one.slots[0].text = meant.pop()

    def _name(self, form: NodeForm, words: str) -> None:
        name = " ".join(words.split()).strip(" ,;:“”„\"'")
        field = next((it for it in form.first if it.key.name == "name"), None)
        is_name = (
            name[:1].isupper()
            and "," not in name
            and len(name.split()) <= _NAME_WORDS
            and not any(it.isdigit() for it in name)
        )
        if field is not None and not field.said and is_name and not name.endswith((".", "!", "?")):
            field.slots[0].text = name

    def _put(self, one: Field, value: str, widget: str, words: str = "") -> None:
        """Put a value into a field, in the words of the text where they mean just this."""
        slot = next((it for it in one.slots if it.node is None), None)
        if slot is None:
            return
        slot.text = shown(widget, value, self.language, self.profile)
        said = words.split()
        for length in range(len(said), 0, -1):
            text = " ".join(said[:length])
            if read(widget, text, self.language, self.profile).value == value:
                slot.text = text
                slot.about = value if text != value else ""
                return


def _put_forward(form: NodeForm) -> None:
    """Put fields that have got a value to those at the top."""
    form.first += [it for _, several in form.groups for it in several if it.said]
    form.groups = [(heading, left) for heading, them in form.groups if (left := [it for it in them if not it.said])]


def _levels(form: NodeForm) -> Iterator[NodeForm]:
    """Yield a form, then those of the nodes in it."""
    yield form
    for one in form.fields:
        for slot in one.slots:
            if slot.node is not None:
                yield from _levels(slot.node)


def _of(form: NodeForm, names: Sequence[str]) -> Field | None:
    """Return the field of the first of some keys that is asked for a day, and has none yet."""
    asked = {it.key.name: it for it in form.fields if it.widget in _DAYS and not it.said}
    return next((asked[it] for it in names if it in asked), None)
