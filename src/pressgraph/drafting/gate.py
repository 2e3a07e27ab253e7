"""The one gate for proposals: what passes is drafted as facts, what does not is told with the reason.

Whoever proposed it, rules or a model: its class and its keys are the profile's, its words stand in the text, exactly or
folded, and they say its value. Ids are minted here, or are those of known things; none is taken from a proposal unless
something known has it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pressgraph.drafting.admitted import Admitted, DraftedFact, Refused, RefusedError, Thing
from pressgraph.drafting.arrange import in_order
from pressgraph.drafting.grounds import Grounds, day
from pressgraph.drafting.judge import Judge, Standing, with_hint
from pressgraph.drafting.proposal import SOURCE, Ref
from pressgraph.facts.ids import kind_of, slug
from pressgraph.i18n import gettext
from pressgraph.rdf import CLU, SCHEMA
from pressgraph.spelling import did_you_mean
from pressgraph.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pressgraph.drafting.admitted import Context
    from pressgraph.drafting.proposal import Proposal, ProposedStatement, ProposedThing, Value
    from pressgraph.profile import ClassTerm
    from pressgraph.text import Span

# what is one thing wherever its name stands; others, such as a label or a project's grant, have names that many have
_NAMED = frozenset(
    (
        *(
            f"{SCHEMA}{it}"
            for it in ("Organization", "Person", "Place", "Project", "Product", "Service", "EventSeries")
        ),
        *(f"{CLU}{it}" for it in ("Industry", "LabelScheme")),
    )
)
_WORD = re.compile(r"[^\W_]+")
_LONGEST_NAME = 60
_LONGEST_DOCUMENT = 32
_LONGEST_WORDS = 2_000
_MOST = 5_000
"""Things, and statements: nobody reviews more of one text."""


def _folded(name: str) -> str:
    return fold(name).casefold()


def admit(proposal: Proposal, context: Context) -> Admitted:
    """Judge a proposal, statement by statement."""
    return _Gate(proposal, context).admitted()


class _Gate:
    def __init__(self, proposal: Proposal, context: Context) -> None:
        self.proposal = proposal
        self.context = context
        self.profile = context.profile
        self.refused: list[Refused] = []
        self.things: dict[str, Thing] = {SOURCE: Thing(id=context.source, classes=context.source_types, is_known=True)}
        self.standing = Standing(context=context, things=self.things)
        self.taken: dict[str, tuple[str, str]] = {}
        """The ids that were minted, with the class and the folded name that they are of."""
        self.at = 0
        """Where the last words stood."""
        self.document = _short_name(context.source)

    def admitted(self) -> Admitted:
        for thing in self.proposal.things[:_MOST]:
            try:
                self.things[thing.ref] = self.thing(thing)
            except RefusedError as error:
                self.refuse(f"{thing.class_}: {thing.name}", thing.words, error.reason)
        self.at = 0
        facts: list[DraftedFact] = []
        used: dict[str, Span] = {}
        for statement in self.proposal.statements[:_MOST]:
            try:
                fact = self.statement(statement, used)
            except RefusedError as error:
                about = self.things.get(statement.about)
                name = about.id if about is not None else statement.about
                self.refuse(f"{name} {statement.key}: {_shown(statement.value)}", statement.words, error.reason)
            else:
                facts.append(fact)
        for sequence in (self.proposal.things, self.proposal.statements):
            if len(sequence) > _MOST:
                reason = gettext("there are more than {limit:,} of them", limit=_MOST)
                self.refuse(self.proposal.by, "", reason)
        return Admitted(
            facts=tuple(in_order(facts, used, self.standing, by=self.proposal.by)), refused=tuple(self.refused)
        )

    def refuse(self, what: str, words: str, reason: str) -> None:
        self.refused.append(Refused(what=what, words=words, reason=reason))

    # -- things

    def thing(self, thing: ProposedThing) -> Thing:
        term = self.profile.classes.get(thing.class_)
        if term is None:
            hint = did_you_mean(thing.class_, self.profile.classes, otherwise="")
            raise RefusedError(with_hint(gettext("'{type}' is not a class of the profile", type=thing.class_), hint))
        if thing.ref in self.things:
            raise RefusedError(gettext("another thing has the ref '{ref}'", ref=thing.ref))
        if not thing.name.strip() or len(thing.name) > _LONGEST_WORDS:
            raise RefusedError(gettext("it has no name"))
        span = self.span(thing.words, None)
        above = {term.iri, *term.superclasses}
        named = not above.isdisjoint(_NAMED)
        if named and not Grounds(self.context.text.slice(span)).name(thing.name):
            raise RefusedError(gettext("the words do not say '{value}'", value=thing.name))
        if thing.id is not None:
            known = self.context.known.classes(thing.id)
            if known is None:
                raise RefusedError(gettext("nothing has the id '{id}'", id=thing.id))
            return self.known_thing(thing, thing.id, known, span)
        # somebody may have known less of it, or more
        akin = (term.name, *(it.name for iri in above & _NAMED if (it := self.profile.class_of.get(iri)) is not None))
        if named and (found := self.context.known.named(thing.name, akin)) is not None:
            return self.known_thing(thing, found, self.context.known.classes(found) or frozenset(), span)
        return Thing(
            id=self.mint(thing, term, named=named),
            classes=(term.name,),
            name=thing.name,
            words=thing.words,
            span=span,
            personal=term.personal,
            named=named,
        )

    def known_thing(self, thing: ProposedThing, name: str, classes: Collection[str], span: Span) -> Thing:
        # a class that the project does not know of it is no news of a text: keys are those of either
        both = tuple(dict.fromkeys((*sorted(classes), thing.class_)))
        return Thing(id=name, classes=both, name=thing.name, span=span, is_known=True)

    def mint(self, thing: ProposedThing, term: ClassTerm, *, named: bool) -> str:
        """Return an id that nothing has but, in this proposal, a thing of the same class and name."""
        kind = kind_of((term,))
        # an id is public even where what it names is personal data: no number to call is part of one
        words = "" if term.personal else slug(thing.name if named else self.said(thing.name))
        words = words[:_LONGEST_NAME].strip("-")
        name = words if named and words else f"{self.document}-{words or slug(term.name)}"
        what = (term.name, _folded(thing.name) if named else thing.ref)
        base, number = f"{kind}/{name}", 2
        minted = base
        while self.taken.get(minted, what) != what or self.context.known.classes(minted) is not None:
            minted, number = f"{base}-{number}", number + 1
        self.taken[minted] = what
        return minted

    def said(self, name: str) -> str:
        """Return of a name that is not stated, and that only an id is made of, the words that the text has."""
        terms = {word for scheme in self.profile.schemes.values() for it in scheme.concepts for word in it.split("-")}
        known = terms | {it.casefold() for it in _WORD.findall(self.context.text.text)}
        return " ".join(it for it in _WORD.findall(name) if it.casefold() in known)

    # -- statements

    def statement(self, statement: ProposedStatement, used: dict[str, Span]) -> DraftedFact:
        about = self.things.get(statement.about)
        if about is None:
            raise RefusedError(gettext("'{ref}' is no thing that passed", ref=statement.about))
        statuses = self.profile.schemes.get("epistemic-status")
        if statuses is not None and statement.status not in statuses.concepts:
            raise RefusedError(gettext("'{status}' is not a status", status=statement.status))
        span = self.span(statement.words, statement.span)
        grounds = Grounds(self.context.text.slice(span), published=day(self.context.published))
        judge = Judge(self.standing, grounds, statement.status)
        uses = self.profile.uses_of(about.classes)
        value = judge.pair(statement.key, statement.value, uses, about.classes)
        for ref in _refs(statement.value):
            used.setdefault(ref, span)
        used.setdefault(statement.about, span)
        key, use = self.profile.keys[statement.key], uses[statement.key]
        linked = (self.things[it] for it in _refs(statement.value))
        personal = (
            statement.personal or about.personal or key.personal or use.personal or any(it.personal for it in linked)
        )
        return DraftedFact(
            body={"id": about.id, statement.key: value},
            span=span,
            status=judge.status,
            personal=personal,
            by=self.proposal.by,
        )

    def span(self, words: str, stated: Span | None) -> Span:
        """Return where words stand: where the proposal says, else the first place behind the last words."""
        text = self.context.text
        if not words.strip() or len(words) > _LONGEST_WORDS:
            raise RefusedError(gettext("it has no words of the text"))
        if stated is not None:
            start, end = stated
            if 0 <= start < end <= len(text.text) and fold(text.slice(stated)) == fold(words):
                self.at = start
                return stated
            raise RefusedError(gettext("these words do not stand there in the text"))
        places = list(text.places(words))
        if not places:
            raise RefusedError(gettext("the text does not say these words"))
        found = next((it for it in places if it[0] >= self.at), places[0])
        self.at = found[0]
        return found


def _short_name(source: str) -> str:
    """Return what the ids of things begin with that are of one document: its name, or a part that tells it apart."""
    name = source.rpartition("/")[2]
    if len(name) <= _LONGEST_DOCUMENT:
        return name
    part = name[:_LONGEST_DOCUMENT].rpartition("-")[0] or name[:_LONGEST_DOCUMENT]
    return f"{part}-{hashlib.sha256(source.encode()).hexdigest()[:4]}"


def _refs(value: Value) -> Iterable[str]:
    if isinstance(value, Ref):
        yield value.ref
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _refs(one)


def _shown(value: Value) -> str:
    match value:
        case Ref():
            return f"→ {value.ref}"
        case Mapping():
            return "; ".join(f"{key}: {_shown(one)}" for key, one in value.items())
    return value
