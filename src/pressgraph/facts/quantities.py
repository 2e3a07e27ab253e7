"""Quantities: how many, how much, and how exactly that is known.

| written                          | read as                                     |
|----------------------------------|---------------------------------------------|
| 73000                            | a value                                     |
| about 350, nearly 50             | a value with its precision                  |
| more than 180, at least 5        | a least value with its precision            |
| up to 200000 EUR, less than 9    | a greatest value with its precision         |
| 4 to 6 %                         | a least and a greatest value, with a unit   |
| 100 of 2500                      | a value, and the whole of which it is a part |
| 1.2 million EUR, 16 Mrd EUR      | a value, multiplied out, with a currency    |

Numbers are decimals in canonical form (XML Schema 1.1 part 2, 3.3.3). What groups digits in one language and begins a
fraction in the other is refused, and so is "billion": each with its readings. Nothing is guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

PRECISIONS = ("about", "nearly", "more than", "at least", "up to", "less than")
"""The words before a number; the terms of the vocabulary of precisions, with a space for a hyphen."""

SCALES = {"thousand": 3, "million": 6, "Mio": 6, "Mio.": 6, "bn": 9, "Mrd": 9, "Mrd.": 9}
"""The words behind a number: powers of ten."""

_LEAST, _MOST = {"more than", "at least"}, {"up to", "less than"}
_LONGEST = 100
"""Characters: longer texts are no quantities."""

# 18 digits on each side of the point, as engines compute with
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?")
# what one language reads as thousands and the other as a fraction
GROUPED = re.compile(r"(-?[1-9][0-9]{0,2})([.,])([0-9]{3})")
_DIGITS = 18


CURRENCIES = frozenset(
    re.findall(
        "...",
        "AEDAFNALLAMDAOAARSAUDAWGAZNBAMBBDBDTBHDBIFBMDBNDBOBBRLBSDBTNBWPBYNBZDCADCDFCHFCLPCNYCOPCRCCUPCVECZKDJFDKKDOP"
        "DZDEGPERNETBEURFJDFKPGBPGELGHSGIPGMDGNFGTQGYDHKDHNLHTGHUFIDRILSINRIQDIRRISKJMDJODJPYKESKGSKHRKMFKPWKRWKWDKYDKZT"
        "LAKLBPLKRLRDLSLLYDMADMDLMGAMKDMMKMNTMOPMRUMURMVRMWKMXNMYRMZNNADNGNNIONOKNPRNZDOMRPABPENPGKPHPPKRPLNPYGQARRONRSD"
        "RUBRWFSARSBDSCRSDGSEKSGDSHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTNDTOPTRYTTDTWDTZSUAHUGXUSDUYUUZSVESVNDVUVWSTXAFXCD"
        "XOFXPFYERZARZMWZWG",
    )
)
"""The codes of currencies (ISO 4217)."""


class Quantity(NamedTuple):
    """A quantity: decimals in canonical form, the names of terms, and a currency's code; None where not said."""

    value: str | None = None
    least: str | None = None
    most: str | None = None
    precision: str | None = None
    unit: str | None = None
    currency: str | None = None
    out_of: str | None = None


def read_number(text: str) -> str | None:
    """Return a number in canonical form; None where it is none, or has two readings.

    >>> read_number("4.50"), read_number("73000"), read_number("73.000")
    ('4.5', '73000', None)
    """
    if len(text) > _LONGEST or _NUMBER.fullmatch(text) is None or GROUPED.fullmatch(text) is not None:
        return None
    return _canonical(Decimal(text))


