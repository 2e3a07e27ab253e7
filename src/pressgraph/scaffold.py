"""Make a new project: a configuration with comments, a sample release, a sample query, the editor's schema."""

from __future__ import annotations

import json
import textwrap
from importlib.resources import files
from typing import TYPE_CHECKING

from pressgraph.errors import ProjectError
from pressgraph.i18n import gettext
from pressgraph.profile import facts_json_schema, load_profile
from pressgraph.project import open_project, write_atomically
from pressgraph.project.model import CONFIG_NAME, FACTS_PATTERNS, is_base

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE_BASE = "https://data.example.org/"

# template → where it goes
_FILES = {
    "pressgraph.toml": CONFIG_NAME,
    "sample.yaml": "data/releases/2026-01-15-gold-label.yaml",
    "labels.rq": "queries/labels.rq",
}


def create_project(
    folder: Path, *, base: str | None = None, language: str = "en", title: str = "", sample: bool = True
) -> list[Path]:
    """Write a new project into a folder, which is made if it is missing; return the files written.

    `language` is that of its messages and labels, `title` what its pages are called; without a `sample`, no release
    is in it yet.

    Raises ProjectError, before anything is written, where a file of the project is there already.
    """
    base = base or EXAMPLE_BASE
    if not is_base(base):
        raise ProjectError(
            gettext("'{base}' is not an absolute http(s) IRI that ends in '/'", base=base),
            hint=gettext("such as https://data.example.org/"),
        )
    schema = folder / "data" / "facts.schema.json"
    targets = {name: folder / target for name, target in _FILES.items() if sample or name != "sample.yaml"}
    for path in (*targets.values(), schema):
        if path.exists():
            raise ProjectError(
                gettext("{path} is there already", path=path), hint=gettext("name a new folder; nothing was written")
            )
    quoted = ", ".join(f'"{pattern}"' for pattern in FACTS_PATTERNS)
    patterns = textwrap.indent(textwrap.fill(f"{quoted},", 100), "  ")
    for name, path in targets.items():
        text = files("pressgraph").joinpath("templates", name).read_text(encoding="utf-8")
        if title:
            text = text.replace("[publish]\n", f"[publish]\ntitle = {json.dumps(title, ensure_ascii=False)}\n", 1)
        with write_atomically(path) as file:
            text = text.replace("@BASE@", base).replace("@FACTS@", patterns).replace("@LANGUAGE@", language)
            file.write(text.encode())
    document = facts_json_schema(load_profile(open_project(folder)))
    with write_atomically(schema) as file:
        file.write(json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")
    return [*targets.values(), schema]
