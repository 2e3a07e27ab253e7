"""Each reason for withholding on each surface: see `leaks`."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import harness
import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from tests import leaks, servers

import pressgraph
from pressgraph.cli import main
from pressgraph.dataset import serialization
from pressgraph.errors import FactsError
from pressgraph.export import export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

every_reason = pytest.mark.parametrize("word", leaks.REASONS.values(), ids=leaks.REASONS)
every_surface = pytest.mark.parametrize("surface", leaks.SURFACES, ids=lambda surface: surface.name)


@dataclass
class Texts:
    """What surfaces show; each is read once."""

    published: leaks.Published
    known: dict[str, str] = field(default_factory=dict)

    def of(self, surface: leaks.Surface) -> str:
        if surface.name not in self.known:
            self.known[surface.name] = surface.text(self.published)
        return self.known[surface.name]


@contextmanager
def published(folder: Path, *, lifted: bool) -> Iterator[Texts]:
    project = leaks.make_project(folder / "project", lifted=lifted)
    with servers.oxigraph(folder / "store") as address:
        workspace = pressgraph.open(project)
        workspace.push(address)
        server = harness.start(project)
        try:
            yield Texts(leaks.Published(workspace=workspace, server=server, pushed=address))
        finally:
            server.stop()


@pytest.fixture(scope="module")
def withheld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Texts]:
    with published(tmp_path_factory.mktemp("withheld"), lifted=False) as texts:
        yield texts


@pytest.fixture(scope="module")
def lifted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Texts]:
    with published(tmp_path_factory.mktemp("lifted"), lifted=True) as texts:
        yield texts


@every_surface
@every_reason
def test_nothing_withheld_is_on_any_surface(withheld: Texts, surface: leaks.Surface, word: str) -> None:
    text = withheld.of(surface)
    place = text.find(word)
    assert place < 0, text[max(0, place - 200) : place + 200]


@every_surface
@every_reason
def test_what_is_not_withheld_is_there(lifted: Texts, surface: leaks.Surface, word: str) -> None:
    text = lifted.of(surface)
    if surface.whole:
        assert (word in text) == surface.shows(word)
    elif not surface.quiet:
        assert any(other in text for other in leaks.REASONS.values())


@pytest.mark.parametrize("surface", [it for it in leaks.SURFACES if it.whole], ids=lambda surface: surface.name)
def test_what_no_reason_is_for_stays(withheld: Texts, surface: leaks.Surface) -> None:
    assert [word for word in leaks.KEPT if word.lower() not in withheld.of(surface)] == []


def test_contact_data_that_nobody_marked_is_not_shown(withheld: Texts) -> None:
    shown = {it.name: withheld.of(it) for it in leaks.SURFACES if it.name in leaks.SHOWING}
    assert shown.keys() == set(leaks.SHOWING)
    root = withheld.published.workspace.project.root / "build" / "site"
    withheld.of(next(it for it in leaks.SURFACES if it.name == "site"))
    shown |= {
        it.relative_to(root).as_posix(): it.read_text(encoding="utf-8")
        for form in ("html", "xml", "ics", "json")
        for it in root.rglob(f"*.{form}")
    }
    found = [(name, word) for name, text in shown.items() for word in leaks.CONTACTS if word in text]
    assert found == []
    assert "third answers at […]" in shown["pages of things"]
    assert "public asks you to call […]" in shown["feed"]


def test_a_release_shows_its_text_without_what_is_withheld(withheld: Texts, lifted: Texts) -> None:
    """Words that no fact rests on are shown; names of what is withheld are cut wherever they stand."""

    def shown(texts: Texts) -> list[str]:
        texts.of(next(it for it in leaks.SURFACES if it.name == "site"))
        drawn = texts.published.workspace.project.root / "build" / "site" / "doc" / "document" / "words" / "index.html"
        pages = (drawn.read_text(encoding="utf-8"), leaks.get(texts.published, "/doc/document/words", "text/html"))
        return [
            " ".join(re.sub(r"<sup>.*?</sup>|<[^>]*>", "", it.partition("The text</p>")[2]).split()) for it in pages
        ]

    for text in shown(withheld):
        assert "Public said that […] is the one to ask. Ms […] agreed; so did […]. […] left." in text
        # of what other releases tell of, the sentence is cut that names it
        assert "[…] Ask at […] or […]Public knows more" in text
        assert "This is the last sentence of the paragraph" in text
        assert "Press […]" not in text
    for text in shown(lifted):
        assert (
            "said that Ida Leaklima is the one to ask. Ms LEAKLIMA agreed; so did Leakmike. Mara Leakmike left." in text
        )
        assert "The evening was long, says Leakdelta. Ask at […] or […], if" in text


def test_how_many_personal_facts_are_kept_is_said_and_nothing_of_them(withheld: Texts, lifted: Texts) -> None:
    withheld.of(next(it for it in leaks.SURFACES if it.name == "site"))
    site = withheld.published.workspace.project.root / "build" / "site"
    said = {
        "en": "2 facts with personal data are kept and not published.",
        "de": "2 Fakten mit personenbezogenen Daten werden aufbewahrt und nicht veröffentlicht.",
    }
    # on the page of a release, and in the receipts of what it tells, which name other releases too
    places = {"document/words": r'id="kept">2', "agent/public": r'</ol><p class="s dim">[2-9]'}
    for language, sentence in said.items():
        folder = site if language == "en" else site / language
        for thing, place in places.items():
            wanted = f"{place}{re.escape(sentence[1:])}"
            drawn = (folder / "doc" / thing / "index.html").read_text(encoding="utf-8")
            pages = [leaks.get(it.published, f"/doc/{thing}", "text/html", lang=language) for it in (withheld, lifted)]
            told = [re.search(wanted, it) is not None for it in (drawn, *pages)]
            assert told == [True, True, False], (thing, language)


def test_ids_that_are_withheld_by_name_are_gone(withheld: Texts) -> None:
    for thing in leaks.WITHHOLD:
        for place in ("doc", "id"):
            assert withheld.published.server.client.get(f"/{place}/{thing}").status_code == 410, thing


def test_no_surface_tells_of_empty_graphs(withheld: Texts) -> None:
    rows = withheld.published.server.rows(
        "SELECT ?g (COUNT(?s) AS ?n) { GRAPH ?g { OPTIONAL { ?s ?p ?o } } } GROUP BY ?g"
    )
    assert [row for row in rows if row["n"] == "0"] == []


@pytest.mark.parametrize("form", ["nquads", "turtle"])
def test_convert_withholds_what_an_export_withholds(withheld: Texts, lifted: Texts, form: str) -> None:
    for texts in (withheld, lifted):
        workspace = texts.published.workspace
        if form == "nquads":
            profile = f"{workspace.project.id_base}profile"
            found = set(ox.parse(b"".join(workspace.convert()), format=ox.RdfFormat.N_QUADS))
            facts = export(workspace.select(evidence=True, derived=False), serialization(form))
            exported = ox.parse(facts, format=ox.RdfFormat.N_QUADS)
            assert found == {quad for quad in exported if profile not in str(quad.graph_name)}
        else:
            assert workspace.convert_to(form) == export(workspace.select(derived=False), serialization(form))


def test_convert_says_how_much_it_withholds(withheld: Texts, lifted: Texts) -> None:
    workspace = withheld.published.workspace
    count = workspace.select().withheld
    assert count > 0
    unread = leaks.FACTS["typed.yaml"].count("- {")
    for arguments in ([], ["-f", "turtle"], ["-j", "2"]):
        said = CliRunner().invoke(main, ["--project", str(workspace.project.root), "convert", *arguments])
        assert said.exit_code == 0, said.output
        why = "with personal data or of what 'withhold' names or that nobody has reviewed"
        assert f"withheld {count + unread} facts {why}" in said.stderr
    said = CliRunner().invoke(main, ["--project", str(lifted.published.workspace.project.root), "convert"])
    assert "withheld" not in said.stderr


def test_bad_records_do_not_open_the_gate(withheld: Texts, tmp_path: Path) -> None:
    lines = leaks.as_json_lines(withheld.published).read_bytes()
    bad = tmp_path / "facts.jsonl"
    bad.write_bytes(lines + b'{"id": "agent/public", "nam": "x"}\n')
    chunks: list[bytes] = []
    with pytest.raises(FactsError):
        chunks.extend(withheld.published.workspace.convert([bad]))
    with pytest.raises(FactsError):
        chunks.extend(withheld.published.workspace.convert([bad], jobs=2))
    text = b"".join(chunks).decode().lower()
    assert "public" in text
    assert [word for word in leaks.REASONS.values() if word in text] == []


def test_the_owner_still_finds_what_is_withheld(withheld: Texts) -> None:
    rows = withheld.published.workspace.query("SELECT DISTINCT ?s { ?s ?p ?o }")
    names = {str(row["s"]) for row in rows}
    things = {f"https://data.example.org/id/{thing}" for thing in leaks.THINGS}
    # what nobody has reviewed is in no graph
    unread = ("agent/leakmike", "agent/leakoscar", "document/leakquebec")
    assert things - names == {f"https://data.example.org/id/{thing}" for thing in unread}


def test_facts_that_say_nothing_else_go_with_their_receipts_and_evidence(withheld: Texts, lifted: Texts) -> None:
    """The second fact is about a thing that is published, and says nothing of it but a link that is not."""
    text, whole = (it.published.workspace.export("nquads", evidence=True).decode() for it in (withheld, lifted))
    for span in ("/20-30>", "/40-50>"):
        assert span in whole
        assert span not in text
    assert "/0-10>" in text


def test_a_name_that_withholds_nothing_is_said(tmp_path: Path) -> None:
    project = leaks.make_project(tmp_path / "p", lifted=True)
    config = project / "pressgraph.toml"
    config.write_text(config.read_text().replace("withhold = []", 'withhold = ["agent/leakdelt", "agent/public"]'))
    for command in ("build", "export"):
        said = CliRunner().invoke(main, ["--project", str(project), command])
        assert said.exit_code == 0, said.output
        assert "no fact speaks of 'agent/leakdelt'" in said.stderr
        assert "did you mean 'agent/leakdelta'?" in said.stderr
        assert "agent/public" not in said.stderr
