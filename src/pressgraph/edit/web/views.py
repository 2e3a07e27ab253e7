"""The pages of the editor, and what its forms do."""

from __future__ import annotations

import datetime
import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.drafting.begin import begin, beginning
from pressgraph.drafting.read import read_bytes
from pressgraph.edit.changes import Change
from pressgraph.edit.forms import Forms, fact_of
from pressgraph.edit.kinds import FIRST_KINDS, fitting_kind, kinds_for
from pressgraph.edit.marks import marked
from pressgraph.edit.session import ConflictError, RefusedFactError
from pressgraph.edit.showing import Showing
from pressgraph.edit.source import Trouble
from pressgraph.edit.values import concept_label, label_of, read
from pressgraph.edit.web.answers import Answer, Asked, link
from pressgraph.edit.web.desk import Setup
from pressgraph.edit.web.filled import Filled, Words
from pressgraph.edit.web.messages import words
from pressgraph.edit.web.templates import environment
from pressgraph.errors import DataError, PressgraphError
from pressgraph.facts.ids import Ids
from pressgraph.i18n import gettext, in_language
from pressgraph.pages.dates import when_in_words
from pressgraph.project.model import is_base

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.edit.marks import Sentence
    from pressgraph.edit.session import EditSession, Saved, SourceEditor
    from pressgraph.edit.source import FactView, OpenSource
    from pressgraph.edit.web.desk import Desk
    from pressgraph.text import Span

_CARDS = 60
_NEAR = 4
_SHOWN = ("all", "todo", "bad", "personal")


class _MissingError(Exception):
    """An address that leads to nothing."""


