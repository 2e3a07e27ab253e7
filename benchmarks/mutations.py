"""Make single mistakes in core modules, one at a time, and tell which of them the tests notice.

    python benchmarks/mutations.py --seed 1 --count 100

Each mutant is the project with one expression or statement changed, in a copy of the working tree. First the tests run
once, and coverage tells which of them reach which line. `--map` keeps that for further samples: lines that have moved
since are found again, and of the tests those that are new or written otherwise run again. Of the tests that reach a
mutant's line the quickest run first, until one fails or `--timeout` is over; what processes reach is known by the file
of the test that started them. pytest's time limit fails a test that hangs. At the end stand the figures and what nobody
noticed; whether that behaves differently at all, a person judges by its diff.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import gc
import inspect
import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from bisect import bisect
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "src/pressgraph"

MODULES = {
    "core": (
        "convert/accelerate.py", "convert/emitter.py", "convert/json_lines.py", "convert/plans.py",
        "convert/records.py", "convert/table_rows.py", "dataset/json_ld.py", "dataset/json_ld_quads.py",
        "dataset/snapshots.py", "dataset/union.py", "embed/data.py", "embed/page.py", "facts/check/*.py",
        "facts/datatypes.py", "facts/ids.py", "facts/tree.py", "languages.py", "profile/compile.py",
        "project/config.py", "query/guard.py", "query/lexer.py", "query/results.py", "query/saved.py",
        "remote/results.py", "server/**/cache.py", "server/**/negotiation.py", "server/**/operations.py",
        "validation/explain/hints.py", "validation/incremental/*.py",
    ),
    "drafts": ("drafting/**/*.py", "text/*.py"),
    "edit": ("edit/*.py",),
    "sites": ("feeds/*.py", "site/*.py"),
}  # fmt: skip
"""Modules by room, as patterns below the package."""

FILES = {
    "core": (
        "test_accelerated", "test_build", "test_cli", "test_config", "test_data_folder", "test_dates",
        "test_datatypes", "test_derive", "test_embed", "test_emitter", "test_endpoint", "test_evidence",
        "test_export", "test_extract", "test_facts_properties", "test_facts_yaml", "test_figures", "test_formats",
        "test_hints", "test_json_ld", "test_json_ld_suite", "test_languages", "test_library", "test_limits",
        "test_meant_keys", "test_messages", "test_names", "test_news", "test_pages", "test_personal", "test_profile",
        "test_published_shapes", "test_quantities", "test_query", "test_rdf_places", "test_reading", "test_recheck",
        "test_results", "test_rules", "test_scope", "test_shape_hints", "test_shapes", "test_snapshots",
        "test_tables", "test_text", "test_types_and_terms", "test_union", "test_validation", "test_workbooks",
        "test_yaml_help", "server/test_cache", "server/test_fast_path", "server/test_linear",
        "server/test_negotiation", "server/test_operations",
    ),
    "drafts": (
        "test_draft", "test_drafting", "test_drafting_rules", "test_evidence", "test_gate", "test_proposals",
        "test_text",
    ),
    "edit": ("test_edit", "test_editing", "test_reading"),
    "sites": ("test_feeds", "test_page_data", "test_site"),
}  # fmt: skip
"""By room the test files, of which some notice a mistake in each of its modules: together they take minutes, not a
quarter of an hour as all do. A mistake that only others notice counts as not noticed."""

_BANDS = (0.1, 1.0, 10.0)
"""Seconds: tests as quick as each other run file by file, which sets up what the tests of a file share only once."""

_FIRST = 60
"""How many tests run first that reach the fewest lines."""

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "//", ast.FloorDiv: "*", ast.Mod: "//", ast.BitOr: "&", ast.BitAnd: "|",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A module with one mistake: `start` and `end` are offsets in its bytes, of what is replaced by `text`."""

    module: str
    kind: str
    start: int
    end: int
    text: str

    def lines(self, source: bytes) -> range:
        """Return the numbers of the lines that are changed."""
        first = source.count(b"\n", 0, self.start) + 1
        return range(first, first + source.count(b"\n", self.start, self.end) + 1)

    def applied(self, source: bytes) -> bytes:
        """Return the module's source with the mistake."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def diff(self, source: bytes) -> str:
        """Return what is changed, as a unified diff without context."""
        before, after = (it.decode().splitlines(keepends=True) for it in (source, self.applied(source)))
        return "".join(difflib.unified_diff(before, after, self.module, self.module, n=0))


class _Finder:
    """Find every mistake that can be made in a module."""

    def __init__(self, module: str, source: bytes) -> None:
        self.module = module
        self.source = source
        lines = source.splitlines(keepends=True)
        self._offsets = [0]
        for line in lines:
            self._offsets.append(self._offsets[-1] + len(line))

    def mutants(self) -> Iterator[Mutant]:
        yield from self._below(ast.parse(self.source))

    def _below(self, node: ast.AST) -> Iterator[Mutant]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        yield from self._of(node)
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list"}:
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from self._below(child)

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None  # noqa: S101 - of a parsed tree
        assert node.end_col_offset is not None  # noqa: S101 - as above
        start = self._offsets[node.lineno - 1] + node.col_offset
        return start, self._offsets[node.end_lineno - 1] + node.end_col_offset

    def _text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self._span(node)
        return self.source[start:end].decode()

    def _put(self, kind: str, node: ast.expr | ast.stmt, text: str) -> Iterator[Mutant]:
        start, end = self._span(node)
        yield Mutant(module=self.module, kind=kind, start=start, end=end, text=text)

    def _between(self, kind: str, left: ast.expr, right: ast.expr, text: str) -> Iterator[Mutant]:
        """Put another operator between two operands."""
        start, end = self._span(left)[0], self._span(right)[1]
        text = f"({self._text(left)}) {text} ({self._text(right)})"
        yield Mutant(module=self.module, kind=kind, start=start, end=end, text=text)

    def _of(self, node: ast.AST) -> Iterator[Mutant]:
        match node:
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                yield from self._between("comparison", left, right, _COMPARISONS[type(operator)])
            case ast.BoolOp(op=operator, values=[left, right]):
                yield from self._between("and, or", left, right, "or" if isinstance(operator, ast.And) else "and")
            case ast.BinOp(op=operator, left=left, right=right) if type(operator) in _ARITHMETIC:
                yield from self._between("arithmetic", left, right, _ARITHMETIC[type(operator)])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield from self._put("not", node, f"({self._text(operand)})")
            case ast.Constant(value=bool(value)):
                yield from self._put("constant", node, str(not value))
            case ast.Constant(value=int(value)):
                yield from self._put("constant", node, str(value + 1))
                yield from self._put("constant", node, str(value - 1))
            case ast.Slice():
                for bound in (node.lower, node.upper):
                    if bound is not None:
                        yield from self._put("slice", bound, f"({self._text(bound)}) + 1")
            case ast.Call(args=[first, second, *_]) if not isinstance(first, ast.Starred | ast.GeneratorExp):
                if not isinstance(second, ast.Starred):
                    start, end = self._span(first)[0], self._span(second)[1]
                    text = f"{self._text(second)}, {self._text(first)}"
                    yield Mutant(module=self.module, kind="arguments", start=start, end=end, text=text)
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                yield from self._put("condition", test, f"(not ({self._text(test)}))")
            case ast.comprehension(ifs=[test, *_]):
                yield from self._put("condition", test, "True")
            case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign() | ast.Raise():
                yield from self._put("dropped statement", node, "pass")
            case ast.Continue():
                yield from self._put("loop", node, "break")
            case ast.Break():
                yield from self._put("loop", node, "continue")
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield from self._put("return", node, "return None")
            case ast.ExceptHandler(type=ast.Tuple(elts=[*_, last]) as types):
                yield from self._put("exception", types, self._text(last))
            case ast.ExceptHandler(type=ast.expr() as kind):
                yield from self._put("exception", kind, "ZeroDivisionError")
            case _:
                return


def modules(names: Iterable[str]) -> list[str]:
    """Return the modules of rooms, or of patterns below the package.

    Raises FileNotFoundError for a pattern that finds none: its module has another name now.
    """
    package, found = ROOT / SOURCE, set[str]()
    for pattern in (pattern for name in names for pattern in MODULES.get(name, (name,))):
        here = {str(path.relative_to(package)) for path in package.glob(pattern)}
        if not here:
            raise FileNotFoundError(f"no module is {pattern}")
        found |= here
    return sorted(found)


def sample(count: int, seed: int, modules: list[str]) -> list[Mutant]:
    """Return mutants of every kind in turn, the same ones for the same seed and source."""
    by_kind: dict[str, list[Mutant]] = defaultdict(list)
    for module in modules:
        for mutant in _Finder(module, (ROOT / SOURCE / module).read_bytes()).mutants():
            by_kind[mutant.kind].append(mutant)
    draw = random.Random(seed)  # noqa: S311 - a sample that can be drawn again
    for mutants in by_kind.values():
        draw.shuffle(mutants)
    drawn = (mutants[turn] for turn in range(count) for mutants in by_kind.values() if turn < len(mutants))
    return list(islice(filter(_compiles, drawn), count))


def _compiles(mutant: Mutant) -> bool:
    """Tell whether a mutant is Python, and another text: inside an f-string, places are not always what they seem."""
    source = (ROOT / SOURCE / mutant.module).read_bytes()
    try:
        compile(mutant.applied(source), mutant.module, "exec")
    except SyntaxError:
        return False
    return mutant.applied(source) != source


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which tests reach which lines of which modules, and how many seconds each test takes."""

    lines: dict[str, dict[str, list[str]]]
    """By module and number of a line: names of tests, of test files, one of whose processes got there, or nothing
    where it was the import."""
    seconds: dict[str, float]
    sources: dict[str, str]
    """The modules as they were."""
    files: dict[str, str]
    """The test files that ran, as they were."""

    def widths(self) -> Counter[str]:
        """Return how many lines each test reaches: those that reach a few are about these."""
        return Counter(name for by_line in self.lines.values() for names in by_line.values() for name in names)

    def tests(self, mutant: Mutant, source: bytes, widths: Mapping[str, int]) -> list[str]:
        """Return the tests to run for a mutant: first those that are about its line, then quick ones.

        Where nothing is known, these are all files.
        """
        by_line = self.lines.get(mutant.module, {})
        lines = mutant.lines(source)
        found = {name for line in lines for name in by_line.get(str(line), ())}
        if not found:
            # a line in the middle of a statement, or one that nothing reaches: what reaches the one before it
            before = max((int(it) for it, names in by_line.items() if names and int(it) < lines.start), default=None)
            if before is None:
                return sorted(self.files)
            found = set(by_line[str(before)])
        if "" in found:
            # what is done where the module is imported, such as a table: whatever comes by may notice it
            found = {name for names in by_line.values() for name in names if name}
        single = [name for name in found if "::" in name and name.partition("::")[0] not in found]
        about = sorted(single, key=lambda it: (bisect(_BANDS, self.seconds.get(it, 0.0)) > 1, widths[it]))[:_FIRST]
        first = dict.fromkeys(about, -1)
        single.sort(key=lambda it: (first.get(it, bisect(_BANDS, self.seconds.get(it, 0.0))), it.partition("::")[0]))
        return [*single, *sorted(it for it in found if "::" not in it)]

    def still(self, tree: Path, collected: Collection[str]) -> Reach:
        """Return what still holds in a tree: of tests that are written as before, lines where they are now."""
        changed: set[str] = set()
        for name, before in self.files.items():
            written = _tests_of(_text(tree / name))
            changed |= {f"{name}::{test}" for test, text in _tests_of(before).items() if written.get(test) != text}
        kept = {name for name in collected if name in self.seconds and name.partition("[")[0] not in changed}
        kept |= {name for name in self.files if (tree / name).exists()}
        lines: dict[str, dict[str, list[str]]] = {}
        sources: dict[str, str] = {}
        for module, before in self.sources.items():
            path = tree / SOURCE / module
            if not path.exists():
                continue
            sources[module] = _text(path)
            now = _moved(before, sources[module])
            lines[module] = {
                str(now[int(line)]): [name for name in names if not name or name in kept]
                for line, names in self.lines[module].items()
                if int(line) in now
            }
        seconds = {name: taken for name, taken in self.seconds.items() if name in kept}
        return Reach(
            lines=lines, seconds=seconds, sources=sources, files={name: _text(tree / name) for name in self.files}
        )

    def joined(self, other: Reach) -> Reach:
        """Return this with what other test files reach in the same tree."""
        lines = {module: dict(by_line) for module, by_line in self.lines.items()}
        for module, by_line in other.lines.items():
            mine = lines.setdefault(module, {})
            for line, names in by_line.items():
                mine[line] = sorted({*mine.get(line, ()), *names})
        return Reach(
            lines=lines,
            seconds=self.seconds | other.seconds,
            sources=self.sources | other.sources,
            files=self.files | other.files,
        )


