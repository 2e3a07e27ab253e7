"""Draft a facts file from a text: what is proposed, through the gate, the facts rules and the shapes, as YAML.

Nothing is written here but by `write`: callers may show a draft, or put it elsewhere.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pressgraph.drafting.admitted import Context
from pressgraph.drafting.begin import Beginning, beginning, create, dated
from pressgraph.drafting.compose import comments, composed, counted, spaced, written_fact
from pressgraph.drafting.doubt import doubtful
from pressgraph.drafting.gate import admit
from pressgraph.drafting.proposal import RULES
from pressgraph.drafting.repeats import Repeats
from pressgraph.errors import Place, PressgraphError, Problem
from pressgraph.facts import dangling_problems, read_facts, read_facts_bytes
from pressgraph.facts.drafts import one_line
from pressgraph.facts.edit import replace_file
from pressgraph.i18n import Text, gettext, ngettext
from pressgraph.text import SourceText, Texts
from pressgraph.validation import check_files
from pressgraph.validation.report import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pressgraph.drafting.admitted import DraftedFact, Refused
    from pressgraph.drafting.known import KnownNames
    from pressgraph.drafting.proposal import Proposal
    from pressgraph.drafting.release import ReleaseText
    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.validation.report import Result

Proposer: TypeAlias = "Callable[[str, str | None, KnownNames], Proposal]"
"""Proposes what a text, in a language or in none that is known, says, given things that are known."""

# what a person adds, where others are wrong as they stand
_MISSING = ("MinCount", "QualifiedMinCount", "HasValue", "Or", "Xone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a draft is made."""

    name: str | None = None
    output: Path | None = None
    """The facts file; by default `data/releases/NAME.yaml`."""
    offsets: bool = False
    """Write evidence as offsets, not in words."""
    engine: str = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft: two files, and what a person should know of them."""

    facts: Path
    text: Path
    content: bytes
    """The facts file."""
    text_content: bytes
    before: bytes | None
    """The facts file that was there."""
    count: int
    """How many proposals are in it that nobody has reviewed."""
    things: dict[str, int]
    """How many things are described for the first time, by class."""
    look_first: tuple[Text, ...]
    """What is most likely to be wrong."""
    asks: tuple[Text, ...]
    """What the shapes still ask of the facts, were they reviewed."""
    refused: tuple[Refused, ...]
    repeated: int
    """How many statements were left out, because they are known, were kept or were refused."""
    notes: tuple[Text, ...]

    def write(self) -> None:
        """Write both files; what a person has changed meanwhile is not overwritten.

        Raises DataError where the file has changed since, PressgraphError where one is there already, OSError.
        """
        if not self.text.exists():
            create(self.text, self.text_content)
        if self.before is not None:
            replace_file(self.facts, self.before, self.content)
            return
        try:
            create(self.facts, self.content)
        except FileExistsError as error:
            raise _taken(self.facts) from error


def draft(
    release: ReleaseText,
    project: Project,
    profile: Profile,
    propose: Proposer,
    *,
    known: KnownNames,
    options: Options | None = None,
) -> Drafted:
    """Draft the facts of a release.

    Where its facts file is there already and is about the same text, what was typed, reviewed and refused in it stays.

    Raises PressgraphError for a name that is taken by another text, FactsError for a facts file with mistakes.
    """
    return _Drafting(release, project, profile, known, options or Options()).drafted(propose)


class _Drafting:
    def __init__(
        self, release: ReleaseText, project: Project, profile: Profile, known: KnownNames, options: Options
    ) -> None:
        self.project, self.profile, self.known, self.options = project, profile, known, options
        self.start: Beginning = beginning(release, options.name)
        folder = project.root / "data"
        self.facts = options.output or folder / "releases" / f"{self.start.name}.yaml"
        self.path = folder / "texts" / f"{self.start.name}.txt"
        self.text = SourceText.of(self.start.text)
        self.file = Path(os.path.relpath(self.path, self.facts.parent)).as_posix()
        if self.path.exists() and self.path.read_bytes() != self.start.text:
            raise _taken(self.path)
        before = self.facts.read_bytes() if self.facts.exists() else None
        self._last: tuple[bytes, FactsFile] | None = None
        self.repeats = Repeats(before, self.facts, project, profile, text=self.text, source=self.start.source)

    def drafted(self, propose: Proposer) -> Drafted:
        start = self.start
        proposal = propose(self.text.text, start.language, self.known)
        context = Context(
            text=self.text,
            profile=self.profile,
            id_base=self.project.id_base,
            source=self.repeats.source_id,
            source_types=("NewsArticle",),
            language=start.language,
            published=start.published,
            known=self.known,
        )
        admitted = admit(proposal, context)
        fresh, repeated = self.repeats.without(admitted.facts)
        source = start.block(self.file)
        facts = [written_fact(it, self.text, offsets=self.options.offsets) for it in fresh]
        text, facts, refused = composed(source, facts, self._problems)
        if (known := self.repeats.known_to_graph(self._read(text.encode()))) and facts:
            repeated += len(known)
            for index, key in sorted(known, reverse=True):
                del facts[index][key]
                if not facts[index].keys() & self.profile.keys.keys() and "type" not in facts[index]:
                    del facts[index]
            text, facts, more = composed(source, facts, self._problems)
            refused += more
        text, facts, wrong, asks = self._conforming(source, text, facts)
        everything = (*admitted.refused, *refused, *wrong)
        tail = comments(everything, proposal.questions, language=self.project.language)
        content = self.repeats.merged(dated(spaced(text), start), facts, tail)
        return Drafted(
            facts=self.facts,
            text=self.path,
            content=content,
            text_content=start.text,
            before=self.repeats.before,
            count=len(facts),
            things=counted(facts),
            look_first=tuple(self._look_first(fresh, everything, proposal)),
            asks=asks,
            refused=everything,
            repeated=repeated,
            notes=start.notes,
        )

    def _texts(self) -> Texts:
        return Texts(self.facts.parent).hold(self.file, self.text)

    def _problems(self, data: bytes) -> list[Problem]:
        """Return what the facts rules find in a draft; ids of known things are described elsewhere."""
        checked = self._read(data)
        described = {it: () for it in checked.references if self._is_described(it)}
        return [*checked.problems, *dangling_problems(checked, described)]

    def _read(self, data: bytes) -> FactsFile:
        """Return a draft as it is read, were it reviewed; read once for the facts rules and the shapes."""
        if self._last is None or self._last[0] != data:
            read = read_facts_bytes(
                data, self.profile, id_base=self.project.id_base, name=str(self.facts), texts=self._texts()
            )
            self._last = data, read.with_proposals()
        return self._last[1]

    def _is_described(self, name: str) -> bool:
        return self.known.classes(name) is not None or name in self.repeats.described

    def _conforming(
        self, source: dict[str, Any], text: str, facts: list[dict[str, Any]]
    ) -> tuple[str, list[dict[str, Any]], list[Refused], tuple[Text, ...]]:
        """Take out what the shapes find wrong as it stands; tell what they ask for besides."""
        refused: list[Refused] = []
        asks: tuple[Text, ...] = ()
        for _ in range(_ROUNDS):
            if not facts:
                break
            wrong, asks = self._shapes(text)
            if not wrong:
                break

            def problems(data: bytes, wrong: list[Problem] = wrong) -> list[Problem]:
                return wrong if data == text.encode() else self._problems(data)  # noqa: B023 - used before it changes

            text, facts, more = composed(source, facts, problems)
            refused += more
        return text, facts, refused, asks

    def _shapes(self, text: str) -> tuple[list[Problem], tuple[Text, ...]]:
        """Check a draft by the shapes, as if it were reviewed."""
        # what a file is, its name says
        named = self.facts if self.facts.suffix in {".yaml", ".yml"} else self.facts.with_suffix(".yaml")
        report = check_files(
            [named],
            self.project,
            self.profile,
            engine=self.options.engine,
            reader=lambda path: (
                self._read(text.encode())
                if path == named
                else read_facts(path, self.profile, id_base=self.project.id_base, name=self.project.name_of(path))
            ),
        )
        wrong: list[Problem] = []
        asks: list[Text] = []
        for result in report.results:
            if result.severity is not Severity.VIOLATION:
                continue
            message = _message(result)
            if result.place is None or any(it in result.component for it in _MISSING) or self._in_source(text, result):
                asks.append(_about(result, message, self.project))
            else:
                place = Place(file=str(self.facts), line=result.place.line, column=result.place.column)
                wrong.append(Problem(rule=result.rule, place=place, message=message))
        return wrong, tuple(dict.fromkeys(asks))

    def _in_source(self, text: str, result: Result) -> bool:
        lines = text.splitlines()
        return result.place is not None and result.place.line <= lines.index("facts:")

    def _look_first(
        self, facts: Iterable[DraftedFact], refused: tuple[Refused, ...], proposal: Proposal
    ) -> Iterable[Text]:
        """Yield what is most likely to be wrong."""
        for fact in facts if proposal.by != RULES else ():
            if doubtful(self.text.text, fact.span, self.start.language):
                words = one_line(self.text.slice(fact.span))
                line = self.text.line(fact.span[0])
                yield gettext("what line {line} says may be denied or planned there: {words}", line=line, words=words)
        unsure = sum(it.status != "stated" for it in facts)
        if unsure:
            yield ngettext(
                "{count} fact is read out of the words, or rewritten: see 'status'",
                "{count} facts are read out of the words, or rewritten: see 'status'",
                count=unsure,
            )
        zoneless = sum(
            isinstance(it, str) and _HOUR.fullmatch(it) is not None for fact in facts for it in fact.body.values()
        )
        if zoneless:
            yield ngettext(
                "{count} hour of a day has no zone: write it behind the hour, such as +02:00",
                "{count} hours of days have no zone: write it behind the hour, such as +02:00",
                count=zoneless,
            )
        if proposal.questions:
            yield ngettext(
                "{count} question stands at the end of the file",
                "{count} questions stand at the end of the file",
                count=len(proposal.questions),
            )
        if refused:
            yield ngettext(
                "{count} proposal did not pass; the end of the file says why",
                "{count} proposals did not pass; the end of the file says why",
                count=len(refused),
            )


_ROUNDS = 5
_HOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")


def _message(result: Result) -> Text:
    return Text(result.message("en"), de=result.message("de"))


def _about(result: Result, message: Text, project: Project) -> Text:
    return gettext("{id}: {message}", id=result.focus.removeprefix(project.id_base), message=message)


def _taken(path: Path) -> PressgraphError:
    return PressgraphError(
        gettext("{path} is there already, with another text", path=path), hint=gettext("give another --name")
    )
