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
FIRST, WIDENED, UNREAD, READ, LATER = 10, 20, 30, 40, 50
"""Texts up to the first number were written before the rules, those up to the second one have widened them. Those up to
the third one, and those above the last one, are not read by who writes rules, who has written those up to the fourth
one after them. Those up to the fifth one were written before the rules as they are."""
BLIND = "not read by who writes rules"


def main() -> None:
    """Print a table for each group of texts."""
    show = "--errors" in sys.argv
    profile = load_profile(open_project(ROOT))
    scorer, known = Scorer(profile), KnownNames(profile)
    golds = sorted((HERE / "gold").glob("*.yaml"))
    groups: dict[str, list[tuple[Path, Path | None]]] = {
        "written before the rules": [(it, None) for it in golds if int(it.name[:2]) <= FIRST],
        "written after the rules, which were widened with them": [
            (it, None) for it in golds if FIRST < int(it.name[:2]) <= WIDENED
        ],
        BLIND: [(it, None) for it in golds if WIDENED < int(it.name[:2]) <= UNREAD],
        "written before the rules as they are": [(it, None) for it in golds if READ < int(it.name[:2]) <= LATER],
        f"{BLIND}, written last": [(it, None) for it in golds if int(it.name[:2]) > LATER],
        "written after the rules by who writes them": [(it, None) for it in golds if UNREAD < int(it.name[:2]) <= READ],
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