class Views:
    """The views of one desk. Each takes what is asked and returns an answer; none keeps anything but in the desk."""

    def __init__(self, desk: Desk) -> None:
        """Take the desk."""
        self.desk = desk
        self._environment = environment()

    # -- what all pages share

    @property
    def _session(self) -> EditSession:
        if self.desk.session is None:
            raise _MissingError
        return self.desk.session

    def _page(self, template: str, *, status: int = 200, **values: Any) -> Answer:
        language = self.desk.language
        html = self._environment.get_template(template).render(
            t=words(language),
            language=language,
            link=link,
            token=self.desk.door.form_token,
            say=lambda text: in_language(text, language) if text else "",
            **values,
        )
        return Answer(html=html, status=status)

    def refusal(self, status: int, reason: str, told: str = "") -> Answer:
        """Return a page that says why a request is not answered."""
        return self._page("refusal.html", status=status, reason=reason, told=told)

    def entered(self) -> Answer:
        """Return the page that goes on to the editor, once the cookie is set."""
        start = link("/file", name=self.desk.start) if self.desk.start else link("/")
        return self._page("entered.html", start=start)

    def _answered(self, make: Callable[[], Answer]) -> Answer:
        """Return what a view makes, or a page that says what is wrong."""
        try:
            return make()
        except _MissingError:
            return self.refusal(404, "not_found")
        except (PressgraphError, OSError) as error:
            told = _reason(error)
            return self.refusal(409, "failed", in_language(told, self.desk.language))

    def _source(self, asked: Asked) -> SourceEditor:
        """Return the editor of the file that is asked for: one of the project's, never any other."""
        name = asked.get("name")
        if name not in self._session.files():
            raise _MissingError
        return self._session.source(self._session.project.root / name)

    # -- pages

    def index(self, asked: Asked) -> Answer:
        """Return the list of files, or the questions of a new project."""
        del asked
        if self.desk.session is None:
            return self._setup(Setup(title="", base="https://data.example.org/", language=self.desk.language), {})
        return self._answered(lambda: self._files({}))

    def _files(self, problems: dict[str, str], *, text: str = "", day: str = "", status: int = 200) -> Answer:
        session = self._session
        yaml = set(session.known.files())
        files = []
        for name in session.files():
            path = session.project.root / name
            read = session.known.file(path) if path in yaml else None
            count = len(read.facts) + len(read.proposals) if read is not None else None
            todo = len(read.proposals) if read is not None else 0
            wrong = len(read.problems) if read is not None else 0
            title = ""
            if read is not None and read.source is not None:
                title = Showing(session.profile, session.known, self.desk.language).title(read.source.body)
            files.append({"name": name, "count": count, "todo": todo, "wrong": wrong, "title": title})
        files.sort(key=lambda it: str(it["name"]), reverse=True)
        return self._page("files.html", status=status, files=files, problems=problems, text=text, day=day)

    def _setup(self, setup: Setup, problems: dict[str, str], *, status: int = 200) -> Answer:
        return self._page("setup.html", status=status, setup=setup, problems=problems)

    def file(self, asked: Asked) -> Answer:
        """Return the page of a facts file: its text, and the facts of what is chosen."""
        return self._answered(lambda: self._file(asked))

    def _file(
        self, asked: Asked, *, filled: Filled | None = None, status: int = 200, note: str = "", told: str = ""
    ) -> Answer:
        editor = self._source(asked)
        source = editor.open()
        if filled is None:
            filled = self._begun(asked, editor, source)
        showing = Showing(self._session.profile, self._session.known, self.desk.language)
        if filled is not None:
            filled.troubles = [self._spoken(it) for it in filled.troubles]
        span = self._chosen(asked, source, filled)
        cards, near, heading = self._cards(asked, source, span)
        show = asked.get("show") if asked.get("show") in _SHOWN else "all"
        search = asked.get("q")[:100]
        kinds = []
        if (
            span is not None
            and filled is None
            and source.editable
            and source.text is not None
            and not asked.get("fact")
        ):
            chosen = source.text.slice(span)
            kinds = kinds_for(chosen, self._session.profile, self._session.known, self.desk.language, search=search)
        todo = [it.index for it in source.to_review]
        here = filled.index if filled is not None and filled.index is not None else _number(asked.get("fact"))
        here = -1 if here is None else here
        return self._page(
            "file.html",
            status=status,
            editor=editor,
            source=source,
            paragraphs=(paragraphs := marked(source)),
            titled=_is_titled(source, paragraphs),
            span=span,
            words_chosen=source.text.slice(span) if span is not None and source.text is not None else "",
            filled=filled,
            kinds=kinds,
            search=search,
            every=bool(asked.get("every")),
            first_kinds=FIRST_KINDS,
            picking=span is not None and filled is None and source.editable and not asked.get("fact"),
            cards=cards,
            near=near,
            heading=heading,
            show=show,
            showing=showing,
            next=next((it for it in todo if it > here), todo[0] if todo else None),
            previous=next((it for it in reversed(todo) if it < here), todo[-1] if todo else None),
            note=note or self._note(asked, filled),
            told=told,
            counts={
                "all": len(source.facts),
                "todo": len(todo),
                "bad": len(source.wrong),
                "personal": len(source.personal),
            },
            missed=[it for it in source.facts if it.misses],
            can_draft=self.desk.draft is not None and not source.facts and source.text is not None and source.editable,
            page=_number(asked.get("page")) or 0,
            most=_CARDS,
            at=f"{span[0]}-{span[1]}" if span is not None else "",
            is_checked=span is not None and any(a < span[1] and span[0] < b for a, b in source.checked),
            lookup=Words.looked_up(asked.get("words"), source, self.desk.language)
            if asked.get("words") and filled is None
            else None,
        )

    def _spoken(self, trouble: Trouble) -> Trouble:
        """Return a problem in the language of the page."""
        hint = in_language(trouble.hint, self.desk.language) if trouble.hint else None
        return replace(trouble, message=in_language(trouble.message, self.desk.language), hint=hint)

    def _note(self, asked: Asked, filled: Filled | None) -> str:
        said = words(self.desk.language)
        if filled is not None and filled.count:
            return str(said["not_saved_problems"](filled.count))
        done = asked.get("done")
        if done in {"undone", "redone"}:
            return str(said[done])
        return f"{said['saved']} {self.desk.saved_at}" if self.desk.saved_at else ""

    def _chosen(self, asked: Asked, source: OpenSource, filled: Filled | None) -> Span | None:
        if source.text is None:
            return None
        if filled is not None and filled.words.span is not None:
            return filled.words.span
        span = _span(asked.get("at"), len(source.text.text))
        if span is None and asked.get("words"):
            found = Words.looked_up(asked.get("words"), source, self.desk.language)
            span = found.span
        number = _number(asked.get("fact"))
        if span is None and number is not None and number < len(source.facts) and source.facts[number].spans:
            span = source.facts[number].spans[0]
        return span if span is not None and span[1] <= len(source.text.text) else None

    def _cards(self, asked: Asked, source: OpenSource, span: Span | None) -> tuple[list[FactView], list[FactView], str]:
        number = _number(asked.get("fact"))
        if number is not None:
            if number >= len(source.facts):
                return [], [], "none_here"
            return [source.facts[number]], [], "facts_here"
        if span is not None:
            here = source.at(span)
            at = span[0]
            others = [it for it in source.to_review if it not in here]
            near = sorted(others, key=lambda it: abs(it.spans[0][0] - at) if it.spans else len(source.data))[:_NEAR]
            return here, near, "facts_here"
        match asked.get("show"):
            case "todo":
                return list(source.to_review), [], "to_review"
            case "bad":
                return list(source.wrong), [], "problems"
            case "personal":
                return list(source.personal), [], "personal_facts"
        return list(source.facts), [], "all_facts"

    def changes(self, asked: Asked) -> Answer:
        """Return what has changed in a file since this session met it."""

        def make() -> Answer:
            editor = self._source(asked)
            showing = Showing(self._session.profile, self._session.known, self.desk.language)
            found = showing.changes(editor.first, editor.read(), editor.name)
            return self._page("changes.html", editor=editor, found=found, note=self._note(asked, None))

        return self._answered(make)

    # -- data for the script

    def known_things(self, asked: Asked) -> Answer:
        """Return the names of things that a link may mean, as the script asks for them."""

        def make() -> Answer:
            key = self._session.profile.keys.get(asked.get("key"))
            classes = _classes_of(asked.get("kind"), key.name, self._session) if key is not None else ()
            found = self._session.known.search(asked.get("q")[:100], classes)
            showing = Showing(self._session.profile, self._session.known, self.desk.language)
            return Answer(data=[{"id": it.id, "name": it.name, "kind": showing.kind({"id": it.id})} for it in found])

        return self._answered(make)

    def understood(self, asked: Asked) -> Answer:
        """Return how a text is understood as a value."""

        def make() -> Answer:
            key = self._session.profile.keys.get(asked.get("key"))
            if key is None:
                raise _MissingError
            from pressgraph.edit.values import widget_of

            found = read(widget_of(key), asked.get("q")[:200], self.desk.language, self._session.profile, key)
            said = words(self.desk.language)
            if found.problem:
                return Answer(data={"problem": in_language(found.problem, self.desk.language)})
            shown = said["written_as"](f"{key.name}: {found.value}") if found.shown else ""
            return Answer(data={"shown": f"{found.shown}. {shown}" if found.shown else ""})

        return self._answered(make)

    # -- forms

    def _forms(self, source: OpenSource) -> Forms:
        session = self._session
        return Forms(session.profile, session.known, session.project.id_base, self.desk.language, source.language)

    def _begun(self, asked: Asked, editor: SourceEditor, source: OpenSource) -> Filled | None:
        """Return the form that is asked for, filled with what the file says; None where none is."""
        if not source.editable:
            return None
        number, kind, about = _number(asked.get("fact")), asked.get("kind"), asked.get("about")
        if number is not None and asked.get("form"):
            if number >= len(source.facts):
                raise _MissingError
            return self._of_fact(source, source.facts[number])
        if kind and kind not in self._session.profile.classes:
            raise _MissingError
        if not kind:
            return None
        span = _span(asked.get("at"), len(source.text.text)) if source.text is not None else None
        del editor
        return self._of_kind(source, kind, about, span)

    def _of_fact(self, source: OpenSource, fact: FactView) -> Filled:
        session = self._session
        thing = session.known.things.get(fact.id)
        types = fitting_kind((*fact.types, *(thing.types if thing is not None else ())), session.profile)
        form = self._forms(source).of(types or ("Thing",), fact.said, has=self._has(source, fact.id, fact.index))
        return Filled(
            form=form,
            base=source.sha256,
            index=fact.index,
            about=fact.id,
            kind=types[0] if types else "",
            status=fact.status,
            personal=fact.personal,
            words=Words.of_fact(fact, source),
            troubles=list(fact.troubles),
            raw=fact.said,
        )

    def _of_kind(self, source: OpenSource, kind: str, about: str, span: Span | None) -> Filled:
        session = self._session
        thing = session.known.things.get(about) if about else None
        types = fitting_kind(thing.types, session.profile) if thing is not None else (kind,)
        form = self._forms(source).of(types or (kind,), {}, has=self._has(source, about, None) if about else ())
        return Filled(
            form=form,
            base=source.sha256,
            about=about,
            kind=kind,
            personal=session.profile.classes[kind].personal,
            words=Words.of_span(span, source),
        )

    def _has(self, source: OpenSource, about: str, index: int | None) -> set[str]:
        """Return the keys that other facts say of a thing already."""
        found: set[str] = set()
        for fact in source.facts:
            if fact.id == about and fact.index != index:
                found |= fact.said.keys()
        for path in self._session.known.files():
            for stated in self._session.known.file(path).facts:
                if stated.body.get("id") == about and self._session.project.name_of(path) != source.name:
                    found |= stated.body.keys()
        return found

    def save(self, asked: Asked) -> Answer:
        """Save a fact, or say what keeps it from being saved."""
        return self._answered(lambda: self._save(asked))

    def _save(self, asked: Asked) -> Answer:
        editor = self._source(asked)
        sent = dict(asked.fields)
        name, _, value = sent.get("offer", "").partition("=")
        if name.startswith("new."):
            sent[name] = value
        elif name.startswith("pick."):
            sent[name.removeprefix("pick.")] = value
        elif name == "at":
            sent["at"], sent["which"] = value, "1"
        number = _number(sent.get("index", ""))
        base = sent.get("base") or None
        if number is not None and base is None:
            raise _MissingError
        if sent.get("do") == "remove" and number is not None:
            return self._saved(asked, editor, lambda: editor.remove(number, base=base), None)
        source = editor.opened_at(base)
        if number is not None and number >= len(source.facts):
            raise _MissingError
        if number is not None:
            filled = self._of_fact(source, source.facts[number])
        else:
            kind = sent.get("kind", "")
            if kind not in self._session.profile.classes:
                raise _MissingError
            filled = self._of_kind(source, kind, sent.get("about", "") if sent.get("known") else "", None)
            filled.known = bool(sent.get("known"))
        filled.troubles = []
        filled.base = base or source.sha256
        said = self._forms(source).read(filled.form, sent)
        filled.made = {key: it for key, it in sent.items() if key.startswith("new.") and it}
        filled.status = sent.get("status", filled.status)
        filled.personal = bool(sent.get("personal"))
        filled.words = Words.sent(sent, filled.words, source, self.desk.language)
        filled.about = sent.get("about", filled.about).strip()
        about = filled.about or self._minted(filled.kind, said, source)
        if Ids(self._session.profile, self._session.project.id_base).iri(about) is None:
            hint = gettext("an id is a kind and a name, such as agent/ida-lindqvist").to(self.desk.language)
            filled.about_problem = hint
        types = self._types(filled, source, about)
        before = filled.raw
        fact = fact_of(
            {**said, **filled.form.others},
            before,
            about=about,
            types=types,
            status=filled.status,
            personal=filled.personal,
            evidence=filled.words.evidence(editor, source, before.get("evidence")),
        )
        if not said and not filled.form.others and not types:
            filled.troubles.append(Trouble(rule="empty-fact", message=gettext("the fact says nothing yet")))
        change = Change(index=number, said=fact)
        if filled.count:
            return self._file(asked, filled=filled, status=422)
        if sent.get("do") == "preview":
            filled.preview = editor.preview(change, base=base)
            return self._file(asked, filled=filled)
        return self._saved(asked, editor, lambda: editor.save(change, base=base), filled, change)

    def _types(self, filled: Filled, source: OpenSource, about: str) -> tuple[str, ...]:
        """Return the classes that a fact states: what it stated; of a new thing, the kind that was chosen."""
        if filled.index is not None:
            return source.facts[filled.index].types
        thing = self._session.known.things.get(about)
        if thing is not None and filled.kind in thing.types:
            return ()
        return () if filled.known and thing is not None else (filled.kind,)

    def _minted(self, kind: str, said: dict[str, Any], source: OpenSource) -> str:
        known = self._session.known
        named = next((it for key in ("name", "legalName", "title", "headline") for it in _texts(said.get(key))), "")
        if not named:
            things = (
                known.things.get(it)
                for key, value in said.items()
                for it in _texts(value)
                if key not in {"text", "abstract"}
            )
            made = [it["name"] for it in said.values() if isinstance(it, dict) and isinstance(it.get("name"), str)]
            named = "-".join([*made, *(it.name for it in things if it is not None)][:2])
        stem = Path(source.name).stem
        return known.free_id(known.prefix(kind), named[:60] or stem)

    def _saved(
        self,
        asked: Asked,
        editor: SourceEditor,
        save: Callable[[], Saved],
        filled: Filled | None,
        change: Change | None = None,
        *,
        go_on: bool = False,
    ) -> Answer:
        """Save, and return where to go then; or the page that says why not, with all that was typed."""
        try:
            saved = save()
        except RefusedFactError as error:
            if filled is None:
                raise
            filled.troubles = list(error.troubles)
            return self._file(asked, filled=filled, status=422)
        except ConflictError as error:
            key = secrets.token_urlsafe(16)
            self.desk.keep(key, error)
            return self._conflict(editor, error, key)
        except (PressgraphError, OSError) as error:
            return self._lost_nothing(editor, error, change)
        self._note_saved()
        index = saved.index
        if go_on:
            left = [it.index for it in saved.source.to_review]
            at = _number(asked.get("index")) or 0
            index = next((it for it in left if it >= at), left[0] if left else None)
        at_words = asked.get("at") if index is None else ""
        return Answer(
            location=link(
                "/file", name=editor.name, fact=index, at=at_words, done="joined" if saved.joined else "saved"
            )
        )

    def _note_saved(self) -> None:
        self.desk.saved_at = datetime.datetime.now().astimezone().strftime("%H:%M")

    def _lost_nothing(self, editor: SourceEditor, error: Exception, change: Change | None) -> Answer:
        """Return a page with what could not be saved, to be copied."""
        import yaml

        text = ""
        if change is not None and change.said is not None:
            from pressgraph.edit.changes import texts

            text = yaml.safe_dump([texts(dict(change.said))], allow_unicode=True, sort_keys=False)
        reason = _reason(error)
        return self._page(
            "not_saved.html", status=409, editor=editor, reason=in_language(reason, self.desk.language), text=text
        )

    def _conflict(self, editor: SourceEditor, error: ConflictError, key: str) -> Answer:
        from pressgraph.edit.changes import texts

        showing = Showing(self._session.profile, self._session.known, self.desk.language)
        mine = texts(dict(error.mine)) if error.mine is not None else None
        states = [showing.sayings(it) if it is not None else () for it in (error.before, error.theirs, mine)]
        return self._page(
            "conflict.html",
            status=409,
            editor=editor,
            error=error,
            key=key,
            before=states[0],
            theirs=states[1],
            mine=states[2],
            title=showing.title(mine or error.before),
        )

    def conflict(self, asked: Asked) -> Answer:
        """Decide a conflict."""

        def make() -> Answer:
            editor = self._source(asked)
            error = self.desk.conflicts.pop(asked.get("key"), None)
            if error is None:
                raise _MissingError
            keep = asked.get("keep")
            if keep not in {"theirs", "mine", "both", "later"}:
                raise _MissingError
            try:
                done = editor.resolve(error, keep)
            except ConflictError as again:
                key = secrets.token_urlsafe(16)
                self.desk.keep(key, again)
                return self._conflict(editor, again, key)
            except (PressgraphError, OSError) as failed:
                return self._lost_nothing(editor, failed, error.change)
            if isinstance(done, Path):
                return self._page("kept.html", editor=editor, path=done.name)
            self._note_saved()
            return Answer(location=link("/file", name=editor.name, fact=done.index, done="saved"))

        return self._answered(make)

    def review(self, asked: Asked) -> Answer:
        """Note that a proposal is right or not so, and go to the next."""

        def make() -> Answer:
            editor = self._source(asked)
            number = _number(asked.get("index"))
            if number is None or asked.get("do") not in {"right", "not_so"}:
                raise _MissingError
            base = asked.get("base")
            if asked.get("do") == "not_so":
                return self._saved(asked, editor, lambda: editor.not_so(number, base=base), None, go_on=True)
            if asked.get("by"):
                problem = self._reviewer(asked.get("by").strip())
                if problem:
                    return self._who(asked, editor, problem)
            if not self.desk.by:
                return self._who(asked, editor, "")
            return self._saved(
                asked, editor, lambda: editor.right(number, self.desk.by, base=base or None), None, go_on=True
            )

        return self._answered(make)

    def _who(self, asked: Asked, editor: SourceEditor, problem: str) -> Answer:
        return self._page("who.html", status=422 if problem else 200, editor=editor, asked=asked, problem=problem)

    def _reviewer(self, name: str) -> str:
        """Take somebody who reviews, by name or id; return what is wrong with that."""
        known = self._session.known
        found = known.named(name, _classes_named(self._session, "Person", "Organization"))
        if len(found) == 1:
            self.desk.by = self._named_reviewer(name, found[0].id)
            return ""
        if len(found) > 1:
            several = ", ".join(it.id for it in found)
            return gettext("several things are called so: {ids}", ids=several).to(self.desk.language)
        if Ids(self._session.profile, self._session.project.id_base).iri(name) is not None:
            return gettext("nothing here has this id").to(self.desk.language)
        self.desk.by = self._named_reviewer(name, None)
        return ""

    def _named_reviewer(self, name: str, known: str | None) -> str:
        """Return the id of who reviews; a person whom no file knows is described, and remembered for the next time."""
        if self.desk.name_reviewer is not None:
            return self.desk.name_reviewer(name, known)
        if known is None:
            raise DataError(gettext("nothing here is called so"))
        return known

    def nothing(self, asked: Asked) -> Answer:
        """Note that there is nothing worth a fact in some words."""

        def make() -> Answer:
            editor = self._source(asked)
            span = _span(asked.get("at"), 10**9)
            if span is None:
                raise _MissingError
            return self._saved(asked, editor, lambda: editor.nothing(span, base=asked.get("base") or None), None)

        return self._answered(make)

    def undo(self, asked: Asked) -> Answer:
        """Undo the last save."""
        return self._answered(lambda: self._stepped(asked, "undone"))

    def redo(self, asked: Asked) -> Answer:
        """Make the save again that was undone."""
        return self._answered(lambda: self._stepped(asked, "redone"))

    def _stepped(self, asked: Asked, done: str) -> Answer:
        editor = self._source(asked)
        try:
            if done == "undone":
                editor.undo()
            else:
                editor.redo()
        except DataError as error:
            said = words(self.desk.language)
            told = in_language(error.reason, self.desk.language)
            return self._file(asked, status=409, note=f"{said['not_saved']}", told=told)
        return Answer(location=link("/file", name=editor.name, done=done))

    # -- beginning

    def begin(self, asked: Asked) -> Answer:
        """Begin a facts file for a text that was pasted."""

        def make() -> Answer:
            text, said_day = asked.get("text"), asked.get("day").strip()
            try:
                release = read_bytes(text.encode("utf-8", "replace"), "text.txt")
                day = read("date", said_day, self.desk.language, self._session.profile) if said_day else None
                if day is not None and (day.problem or len(str(day.value)) != len("2026-01-31")):
                    wanted = gettext("this is not read as a day; write 31 January 2026").to(self.desk.language)
                    return self._files({"day": wanted}, text=text, day=said_day, status=422)
                if day is None and release.published is None:
                    # what only the text says is asked
                    supposed = beginning(release).supposed
                    shown_day = when_in_words(supposed, self.desk.language) if supposed else ""
                    return self._files({"ask": "1"}, text=text, day=shown_day, status=422)
                if day is not None:
                    release = replace(release, published=str(day.value))
                begun = begin(release, self._session.project.root / "data")
            except PressgraphError as error:
                problem = {"text": in_language(error.reason, self.desk.language)}
                return self._files(problem, text=text, day=said_day, status=422)
            return Answer(location=link("/file", name=self._session.project.name_of(begun.facts)))

        return self._answered(make)

    def draft(self, asked: Asked) -> Answer:
        """Let a draft propose facts for a text without any."""

        def make() -> Answer:
            editor = self._source(asked)
            if self.desk.draft is None:
                raise _MissingError
            with self._session.lock:
                self.desk.draft(editor.path)
            return Answer(location=link("/file", name=editor.name, show="todo"))

        return self._answered(make)

    def project(self, asked: Asked) -> Answer:
        """Make a project in a folder that has none."""

        def make() -> Answer:
            if self.desk.session is not None or self.desk.make_project is None:
                raise _MissingError
            title, base, language = (asked.get(it).strip() for it in ("title", "base", "language"))
            setup = Setup(
                title=title, base=base or "https://data.example.org/", language=language or self.desk.language
            )
            problems = {}
            if not is_base(setup.base):
                problems["base"] = gettext(
                    "'{base}' is not an absolute http(s) IRI that ends in '/'", base=setup.base
                ).to(self.desk.language)
            if setup.language not in {"en", "de"}:
                problems["language"] = gettext("choose one of them").to(self.desk.language)
            if problems:
                return self._setup(setup, problems, status=422)
            self.desk.begin(*self.desk.make_project(setup))
            self.desk.language = setup.language
            return Answer(location=link("/"))

        return self._answered(make)