def _moved(before: str, now: str) -> dict[int, int]:
    """Return where the lines of a text stand in another one; those that are gone are left out."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), now.splitlines(), autojunk=False)
    return {a + it + 1: b + it + 1 for a, b, size in matcher.get_matching_blocks() for it in range(size)}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _tests_of(text: str) -> dict[str, str]:
    """Return the tests of a file, each as it is written with what decorates it."""
    return {it.name: ast.unparse(it) for it in ast.parse(text).body if isinstance(it, ast.FunctionDef)}


def _files(tree: Path, names: Iterable[str]) -> list[str]:
    return [name for it in dict.fromkeys(names) if (tree / (name := f"tests/{it}.py")).exists()]


_COVERAGE = """\
[run]
source = {tree}/src/pressgraph
data_file = {folder}/coverage
context = ${{PYTEST_CURRENT_TEST-}}
parallel = true
patch = subprocess
concurrency = multiprocessing, thread
sigterm = true
core = ctrace
"""


def collected(tree: Path, files: Iterable[str]) -> list[str]:
    """Return the names of the tests in files."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "mutations"]
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as names:
        environ = {**_environ(tree), _COLLECTED: names.name}
        environ["PYTHONPATH"] += os.pathsep + str(tree / "benchmarks")
        done = subprocess.run([*command, *files], cwd=tree, env=environ, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"the tests cannot be collected here:\n{done.stdout.decode(errors='replace')[-3000:]}")
        found: list[str] = json.load(names)
    return found


