"""The W3C JSON-LD 1.1 suite (toRdf), read out of pages; every expected failure is named with its reason."""

import re
from pathlib import Path

import pytest
from benchmarks import json_ld_suite as suite
from benchmarks.suites import MISSING, suite_folder

ROOT = Path(__file__).resolve().parents[1]


FOLDER = suite_folder(suite.SUITE)
CASES = {case.name: case for case in suite.cases(FOLDER)} if FOLDER.is_dir() else {}
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=MISSING)


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
