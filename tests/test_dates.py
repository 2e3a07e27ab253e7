"""Dates of any precision: what is read, what is stored, between which days it lies, and what is suggested."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressgraph.facts.date_words import mend_period, mend_when
from pressgraph.facts.dates import bounds, is_edtf, lexical_form, read_date, read_period, written_form
from pressgraph.pages.dates import date_in_words
from pressgraph.rdf import EDTF, XSD

PLAIN = {10: f"{XSD}date", 7: f"{XSD}gYearMonth", 4: f"{XSD}gYear"}


@pytest.mark.parametrize(
    ("written", "stored", "first", "last"),
    [
        ("2018-11-27", "2018-11-27", "2018-11-27", "2018-11-27"),
        ("2017-09", "2017-09", "2017-09-01", "2017-09-30"),
        ("2008", "2008", "2008-01-01", "2008-12-31"),
        ("2025-06-12T18:00+02:00", "2025-06-12T18:00:00+02:00", "2025-06-12", "2025-06-12"),
        ("2025-06-12T18:00", "2025-06-12T18:00:00", "2025-06-12", "2025-06-12"),
        # the end of a day is the first moment of the next one
        ("2024-12-31T24:00", "2024-12-31T24:00:00", "2025-01-01", "2025-01-01"),
        ("2024-12-31T24:00:00-05:00", "2024-12-31T24:00:00-05:00", "2025-01-01", "2025-01-01"),
        ("9999-12-31T24:00:00", "9999-12-31T24:00:00", None, None),
        # in its own zone
        ("2018-11-27Z", "2018-11-27Z", "2018-11-27", "2018-11-27"),
        ("2017-09+14:00", "2017-09+14:00", "2017-09-01", "2017-09-30"),
        ("2008-05:00", "2008-05:00", "2008-01-01", "2008-12-31"),
        ("early 2017-09", "[2017-09-01..2017-09-10]", "2017-09-01", "2017-09-10"),
        ("mid 2017-09", "[2017-09-11..2017-09-20]", "2017-09-11", "2017-09-20"),
        ("late 2016-02", "[2016-02-21..2016-02-29]", "2016-02-21", "2016-02-29"),
        ("early 2017", "[2017-01..2017-04]", "2017-01-01", "2017-04-30"),
        ("mid 2017", "[2017-05..2017-08]", "2017-05-01", "2017-08-31"),
        ("late 2017", "[2017-09..2017-12]", "2017-09-01", "2017-12-31"),
        ("2024-Q3", "2024-35", "2024-07-01", "2024-09-30"),
        ("2024-Q4", "2024-36", "2024-10-01", "2024-12-31"),
        ("spring 2025", "2025-21", "2025-03-01", "2025-05-31"),
        ("autumn 2025", "2025-23", "2025-09-01", "2025-11-30"),
        # the winter that begins in 2023, or the one that ends in it
        ("winter 2023", "2023-24", "2023-01-01", "2024-02-29"),
        ("before 2018-12-05", "[..2018-12-05]", None, "2018-12-05"),
        ("before 2018", "[..2018]", None, "2018-12-31"),
        ("after 2020", "[2020..]", "2020-01-01", None),
        ("about 2008", "2008~", None, None),
    ],
)
def test_date_is_stored_as_exactly_as_it_is_known(
    written: str, stored: str, first: str | None, last: str | None
) -> None:
    found = read_date(written)
    assert found is not None
    assert found.lexical == stored
    plain = re.sub("Z$|[+-]..:..$", "", stored) if written == stored else ""
    assert found.datatype == (f"{XSD}dateTime" if "T" in stored else PLAIN.get(len(plain), EDTF))
    assert [day and day.isoformat() for day in bounds(*found)] == [first, last]


@pytest.mark.parametrize(
    "text",
    [
        "", "2018-02-29", "2018-13", "2018-00-01", "18", "0000", "20180101", "2018-11-27 ", "２０１８",
        "2018-11-27+14:01", "2018-02-30Z", "Mid 2017-09", "mid 2017-09-11", "mid", "spring 2025-03", "2024-Q5",
        "2020/2022", "before", "about 2018-13",
        "[2020..2019]", "[..]", "[2020..2020]", "[2020..2020-05]", "2025-06-12T25:00", "2025-06-12T24:01",
        "2025-06-12T18", "2008?",
        # a day without its month, not the third quarter or a summer
        "2017-23", "2017-35",
    ],
)  # fmt: skip
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2020/2022", "2020/2022"), ("2020-05/2021-06", "2020-05/2021-06"), ("2020/2020", "2020/2020"),
        ("2021", "2021"), ("2024-Q3", "2024-35"), ("mid 2017", "[2017-05..2017-08]"),
        ("2022/2020", None), ("2020/", None), ("2020/x", None), ("2025-06-12T18:00", None), ("2020/2021/2022", None),
    ],
)  # fmt: skip
def test_period_is_an_interval_or_a_date(text: str, stored: str | None) -> None:
    assert read_period(text) == stored
    if stored is not None:
        assert is_edtf(stored)


days = st.dates(min_value=datetime.date(1, 1, 1))
plain = st.builds(lambda day, length: day.isoformat()[:length], days, st.sampled_from([4, 7, 10]))
words = st.sampled_from(["early", "mid", "late", "before", "after", "about", "spring", "summer", "autumn", "winter"])
typed = st.one_of(
    plain,
    st.builds(lambda word, date: f"{word} {date}", words, plain),
    st.builds(lambda day, quarter: f"{day.isoformat()[:4]}-Q{quarter}", days, st.integers(1, 4)),
    st.builds(lambda day, zone: f"{day.isoformat()}T18:00{zone}", days, st.sampled_from(["", "Z", "+02:00"])),
)


@given(typed)
def test_reading_what_was_written_of_a_date_gives_the_same_date(text: str) -> None:
    found = read_date(text)
    if found is not None:
        assert lexical_form(found.lexical, found.datatype) == found.lexical
        assert read_date(written_form(*found)) == found
        first, last = bounds(*found)
        assert first is None or last is None or first <= last


@given(st.text(alphabet="0123456789-/.~[]TQ :+Zabdeflmnoprtu", max_size=30) | typed)
def test_every_text_is_a_date_of_one_reading_or_none(text: str) -> None:
    found = read_date(text)
    if found is not None:
        assert read_date(written_form(*found)) == found
    mended = mend_when(text)
    assert mended is None or read_date(mended) is not None
    period = mend_period(text)
    assert period is None or read_period(period) is not None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Mitte September 2017", "mid 2017-09"), ("mid-September 2017", "mid 2017-09"), ("Anfang 2017", "early 2017"),
        ("Ende Februar 2016", "late 2016-02"), ("September 2017", "2017-09"), ("09/2017", "2017-09"),
        ("im Frühjahr 2025", "spring 2025"), ("fall 2025", "autumn 2025"), ("3. Quartal 2024", "2024-Q3"),
        ("Q3/2024", "2024-Q3"), ("third quarter of 2024", "2024-Q3"), ("vor dem 5. Dezember 2018", "before 2018-12-05"),
        ("nach 2020", "after 2020"), ("etwa 2008", "about 2008"), ("ca. 2008", "about 2008"),
        ("27. November 2018", "2018-11-27"), ("31.1.2019", "2019-01-31"),
        ("im Januar 2025", "2025-01"), ("on Monday, 3rd of June 2024", "2024-06-03"), ("31/12/2024", "2024-12-31"),
        ("Ende des Jahres 2025", "late 2025"), ("2024-06-12 18:00", "2024-06-12T18:00"), ("2024-3", "2024-03"),
        ("1. Halbjahr 2024", "[2024-01..2024-06]"), ("second half of 2024", "[2024-07..2024-12]"),
        ("Winter 2024/25", "[2024-12..2025-02]"), ("zwischen Mai 2020 und Juni 2021", "[2020-05..2021-06]"),
        # two readings, or none
        ("1/2/2019", None), ("winter 2024/26", None), ("between 2022 and 2020", None), ("im Jahr", None),
        ("seit 2020", None), ("Sommer", None), ("2017-00", None), ("32. Mai 2019", None),
        ("bis 2020", None), ("x" * 10_000, None),
    ],
)  # fmt: skip
def test_words_for_a_date_lead_to_the_form_with_the_same_meaning(text: str, meant: str | None) -> None:
    assert mend_when(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [("2020-2022", "2020/2022"), ("von 2020 bis 2022", "2020/2022"), ("2020–2022", "2020/2022"),
     ("Mai 2020 bis Juni 2021", "2020-05/2021-06"), ("2022 to 2020", None)],
)  # fmt: skip
def test_words_for_a_period_lead_to_the_form_with_the_same_meaning(text: str, meant: str | None) -> None:
    assert mend_period(text) == meant


@pytest.mark.parametrize(
    ("typed", "english", "german"),
    [
        ("mid 2017-09", "mid-September 2017", "Mitte September 2017"),
        ("early 2017", "early 2017", "Anfang 2017"),
        ("late 2017-12", "late December 2017", "Ende Dezember 2017"),
        ("2024-Q3", "third quarter of 2024", "3. Quartal 2024"),
        ("spring 2025", "spring 2025", "Frühjahr 2025"),
        ("before 2018-12-05", "before 5 December 2018", "vor dem 5. Dezember 2018"),
        ("before 2018-03", "before March 2018", "vor März 2018"),
        ("after 2020", "after 2020", "nach 2020"),
        ("about 2008", "about 2008", "um 2008"),
        ("about 2017-09-11", "about 11 September 2017", "um den 11. September 2017"),
        ("[2020..2022]", "between 2020 and 2022", "zwischen 2020 und 2022"),
        (
            "[2017-09-12..2017-10-03]",
            "between 12 September 2017 and 3 October 2017",
            "zwischen dem 12. September 2017 und dem 3. Oktober 2017",
        ),
    ],
)
def test_pages_say_less_exact_dates_in_words(typed: str, english: str, german: str) -> None:
    stored = read_date(typed)
    assert stored is not None
    assert [date_in_words(stored.lexical, it) for it in ("en", "de-AT", "fr")] == [english, german, english]


def test_pages_say_periods_in_words_and_leave_what_they_cannot_say() -> None:
    assert date_in_words("2020-05/2021-06-01", "de") == "Mai 2020 bis 1. Juni 2021"
    for other in ("", "?", "[..]", "2020-99/2021", "2017-13~", "before "):
        assert date_in_words(other, "de").replace(" bis ", "/") == other
