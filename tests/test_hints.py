"""Help that is followed leads to a file that passes, and proposes nothing that nobody has stated."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from pressgraph.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = {"id": "document/d", "type": "NewsArticle", "headline": {"en": "X"}, "datePublished": "2026-01-15"}
CONTACT = {"id": "thing/c", "type": "ContactPoint"}


OWN = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <https://data.example.org/terms#> .
ex:Staff a sh:NodeShape ; sh:targetClass <http://schema.org/Organization> ; sh:property ex:Staff-number .
ex:Staff-number sh:path ex:employees ; sh:datatype xsd:integer ; sh:message "A whole number."@en .
"""


def findings(folder: Path, *facts: dict[str, Any], text: str | None = None) -> list[dict[str, Any]]:
    path = folder / "a.yaml"
    (folder / "shapes").mkdir(exist_ok=True)
    (folder / "shapes/own.ttl").write_text(OWN)
    path.write_text(text if text is not None else json.dumps({"source": SOURCE, "facts": facts}))
    result = CliRunner().invoke(main, ["--project", str(folder), "validate", str(path), "-f", "json"])
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


def contact(**values: str) -> dict[str, Any]:
    return {
        "id": "agent/a", "type": "Organization", "name": "A", "personal": True, "contactPoint": {**CONTACT, **values}
    }  # fmt: skip


WRITTEN = (
    *("+1.408.606.5775", "0049 351 7965106", "+49 (0)351 7965106", "+44 (0) 20 7946 0958", "+41/44/668/1800"),
    *("+33.1.23.45.67.89", "+39.06.6982", "+351 (21) 0123456", "+1 (408) 606-5775", "+353 (0)1 123 4567"),
)


@pytest.mark.parametrize("number", WRITTEN)
def test_help_for_a_phone_number_is_a_number_that_passes(tmp_path: Path, number: str) -> None:
    (finding,) = findings(tmp_path, contact(telephone=number))
    mended = finding["hint"].removeprefix("write ")
    assert not findings(tmp_path, contact(telephone=mended)), mended


PASSING = ("+14086065775", "+1 408-606-5775", "+49 351 7965106", "+4915112345678", "+39 06 6982")


@pytest.mark.parametrize("number", PASSING)
def test_international_forms_of_phone_numbers_pass(tmp_path: Path, number: str) -> None:
    assert not findings(tmp_path, contact(telephone=number, faxNumber=number))


@pytest.mark.parametrize(
    ("written", "whole"), [("73.000", "73000"), ("1,234", "1234"), ("1.234.567", "1234567"), ("999.999", "999999")]
)
def test_grouped_digits_are_asked_about(tmp_path: Path, written: str, whole: str) -> None:
    fact = {"id": "agent/a", "type": "Organization", "name": "A", "employees": written}
    (finding,) = findings(tmp_path, fact)
    assert finding["hint"].startswith(f"is it {whole}, or {whole[: len(written) % 4 or 3]}")
    assert "write the digits alone" in finding["hint"]


MENDED = (
    *(("employees", it) for it in ("12.0", "1 000", "1e3")),
    *(("foundingDate", it) for it in ("31.1.2019", "January 1, 2019")),
)


@pytest.mark.parametrize(("key", "written"), MENDED)
def test_what_help_says_to_write_passes(tmp_path: Path, key: str, written: str) -> None:
    fact = {"id": "agent/a", "type": "Organization", "name": "A"}
    (finding,) = findings(tmp_path, {**fact, key: written})
    said = re.fullmatch("write (.*)", finding["hint"])
    assert said is not None, finding
    node = f"id: agent/a\n    type: Organization\n    name: A\n    {key}: {said[1]}\n"
    text = f"source: {json.dumps(SOURCE)}\nfacts:\n  - {node}"
    assert not findings(tmp_path, text=text)


def test_help_for_what_is_missing_names_forms_and_terms_and_no_value(tmp_path: Path) -> None:
    label = {"id": "label/x-1", "type": "AwardedLabel"}
    hints = {finding["rule"]: finding.get("hint", "") for finding in findings(tmp_path, label)}
    assert hints["AwardedLabel-level-minCount"] == "add 'level: …' to 'label/x-1': bronze, gold, silver"
    text = "source: { id: document/d, type: NewsArticle }\nfacts: [{ id: agent/a, type: Organization, name: A }]\n"
    hints = {finding["rule"]: finding["hint"] for finding in findings(tmp_path, text=text)}
    assert hints["Article-datePublished-minCount"] == "add 'datePublished: …' to 'document/d': as year-month-day"
    assert not any(re.search(r"add '[^']*: [^…']", hint) for hint in hints.values()), hints


def test_an_unknown_id_is_not_taken_for_another_thing(tmp_path: Path) -> None:
    known: list[dict[str, Any]] = [
        {"id": "agent/ceec", "type": "Organization", "name": "Ceec"},
        {"id": "agent/kuestenlicht-e-v", "type": "Organization", "name": "Küstenlicht e. V."},
        {"id": "place/esslingen", "type": "City", "name": {"de": "Esslingen"}},
    ]

    def hint(reference: str) -> str:
        fact = {"id": "agent/x", "type": "Organization", "name": "X"}
        key = "location" if reference.startswith("place") else "memberOf"
        found = findings(tmp_path, *known, {**fact, key: reference})
        return next(str(it["hint"]) for it in found if it["rule"] == "dangling-id")

    assert hint("agent/kuestenlicht") == hint("agent/kuestenlihct-e-v") == "did you mean 'agent/kuestenlicht-e-v'?"
    assert hint("agent/eucles").startswith("nothing is described under that id: add '- id: agent/eucles', or use one")
    assert "did you mean" not in hint("place/dresden")
    assert "place/esslingen" in hint("place/dresden")
