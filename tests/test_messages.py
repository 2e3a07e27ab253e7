"""Messages: every one has a translation that says the same, a run speaks one language, another is one more file."""

from __future__ import annotations

import ast
import copy
import pickle
import re
import runpy
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from pressgraph import errors
from pressgraph.cli import main
from pressgraph.cli.language import spoken
from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext, joined, language_of_run, languages, locale_language, ngettext, pgettext
from pressgraph.pages.messages import LANGUAGES, messages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

ROOT = Path(__file__).resolve().parents[1]
TOOL: dict[str, Any] = runpy.run_path(str(ROOT / ".ci" / "write_messages.py"))
CATALOGUES = sorted((ROOT / "src/pressgraph/i18n/locale").glob("*/LC_MESSAGES/pressgraph.po"))
each_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda it: it.parents[1].name)
C = {"LC_ALL": "C", "LC_MESSAGES": "", "LANG": "", "LANGUAGE": ""}


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(main, [str(it) for it in arguments], env={**C, "COLUMNS": "200", **environment})


def texts(message: Any) -> Iterator[tuple[str, str]]:
    """Yield a message with its translation; of one that counts, the first form and the last."""
    if isinstance(message.id, str):
        yield message.id, message.string
    else:
        yield message.id[0], message.string[0]
        yield message.id[1], message.string[-1]


def fields(text: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name is not None}


# -- catalogues


@pytest.fixture(scope="module")
def extracted() -> Any:
    """All messages of the code."""
    return TOOL["template"]()


def keys(catalog: Any) -> set[tuple[str | None, str]]:
    return {(it.context, it.id if isinstance(it.id, str) else it.id[0]) for it in catalog if it.id}


def test_there_is_a_catalogue() -> None:
    assert [it.parents[1].name for it in CATALOGUES] == ["de"]
    assert languages() == ("en", "de")


@each_catalogue
def test_every_message_is_translated_and_none_is_left_from_earlier(path: Path, extracted: Any) -> None:
    catalog = TOOL["read"](path)
    # 'make messages' brings the catalogues up to date
    assert keys(catalog) == keys(extracted)
    assert TOOL["untranslated"](catalog) == []
    assert not catalog.obsolete
    assert not [it.id for it in catalog if it.fuzzy and it.id]


@each_catalogue
def test_translations_have_the_fields_of_their_messages(path: Path) -> None:
    for message in TOOL["read"](path):
        for source, translated in texts(message) if message.id and "%(" not in str(message.id) else ():
            assert fields(translated) == fields(source), source
            assert "" not in {name for name, _ in fields(translated)}, f"a field without a name: {source}"
            # what is around a text, such as a space before a word, belongs to the sentence that it is put into
            space = [len(source) - len(source.lstrip()), len(source) - len(source.rstrip())]
            assert [len(translated) - len(translated.lstrip()), len(translated) - len(translated.rstrip())] == space


@each_catalogue
def test_what_is_read_is_compiled_from_what_is_translated(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == TOOL["compiled"](TOOL["read"](path))


def english(value: ast.expr) -> str | None:
    """Return the words of a text that no catalogue can say otherwise, if there are any."""
    parts: list[Any] = value.values if isinstance(value, ast.JoinedStr) else [value]
    text = "".join(it.value for it in parts if isinstance(it, ast.Constant) and isinstance(it.value, str))
    return text if re.search("[a-z]{2} |[a-z] [a-z]{2}", text) else None


def test_errors_and_hints_are_messages() -> None:
    kinds = {name for name, it in vars(errors).items() if isinstance(it, type) and issubclass(it, PressgraphError)}
    kinds |= {"RequestError", "JobError", "FailedJobError", "UsageError", "BadParameter", "warn"}
    said = []
    for path in sorted((ROOT / "src/pressgraph").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                given = node.args if name in kinds else []
                given = [*given, *(it.value for it in node.keywords if it.arg in {"hint", "otherwise"})]
                said += [f"{path.name}:{it.lineno}: {text}" for it in given if (text := english(it)) is not None]
    assert said == []


# -- texts


def test_a_message_is_said_in_the_language_of_its_reader() -> None:
    text = gettext("there is no folder {folder}", folder=Path("x y"))
    assert text == "there is no folder x y"
    assert [text.to(tag) for tag in ("de", "de-CH", "en-GB", "pl")] == [
        *["den Ordner x y gibt es nicht"] * 2,
        *["there is no folder x y"] * 2,
    ]


def test_plural_forms_are_those_of_the_language() -> None:
    texts = [ngettext("converted {count} file", "converted {count} files", count=count) for count in (0, 1, 2)]
    assert [str(it) for it in texts] == ["converted 0 files", "converted 1 file", "converted 2 files"]
    assert [it.to("de") for it in texts] == [
        "0 Dateien umgewandelt",
        "1 Datei umgewandelt",
        "2 Dateien umgewandelt",
    ]


def test_texts_inside_texts_are_translated_with_them() -> None:
    text = joined("; ", (gettext("add a LIMIT"), "x", gettext("known: {words}", words=pgettext("store", "built"))))
    assert text == "add a LIMIT; x; known: built"
    assert text.to("de") == "ein LIMIT ergänzen; x; bekannt: gebaute"


def test_values_are_no_templates() -> None:
    text = gettext("there is no folder {folder}", folder="{0} {folder} %s")
    assert text.to("de") == "den Ordner {0} {folder} %s gibt es nicht"


def test_texts_reach_other_processes_whole() -> None:
    for text in (
        gettext("there is no folder {folder}", folder="{x}"),
        ngettext("removed {count} file", "removed {count} files", count=2),
        joined(", ", (gettext("add a LIMIT"), "b")),
    ):
        for copied in (pickle.loads(pickle.dumps(text)), copy.deepcopy(text)):  # noqa: S301 - our own
            assert (str(copied), copied.to("de"), type(copied)) == (str(text), text.to("de"), type(text))


# -- the language of a run


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_AT"}, "de"),
        ({"LANG": "de_DE@euro"}, "de"),
        ({"LC_ALL": "de_DE.UTF-8", "LANG": "en_US"}, "de"),
        ({"LC_MESSAGES": "de_DE", "LANG": "en_US"}, "de"),
        ({"LC_ALL": "C", "LANG": "de_DE"}, None),
        ({"LC_ALL": "", "LANG": "de_DE"}, "de"),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "pl_PL"}, None),
        ({"LANG": "en_GB"}, "en"),
        ({}, None),
    ],
)
def test_locale(environment: dict[str, str], language: str | None) -> None:
    assert locale_language(environment) == language


