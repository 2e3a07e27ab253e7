"""What the lexical forms of datatypes look like (XML Schema 1.1 part 2), and how to mend the usual mistakes."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.facts.date_words import days_of, in_quotes, mend_date, mend_period, mend_when
from pressgraph.facts.dates import DATE, TIME, ZONE, is_edtf, lexical_form, read_date, read_period
from pressgraph.facts.rules import phrase
from pressgraph.i18n import Text, gettext, joined
from pressgraph.rdf import EDTF, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Datatype:
    """A datatype: its name for people, what is valid, and what a wrong form was probably meant to be.

    `read` returns the lexical form of what people write, where that may be written otherwise than it is stored.
    """

    wanted: str
    valid: Callable[[str], bool]
    mend: Callable[[str], str | None] = lambda _: None
    read: Callable[[str], str | None] | None = None

    def lexical(self, text: str) -> str | None:
        """Return the lexical form of a text, or None where it is none."""
        if self.read is not None:
            return self.read(text)
        return text if self.valid(text) else None


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    # Years beyond four digits are legal xsd:date, but no release has them and a typo does.
    return lexical_form(text, DATE) is not None


def _is_date_time(text: str) -> bool:
    # what lacks only its seconds has a form, but is none
    return lexical_form(text, TIME) == text


def _is_date_time_stamp(text: str) -> bool:
    return _is_date_time(text) and _AT_ZONE.search(text, len("2019-01-31T18:00:00")) is not None


# Hours, minutes and seconds, as in times with a date (XML Schema 1.1 part 2, 3.3.8)
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,18})?|24:00:00(?:\.0{1,18})?)"
_AT_ZONE = re.compile(f"{ZONE}$")


def _is_month_day(text: str) -> bool:
    # 2000 has a 29th of February
    return text.startswith("--") and _is_date(f"2000{text[1:]}")


def _within(least: int | None, most: int | None) -> Callable[[str], bool]:
    """Return what tells whether a text is a whole number in a range; None is no limit."""

    def valid(text: str) -> bool:
        if not _is_integer(text):
            return False
        # Python refuses to read numbers of thousands of digits
        number = int(text) if len(text) <= _LONGEST else None
        if number is None:
            return (least if text.startswith("-") else most) is None
        return (least is None or least <= number) and (most is None or number <= most)

    return valid


_LONGEST = 40
_is_integer = _matches(r"0|-?[1-9][0-9]*")


_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"


def _is_double(text: str) -> bool:
    if re.fullmatch(rf"{_NUMBER}(?:[eE][+-]?[0-9]+)?", text) is None:
        return text in {"INF", "-INF", "NaN"}
    # what is too large for a double would be stored as infinite
    return len(text) <= _LONGEST and math.isfinite(float(text))


def _mend_date_hint(text: str) -> str | None:
    mended = mend_date(text)
    if mended:
        return phrase("write {value}", value=mended)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return phrase("there is no such day")
    if re.fullmatch(r"[2-5][0-9]{4}", text):
        # spreadsheets count days so, and show the number where a cell is not formatted as a date
        day = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(text))
        return phrase("is it a spreadsheet's number for {value}? format the cell as a date", value=day.isoformat())
    return phrase("write year-month-day, such as 2019-01-31")


def _mend_when_hint(text: str) -> str | None:
    """Say what a text means as a date of any precision."""
    mended = mend_when(text)
    if mended is None and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|(?:[0-9]{1,2}\. ?){2}[0-9]{4}", text):
        return phrase("there is no such day")
    if mended is None and re.fullmatch(r"[2-5][0-9]{4}", text):
        return _mend_date_hint(text)
    if len(days := days_of(text)) > 1:
        return phrase("write {one}, or {other} if that is meant", one=days[0], other=days[1])
    return (
        phrase("write {value}", value=in_quotes(mended))
        if mended
        else phrase(
            "write 2019-01-31, 2019-01, 2019, 'mid 2019-01', '2019-Q1', 'spring 2019', 'before "
            "2019-01-31', 'after 2019' or 'about 2019'"
        )
    )


def _mend_period_hint(text: str) -> str:
    mended = mend_period(text)
    start, slash, end = text.partition("/")
    if slash and mended is None and read_period(f"{end}/{start}") is not None:
        return phrase("it ends before it begins")
    return (
        phrase("write {value}", value=in_quotes(mended))
        if mended
        else phrase("write a year, a month, a quarter or two of them, such as 2020/2022")
    )


def _mend_whole(text: str, valid: Callable[[str], bool]) -> str | None:
    """Suggest a whole number, if it is one of those that are asked for."""
    try:
        if grouped := re.fullmatch(r"(-?[1-9][0-9]{0,2})((?:[.,][0-9]{3})+)", text, re.ASCII):
            # a point groups digits in German, a comma in English; what the other reads there is a thousandth
            return phrase(
                "is it {whole}, or {part} and a fraction? write the digits alone",
                whole=re.sub("[.,]", "", text),
                part=grouped[1],
            )
        value = float(re.sub("['’_\\s\u202f]", "", text))
    except ValueError:
        return None
    if not value.is_integer() or abs(value) >= 1e15 or not valid(str(int(value))):  # noqa: PLR2004 - exact in a float
        return None
    return phrase("write {value}", value=int(value))


# Stores count months and seconds in 64 bits: nine digits of each fit, and no release needs more.
_N = "[0-9]{1,9}"
_CLOCK = rf"T(?=.)(?:{_N}H)?(?:{_N}M)?(?:{_N}(?:\.{_N})?S)?"
_DURATION = rf"-?P(?=.)(?:{_N}Y)?(?:{_N}M)?(?:{_N}D)?(?:{_CLOCK})?"
_UNITS = {"year": "Y", "jahr": "Y", "month": "M", "monat": "M", "day": "D", "tag": "D"}


def _mend_duration(text: str) -> str | None:
    if match := re.fullmatch(r"([0-9]{1,9})\s*([a-z]+?)(?:s|e|en)?", text.strip().lower()):
        unit = _UNITS.get(match[2])
        if unit:
            return phrase("write {value}", value=f"P{match[1]}{unit}")
    return phrase("write, for example, P2Y for two years or P18M for eighteen months")


def _mend_boolean(text: str) -> str | None:
    meaning = {"yes": "true", "on": "true", "ja": "true", "1": "true", "no": "false", "off": "false", "nein": "false", "0": "false"}  # fmt: skip
    word = meaning.get(text.lower()) or (text.lower() if text.lower() in {"true", "false"} else None)
    return phrase("write {value}", value=word) if word else None


def _mend_decimal(text: str) -> str | None:
    if re.fullmatch(r"[0-9]+,[0-9]+", text):
        return phrase("write {value}", value=text.replace(",", "."))
    if re.fullmatch(_NUMBER, text):
        whole, _, part = text.lstrip("+-").partition(".")
        mended = f"{'-' * text.startswith('-')}{whole or '0'}{'.' * bool(part)}{part}"
        return phrase("write {value}", value=mended) if _is_decimal(mended) else None
    return None


# Engines compute with 18 digits before the point and 18 behind it (XML Schema 1.1 part 2, 5.4, asks for 16).
_is_decimal = _matches(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")

_RANGES: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
INTEGERS = frozenset(XSD + name for name in _RANGES)
NUMBERS = INTEGERS | {f"{XSD}{name}" for name in ("decimal", "double", "float")}


def _whole(least: int | None, most: int | None) -> Datatype:
    if most is None:
        wanted = phrase("a whole number") if least is None else phrase("a whole number from {least}", least=least)
    elif least is None:
        wanted = phrase("a whole number up to {most}", most=most)
    else:
        wanted = phrase("a whole number from {least} to {most}", least=least, most=most)
    valid = _within(least, most)
    return Datatype(wanted=wanted, valid=valid, mend=lambda text: _mend_whole(text, valid))


_BASE64 = "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)"

DATATYPES: dict[str, Datatype] = {
    XSD + "date": Datatype(wanted=phrase("a date"), valid=_is_date, mend=_mend_date_hint),
    XSD + "dateTime": Datatype(
        wanted=phrase("a date with a time, such as 2019-01-31T18:00:00+01:00"), valid=_is_date_time, read=lambda text: lexical_form(text, TIME)
    ),
    XSD + "dateTimeStamp": Datatype(wanted=phrase("a date with a time and a time zone, such as 2019-01-31T18:00:00+01:00"), valid=_is_date_time_stamp),
    XSD + "time": Datatype(wanted=phrase("a time, such as 18:00:00"), valid=_matches(f"{_TIME}{ZONE}?")),
    XSD + "gYear": Datatype(wanted=phrase("a year of four digits"), valid=_matches(f"[0-9]{{4}}{ZONE}?")),
    XSD + "gYearMonth": Datatype(wanted=phrase("a month, such as 2019-01"), valid=_matches(f"[0-9]{{4}}-(0[1-9]|1[0-2]){ZONE}?")),
    XSD + "gMonth": Datatype(wanted=phrase("a month, such as --05"), valid=_matches(f"--(0[1-9]|1[0-2]){ZONE}?")),
    XSD + "gDay": Datatype(wanted=phrase("a day of the month, such as ---15"), valid=_matches(f"---(0[1-9]|[12][0-9]|3[01]){ZONE}?")),
    XSD + "gMonthDay": Datatype(wanted=phrase("a day of the year, such as --05-15"), valid=_is_month_day),
    XSD + "duration": Datatype(wanted=phrase("a duration"), valid=_matches(_DURATION), mend=_mend_duration),
    XSD + "yearMonthDuration": Datatype(wanted=phrase("a duration in years and months, such as P18M"), valid=_matches(rf"-?P(?=.)({_N}Y)?({_N}M)?")),
    XSD + "dayTimeDuration": Datatype(wanted=phrase("a duration in days and hours, such as P2D or PT36H"), valid=_matches(rf"-?P(?=.)({_N}D)?({_CLOCK})?")),
    **{XSD + name: _whole(*limits) for name, limits in _RANGES.items()},
    XSD + "decimal": Datatype(wanted=phrase("a number with a decimal point, of at most 18 digits on each side"), valid=_is_decimal, mend=_mend_decimal),
    XSD + "double": Datatype(wanted=phrase("a number, such as 1.5 or 1.5e3"), valid=_is_double, mend=_mend_decimal),
    XSD + "float": Datatype(wanted=phrase("a number, such as 1.5 or 1.5e3"), valid=_is_double, mend=_mend_decimal),
    XSD + "boolean": Datatype(wanted=phrase("true or false"), valid=_matches("true|false"), mend=_mend_boolean),
    XSD + "anyURI": Datatype(wanted=phrase("an address, such as https://example.org/"), valid=_matches(r"[^\s<>\"{}|\\^`]+")),
    XSD + "hexBinary": Datatype(wanted=phrase("hexadecimal digits, two for each byte"), valid=_matches("([0-9A-Fa-f]{2})+")),
    XSD + "base64Binary": Datatype(wanted=phrase("bytes in Base64"), valid=_matches(_BASE64)),
    EDTF: Datatype(wanted=phrase("a period, such as 2020/2022 or 2024-Q3"), valid=is_edtf, mend=_mend_period_hint, read=read_period),
    XSD + "language": Datatype(wanted=phrase("a language code, such as en or de"), valid=_matches("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")),
}  # fmt: skip

# A datatype that the table does not know is carried as it is; the shapes may say more.
UNKNOWN = Datatype(wanted=phrase("a value"), valid=lambda text: bool(text.strip()))


def datatype(iri: str | None) -> Datatype:
    """Return what is known of a datatype."""
    return DATATYPES.get(iri or "", UNKNOWN)


def fitting(datatypes: Iterable[str], text: str) -> tuple[str, str] | None:
    """Return the first datatype that a text is a form of, and its lexical form there; or None.

    Beside other datatypes, EDTF is for single dates only: a period is asked for by that datatype alone.

    >>> fitting([f"{XSD}date", f"{XSD}gYear"], "2026")
    ('http://www.w3.org/2001/XMLSchema#gYear', '2026')
    """
    for iri in datatypes:
        if iri == EDTF:
            date = read_date(text)
            lexical = date.lexical if date is not None and date.datatype == EDTF else None
        else:
            lexical = datatype(iri).lexical(text)
        if lexical is not None:
            return iri, lexical
    return None


# Years that XML Schema has and facts files have not: no release has them, a typo does.
_FAR = re.compile(
    rf"-?(?:0000|[1-9][0-9]{{4,}})-[0-9]{{2}}(?:-[0-9]{{2}})?(?:T[0-9:.]+)?{ZONE}?|-[0-9]{{4,}}.*|0000"
    r"|.*[0-9] ?(?i:bce?|v\. ?chr\.?)",
    re.DOTALL,
)
_DATED = frozenset({EDTF, *(f"{XSD}{name}" for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth"))})


def hint_of(datatypes: Iterable[str], text: str) -> str | None:
    """Return what a text that fits none of some datatypes was probably meant to be."""
    names = list(datatypes)
    if not _DATED.isdisjoint(names) and _FAR.fullmatch(text) is not None:
        return phrase("years have four digits here, from 0001 to 9999")
    if EDTF in names and len(names) > 1:
        return _mend_when_hint(text)
    if len(names) > 1 and (meant := mend_when(text)) is not None and fitting(names, meant) is not None:
        return phrase("write {value}", value=in_quotes(meant))
    return next((mended for it in names if (mended := datatype(it).mend(text))), None)


def any_of(texts: Iterable[str]) -> Text:
    """Return alternatives as a phrase: "a date or a year"."""
    return joined(gettext(" or "), dict.fromkeys(texts))
