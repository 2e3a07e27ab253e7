"""Days, parts of years and durations, in the form that facts files take; nothing that has two readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.mentions import Mention
from pressgraph.facts.dates import read_date

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from pressgraph.drafting.patterns.grammar import Grammar


def dates(text: str, grammar: Grammar, year: str | None) -> Iterator[Mention]:
    """Yield the days and periods that a text names; `year` is taken for days without one."""
    last: Mention | None = None
    for mention in _dates(text, grammar, year):
        if last is None:
            last = mention
        elif last.kind == mention.kind == "date" and grammar.until.fullmatch(text, last.end, mention.start):
            last = Mention(
                kind="period",
                start=last.start,
                end=mention.end,
                value=last.value,
                other=mention.value,
                status="normalised",
            )
        else:
            yield last
            last = mention
    if last is not None:
        yield last


def _dates(text: str, grammar: Grammar, year: str | None) -> Iterator[Mention]:
    for match in grammar.dates.finditer(text):
        values = _values(match, grammar, year)
        if values is None:
            continue
        first, last = values
        if read_date(first) is None or (last and read_date(last) is None):
            continue
        start, end = match.span()
        if match["n4"] and not match["y4"] and match["n4"].lower() not in grammar.months:
            continue
        yield Mention(kind="period" if last else "date", start=start, end=end, value=first, other=last)


def _values(match: re.Match[str], grammar: Grammar, year: str | None) -> tuple[str, str] | None:
    """Return the first and the last day of a period, or a day and ''."""
    group = match.groupdict()
    month = {key: grammar.months[value.lower()] for key, value in group.items() if key[0] in "nk" and value}
    if group["y1"]:
        return f"{group['y1']}-{group['m1']}-{group['d1']}", ""
    if group["y2"]:
        return _day(group["y2"], int(group["m2"]), group["d2"]), ""
    if group["d3"]:
        if (of := group["y3"] or year) is None:
            return None
        return _day(of, month.get("n3", month["k3"]), group["d3"]), _day(of, month["k3"], group["e3"])
    if group["d4"]:
        return (_day(of, month["n4"], group["d4"]), "") if (of := group["y4"] or year) is not None else None
    if group["d5"]:
        last = _day(group["y5"], month["n5"], group["e5"]) if group["e5"] else ""
        return _day(group["y5"], month["n5"], group["d5"]), last
    if group["y6"]:
        of = f"{group['y6']}-{month['n6']:02}" if "n6" in month else group["y6"]
        return f"{grammar.approximate[_plain(group['a6'])]} {of}", ""
    if group["y7"]:
        return f"{group['y7']}-Q{group['r7'] or grammar.quarters[_plain(group['q7'])]}", ""
    if group["y8"]:
        return f"{group['y8']}-{month['n8']:02}", ""
    return group["y9"], group["z9"] or ""


def _day(year: str, month: int, day: str) -> str:
    return f"{year}-{month:02}-{int(day):02}"


def _plain(words: str) -> str:
    return " ".join(words.lower().split())


def durations(text: str, grammar: Grammar) -> Iterator[Mention]:
    """Yield the durations that a text names, as XML Schema writes them."""
    for match in grammar.durations.finditer(text):
        number = grammar.number_words.get(match["n"].lower(), match["n"])
        unit = next(key for key in grammar.data["durations"] if match[key])
        yield Mention(kind="duration", start=match.start(), end=match.end(), value=f"P{int(number)}{unit}")
