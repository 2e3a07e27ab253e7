"""Edit a facts file one fact at a time: what every face of the editor calls.

A change says which state of the file it was made of, by hash. Where the file is another one by now, the change is
joined with what came in between, or refused with the three states of the fact; nothing is overwritten or lost.
"""

from __future__ import annotations

import datetime
import errno
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pressgraph.convert import is_stream
from pressgraph.edit.changes import Change, both, changed, facts_of, meeting, texts
from pressgraph.edit.known import ids_in, stamp_of
from pressgraph.edit.outcomes import ConflictError, RefusedFactError, Saved
from pressgraph.edit.source import OpenSource, Trouble, alike, with_report, written_as
from pressgraph.errors import DataError, Place, PressgraphError
from pressgraph.facts import is_json_lines
from pressgraph.facts.edit import Literal, replace_file
from pressgraph.facts.ids import Ids
from pressgraph.facts.tree import LINE_END
from pressgraph.i18n import gettext
from pressgraph.profile.model import REVIEW_WORDS
from pressgraph.project import write_atomically
from pressgraph.text import SeveralError
from pressgraph.validation import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pressgraph.edit.known import Stamp
    from pressgraph.edit.session import EditSession
    from pressgraph.text import Span

_WRITABLE = 0o222
_RECEIPT = ("status", "personal", "proposedBy", "reviewedBy", "reviewedOn", "allow")