def reach(tree: Path, folder: Path, tests: list[str], *, hang: int) -> Reach:
    """Run the tests once, and return what each reaches; pytest tells on stderr how far it is.

    Those that fail here would notice every mistake: they are left out, as are those that hang, which coverage makes
    slower.
    """
    import coverage

    (folder / "rc").write_text(_COVERAGE.format(tree=tree, folder=folder), encoding="utf-8")
    command = [sys.executable, "-m", "coverage", "run", f"--rcfile={folder}/rc", "-m", "pytest", "-q", "--no-header"]
    command += [
        "-p",
        "no:cacheprovider",
        "-p",
        "mutations",
        f"--timeout={hang}",
        "--timeout-method=signal",
        f"@{folder}/names",
    ]
    (folder / "names").write_text("\n".join(tests), encoding="utf-8")
    environ = {**_environ(tree), _TIMES: str(folder / "times")}
    environ["PYTHONPATH"] += os.pathsep + str(tree / "benchmarks")
    done = subprocess.run(command, cwd=tree, env=environ, stdout=sys.stderr, check=False)
    if done.returncode not in {0, 1}:
        sys.exit("the tests do not run here")
    measured = coverage.Coverage(data_file=str(folder / "coverage"), config_file=str(folder / "rc"))
    measured.combine()
    data = measured.get_data()
    package = tree / SOURCE
    times: dict[str, float] = json.loads((folder / "times").read_bytes())
    failed = {name for name, seconds in times.items() if seconds < 0}
    if failed:
        print("left out, since they fail:", *sorted(failed), flush=True)
    lines: dict[str, dict[str, list[str]]] = {}
    for path in map(Path, data.measured_files()):
        if path.is_relative_to(package):
            reached = data.contexts_by_lineno(str(path)).items()
            lines[str(path.relative_to(package))] = {
                str(line): sorted(set(map(_named, contexts)) - failed) for line, contexts in reached
            }
    sources = {name: (package / name).read_text(encoding="utf-8") for name in lines}
    files = {name: _text(tree / name) for name in {it.partition("::")[0] for it in tests}}
    return Reach(lines=lines, seconds=times, sources=sources, files=files)


