"""Read facts files and convert them: few in this process, many in as many processes as there are processors.

Where a process ends, its files are read here.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import pyoxigraph as ox

from pressgraph.build.manifest import FileEntry
from pressgraph.build.texts import release_text
from pressgraph.convert import compile_emitter, convert_facts, left_out
from pressgraph.convert.emitter import source_name
from pressgraph.dataset import GraphNames
from pressgraph.facts import read_facts
from pressgraph.processes import ProcessEndedError, Processes, processors
from pressgraph.validation.incremental.state import warning_to_json
from pressgraph.validation.suppressions import suppressions_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pressgraph.convert.emitter import Emitter
    from pressgraph.errors import Place, Problem
    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile
    from pressgraph.project import Project

_MANY = 400
"""From so many files on, processes take less time than it takes to start them."""
_BATCH = 16
"""Files that a process is given at once."""
_AHEAD = 2
"""Batches of a process that are under way: bounds memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The ids that a facts file describes, and those that it links to without describing them, with their places."""

    described: frozenset[str]
    references: Mapping[str, Place]

    @classmethod
    def of(cls, file: FactsFile) -> Self:
        """Return those of a file."""
        own = {*file.described, file.source.id if file.source is not None else ""}
        references = {name: place for name, place in file.references.items() if name not in own}
        return cls(described=file.described, references=references)


class Reading(NamedTuple):
    """A facts file, read: its quads as N-Quads, none where it has problems, and what a build is to know of it."""

    quads: bytes
    entry: FileEntry
    links: Links
    problems: tuple[Problem, ...]
    text: bytes
    """The quads of its source's text, where that may be published."""


class FactsReader:
    """Reads the facts files of a project."""

    def __init__(self, project: Project, profile: Profile, emitter: Emitter) -> None:
        self.project = project
        self.profile = profile
        self.emitter = emitter
        self._graphs = GraphNames(id_base=project.id_base)
        self.read: dict[str, FactsFile] = {}
        """Files that were read in this process, by name."""

    def one(self, name: str) -> FactsFile:
        """Return a file, which is read unless it was."""
        if name not in self.read:
            path = self.project.root / name
            self.read[name] = read_facts(path, self.profile, id_base=self.project.id_base, name=name)
        return self.read[name]

    def all(self, names: Sequence[str]) -> Iterator[Reading]:
        """Yield files, in order."""
        jobs = processors() if len(names) >= _MANY and sys.executable else 1
        if jobs == 1:
            yield from (self.converted(name) for name in names)
            return
        batches = [names[first : first + _BATCH] for first in range(0, len(names), _BATCH)]
        with Processes(jobs, _reading, self.project) as processes:
            for batch, answer in processes.answers(batches, ahead=_AHEAD * jobs):
                try:
                    readings = answer.result()
                except ProcessEndedError:
                    readings = [self.converted(name, keep=False) for name in batch]
                yield from readings

    def converted(self, name: str, *, keep: bool = True) -> Reading:
        """Read a file and convert it; `keep` it for who asks for `one`."""
        file = self.one(name)
        if not keep:
            del self.read[name]
        source = file.source
        allowed = suppressions_in(file, self.profile, self.project.id_base)
        quads = b"".join(convert_facts(file, self.emitter)) if not file.problems else b""
        return Reading(
            quads=quads,
            entry=FileEntry(
                facts=len(file.facts) - left_out(file, self.emitter),
                sources=[source_name(source.id)] if source is not None else [],
                text=str(source.text_file) if source is not None and source.text_file is not None else None,
                allow=[it.to_json() for it in allowed],
                warnings=[warning_to_json(it) for it in file.warnings],
            ),
            links=Links.of(file),
            problems=file.problems,
            text=self.text(file) if quads else b"",
        )

    def text(self, file: FactsFile) -> bytes:
        """Return the quads of the text of a file's source; nothing where it may not be published."""
        if file.source is None or file.source.published_text is None:
            return b""
        document = self.emitter.iri(file.source.body["id"])[1:-1]
        quads = release_text(file, self._graphs, document, reviewed=self.emitter.reviewed)
        return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""


@contextmanager
def _reading(project: Project) -> Iterator[Callable[[Sequence[str]], list[Reading]]]:
    """Read the files of a project in a process of its own, as it is asked."""
    from pressgraph.profile import load_profile

    profile = load_profile(project)
    emitter = compile_emitter(profile, project.id_base, reviewed=project.require_reviewed)
    reader = FactsReader(project, profile, emitter)
    yield lambda names: [reader.converted(name, keep=False) for name in names]