class SourceEditor:
    """The editor of one facts file; each call reads the file as it is, and a save is in it at once."""

    def __init__(self, session: EditSession, path: Path) -> None:
        """Take the session and the file."""
        self.session = session
        self.path = path
        self.name = session.project.name_of(path)

    def open(self, *, checked: bool = True, wait: bool = True) -> OpenSource:
        """Return the file as it is: text, facts, and what is wrong with them.

        Not `checked`, only by the rules of facts; shapes and checks take longer. Without `wait`, a large file comes
        `unasked` while they are asked beside all else: who opens it again later is told what they said. Tables and
        JSON Lines can be looked at elsewhere; they are not edited.

        Raises OSError, DataError for a file that is not there.
        """
        if is_json_lines(self.path) or is_stream(self.path):
            reason = gettext(
                "tables and JSON Lines are edited where they come from; 'facts convert' makes YAML of them"
            )
            return OpenSource(name=self.name, data=b"", sha256="", source={}, refusal=reason)
        stamp = stamp_of(self.path)
        return self._opened(self.read(), checked=checked, wait=wait, stamp=stamp)

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

    def _opened(
        self, data: bytes, *, checked: bool = True, wait: bool = True, stamp: Stamp | None = None
    ) -> OpenSource:
        session = self.session
        session.history(self.path, data)
        opened = session.opened(self.path, self.name, data)
        if stamp is not None and opened.read is not None:
            session.known.keep(self.path, opened.read, stamp)
        read = opened.read
        if checked and read is not None and opened.facts and not read.problems:
            ask = session.checker.whole if wait else session.checker.whole_at_once
            report = ask(self.path, opened)
            if report is None:
                opened = replace(opened, unasked=True)
            elif report.results or report.problems:
                read = replace(read, problems=(*read.problems, *report.problems))
                opened = replace(with_report(opened, report, session.profile), read=read)
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

    def change_source(self, said: Mapping[str, Any], *, base: str | None = None) -> Saved:
        """Let the `source:` block say something else of some keys; None for a key that goes. Raises as `save`."""
        return self.save(Change(source=dict(said)), base=base)

    def right(self, index: int, by: str, *, base: str | None = None) -> Saved:
        """Note that a proposal is right: who reviewed it, and that it was today. Raises as `save`."""
        fact = self._fact(index, base)
        self.check_reviewer(by)
        today = datetime.datetime.now().astimezone().date().isoformat()
        said = {**fact, "reviewedBy": by}
        said.setdefault("reviewedOn", Literal(today))
        return self.save(Change(index=index, said=said), base=base)

    def not_so(self, index: int, *, base: str | None = None) -> Saved:
        """Take a proposal out of the facts, and keep in the source that it is not so. Raises as `remove`."""
        opened = self._proposed(index, base)
        assert opened.layout is not None  # noqa: S101 - it has facts
        items = opened.layout.facts[index].items
        refused = {key.text: written_as(it) for key, it in items if key is not None and key.text not in _RECEIPT}
        kept = _numbers(opened.source.get("rejected", []))
        return self.save(Change(index=index, source={"rejected": [*kept, refused]}), base=base)

    def says_nothing(self, index: int, *, base: str | None = None) -> Saved:
        """Take a proposal out of the facts, and note in the source that its words are worth no fact.

        Raises as `remove`.
        """
        opened = self._proposed(index, base)
        spans = sorted({*opened.checked, *opened.facts[index].spans})
        source = {"checked": [list(it) for it in spans]} if spans else None
        return self.save(Change(index=index, source=source), base=base)

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
        lines = LINE_END.split(after.decode("utf-8-sig"))[fact.lines[0] - 1 : fact.lines[1]]
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
            return Saved(opened=lambda: self._opened(after), index=index, joined=joined)

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
        """Return lists of a review with what both have added to them.

        Raises DataError for another key that another program has changed.
        """
        old = self._opened(before, checked=False).source
        new = self._opened(now, checked=False).source
        joined: dict[str, Any] = {}
        for key, value in wanted.items():
            if not isinstance(value, list) or key not in REVIEW_WORDS:
                if old.get(key) != new.get(key):
                    reason = gettext("'{key}' of the source was changed elsewhere while it was edited", key=key)
                    raise DataError(reason, place=Place(file=self.name), hint=gettext("look at it again"))
                joined[key] = value
                continue
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
            return Saved(opened=self.open, index=change.index)
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
        return self.session.history(self.path).step(back=True) is not None

    @property
    def can_redo(self) -> bool:
        """Whether an undone save can be made again."""
        return self.session.history(self.path).step(back=False) is not None

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
            step = history.step(back=back)
            if step is None:
                reason = gettext("there is nothing to undo") if back else gettext("there is nothing to redo")
                raise DataError(reason, place=Place(file=self.name))
            now, then = step
            if data != now:
                raise DataError(
                    gettext("the file has changed since: another program wrote it"), place=Place(file=self.name)
                )
            self._replace(now, then)
            history.stepped(back=back)
            return self._opened(then)

    @property
    def first(self) -> bytes:
        """The file as it was when this session met it."""
        return self.session.history(self.path, self.read()).first

    # -- what a save does

    def _write(self, before: bytes, after: bytes) -> None:
        if after == before:
            return
        self._replace(before, after)
        self.session.history(self.path, before).note(before, after)
        opened = self.session.opened(self.path, self.name, after)
        if opened.read is not None:
            self.session.known.keep(self.path, opened.read)

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
        session = self.session
        if change.said is None and (change.index is not None or not change.source):
            # what others then miss is shown with them
            return
        opened = session.opened(self.path, self.name, after)
        old = session.opened(self.path, self.name, before)
        stood = {it.about for it in _all_troubles(old)}
        own = None
        if change.said is not None:
            own = opened.facts[change.index if change.index is not None else -1]
        fresh = [it for it in own.troubles if not it.warns] if own is not None else []
        fresh += [it for it in _all_troubles(opened) if not it.warns and it.about not in stood and it not in fresh]
        if fresh:
            raise RefusedFactError(fresh, self.name)
        if opened.read is None or opened.read.problems:
            # half a graph breaks rules that the whole one keeps
            return
        report, earlier = session.checker.of_change(self.path, old, opened, change)
        if report.conforms:
            return
        known = {it.message for it in report.problems} if old.read is None else set()
        if earlier is not None:
            known = {alike(it) for it in earlier.results} | {it.message for it in earlier.problems}
        shown = with_report(opened, report, session.profile)
        placed = {it.about: it for it in _all_troubles(shown)}
        troubles = [
            placed.get(alike(it)) or Trouble(rule=it.rule, message=it.message("en"), hint=it.hint, about=alike(it))
            for it in report.results
            if it.severity is Severity.VIOLATION and it.allowed is None and alike(it) not in known
        ]
        for problem in report.problems:
            if problem.message not in known:
                inside = own is None or own.lines[0] <= problem.place.line <= own.lines[1]
                key = _key_at(problem.message, change) if inside else ""
                troubles.append(Trouble(rule=problem.rule, message=problem.message, hint=problem.hint, key=key))
        if troubles:
            raise RefusedFactError(troubles, self.name)

    def _state(self, base: str | None) -> bytes:
        if base is not None:
            kept = self.session.state(base)
            if kept is not None:
                return kept
        return self.read()

    def _proposed(self, index: int, base: str | None) -> OpenSource:
        opened = self.opened_at(base)
        if not 0 <= index < len(opened.facts):
            raise DataError(gettext("there is no such fact in the file any more"), place=Place(file=self.name))
        return opened

    def _fact(self, index: int, base: str | None) -> dict[str, Any]:
        facts = facts_of(self._state(base), self.name)
        if not 0 <= index < len(facts) or not isinstance(facts[index], dict):
            raise DataError(gettext("there is no such fact in the file any more"), place=Place(file=self.name))
        return dict(facts[index])

    def check_reviewer(self, by: str) -> None:
        """Raise PressgraphError where what names a reviewer is no id."""
        if Ids(self.session.profile, self.session.project.id_base).iri(by) is None:
            hint = gettext("an id is a kind and a name, such as agent/ida-lindqvist")
            raise PressgraphError(gettext("'{id}' is not an id", id=by), hint=hint)


def _all_troubles(source: OpenSource) -> list[Trouble]:
    return [*source.troubles, *(it for fact in source.facts for it in fact.troubles)]


def _key_at(message: str, change: Change) -> str:
    """Return the key whose value a message names: a link that leads nowhere."""
    for key, value in (change.said or change.source or {}).items():
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
