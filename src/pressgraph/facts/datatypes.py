"""What the lexical forms of datatypes look like (XML Schema 1.1 part 2), and how to mend the usual mistakes."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.facts.rules import phrase
from pressgraph.rdf import XSD

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Datatype:
    """A datatype: its name for people, what is valid, and what a wrong form was probably meant to be."""

    wanted: str
    valid: Callable[[str], bool]
    mend: Callable[[str], str | None] = lambda _: None


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    # Years beyond four digits and time zones are legal xsd:date, but no release has them and a typo does.
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_date_time(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?", text):
        return False
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_MONTHS = (
    ("january", "januar", "jan"), ("february", "februar", "feb"), ("march", "märz", "mar"),
    ("april", "april", "apr"), ("may", "mai", "may"), ("june", "juni", "jun"), ("july", "juli", "jul"),
    ("august", "august", "aug"), ("september", "september", "sep"), ("october", "oktober", "oct"),
    ("november", "november", "nov"), ("december", "dezember", "dec"),
)  # fmt: skip
_MONTH_NUMBER = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}


def mend_date(text: str) -> str | None:
    """Return the date that a text means where only one is possible, else None.

    >>> mend_date("31.1.2019"), mend_date("January 1, 2019"), mend_date("1/2/2019")
    ('2019-01-31', '2019-01-01', None)
    """
    parts: tuple[str, str, str] | None = None
    if match := re.fullmatch(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})", text):
        parts = (match[1], match[2], match[3])
    elif match := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", text):
        parts = (match[3], match[2], match[1])
    elif match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        parts = (match[1], match[2], match[3])
    elif match := re.fullmatch(r"(\d{1,2})\.?\s+([^\W\d]+)\.?,?\s+(\d{4})", text):
        parts = (match[3], str(_MONTH_NUMBER.get(match[2].lower(), 0)), match[1])
    elif match := re.fullmatch(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", text):
        parts = (match[3], str(_MONTH_NUMBER.get(match[1].lower(), 0)), match[2])
    if parts is None:
        return None
    mended = f"{parts[0]}-{int(parts[1]):02}-{int(parts[2]):02}"
    return mended if _is_date(mended) else None


def _mend_date_hint(text: str) -> str | None:
    mended = mend_date(text)
    if mended:
        return phrase("write", value=mended)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return phrase("no-such-day")
    if re.fullmatch(r"[2-5][0-9]{4}", text):
        # spreadsheets count days so, and show the number where a cell is not formatted as a date
        day = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(text))
        return phrase("serial-date", value=day.isoformat())
    return phrase("date-form")


def _mend_integer(text: str) -> str | None:
    try:
        value = float(text.replace("_", "").replace(" ", ""))
    except ValueError:
        return None
    return phrase("write", value=int(value)) if value.is_integer() and abs(value) < 1e15 else None  # noqa: PLR2004


_DURATION = r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
_UNITS = {"year": "Y", "jahr": "Y", "month": "M", "monat": "M", "day": "D", "tag": "D"}


def _mend_duration(text: str) -> str | None:
    if match := re.fullmatch(r"(\d+)\s*([a-z]+?)(?:s|e|en)?", text.strip().lower()):
        unit = _UNITS.get(match[2])
        if unit:
            return phrase("write", value=f"P{match[1]}{unit}")
    return phrase("duration-form")


def _mend_boolean(text: str) -> str | None:
    meaning = {"yes": "true", "on": "true", "ja": "true", "1": "true", "no": "false", "off": "false", "nein": "false", "0": "false"}  # fmt: skip
    word = meaning.get(text.lower()) or (text.lower() if text.lower() in {"true", "false"} else None)
    return phrase("write", value=word) if word else None


def _mend_decimal(text: str) -> str | None:
    if re.fullmatch(r"\d+,\d+", text):
        return phrase("write", value=text.replace(",", "."))
    return None


_INTEGER = r"0|-?[1-9][0-9]*"

DATATYPES: dict[str, Datatype] = {
    XSD + "date": Datatype(wanted=phrase("a-date"), valid=_is_date, mend=_mend_date_hint),
    XSD + "dateTime": Datatype(wanted=phrase("a-date-time"), valid=_is_date_time),
    XSD + "gYear": Datatype(wanted=phrase("a-year"), valid=_matches(r"[0-9]{4}")),
    XSD + "gYearMonth": Datatype(wanted=phrase("a-month"), valid=_matches(r"[0-9]{4}-(0[1-9]|1[0-2])")),
    XSD + "duration": Datatype(wanted=phrase("a-duration"), valid=_matches(_DURATION), mend=_mend_duration),
    XSD + "integer": Datatype(wanted=phrase("an-integer"), valid=_matches(_INTEGER), mend=_mend_integer),
    XSD + "nonNegativeInteger": Datatype(wanted=phrase("from-zero"), valid=_matches(r"0|[1-9][0-9]*"), mend=_mend_integer),
    XSD + "positiveInteger": Datatype(wanted=phrase("from-one"), valid=_matches(r"[1-9][0-9]*"), mend=_mend_integer),
    XSD + "decimal": Datatype(wanted=phrase("a-decimal"), valid=_matches(r"-?[0-9]+(\.[0-9]+)?"), mend=_mend_decimal),
    XSD + "boolean": Datatype(wanted=phrase("a-boolean"), valid=_matches("true|false"), mend=_mend_boolean),
    XSD + "anyURI": Datatype(wanted=phrase("an-address"), valid=_matches(r"[^\s<>\"{}|\\^`]+")),
}  # fmt: skip

# A datatype that the table does not know is carried as it is; the shapes may say more.
UNKNOWN = Datatype(wanted=phrase("a-value"), valid=lambda text: bool(text.strip()))


def datatype(iri: str | None) -> Datatype:
    """Return what is known of a datatype."""
    return DATATYPES.get(iri or "", UNKNOWN)
