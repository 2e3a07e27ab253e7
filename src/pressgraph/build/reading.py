"""Read facts files and convert them: few in this process, many in as many processes as there are processors.

A process is a fresh interpreter, which imports nothing of whoever builds. Where one ends, its files are read here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self

from pressgraph.build.manifest import FileEntry
from pressgraph.convert import compile_emitter, convert_facts
from pressgraph.convert.emitter import source_name
from pressgraph.facts import read_facts
from pressgraph.validation.incremental.state import warning_to_json
from pressgraph.validation.suppressions import suppressions_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pressgraph.convert.emitter import Emitter
    from pressgraph.errors import Place, Problem
    from pressgraph.facts import FactsFile
    from pressgraph.facts.model import Fact
    from pressgraph.profile import Profile
    from pressgraph.project import Project

_MANY = 400
"""From so many files on, processes take less time than it takes to start them."""
_BATCH = 16
"""Files that a process is given at once."""
_AHEAD = 2
"""Batches of a process that are under way: bounds memory."""
_COMMAND = "from pressgraph.build.reading import serve; serve()"


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


class FactsReader:
    """Reads the facts files of a project."""

    def __init__(self, project: Project, profile: Profile, emitter: Emitter) -> None:
        self.project = project
        self.profile = profile
        self.emitter = emitter
        self.read: dict[str, FactsFile] = {}
        """Files that were read in this process, by name."""

    def is_kept(self, fact: Fact) -> bool:
        """Tell whether a fact is reviewed, where that is asked of facts."""
        return fact.receipt.reviewed_by is not None

    def one(self, name: str) -> FactsFile:
        """Return a file, which is read unless it was."""
        if name not in self.read:
            path = self.project.root / name
            self.read[name] = read_facts(path, self.profile, id_base=self.project.id_base, name=name)
        return self.read[name]

    def all(self, names: Sequence[str]) -> Iterator[Reading]:
        """Yield files, in order."""
        jobs = _processors() if len(names) >= _MANY and sys.executable else 1
        if jobs == 1:
            yield from (self.converted(name) for name in names)
            return
        batches = [names[first : first + _BATCH] for first in range(0, len(names), _BATCH)]
        with _Processes(jobs, self.project) as processes:
            for batch, answer in zip(batches, processes.answers(batches), strict=True):
                if answer is not None:
                    yield from answer
                else:
                    yield from (self.converted(name, keep=False) for name in batch)

    def converted(self, name: str, *, keep: bool = True) -> Reading:
        """Read a file and convert it; `keep` it for who asks for `one`."""
        file = self.one(name)
        if not keep:
            del self.read[name]
        source = file.source
        allowed = suppressions_in(file, self.profile, self.project.id_base)
        return Reading(
            quads=b"".join(convert_facts(file, self.emitter)) if not file.problems else b"",
            entry=FileEntry(
                facts=sum(map(self.is_kept, file.facts)) if self.emitter.reviewed else len(file.facts),
                sources=[source_name(source.id)] if source is not None else [],
                text=str(source.text_file) if source is not None and source.text_file is not None else None,
                allow=[it.to_json() for it in allowed],
                warnings=[warning_to_json(it) for it in file.warnings],
            ),
            links=Links.of(file),
            problems=file.problems,
        )


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Processes:
    """Processes that read files, until they are told of no more or their parent ends."""

    def __init__(self, count: int, project: Project) -> None:
        self._processes = [
            # of a session of its own, which Ctrl-C does not reach: the parent ends it
            subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-c", _COMMAND],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            for _ in range(count)
        ]
        self._ended: set[int] = set()
        for number in range(count):
            self._tell(number, project)

    def answers(self, batches: Sequence[Sequence[str]]) -> Iterator[list[Reading] | None]:
        """Yield what became of batches of names, in order; None where a process ended."""
        asked: deque[int] = deque()
        ahead = _AHEAD * len(self._processes)
        for number, batch in enumerate(batches):
            if len(asked) == ahead:
                yield self._hear(asked.popleft())
            process = number % len(self._processes)
            self._tell(process, batch)
            asked.append(process)
        while asked:
            yield self._hear(asked.popleft())

    def _tell(self, number: int, told: object) -> None:
        pipe = self._processes[number].stdin
        with suppress(OSError):
            pickle.dump(told, pipe)  # type: ignore[arg-type]
            pipe.flush()  # type: ignore[union-attr]

    def _hear(self, number: int) -> list[Reading] | None:
        if number not in self._ended:
            try:
                answer: list[Reading] | Exception = pickle.load(self._processes[number].stdout)  # type: ignore[arg-type]  # noqa: S301 - from our own process
            except (EOFError, OSError, pickle.UnpicklingError):
                self._ended.add(number)
            else:
                if not isinstance(answer, Exception):
                    return answer
                raise answer
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]


def serve() -> None:
    """Read the files that a parent names, until it ends: all that a process does."""
    from pressgraph.profile import load_profile

    told, answers = sys.stdin.buffer, sys.stdout.buffer
    # what a library prints is no answer
    sys.stdout = sys.stderr
    with suppress(EOFError, OSError):
        project: Project = pickle.load(told)  # noqa: S301 - from our own parent
        profile = load_profile(project)
        reader = FactsReader(
            project, profile, compile_emitter(profile, project.id_base, reviewed=project.require_reviewed)
        )
        while True:
            _answer(reader, pickle.load(told), answers)  # noqa: S301 - from our own parent


def _answer(reader: FactsReader, names: Sequence[str], answers: IO[bytes]) -> None:
    try:
        answer: Any = [reader.converted(name, keep=False) for name in names]
    except Exception as error:  # noqa: BLE001 - raised where the files are wanted
        answer = error
    pickle.dump(answer, answers)
    answers.flush()
