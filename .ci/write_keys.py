"""Write docs/keys.md, the table of keys by class, from the shipped profile.

python .ci/write_keys.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pressgraph
from pressgraph.profile.model import Kind

if TYPE_CHECKING:
    from pressgraph.profile import Key, Profile
    from pressgraph.profile.model import ClassTerm

TARGET = Path(__file__).resolve().parents[1] / "docs" / "keys.md"
HEAD = """\
# Keys by class

What facts files may say of each class, as the shipped ontology and shapes have it. `make profile` writes this page;
`pressgraph profile keys CLASS` lists the same, with what a project's own profile adds. A thing of a class also has the
keys of the classes above it. *Needed* keys are asked for by shapes, wherever they are said. Words under *also called*
lead to the key in error messages. Values are described in [Facts](facts.md).
"""


def values(key: Key) -> str:
    """Return what the values of a key are."""
    if key.measure is not None:
        return "number"
    parts = [f"`{key.scheme.name}`"] if key.scheme is not None and not key.scheme.name.endswith("-values") else []
    if key.scheme is not None and not parts:
        parts = [", ".join(f"`{name}`" for name in key.scheme.concepts)]
    datatypes = {it.rpartition("#")[2].rpartition("/")[2] for it in (*key.datatypes, key.datatype or "")} - {""}
    if "EDTF" in datatypes and "date" in datatypes:
        datatypes = {"date of any precision"}
    parts += ["link"] * key.takes(Kind.LINK) + sorted(datatypes) + ["text"] * key.takes(Kind.TEXT)
    return " or ".join(parts)


def row(name: str, term: ClassTerm, profile: Profile) -> str:
    """Return a row of the table."""
    key, use = profile.keys[name], term.uses[name]
    count = ("one" if use.single else "any") + (", needed" if use.required else "")
    personal = " (personal)" if key.personal or use.personal else ""
    cells = (
        f"`{name}`{personal}",
        values(key),
        count,
        key.labels.get("en", ""),
        key.labels.get("de", ""),
        ", ".join(use.words),
    )
    return f"| {' | '.join(it.replace('|', chr(92) + '|') for it in cells)} |"


def text() -> str:
    """Return the page as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        profile = pressgraph.open(folder).profile
    lines = [HEAD]
    for name, term in sorted(profile.classes.items(), key=lambda it: it[0].lower()):
        above = [it for iri in term.superclasses if (it := profile.class_of.get(iri)) is not None]
        inherited = {key for it in above for key in it.uses}
        own = [key for key in term.uses if key not in inherited]
        parents = sorted(it.name for it in above if it.uses)
        if not own and not parents:
            continue
        labels = " · ".join(term.labels[tag] for tag in ("en", "de") if tag in term.labels)
        lines += [f"## {name}", "", f"{labels}." + (f" Below {', '.join(parents)}." if parents else ""), ""]
        if own:
            lines += ["| key | values | how many | meaning | auf Deutsch | also called |", "|---|---|---|---|---|---|"]
            lines += [*(row(key, term, profile) for key in own), ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
