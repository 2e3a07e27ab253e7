"""The names of things in a text, by what stands in and around them: legal forms, nouns for kinds, abbreviations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.drafting.known import WORD, Names, kind_of_class
from pressgraph.drafting.patterns.mentions import Entity
from pressgraph.drafting.patterns.short_forms import ASSOCIATION, SHORT, ShortForms, is_acronym, is_narrower, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.drafting.patterns.grammar import Grammar
    from pressgraph.text import Span

_MOST = 7
"""Words of a name."""
_APPOSED = 6
"""Words of what is said behind a name that are read."""
_NEAR = 120
"""Characters around a name in which a word stands that tells what it is."""
_DATED = frozenset({"Fair", "Conference", "Event"})
_OPENED = (" „", " “", ' "', " »", " «", " ‘")
"""What may stand between a noun and a name in quotation marks."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the view."""

    start: int
    end: int
    text: str
    lower: str

    @property
    def is_name(self) -> bool:
        """Whether it begins with a capital, as names do."""
        return self.text[0].isupper()


def words(text: str) -> list[Word]:
    """Return the words of a text."""
    return [Word(it.start(), it.end(), it[0], it[0].lower()) for it in WORD.finditer(text)]


class Discovery:
    """Finds the names of things in a text; a thing has one entity, whatever the forms of its name."""

    def __init__(self, text: str, found: Sequence[Word], closed: bytearray, grammar: Grammar) -> None:
        self.text, self.words, self.closed, self.grammar = text, found, closed, grammar
        self.entities: list[Entity] = []
        self._by_name: dict[str, Entity] = {}
        self._at = {word.end: number for number, word in enumerate(found)}

    def run(self) -> list[Entity]:
        """Return the things that are named, without people, in the order in which they were found."""
        self._by_legal_form()
        for number, word in enumerate(self.words):
            if not self.closed[word.start]:
                self._by_head(number)
        for number in range(len(self.words)):
            self._by_noun(number)
        for number in range(len(self.words)):
            self._by_apposition(number)
        for number in range(1, len(self.words)):
            self._by_year(number)
        self._by_initials()
        forms = ShortForms(self.text, self.words, self.entities, self.grammar)
        forms.note()
        self._note_first()
        forms.unite()
        return self.entities

    def _note_first(self) -> None:
        """Note where each thing is named first, in whichever form: its full name may stand at the end of a text."""
        names: Names[Entity] = Names()
        for entity in self.entities:
            for form in sorted(entity.forms):
                names.add(WORD.findall(form), entity)
        texts = [it.text for it in self.words]
        for number, word in enumerate(self.words):
            if (found := names.longest(texts, number)) is not None:
                found[0].since = min(found[0].since, word.start)

    # -- three ways to find one

    def _by_legal_form(self) -> None:
        for match in self.grammar.legal_forms.finditer(self.text):
            number = self._at.get(match.start() - 1)
            if number is None or self.closed[match.start()]:
                continue
            first = self._leftmost(number, _MOST)
            if first > number:
                # an organisation may write itself small: its form says that it is one
                if self._is_plain(number) or self.words[number].text.isdigit():
                    continue
                first = number
            first, class_ = self._without_noun(first, number)
            start, stop, end = self.words[first].start, match.start() - 1, match.end()
            name = one_line(self.text[start:stop])
            full = one_line(self.text[start:end])
            form = self.grammar.forms.get(" ".join(match[0].split())) or self._form(match[0])
            if class_ is None:
                compound = self.words[first].lower if "-" in self.words[first].text else ""
                noun = self.grammar.class_by(self.grammar.nouns, compound) if compound else None
                class_ = self._head_class(first, number) or noun or "Organization"
            association = form == ASSOCIATION or (not form and match[0].startswith("e"))
            entity = self._add(class_, name if association else full, (start, stop if association else end))
            entity.formal = True
            entity.form = entity.form or form or None
            entity.forms |= {name, full, name[:1].upper() + name[1:]}
            self._by_name.setdefault(name.casefold(), entity)
            plain = self._uninflected(full)
            if plain != full:
                start = self.text.index(plain)
                end = start + len(plain)
                full = plain
            elif association and not full.startswith(entity.name):
                # only its genitive is there
                full = f"{entity.name} {one_line(match[0])}"
            if association and entity.legal is None:
                entity.legal, entity.legal_name = (start, end), full
            elif association and entity.legal is not None and full != entity.legal_name:
                entity.variants.setdefault(full, (start, end))

    def _form(self, written: str) -> str:
        plain = re.sub(r"\s", "", written)
        return next((term for form, term in self.grammar.forms.items() if re.sub(r"\s", "", form) == plain), "")

    def _by_head(self, number: int) -> None:
        word = self.words[number]
        class_ = self.grammar.class_by(self.grammar.heads, word.lower) if word.is_name else None
        if class_ is None or (word.lower.endswith("s") and word.lower.removesuffix("s") in self.grammar.heads):
            return
        first = self._leftmost(number - 1, _MOST) if number and self._joined(number - 1, " ") else number
        if self.grammar.data["adjectives_alone"]:
            first = self._adjective(number, first, of_place=class_ != "GovernmentOrganization")
        last = self._rightmost(number, governs=class_ == "GovernmentOrganization")
        first, noun = self._without_noun(first, last)
        if noun is not None and self.words[first].lower in self.grammar.articles:
            # "das Netzwerk der Hersteller" says what it is, not its name
            return
        if noun is not None:
            class_ = noun
        elif class_ != (head := self._head_class(first, last)) and head is not None:
            class_ = head
        alone = first == last
        if alone and ("-" not in word.text or class_ == "Industry"):
            return
        start, end = self.words[first].start, self.words[last].end
        if any(self.closed[it] for it in (start, end - 1)):
            return
        name = one_line(self.text[start:end])
        acronym = None
        if last - first > 2 and is_acronym(self.words[first].text) and noun is None:  # noqa: PLR2004 - it and a name
            acronym = self.words[first].start, self.words[first].end
            start = self.words[first + 1].start
            name = one_line(self.text[start:end])
        entity = self._add(class_, name, (start, end))
        if acronym is not None and entity.short is None:
            entity.short = acronym
            entity.forms.add(self.text[slice(*acronym)])

    def _by_initials(self) -> None:
        """Find a name by the abbreviation in brackets behind it that has its initials: "Tarn Valley Robotics (TVR)"."""
        for match in SHORT.finditer(self.text):
            number = self._at.get(match.start())
            letters = match[1]
            if number is None or not letters.isupper() or self.closed[match.start() - 1]:
                continue
            first = self._leftmost(number, len(letters))
            run = self.words[first : number + 1]
            if len(run) > 1 and "".join(it.text[0] for it in run) == letters:
                self._add_run("Organization", first, number)

    def _by_apposition(self, number: int) -> None:
        """Find a name by what is said behind its comma: "MediNet West, the health cluster of"."""
        if number + 1 >= len(self.words) or not self._joined(number, ", ") or self.closed[self.words[number].start]:
            return
        at = number + 1
        if self.words[at].lower not in self.grammar.articles:
            return
        class_ = None
        for at in range(number + 2, min(number + 2 + _APPOSED, len(self.words))):
            if not self._joined(at - 1, " ") or self.words[at].lower in self.grammar.data["belongs"]:
                break
            found, _ = self._noun_at(at)
            if self.text.startswith(tuple(self.grammar.data["genitives"]), self.words[at].end):
                # "Ann Marsh, the cluster's director"
                break
            if found is not None and (not self.grammar.data["nouns_are_capital"] or self.words[at].is_name):
                class_ = found
                if self.grammar.data["nouns_are_capital"]:
                    break
        if class_ is None or kind_of_class(class_, self.grammar.profile) != "org":
            return
        first = self._leftmost(number, _MOST)
        if first > number or self.words[first].text in self.grammar.given_names:
            return
        before = self.words[first - 1].lower if first else ""
        capital = self.grammar.data["nouns_are_capital"]
        if first == number and (capital or before in self.grammar.data["prepositions"].get("at", ())):
            # one word alone may be any noun, or a place
            return
        self._add_run(class_, first, number)

    def _by_year(self, number: int) -> None:
        """Find the name of an event by its year: "its conference, Robodays 2025,", or who has a stand at it."""
        word = self.words[number]
        if not self._is_year(number - 1, word) or not self._joined(number - 1, " "):
            return
        first = self._leftmost(number - 1, _MOST)
        if first > number - 1 or self.words[number - 1].lower in self.grammar.months:
            return
        before = self.words[first - 1] if first else None
        if before is None or self._joined(first - 1, ", "):
            found, _ = self._noun_at(first - 1) if before is not None else (None, 0)
            if found is not None and kind_of_class(found, self.grammar.profile) == "event":
                self._add_dated(found, first, number)
            return
        end = self.text.find("\n\n", word.end, word.end + _NEAR)
        around = self.text[max(0, before.start - _NEAR) : end if end >= 0 else word.end + _NEAR].lower()
        nouns = self.grammar.data["stand"]["nouns"]
        if before.lower in self.grammar.data["prepositions"].get("at", ()) and any(
            re.search(rf"(?<!\w){re.escape(it)}(?!\w)", around) for it in nouns
        ):
            self._add_dated("Fair", first, number)

    def _add_dated(self, class_: str, first: int, last: int) -> None:
        """Add an event whose name ends with a year, which is no day of it then."""
        year = self.words[last]
        self.closed[year.start : year.end] = bytes(year.end - year.start)
        self._add_run(class_, first, last)

    def _by_noun(self, number: int) -> None:
        """Find a name beside the noun for its kind: "project Green Quay", "the Techna trade fair"."""
        word = self.words[number]
        class_, count = self._noun_at(number)
        if class_ is None or kind_of_class(class_, self.grammar.profile) is None:
            return
        if self.grammar.data["nouns_are_capital"] and self._is_own(number):
            return
        behind = number + count
        article = number > 0 and self.words[number - 1].lower in self.grammar.articles
        if behind < len(self.words) and self._joined(behind - 1, " ", *_OPENED):
            opened = not self._joined(behind - 1, " ")
            last = self._rightmost(behind if opened else behind - 1, governs=False)
            if (
                last >= behind
                and self._names_something(behind, last)
                and (article or not word.is_name or self.grammar.data["nouns_are_capital"])
            ):
                self._add_run(class_, behind, last)
                return
        if word.is_name and not self.grammar.data["nouns_are_capital"]:
            return
        if number and self._joined(number - 1, " ") and self.grammar.data["nouns_behind"]:
            first = self._leftmost(number - 1, _MOST)
            small = "-" in self.words[number - 1].text and not self._is_plain(number - 1)
            if first > number - 1 and small and kind_of_class(class_, self.grammar.profile) != "org":
                first = number - 1
            before = self.words[first - 1].lower if first else ""
            definite = before in self.grammar.articles and before not in self.grammar.data["indefinite"]
            if first <= number - 1 and definite and self._names_something(first, number - 1):
                self._add_run(class_, first, number - 1)

    def _noun_at(self, number: int) -> tuple[str | None, int]:
        """Return the class that a noun of one word or two stands for, and the number of its words."""
        word = self.words[number]
        if number + 1 < len(self.words) and self._joined(number, " "):
            both = f"{word.lower} {self.words[number + 1].lower}"
            if both in self.grammar.nouns:
                return self.grammar.nouns[both], 2
        return self.grammar.class_by(self.grammar.nouns, word.lower), 1

    def _add_run(self, class_: str, first: int, last: int) -> None:
        start, end = self.words[first].start, self.words[last].end
        name = one_line(self.text[start:end])
        if not self.closed[start] and not self.closed[end - 1]:
            self._add(class_, name, (start, end))
        elif (entity := self._by_name.get(name.casefold())) is not None and is_narrower(
            self.grammar, class_, entity.class_
        ):
            entity.class_ = class_

    # -- words of a name

    def _leftmost(self, number: int, most: int) -> int:
        """Return the first of the words that a name ending with a word has; the next one where it is none."""
        first = number + 1
        while first > 0 and number - first + 1 < most:
            word = self.words[first - 1]
            if (first <= number and not self._joined(first - 1, " ", " & ", " + ")) or self.closed[word.start]:
                break
            if not word.is_name or self._is_role(word):
                break
            if self._is_plain(first - 1) and not self._is_capital_inside(first - 1):
                break
            first -= 1
        return first

    def _is_capital_inside(self, number: int) -> bool:
        """Tell whether a word is large though its sentence has begun: part of a name, where nouns are written small."""
        if self.grammar.data["nouns_are_capital"] or not number or not self._joined(number - 1, " "):
            return False
        word = self.words[number].lower
        return word not in self.grammar.closed_words and not self.grammar.is_person_noun(word)

    def _rightmost(self, number: int, *, governs: bool) -> int:
        """Return the last of the words that a name has which begins with a word or goes on behind it."""
        last = number
        inside = self.grammar.data["inside_names"]
        while last + 1 < len(self.words) and last - number < _MOST:
            word = self.words[last + 1]
            if self.closed[word.start]:
                break
            if (
                self._joined(last, " ", " & ")
                and (word.is_name or self._is_year(last, word))
                and not (self._is_plain(last + 1) and not (word.is_name and self._is_capital_inside(last + 1)))
            ):
                last += 1
                continue
            gap = self.text[self.words[last].end : self.words[last + 2].start] if last + 2 < len(self.words) else ""
            middle = gap.strip()
            both = middle in inside or (governs and middle in self.grammar.data["and"])
            head = governs or self.grammar.class_by(self.grammar.heads, self.words[number].lower) is not None
            if not (gap.startswith(" ") and both and head and self.words[last + 2].is_name):
                break
            if (middle in self.grammar.data["and"] and last == number) or self._is_plain(last + 2):
                break
            if self.grammar.bare_levels.match(self.text, self.words[last + 2].start):
                # "das Netz für Silber antreten"
                break
            if (day := self.words[last + 2].lower) in self.grammar.months or day in self.grammar.data["no_compounds"]:
                # "den Verbund im März", "der Stadt am Donnerstag"
                break
            last += 2
        return last

    def _without_noun(self, first: int, last: int) -> tuple[int, str | None]:
        """Leave out the noun that stands between an article and a name, where nouns begin with capitals."""
        if not self.grammar.data["nouns_are_capital"] or first >= last or self._is_own(first):
            return first, None
        before = self.words[first - 1].lower if first else ""
        class_ = self.grammar.class_by(self.grammar.nouns, self.words[first].lower)
        if class_ is None or not (before in self.grammar.articles | self.grammar.plain_words or self._described(first)):
            return first, None
        return (first + 1, class_) if self._joined(first, " ") else (first, None)

    def _described(self, number: int) -> bool:
        """Tell whether an article and an adjective stand in front of a word: "das dänische Netzwerk"."""
        if number < 2 or self.words[number - 1].is_name:  # noqa: PLR2004 - two words
            return False
        adjective = self.words[number - 1].lower.endswith(tuple(self.grammar.data["adjectives"]))
        return adjective and self.words[number - 2].lower in self.grammar.articles

    def _is_own(self, number: int) -> bool:
        """Tell whether a noun for an organisation is a compound that belongs to its name, and does not describe it."""
        word = self.words[number]
        if "-" in word.text:
            return word.lower not in self.grammar.nouns
        class_ = self.grammar.class_by(self.grammar.nouns, word.lower)
        if class_ is None or word.lower in self.grammar.nouns:
            return False
        if kind_of_class(class_, self.grammar.profile) != "org":
            # "Lichtforum Brabant" may be anything
            return class_ in _DATED
        described = word.lower.endswith(tuple(self.grammar.data["any_company"]))
        return not described and not word.lower.startswith(tuple(self.grammar.data["descriptive"]))

    def _adjective(self, number: int, first: int, *, of_place: bool) -> int:
        """Return where a name begins whose language writes nouns large: only an adjective belongs to the noun."""
        endings = self.grammar.data["adjectives" if of_place else "adjectives_of_offices"]
        if number and first < number and self.words[number - 1].lower.endswith(tuple(endings)):
            return number - 1
        return number

    def _head_class(self, first: int, last: int) -> str | None:
        """Return the class that the noun of a name stands for: the last one before what it is of or for."""
        found = None
        for number in range(first, last + 1):
            word = self.words[number]
            if number > first and not word.is_name:
                break
            found = self.grammar.class_by(self.grammar.heads, word.lower) or found
        return found

    def _names_something(self, first: int, last: int) -> bool:
        plain = any(self._is_plain(it) for it in (first, last))
        return not plain and not self._is_role(self.words[first])

    def _is_plain(self, number: int) -> bool:
        return self.grammar.is_plain(self.words[number].lower)

    def _is_role(self, word: Word) -> bool:
        return word.lower in self.grammar.role_words or self.grammar.titles.match(f"{word.text} ") is not None

    def _joined(self, number: int, *gaps: str) -> bool:
        """Tell whether a word is joined with the next one."""
        if number + 1 >= len(self.words):
            return False
        return self.text[self.words[number].end : self.words[number + 1].start] in gaps

    def _is_year(self, number: int, word: Word) -> bool:
        return self.words[number].is_name and len(word.text) == 4 and word.text.isdigit()  # noqa: PLR2004

    # -- the thing

    def _add(self, class_: str, name: str, first: Span) -> Entity:
        if class_ in _DATED and (dated := re.search(rf"{re.escape(name)} (?:19|20)\d\d(?!\d)", self.text)):
            # fairs are held again and again: the year is part of the name
            name, first, short = dated[0], dated.span(), name
        else:
            short = name
        since = first[0]
        inflected, name = name, self._uninflected(name)
        if inflected != name:
            at = self.text.index(name)
            first = at, at + len(name)
        entity = self._by_name.get(name.casefold())
        if entity is None:
            kind = kind_of_class(class_, self.grammar.profile) or "org"
            entity = Entity(kind=kind, class_=class_, name=name, first=first, since=since)
            entity.forms |= {name, short, inflected, *self._genitives(name)}
            self.entities.append(entity)
            self._by_name[name.casefold()] = entity
        elif is_narrower(self.grammar, class_, entity.class_):
            entity.class_ = class_
        self.closed[first[0] : first[1]] = b"\1" * (first[1] - first[0])
        return entity

    def _genitives(self, name: str) -> list[str]:
        """Return how a name of several words may stand in the genitive: "des Optiknetzes Rurland"."""
        first, space, rest = name.partition(" ")
        if not space or not first.isalpha() or self.grammar.class_by(self.grammar.heads, first.lower()) is None:
            return []
        return [f"{first}{it} {rest}" for it in self.grammar.data["genitive_endings"]]

    def _uninflected(self, name: str) -> str:
        """Return a name without the ending of a genitive, where the text has it without one too."""
        first, space, rest = name.partition(" ")
        for ending in self.grammar.data["genitive_endings"]:
            plain = f"{first.removesuffix(ending)}{space}{rest}"
            if plain != name and re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", self.text):
                return plain
        return name
