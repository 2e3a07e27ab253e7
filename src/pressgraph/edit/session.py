"""Edit facts files one fact at a time: what every face of the editor calls.

A change says which state of the file it was made of, by hash. Where the file is another one by now, the change is
joined with what came in between, or refused with the three states of the fact; nothing is overwritten or lost.
"""

from __future__ import annotations

import datetime
import errno
import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import TYPE_CHECKING, Any

from pressgraph.convert import is_stream
from pressgraph.edit.changes import Change, both, changed, facts_of, meeting, texts
from pressgraph.edit.known import Known, ids_in
from pressgraph.edit.source import OpenSource, Trouble, open_source
from pressgraph.errors import DataError, Place, PressgraphError
from pressgraph.facts import is_json_lines
from pressgraph.facts.edit import Literal, replace_file
from pressgraph.facts.ids import Ids
from pressgraph.i18n import gettext
from pressgraph.project import write_atomically
from pressgraph.text import SeveralError
from pressgraph.validation import Report, Severity, check_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.text import Span

_KEPT_STATES = 200
_WRITABLE = 0o222
_KEPT_OPEN = 8
_MOST_WHOLE = 400
"""Facts of a file that shapes and checks are asked about as a whole; of larger ones, what a change can reach is."""
_HOPS = 2
_RECEIPT = ("status", "personal", "proposedBy", "reviewedBy", "reviewedOn", "allow")


class RefusedFactError(DataError):
    """A fact that is not saved, because of problems that it would have; `troubles` are in the words of `validate`."""

    def __init__(self, troubles: Sequence[Trouble], file: str) -> None:
        """Take the problems and the file."""
        super().__init__(troubles[0].message, place=Place(file=file), hint=troubles[0].hint)
        self.troubles = tuple(troubles)


