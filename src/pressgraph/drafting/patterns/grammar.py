"""What rules know of a language: its file, compiled together with the words of the profile."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from pressgraph.drafting.languages import given_names, language_data
from pressgraph.drafting.patterns.clauses import boundary
from pressgraph.drafting.patterns.hours import pattern as hours_pattern
from pressgraph.drafting.patterns.template import Template
from pressgraph.drafting.patterns.unsaid import UNSAID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pressgraph.profile import Profile
    from pressgraph.profile.model import Concept

_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"


class Grammar:
    """A language and a profile, compiled. Made by `grammar_of`; from other data by tests."""

    def __init__(self, data: Mapping[str, Any], profile: Profile, tag: str) -> None:
        self.data: Mapping[str, Any] = {**UNSAID, **data}
        self.profile, self.tag = profile, tag
        self.abbreviations = frozenset(self.data["abbreviations"])
        self.articles = frozenset(self.data["articles"])
        self.about = re.compile(self.data["about"], re.IGNORECASE)
        self.contact = re.compile(self.data["contact"], re.IGNORECASE | re.MULTILINE)
        self.months = {name: number for number, names in enumerate(self.data["months"], start=1) for name in names}

    @cached_property
    def frames(self) -> Mapping[str, tuple[Template, ...]]:
        """The templates of each kind of fact."""
        return {kind: tuple(map(self._frame, templates)) for kind, templates in self.data["frames"].items()}

    def _frame(self, template: str | Mapping[str, str]) -> Template:
        says = {} if isinstance(template, str) else {key: it for key, it in template.items() if key != "say"}
        text = template if isinstance(template, str) else template["say"]
        return Template(text=text, joiners=tuple(self.data["and"]), tails=tuple(self.data["tails"]), says=says)

    @cached_property
    def closed_words(self) -> frozenset[str]:
        """Words of grammar, in lower case, which name nothing."""
        return frozenset(
            word for key in ("articles", "small", "frequent", "pronouns", "and", "numbers") for word in self.data[key]
        )

    @cached_property
    def plain_words(self) -> frozenset[str]:
        """Words that are in no name by themselves, in lower case."""
        text = " ".join(
            it if isinstance(it, str) else it["say"] for all_ in self.data["frames"].values() for it in all_
        )
        words = set(re.findall(r"[^\W\d_]{2,}(?!~)", re.sub(r"\{[^}]*\}", " ", text).lower()))
        words |= self.closed_words
        if self.data["nouns_are_capital"]:
            words.update(name for names in self.data["durations"].values() for name in names)
            words.update(name for names in self.data["measures"].values() for name in names if " " not in name)
        words.update(part for it in self.data["titles"] for part in re.findall(r"\w+", it.lower()))
        words.update(self.data["label"]["words"])
        # they are in names of organisations, and templates write them too
        return frozenset(words - self.heads.keys())

    @cached_property
    def openers(self) -> frozenset[str]:
        """Words that are small inside of sentences, in lower case: where one is large, a sentence begins."""
        return frozenset(it for key in ("articles", "small", "pronouns", "frequent") for it in self.data[key])

    @cached_property
    def plain_stems(self) -> tuple[str, ...]:
        """Beginnings of words that are in no name by themselves, in lower case."""
        text = " ".join(
            it if isinstance(it, str) else it["say"] for all_ in self.data["frames"].values() for it in all_
        )
        return tuple(re.findall(r"(?<!\w)(\w{6,})~", text.lower()))

    def is_plain(self, word: str) -> bool:
        """Tell whether a word in lower case is in no name by itself."""
        return word in self.plain_words or word.startswith(self.plain_stems) or self.is_person_noun(word)

    # -- guards

    @cached_property
    def negation(self) -> re.Pattern[str]:
        """Words that say that something is not so."""
        # "no. 4" denies nothing
        return re.compile(rf"{_words(self.data['negations']).pattern}(?!\.\s?\S)", re.IGNORECASE)

    def denies(self, text: str) -> bool:
        """Tell whether a clause says that something is not so; "not only" denies nothing."""
        return self.negation.search(self._affirmed.sub(" ", text)) is not None

    @cached_property
    def _affirmed(self) -> re.Pattern[str]:
        return _words(self.data["affirmed"])

    @cached_property
    def plan(self) -> re.Pattern[str]:
        """Words that say that something is not so yet."""
        return _words(self.data["plans"])

    @cached_property
    def future(self) -> re.Pattern[str]:
        """Words that make a verb speak of what will be, though they have other uses too."""
        return _words(self.data["futures"])

    @cached_property
    def contrast(self) -> re.Pattern[str]:
        """Where another clause begins, of which a denial says nothing of the first one."""
        return re.compile(
            rf"[;:]|,\s+{_words([*self.data['contrasts'], *self.data['relatives']]).pattern}|{self.and_plans}",
            re.IGNORECASE,
        )

    @cached_property
    def and_plans(self) -> str:
        """The expression of where the same subject goes on with what it plans: "has 120 members and plans to"."""
        denied = rf"(?:[a-zà-ÿ]+\s){{1,2}}{_words(self.data['denials']).pattern}"
        return rf"\s(?:{_alternatives(self.data['and'])})\s+(?={self.plan.pattern}|{denied})"

    @cached_property
    def boundary(self) -> re.Pattern[str]:
        """What stands between two clauses."""
        return boundary(self)

    @cached_property
    def joint(self) -> re.Pattern[str]:
        """What stands between two of a list."""
        words = _alternatives(self.data["and"])
        return re.compile(rf"\s*,\s*(?:(?:{words})\s+)?|\s+(?:{words})\s+|\s+&\s+", re.IGNORECASE)

    def trigger(self, key: str) -> re.Pattern[str]:
        """Return the words for a kind of news, wherever they stand in a clause; in two parts around `…`."""
        if key not in self._triggers:
            words = _apart(self.data["triggers"].get(key, ()))
            self._triggers[key] = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)
        return self._triggers[key]

    @cached_property
    def hours(self) -> re.Pattern[str]:
        """Hours of the day, one or from one to another."""
        said = self.data["hours"]
        words = _alternatives((*said["clock"], *said["morning"], *said["afternoon"]))
        return re.compile(hours_pattern(words, _alternatives(self.data["number_between"])), re.IGNORECASE)

    @cached_property
    def instead(self) -> re.Pattern[str]:
        """Words that say that the number behind them is not so, with what may stand between."""
        return re.compile(rf"(?<!\w)(?:{_alternatives(self.data['instead'])})\s(?:[^\W\d_]+\s){{0,2}}$", re.IGNORECASE)

    @cached_property
    def past_label(self) -> re.Pattern[str]:
        """Words in front of a label that is held no more: "the previous Silver Label"."""
        return _words(self.data["triggers"].get("past_label", ()))

    @cached_property
    def more(self) -> frozenset[str]:
        """Words in front of a figure that is no total: "another 20 members", "um zwölf Mitglieder"."""
        return frozenset(self.data["more"])

    def is_verb(self, word: str) -> bool:
        """Tell whether a word in lower case is, alone, one of those for a kind of news."""
        return self._verbs.fullmatch(word) is not None

    @cached_property
    def _verbs(self) -> re.Pattern[str]:
        words = (it for words in self.data["triggers"].values() for it in words if " " not in it)
        return re.compile(_alternatives(words, wild=True), re.IGNORECASE)

    @cached_property
    def _triggers(self) -> dict[str, re.Pattern[str]]:
        return {}

    @cached_property
    def given_names(self) -> frozenset[str]:
        """First names of people, which no language has alone."""
        return given_names()

    def is_person_noun(self, word: str) -> bool:
        """Tell whether a word in lower case says what a person is, in front of their name: "mayor", "founder"."""
        return word in self._person_nouns[0] or word.endswith(self._person_nouns[1])

    @cached_property
    def _person_nouns(self) -> tuple[frozenset[str], tuple[str, ...]]:
        words = self.data["persons"]
        endings = tuple(it.removeprefix("-") for it in words if it.startswith("-"))
        return frozenset(it for it in words if not it.startswith("-")), endings

    # -- days and figures

    @cached_property
    def dates(self) -> re.Pattern[str]:
        """Days, months, years, quarters and parts of them."""
        month = _alternatives(self.months)
        ordinal = f"(?:{_alternatives(self.data['ordinals'])})?"
        between = rf"\s?(?:{_alternatives(self.data['date_between'])})\s?"
        near = _alternatives(word for words in self.data["approximate"].values() for word in words)
        quarter = _alternatives(it for key, words in self.data["quarters"].items() if key != "words" for it in words)
        quarters = _alternatives(self.data["quarters"]["words"])
        return re.compile(
            rf"""(?<![\w.,/-])(?:
              (?P<y1>{_YEAR})-(?P<m1>\d\d)-(?P<d1>\d\d)(?!\d)
            | (?P<d2>\d{{1,2}})\.\s?(?P<m2>\d{{1,2}})\.\s?(?P<y2>\d{{4}})(?!\d)
            | (?P<d3>{_DAY}){ordinal}(?:\s(?:of\s)?(?P<n3>{month})\.?)?{between}
              (?P<e3>{_DAY}){ordinal}\s(?:of\s)?(?P<k3>{month})\b\.?(?:,?\s(?P<y3>{_YEAR})\b)?
            | (?P<d4>{_DAY}){ordinal}\s(?:of\s)?(?P<n4>{month})\b\.?(?:,?\s(?P<y4>{_YEAR})\b)?
            | (?P<n5>{month})\.?\s(?P<d5>{_DAY}){ordinal}(?:{between}(?P<e5>{_DAY}){ordinal})?
              (?:,\s?|\s)(?P<y5>{_YEAR})\b
            | (?P<a6>{near})[\s-](?:(?:of\s)?(?P<n6>{month})\b\.?\s)?(?P<y6>{_YEAR})\b
            | (?:(?P<q7>{quarter})\s(?:{quarters})\s|q(?P<r7>[1-4])[\s/-])(?P<y7>{_YEAR})\b
            | (?P<n8>{month})\.?\s(?P<y8>{_YEAR})\b
            | (?P<y9>{_YEAR})(?:\s?[–/-]\s?(?P<z9>{_YEAR}))?(?![\w%€])
            )""",
            re.IGNORECASE | re.VERBOSE,
        )

    @cached_property
    def until(self) -> re.Pattern[str]:
        """What stands between the first and the last day of a period."""
        return re.compile(rf"\s?(?:{_alternatives(self.data['until'])})\s?", re.IGNORECASE)

    @cached_property
    def quarters(self) -> Mapping[str, int]:
        """The numbers of quarters by their words."""
        order = ("first", "second", "third", "fourth")
        return {it: number for number, key in enumerate(order, start=1) for it in self.data["quarters"][key]}

    @cached_property
    def approximate(self) -> Mapping[str, str]:
        """Parts of years and months, as facts files say them, by words."""
        return {word: key for key, words in self.data["approximate"].items() for word in words}

    @cached_property
    def durations(self) -> re.Pattern[str]:
        """A number of years, months, weeks or days."""
        units = "|".join(f"(?P<{key}>{_alternatives(words)})" for key, words in self.data["durations"].items())
        number = rf"\d{{1,3}}|{_alternatives(self.data['numbers'])}"
        return re.compile(rf"(?<![\w.,])(?P<n>{number})[\s-](?:{units or '(?!)'})\b", re.IGNORECASE)

    @cached_property
    def number_words(self) -> Mapping[str, str]:
        """Numbers by their words."""
        return {word: str(number) for number, word in enumerate(self.data["numbers"], start=2)}

    @cached_property
    def figures(self) -> re.Pattern[str]:
        """A number with what makes it exact or not, a second one, a scale, a unit or a currency, and what it counts."""
        group, point = ("[.\u2009'\u2019 ]", ",") if self.data["decimal"] == "," else ("[,\u2009'\u2019 ]", r"\.")
        grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+(?:{point}\d{{1,4}})?"
        number = rf"{grouped}|\d{{1,15}}(?:{point}\d{{1,4}})?|{_alternatives(self.data['numbers'])}"
        scale = _alternatives(self.scales)
        unit = _alternatives([*self.units, *self.currencies])
        return re.compile(
            rf"""(?<![\w.,/+-])(?:(?P<hedge>{_alternatives(self.hedges)})\s)?(?:(?P<before>€|£|\$|(?-i:[A-Z]{{3}})\s)\s?)?
            (?!{_YEAR}\s(?:{_alternatives(self.data["number_of"])})\s)(?P<n>{number})(?!\w)(?:\s(?P<scale1>{scale})(?!\w))?
            (?:\s?(?:{_alternatives(self.data["number_between"])})\s?(?P<to>{number})(?!\d))?
            (?:\s(?P<scale>{scale})(?!\w))?
            (?:\s(?:{_alternatives(self.data["number_of"])})\s(?P<of>{number}))?
            (?:\s(?P<behind>{_alternatives(self.data["hedges_behind"])}))?
            (?:\s?(?P<unit>{unit})(?!\w))?
            (?:\s(?P<noun>{_alternatives(self.measures)})(?!\w))?""",
            re.IGNORECASE | re.VERBOSE,
        )  # fmt: skip

    @cached_property
    def hedges(self) -> Mapping[str, str]:
        """Precisions as facts files say them, by words."""
        return {word: key for key, words in self.data["hedges"].items() for word in words}

    @cached_property
    def scales(self) -> Mapping[str, str]:
        """Scales as facts files say them, by words."""
        return {word: key for key, words in self.data["scales"].items() for word in words}

    @cached_property
    def currencies(self) -> Mapping[str, str]:
        """Currencies by words and signs, in lower case."""
        return {word.lower(): key for key, words in self.data["currencies"].items() for word in words}

    @cached_property
    def units(self) -> Mapping[str, str]:
        """The signs of the profile's units by their names, in lower case."""
        found: dict[str, str] = {}
        scheme = self.profile.schemes.get("unit")
        for concept in scheme.concepts.values() if scheme is not None else ():
            for word in (*concept.labels.values(), *concept.alternatives, *concept.signs):
                if concept.signs and (len(word) > 1 or not word.isalnum()):
                    found[word.lower()] = concept.signs[0]
        return found

    @cached_property
    def measures(self) -> Mapping[str, str]:
        """Keys that count, by the nouns for what they count, in lower case: the file's, and the profile's."""
        found = {
            word: key for key, words in self.data["measures"].items() if key in self.profile.keys for word in words
        }
        for key in self.profile.keys.values():
            concept = self.profile.concept_of.get(key.measure or "")
            if concept is not None and (label := concept.labels.get(self.tag)) is not None and " " not in label:
                found.setdefault(label.lower(), key.name)
        return found

    # -- words for terms

    def terms(self, scheme: str) -> Mapping[str, str]:
        """Return the terms of a vocabulary by their words in this language, in lower case."""
        return self._terms.get(scheme, {})

    @cached_property
    def _terms(self) -> Mapping[str, Mapping[str, str]]:
        return {
            name: {word.lower(): it.name for it in scheme.concepts.values() for word in self._words_of(name, it)}
            for name, scheme in self.profile.schemes.items()
        }

    def _words_of(self, scheme: str, concept: Concept) -> Iterable[str]:
        label = concept.labels.get(self.tag)
        own = self.data["terms"].get(scheme, {}).get(concept.name, ())
        return (*concept.alternatives, *([label] if label is not None else []), *own)

    @cached_property
    def roles(self) -> re.Pattern[str]:
        """Words for offices; the longest first."""
        return re.compile(rf"(?<![\w-])(?:{_alternatives(self.role_words, wild=True)})(?!\w)", re.IGNORECASE)

    @cached_property
    def role_words(self) -> Mapping[str, str]:
        """The terms of offices by their words; `-x` is the end of a compound, `~` any word."""
        found = dict(self.terms("role"))
        known = self.profile.schemes["role"].concepts if "role" in self.profile.schemes else {}
        for key in ("roles", "memberships"):
            found |= {word: term for term, words in self.data[key].items() if term in known for word in words}
        # members and employees are counted, not named by their office
        return {word: term for word, term in found.items() if word not in self.measures and term not in _COUNTED}

    def role(self, word: str) -> tuple[str, bool] | None:
        """Return the term of an office by its word, and whether the word is a noun for who holds it."""
        lower = " ".join(word.lower().split())
        phrases = {it for words in self.data["memberships"].values() for it in words}
        if (term := self.role_words.get(lower)) is not None:
            return term, lower not in phrases
        return next(((term, True) for _, pattern, term in self._open_roles if pattern.fullmatch(lower)), None)

    @cached_property
    def _open_roles(self) -> list[tuple[str, re.Pattern[str], str]]:
        """The words for offices that stand for many, such as "head of ~", with their expressions and their terms."""
        return [
            (form, re.compile(_alternatives([form], wild=True)), term)
            for form, term in self.role_words.items()
            if "~" in form or form.startswith("-")
        ]

    def literal(self, word: str) -> int:
        """Return how many characters of the words for an office are the same whatever it is of: those of "head of"."""
        lower = " ".join(word.lower().split())
        if lower in self.role_words:
            return len(word)
        for form, pattern, _ in self._open_roles:
            if "~" in form and pattern.fullmatch(lower):
                return len(form.partition("~")[0].rstrip())
        return len(word)

    @cached_property
    def levels(self) -> re.Pattern[str]:
        """Labels of the levels that the profile knows, each level a group of the expression."""
        scheme = self.profile.schemes.get("label-level")
        groups = []
        for name, concept in scheme.concepts.items() if scheme is not None else ():
            words = [*self.data["levels"].get(name, ()), *concept.labels.values(), *concept.alternatives]
            words += [f"{it}~" for it in concept.labels.values()]
            groups.append(f"(?P<{re.sub(r'[^a-z]', '_', name)}>{_alternatives(words, wild=True)})")
        return re.compile(rf"(?<!\w)(?:{'|'.join(groups) or '(?!)'})(?!\w)", re.IGNORECASE)

    @cached_property
    def bare_levels(self) -> re.Pattern[str]:
        """Levels that are named without a word for label: "Gold went to"."""
        bare = self.data["label"].get("bare", {})
        groups = (f"(?P<{name.replace('-', '_')}>{_alternatives(words)})" for name, words in bare.items())
        return re.compile(rf"(?<![\w-])(?:{'|'.join(groups) or '(?!)'})(?![\w-]|\s[A-Z])")

    @cached_property
    def leading(self) -> re.Pattern[str]:
        """Verbs of offices, each term a group of the expression: "has chaired"."""
        known = self.profile.schemes["role"].concepts if "role" in self.profile.schemes else {}
        groups = []
        for term, words in self.data["leading"].items():
            groups += [f"(?P<{term.replace('-', '_')}>{_apart(words)})"] if term in known else []
        return re.compile(rf"(?<![\w-])(?:{'|'.join(groups) or '(?!)'})(?![\w-])", re.IGNORECASE)

    @cached_property
    def works(self) -> Mapping[str, re.Pattern[str]]:
        """Words for works such as agreements, by their classes."""
        return {
            name: re.compile(rf"(?<![\w-])(?:{_alternatives(words, wild=True)})(?!\w)", re.IGNORECASE)
            for name, words in self.data["works"].items()
        }

    # -- names

    @cached_property
    def legal_forms(self) -> re.Pattern[str]:
        """Legal forms as they are abbreviated behind names."""
        return re.compile(rf"(?<![\w.])(?:{_alternatives(self.forms, spaced=True)})(?!\w)")

    @cached_property
    def forms(self) -> Mapping[str, str]:
        """The profile's terms for legal forms by their abbreviations; those of which it has no term stand for ''."""
        scheme = self.profile.schemes.get("legal-form")
        found = dict.fromkeys(_FORMS, "")
        for concept in scheme.concepts.values() if scheme is not None else ():
            found |= {
                it: concept.name
                for it in concept.alternatives
                if (not it.islower() or it in _SMALL_FORMS) and len(it) <= _SHORT_FORM
            }
        return found

    @cached_property
    def nouns(self) -> Mapping[str, str]:
        """Classes by the nouns for their things, in lower case: the file's, and the profile's."""
        return {
            word: name for name, words in self.data["nouns"].items() if name in self.profile.classes for word in words
        }

    @cached_property
    def heads(self) -> Mapping[str, str]:
        """Classes by the nouns that are part of the names of their things, in lower case."""
        return {
            word: name for name, words in self.data["heads"].items() if name in self.profile.classes for word in words
        }

    @cached_property
    def titles(self) -> re.Pattern[str]:
        """Titles in front of names."""
        return re.compile(rf"(?<!\w)(?:(?:{_alternatives(self.data['titles'])})\s+)+")

    def class_by(self, words: Mapping[str, str], word: str) -> str | None:
        """Return the class that a noun, or the end of a compound, stands for."""
        if word in words:
            return words[word]
        if word in self.data["no_compounds"]:
            return None
        for at in range(max(1, len(word) - _ENDING), len(word) - 2):
            ending = f"-{word[at:].lstrip('-')}"
            if ending in words:
                return words[ending]
        return None

    def dateline(self, line: str) -> tuple[re.Match[str], str] | None:
        """Return the place and day that begin a line, and what stands behind; None where none do."""
        match = self._dateline.match(line[:160])
        if match is None or match["place"].partition(" ")[0].lower() in self.openers:
            return None
        return match, line[match.end() :]

    @cached_property
    def _dateline(self) -> re.Pattern[str]:
        word = r"[^\W\d_a-z][\w’'./-]*"
        small = r"(?:\s(?:am|an der|ob der|im|bei|upon|on|de|of|the|bad|sankt))?"
        date = _strip_groups(self.dates.pattern)
        month = _alternatives(self.months)
        on = _alternatives(self.data["date_words"])
        weekday = rf"(?!(?i:{month})\b)[^\W\d_]{{3,12}},?\s"
        return re.compile(
            rf"\(?(?P<place>{word}(?:{small}\s{word}){{0,3}})(?:\s\([^()]{{1,20}}\))?(?:,\s(?!(?i:{month})\b){word})?"
            rf"(?:,\s|\s?[–—|/-]\s|\s\(?)(?:{weekday})?(?:(?i:{on})\s)?"
            rf"(?P<date>(?i:{date}))(?:\)?\s*[.:–—|-]+(?=\s|$)|\)(?=\s)|\s*$|\s*\n)",
            re.VERBOSE,
        )


