"""The W3C SHACL suite, with both engines; every expected failure is named with its reason."""

from pathlib import Path

import pytest
from benchmarks import shacl_suite as suite
from benchmarks.suites import MISSING, suite_folder

ROOT = Path(__file__).resolve().parents[1]


FOLDER = suite_folder(suite.SUITE)
CASES = {case.name: case for case in suite.cases(FOLDER)} if FOLDER.is_dir() else {}
pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason=MISSING),
    # what the libraries say of the suite's odd literals and shapes
    pytest.mark.filterwarnings("ignore"),
]


@pytest.mark.parametrize("engine", suite.ENGINES)
@pytest.mark.parametrize("name", CASES)
def test_case_of_the_suite(name: str, engine: str) -> None:
    outcome = suite.run(CASES[name], engine)
    if reason := suite.EXPECTED.get(name, {}).get(engine):
        assert outcome != "passed", f"this is no longer so: {reason}"
    else:
        assert outcome == "passed"


def test_whole_suite_was_found() -> None:
    assert len(CASES) == 121


def test_table_in_the_documentation_is_of_a_run() -> None:
    assert suite.table(FOLDER) in (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