def _named(context: str) -> str:
    """Return the test of a context, or the file of a test that has started a process."""
    # pytest says 'name (setup)' of the test under way, which a process begins with; names may have bars in them
    phase = re.match(r"(.*?) \((?:setup|call|teardown)\)(?:\||$)", context, re.DOTALL)
    return phase[1].partition("::")[0] if phase else context


def run(mutant: Mutant, tree: Path, tests: list[str], *, limit: float, hang: int) -> tuple[str, str]:
    """Return 'noticed' and the first test that does, 'not noticed', or 'stopped by the time limit'."""
    path = tree / SOURCE / mutant.module
    source = path.read_bytes()
    # names of tests have spaces and brackets in them; a file of arguments has one in each line
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider"]
    path.write_bytes(mutant.applied(source))
    try:
        with tempfile.TemporaryFile() as output, tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
            names.write("\n".join(tests))
            names.flush()
            process = subprocess.Popen(
                [*command, f"--timeout={hang}", "--timeout-method=signal", f"@{names.name}"],
                cwd=tree,
                env=_environ(tree),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = process.wait(limit)
            except subprocess.TimeoutExpired:
                return "stopped by the time limit", f"after {limit:g} s"
            finally:
                # servers and workers that a failed test has left
                _stop(process)
            output.seek(0)
            said = output.read().decode("utf-8", "replace").strip().splitlines()
    finally:
        path.write_bytes(source)
    if status == 0:
        return "not noticed", ""
    failed = [line for line in said if line.startswith(("FAILED", "ERROR"))]
    return "noticed", (failed or said[-1:] or [f"exit status {status}"])[0][:160]


def _environ(tree: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"}


# -- mutants in one warm process

_MUTANTS = "PRESSGRAPH_MUTANTS"
_WARM = 1.0
"""Seconds: what takes longer, such as what starts processes, runs in the second round alone."""


def run_warm(
    mutants: Mapping[int, tuple[Mutant, list[str]]], reached: Reach, tree: Path, folder: Path, *, limit: float
) -> Iterator[tuple[int, str]]:
    """Yield the number of each mutant that quick tests notice, and the first that does.

    One process imports all tests; for each mutant a fork of it puts the mutant's functions in the place of those that
    are there. What modules and tests do at their import, and what they keep of it, no mutant changes there: what is not
    noticed may be.
    """
    work, found = folder / "mutants", folder / "found"
    wanted: dict[int, tuple[str, str, list[str]]] = {}
    for number, (mutant, tests) in mutants.items():
        source = (tree / SOURCE / mutant.module).read_bytes()
        quick = [name for name in tests if "::" in name and reached.seconds.get(name, _WARM) < _WARM]
        wanted[number] = (mutant.module, mutant.applied(source).decode(), quick)
    work.write_text(json.dumps({"tree": str(tree), "limit": limit, "mutants": wanted}), encoding="utf-8")
    found.touch()
    files = sorted({name.partition("::")[0] for _, _, names in wanted.values() for name in names})
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "mutations"]
    command += [f"--basetemp={folder / 'warm'}", f"--timeout={limit:.0f}", "--timeout-method=signal", *files]
    environ = {**_environ(tree), _MUTANTS: str(work), _FOUND: str(found)}
    environ["PYTHONPATH"] += os.pathsep + str(tree / "benchmarks")
    with (folder / "warm.log").open("wb") as log:
        subprocess.run(command, cwd=tree, env=environ, stdout=log, stderr=subprocess.STDOUT, check=False)
    for line in found.read_text(encoding="utf-8").splitlines():
        number, by = json.loads(line)
        yield number, by


_FOUND = "PRESSGRAPH_FOUND"


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Try mutants in forks of this process, where it was begun for that."""
    if _MUTANTS not in os.environ:
        return None
    asked = json.loads(Path(os.environ[_MUTANTS]).read_bytes())
    items = {item.nodeid: item for item in session.items}
    right: set[str] = set()
    with Path(os.environ[_FOUND]).open("a", encoding="utf-8") as found:
        for number, (module, text, names) in asked["mutants"].items():
            path = Path(asked["tree"]) / SOURCE / module
            chosen = [items[name] for name in names if name in items]
            by = _forked(chosen, partial(_put_in_place, path, text), limit=asked["limit"])
            if by is not None and by not in right:
                # of a test that fails in a fork of itself, nothing follows
                if _forked([items[by]], lambda: True, limit=asked["limit"]) is not None:
                    continue
                right.add(by)
            if by is not None:
                print(json.dumps([int(number), by]), file=found, flush=True)
    return True


def _forked(items: list[pytest.Item], prepare: Callable[[], bool], *, limit: float) -> str | None:
    """Run tests in a fork until one fails; return which, None where none does or the time is over."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.setsid()
        with Path(os.devnull).open("wb") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        signal.alarm(0)
        try:
            for item, following in zip(items, [*items[1:], None], strict=True) if prepare() else ():
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if _seconds.get(item.nodeid, 0.0) < 0:
                    os.write(writing, item.nodeid.encode())
                    break
        finally:
            os._exit(0)
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], limit)
        said = os.read(reading, 65536).decode() if ready else ""
    finally:
        os.close(reading)
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)
    return said or None


