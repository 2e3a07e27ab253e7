"""Make single mistakes in core modules, one at a time, and tell which of them the tests notice.

    python benchmarks/mutations.py --seed 1 --count 100

Each mutant is the project with one expression or statement changed, in a copy of the working tree. The tests that can
notice it (`TESTS`) run until the first one fails. pytest's time limit fails a test that hangs; what goes on for longer
than `--timeout` is stopped, and counts as not noticed. Whether a mutant that nobody noticed behaves differently at all,
a person judges by its diff.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "src/pressgraph"

TESTS: dict[str, str] = {
    "convert/accelerate.py": "tests/test_emitter.py tests/test_datatypes.py",
    "convert/emitter.py": "tests/test_emitter.py tests/test_datatypes.py",
    "convert/json_lines.py": "tests/test_emitter.py",
    "convert/plans.py": "tests/test_emitter.py tests/test_datatypes.py",
    "convert/records.py": "tests/test_emitter.py tests/test_tables.py tests/test_workbooks.py",
    "convert/table_rows.py": "tests/test_tables.py tests/test_workbooks.py",
    "dataset/json_ld.py": "tests/test_json_ld.py tests/test_json_ld_suite.py",
    "dataset/snapshots.py": "tests/test_snapshots.py tests/test_build.py",
    "facts/check.py": "tests/test_facts_yaml.py tests/test_hints.py tests/test_datatypes.py tests/test_emitter.py",
    "facts/datatypes.py": "tests/test_datatypes.py tests/test_facts_yaml.py tests/test_hints.py",
    "facts/ids.py": "tests/test_facts_yaml.py tests/test_facts_properties.py tests/test_emitter.py",
    "facts/tree.py": "tests/test_facts_yaml.py tests/test_facts_properties.py",
    "languages.py": "tests/test_languages.py",
    "profile/compile.py": "tests/test_profile.py tests/test_published_shapes.py",
    "project/config.py": "tests/test_data_folder.py tests/test_library.py tests/test_cli.py",
    "embed/data.py": "tests/test_embed.py",
    "embed/page.py": "tests/test_pages.py",
    "query/guard.py": "tests/test_limits.py tests/server/test_linear.py tests/test_query.py",
    "query/results.py": "tests/test_formats.py tests/test_query.py",
    "query/saved.py": "tests/test_query.py",
    "remote/results.py": "tests/test_endpoint.py",
    "server/cache.py": "tests/server/test_cache.py tests/server/test_short_way.py",
    "server/http/negotiation.py": "tests/server/test_negotiation.py tests/test_languages.py",
    "server/sparql/graph_store.py": "tests/server/test_writing.py tests/server/test_w3c.py",
    "validation/incremental.py": "tests/test_scope.py tests/test_build.py",
    "validation/scope.py": "tests/test_scope.py tests/test_build.py tests/test_validation.py",
}
"""Modules, and the test files that can notice a mistake in each, quick ones first; those that are not there are left
out."""

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


def run(mutant: Mutant, tree: Path, *, limit: float, hang: int) -> tuple[str, str]:
    """Return whether tests notice a mutant ('noticed', 'not noticed' or 'stopped'), and the first that does."""
    path = tree / SOURCE / mutant.module
    source = path.read_bytes()
    files = [name for name in TESTS[mutant.module].split() if (tree / name).exists()]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider"]
    path.write_bytes(mutant.applied(source))
    try:
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                [*command, f"--timeout={hang}", *files],
                cwd=tree,
                env={**os.environ, "PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = process.wait(limit)
            except subprocess.TimeoutExpired:
                return "stopped", f"after {limit:g} s"
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


def collect(tree: Path, modules: list[str]) -> None:
    """See that the tests can run at all here: what fails without a mistake notices none."""
    files = {name for module in modules for name in TESTS[module].split() if (tree / name).exists()}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *sorted(files)]
    environ = {**os.environ, "PYTHONPATH": str(tree / "src")}
    done = subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the tests do not run here:\n{done.stdout[-2000:]}{done.stderr}")


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
    parser.add_argument("--modules", nargs="+", choices=sorted(TESTS), default=list(TESTS), metavar="MODULE")
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="these mutants of the sample alone")
    parser.add_argument("--timeout", type=float, default=900, help="seconds for each mutant (900)")
    parser.add_argument("--hang", type=int, default=180, help="seconds after which a test fails (180)")
    parser.add_argument("--list", action="store_true", help="print the sample's diffs, run nothing")
    given = parser.parse_args()
    mutants = sample(given.count, given.seed, given.modules)
    print(f"seed {given.seed}, {len(mutants)} mutants of {len(given.modules)} modules", flush=True)
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="pressgraph-mutants-") as folder:
        tree = ROOT if given.list else copy_of_tree(Path(folder))
        if not given.list:
            collect(tree, given.modules)
        for number, mutant in enumerate(mutants, start=1):
            if given.only and number not in given.only:
                continue
            diff = mutant.diff((tree / SOURCE / mutant.module).read_bytes())
            if given.list:
                print(f"{number:4} {mutant.kind}\n{diff}")
                continue
            started = time.monotonic()
            outcome, by = run(mutant, tree, limit=given.timeout, hang=given.hang)
            outcomes[outcome] += 1
            print(f"{number:4} {outcome} ({mutant.kind}, {time.monotonic() - started:.0f} s) {by}\n{diff}", flush=True)
    print(", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common()))


if __name__ == "__main__":
    main()
