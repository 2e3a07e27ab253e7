"""Measure what rules propose: the texts of this folder by when they were written, and the founding release's.

The founding release's text is no part of the repository: PRESSGRAPH_RELEASE names its file, or it is left out.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.drafting.score import ROOT, Score, Scorer, Statement

from pressgraph.drafting.known import KnownNames
from pressgraph.drafting.languages import language_of
from pressgraph.drafting.patterns.propose import propose
from pressgraph.drafting.proposal import SOURCE
from pressgraph.profile import load_profile
from pressgraph.project import open_project

HERE = Path(__file__).parent
BLIND = "not read by who writes rules"
GROUPS = (
    ("written before the rules", 1, 10),
    ("written after the rules, which were widened with them", 11, 20),
    ("written by somebody who did not know the rules, and read since", 21, 30),
    ("written before the rules as they are", 41, 50),
    (f"{BLIND}, written last", 51, 60),
    ("written after the rules were done, and scored once", 71, 80),
    ("written last by somebody who did not know the rules, and read since", 61, 70),
    ("written after the rules by who writes them", 31, 40),
)
"""The texts of a group, by the numbers of its first and its last one."""


def main() -> None:
    """Print a table for each group of texts."""
    show = "--errors" in sys.argv
    profile = load_profile(open_project(ROOT))
    scorer, known = Scorer(profile), KnownNames(profile)
    golds = sorted((HERE / "gold").glob("*.yaml"))
    groups: dict[str, list[tuple[Path, Path | None]]] = {
        name: [(it, None) for it in golds if first <= int(it.name[:2]) <= last] for name, first, last in GROUPS
    }
    if (release := os.environ.get("PRESSGRAPH_RELEASE")) is not None:
        founding = next((ROOT / "data" / "releases").glob("*.yaml"))
        groups["the founding release"] = [(founding, Path(release))]
    for name, files in groups.items():
        total, spent = Score(), []
        for gold_file, text_file in files:
            gold, text = scorer.read(gold_file, text_file.read_text(encoding="utf-8") if text_file else None)
            language = language_of(text) or "en"
            propose(text, language, known)
            started = time.perf_counter()
            proposal = propose(text, language, known)
            spent.append(time.perf_counter() - started)
            draft = scorer.proposed(proposal, text)
            whole = ((0, len(text)),)
            # the source block of a draft states it
            draft.statements.append(Statement(SOURCE, "inLanguage", language, link=False, spans=whole, fact=0))
            one = scorer.score(draft, gold)
            total.add(one)
            if show and not name.startswith(BLIND):
                sys.stdout.write(f"\n# {gold_file.name}\n")
                names = {
                    it.id: "/".join(sorted(it.names)) or it.id
                    for facts in (draft, gold)
                    for it in facts.things.values()
                }
                for word, statements in (("wrong ", one.wrong), ("missed", one.missed)):
                    for it in statements:
                        said = text[it.spans[0][0] : it.spans[0][1]][:70].replace("\n", " ") if it.spans else ""
                        value = names.get(it.value, it.value)[:60]
                        sys.stdout.write(f"{word} {names.get(it.about, it.about)} · {it.key} · {value} | {said}\n")
        if files:
            sys.stdout.write(f"\n## {name}\n\n{total.table()}\n\n{1000 * max(spent):.0f} ms at most for a text, warm\n")


if __name__ == "__main__":
    main()
