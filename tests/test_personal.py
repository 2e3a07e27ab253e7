"""Personal facts stay out of what is converted, in every format and on every way, unless somebody asks for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pressgraph.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "ida@netz.example"
PLAIN = {"id": "agent/a", "type": "Organization", "name": "Netz"}
PERSONAL = {"id": "agent/b", "type": "Person", "name": "Ida Beispiel", "personal": True, "email": SECRET}
SOURCE = {"id": "document/d", "type": "NewsArticle", "headline": {"en": "X"}, "datePublished": "2026-01-15"}


@pytest.fixture(params=["a.yaml", "a.jsonl", "a.csv", "all.jsonl"])
def facts(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path: Path = tmp_path / "data" / request.param
    path.parent.mkdir()
    contact = {**PERSONAL, "contactPoint": {"id": "thing/c", "type": "ContactPoint", "email": SECRET}}
    del contact["email"]
    if path.name in {"a.yaml", "all.jsonl"}:
        path.write_text(json.dumps({"source": SOURCE, "facts": [PLAIN, contact]}) + "\n")
    elif path.name == "a.jsonl":
        path.write_text("".join(json.dumps(it) + "\n" for it in ({"source": SOURCE}, PLAIN, contact)))
    else:
        path.write_text(
            "source,id,type,name,personal,contactPoint.id,contactPoint.type,contactPoint.email\n"
            f"document/d,agent/a,Organization,Netz,,,,\ndocument/d,agent/b,Person,Ida,true,thing/c,ContactPoint,{SECRET}\n"
        )
    return path


@pytest.mark.parametrize(
    "options", [[], ["-f", "turtle"], ["-f", "jsonld"], ["-f", "trig"], ["-j", "2"], ["--shards", "2", "-o", "out"]]
)
def test_personal_facts_are_left_out_and_counted(
    facts: Path, tmp_path: Path, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call = ["--project", str(tmp_path), "convert", str(facts), *options]

    def written() -> str:
        result = CliRunner().invoke(main, call)
        assert result.exit_code == 0, result.output
        assert ("1 personal fact left out; --personal" in result.stderr) == ("--personal" not in call and not included)
        shards = sorted((tmp_path / "out").glob("shard-*")) if "--shards" in options else []
        text = result.stdout + "".join(path.read_text() for path in shards)
        assert "Netz" in text
        for path in (tmp_path / "out").glob("*") if shards else ():
            path.unlink()
        return text

    included = False
    text = written()
    assert SECRET not in text
    assert "agent/b" not in text
    assert "personalData" not in text
    call.append("--personal")
    assert SECRET in written()
    call.remove("--personal")
    included = True
    (tmp_path / "pressgraph.toml").write_text("[publish]\npersonal_data = true\n")
    assert SECRET in written()


def test_mistakes_in_personal_facts_are_still_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(it) + "\n" for it in ({"source": SOURCE}, {**PERSONAL, "nmae": "x"})))
    result = CliRunner().invoke(main, ["--project", str(tmp_path), "convert", str(path)])
    assert result.exit_code == 1
    assert "'nmae' is not a key" in result.stderr