def _put_in_place(path: Path, text: str) -> bool:
    """Give the functions of a module the code of another text; tell whether they are all that differs in it."""
    before = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    pairs = _paired(before, compile(text, str(path), "exec", dont_inherit=True))
    if pairs is None:
        return False
    code = {(it.co_qualname, it.co_firstlineno): now for it, now in pairs}
    # of what is frozen, the collector tells nothing
    gc.unfreeze()
    placed = False
    for it in gc.get_objects():
        if isinstance(it, FunctionType) and it.__code__.co_filename == str(path):
            now = code.get((it.__code__.co_qualname, it.__code__.co_firstlineno))
            if now is not None and now.co_freevars == it.__code__.co_freevars:
                it.__code__ = now
                placed = True
    return placed


def _paired(before: CodeType, now: CodeType) -> list[tuple[CodeType, CodeType]] | None:
    """Return the functions of two texts, pair by pair; None where something outside of functions differs."""

    def inner(code: CodeType) -> list[CodeType]:
        return [it for it in code.co_consts if isinstance(it, CodeType)]

    def own(code: CodeType) -> tuple[bytes, tuple[object, ...]]:
        return code.co_code, tuple(it for it in code.co_consts if not isinstance(it, CodeType))

    if own(before) != own(now) or len(inner(before)) != len(inner(now)):
        return None
    pairs: list[tuple[CodeType, CodeType]] = []
    for one, other in zip(inner(before), inner(now), strict=True):
        if one.co_flags & inspect.CO_OPTIMIZED:
            pairs.append((one, other))
        else:
            # the body of a class
            methods = _paired(one, other)
            if methods is None:
                return None
            pairs += methods
    return pairs