def test_what_is_asked_for_goes_before_the_project_and_that_before_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert [language_of_run(*it) for it in (("pl", "en"), (None, "en"), (None, None))] == ["pl", "en", "de"]
    monkeypatch.setenv("LC_ALL", "C")
    assert language_of_run(None, None) == "en"


def project(folder: Path, language: str | None) -> Path:
    stated = f'[project]\nlanguage = "{language}"\n' if language else ""
    (folder / "pressgraph.toml").write_text(stated, encoding="utf-8")
    return folder


GERMAN = "Fehler: es gibt keine gespeicherte Abfrage 'nothing'"
ENGLISH = "error: there is no saved query 'nothing'"


@pytest.mark.parametrize(
    ("before", "after", "stated", "locale", "said"),
    [
        ([], [], None, "C", ENGLISH),
        ([], [], None, "de_DE.UTF-8", GERMAN),
        ([], [], "de", "C", GERMAN),
        ([], [], "en", "de_DE.UTF-8", ENGLISH),
        (["--lang", "de"], [], "en", "C", GERMAN),
        (["--lang=de"], [], None, "C", GERMAN),
        ([], ["--lang", "de"], "en", "C", GERMAN),
        ([], ["--lang=en"], "de", "de_DE.UTF-8", ENGLISH),
        (["--lang", "en"], ["--lang", "de-CH"], None, "C", GERMAN),
        (["--lang", "pl"], [], "de", "de_DE.UTF-8", ENGLISH),
    ],
)
def test_a_run_has_one_language(
    before: list[str], after: list[str], stated: str | None, locale: str, said: str, tmp_path: Path
) -> None:
    folder = project(tmp_path, stated)
    result = run(*before, "--project", folder, "query", "nothing", *after, LC_ALL=locale)
    assert result.exit_code == 2
    assert result.stderr.startswith(said)
    # nothing of it is left for the next
    assert spoken().language == "en"


def test_the_project_is_that_of_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project(tmp_path, "de") / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert run("query", "nothing").stderr.startswith(GERMAN)


@pytest.mark.parametrize(
    "text", ["[project", "[project]\nlanguage = 3", '[project]\nlanguage = "de_DE"', "project = 1"]
)
def test_a_configuration_that_is_wrong_is_said_in_the_language_that_is_left(text: str, tmp_path: Path) -> None:
    (tmp_path / "pressgraph.toml").write_text(text, encoding="utf-8")
    result = run("--project", tmp_path, "query", "nothing", LC_ALL="de_DE.UTF-8")
    assert result.exit_code == 2
    assert "Fehler: " in result.stderr


@pytest.mark.parametrize(("locale", "language"), [("C", "en"), ("de_DE.UTF-8", "de")])
def test_a_new_project_speaks_as_who_made_it(locale: str, language: str, tmp_path: Path) -> None:
    assert run("init", tmp_path / "new", LC_ALL=locale).exit_code == 0
    assert f'language = "{language}"' in (tmp_path / "new" / "pressgraph.toml").read_text(encoding="utf-8")


