"""The command line: help, exit statuses, errors of one line, streams, signals, start-up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

import pressgraph
from pressgraph.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-m", "pressgraph"]
HEAVY = ("rdflib", "pyshacl", "rich", "pyoxigraph", "requests", "SPARQLWrapper", "owlrl", "yaml", "shacl", "langcodes")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def commands() -> Iterator[tuple[str, click.Command]]:
    for name in main.commands:
        command = main.commands[name]
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", it) for inner, it in command.commands.items())


COMMANDS = dict(commands())


# -- help


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help_with_an_example(name: str) -> None:
    result = run(*name.split(), "--help")
    assert result.exit_code == 0
    assert "Example:" in result.stdout
    assert f"pressgraph {name}" in result.stdout
    assert run(*name.split(), "-h").stdout == result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name: str) -> None:
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_program_has_help_with_an_example_and_a_version() -> None:
    result = run("--help")
    assert "Example:" in result.stdout
    for name in main.commands:
        assert name in result.stdout
    assert re.fullmatch(r"pressgraph \d+\.\d+\.\d+\S*\n", process("--version").stdout)


@pytest.mark.parametrize(("wrong", "right"), [("biuld", "build"), ("exprt", "export"), ("querry", "query")])
def test_unknown_command_has_a_hint(wrong: str, right: str) -> None:
    result = run(wrong)
    assert result.exit_code == 2
    assert f"Did you mean '{right}'?" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_is_printed(shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_PRESSGRAPH_COMPLETE" in result.stdout


def test_completion_completes_commands_and_query_names(built: Path) -> None:
    words = {"COMP_WORDS": f"pressgraph --project {built} query labels-v", "COMP_CWORD": "4"}
    assert "labels-valid-on" in process(_PRESSGRAPH_COMPLETE="bash_complete", **words).stdout
    words = {"COMP_WORDS": "pressgraph exp", "COMP_CWORD": "1"}
    assert "export" in process(_PRESSGRAPH_COMPLETE="bash_complete", **words).stdout


# -- statuses and errors


@pytest.fixture
def mistaken(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "mistakes.yaml"
    path.write_text("""source:
  id: document/m
  type: NewsArtikel
  datePublished: 2019-02-30
facts:
  - id: agent/a
    type: Organization
    nmae: A
    sector: biotechnolgy
    name: no
  - type: City
  - id: Agent B
    name: B
  - id: place/p
    type: City
    name: { xx-yy-zz-: P }
    containedInPlace: place/q
  - id: place/r
    type: City
    evidence: [9, 3]
    status: guessed
    name: R
    name: S
