"""What people write for dates, in English and German, and the form that facts files take for it.

Only a text with one reading is mended: 1/2/2019 is a day in January or in February, and stays as it is.
"""

from __future__ import annotations

import re

from pressgraph.facts.dates import read_date, read_period

_NAMES = (
    "january januar jan jänner", "february februar feb feber", "march märz mar mrz maerz", "april apr", "may mai",
    "june juni jun", "july juli jul", "august aug", "september sept sep", "october oktober oct okt",
    "november nov", "december dezember dec dez",
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
_WORDS = {
    **dict.fromkeys(("early", "anfang", "beginning of", "start of", "the beginning of", "beginn", "zu beginn"),
                    "early"),
    **dict.fromkeys(("mid", "mid-", "middle of", "the middle of", "mitte"), "mid"),
    **dict.fromkeys(("late", "ende", "gegen ende", "end of", "the end of", "towards the end of"), "late"),
    **dict.fromkeys(("spring", "spring of", "frühjahr", "frühling", "im frühjahr", "im frühling"), "spring"),
    **dict.fromkeys(("summer", "summer of", "sommer", "im sommer"), "summer"),
    **dict.fromkeys(("autumn", "autumn of", "fall", "fall of", "herbst", "im herbst"), "autumn"),
    **dict.fromkeys(("winter", "winter of", "im winter"), "winter"),
    **dict.fromkeys(("before", "vor", "vor dem"), "before"),
    **dict.fromkeys(("after", "nach", "nach dem"), "after"),
    **dict.fromkeys(("about", "around", "circa", "ca.", "ca", "c.", "approximately", "etwa", "rund", "um", "ungefähr",
                     "gegen", "~"), "about"),
}  # fmt: skip
_QUARTERS = {
    **dict.fromkeys(("1", "first", "erstes", "ersten"), 1), **dict.fromkeys(("2", "second", "zweites", "zweiten"), 2),
    **dict.fromkeys(("3", "third", "drittes", "dritten"), 3), **dict.fromkeys(("4", "fourth", "viertes", "vierten"), 4),
}  # fmt: skip
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag"
).replace(" ", "|")
# what stands before a date and adds nothing to it
_IDLE = re.compile(
    rf"(?:(?:on|am|in the year|im jahre|im jahr|in|im) )?(?:(?:{_DAYS}),? (?:(?:the|den|dem) )?|the (?=[0-9]))?",
    re.IGNORECASE,
)
_LONGEST = 60
"""Characters: longer texts are no dates."""


def month_of(word: str) -> int | None:
    """Return the number of the month that a word in lower case means.

    >>> month_of("märz"), month_of("day")
    (3, None)
    """
    return _MONTHS.get(word)


def days_of(text: str) -> list[str]:
    """Return the days that a day and a month in figures can be: first the day as in Europe, then the month.

    >>> days_of("1/2/2019"), days_of("31/1/2019"), days_of("32/1/2019")
    (['2019-02-01', '2019-01-02'], ['2019-01-31'], [])
    """
    match = re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text)
    if match is None:
        return []
    one, other, year = int(match[1]), int(match[2]), match[3]
    days = (f"{year}-{other:02}-{one:02}", f"{year}-{one:02}-{other:02}")
    return [it for it in dict.fromkeys(days) if read_date(it) is not None]