_COUNTED = frozenset({"member", "employee"})
_SHORT_FORM = 6
_SMALL_FORMS = frozenset({"vzw", "asbl"})
"""Legal forms that are written small and are words of no language that is read here."""
_ENDING = 30
"""Letters of the end of a compound, at most."""
# abbreviations of legal forms for which the profile has no term
_FORMS = re.split(
    r"\|",
    "GmbH & Co. KG|AG & Co. KG|KG|OHG|GbR|UG|UG (haftungsbeschränkt)|KGaA|mbH|gAG|Ltd|Limited|plc|PLC|LLP|LLC|Inc|Corp"
    "|BV|B.V.|NV|N.V.|Oy|Oyj|AB|A/S|ApS|AS|ASA|SA|S.A.|SAS|SARL|S.r.l.|SpA|S.p.A.|Sp. z o.o.|s.r.o.|a.s.|d.o.o.|Kft."
    "|SL|S.L.",
)


def _strip_groups(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


def _words(words: Iterable[str]) -> re.Pattern[str]:
    # a part of a compound, such as "not-for-profit", says nothing of the sentence
    return re.compile(rf"(?<![\w-])(?:{_alternatives(words, wild=True)})(?![\w-])", re.IGNORECASE)


def _alternatives(words: Iterable[str], *, wild: bool = False, spaced: bool = False) -> str:
    """Return the expression of one of some words, the longest first."""
    parts = []
    for word in sorted(set(words), key=len, reverse=True):
        part = re.escape(word)
        if wild:
            part = re.sub(r"^\\-", r"\\w{2,30}-?", part).replace(r"\~", "~")
            part = re.sub(r"(?<!\w)~", r"[\\w-]{2,30}", part).replace("~", r"\w{0,4}")
        part = part.replace(r"\ ", r"\s?" if spaced else r"\s+")
        parts.append(part)
    return "|".join(parts) or "(?!)"


def _apart(words: Iterable[str]) -> str:
    """Return the expression of one of some words, of which some stand in two parts around `…`."""
    parts = (r"\b.{0,120}?\b".join(_alternatives([it], wild=True) for it in word.split(" … ")) for word in words)
    return "|".join(parts) or "(?!)"


@lru_cache(maxsize=8)
def grammar_of(tag: str, profile: Profile) -> Grammar:
    """Return the grammar of a language that there is a file for.

    Raises KeyError for another one.
    """
    return Grammar(language_data(tag), profile, tag)
