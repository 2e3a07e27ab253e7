"""Quantities: what is read, what is refused with which hint, and that writing and reading agree."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressgraph.facts.quantities import (
    PRECISIONS,
    SCALES,
    Quantity,
    read_number,
    read_quantity,
    written_quantity,
)
from pressgraph.facts.quantity_words import mend_quantity

UNITS = {"%": "percent", "m²": "square-metre", "points": "point"}
SIGNS = {name: sign for sign, name in UNITS.items()}
UNKNOWN = (
    "the unit '{}' is not known; known are %, m², and codes of currencies, such as EUR. What is counted stands in the "
    "key alone"
)
WORDS = {"%": "%", "prozent": "%", "per cent": "%", "m²": "m²", "quadratmeter": "m²"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("73000", Quantity(value="73000")),
        ("about 350", Quantity(value="350", precision="about")),
        ("nearly 50", Quantity(value="50", precision="nearly")),
        ("more than 180", Quantity(least="180", precision="more-than")),
        ("at least 5", Quantity(least="5", precision="at-least")),
        ("up to 200000 EUR", Quantity(most="200000", precision="up-to", currency="EUR")),
        ("less than 9", Quantity(most="9", precision="less-than")),
        ("4 to 6 %", Quantity(least="4", most="6", unit="percent")),
        ("100 of 2500", Quantity(value="100", out_of="2500")),
        ("about 100 of 2500", Quantity(value="100", out_of="2500", precision="about")),
        ("170 m²", Quantity(value="170", unit="square-metre")),
        ("170m²", Quantity(value="170", unit="square-metre")),
        ("20%", Quantity(value="20", unit="percent")),
        ("16 Mrd EUR", Quantity(value="16000000000", currency="EUR")),
        ("1.2 million EUR", Quantity(value="1200000", currency="EUR")),
        ("0.5 Mio. CHF", Quantity(value="500000", currency="CHF")),
        ("2 thousand", Quantity(value="2000")),
        # the scale is said of both
        ("4 to 6 million EUR", Quantity(least="4000000", most="6000000", currency="EUR")),
        ("4.50", Quantity(value="4.5")),
        ("0.125 %", Quantity(value="0.125", unit="percent")),
        ("-3 %", Quantity(value="-3", unit="percent")),
    ],
)
def test_quantity_is_read_as_it_is_said(text: str, meant: Quantity) -> None:
    assert read_quantity(text, UNITS) == meant


@pytest.mark.parametrize(
    "text",
    [
        "", "viele", "about", "350 about", "73.000", "73,000", "1.293", "1,5", "1e3", "007", "+5", "٣", "5 billion EUR",
        "1.200 million EUR", "6 to 4 %", "4 to 4", "100 of 50", "more than 100 of 2500", "about 4 to 6", "500 PKW",
        "20 %%", "170 m³", "1.5 of 3 million EUR", "999999999999 Mrd", "1 " + "0" * 200, "About 350", "about  350",
    ],
)  # fmt: skip
def test_what_is_no_quantity_or_has_two_readings_is_not_read(text: str) -> None:
    assert read_quantity(text, UNITS) is None


numbers = st.decimals(min_value=Decimal(-(10**9)), max_value=Decimal(10**9), places=2).map(lambda it: f"{it:f}")
typed = st.builds(
    lambda *words: " ".join(filter(None, words)),
    st.sampled_from(["", *PRECISIONS]),
    numbers,
    st.sampled_from(["", "", *SCALES]),
    st.sampled_from(["", "", "to", "of"]).flatmap(lambda it: numbers.map(lambda n: f"{it} {n}" if it else "")),
    st.sampled_from(["", "%", "m²", "EUR"]),
)


@given(typed | st.text(alphabet="0123456789., %m²toaburphnEURMd-", max_size=25))
def test_reading_what_was_written_of_a_quantity_gives_the_same_quantity(text: str) -> None:
    found = read_quantity(text, UNITS)
    if found is not None:
        written = written_quantity(found, SIGNS)
        assert written is not None, found
        assert read_quantity(written, UNITS) == found
        for number in (found.value, found.least, found.most, found.out_of):
            assert number is None or f"{Decimal(number).normalize():f}" == number
    # never fails, whatever was written
    mend_quantity(text, WORDS)


@given(numbers)
def test_numbers_are_stored_in_canonical_form(text: str) -> None:
    found = read_number(text)
    assert found is None or (Decimal(found) == Decimal(text) and read_number(found) == found)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("73.000", "write 73000, or 73.0 if that is meant"),
        ("73,000", "write 73000, or 73.0 if that is meant"),
        ("1.293", "write 1293, or 1.2930 if that is meant"),
        ("1.250 EUR", "write '1250 EUR', or '1.25 EUR' if that is meant"),
        ("bis zu 200.000 Euro", "write 'up to 200000 EUR', or 'up to 200.0 EUR' if that is meant"),
        ("rund 350", "write 'about 350'"),
        ("über 16 Mrd.", "write 'more than 16 Mrd'"),
        ("knapp 1,5 Mio. EUR", "write 'nearly 1.5 million EUR'"),
        ("16 Milliarden Euro", "write '16 Mrd EUR'"),
        ("vier bis sechs Prozent", "write '4 to 6 %'"),
        ("zwischen 4 und 6 Prozent", "write '4 to 6 %'"),
        ("4–6 %", "write '4 to 6 %'"),
        ("10 % bis 20 %", "write '10 to 20 %'"),
        ("gut 300", "write 'more than 300'"),
        ("100 von 2500", "write '100 of 2500'"),
        ("20 bis 10", "a range goes from the less to the more, such as '4 to 6 %'"),
        ("100 of 50", "a part is not more than the whole, as in '100 of 2500'"),
        ("85/100", "write '85 of 100'"),
        ("170 Quadratmeter", "write '170 m²'"),
        ("EUR 200000", "write '200000 EUR'"),
        ("1.234.567", "write 1234567"),
        ("1.234.567,50", "write 1234567.50"),
        ("73 000", "write 73000"),
        ("~350", "write 'about 350'"),
        # nothing is invented: not a currency, not a unit, not a number
        ("viele", None),
        ("350 Dollar", UNKNOWN.format("Dollar")),
        ("350 Mitglieder aus 20 Ländern", UNKNOWN.format("Mitglieder aus 20 Ländern")),
        ("350 of kW", UNKNOWN.format("of kW")),
        ("rund ein Drittel", None),
        ("5" * 10_000, None),
    ],
)
def test_hint_gives_the_form_of_what_was_written_and_every_reading_of_it(text: str, hint: str | None) -> None:
    found = mend_quantity(text, WORDS)
    assert (found and str(found)) == hint


@pytest.mark.parametrize("text", ["5 billion EUR", "5 Billionen Euro", "2.5 billion"])
def test_billion_is_refused_with_both_meanings(text: str) -> None:
    assert read_quantity(text, UNITS) is None
    hint = mend_quantity(text, WORDS)
    assert hint is not None
    assert "thousand million" in hint
    assert "million million" in hint