def mend_date(text: str) -> str | None:
    """Return the day that a text means where only one is possible, else None.

    >>> mend_date("31.1.2019"), mend_date("January 1, 2019"), mend_date("1/2/2019")
    ('2019-01-31', '2019-01-01', None)
    """
    if len(text) > _LONGEST:
        return None
    if len(days := days_of(text)) == 1:
        return days[0]
    parts: tuple[str, str, str] | None = None
    if match := re.fullmatch(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})", text, re.ASCII):
        parts = (match[1], match[2], match[3])
    elif match := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", text, re.ASCII):
        parts = (match[3], match[2], match[1])
    elif match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text, re.ASCII):
        parts = (match[1], match[2], match[3])
    elif match := re.fullmatch(r"(\d{1,2})(?:\.|st|nd|rd|th)?(?:\s+of)?\s+([^\W\d]+)\.?,?\s+(\d{4})", text):
        parts = (match[3], str(_MONTHS.get(match[2].lower(), 0)), match[1])
    elif match := re.fullmatch(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", text):
        parts = (match[3], str(_MONTHS.get(match[1].lower(), 0)), match[2])
    if parts is None:
        return None
    mended = f"{parts[0]}-{int(parts[1]):02}-{int(parts[2]):02}"
    return mended if read_date(mended) is not None else None


def mend_when(text: str) -> str | None:
    """Return the form of a date of any precision that a text means, where only one is possible, else None.

    >>> mend_when("Mitte September 2017"), mend_when("3. Quartal 2024"), mend_when("im Frühjahr 2025")
    ('mid 2017-09', '2024-Q3', 'spring 2025')
    >>> mend_when("im Januar 2025"), mend_when("1. Halbjahr 2024"), mend_when("between 2020 and 2022")
    ('2025-01', '[2024-01..2024-06]', '[2020..2022]')
    """
    if len(text) > _LONGEST:
        return None
    words = re.sub(r"(?i) (?:des jahres|of the year) ", " ", " ".join(text.split()).removesuffix("."))
    plain = _plain(words) or _quarter(words.lower()) or _span(words)
    if plain is not None:
        return plain
    said = words[len(_IDLE.match(words)[0]) :]  # type: ignore[index]  # it matches the empty text
    if said != words and (plain := _plain(said) or (said if read_date(said) is not None else None)) is not None:
        return plain
    for at in _breaks(words):
        word = _WORDS.get(words[:at].rstrip().lower())
        if word is None:
            continue
        rest = words[at:].lstrip(" -")
        mended = f"{word} {rest if read_date(rest) is not None else _plain(rest) or ''}"
        if read_date(mended) is not None:
            return mended
    return None


def mend_period(text: str) -> str | None:
    """Return the period that a text means, where only one is possible, else None.

    >>> mend_period("2020-2022"), mend_period("von 2020 bis 2022"), mend_period("September 2017")
    ('2020/2022', '2020/2022', '2017-09')
    """
    words = " ".join(text.split())
    if len(words) > 2 * _LONGEST:
        return None
    if match := re.fullmatch(r"([0-9]{4}) ?[-–] ?([0-9]{4})", words):
        start, end = match[1], match[2]
    else:
        first = next((it for it in ("from ", "von ", "zwischen ", "between ") if words.lower().startswith(it)), "")
        parts = re.split(r" (?:to|until|bis|und|and|–|-) ", words[len(first) :], maxsplit=1)
        if len(parts) == 1:
            return mend_when(text)
        start, end = (_plain(it) or it for it in parts)
    mended = f"{start}/{end}"
    return mended if read_period(mended) is not None else None


def in_quotes(text: str) -> str:
    """Return a form of several words in quotes, so that a sentence shows where it ends, and what is a list in YAML."""
    return f"'{text}'" if " " in text or text.startswith("[") else text


def _span(text: str) -> str | None:
    """Return the form for one of the days, months or years of a span that has a name of its own, or two ends."""
    words = text.lower().removeprefix("im ").removeprefix("in the ").removeprefix("the ")
    if match := (
        re.fullmatch(r"(1|2)\. ?halbjahr ([0-9]{4})", words)
        or re.fullmatch(r"h(1|2)[ /-]?([0-9]{4})", words)
        or re.fullmatch(r"(erste|zweite)[sn] halbjahr ([0-9]{4})", words)
        or re.fullmatch(r"(first|second) half of ([0-9]{4})", words)
    ):
        first = match[1] in {"1", "erste", "first"}
        mended = f"[{match[2]}-01..{match[2]}-06]" if first else f"[{match[2]}-07..{match[2]}-12]"
    elif match := re.fullmatch(r"winter ([0-9]{4})/(?:[0-9]{2})?([0-9]{2})", words):
        year = int(match[1])
        mended = f"[{year}-12..{year + 1}-02]" if (year + 1) % 100 == int(match[2]) else ""
    elif match := re.fullmatch(r"(?:between|zwischen) (.+) (?:and|und) (.+)", words):
        mended = "[{}..{}]".format(*(_plain(it) or it for it in match.groups()))
    else:
        return None
    return mended if read_date(mended) is not None else None


def _breaks(text: str) -> list[int]:
    """Return where words end, the last one first: after a space, a hyphen or a tilde."""
    return [at for at in range(len(text) - 1, 0, -1) if text[at] == " " or text[at - 1] in "-~"]


def _plain(text: str) -> str | None:
    """Return the day or the month that a text means."""
    if (day := mend_date(text)) is not None:
        return day
    if match := re.fullmatch(r"([^\W\d]+)\.?,? ([0-9]{4})", text):
        month = _MONTHS.get(match[1].lower())
        return f"{match[2]}-{month:02}" if month is not None and read_date(match[2]) is not None else None
    if match := re.fullmatch(r"([0-9]{4})-([1-9])", text):
        return f"{match[1]}-0{match[2]}" if read_date(match[1]) is not None else None
    if match := re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)", text):
        moment = f"{match[1]}T{match[2]}"
        return moment if read_date(moment) is not None else None
    if match := re.fullmatch(r"(0?[1-9]|1[0-2])[./]([0-9]{4})", text):
        return f"{match[2]}-{int(match[1]):02}" if read_date(match[2]) is not None else None
    return None


def _quarter(text: str) -> str | None:
    words = text.replace("im ", "", 1) if text.startswith("im ") else text
    match = (
        re.fullmatch(r"q([1-4])[ /-]?([0-9]{4})", words)
        or re.fullmatch(r"([1-4])\. ?quartal ([0-9]{4})", words)
        or re.fullmatch(r"(?:the )?([a-z]+|[1-4](?:st|nd|rd|th)) (?:quarter of|quarter|quartal) ([0-9]{4})", words)
    )
    if match is not None:
        number, year = match[1], match[2]
    elif match := re.fullmatch(r"([0-9]{4})[ /-]?q([1-4])", words):
        number, year = match[2], match[1]
    else:
        return None
    quarter = _QUARTERS.get(number.rstrip("stndrh") if number[0].isdigit() else number)
    return f"{year}-Q{quarter}" if quarter is not None and read_date(year) is not None else None
