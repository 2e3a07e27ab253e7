"""Languages: RFC 4647 lookup wherever one is chosen, and tags that RFC 5646 allows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pressgraph.cli import main
from pressgraph.facts.language_tags import good_language
from pressgraph.i18n import Text
from pressgraph.languages import choose, is_well_formed, lookup
from pressgraph.server.http.negotiation import choose_language

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("wanted", "offered", "found"),
    [
        ("de-CH", ["en", "de"], "de"),
        ("zh-Hant-TW-x-a-b", ["zh-Hant", "zh"], "zh-Hant"),
        ("en-GB", ["de", "en"], "en"),
        ("DE", ["de"], "de"),
        ("de", ["de-CH", "de-AT"], "de-AT"),
        ("de-AT", ["de-CH"], "de-CH"),
        ("de", ["den", "ded"], None),
        ("de-DE", ["de-CH", "de"], "de"),
        ("pl", ["de", "en"], None),
        ("x-private", ["x-private"], "x-private"),
        ("", ["de"], None),
    ],
)
def test_lookup_shortens_the_tag_from_the_right(wanted: str, offered: list[str], found: str | None) -> None:
    assert lookup(wanted, offered) == found


def test_who_finds_nothing_gets_the_next_language_then_english() -> None:
    texts = {"en": "a", "de": "b", "": "c"}
    assert choose(texts, "pl") == "a"
    assert choose(texts, "pl", "de-AT") == "b"
    assert choose({"de": "b", "": "c"}, "pl") == "c"
    assert choose({"de": "b"}, "pl") == "b"
    assert choose({}, "pl") is None


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("de-CH", "de"),
        ("pl, en-GB;q=0.5", "en"),
        ("de-DE-1996;q=0.1, en;q=0", "de"),
        ("*", "de"),
        ("fr", "de"),
        ("x-private", "de"),
        ("en-x-simple", "en"),
    ],
)
def test_browsers_get_the_language_that_they_ask_for(header: str, found: str) -> None:
    assert choose_language(header, ("en", "de"), "de") == found


@pytest.mark.parametrize("tag", ["de", "de-x-leicht", "x-private", "de-ch-1901", "sl-rozaj-biske-1994", "zh-hant-tw"])
def test_tags_that_bcp_47_allows(tag: str) -> None:
    assert is_well_formed(tag)
    assert good_language(tag)


@pytest.mark.parametrize(
    "tag",
    ["de_DE", "german", "d", "de-", "-de", "de--ch", "x-", "de-x-", "de-ü", "ｄｅ", "xx", "", "en" + "-abcde" * 4000],
)
def test_tags_that_it_does_not(tag: str) -> None:
    assert not good_language(tag)


@given(st.from_regex(r"[a-z]{2}(-[a-z0-9]{1,8}){0,4}", fullmatch=True))
def test_a_tag_finds_itself(tag: str) -> None:
    assert lookup(tag, ["en", tag]) == tag


def test_messages_of_shapes_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "x.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://x.example/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:S-v .\n"
        "ex:S-v sh:path ex:v ; sh:datatype xsd:string ; sh:maxLength 1 ;\n"
        '  sh:message "Too long."@en-GB , "Zu lang."@de-CH .\n'
    )
    (tmp_path / "d.ttl").write_text('@prefix ex: <https://x.example/> . ex:t a ex:T ; ex:v "abc" .')
    for language, message in (("en", "Too long."), ("de", "Zu lang."), ("de-AT", "Zu lang."), ("pl", "Too long.")):
        arguments = ["--project", str(tmp_path), "validate", "--lang", language, "-f", "json", str(tmp_path / "d.ttl")]
        result = CliRunner().invoke(main, arguments)
        (finding,) = json.loads(result.stdout)["findings"]
        assert finding["message"] == message


def test_our_own_messages_are_looked_up() -> None:
    text = Text("no such day", de="diesen Tag gibt es nicht")
    assert [text.to(tag) for tag in ("de-CH", "en-GB", "pl")] == [
        "diesen Tag gibt es nicht",
        "no such day",
        "no such day",
    ]
