"""The W3C JSON-LD 1.1 suite (toRdf), read out of pages; every expected failure is named with its reason."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _suite() -> ModuleType:
    spec = importlib.util.spec_from_file_location("json_ld_suite", ROOT / "benchmarks" / "json_ld_suite.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["json_ld_suite"] = module
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
    outcome = suite.run(CASES[name])
    if reason := suite.EXPECTED.get(name):
        assert outcome != "passed", f"this is no longer so: {reason}"
    else:
        assert outcome == "passed"


def test_whole_suite_was_found() -> None:
    assert len(CASES) == 467
    assert suite.EXPECTED.keys() <= CASES.keys()


def test_reasons_name_who_owns_a_failure() -> None:
    assert all(re.match(r"(?:by design|the copy|pyld): ", reason) for reason in suite.EXPECTED.values())


def test_table_in_the_documentation_is_of_a_run() -> None:
    assert suite.table(FOLDER) in (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
