"""Files that people write: whatever stands in them, they are read, or named with what is wrong."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fuzzing import Boundary, fuzzed, fuzzed_slowly, packed
from hypothesis import given
from hypothesis import strategies as st
from tests.small_profile import write_small_profile
from xlsxwriter import Workbook

from pressgraph.convert import compile_emitter, open_stream
from pressgraph.errors import ProfileError, ProjectError, StoreError
from pressgraph.facts import read_facts_bytes
from pressgraph.profile import load_profile
from pressgraph.project import open_project
from pressgraph.query.saved import read_saved_query
from pressgraph.validation.files import file_triples
from pressgraph.validation.locate.rdf import RdfLocator
from pressgraph.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from pressgraph.profile import Profile

FACTS = """\
source:
  id: document/gold
  type: NewsArticle
  headline: { de: "Gold-Label für Küstenlicht" }
  datePublished: 2026-01-15
facts:
  - id: label/x-1
    type: AwardedLabel
    level: gold
    heldBy: { id: agent/kueste, type: Organization, name: { de: 'Küstenlicht e. V.' } }
    evidence: [1, 20]
"""
LINE = {
    "source": {"id": "document/a", "type": "NewsArticle", "headline": {"de": "Gold für Küstenlicht"}},
    "id": "agent/kueste",
    "type": "Organization",
    "name": {"de": "Küstenlicht e. V."},
    "numberOfEmployees": 12,
}
CSV = "source;id;type;name.de;numberOfEmployees\ndocument/a;agent/kueste;Organization;Küstenlicht e. V.;12\n"
CONFIG = """\
[project]
base = "https://data.example.org/"
facts = ["data/**/*.yaml"]
[publish]
personal_data = false
[endpoints]
store = { url = "http://localhost:7878/query", timeout = 3.5 }
[tables.labels]
file = "data/labels.csv"
delimiter = ";"
columns = { Stufe = "level", "" = "" }
[serve]
port = 7878
[embed]
pages = { "site/*.html" = "agent/*" }
[profile]
replace = false
"""
QUERY = """\
# Which labels are valid on a day?
#
# @param date xsd:date The day you ask about.
# @de Welche Labels gelten an einem Tag?
PREFIX clu: <https://w3id.org/pressgraph/cluster#>
SELECT ?label WHERE { VALUES ?date { "2020-06-01"^^xsd:date } ?label clu:validOn ?date . FILTER(?x = "a{b'}") }
"""
TURTLE = """\
@prefix schema: <http://schema.org/> .
@prefix ex: <https://data.example.org/id/> .
ex:a a schema:Organization ; schema:name "Küste"@de , 'x', \"\"\"lang
er\"\"\" ; schema:member [ schema:name "b" ] , ( 1 2.0 3e0 true ) .
"""
SHAPE = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix schema: <http://schema.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <https://data.example.org/terms#> .
ex:rank rdfs:label "rank"@en .
ex:S a sh:NodeShape ; sh:targetClass schema:Organization ; sh:property ex:S-rank .
ex:S-rank sh:path ex:rank ; sh:datatype xsd:integer ; sh:maxCount 1 ; sh:message "one"@en ; sh:in ( 1 2 ) .
"""


@cache
def workspace() -> Workspace:
    """Return a project without files, for what needs a profile."""
    return Workspace(open_project(Path(tempfile.mkdtemp(prefix="pressgraph-fuzz-"))))


def profile() -> Profile:
    return workspace().profile