def read_quantity(text: str, units: Mapping[str, str]) -> Quantity | None:
    """Return the quantity that a text says; None where it says none, or it has two readings.

    `units` gives the name of a unit's term by each way of writing it.

    >>> read_quantity("4 to 6 %", {"%": "percent"})
    Quantity(value=None, least='4', most='6', precision=None, unit='percent', currency=None, out_of=None)
    >>> read_quantity("more than 16 Mrd EUR", {}).least
    '16000000000'
    """
    if len(text) > _LONGEST:
        return None
    precision = next((it for it in PRECISIONS if text.startswith(f"{it} ")), None)
    rest = text[len(precision) + 1 :] if precision else text
    number, scale, behind = _number(rest)
    if number is None:
        return None
    for word in ("to", "of"):
        if behind.startswith(f"{word} "):
            second, other, unit = _number(behind[len(word) + 1 :])
            if word == "to" and not scale and other:
                # "4 to 6 million" is said of both
                number = read_number(rest.partition(" ")[0])
                number = _canonical(Decimal(number).scaleb(other)) if number is not None else None
            if number is None or second is None or (word == "of" and scale != other):
                return None
            return _pair(word, number, second, unit, precision, units)
    measured = _measured(behind, units)
    if measured is None:
        return None
    name = precision.replace(" ", "-") if precision else None
    if precision in _LEAST:
        return Quantity(least=number, precision=name, unit=measured[0], currency=measured[1])
    if precision in _MOST:
        return Quantity(most=number, precision=name, unit=measured[0], currency=measured[1])
    return Quantity(value=number, precision=name, unit=measured[0], currency=measured[1])


def _pair(
    word: str, number: str, second: str, unit: str, precision: str | None, units: Mapping[str, str]
) -> Quantity | None:
    """Return a range, or a part of a whole."""
    measured = _measured(unit, units)
    if measured is None:
        return None
    if word == "of":
        if precision in _LEAST or precision in _MOST or Decimal(number) > Decimal(second):
            return None
        return Quantity(value=number, precision=precision, unit=measured[0], currency=measured[1], out_of=second)
    if precision is not None or Decimal(number) >= Decimal(second):
        return None
    return Quantity(least=number, most=second, unit=measured[0], currency=measured[1])


def _number(text: str) -> tuple[str | None, int, str]:
    """Return the number that a text begins with, multiplied by its scale; that power of ten; and what follows."""
    first, _, rest = text.partition(" ")
    # "20 %" and "20%", "170 m²" and "170m²" say the same
    at = next((place for place, sign in enumerate(first) if sign not in "-.,0123456789"), len(first))
    if at < len(first) and first[:at]:
        first, rest = first[:at], " ".join(filter(None, (first[at:], rest)))
    scale, _, after = rest.partition(" ")
    if scale in SCALES and _NUMBER.fullmatch(first) is not None:
        if GROUPED.fullmatch(first) is not None:
            return None, 0, text
        return _canonical(Decimal(first).scaleb(SCALES[scale])), SCALES[scale], after
    return read_number(first), 0, rest


def _canonical(number: Decimal) -> str | None:
    written = f"{number:f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    whole = written.lstrip("-").partition(".")[0]
    return (written if written != "-0" else "0") if len(whole) <= _DIGITS else None


def _measured(text: str, units: Mapping[str, str]) -> tuple[str | None, str | None] | None:
    """Return the unit and the currency of what follows a number; None where it is neither."""
    if not text:
        return None, None
    if text in units:
        return units[text], None
    return (None, text) if text in CURRENCIES else None


def written_quantity(quantity: Quantity, signs: Mapping[str, str]) -> str | None:
    """Return a quantity as people write it: what `read_quantity` reads as the same; None where it is no such text.

    `signs` gives what is written for a unit by the name of its term.

    >>> written_quantity(Quantity(least="4", most="6", unit="percent"), {"percent": "%"})
    '4 to 6 %'
    """
    first = quantity.value or quantity.least or quantity.most
    if first is None:
        return None
    words = [quantity.precision.replace("-", " ")] if quantity.precision else []
    words.append(first)
    if quantity.least and quantity.most:
        words += ["to", quantity.most]
    if quantity.out_of:
        words += ["of", quantity.out_of]
    if quantity.unit:
        words.append(signs.get(quantity.unit, quantity.unit))
    if quantity.currency:
        words.append(quantity.currency)
    text = " ".join(words)
    return text if read_quantity(text, {sign: name for name, sign in signs.items()}) == quantity else None
