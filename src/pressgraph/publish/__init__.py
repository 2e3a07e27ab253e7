"""Publish: build the dataset, export it."""

from pressgraph.publish.build import BuildResult, build
from pressgraph.publish.export import Selection, export, select

__all__ = ["BuildResult", "Selection", "build", "export", "select"]