def write(data: bytes, folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def read_yaml(data: bytes, _folder: Path) -> None:
    found = read_facts_bytes(data, profile(), id_base=workspace().project.id_base, name="facts.yaml")
    assert all(problem.message and problem.place.file for problem in found.problems)


def read_stream(name: str, data: bytes, folder: Path) -> None:
    project = open_project(folder)
    emitter = compile_emitter(profile(), project.id_base)
    with open_stream(write(data, folder, name), project, emitter) as stream:
        for _ in stream:
            pass
    assert all(problem.message and problem.place.file for problem in stream.problems)


def read_config(data: bytes, folder: Path) -> None:
    write(data, folder, "pressgraph.toml")
    open_project(folder)


def read_query(data: bytes, folder: Path) -> None:
    read_saved_query(write(data, folder, "question.rq"), name="question")


def read_rdf(name: str, form: str, data: bytes, folder: Path) -> None:
    project = open_project(folder)
    path = write(data, folder, name)
    if list(file_triples([path], project, profile())):
        RdfLocator([(name, path, form)])


def read_profile(data: bytes, folder: Path) -> None:
    write(data, folder, "shapes/own.ttl")
    # the shipped profile, which would be compiled each time, adds nothing to what is read here
    write(b"[profile]\nreplace = true\n", folder, "pressgraph.toml")
    load_profile(open_project(folder))


def workbook() -> bytes:
    output = io.BytesIO()
    with Workbook(output, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Labels")
        for number, row in enumerate(line.split(";") for line in CSV.splitlines()):
            sheet.write_row(number, 0, row)
        sheet.write_number(1, 4, 12)
        sheet.write_formula(2, 4, "=1/0", value="#DIV/0!")
        sheet.merge_range(3, 0, 4, 1, "document/a")
    return output.getvalue()


def open_document() -> bytes:
    def row(line: str) -> str:
        cells = (
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in line.split(";")
        )
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    rows = "".join(map(row, CSV.splitlines()))
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Labels">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"/>'
    return packed(
        {"mimetype": mimetype.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}
    )


def parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    output = io.BytesIO()
    header, row = (line.split(";") for line in CSV.splitlines())
    pq.write_table(pa.table({name: [value] for name, value in zip(header, row, strict=True)}), output)
    return output.getvalue()


def stream(name: str, *seeds: bytes, words: tuple[bytes, ...] = (), packed: bool = False) -> Boundary:
    def read(data: bytes, folder: Path) -> None:
        read_stream(name, data, folder)

    return Boundary(name=name, read=read, seeds=seeds, words=words, packed=packed)


def rdf(name: str, form: str, seed: str) -> Boundary:
    def read(data: bytes, folder: Path) -> None:
        read_rdf(name, form, data, folder)

    words = (b"@prefix", b"@base", b"a", b"<", b"_:b", b"^^", b"@", b"'''", b'"""', b"\\u12", b"[", b"(", b"e:", b".")
    return Boundary(name=name, read=read, seeds=(seed.encode(),), words=words)


YAML_WORDS = tuple(b"---|...|<<|no|null|1e3|id|type|source|facts|name|en|- |: |*a|&a|!t|%|@|`|\xc2\xa0".split(b"|"))
BOUNDARIES = [
    Boundary(name="facts.yaml", read=read_yaml, seeds=(FACTS.encode(),), words=YAML_WORDS),
    stream("facts.jsonl", (json.dumps(LINE) + "\n").encode(), words=(b"NaN", b"\\ud83d", b'"id":', b"-0", b"{}")),
    stream("facts.csv", CSV.encode(), CSV.encode("cp1252"), CSV.encode("utf-16"), words=(b"sep=", b";", b"|", b'""')),
    stream(
        "facts.xlsx",
        workbook(),
        words=(b't="e"', b"<f>", b"<v>", b"<mergeCell ref=", b"A1048577", b"ref=", b"&#0;"),
        packed=True,
    ),
    stream(
        "facts.ods",
        open_document(),
        words=(b"<text:line-break/>", b"<text:s text:c='9'/>", b"table:number-columns-repeated='16384'", b"&#0;"),
        packed=True,
    ),
    stream("facts.parquet", parquet()),
    Boundary(
        name="pressgraph.toml",
        read=read_config,
        seeds=(CONFIG.encode(),),
        words=(b"[[", b"=", b"1979-05-27", b"nan", b"[tables]", b"**", b"[serve.a]", b"''"),
        raises=(ProjectError,),
    ),
    Boundary(
        name="saved query",
        read=read_query,
        seeds=(QUERY.encode(),),
        words=(b"# @param ", b"VALUES", b"UNDEF", b"term:x", b"?", b"@mode"),
        raises=(ProfileError,),
    ),
    rdf("x.ttl", "turtle", TURTLE),
    rdf("x.trig", "trig", f"{TURTLE}\nex:g {{ ex:a a ex:b }} ."),
    rdf("x.nt", "ntriples", '<http://e.org/a> <http://e.org/b> "c"@de .\n_:b <http://e.org/b> _:c .\n'),
    rdf(
        "x.rdf",
        "rdfxml",
        "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:s='http://schema.org/'>"
        "<s:Organization r:about='http://e.org/a'><s:name xml:lang='de'>Küste</s:name></s:Organization></r:RDF>",
    ),
    Boundary(
        name="shapes",
        read=read_profile,
        seeds=(SHAPE.encode(),),
        words=(b"sh:in", b"sh:or", b"sh:node", b"sh:path", b"( )", b"[ ]", b"sh:pattern", b'"("', b"sh:minCount"),
        raises=(ProfileError,),
    ),
]


@pytest.mark.parametrize("boundary", BOUNDARIES, ids=str)
@fuzzed
@given(data=st.data())
def test_what_people_write_is_read_or_named(boundary: Boundary, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        boundary.check(data.draw(boundary.inputs()), Path(folder))


SMALL_FACTS = """
source: { id: document/a, type: NewsArticle, headline: { de: A }, datePublished: 2026-01-15 }
facts:
  - { id: agent/a, type: Organization, name: { de: Küstenlicht e. V. } }
  - { id: agent/b, type: Organization, name: { de: Nordlicht }, alternateName: { de: NL } }
"""
WARNING = """
@prefix schema: <http://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

schema:Organization-advice a sh:NodeShape ; sh:targetClass schema:Organization ;
    sh:property [ sh:path schema:alternateName ; sh:minCount 1 ; sh:severity sh:Warning ] .
"""


@pytest.fixture(scope="module")
def built_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a small project, whose state the test breaks: what a build keeps has the same parts for any profile."""
    folder = tmp_path_factory.mktemp("state")
    write_small_profile(folder)
    (folder / "shapes" / "advice.ttl").write_text(WARNING, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "a.yaml").write_text(SMALL_FACTS, encoding="utf-8")
    open_workspace(folder).build()
    return folder


def _kept(folder: Path) -> list[Path]:
    state = folder / ".pressgraph"
    files = (path for path in state.rglob("*") if path.is_file() and "store" not in path.parts)
    return sorted(path for path in files if path.suffix == ".json" or path.name == "current")


_JSON: st.SearchStrategy[Any] = st.sampled_from([None, True, -1, 10**20, 0.5, "", "x", [], ["x"], {}, {"x": {}}])


@st.composite
def kept_state(draw: st.DrawFn, data: bytes) -> bytes:
    """Break what was kept: its bytes, or, of JSON, one value."""
    if draw(st.booleans()) or not data.startswith(b"{"):
        return draw(Boundary(name="state", read=lambda *_: None, seeds=(data,)).inputs())
    root: Any = {"": json.loads(data)}
    value: Any = root
    while True:
        key = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        inner = value[key]
        if not inner or not isinstance(inner, dict | list) or not draw(st.integers(0, 3)):
            break
        value = inner
    if draw(st.booleans()):
        value[key] = draw(_JSON)
    else:
        del value[key]
    return json.dumps(root.get("")).encode()


@fuzzed_slowly
@given(data=st.data())
def test_state_that_was_kept_is_used_or_named(built_state: Path, data: st.DataObject) -> None:
    """Whatever became of what a build keeps: a build mends it or says so, and a full build always mends it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(built_state, Path(scratch) / "p", copy_function=shutil.copy2))
        victim = data.draw(st.sampled_from(_kept(folder)))
        victim.write_bytes(data.draw(kept_state(victim.read_bytes())))
        told = False
        for act in (Workspace.validate_changed, Workspace.dataset, Workspace.build):
            hint: str | None = ""
            try:
                act(Workspace(open_project(folder)))
            except StoreError as error:
                hint = error.hint
            assert hint is not None
            told = told or bool(hint)
        # what was used, or mended, gives a full build less to stop at: some of these tell as much as all
        if told or not data.draw(st.integers(0, 9)):
            Workspace(open_project(folder)).build(full=True)
        assert len(Workspace(open_project(folder)).dataset().store)