def commands(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield from commands(command, *path, name) if hasattr(command, "commands") else [(*path, name)]


@pytest.mark.parametrize("path", list(commands(main)), ids=" ".join)
def test_every_command_takes_the_language(path: tuple[str, ...]) -> None:
    for arguments in (["--lang", "de", *path, "--nothing"], [*path, "--lang", "de", "--nothing"]):
        result = run(*arguments)
        assert result.exit_code == 2
        # click's own words
        assert result.stderr.startswith("Aufruf: ")
        assert "Fehler: Es gibt keine Option '--nothing'." in result.stderr
    assert "--lang TAG" in run(*path, "--help").output


def test_a_tag_that_is_none_is_refused() -> None:
    result = run("--lang", "de_DE", "query")
    assert result.exit_code == 2
    assert "'de_DE' is not a language tag, such as en or de" in result.stderr


def test_help_is_in_the_language() -> None:
    lines = run("--lang", "de", "--help").output.splitlines()
    assert {"Optionen:", "Befehle:", "  Veröffentlicht die Fakten von Pressemitteilungen als Linked Data."} <= set(
        lines
    )
    assert any(
        line.startswith("  export ") and line.endswith("Schreibt den gebauten Graphen als RDF.") for line in lines
    )
    text = run("profile", "keys", "--help", "--lang", "de").output
    assert "Zählt die Schlüssel auf" in text
    assert "  Beispiel:\n    pressgraph profile keys AwardedLabel\n" in text
    # the next run has it in its own
    text = run("profile", "keys", "--help").output
    assert {"Options:", "  List the keys, or those of one class.", "  Example:"} <= set(text.splitlines())


def test_pages_have_words_in_each_language() -> None:
    words: dict[str, Any] = {tag: messages(tag) for tag in LANGUAGES}
    assert dict(LANGUAGES) == {"en": "English", "de": "Deutsch"}
    assert (words["en"]["find"], words["de"]["find"]) == ("Search", "Suchen")
    some = [words[tag]["some_rows"](shown="1", total="2") for tag in ("en", "de")]
    assert some == ["1 of 2 are shown.", "1 von 2 werden gezeigt."]
    assert words["de"]["errors"][404] == "Nicht gefunden"


# -- a third language is one file

FRENCH = {
    "error": "erreur",
    "there is no saved query '{query}'": "il n'y a pas de requête « {query} »",
    "Usage:": "Utilisation :",
}


@pytest.fixture
def french(tmp_path: Path) -> Path:
    """A folder with a catalogue of three messages."""
    catalog = TOOL["Catalog"](locale="fr", fuzzy=False)
    for message, translated in FRENCH.items():
        catalog.add(message, translated)
    path = tmp_path / "locale" / "fr" / "LC_MESSAGES" / "pressgraph.po"
    TOOL["write"](path, catalog)
    return tmp_path / "locale"


def test_a_language_is_a_catalogue(french: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSGRAPH_LOCALE", str(french))
    assert languages() == ("en", "de", "fr")
    for arguments in (["--lang", "fr"], ["--lang", "fr-CA"]):
        lines = run(*arguments, "query", "nothing").stderr.splitlines()
        # what the catalogue lacks is in English
        assert lines == ["erreur: il n'y a pas de requête « nothing »", "  'pressgraph query' lists them"]
    lines = run("query", "--nothing", LC_ALL="fr_FR.UTF-8").stderr.splitlines()
    assert lines[0].startswith("Utilisation : ")
    assert lines[-1].startswith("Error: No such option '--nothing'.")
    assert run("--lang", "de", "query", "nothing").stderr.startswith(GERMAN)


def test_a_translation_that_does_not_fit_is_passed_over(french: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = french / "fr" / "LC_MESSAGES" / "pressgraph.po"
    catalog = TOOL["read"](path)
    catalog["there is no saved query '{query}'"].string = "il n'y a pas {requête} {0}"
    TOOL["write"](path, catalog)
    monkeypatch.setenv("PRESSGRAPH_LOCALE", str(french))
    assert run("--lang", "fr", "query", "nothing").stderr.startswith("erreur: there is no saved query 'nothing'")


def test_a_catalogue_of_ones_own_goes_before_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = TOOL["Catalog"](locale="de", fuzzy=False)
    catalog.add("error", "Patzer")
    TOOL["write"](tmp_path / "de" / "LC_MESSAGES" / "pressgraph.po", catalog)
    monkeypatch.setenv("PRESSGRAPH_LOCALE", str(tmp_path))
    assert run("--lang", "de", "query", "nothing").stderr.startswith(GERMAN.replace("Fehler", "Patzer"))