# -- pytest's plugin while `reach` runs the tests

_COLLECTED = "PRESSGRAPH_COLLECTED"


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep the names of the tests."""
    if _COLLECTED in os.environ:
        Path(os.environ[_COLLECTED]).write_text(json.dumps([it.nodeid for it in session.items]), encoding="utf-8")


_TIMES = "PRESSGRAPH_TIMES"
_seconds: dict[str, float] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Note what a test reaches as its own."""
    import coverage

    measured = coverage.Coverage.current()
    if measured is not None:
        measured.switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        if measured is not None:
            measured.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how long a test takes; less than no time, where it fails."""
    before = _seconds.get(report.nodeid, 0.0)
    _seconds[report.nodeid] = -1.0 if report.failed or before < 0 else before + report.duration


def pytest_sessionfinish() -> None:
    """Keep the times."""
    if _TIMES in os.environ:
        Path(os.environ[_TIMES]).write_text(json.dumps(_seconds), encoding="utf-8")


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()


def copy_of_tree(folder: Path) -> Path:
    """Copy what git knows of the working tree."""
    tree = folder / "tree"
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    return tree


def main() -> None:
    """Run the sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="a number; printed")  # noqa: S311 - as above
    parser.add_argument("--count", type=int, default=100, help="how many mutants (100)")
    parser.add_argument(
        "--modules", nargs="+", default=["core"], help=f"rooms ({', '.join(MODULES)}), or patterns below the package"
    )
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="these mutants of the sample alone")
    parser.add_argument(
        "--map", type=Path, help="which tests reach which lines: read from this file, and written to it"
    )
    parser.add_argument(
        "--files", nargs="+", metavar="FILE", help="test files, without 'tests/' and '.py' (those of the rooms)"
    )
    parser.add_argument("--timeout", type=float, default=120, help="seconds for each mutant (120)")
    parser.add_argument("--hang", type=int, default=60, help="seconds after which a test fails (60)")
    parser.add_argument("--list", action="store_true", help="print the sample's diffs, run nothing")
    given = parser.parse_args()
    known = modules(given.modules)
    mutants = sample(given.count, given.seed, known)
    print(f"seed {given.seed}, {len(mutants)} mutants of {len(known)} modules", flush=True)
    if given.list:
        for number, mutant in enumerate(mutants, start=1):
            print(f"{number:4} {mutant.kind}\n{mutant.diff((ROOT / SOURCE / mutant.module).read_bytes())}")
        return
    files = given.files or [file for name in given.modules for file in FILES.get(name, FILES["core"])]
    outcomes: dict[str, list[str]] = {"noticed": [], "not noticed": [], "stopped by the time limit": []}
    with tempfile.TemporaryDirectory(prefix="pressgraph-mutants-") as folder:
        tree = copy_of_tree(Path(folder))
        reached = _reached(tree, Path(folder), _files(tree, files), hang=given.hang, kept=given.map)
        chosen = {it: mutant for it, mutant in enumerate(mutants, start=1) if not given.only or it in given.only}
        widths = reached.widths()
        tests_of = {
            it: reached.tests(one, (tree / SOURCE / one.module).read_bytes(), widths) for it, one in chosen.items()
        }
        asked = {it: (mutant, tests_of[it]) for it, mutant in chosen.items()}
        for number, by in run_warm(asked, reached, tree, Path(folder), limit=given.hang):
            mutant = chosen.pop(number)
            print(f"{number:4} noticed ({mutant.kind}) {by}", flush=True)
            outcomes["noticed"].append("")
        for number, mutant in chosen.items():
            source = (tree / SOURCE / mutant.module).read_bytes()
            tests = tests_of[number]
            started = time.monotonic()
            outcome, by = run(mutant, tree, tests, limit=given.timeout, hang=given.hang)
            taken = f"{mutant.kind}, {len(tests)} tests, {time.monotonic() - started:.0f} s"
            print(f"{number:4} {outcome} ({taken}) {by}\n{mutant.diff(source)}", flush=True)
            outcomes[outcome].append(f"{number:4} {mutant.kind}\n{mutant.diff(source)}")
    print(f"seed {given.seed}:", ", ".join(f"{len(listed)} {outcome}" for outcome, listed in outcomes.items()))
    for outcome in ("not noticed", "stopped by the time limit"):
        if outcomes[outcome]:
            print(f"\n{outcome}:", *outcomes[outcome], sep="\n")


def _reached(tree: Path, folder: Path, files: list[str], *, hang: int, kept: Path | None) -> Reach:
    """Return what tests reach, from what is kept of an earlier run as far as it still holds; keep it."""
    reached = Reach(lines={}, seconds={}, sources={}, files={})
    if kept is not None and kept.exists():
        reached = Reach(**json.loads(kept.read_bytes()))
    tests = collected(tree, sorted({*files, *(name for name in reached.files if (tree / name).exists())}))
    reached = reached.still(tree, tests)
    again = [name for name in tests if reached.seconds.get(name, -1.0) < 0]
    if again:
        print(f"{len(again)} of {len(tests)} tests run first, to tell what they reach", flush=True)
        started = time.monotonic()
        reached = reached.joined(reach(tree, folder, again, hang=5 * hang))
        print(f"{len(again)} tests in {time.monotonic() - started:.0f} s", flush=True)
        if kept is not None:
            kept.write_text(json.dumps(asdict(reached)), encoding="utf-8")
    return reached


if __name__ == "__main__":
    main()
