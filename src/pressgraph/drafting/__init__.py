"""From the document that a release comes as to its text, and to a facts file that is about it."""

from pressgraph.drafting.begin import Begun, begin
from pressgraph.drafting.read import read_document
from pressgraph.drafting.release import ReleaseText

__all__ = ["Begun", "ReleaseText", "begin", "read_document"]
