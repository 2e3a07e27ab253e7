"""What shapes and checks say of a facts file while it is edited: of all of it once, then of what a save can reach."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from pressgraph.edit.known import ids_in
from pressgraph.edit.source import stamp_of
from pressgraph.errors import Place, PressgraphError, Problem
from pressgraph.facts import read_facts_bytes
from pressgraph.validation import Report, check_files

if TYPE_CHECKING:
    from pressgraph.edit.changes import Change
    from pressgraph.edit.known import Known
    from pressgraph.edit.source import OpenSource
    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile
    from pressgraph.project import Project

_KEPT = 200
_MOST_WHOLE = 400
"""Facts of a file that shapes and checks are asked about as a whole; of larger ones, what a change can reach is."""
_HOPS = 2
_NOWHERE = Path("nowhere.yaml")
_ANY = b"""\
source: { id: document/nowhere, type: NewsArticle, headline: { en: Nothing }, datePublished: 2026-01-01 }
facts: [{ id: agent/nobody, type: Person, name: Nobody }]
"""


@dataclass(frozen=True, slots=True)
class _Reached:
    """The report about a part of a file, and the lines on which the facts of this part begin."""

    report: Report
    lines: frozenset[int]


class Checker:
    """Asks shapes and checks about states of files, among the project's other files, and keeps what they said."""

    def __init__(self, project: Project, profile: Profile, known: Known) -> None:
        """Take the project and what is known of its files."""
        self._project, self._profile, self._known = project, profile, known
        self._kept: OrderedDict[str, Report] = OrderedDict()
        self._behind = Lock()
        self._wanted: dict[Path, OpenSource] = {}
        self._asking = False

    def prepare(self) -> None:
        """Check a fact that is in no file, which reads all that is read once: rules, shapes, checks, the profile."""
        read = read_facts_bytes(_ANY, self._profile, id_base=self._project.id_base, name="-", folder=self._project.root)
        check_files([_NOWHERE], self._project, self._profile, reader=lambda _: read)

    def whole(self, path: Path, opened: OpenSource) -> Report:
        """Return what is said of all facts of a state of a file."""
        key = self._key(path, opened)
        if key not in self._kept:
            self._keep(key, self._asked(path, _read(opened).with_proposals()))
        return self._kept[key]

    def whole_at_once(self, path: Path, opened: OpenSource) -> Report | None:
        """Return what is said of all facts of a state where that is known, or takes little time.

        Else None: it is found out beside all else, for who asks again.
        """
        if self._key(path, opened) in self._kept or len(opened.facts) <= _MOST_WHOLE:
            return self.whole(path, opened)
        with self._behind:
            self._wanted[path] = opened
            begins, self._asking = not self._asking, True
        if begins:
            Thread(target=self._ask_behind, daemon=True).start()
        return None

    def _ask_behind(self) -> None:
        while True:
            with self._behind:
                if not self._wanted:
                    self._asking = False
                    return
                path, opened = self._wanted.popitem()
            try:
                self.whole(path, opened)
            except (PressgraphError, OSError) as error:
                # such as another file that cannot be read: said as a problem of this one
                problem = Problem(rule="unreadable", message=str(error), place=Place(file=opened.name))
                self._keep(self._key(path, opened), Report(problems=(problem,)))
            except BaseException:
                with self._behind:
                    self._asking = False
                raise

    def of_change(
        self, path: Path, before: OpenSource, after: OpenSource, change: Change
    ) -> tuple[Report, Report | None]:
        """Return what is said after a change and what was said before it; None where the state before was no graph.

        Of a large file, both are about what the change can reach: the things that it names, and those around them. What
        was said of the rest of the file before is kept as said of it still.
        """
        first = before.read if before.read is not None and not before.read.problems else None
        if len(after.facts) <= _MOST_WHOLE:
            return self.whole(path, after), self.whole(path, before) if first is not None else None
        about = _names(change, before)
        reached = self._reached(path, _read(after), about)
        if first is None:
            return reached.report, None
        said = self._kept.get(self._key(path, before))
        if said is None:
            return reached.report, self._reached(path, first, about).report
        apart = all(len({it.lines[0] for it in state.facts}) == len(state.facts) for state in (before, after))
        if apart and not said.problems and not reached.report.problems:
            self._keep(self._key(path, after), _carried(said, reached, before, after, change))
        return reached.report, said

    def _reached(self, path: Path, read: FactsFile, about: set[str]) -> _Reached:
        full = read.with_proposals()
        reached = (about & full.described) | about
        bodies = [(fact, ids_in(fact.body) & full.described) for fact in full.facts]
        for _ in range(_HOPS):
            reached |= {name for _, names in bodies if not names.isdisjoint(reached) for name in names}
        facts = tuple(fact for fact, names in bodies if not names.isdisjoint(reached))
        report = self._asked(path, replace(full, facts=facts))
        return _Reached(report, frozenset(fact.place.line for fact in facts))

    def _asked(self, path: Path, full: FactsFile) -> Report:
        linked = {*full.references, *full.described}

        def reader(other: Path) -> FactsFile:
            return full if other == path else self._known.with_only(self._known.file(other), linked)

        return check_files([path], self._project, self._profile, reader=reader)

    def _key(self, path: Path, opened: OpenSource) -> str:
        others = "".join(f"{it}{stamp_of(it)}" for it in self._known.files() if it != path)
        return f"{opened.sha256}{opened.text_stamp}{hashlib.sha256(others.encode()).hexdigest()}"

    def _keep(self, key: str, report: Report) -> None:
        self._kept[key] = report
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


def _read(opened: OpenSource) -> FactsFile:
    assert opened.read is not None  # noqa: S101 - what cannot be read is not checked
    return opened.read


def _names(change: Change, before: OpenSource) -> set[str]:
    """Return the texts of a fact before and after a change: the ids that it is about are among them."""
    found = ids_in(_written(change.said)) if change.said is not None else set()
    if change.index is not None:
        found |= ids_in(dict(before.facts[change.index].said))
    return found


def _written(value: Any) -> Any:
    match value:
        case list() | tuple():
            return [_written(it) for it in value]
        case str() | bool() | int() | float():
            return str(value)
    return {key: _written(it) for key, it in value.items()}


def _carried(said: Report, reached: _Reached, before: OpenSource, after: OpenSource, change: Change) -> Report:
    """Return the report about a whole file after a change: anew of what it reached, as before of the rest."""
    starts = [it.lines[0] for it in before.facts]
    removed = change.said is None

    def index_at(line: int) -> int | None:
        """Return which fact of the file now a line belonged to; None for one that is gone, or for no fact."""
        at = bisect_right(starts, line) - 1
        if at < 0 or (removed and at == change.index):
            return None
        return at - 1 if removed and change.index is not None and at > change.index else at

    def moved(place: Place) -> Place:
        if place.file != before.name:
            return place
        old = bisect_right(starts, place.line) - 1
        new = index_at(place.line)
        if new is None:
            return place
        return replace(place, line=place.line + after.facts[new].lines[0] - before.facts[old].lines[0])

    kept = []
    for result in said.results:
        if result.place is None or result.place.file != before.name:
            kept.append(result)
            continue
        index = index_at(result.place.line)
        if index is None or after.facts[index].lines[0] in reached.lines:
            continue
        related = tuple(replace(it, place=moved(it.place)) for it in result.related)
        kept.append(replace(result, place=moved(result.place), related=related))
    return replace(said, results=(*kept, *reached.report.results), facts=len(after.facts))
