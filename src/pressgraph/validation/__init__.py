"""Validate: SHACL over the dataset, results brought back to the place in the facts file that caused them."""

from pressgraph.validation.checks.check import load_checks
from pressgraph.validation.files import check_files, read_files
from pressgraph.validation.locate.facts import Locator
from pressgraph.validation.report import Finding, Report, Result, Severity
from pressgraph.validation.shacl.engines import ENGINES
from pressgraph.validation.shacl.results import run_shacl
from pressgraph.validation.validated import ValidatedDataset
from pressgraph.validation.validator import Validator

__all__ = [
    "ENGINES",
    "Finding",
    "Locator",
    "Report",
    "Result",
    "Severity",
    "ValidatedDataset",
    "Validator",
    "check_files",
    "load_checks",
    "read_files",
    "run_shacl",
]