class ConflictError(DataError):
    """A fact that another program has changed since a change of it was made.

    `before` is what it said, `theirs` what the file says now, `mine` what was to be saved; None where it is gone.
    `both` is what it says with both changes, None where they are of the same key. `now` is the file's hash.
    """

    def __init__(self, change: Change, base: str, now: str, states: tuple[Any, Any, Any, Any], file: str) -> None:
        """Take the change, the hashes of what it was made of and of the file now, and the states of the fact."""
        super().__init__(gettext("the fact was changed elsewhere while it was edited"), place=Place(file=file))
        self.change = change
        self.base = base
        self.now = now
        self.before, self.theirs, self.mine, self.both = states


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a save has made: the file as it is now, and which of its facts was saved, None where that is gone."""

    source: OpenSource
    index: int | None = None
    joined: bool = False
    """Whether another program had changed other facts of the file meanwhile."""


@dataclass(slots=True)
class _History:
    """The saves of one file in this session, as pairs of its bytes before and after; the first `done` are in it."""

    first: bytes
    steps: list[tuple[bytes, bytes]] = field(default_factory=list)
    done: int = 0


class EditSession:
    """What editing a project takes: the states of its files that changes were made of, and what can be undone."""

    def __init__(self, project: Project, profile: Profile) -> None:
        """Take an open project."""
        self.project, self.profile = project, profile
        self.known = Known(project, profile)
        self.lock = RLock()
        self._states: OrderedDict[str, bytes] = OrderedDict()
        self._reports: OrderedDict[str, Report] = OrderedDict()
        self._opened: OrderedDict[tuple[Path, str, str], OpenSource] = OrderedDict()
        self._histories: dict[Path, _History] = {}

    def files(self) -> list[str]:
        """Return the names of the project's facts files, those of tables and of JSON Lines too."""
        return list(self.project.facts_names())

    def source(self, path: Path) -> SourceEditor:
        """Return the editor of a facts file."""
        return SourceEditor(self, path)

    def remember(self, data: bytes) -> str:
        """Keep a state of a file, and return its hash."""
        digest = hashlib.sha256(data).hexdigest()
        self._states[digest] = data
        self._states.move_to_end(digest)
        while len(self._states) > _KEPT_STATES:
            self._states.popitem(last=False)
        return digest

    def state(self, digest: str) -> bytes | None:
        """Return a state by its hash, where it is kept."""
        return self._states.get(digest)

    def opened(self, path: Path, name: str, data: bytes) -> OpenSource:
        """Return a state of a file, by the rules of facts alone; the last few are kept while their text stays."""
        digest = self.remember(data)
        for key, kept in reversed(self._opened.items()):
            if key == (path, digest, _text_stamp(path, kept)):
                return kept
        opened = open_source(data, path, name, self.profile, id_base=self.project.id_base)
        self._opened[path, digest, _text_stamp(path, opened)] = opened
        while len(self._opened) > _KEPT_OPEN:
            self._opened.popitem(last=False)
        return opened

    def history(self, path: Path, data: bytes) -> _History:
        """Return the saves of a file; `data` is what it holds, for one that is opened for the first time."""
        return self._histories.setdefault(path, _History(first=data))

    def check(self, path: Path, data: bytes, read: FactsFile, about: set[str] | None = None) -> Report:
        """Return what shapes and checks say of a state of a file, among the other files; kept by what was asked.

        Where `about` are the ids of a change, and the file is large, they are asked about what these can reach.
        """
        whole = about is None or len(read.facts) + len(read.proposals) <= _MOST_WHOLE
        asked = "" if whole or about is None else " ".join(sorted(about))
        stamp = "".join(f"{it}{_stamp(it)}" for it in self.known.files() if it != path)
        key = hashlib.sha256(data + asked.encode() + stamp.encode()).hexdigest()
        if key not in self._reports:
            self._reports[key] = self._checked(path, read, None if whole else about)
            while len(self._reports) > _KEPT_STATES:
                self._reports.popitem(last=False)
        return self._reports[key]

    def _checked(self, path: Path, read: FactsFile, about: set[str] | None) -> Report:
        full = read.with_proposals()
        if about is not None:
            reached = set(about) & full.described | about
            bodies = [(fact, ids_in(fact.body) & full.described) for fact in full.facts]
            for _ in range(_HOPS):
                reached |= {name for _, names in bodies if not names.isdisjoint(reached) for name in names}
            full = replace(full, facts=tuple(fact for fact, names in bodies if not names.isdisjoint(reached)))
        linked = set(full.references)

        def reader(other: Path) -> FactsFile:
            return full if other == path else self.known.with_only(self.known.file(other), linked)

        return check_files([path], self.project, self.profile, reader=reader)


