"""Publish: build the dataset, export it."""

from pressgraph.publish.build import BuildResult, build, validate_changed
from pressgraph.publish.export import Selection, export, select
from pressgraph.publish.live import LiveCheck, watch

__all__ = ["BuildResult", "LiveCheck", "Selection", "build", "export", "select", "validate_changed", "watch"]
