"""What people write that is no YAML is named with its cause, in its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.facts import FactsFile

HEAD = "source: { id: document/d }\nfacts:\n"


@pytest.mark.parametrize(
    ("body", "line", "hint"),
    [
        ("  - id: agent/a\n     type: Organization\n", 4, "deeper"),
        ("  - id: agent/a\n    name: x\n  -id: agent/b\n", 5, "a space belongs after the hyphen"),
        ("  -id: agent/a\n", 3, "start each fact with '- id:'"),
        ("  – id: agent/a\n    name: x\n", 3, "a dash"),
        ("-id: agent/a\n", 3, "a space belongs after the hyphen"),
        ("– id: agent/a\n", 3, "a dash"),
        ("- id: agent/a\n\xa0 name: x\n", 4, "U+00A0"),
        ("- id: agent/a\n  url: www.example.org\n", 4, "an address begins with https://"),
        ("- id: agent/a\n  url: https://exam ple.org/\n", 4, "an address begins with https:// and has no spaces"),
        ("  - id: agent/a\n    name: @netz\n", 4, "begins with @"),
        ("  - id: agent/a\n    name: *netz*\n", 4, "begins with @, *"),
        ("  - id: agent/a\n    name: `netz`\n", 4, "needs quotes"),
        ("  - id: agent/a\n    name: %netz\n", 4, "needs quotes"),
        ("  - id: agent/a\n    name: 'Ida's Netz'\n", 4, "double quotes"),
        ("  - id: agent/a\n    name:\xa0Netz\n    url: x\n", 4, "U+00A0"),
        ("  - id: agent/a\n\xa0\xa0\xa0 name: Netz\n", 4, "U+00A0"),
        ("  - id: agent/a\n    name:Netz\n    url: x\n", 4, "a space belongs after the colon"),
        ("<<<<<<< HEAD\n  - id: agent/a\n=======\n  - id: agent/b\n>>>>>>> x\n", 3, "git could not merge"),
        ("  - id: agent/a\n    name: Motto: wir\n", 4, "a text with ': ' in it needs quotes"),
        ("  - id: agent/a\n    name: { de: Netz, Werk: wir }\n    x: [a, b: c: d]\n", 5, "needs quotes"),
        ('  - id: agent/a\n    name: "C:\\Quelle"\n', 4, "single quotes"),
    ],
)
def test_cause_and_line(read: Callable[[str | bytes], FactsFile], body: str, line: int, hint: str) -> None:
    problems = read(HEAD + body).problems
    assert any(it.place.line == line and hint in f"{it.message} {it.hint}" for it in problems), [
        str(it) for it in problems
    ]


def test_characters_that_nobody_sees_are_shown(read: Callable[[str | bytes], FactsFile]) -> None:
    problems = read(HEAD + "  - { id: agent/a, type: Organization, sector: photonics\xa0 }\n").problems
    assert any("'photonics<U+00A0>'" in it.message for it in problems), [str(it) for it in problems]
    assert any("did you mean 'photonics'?" in str(it.hint) for it in problems)
