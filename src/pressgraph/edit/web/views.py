"""The views of the editor: what each address answers with."""

from __future__ import annotations

from pressgraph.edit.web.data import Data
from pressgraph.edit.web.release import Release
from pressgraph.edit.web.reviewing import Reviewing
from pressgraph.edit.web.start import StartPages


class Views(Reviewing, Release, StartPages, Data):
    """The views of one desk. Each takes what is asked and returns an answer; none keeps anything but in the desk."""
