"""Run the W3C JSON-LD 1.1 suite (toRdf) through `extract`, and print the table of docs/embedding.md.

    python benchmarks/json_ld_suite.py [SUITE]

Each input goes into a page, in a script of its own, and the page is read. A positive case passes where the dataset is
the expected one (RDFC-1.0), a syntax case where nothing is an error, and a negative one where an error is said.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from pressgraph.embed import extract

# a script finds its own folder's modules, not the root's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.suites import MISSING, suite_folder

# Why cases fail, and who owns that.
_OLD = "by design: it is about JSON-LD 1.0, and pages are read as 1.1"
_REMOTE = "by design: its context would have to be fetched, and is said not to be at hand"
_DIRECTION = "by design: the direction of a text is not kept, which is the default (`rdfDirection`)"
_GENERALIZED = "by design: it expects generalized RDF, with blank nodes as predicates"
_OPTION = "by design: a page has no `expandContext` beside itself"
_ABSENT = "the copy: its document is not in the folder `toRdf`"
EXPECTED: dict[str, str] = {
    **dict.fromkeys(("tc029", "te014", "te026", "te071", "te115", "te116", "tep02"), _OLD),
    **dict.fromkeys(("ter21", "ter24", "ter32", "ter42", "ttn01"), _OLD),
    **dict.fromkeys(("tc031", "tc034", "te126", "te127", "te128"), _REMOTE),
    **dict.fromkeys(("tso05", "tso06", "tso08", "tso09", "tso11"), _REMOTE),
    **dict.fromkeys(("tdi09", "tdi10", "tdi11", "tdi12"), _DIRECTION),
    **dict.fromkeys(("t0118", "te075"), _GENERALIZED),
    "te077": _OPTION,
    "ter56": _ABSENT,
}

SUITE = "json-ld11"


class Case(NamedTuple):
    """One case: its id, its kind, where its document lies, and what is expected."""

    name: str
    kind: str
    base: str
    document: str | None
    expected: str | None
    options: dict[str, Any]
    title: str


def cases(folder: Path) -> list[Case]:
    """Return the cases of the suite in its order."""
    manifest = json.loads((folder / "toRdf-manifest.jsonld").read_bytes())
    found = []
    for entry in manifest["sequence"]:
        kind = next(it for it in ("Positive", "Negative", "Syntax") if any(it in one for one in entry["@type"]))
        kind = "Syntax" if any("Syntax" in it for it in entry["@type"]) else kind
        options = entry.get("option", {})
        expected = entry.get("expect")
        found.append(
            Case(
                name=entry["@id"].removeprefix("#"),
                kind=kind.lower(),
                base=options.get("base", manifest["baseIri"] + entry["input"]),
                document=_text(folder / entry["input"]),
                expected=_text(folder / expected) if expected is not None else None,
                options=options,
                title=entry["name"],
            )
        )
    return found


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def page(case: Case) -> bytes:
    """Return a page that carries the case's document."""
    script = (case.document or "").replace("</", "<\\/").replace("<!--", "\\u003c!--")
    return f'<!doctype html><meta charset="utf-8"><script type="application/ld+json">{script}</script>'.encode()


def run(case: Case) -> str:
    """Run a case; return `passed`, or what is different."""
    if case.document is None:
        return "its document is not in this copy of the suite"
    found = extract(page(case), case.base)
    errors = [it.reason for it in found.problems if it.fatal]
    if case.kind == "negative":
        return "passed" if errors else "no error is said"
    if case.kind == "syntax":
        return "passed" if not errors else errors[0]
    if case.options.get("produceGeneralizedRdf"):
        return "it expects generalized RDF"
    read = _canonical(found.quads)
    expected = _canonical(ox.parse(case.expected, format=ox.RdfFormat.N_QUADS)) if case.expected is not None else []
    if read == expected:
        return "passed"
    missing, surplus = set(expected) - set(read), set(read) - set(expected)
    return f"{len(missing)} missing, {len(surplus)} too many{f'; {errors[0]}' if errors else ''}"


def _canonical(quads: Any) -> list[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def table(folder: Path) -> str:
    """Return the tables in Markdown: totals by kind, then each case that fails, with the reason."""
    outcomes = [(case, run(case)) for case in cases(folder)]
    of = Counter(case.kind for case, _ in outcomes)
    passed = Counter(case.kind for case, outcome in outcomes if outcome == "passed")
    lines = ["| kind | passed | of |", "|---|---|---|"]
    lines += [f"| {kind} | {passed[kind]} | {of[kind]} |" for kind in sorted(of)]
    lines += [f"| all | {passed.total()} | {of.total()} |", ""]
    lines += ["| case | what it is about | why it fails |", "|---|---|---|"]
    for case, outcome in outcomes:
        if outcome != "passed":
            lines.append(f"| {case.name} | {case.title} | {EXPECTED.get(case.name, outcome)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    suite = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else suite_folder(SUITE)
    if not suite.is_dir():
        sys.exit(MISSING)
    print(table(suite), end="")
