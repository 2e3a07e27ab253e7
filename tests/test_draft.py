"""A text becomes a draft in which each fact stands beside its words; drafting again keeps what people decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from click.testing import CliRunner

from pressgraph.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

TEXT = """\
Gold-Label für Küstenlicht

Husum, 12. März 2026. Der Küstenlicht e. V. hat das Gold-Label der European Cluster Excellence Initiative erhalten. Es
gilt vom 1. März 2026 bis zum 28. Februar 2029. Küstenlicht hat 118 Mitglieder.

„Wir freuen uns über die Auszeichnung“, sagte Geschäftsführerin Dr. Ida Lindqvist.

Über Küstenlicht
Küstenlicht ist das Netzwerk der Leuchtenhersteller in Nordfriesland. Der Verein wurde 2011 gegründet.

Pressekontakt
Jan Petersen
Telefon: +49 4841 5550140
E-Mail: presse@kuestenlicht.example
"""
HIDDEN = '<p style="display:none">Küstenlicht hat 9999 Mitglieder.</p>'


def run(folder: Path, *arguments: str, stdin: str | None = None) -> Result:
    environment = {"PRESSGRAPH_CONFIG": str(folder / "config.toml"), "LC_ALL": "C", "LANGUAGE": "", "COLUMNS": "80"}
    return CliRunner().invoke(main, ["--project", str(folder), *arguments], input=stdin, env=environment)


def written(folder: Path, name: str, text: str = TEXT) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def facts(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))["facts"])


def of(path: Path) -> dict[str, dict[str, Any]]:
    """Return all that a file says, by the ids of its things."""
    found: dict[str, dict[str, Any]] = {}
    for fact in facts(path):
        found.setdefault(fact["id"], {}).update(fact)
    return found


def test_a_draft_says_each_fact_with_its_words_and_nothing_of_it_is_published(tmp_path: Path) -> None:
    result = run(tmp_path, "draft", written(tmp_path, "in.txt"), "--name", "kl")
    assert result.exit_code == 0, result.output
    path = tmp_path / "data/releases/kl.yaml"
    text = (tmp_path / "data/texts/kl.txt").read_text(encoding="utf-8")
    assert text == TEXT
    assert "next: pressgraph review data/releases/kl.yaml" in result.stderr
    assert "1  cluster organisation" in result.stderr
    found = facts(path)
    folded = " ".join(text.split())
    starts = []
    for fact in found:
        words = fact["evidence"]["words"] if isinstance(fact["evidence"], dict) else fact["evidence"]
        assert words in folded
        starts.append(folded.index(words))
        assert fact["proposedBy"] == "rules"
        assert "reviewedBy" not in fact
    club = of(path)["agent/kuestenlicht"]
    assert (club["members"], club["type"]) == (118, "ClusterOrganisation")
    assert all(it["personal"] for it in found if "5550140" in str(it) or "contactPoint" in it)
    # it is whole as it stands: what is left are the reviews
    checked = run(tmp_path, "validate")
    assert checked.exit_code == 0, checked.output
    built = run(tmp_path, "build")
    assert built.exit_code == 0
    assert f"{len(found)} proposals are not published" in built.stderr
    assert "stenlicht" not in run(tmp_path, "export", "-f", "nquads", "--with-evidence").stdout
    # and in offsets, it is the same
    other = tmp_path / "data/releases/other.yaml"
    call = ("draft", str(tmp_path / "in.txt"), "--name", "kl", "-o", str(other), "--evidence", "offsets")
    assert run(tmp_path, *call).exit_code == 0
    for one, two in zip(found, facts(other), strict=True):
        start, end = two["evidence"]
        words = one["evidence"]["words"] if isinstance(one["evidence"], dict) else one["evidence"]
        assert " ".join(text[start:end].split()) == words


def test_drafting_again_keeps_what_was_typed_reviewed_and_refused(tmp_path: Path) -> None:
    source = written(tmp_path, "in.txt")
    run(tmp_path, "draft", source, "--name", "kl")
    path = tmp_path / "data/releases/kl.yaml"
    first = facts(path)
    # keep, drop, pass over, keep, and leave the rest
    result = run(tmp_path, "review", str(path), stdin="Ida Lindqvist\nk\nd\nn\nk\nq\n")
    assert result.exit_code == 0, result.output
    assert "2 kept, 2 dropped" in result.stderr
    text = path.read_text(encoding="utf-8")
    typed = "  # by hand\n  - id: agent/kuestenlicht\n    formerName: Nordlicht e. V.\n\n"
    path.write_text(text.replace("facts:\n", f"facts:\n{typed}", 1), encoding="utf-8")
    kept = [it for it in facts(path) if "proposedBy" not in it or "reviewedBy" in it]
    again = run(tmp_path, "draft", source, "--name", "kl")
    assert again.exit_code == 0, again.output
    now = facts(path)
    assert [it for it in now if "proposedBy" not in it or "reviewedBy" in it] == kept
    assert "  # by hand\n" in path.read_text(encoding="utf-8")
    refused = yaml.safe_load(path.read_text(encoding="utf-8"))["source"]
    assert refused["rejected"][0]["id"] == first[1]["id"]
    assert len(refused["checked"]) == 1
    proposed = [it for it in now if "reviewedBy" not in it and "proposedBy" in it]
    for gone in (first[0], first[1], first[2]):
        assert not any({**it, "reviewedBy": 0} == {**gone, "reviewedBy": 0} for it in proposed)
    assert len(now) < len(first) + 2
    # nor does a third time change a byte
    before = path.read_bytes()
    assert run(tmp_path, "draft", source, "--name", "kl").exit_code == 0
    assert path.read_bytes() == before
    # another text under that name is another draft
    other = written(tmp_path, "other.txt", TEXT.replace("118", "119"))
    assert "with another text" in run(tmp_path, "draft", other, "--name", "kl").stderr
    assert path.read_bytes() == before


def test_who_reviews_is_asked_once_and_is_not_published(tmp_path: Path) -> None:
    run(tmp_path, "draft", written(tmp_path, "in.txt"), "--name", "kl")
    path = tmp_path / "data/releases/kl.yaml"
    assert run(tmp_path, "review", str(path), stdin="Ida Lindqvist-Moor\nk\nq\n").exit_code == 0
    second = run(tmp_path, "review", str(path), stdin="k\n" * 40)
    assert second.exit_code == 0, second.output
    assert "who reviews?" not in second.output
    assert "all is reviewed" in second.output
    assert all(it["reviewedBy"] == "agent/ida-lindqvist-moor" for it in facts(path))
    assert run(tmp_path, "build").exit_code == 0
    exported = run(tmp_path, "export", "-f", "nquads", "--with-evidence").stdout
    assert "Küstenlicht" in exported
    assert "lindqvist-moor" not in exported.lower()
    assert "5550140" not in exported
    (tmp_path / "data" / "more.jsonl").write_text("{}\n", encoding="utf-8")
    table = run(tmp_path, "review", str(tmp_path / "data" / "more.jsonl"), "--by", "agent/ida")
    assert table.exit_code == 2
    assert "'facts convert' makes YAML of them" in table.stderr


def test_a_known_organisation_keeps_its_id_and_what_is_known_is_not_said_again(tmp_path: Path) -> None:
    known = {"id": "agent/kl", "type": "ClusterOrganisation", "name": "Küstenlicht", "foundingDate": 2011}
    source = {"id": "document/a", "type": "NewsArticle", "headline": {"de": "A"}, "datePublished": "2026-01-01"}
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.yaml").write_text(yaml.safe_dump({"source": source, "facts": [known]}), encoding="utf-8")
    assert run(tmp_path, "build").exit_code == 0
    result = run(tmp_path, "draft", written(tmp_path, "in.txt"), "--name", "kl")
    assert result.exit_code == 0, result.output
    found = of(tmp_path / "data/releases/kl.yaml")
    assert found["agent/kl"]["members"] == 118
    assert "foundingDate" not in found["agent/kl"]
    assert "type" not in found["agent/kl"]
    assert "agent/kuestenlicht" not in found
    assert run(tmp_path, "validate").exit_code == 0


def test_many_texts_are_drafted_each_for_itself_and_a_stopped_run_goes_on(tmp_path: Path) -> None:
    for number in range(3):
        written(tmp_path, f"texts/{number}.txt", TEXT.replace("Gold-Label für", f"Nachricht {number} von"))
    written(tmp_path, "texts/empty.txt", " \n")
    written(tmp_path, "texts/notes.csv", "a,b\n")
    folder = str(tmp_path / "texts")
    assert run(tmp_path, "draft", str(tmp_path / "texts/1.txt")).exit_code == 0
    result = run(tmp_path, "draft", folder)
    assert result.exit_code == 1
    assert "4 texts: 2 drafted" in result.stderr
    assert "1 passed over, 1 not read" in result.stderr
    assert (
        "empty.txt: error: there is no text in it" in result.stderr.replace("error: " + folder, folder)
        or "there is no text in it" in result.stderr
    )
    assert len(list((tmp_path / "data/releases").iterdir())) == 3
    again = run(tmp_path, "draft", folder)
    assert "4 texts: 0 drafted with 0 proposals, 3 passed over, 1 not read" in again.stderr
    assert "3 drafted" in run(tmp_path, "draft", folder, "--again").stderr
    assert "are for one text" in run(tmp_path, "draft", folder, "--name", "x").stderr


def test_documents_of_any_kind_are_drafted_as_people_see_them(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{it}</p>" for it in TEXT.split("\n\n")[1:])
    title = "Gold-Label für Küstenlicht"
    head = f"<!DOCTYPE html><html lang=de><head><title>{title}</title></head><body><article><h1>{title}</h1>"
    page = f"{head}{paragraphs}{HIDDEN}</article></body></html>"
    assert run(tmp_path, "draft", written(tmp_path, "a.html", page), "--name", "page").exit_code == 0
    assert of(tmp_path / "data/releases/page.yaml")["agent/kuestenlicht"]["members"] == 118
    assert "9999" not in (tmp_path / "data/releases/page.yaml").read_text(encoding="utf-8")
    shown = run(tmp_path, "draft", "-", "--name", "in", "--dry-run", stdin=TEXT)
    assert shown.exit_code == 0, shown.output
    assert yaml.safe_load(shown.stdout)["facts"]
    assert not (tmp_path / "data/releases/in.yaml").exists()
    mail = (
        f"Subject: Gold-Label\nDate: Thu, 12 Mar 2026 10:00:00 +0100\nContent-Type: text/plain; charset=utf-8\n\n{TEXT}"
    )
    assert run(tmp_path, "draft", written(tmp_path, "a.eml", mail), "--name", "mail").exit_code == 0
    assert (
        str(
            yaml.safe_load((tmp_path / "data/releases/mail.yaml").read_text(encoding="utf-8"))["source"][
                "datePublished"
            ]
        )
        == "2026-03-12"
    )


def test_what_is_no_text_is_said_and_a_third_language_is_drafted_as_far_as_it_goes(tmp_path: Path) -> None:
    login = "<!DOCTYPE html><html><body><form><input type=password></form></body></html>"
    for name, content, said in (("a.html", login, "asks to log in"), ("a.txt", "\n", "no text")):
        result = run(tmp_path, "draft", written(tmp_path, name, content))
        assert result.exit_code == 1
        assert said in result.stderr
    (tmp_path / "big.txt").write_bytes(b"a" * (21 * 1024 * 1024))
    assert "is larger than" in run(tmp_path, "draft", str(tmp_path / "big.txt")).stderr
    french = "Le réseau Lumière a reçu le label d'or, et les membres sont heureux.\n\nContact : a@lumiere.example\n"
    result = run(tmp_path, "draft", written(tmp_path, "fr.txt", french), "--name", "fr")
    assert result.exit_code == 0, result.output
    assert "in none of the languages" in result.stderr
    for number, first in enumerate(("Pressemitteilung 1/2026\n\n", "")):
        both = f"{first}{TEXT}\nPressemitteilung 2/2026\n\n{TEXT}"
        result = run(tmp_path, "new", written(tmp_path, "two.txt", both), "--name", f"two-{number}")
        assert "several releases" in result.stderr
    assert not (tmp_path / "data/releases/a.yaml").exists()


def test_characters_before_the_words_do_not_move_them(tmp_path: Path) -> None:
    text = "🎉 𝔊old\r\n\r\n" + TEXT.replace("Küsten", "Ku\u0308sten").replace("Mitglieder", "Mit\u00adglieder").replace(
        "\n", "\r\n"
    )
    (tmp_path / "in.txt").write_bytes(text.encode())
    result = run(tmp_path, "draft", str(tmp_path / "in.txt"), "--name", "kl", "--evidence", "offsets")
    assert result.exit_code == 0, result.output
    kept = (tmp_path / "data/texts/kl.txt").read_text(encoding="utf-8")
    members = [it for it in facts(tmp_path / "data/releases/kl.yaml") if it.get("members") == 118]
    assert members
    assert "118" in kept[slice(*members[0]["evidence"])]
    assert run(tmp_path, "validate").exit_code == 0


def test_a_long_text_is_drafted_in_linear_time(tmp_path: Path) -> None:
    # one that is not would take hours
    long = written(tmp_path, "long.txt", TEXT + "Küstenlicht und Gold-Label, wie im Jahr 2020. " * 4_000)
    assert run(tmp_path, "draft", long, "--name", "long").exit_code == 0


def test_typed_facts_are_published_once_they_are_reviewed_where_that_is_asked(tmp_path: Path) -> None:
    def exported(*options: str) -> str:
        assert run(tmp_path, "build").exit_code == 0
        converted = run(tmp_path, "convert", "-f", "nquads").stdout
        shown = run(tmp_path, "export", "-f", "nquads", "--with-evidence", *options).stdout
        assert ("Aurora" in converted, "Borealis" in converted) == ("Aurora" in shown, "Borealis" in shown)
        return shown

    one = {"id": "agent/a", "type": "Organization", "name": "Aurora"}
    other = {"id": "agent/b", "type": "Organization", "name": "Borealis", "reviewedBy": "agent/b"}
    source = {"id": "document/a", "type": "NewsArticle", "headline": {"de": "Neues"}, "datePublished": "2026-01-01"}
    (tmp_path / "data").mkdir()
    path = tmp_path / "data/a.yaml"

    def write(*facts: object, **more: str) -> None:
        path.write_text(yaml.safe_dump({"source": {**source, **more}, "facts": list(facts)}), encoding="utf-8")

    write(one, other)
    assert "Aurora" in exported()
    config = tmp_path / "pressgraph.toml"
    config.write_text('[publish]\nrequire = "reviewed"\n')
    # the file has not changed, and what is published of it has
    shown = exported()
    assert "Borealis" in shown
    assert "Aurora" not in shown
    assert "Neues" in shown
    write(one)
    assert "Neues" not in exported()
    write(one, reviewedBy="agent/a")
    assert "Aurora" in exported()
    # checking looks at all of them
    write({**one, "nmae": "A"}, other)
    assert "unknown-key" in run(tmp_path, "validate").output
    write(one)
    config.write_text("")
    assert "Aurora" in exported()
    config.write_text('[publish]\nrequire = "reveiwed"\n')
    wrong = run(tmp_path, "build")
    assert wrong.exit_code == 2
    assert "did you mean 'reviewed'" in wrong.stderr
