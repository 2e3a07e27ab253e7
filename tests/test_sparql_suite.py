"""The W3C SPARQL 1.0 and 1.1 evaluation suites through `pressgraph query`; every expected failure has its reason."""

from pathlib import Path

import pytest
from benchmarks import sparql_suite as suite
from benchmarks.suites import MISSING, suite_folder

ROOT = Path(__file__).resolve().parents[1]


FOLDER = suite_folder(suite.SUITE)
CASES = {case.name: case for case in suite.cases(FOLDER)} if FOLDER.is_dir() else {}
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=MISSING)


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
