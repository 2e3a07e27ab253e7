"""Corrections: what one source says in the place of another, and that changes come to the same as a whole."""

from __future__ import annotations

from contextlib import suppress
from itertools import product
from random import Random
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import pressgraph
from pressgraph.dataset import GraphNames
from pressgraph.errors import NotConformingError
from pressgraph.pages.describe import Describer
from pressgraph.rdf import STATUSES

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://data.example.org/id/"
GRAPHS = GraphNames(id_base=BASE)
DEFAULT = ox.DefaultGraph()
FIRST = """\
source: { id: document/first, type: NewsArticle, headline: Erste, datePublished: 2025-03-03, inLanguage: de }
facts:
  - { id: agent/nord, type: ClusterOrganisation, name: Nord, legalName: { de: Nord e. V., en: North } }
  - { id: agent/nord, sector: photonics }
  - { id: agent/nord, foundingDate: 2001 }
  - { id: label/nord, type: AwardedLabel, level: silver, heldBy: agent/nord }
  - { id: label/nord, validThrough: 2027-11-30, evidence: [0, 5] }
"""
SECOND = """\
source: { id: document/second, type: NewsArticle, headline: Berichtigung, datePublished: 2025-03-05, inLanguage: de,
  corrects: document/first }
facts:
  - { id: label/nord, validThrough: 2027-09-30, evidence: [0, 5] }
  - { id: agent/nord, sector: software, legalName: { de: Nord GmbH } }
"""
THIRD = """\
source: { id: document/third, type: NewsArticle, headline: Noch eine, datePublished: 2025-03-07, inLanguage: de,
  corrects: document/second }
facts:
  - { id: label/nord, validThrough: 2027-08-31 }
"""


def write(root: Path, **files: str) -> Path:
    folder = root / "data"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")
    for path in folder.glob("*.yaml"):
        if path.stem not in files:
            path.unlink()
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root


def built(root: Path, *, full: bool = False) -> ox.Store:
    workspace = pressgraph.open(root)
    workspace.build(full=full)
    return workspace.dataset().store


def attempt(root: Path, *, full: bool = False) -> ox.Store | None:
    with suppress(NotConformingError):
        return built(root, full=full)
    return None


def said(store: ox.Store, thing: str, key: str, graph: str | None = None) -> set[str]:
    """Return the values of a key, in the default graph or in a graph of the project."""
    name = ox.NamedNode(BASE + graph) if graph is not None else DEFAULT
    quads = store.quads_for_pattern(ox.NamedNode(BASE + thing), None, None, name)
    return {getattr(it.object, "value", "") for it in quads if it.predicate.value.endswith(key)}


def test_what_a_correction_says_takes_the_place_of_what_was_said(tmp_path: Path) -> None:
    store = built(write(tmp_path, first=FIRST, second=SECOND))
    assert said(store, "label/nord", "#validThrough") == {"2027-09-30"}
    assert said(store, "label/nord", "#validThrough", "withdrawn/first") == {"2027-11-30"}
    # nothing follows from what is withdrawn
    assert said(store, "label/nord", "#latestEnd") == {"2027-09-30"}
    assert said(store, "label/nord", "/expires") == {"2027-10-01"}
    # a text is corrected in its language, and what a thing can have several of is not
    assert said(store, "agent/nord", "/legalName") == {"Nord GmbH", "North"}
    assert len(said(store, "agent/nord", "#sector")) == 2
    assert said(store, "agent/nord", "/foundingDate") == {"2001"}


def test_both_receipts_stay_and_tell_of_the_correction(tmp_path: Path) -> None:
    store = built(write(tmp_path, first=FIRST, second=SECOND))
    found = store.query(
        "SELECT DISTINCT ?thing ?was ?now ?by ?status WHERE {"
        " ?graph clu:withdrawnBy ?by . GRAPH ?graph { ?thing clu:validThrough ?was } ?thing clu:validThrough ?now ."
        " ?fact clu:withdrawnBy ?by ; a clu:FactGraph ; clu:epistemicStatus ?status ; clu:evidence ?evidence }",
        prefixes={"clu": "https://w3id.org/pressgraph/cluster#"},
    )
    assert isinstance(found, ox.QuerySolutions)
    (row,) = found
    assert [row[name].value.removeprefix(BASE) for name in ("thing", "was", "now", "by")] == [
        "label/nord",
        "2027-11-30",
        "2027-09-30",
        "document/second",
    ]


def test_a_correction_is_corrected(tmp_path: Path) -> None:
    store = built(write(tmp_path, first=FIRST, second=SECOND, third=THIRD))
    assert said(store, "label/nord", "#validThrough") == {"2027-08-31"}
    assert said(store, "label/nord", "#validThrough", "withdrawn/first") == {"2027-11-30"}
    assert said(store, "label/nord", "#validThrough", "withdrawn/second") == {"2027-09-30"}


