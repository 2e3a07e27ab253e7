"""Validate: SHACL over the dataset, results brought back to the place in the facts file that caused them."""

from pressgraph.validation.checks import load_checks
from pressgraph.validation.engines import ENGINES
from pressgraph.validation.files import check_files, read_files
from pressgraph.validation.inspect import Inspector
from pressgraph.validation.places import Locator
from pressgraph.validation.report import Finding, Report, Result, Severity
from pressgraph.validation.shacl import profile_triples, run_shacl
from pressgraph.validation.validated import ValidatedDataset, validate_store

__all__ = [
    "ENGINES",
    "Finding",
    "Inspector",
    "Locator",
    "Report",
    "Result",
    "Severity",
    "ValidatedDataset",
    "check_files",
    "load_checks",
    "profile_triples",
    "read_files",
    "run_shacl",
    "validate_store",
]