class SourceEditor:
    """The editor of one facts file; each call reads the file as it is, and a save is in it at once."""

    def __init__(self, session: EditSession, path: Path) -> None:
        """Take the session and the file."""
        self.session = session
        self.path = path
        self.name = session.project.name_of(path)

    def open(self, *, checked: bool = True) -> OpenSource:
        """Return the file as it is: text, facts, and what is wrong with them.

        Not `checked`, only by the rules of facts; shapes and checks take longer. Tables and JSON Lines can be looked at
        elsewhere; they are not edited.

        Raises OSError, DataError for a file that is not there.
        """
        if is_json_lines(self.path) or is_stream(self.path):
            reason = gettext(
                "tables and JSON Lines are edited where they come from; 'facts convert' makes YAML of them"
            )
            return OpenSource(name=self.name, data=b"", sha256="", source={}, refusal=reason)
        return self._opened(self.read(), checked=checked)

    def opened_at(self, base: str | None) -> OpenSource:
        """Return the file as it was in a state that is kept, else as it is; checked by the rules of facts alone."""
        return self._opened(self._state(base), checked=False)

    def read(self) -> bytes:
        """Return the file's bytes.

        Raises DataError where it is not there any more, OSError.
        """
        try:
            return self.path.read_bytes()
        except FileNotFoundError as error:
            raise DataError(gettext("the file is not there any more"), place=Place(file=self.name)) from error

    def _opened(self, data: bytes, *, checked: bool = True) -> OpenSource:
        session = self.session
        session.history(self.path, data)
        opened = session.opened(self.path, self.name, data)
        if checked and opened.read is not None and opened.facts and not opened.read.problems:
            report = session.check(self.path, data, opened.read)
            if report.results or report.problems:
                read = replace(opened.read, problems=(*opened.read.problems, *report.problems))
                opened = open_source(
                    data, self.path, self.name, session.profile, id_base=session.project.id_base, report=report
                )
                opened = replace(opened, read=read)
        return self._with_waiting(opened) if checked else opened

    def _with_waiting(self, opened: OpenSource) -> OpenSource:
        """Say of facts that they link to what only proposals describe: nothing is built until these are right."""
        if opened.read is None or not opened.read.proposals:
            return opened
        known = self.session.known
        others = {name for path in known.files() if path != self.path for name in known.file(path).described}
        waiting = opened.read.described_by_proposals - opened.read.described - others
        facts = []
        for fact in opened.facts:
            names = sorted(ids_in(dict(fact.said)) & waiting) if waiting and not fact.to_review else []
            troubles = tuple(
                Trouble(
                    rule="dangling-id",
                    message=gettext("only a proposal describes '{id}'", id=name),
                    hint=gettext("review what is proposed of it"),
                    about=f"waits {name}",
                )
                for name in names
            )
            facts.append(replace(fact, troubles=(*fact.troubles, *troubles)) if troubles else fact)
        return replace(opened, facts=tuple(facts))

    # -- changes

    def say(self, said: Mapping[str, Any], *, base: str | None = None) -> Saved:
        """Add a fact: its `id`, `type`, keys and receipt, as a facts file has them.

        `base` is the hash of the file that the fact was thought of with. Raises as `save`.
        """
        return self.save(Change(said=dict(said)), base=base)

    def change(self, index: int, said: Mapping[str, Any], *, base: str | None = None) -> Saved:
        """Let a fact say something else, all that it then says. Raises as `save`."""
        return self.save(Change(index=index, said=dict(said)), base=base)

    def remove(self, index: int, *, base: str | None = None) -> Saved:
        """Take a fact out of the file. Raises as `save`, but not for what others then miss."""
        return self.save(Change(index=index), base=base)

    def right(self, index: int, by: str, *, base: str | None = None) -> Saved:
        """Note that a proposal is right: who reviewed it, and that it was today. Raises as `save`."""
        fact = self._fact(index, base)
        self._check_reviewer(by)
        today = datetime.datetime.now().astimezone().date().isoformat()
        said = {**fact, "reviewedBy": by}
        said.setdefault("reviewedOn", Literal(today))
        return self.save(Change(index=index, said=said), base=base)

    def not_so(self, index: int, *, base: str | None = None) -> Saved:
        """Take a proposal out of the facts, and keep in the source that it is not so. Raises as `remove`."""
        fact = self._fact(index, base)
        refused = {key: _numbers(value) for key, value in fact.items() if key not in _RECEIPT}
        kept = self._opened(self._state(base), checked=False).source.get("rejected", [])
        return self.save(Change(index=index, source={"rejected": [*_numbers(kept), refused]}), base=base)

    def nothing(self, span: Span, *, base: str | None = None) -> Saved:
        """Note in the source that there is nothing worth a fact in some characters. Raises as `save`."""
        source = self._opened(self._state(base), checked=False)
        if source.text is None or not 0 <= span[0] < span[1] <= len(source.text.text):
            raise DataError(gettext("these characters are not in the text"), place=Place(file=self.name))
        spans = sorted({*source.checked, span})
        return self.save(Change(source={"checked": [list(it) for it in spans]}), base=base)

    def preview(self, change: Change, *, base: str | None = None) -> str:
        """Return the lines that a change would write.

        Raises DataError for what cannot be written.
        """
        data = self._state(base)
        after = changed(data, change, self.name)
        if change.said is None:
            return ""
        opened = self.session.opened(self.path, self.name, after)
        fact = opened.facts[change.index if change.index is not None else -1]
        lines = after.decode("utf-8-sig").splitlines()[fact.lines[0] - 1 : fact.lines[1]]
        return "\n".join(lines)

    def evidence(self, span: Span, source: OpenSource) -> Any:
        """Return characters of the text as evidence that suits the file: offsets, or words of the text."""
        if source.text is None or not source.in_words():
            return list(span)
        words = source.text.slice(span)
        try:
            alone = source.text.find(words) == span
        except SeveralError:
            places = list(source.text.places(words))
            return {"words": words, "nth": places.index(span) + 1} if span in places else list(span)
        return words if alone else list(span)

    def save(self, change: Change, *, base: str | None = None) -> Saved:
        """Make a change in the file, if all that it says is right and nothing else changes.

        `base` is the hash of the file that it was made of, by default what the file is now.

        Raises RefusedFactError for problems that the change would make, ConflictError where another program has changed
        the same fact, DataError for what cannot be changed without changing something else, OSError.
        """
        with self.session.lock:
            data = self.read()
            digest = self.session.remember(data)
            joined = base is not None and base != digest
            if joined and base is not None:
                change = self._joined(change, base, data)
            after = changed(data, change, self.name)
            self._compare_others(data, after, change)
            self._refuse_troubles(data, after, change)
            self._write(data, after)
            index = change.index
            if change.said is None:
                index = None
            elif index is None:
                index = len(self.session.opened(self.path, self.name, after).facts) - 1
            return Saved(source=self._opened(after), index=index, joined=joined)

    def _joined(self, change: Change, base: str, data: bytes) -> Change:
        """Return a change as one of the file as it is now.

        Raises ConflictError.
        """
        before = self.session.state(base)
        if before is None:
            now = self.session.remember(data)
            raise ConflictError(change, base, now, (None, None, change.said, None), self.name)
        if change.source:
            change = replace(change, source=self._joined_source(change.source, before, data))
        if change.index is None:
            return change
        met = meeting(before, data, change.index, self.name)
        if met.untouched:
            return replace(change, index=met.index)
        mine = texts(dict(change.said)) if change.said is not None else None
        if met.theirs is not None and met.theirs == mine:
            # both have made the same of it
            return replace(change, index=met.index)
        together = both(met.before, met.theirs, change.said) if change.said is not None else None
        now = self.session.remember(data)
        moved = replace(change, index=met.index)
        raise ConflictError(moved, base, now, (met.before, met.theirs, change.said, together), self.name)

    def _joined_source(self, wanted: Mapping[str, Any], before: bytes, now: bytes) -> dict[str, Any]:
        """Return lists of the source with what both have added to them."""
        old = self._opened(before, checked=False).source
        new = self._opened(now, checked=False).source
        joined: dict[str, Any] = {}
        for key, value in wanted.items():
            had, has = old.get(key, []), new.get(key, [])
            joined[key] = [*_numbers(has), *(it for it in value if texts(it) not in had and texts(it) not in has)]
        return joined

    def resolve(self, conflict: ConflictError, keep: str) -> Saved | Path:
        """Decide a conflict: keep `theirs`, `mine` or `both`, or decide `later`, which writes a copy beside the file.

        The copy is the file that the change was made of, with the change; its path is returned. Raises as `save`.
        """
        change = conflict.change
        if keep == "later":
            return self.keep_beside(conflict)
        if keep == "theirs":
            return Saved(source=self.open(), index=change.index)
        if keep == "both":
            if conflict.both is None:
                raise DataError(gettext("both changed the same key"), place=Place(file=self.name))
            return self.save(replace(change, said=conflict.both), base=conflict.now)
        # where the fact is gone from the file, mine is said again
        return self.save(change, base=conflict.now)

    def keep_beside(self, conflict: ConflictError) -> Path:
        """Write what was to be saved beside the file, as `.NAME.mine`; a copy that is there stays."""
        before = self.session.state(conflict.base)
        change = conflict.change
        if before is None:
            before, change = self.read(), replace(change, index=None)
        elif change.index is not None and conflict.before is not None:
            listed = facts_of(before, self.name)
            change = replace(change, index=listed.index(conflict.before))
        mine = changed(before, change, self.name)
        number, path = 1, self.path.with_name(f".{self.path.name}.mine")
        while path.exists():
            number += 1
            path = self.path.with_name(f".{self.path.name}.{number}.mine")
        with write_atomically(path) as file:
            file.write(mine)
        return path

    # -- undo

    @property
    def can_undo(self) -> bool:
        """Whether a save of this session can be undone."""
        return self.path in self.session._histories and self.session._histories[self.path].done > 0  # noqa: SLF001

    @property
    def can_redo(self) -> bool:
        """Whether an undone save can be made again."""
        history = self.session._histories.get(self.path)  # noqa: SLF001
        return history is not None and history.done < len(history.steps)

    def undo(self) -> OpenSource:
        """Undo the last save of this session.

        Raises DataError where there is none, or the file has changed since; OSError.
        """
        return self._step(back=True)

    def redo(self) -> OpenSource:
        """Make the save again that was undone last. Raises as `undo`."""
        return self._step(back=False)

    def _step(self, *, back: bool) -> OpenSource:
        with self.session.lock:
            data = self.read()
            history = self.session.history(self.path, data)
            number = history.done - 1 if back else history.done
            if not 0 <= number < len(history.steps):
                reason = gettext("there is nothing to undo") if back else gettext("there is nothing to redo")
                raise DataError(reason, place=Place(file=self.name))
            before, after = history.steps[number]
            if not back:
                before, after = after, before
            if data != after:
                raise DataError(
                    gettext("the file has changed since: another program wrote it"), place=Place(file=self.name)
                )
            self._replace(after, before)
            history.done = number if back else number + 1
            return self._opened(before)

    @property
    def first(self) -> bytes:
        """The file as it was when this session met it."""
        data = self.read()
        return self.session.history(self.path, data).first

    # -- what a save does

    def _write(self, before: bytes, after: bytes) -> None:
        if after == before:
            return
        self._replace(before, after)
        history = self.session.history(self.path, before)
        del history.steps[history.done :]
        history.steps.append((before, after))
        history.done += 1
        self.session.remember(after)

    def _replace(self, before: bytes, after: bytes) -> None:
        if not self.path.stat().st_mode & _WRITABLE:
            # renaming another file to its name would not ask for this
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self.path))
        replace_file(self.path, before, after)

    def _compare_others(self, before: bytes, after: bytes, change: Change) -> None:
        """Raise DataError where another fact does not say what it said: the last of several checks."""
        states = (self.session.opened(self.path, self.name, it) for it in (before, after))
        old, new = ([fact.said for fact in it.facts] for it in states)
        if change.index is None:
            fine = new[: len(old)] == old
        elif change.said is None:
            fine = old[: change.index] + old[change.index + 1 :] == new
        else:
            fine = len(old) == len(new) and all(
                one == other for at, (one, other) in enumerate(zip(old, new, strict=True)) if at != change.index
            )
        if not fine:
            raise DataError(
                gettext("this cannot be changed without changing something else"),
                place=Place(file=self.name),
                hint=gettext("edit it by hand"),
            )

    def _refuse_troubles(self, before: bytes, after: bytes, change: Change) -> None:
        """Raise RefusedFactError for problems that were not there before."""
        if change.said is None:
            # what others then miss is shown with them
            return
        session = self.session
        base = session.project.id_base
        opened = session.opened(self.path, self.name, after)
        old = session.opened(self.path, self.name, before)
        stood = {it.about for it in _all_troubles(old)}
        index = change.index if change.index is not None else len(opened.facts) - 1
        fresh = [it for it in opened.facts[index].troubles if not it.warns]
        fresh += [it for it in _all_troubles(opened) if not it.warns and it.about not in stood and it not in fresh]
        if fresh:
            raise RefusedFactError(fresh, self.name)
        if opened.read is None or opened.read.problems:
            # half a graph breaks rules that the whole one keeps
            return
        about = {str(change.said.get("id", "")), *(it for it in ids_in(dict(texts(dict(change.said)))))}
        report = session.check(self.path, after, opened.read, about)
        if report.conforms:
            return
        known = {it.message for it in report.problems} if old.read is None else set()
        if old.read is not None and not old.read.problems:
            earlier = session.check(self.path, before, old.read, about)
            known = {_alike(it) for it in earlier.results} | {it.message for it in earlier.problems}
        shown = open_source(after, self.path, self.name, session.profile, id_base=base, report=report)
        placed = {it.about: it for it in _all_troubles(shown)}
        troubles = [
            placed.get(_alike(it)) or Trouble(rule=it.rule, message=it.message("en"), hint=it.hint, about=_alike(it))
            for it in report.results
            if it.severity is Severity.VIOLATION and it.allowed is None and _alike(it) not in known
        ]
        own = shown.facts[index]
        for it in report.problems:
            if it.message not in known:
                inside = own.lines[0] <= it.place.line <= own.lines[1]
                troubles.append(
                    Trouble(
                        rule=it.rule,
                        message=it.message,
                        hint=it.hint,
                        key=_key_at(it.message, change) if inside else "",
                    )
                )
        if troubles:
            raise RefusedFactError(troubles, self.name)

    def _state(self, base: str | None) -> bytes:
        if base is not None:
            kept = self.session.state(base)
            if kept is not None:
                return kept
        return self.read()

    def _fact(self, index: int, base: str | None) -> dict[str, Any]:
        facts = facts_of(self._state(base), self.name)
        if not 0 <= index < len(facts) or not isinstance(facts[index], dict):
            raise DataError(gettext("there is no such fact in the file any more"), place=Place(file=self.name))
        return dict(facts[index])

    def _check_reviewer(self, by: str) -> None:
        if Ids(self.session.profile, self.session.project.id_base).iri(by) is None:
            hint = gettext("an id is a kind and a name, such as agent/ida-lindqvist")
            raise PressgraphError(gettext("'{id}' is not an id", id=by), hint=hint)


def _alike(result: Any) -> str:
    return f"{result.rule} {result.focus} {result.path} {result.value} {result.component}"


def _all_troubles(source: OpenSource) -> list[Trouble]:
    return [*source.troubles, *(it for fact in source.facts for it in fact.troubles)]


def _key_at(message: str, change: Change) -> str:
    """Return the key whose value a message names: a link that leads nowhere."""
    for key, value in (change.said or {}).items():
        if any(f"'{it}'" in message for it in ids_in(texts(value))):
            return key
    return ""


def _numbers(value: Any) -> Any:
    """Return what was read, with whole numbers as such: they are written without quotes."""
    match value:
        case dict():
            return {key: _numbers(it) for key, it in value.items()}
        case list():
            return [_numbers(it) for it in value]
        case str() if value.isascii() and value.isdigit() and (value == "0" or value[0] != "0") and len(value) < 11:  # noqa: PLR2004
            return int(value)
    return value


def _text_stamp(path: Path, source: OpenSource) -> str:
    """Return what changes with the text that a file was opened with."""
    named = source.source.get("file")
    return _stamp(path.parent / named) if isinstance(named, str) and named and "\0" not in named else ""


def _stamp(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return "-"
    return f"{status.st_mtime_ns}.{status.st_size}"
