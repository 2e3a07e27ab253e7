"""Validate a change: what shapes and checks read, what a change affects, what is kept of the validation before."""

from pressgraph.validation.incremental.cache import FootprintCache
from pressgraph.validation.incremental.recheck import Change, Recheck, recheck
from pressgraph.validation.incremental.state import ValidationState

__all__ = ["Change", "FootprintCache", "Recheck", "ValidationState", "recheck"]
