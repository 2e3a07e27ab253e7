"""The YAML reader whatever it is given: problems, never exceptions, each in a place that the file has."""

import re
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pressgraph.facts import FactsFile

Read = Callable[[str | bytes], FactsFile]

FOUNDING = next((Path(__file__).parents[1] / "data" / "releases").glob("2019-*.yaml")).read_text(encoding="utf-8")
# a stretch of it is quicker to read than all 124 facts, and as easy to break
EXCERPT = FOUNDING[: FOUNDING.index("# 29")] + FOUNDING[FOUNDING.index("  # s20") :]
LINE_BREAK = re.compile("\r\n|[\n\r]")
# what YAML, the profile or JSON-LD give a meaning to
MARKS = ":-?[]{},#&*!|>'\"%@`\t\n\\"
WORDS = "--- ... << no null 1e3 id type source facts name en personal evidence memberOf agent/a lvl:silver"
MEANINGFUL = st.sampled_from([*MARKS, *WORDS.split(), "ä", "🧬", "\u2028", "\x00", "\x7f", "\ufeff"])


def assert_places_are_inside(found: FactsFile, text: str) -> None:
    lines = LINE_BREAK.split(text.removeprefix("\ufeff"))
    for problem in found.problems:
        # one past the end is where something is missing
        assert 1 <= problem.place.line <= len(lines), problem
        assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1, problem


@given(data=st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_without_an_exception(read: Read, data: bytes) -> None:
    assert read(data).problems


@given(text=st.text(max_size=200) | st.lists(MEANINGFUL, max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_an_exception(read: Read, text: str) -> None:
    found = read(text.encode())
    assert found.problems
    assert_places_are_inside(found, text)


@given(body=st.lists(MEANINGFUL | st.sampled_from([" ", "\n  ", ": ", ", ", "- "]), max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_fact_is_read_without_an_exception(read: Read, body: str) -> None:
    text = f"source: {{ id: document/d }}\nfacts:\n- id: agent/a\n  name: {body}\n"
    assert_places_are_inside(read(text), text)


@st.composite
def broken(draw: st.DrawFn) -> str:
    """Break the founding release: delete, repeat, swap or replace some of its lines or characters."""
    parts = EXCERPT.splitlines(keepends=True) if draw(st.booleans()) else list(EXCERPT)
    for _ in range(draw(st.integers(1, 4))):
        at, other = (draw(st.integers(0, len(parts) - 1)) for _ in range(2))
        match draw(st.sampled_from(["delete", "repeat", "insert", "replace", "swap", "end"])):
            case "delete":
                parts[at] = ""
            case "repeat":
                parts.insert(other, parts[at])
            case "insert":
                parts.insert(at, draw(MEANINGFUL))
            case "replace":
                parts[at] = draw(MEANINGFUL | st.characters())
            case "swap":
                parts[at], parts[other] = parts[other], parts[at]
            case "end":
                del parts[max(1, at) :]
    return "".join(parts)


@given(text=broken())
@settings(max_examples=200, deadline=None)
def test_a_broken_release_is_read_without_an_exception(read: Read, text: str) -> None:
    assert_places_are_inside(read(text), text)
