"""Validate: SHACL over the dataset, results brought back to the place in the facts file that caused them."""

from pressgraph.validation.engines import ENGINES
from pressgraph.validation.files import check_files, read_files
from pressgraph.validation.places import Locator
from pressgraph.validation.report import Report, Result, Severity
from pressgraph.validation.shacl import profile_triples, run_shacl
from pressgraph.validation.validated import ValidatedDataset, validate_store

__all__ = [
    "ENGINES",
    "Locator",
    "Report",
    "Result",
    "Severity",
    "ValidatedDataset",
    "check_files",
    "profile_triples",
    "read_files",
    "run_shacl",
    "validate_store",
]
