"""Say and review facts beside the text: the library that `pressgraph edit` shows."""

from pressgraph.edit.changes import Change
from pressgraph.edit.editor import SourceEditor
from pressgraph.edit.outcomes import ConflictError, RefusedFactError, Saved
from pressgraph.edit.session import EditSession
from pressgraph.edit.source import FactView, OpenSource, Trouble

__all__ = [
    "Change",
    "ConflictError",
    "EditSession",
    "FactView",
    "OpenSource",
    "RefusedFactError",
    "Saved",
    "SourceEditor",
    "Trouble",
]
