"""The W3C's test suites, which are not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

MISSING = "the suite is neither in ../shared/suites nor below PRESSGRAPH_SUITES"


def suite_folder(name: str) -> Path:
    """Return where a suite lies, or would: below PRESSGRAPH_SUITES, or beside the repository."""
    root = Path(__file__).resolve().parents[1]
    named = [Path(os.environ["PRESSGRAPH_SUITES"])] if "PRESSGRAPH_SUITES" in os.environ else []
    folders = [folder / name for folder in (*named, root.parent / "shared" / "suites")]
    return next((folder for folder in folders if folder.is_dir()), folders[-1])
