"""What people write for quantities, in English and German, and the form that facts files take for it.

A text with one reading is mended. Of `73.000`, which is a number of thousands in German and a fraction in English, both
readings are said, and of "billion" too.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.facts.date_words import in_quotes
from pressgraph.facts.quantities import CURRENCIES, GROUPED, SCALES, read_number, read_quantity
from pressgraph.facts.rules import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

_PRECISIONS = {
    **dict.fromkeys(("about", "around", "approximately", "approx.", "roughly", "some", "circa", "ca.", "ca", "rund",
                     "etwa", "ungefähr", "~", "≈"), "about"),
    **dict.fromkeys(("nearly", "almost", "just under", "close to", "knapp", "fast", "beinahe"), "nearly"),
    **dict.fromkeys(("more than", "over", "above", "just over", "well over", "mehr als", "über", "ueber", "gut",
                     "etwas über", "etwas mehr als", "deutlich mehr als", ">"), "more than"),
    **dict.fromkeys(("at least", "no less than", "mindestens", "wenigstens", "mind.", "min.", "≥", ">="), "at least"),
    **dict.fromkeys(("up to", "at most", "no more than", "bis zu", "höchstens", "maximal", "max.", "≤", "<="), "up to"),
    **dict.fromkeys(("less than", "fewer than", "under", "below", "weniger als", "unter", "<"), "less than"),
}  # fmt: skip
_SCALES = {
    **dict.fromkeys(("thousand", "tausend", "tsd.", "tsd"), "thousand"),
    **dict.fromkeys(("million", "millions", "millionen", "mio.", "mio", "mill."), "million"),
    **dict.fromkeys(("milliarde", "milliarden", "mrd.", "mrd", "bn", "bn."), "Mrd"),
}
_TWO_READINGS = {"billion", "billions", "billionen"}
_CURRENCIES = {
    **dict.fromkeys(("euro", "euros", "eur", "€"), "EUR"),
    **dict.fromkeys(("swiss francs", "schweizer franken", "sfr."), "CHF"),
    **dict.fromkeys(("us dollars", "us-dollar", "us$"), "USD"),
}
_NUMBERS = {
    word: str(number)
    for words in (
        (
            "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
            "eighteen nineteen twenty"
        ),
        (
            "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
            "achtzehn neunzehn zwanzig"
        ),
    )
    for number, word in enumerate(words.split(), start=2)
}
_PAIRS = {
    **dict.fromkeys(("to", "bis", "-", "–", "and", "und"), "to"),
    **dict.fromkeys(("of", "out of", "of a total of", "von", "von insgesamt", "/"), "of"),
}
_BEFORE = ("between ", "zwischen ", "from ", "von ")
_DIGITS = re.compile(r"[+-]?[0-9](?:[.,'’]?[0-9])*")
_LONGEST = 100


class _Said(NamedTuple):
    """What a text is made up of: how exact it is, one number or two, a word between them, what stands behind."""

    precision: str
    currency: str
    first: _Part
    pair: str
    second: _Part | None
    behind: str


class _Part(NamedTuple):
    """A number as written: the readings of its digits, its scale, and what follows."""

    readings: tuple[str, ...]
    scale: str
    rest: str


def _may_be_a_unit(words: str) -> bool:
    """Tell whether what stands behind a number names what is counted, rather than going on with another number."""
    first, *_ = words.lower().split() or [""]
    return first not in {"", "or", "oder", "and", "und"}


def mend_quantity(text: str, units: Mapping[str, str]) -> str | None:
    """Say what a text means as a quantity, in the form that facts files take; None where that cannot be told.

    `units` gives the sign of a unit by each of its names, in lower case.

    >>> mend_quantity("rund 350", {})
    "write 'about 350'"
    >>> mend_quantity("73.000", {})
    'write 73000, or 73.0 if that is meant'
    """
    words = " ".join(text.split())
    if len(words) > _LONGEST:
        return None
    if not _TWO_READINGS.isdisjoint(words.lower().split()):
        return phrase(
            "'billion' is a thousand million in English and a million million in German: write bn or Mrd "
            "for the first, or all digits"
        )
    match _meanings(words, units):
        case [one]:
            return phrase("write {value}", value=in_quotes(one))
        case [one, other]:
            return phrase("write {one}, or {other} if that is meant", one=in_quotes(one), other=in_quotes(other))
    said = _said(words)
    if said is None:
        return None
    if _may_be_a_unit(said.behind) and _measure(said.behind, units) is None:
        return phrase(
            "the unit '{unit}' is not known; known are {known}, and codes of currencies, such as EUR. What is counted "
            "stands in the key alone",
            unit=said.behind,
            known=", ".join(dict.fromkeys(units.values())),
        )
    if said.second is not None:
        return (
            phrase("a range goes from the less to the more, such as '4 to 6 %'")
            if _PAIRS[said.pair] == "to"
            else phrase("a part is not more than the whole, as in '100 of 2500'")
        )
    return None


def meant_quantity(text: str, units: Mapping[str, str]) -> str | None:
    """Return the form that facts files take for a text, where it can only mean one quantity.

    >>> meant_quantity("rund 350", {}), meant_quantity("73.000", {})
    ('about 350', None)
    """
    words = " ".join(text.split())
    if len(words) > _LONGEST or not _TWO_READINGS.isdisjoint(words.lower().split()):
        return None
    meanings = _meanings(words, units)
    return meanings[0] if len(meanings) == 1 else None


def _meanings(words: str, units: Mapping[str, str]) -> list[str]:
    meanings: list[str] = []
    for candidate in _candidates(words, units):
        quantity = read_quantity(candidate, {sign: sign for sign in units.values()})
        if quantity is not None and candidate not in meanings:
            meanings.append(candidate)
    return meanings


def _said(text: str) -> _Said | None:
    """Take a text apart; None where it says no number."""
    lower = text.lower()
    word = max((it for it in _PRECISIONS if _begins(lower, it)), key=len, default="")
    rest = text[len(word) :].lstrip()
    if not word:
        rest = rest[len(next((it for it in _BEFORE if lower.startswith(it)), "")) :]
    rest, currency = _currency_before(rest)
    first = _part(rest)
    if first is None:
        return None
    # "10 % bis 20 %" says its unit twice
    unit, _, after = first.rest.partition(" ")
    again = bool(after) and unit.lower() not in _PAIRS and text.rstrip().endswith(unit)
    follows = after if again else first.rest
    pair = max((it for it in _PAIRS if _begins(follows.lower(), it)), key=len, default="")
    second = _part(follows[len(pair) :].lstrip()) if pair else None
    behind = second.rest if second is not None else first.rest
    return _Said(word, currency, first, pair, second, behind)


def _candidates(text: str, units: Mapping[str, str]) -> list[str]:
    said = _said(text)
    measured = _measure(said.behind, units) if said is not None else None
    if said is None or measured is None or (said.currency and measured):
        return []
    precision = [_PRECISIONS[said.precision]] if said.precision else []
    tail = [measured or said.currency] if measured or said.currency else []
    made: list[str] = []
    for number, other in itertools.product(said.first.readings, said.second.readings if said.second else ("",)):
        words = [*precision, number, said.first.scale]
        if said.second is not None:
            words += [_PAIRS[said.pair], other, said.second.scale]
        made.append(" ".join(filter(None, [*words, *tail])))
    return made


def scale_of(word: str) -> tuple[int, ...]:
    """Return the powers of ten that a word behind a number means, in lower case; "billion" has two, others none.

    >>> scale_of("mio."), scale_of("billion"), scale_of("members")
    ((6,), (9, 12), ())
    """
    if word in _TWO_READINGS:
        return (9, 12)
    scale = _SCALES.get(word) or _SCALES.get(word.removesuffix("."))
    return (SCALES[scale],) if scale is not None else ()


def _begins(text: str, word: str) -> bool:
    """Tell whether a text begins with a word; a sign needs no space behind it."""
    return text.startswith(word) and (not word[-1].isalpha() or text[len(word) : len(word) + 1] == " ")


def _currency_before(text: str) -> tuple[str, str]:
    """Take a currency from the front of a text."""
    if text.startswith("€"):
        return text[1:].lstrip(), "EUR"
    match = re.match(r"[A-Z]{3} (?=[0-9])", text)
    return (text[4:], text[:3]) if match is not None else (text, "")


def number_of(word: str) -> str | None:
    """Return the number from two to twenty that a word in lower case means.

    >>> number_of("zwölf"), number_of("many")
    ('12', None)
    """
    return _NUMBERS.get(word)


def _part(text: str) -> _Part | None:
    word, _, behind = text.partition(" ")
    if word.lower() in _NUMBERS:
        numbers: tuple[str, ...] = (_NUMBERS[word.lower()],)
    else:
        # the spaces between groups of digits
        joined = re.sub(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))", "", text)
        match = _DIGITS.match(joined)
        if match is None:
            return None
        numbers, behind = readings(match[0]), joined[match.end() :].lstrip()
    scale, _, rest = behind.partition(" ")
    if scale.lower() in _SCALES:
        return _Part(numbers, _SCALES[scale.lower()], rest)
    return _Part(numbers, "", behind)


def readings(digits: str) -> tuple[str, ...]:
    """Return what a number can be, in the form that `read_number` takes.

    >>> readings("1.250,5"), readings("1,293"), readings("12,5")
    (('1250.5',), ('1293', '1.2930'), ('12.5',))
    """
    plain = re.sub("['’]", "", digits).lstrip("+")
    signs = re.findall("[.,]", plain)
    if (grouped := GROUPED.fullmatch(plain)) is not None:
        part = grouped[3].rstrip("0") or "0"
        part = part if len(part) < len(grouped[3]) else f"{part}0"
        return f"{grouped[1]}{grouped[3]}", f"{grouped[1]}.{part}"
    if len(set(signs)) == 1 and len(signs) > 1:
        return (re.sub("[.,]", "", plain),) if re.fullmatch(r"-?[0-9]{1,3}(?:[.,][0-9]{3})+", plain) else ()
    if signs:
        whole, _, part = plain.rpartition(signs[-1])
        whole = re.sub("[.,]", "", whole)
        fraction = f"{whole}.{part}"
        return (fraction,) if read_number(fraction) is not None else (f"{fraction}0",)
    return (plain,)


def _measure(text: str, units: Mapping[str, str]) -> str | None:
    """Return what is written for the unit or the currency that a text names; '' where it is empty, None if unknown."""
    word = text.lower().removesuffix(".") if text.lower() not in _CURRENCIES else text.lower()
    if not word:
        return ""
    unit = units.get(word) or _CURRENCIES.get(word)
    return unit or (text if text in CURRENCIES else None)
