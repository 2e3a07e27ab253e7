"""Build the dataset from facts files, whole or by what changed, and watch them."""

from pressgraph.build.build import BuildResult, build, validate_changed
from pressgraph.build.watch import LiveCheck, watch

__all__ = ["BuildResult", "LiveCheck", "build", "validate_changed", "watch"]
