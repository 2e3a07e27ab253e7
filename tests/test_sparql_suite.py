"""The W3C SPARQL 1.0 and 1.1 evaluation suites through `pressgraph query`; every expected failure has its reason."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _suite() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sparql_suite", ROOT / "benchmarks" / "sparql_suite.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["sparql_suite"] = module
    spec.loader.exec_module(module)
    return module


suite = _suite()
FOLDER = suite.suite_folder()
CASES = {case.name: case for case in suite.cases(FOLDER)} if FOLDER is not None else {}
pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="the suite is neither in ../shared/suites nor below PRESSGRAPH_SUITES"
)


@pytest.mark.parametrize("name", CASES)
def test_case_of_the_suite(name: str) -> None:
    if CASES[name].has_dataset:
        pytest.skip(suite.SKIPPED)
    outcome = suite.run(CASES[name], FOLDER)
    if reason := suite.EXPECTED.get(name):
        assert outcome != "passed", f"this is no longer so: {reason}"
    else:
        assert outcome == "passed"


def test_whole_suite_was_found() -> None:
    assert len(CASES) == 519
    assert set(suite.EXPECTED) <= set(CASES)


def test_table_in_the_documentation_is_of_a_run() -> None:
    assert suite.table(FOLDER) in (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
