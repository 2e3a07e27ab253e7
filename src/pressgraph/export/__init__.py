"""Export: the published part of a dataset, and its serializations."""

from pressgraph.export.select import Selection, export, exports, select

__all__ = ["Selection", "export", "exports", "select"]