def _is_titled(source: OpenSource, paragraphs: list[list[Sentence]]) -> bool:
    """Tell whether the text begins with its headline, which then is not said twice."""
    if source.text is None or not paragraphs:
        return False
    first = source.text.slice((paragraphs[0][0].start, paragraphs[0][-1].end))
    return " ".join(first.split()) == " ".join(source.title.split())


def _reason(error: Exception) -> str:
    if isinstance(error, PressgraphError):
        return error.reason
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename}" if error.filename else (error.strerror or str(error))
    return str(error)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def _span(text: str, length: int) -> Span | None:
    first, dash, last = text.partition("-")
    start, end = _number(first), _number(last)
    if not dash or start is None or end is None or not 0 <= start < end <= length:
        return None
    return start, end


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for it in value for text in _texts(it)]
        case dict() if "id" not in value and "type" not in value:
            return [text for it in value.values() for text in _texts(it)]
    return []


def _classes_named(session: EditSession, *names: str) -> tuple[str, ...]:
    return tuple(session.profile.classes[it].iri for it in names if it in session.profile.classes)


def _classes_of(kind: str, key: str, session: EditSession) -> tuple[str, ...]:
    term = session.profile.classes.get(kind)
    use = term.uses.get(key) if term is not None else None
    return use.value_classes if use is not None else ()


__all__ = ["Views", "concept_label", "label_of"]