def test_what_was_personal_stays_personal_when_it_is_withdrawn(tmp_path: Path) -> None:
    first = FIRST + "  - { id: agent/ada, type: Person, name: Ada Leakalpha, personal: true }\n"
    first += "  - { id: membership/m, type: Membership, member: agent/ada, organization: agent/nord, role: member,"
    first += " endDate: 2024-12-31, personal: true }\n"
    second = SECOND + "  - { id: membership/m, endDate: 2024-11-30, personal: true }\n"
    root = write(tmp_path, first=first, second=second)
    store = built(root)
    assert said(store, "membership/m", "/endDate", "withdrawn/first!personal") == {"2024-12-31"}
    workspace = pressgraph.open(root)
    for form in ("nquads", "trig", "turtle"):
        public = workspace.export(form, evidence=form != "turtle").decode()
        assert "2027-09-30" in public
        assert "2024-1" not in public
        assert ("2027-11-30" in public) == (form != "turtle")


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.further)])
def test_after_any_change_the_dataset_is_that_of_a_full_build(tmp_path: Path, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    files = {"first": FIRST, "second": SECOND, "third": THIRD}
    variants: dict[str, list[str | None]] = {
        "first": [
            FIRST,
            FIRST.replace("2027-11-30", "2027-09-30"),
            FIRST.replace("validThrough: 2027-11-30", "name: L"),
        ],
        "second": [
            SECOND,
            SECOND.replace("2027-09-30", "2027-11-30"),
            SECOND.replace("2027-09-30,", "2027-09-30, personal: true,"),
            SECOND.replace("corrects: document/first", "about: document/first").replace("2027-09-30", "2027-11-30"),
            SECOND.replace("  - { id: label/nord, validThrough: 2027-09-30, evidence: [0, 5] }\n", ""),
        ],
        "third": [THIRD, THIRD.replace("document/second", "[document/second, document/first]"), None],
    }
    anew, root = tmp_path / "anew", tmp_path / "project"
    built(write(root, **files))
    for _ in range(5):
        name = random.choice(list(variants))
        text = random.choice(variants[name])
        files = {key: value for key, value in {**files, name: text}.items() if value is not None}
        # where two sources disagree and none corrects the other, neither is published
        store, whole = attempt(write(root, **files)), attempt(write(anew, **files), full=True)
        assert (store is None) == (whole is None)
        if store is not None and whole is not None:
            assert set(map(str, store)) == set(map(str, whole))


def test_after_a_change_of_a_table_a_vocabulary_or_a_rule_the_dataset_is_that_of_a_full_build(tmp_path: Path) -> None:
    table = "source,id,type,level,heldBy,validThrough,personal\n"
    table += "document/table,label/{},AwardedLabel,bronze,agent/nord,{},\n"
    more = "document/table,label/d,AwardedLabel,gold,agent/nord,2027,true\n"
    role = "@prefix role: <https://w3id.org/pressgraph/vocab/role/> .\n"
    role += "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    role += "role:pilot a skos:Concept ; skos:inScheme <https://w3id.org/pressgraph/vocab/role> ;\n"
    role += "skos:prefLabel 'pilot'@en ; skos:definition 'Flies.'@en .\n"
    rule = "# Whoever holds a label is marked.\nCONSTRUCT { ?a schema:keywords 'marked' } WHERE { ?l clu:heldBy ?a }\n"
    changes: list[dict[str, str | None]] = [
        {"data/more.csv": table.format("b", "2026-01-31")},
        {"data/more.csv": table.format("c", "2026-02") + more},
        {"data/more.csv": None, "ontology/own.ttl": role, "queries/derive/own.rq": rule},
    ]
    anew, root = write(tmp_path / "anew", first=FIRST), write(tmp_path / "project", first=FIRST)
    built(root)
    before: set[str] = set()
    for change in changes:
        for (name, text), folder in product(change.items(), (root, anew)):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text, encoding="utf-8")
        found = set(map(str, built(root)))
        assert found == set(map(str, built(anew, full=True))) != before
        before = found


@pytest.mark.parametrize(("statuses", "shown"), [(["stated", "normalised", "implied"], False), (list(STATUSES), True)])
def test_what_is_assumed_stands_in_heads_of_pages_only_where_the_configuration_says_so(
    tmp_path: Path, statuses: list[str], *, shown: bool
) -> None:
    assumed = (
        "  - { id: label/nord, hasValidity: { id: label/nord/p, type: ValidityPeriod, basis: assumed-from-release-date,"
    )
    assumed += " validFrom: 2025-03-03, validUntil: 2027-03-03 }, status: assumed }\n"
    root = write(tmp_path, first=FIRST.replace(", validThrough: 2027-11-30", ", name: L") + assumed)
    workspace = pressgraph.open(root)
    workspace.build()
    describer = Describer(workspace.dataset().store, BASE)
    said = describer.document(f"{BASE}label/nord", statuses=tuple(statuses))["triples"]
    # the day, and what follows from it
    assert ("2025-03-03" in "".join(it for it in said.splitlines() if "/label/nord/p>" in it)) == shown
    assert f"<{BASE}agent/nord>" in said
    (root / "pressgraph.toml").write_text(
        f'[project]\nbase = "https://data.example.org/"\n[publish]\nstatuses = {statuses}\n', encoding="utf-8"
    )
    block = str(pressgraph.open(root).page_data("label/nord", audience="full"))
    assert ("2027-03-03" in block) == shown