""")
    return tmp_path


@pytest.mark.parametrize("command", ["build", "convert"])
def test_ten_mistakes_are_ten_lines_with_places_and_hints(mistaken: Path, command: str) -> None:
    result = run("--project", mistaken, command)
    lines = [line for line in result.stderr.splitlines() if line.startswith("data/mistakes.yaml")]
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(set(lines)) >= 10, result.stderr
    for line in lines:
        assert re.match(r"data/mistakes\.yaml:\d+:\d+: error: .+ \[[a-z-]+\]$", line), line
        assert re.search(r" \(.+\) \[| must be ", line), line
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]
    assert places == sorted(places)
    assert not list((mistaken / ".pressgraph").glob("current"))
    assert not list((mistaken / ".pressgraph" / "snapshots").glob("*"))


def test_ten_mistakes_are_ten_findings_with_places_and_hints(mistaken: Path) -> None:
    result = run("--project", mistaken, "validate")
    assert result.exit_code == 1
    findings = re.split(r"^(?=error: )", result.stdout, flags=re.MULTILINE)[1:]
    assert len(set(findings)) >= 10, result.stdout
    for finding in findings:
        assert re.search(r" --> data/mistakes\.yaml:\d+:\d+$", finding, re.MULTILINE), finding
        assert re.search(r"= help: .+| must be ", finding), finding


def test_wrong_facts_touch_no_store(mistaken: Path) -> None:
    run("--project", mistaken, "validate")
    run("--project", mistaken, "convert")
    assert not (mistaken / ".pressgraph").exists()


@pytest.mark.parametrize("content", [b"", b"\n", b"# nothing\n", b"\xef\xbb\xbf", b"---\n"])
def test_empty_file_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.yaml"
    path.write_bytes(content)
    result = run("--project", tmp_path, "convert", path)
    assert result.exit_code == 1
    assert "[empty-file]" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["convert", "nowhere.yaml"], 2),
        (["--project", "/nowhere", "build"], 2),
        (["convert", "-f", "rdf12"], 2),
        (["query", "--nope"], 2),
        (["query", "no-such-query"], 2),
        (["query", "SELECT ?x {"], 2),
        (["export", "--about", "agent/nobody-of-that-name"], 1),
        (["profile", "keys", "Nothing"], 2),
        (["profile", "terms", "nothing"], 2),
        (["completion", "tcsh"], 2),
        (["validate", "--engine", "magic"], 2),
        (["build", "--wait", "-1"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_error_says_what_is_wrong_without_a_traceback(built: Path, arguments: list[str], status: int) -> None:
    result = run(*(arguments if "--project" in arguments else ["--project", str(built), *arguments]))
    assert result.exit_code == status
    assert result.stdout == ""
    assert result.stderr
    assert "Traceback" not in result.stderr
    assert "unexpected:" not in result.stderr


def test_debug_shows_the_traceback(built: Path) -> None:
    plain = process("--project", built, "query", "no-such-query")
    assert plain.returncode == 2
    assert "Traceback" not in plain.stderr
    traced = process("--debug", "--project", built, "query", "no-such-query")
    assert traced.returncode != 0
    assert "Traceback" in traced.stderr
    assert "QueryError" in traced.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[project]\nbase = "data.example.org"', "ends in '/'"),
        ('[projct]\nbase = "x"', "did you mean 'project'?"),
        ('[project]\nbsae = "x"', "did you mean 'base'?"),
        ('[project]\n\nlanguage = "de_AT"', "pressgraph.toml:3: error: project.language 'de_AT' is not a language tag"),
        ('project = { language = "deutsch" }', "pressgraph.toml:1: error: project.language 'deutsch'"),
        ('[project]\nlanguage = ""', "is not a language tag"),
        ("[project", "not valid TOML"),
        ('[project]\nfacts = "x"', "a list of texts"),
        ('[project]\nfacts = ["../*.yaml"]', "leaves the project's folder"),
        ('[profile]\nontology = ["nowhere"]', "does not exist"),
        ("[publish]\npersonal_data = 1", "true or false"),
        ('[publish]\nwithhold = "agent/a"', "a list of texts"),
        ("[publish]\nwithhold = [1]", "a list of texts"),
        ('[publish]\nwithhold = ["agent/a", "no id"]', "'no id' is not an id"),
        ('[publish]\nwithhold = [""]', "ids look like agent/example-cluster"),
        ('[publish]\nwithhold = ["agent"]', "'agent' is not an id"),
        ('[publish]\nwithhold = ["ex:person"]', "written as whole IRIs"),
        ('[publish]\nwithhold = ["https://"]', "'https://' is not an id"),
        ('[publish]\nwithold = ["agent/a"]', "did you mean 'withhold'?"),
        ('[publish]\nlicense = "CC0-1.0"', "did you mean 'licence'?"),
        ('[publish]\nlicence = "free"', "known: CC0-1.0, CC-BY-4.0"),
        ('[publish]\nwithhold = ["agent/a"]\npublisher = "agent/a"', "is withheld"),
        ('[publish]\npublisher = "An Office"', "'An Office' is not an id"),
        ('[publish]\ncontact = "data@example.org"', "mailto:data@example.org"),
        ("[endpoints]\nx = 1", "endpoints.x"),
        ("project = 1", "must be a section"),
        ("[prefixes]\nx = 1", "prefixes.x"),
    ],
)
def test_mistake_in_the_configuration_is_a_clear_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "pressgraph.toml").write_text(text)
    result = run("--project", tmp_path, "query")
    assert result.exit_code == 2
    assert said in result.stderr
    assert "pressgraph.toml" in result.stderr
    assert "unexpected:" not in result.stderr


# -- streams and signals


def test_closed_pipe_makes_no_noise(founding_path: Path) -> None:
    for arguments in (["convert", str(founding_path)], ["query"], ["profile", "schema"]):
        with subprocess.Popen(
            [*PROGRAM, "-q", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        ) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            assert running.stdout.readline()
            running.stdout.close()
            assert running.stderr.read() == b""
            assert running.wait() == 0


def test_interrupt_ends_with_130(tmp_path: Path) -> None:
    fifo = tmp_path / "facts.jsonl"
    os.mkfifo(fifo)
    with subprocess.Popen(
        [*PROGRAM, "--project", str(tmp_path), "convert", str(fifo)], stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        writer = os.open(fifo, os.O_WRONLY)
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        try:
            _, said = running.communicate(timeout=60)
        finally:
            running.kill()
            os.close(writer)
    assert running.returncode == 130
    assert b"stopped" in said
    assert b"Traceback" not in said


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}])
def test_no_colour_leaves_a_pipe(built: Path, environment: dict[str, str]) -> None:
    for arguments in (["query", "labels-valid-on"], ["query", "no-such-query"], ["profile", "keys"], ["build"]):
        result = process("--project", built, *arguments, **environment)
        assert "\x1b" not in result.stdout + result.stderr


def on_terminal(*arguments: str, **environment: str) -> bytes:
    """Run the program on a pseudo-terminal; return what it shows there."""
    import pty

    main_end, program_end = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, *arguments], stdout=program_end, stderr=program_end, env={**os.environ, **environment}
    ) as running:
        os.close(program_end)
        shown = b""
        while True:
            try:
                chunk = os.read(main_end, 65536)
            except OSError:
                break
            if not chunk:
                break
            shown += chunk
        running.wait()
    os.close(main_end)
    return shown


def test_no_color_is_respected_on_a_terminal(built: Path) -> None:
    for arguments in (["query", "labels-valid-on"], ["query", "no-such-query"]):
        environment = dict.fromkeys(("NO_COLOR", "FORCE_COLOR"), "") | {"TERM": "xterm"}
        assert b"\x1b[" in on_terminal("--project", str(built), *arguments, **environment)
        environment["NO_COLOR"] = "1"
        assert b"\x1b[" not in on_terminal("--project", str(built), *arguments, **environment)


def test_colours_are_for_the_terminal_and_not_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("facts: []\n", encoding="utf-8")
    environment = dict.fromkeys(("NO_COLOR", "FORCE_COLOR"), "") | {"TERM": "xterm"}
    arguments = ["--project", str(tmp_path), "validate", str(tmp_path / "a.yaml")]
    assert b"\x1b[1;31m" in on_terminal(*arguments, **environment)
    on_terminal(*arguments, "-o", str(tmp_path / "report.txt"), **environment)
    report = (tmp_path / "report.txt").read_bytes()
    assert b"[missing-section]" in report
    assert b"\x1b" not in report


def test_output_is_utf8_whatever_the_locale(built: Path) -> None:
    result = subprocess.run(
        [*PROGRAM, "--project", str(built), "query", "who-said-what"],
        capture_output=True,
        check=False,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""},
    )
    assert result.returncode == 0
    assert "André" in result.stdout.decode()


# -- files


def test_existing_output_survives_an_error(mistaken: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.nq"
    path.write_text("as it was")
    path.chmod(0o640)
    assert run("--project", mistaken, "convert", "-o", path).exit_code == 1
    assert path.read_text() == "as it was"
    (mistaken / "data" / "lines.jsonl").write_text('{"source": {"id": "document/l"}}\n{"id": "place/x", "nmae": 1}\n')
    assert run("--project", mistaken, "convert", mistaken / "data" / "lines.jsonl", "-o", path).exit_code == 1
    assert path.read_text() == "as it was"
    assert [it.name for it in tmp_path.iterdir() if it.name.startswith(".")] == []


def test_output_keeps_the_permissions_of_the_file_it_replaces(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    path.write_text("as it was")
    path.chmod(0o640)
    assert run("--project", built, "export", "-o", path).exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o640
    assert "as it was" not in path.read_text()


def test_output_into_a_folder_that_cannot_be_is_a_clear_error(built: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("--project", built, "export", "-o", tmp_path / "file" / "graph.ttl")
    assert result.exit_code == 2
    assert "unexpected:" not in result.stderr


def test_paths_with_spaces_and_umlauts_work(tmp_path: Path) -> None:
    folder = tmp_path / "Küste & Söhne, neue Meldungen"
    assert run("init", folder).exit_code == 0
    sample = next((folder / "data" / "releases").glob("*.yaml"))
    renamed = sample.rename(sample.with_name("Gold für die Küste.yaml"))
    assert run("--project", folder, "build").exit_code == 0
    output = tmp_path / "Ausgabe ä.nq"
    assert run("--project", folder, "convert", renamed, "-o", output).exit_code == 0
    assert output.read_text()
    assert "Gold Label" in run("--project", folder, "query", "labels").stdout
    renamed.write_text(renamed.read_text().replace("name: Küstenlicht\n", "nmae: Küstenlicht\n"))
    assert "data/releases/Gold für die Küste.yaml:" in run("--project", folder, "build").stderr


def test_facts_come_from_stdin(founding_path: Path) -> None:
    data = founding_path.read_bytes()
    result = subprocess.run(
        [*PROGRAM, "--project", str(ROOT), "convert", "-"], input=data, capture_output=True, check=False
    )
    assert result.returncode == 0
    assert result.stdout == run("--project", ROOT, "convert", founding_path).stdout_bytes


# -- init


def test_new_project_builds_and_queries_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    made = run("init", folder, "--base", "https://news.example.org/")
    assert made.exit_code == 0
    assert "pressgraph build" in made.stderr
    assert run("--project", folder, "validate").exit_code == 0
    assert run("--project", folder, "build").exit_code == 0
    assert "Gold Label" in run("--project", folder, "query", "labels-valid-on", "-p", "date=2026-06-01").stdout
    assert "Gold Label" in run("--project", folder, "query", "labels").stdout
    assert "https://news.example.org/id/" in run("--project", folder, "export").stdout
    assert "press@" not in run("--project", folder, "export").stdout
    assert (folder / "data" / "facts.schema.json").is_file()


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "pressgraph.toml").write_text("# mine\n")
    result = run("init", tmp_path)
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["pressgraph.toml"]
    assert (tmp_path / "pressgraph.toml").read_text() == "# mine\n"


@pytest.mark.parametrize(
    "base", ["example.org", "https://example.org", "https://example.org/#", "https://exa mple.org/"]
)
def test_init_refuses_a_base_that_ids_cannot_be_appended_to(tmp_path: Path, base: str) -> None:
    result = run("init", tmp_path / "new", "--base", base)
    assert result.exit_code == 2
    assert "ends in '/'" in result.stderr
    assert not (tmp_path / "new").exists()


# -- start-up


def imported(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(result.stderr.split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["query", "--help"], ["build", "--help"], ["--version"]], ids=" ".join
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = f"from pressgraph.cli import main\nmain({arguments!r}, standalone_mode=False)"
    assert imported(code).isdisjoint({*HEAVY, "pressgraph.project", "pressgraph.profile"})


def test_package_imports_nothing_heavy() -> None:
    assert imported("import pressgraph\npressgraph.open").isdisjoint(HEAVY)


def test_conversion_does_not_import_rdflib(founding_path: Path) -> None:
    code = f"import pressgraph\nlist(pressgraph.open({str(ROOT)!r}).convert([{str(founding_path)!r}]))"
    assert imported(code).isdisjoint({"rdflib", "pyshacl", "owlrl", "rich"})


def test_a_report_without_colours_imports_nothing_that_draws_them(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("source: { id: document/a }\nfacts: [{ id: agent/a, nam: A }]\n", encoding="utf-8")
    code = f"from pressgraph.cli import main\nmain(['validate', {str(tmp_path / 'a.yaml')!r}], standalone_mode=False)"
    script = f"import sys\ntry:\n    exec({code!r})\nexcept SystemExit:\n    print(*sys.modules, file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "error: 'nam' is not a key of" in result.stdout
    assert {"rich.text", "rich.console", "rich.style"}.isdisjoint(result.stderr.split())


def test_version_is_the_package_s() -> None:
    assert pressgraph.__version__ in process("--version").stdout


def test_keys_are_listed_by_what_people_write_under_them() -> None:
    listed = run("profile", "keys", "Organization").output
    kinds = {line.split("  ")[0]: line[27:] for line in listed.splitlines()}
    assert kinds["members"].startswith("quantity ")
    assert kinds["foundingDate"].startswith("date of any precision ")
    assert kinds["hasMember"].startswith("link ")
