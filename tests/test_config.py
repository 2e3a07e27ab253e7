"""The configuration: what it says, and every mistake in it with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressgraph.errors import ProjectError
from pressgraph.project import open_project
from pressgraph.project.model import Embedding, Endpoint, TableSettings

if TYPE_CHECKING:
    from pathlib import Path

TABLE = '[tables.t]\nfile = "a.csv"\n'

# what is written, what is wrong with it, and what to do
MISTAKES = [
    (
        '[publish]\nrequire = "review"',
        "publish.require 'review' is nothing that can be asked of facts",
        "did you mean 'reviewed'?",
    ),
    ('[publish]\nrequire = "x"', "publish.require 'x' is nothing that can be asked of facts", "known: reviewed"),
    ('[publish]\nstatuses = ["sure"]', "publish.statuses: 'sure' is no status of facts", "known: stated, "),
    ('[publish]\nstatuses = ["statd"]', "publish.statuses: 'statd' is no status of facts", "did you mean 'stated'?"),
    ("[publish]\nkeywords = [1]", "publish.keywords must be a list of texts", None),
    ("[derive]\nwithout = [1]", "derive.without must be a list of texts", None),
    ("[project]\nbase = 5", "project.base must be a text in quotes", None),
    ("[embed]\npages = 5", "embed.pages must be a section", None),
    ('[embed]\npages = { "a" = 5 }', "embed.pages.a must be a text in quotes", None),
    ('[embed]\nlinks = "yes"', "embed.links must be true or false", None),
    ('[embed]\nfor = "bing"', "embed.for must be one of google, full", None),
    ('[embed]\non_conflict = "win"', "embed.on_conflict must be one of link, warn, skip, fail", None),
    (
        '[embed]\nsite = "https://a.example"',
        "embed.site 'https://a.example' is not an absolute http(s) address that ends in '/'",
        None,
    ),
    (
        '[prefixes]\n"1x" = "https://a.example/"',
        "prefixes: '1x' is not a prefix",
        "letters, digits and '-', as in schema",
    ),
    ('[prefixes]\nx = "a b"', "prefixes.x: 'a b' is not an IRI", 'such as "https://www.example.org/terms#"'),
    ("tables.t = 1", "tables.t must be a section with file = …", 'such as file = "data/labels.csv"'),
    ("[tables.t]\nfile = 1", "tables.t must be a section with file = …", 'such as file = "data/labels.csv"'),
    ("[tables.t]\nsheet = 'a'", "tables.t must be a section with file = …", 'such as file = "data/labels.csv"'),
    (TABLE + "shet = 'a'", "unknown key in [tables.t]: 'shet'", "did you mean 'sheet'?"),
    (TABLE + "url = 1", "tables.t.url must be a text in quotes", None),
    (TABLE + "columns = 'a'", "tables.t.columns must be a section", None),
    (TABLE + "columns = { a = 1 }", "tables.t.columns.a must be a text in quotes", None),
    *(
        (TABLE + f"header = {it}", "tables.t.header must be the number of the row that names the columns, from 1", None)
        for it in ("0", "true", "'1'", "1.5")
    ),
    (TABLE + "delimiter = ';;'", "tables.t.delimiter must be one character", None),
    (TABLE + "delimiter = ''", "tables.t.delimiter must be one character", None),
    (TABLE + "encoding = 'utf-9'", "tables.t.encoding 'utf-9' is not known", "such as utf-8, cp1252 or utf-16"),
    ("[endpoints]\nx = {}", "endpoints.x must be an address in quotes, or a section with url = …", None),
    ("[endpoints.x]\nurl = 5", "endpoints.x must be an address in quotes, or a section with url = …", None),
    ('[endpoints.x]\nurl = "u"\nstor = "s"', "unknown key in [endpoints.x]: 'stor'", "did you mean 'store'?"),
    ('[endpoints.x]\nurl = "u"\nupdate = 1', "endpoints.x.update must be a text in quotes", None),
    *(
        (f'[endpoints.x]\nurl = "u"\ntimeout = {it}', "endpoints.x.timeout must be a number of seconds above 0", None)
        for it in ("0", "-1", "true", "'5'", "nan", "inf")
    ),
    ("[serve]\nport = 'a'", "serve.port must be a whole number above 0", None),
    ("[serve]\nworkers = 0", "serve.workers must be a whole number above 0", None),
    ("[serve]\ntimeout = -0.5", "serve.timeout must be a number above 0", None),
    ("[serve]\nfast_path = 1", "serve.fast_path must be true or false", None),
    ("[serve]\nworkers = true", "serve.workers must be a whole number above 0", None),
    ("[serve]\nhost = [1]", "serve.host must be a list of texts", None),
    ("[serve]\nurl = 'ftp://a'", "serve.url 'ftp://a' is not an http(s) address", None),
    ("[serve]\nimprint = 'imprint'", "serve.imprint 'imprint' is not an address", None),
    ("[serve]\nstore = '../a'", "serve.store '../a' is not the name of a folder in the project", None),
    ("[serve]\nstore = '.a'", "serve.store '.a' is not the name of a folder in the project", None),
    ("[serve]\nservices = ['a']", "serve.services names 'a', which is not an http(s) address", None),
    ("[serve]\nproxies = ['a']", "serve.proxies names 'a', which is no address and no network", None),
    ("[serve]\nprot = 1", "unknown key in [serve]: 'prot'", "did you mean 'port'?"),
    ("serve = 1", "'serve' must be a section: [serve]", None),
]


def test_every_mistake_is_named_with_its_file_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "pressgraph.toml"
    for text, reason, hint in MISTAKES:
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ProjectError) as caught:
            open_project(tmp_path)
        error = caught.value
        assert error.reason == reason, text
        assert (error.hint or "").startswith(hint or ""), text
        assert (error.hint is None) == (hint is None), text
        assert error.place is not None
        assert error.place.file == str(path), text


def test_a_configuration_that_is_no_text_is_told_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "pressgraph.toml").write_bytes(b"[project]\n\nlanguage = '\xff'\n")
    with pytest.raises(ProjectError) as caught:
        open_project(tmp_path)
    assert (caught.value.reason, caught.value.hint) == ("not UTF-8, as TOML must be", "save it as UTF-8")
    assert caught.value.place is not None
    assert caught.value.place.line == 3
    (tmp_path / "pressgraph.toml").write_text("x = " + "[" * 10_000, encoding="utf-8")
    with pytest.raises(ProjectError, match="not valid TOML"):
        open_project(tmp_path)


def test_settings_are_what_is_written_or_what_the_documentation_says(tmp_path: Path) -> None:
    made = open_project(tmp_path)
    assert (made.language, made.include_personal_data, made.require_reviewed, made.withhold) == ("en", False, False, ())
    assert made.statuses == ("stated", "normalised", "implied")
    assert (made.endpoints, made.tables, made.embedding) == ({}, (), Embedding())
    for kind in ("ontology", "shapes", "queries"):
        (tmp_path / kind).mkdir()
        (tmp_path / f"own-{kind}").mkdir()
    (tmp_path / "pressgraph.toml").write_text(
        "\ufeff"
        """
        [project]
        base = "https://a.example/"
        language = "de-AT"
        facts = ["facts/*.yaml"]
        [profile]
        shapes = ["own-shapes"]
        [publish]
        personal_data = true
        require = "reviewed"
        withhold = ["agent/a", "https://b.example/x", "agent/a"]
        statuses = ["stated"]
        publisher = "agent/p"
        url = "https://c.example/"
        [derive]
        without = ["subClassOf"]
        [embed]
        for = "full"
        links = true
        on_conflict = "fail"
        site = "https://a.example/news/"
        folder = "site"
        pages = { "a*.html" = "document/*" }
        [prefixes]
        x = "https://x.example/"
        [endpoints]
        one = "https://one.example/"
        two = { url = "https://two.example/", timeout = 5, update = "https://two.example/u", store = "s" }
        [tables.t]
        file = "a.csv"
        sheet = "S"
        url = "sqlite:///a"
        encoding = "cp1252"
        delimiter = ";"
        header = 3
        columns = { A = "name" }
        constants = { type = "City" }
        templates = { id = "place/{A}" }
        """,
        encoding="utf-8",
    )
    made = open_project(tmp_path)
    assert (made.base, made.language, made.facts) == ("https://a.example/", "de-AT", ("facts/*.yaml",))
    root = tmp_path.resolve()
    assert made.shapes == (root / "own-shapes",)
    assert (made.ontology, made.queries) == ((root / "ontology",), (root / "queries",))
    assert (made.include_personal_data, made.require_reviewed, made.replace_profile) == (True, True, False)
    assert (made.withhold, made.statuses) == (("agent/a", "https://b.example/x"), ("stated",))
    assert made.published.publisher == "https://a.example/id/agent/p"
    # pages are served where they are published
    assert made.serve.url == "https://c.example"
    assert made.derive_without == ("subClassOf",)
    assert made.prefixes == {"x": "https://x.example/"}
    assert made.endpoints == {
        "one": Endpoint(url="https://one.example/"),
        "two": Endpoint(url="https://two.example/", timeout=5.0, update="https://two.example/u", store="s"),
    }
    assert made.tables == (
        TableSettings(
            name="t", file="a.csv", sheet="S", url="sqlite:///a", encoding="cp1252", delimiter=";", header=3,
            columns={"A": "name"}, constants={"type": "City"}, templates={"id": "place/{A}"},
        ),
    )  # fmt: skip
    assert made.embedding == Embedding(
        audience="full", links=True, on_conflict="fail", site="https://a.example/news/", folder="site",
        pages=(("a*.html", "document/*"),),
    )  # fmt: skip
