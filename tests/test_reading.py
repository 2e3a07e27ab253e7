"""Builds read many facts files in processes, and come to the same as in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pressgraph
from pressgraph import processes
from pressgraph.build import reading
from pressgraph.errors import FactsError

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [f"r{number:02}" for number in range(40)]


def write(root: Path, **instead: str) -> Path:
    (root / "data").mkdir(parents=True)
    (root / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")
    for number, name in enumerate(NAMES):
        text = (
            f"source: {{ id: document/{name}, type: NewsArticle, headline: Neues, datePublished: 2025-01-15 }}\n"
            f"facts:\n  - {{ id: agent/{name}, type: Organization, name: N{number}, "
            f"memberOf: agent/{NAMES[number - 1]}, evidence: [0, 5] }}\n"
        )
        (root / "data" / f"{name}.yaml").write_text(instead.get(name, text), encoding="utf-8")
    return root


def dump(root: Path) -> set[str]:
    workspace = pressgraph.open(root)
    assert workspace.build().facts == len(NAMES)
    return set(map(str, workspace.dataset().store))


@pytest.mark.parametrize("command", [None, "raise SystemExit", "import os; os.read(0, 9)"])
def test_processes_read_what_one_reads_also_where_they_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str | None
) -> None:
    alone = dump(write(tmp_path / "alone"))
    monkeypatch.setattr(reading, "_MANY", 2)
    monkeypatch.setattr(reading, "_BATCH", 3)
    monkeypatch.setattr(reading, "processors", lambda: 2)
    if command is not None:
        monkeypatch.setattr(processes, "_COMMAND", command)
    assert dump(write(tmp_path / "together")) == alone


def test_what_is_wrong_in_a_file_is_told_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MANY", 2)
    monkeypatch.setattr(reading, "processors", lambda: 2)
    source = "source: {{ id: document/{}, type: NewsArticle, headline: N, datePublished: 2025-01-15 }}\nfacts:\n"
    root = write(
        tmp_path,
        r07=source.format("r07") + "  - { id: agent/r07, type: Organisation, name: X }\n",
        r11=source.format("r12") + "  - { id: agent/r11, type: Organization, name: X }\n",
        r20=source.format("r20") + "  - { id: agent/r20, type: Organization, memberOf: agent/nobody }\n",
    )
    with pytest.raises(FactsError) as caught:
        pressgraph.open(root).build()
    told = [f"{it.place.file}:{it.place.line} {it.rule}" for it in caught.value.problems]
    assert told == ["data/r07.yaml:3 unknown-type", "data/r12.yaml:1 source-twice", "data/r20.yaml:3 dangling-id"]
