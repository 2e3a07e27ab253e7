"""The one gate for proposals: what passes is drafted as facts, what does not is told with the reason.

Whoever proposed it, rules or a model: its class and its keys are the profile's, its words stand in the text, exactly or
folded, and they say its value. Ids are minted here, or are those of known things; none is taken from a proposal unless
something known has it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from pressgraph.drafting.grounds import Grounds, day
from pressgraph.drafting.proposal import SOURCE, Ref
from pressgraph.facts.datatypes import NUMBERS
from pressgraph.facts.figures import figures_of
from pressgraph.facts.ids import Ids, kind_of, slug
from pressgraph.facts.words import words_of
from pressgraph.facts.yaml_text import Plain
from pressgraph.i18n import gettext, joined
from pressgraph.profile import Kind
from pressgraph.rdf import CLU, EDTF, SCHEMA, XSD
from pressgraph.spelling import did_you_mean, folded
from pressgraph.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pressgraph.drafting.known import KnownNames
    from pressgraph.drafting.proposal import Proposal, ProposedStatement, ProposedThing, Value
    from pressgraph.i18n import Text
    from pressgraph.profile import ClassTerm, Key, KeyUse, Profile
    from pressgraph.profile.model import Concept
    from pressgraph.text import SourceText, Span

_DATES = frozenset({EDTF, *(f"{XSD}{name}" for name in ("date", "gYearMonth", "gYear", "dateTime"))})
_DURATION = f"{XSD}duration"
_BOOLEAN = f"{XSD}boolean"
_NAMES = frozenset(f"{SCHEMA}{name}" for name in ("name", "legalName", "alternateName", "givenName", "familyName"))
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
_MOST_PLACES = 100
_DEEPEST = 4


def _folded(name: str) -> str:
    return fold(name).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a proposal is judged by."""

    text: SourceText
    profile: Profile
    id_base: str
    source: str
    """The id of the document."""
    source_types: tuple[str, ...]
    language: str | None = None
    published: str | None = None
    """The day of the release, YYYY-MM-DD."""
    known: KnownNames


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What did not pass."""

    what: str
    """The thing and the key and the value, as the proposal says them."""
    words: str
    reason: str
    """A message of the catalogues."""


@dataclass(slots=True, kw_only=True)
class DraftedFact:
    """A fact that passed: what a facts file says of a thing, and the span of the words that say it."""

    body: dict[str, Any]
    span: Span
    status: str
    personal: bool
    by: str

    @property
    def id(self) -> str:
        """The id of the thing."""
        return str(self.body["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What the gate made of a proposal: facts in the order of the text."""

    facts: tuple[DraftedFact, ...]
    refused: tuple[Refused, ...]


def admit(proposal: Proposal, context: Context) -> Admitted:
    """Judge a proposal, statement by statement."""
    return _Gate(proposal, context).admitted()


class _RefusedError(Exception):
    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True, kw_only=True)
class _Thing:
    """A thing that passed."""

    id: str
    classes: tuple[str, ...]
    name: str = ""
    words: str = ""
    span: Span | None = None
    is_known: bool = False
    personal: bool = False
    named: bool = False
    """Whether it is one thing wherever its name stands."""


class _Gate:
    def __init__(self, proposal: Proposal, context: Context) -> None:
        self.proposal = proposal
        self.context = context
        self.profile = context.profile
        self.ids = Ids(context.profile, context.id_base)
        self.figures = figures_of(context.profile)
        self.refused: list[Refused] = []
        self.things: dict[str, _Thing] = {
            SOURCE: _Thing(id=context.source, classes=context.source_types, is_known=True)
        }
        self.taken: dict[str, tuple[str, str]] = {}
        """The ids that were minted, with the class and the folded name that they are of."""
        self.at = 0
        """Where the last words stood."""
        self.document = _short_name(context.source)

    def admitted(self) -> Admitted:
        for thing in self.proposal.things[:_MOST]:
            try:
                self.things[thing.ref] = self.thing(thing)
            except _RefusedError as error:
                self.refuse(f"{thing.class_}: {thing.name}", thing.words, error.reason)
        self.at = 0
        facts: list[DraftedFact] = []
        used: dict[str, Span] = {}
        for statement in self.proposal.statements[:_MOST]:
            try:
                fact = self.statement(statement, used)
            except _RefusedError as error:
                about = self.things.get(statement.about)
                name = about.id if about is not None else statement.about
                self.refuse(f"{name} {statement.key}: {_shown(statement.value)}", statement.words, error.reason)
            else:
                facts.append(fact)
        for sequence in (self.proposal.things, self.proposal.statements):
            if len(sequence) > _MOST:
                reason = gettext("there are more than {limit:,} of them", limit=_MOST)
                self.refuse(self.proposal.by, "", reason)
        return Admitted(facts=tuple(self._in_order(facts, used)), refused=tuple(self.refused))

    def refuse(self, what: str, words: str, reason: str) -> None:
        self.refused.append(Refused(what=what, words=words, reason=reason))

    # -- things

    def thing(self, thing: ProposedThing) -> _Thing:
        term = self.profile.classes.get(thing.class_)
        if term is None:
            hint = did_you_mean(thing.class_, self.profile.classes, otherwise="")
            raise _RefusedError(_joined(gettext("'{type}' is not a class of the profile", type=thing.class_), hint))
        if thing.ref in self.things:
            raise _RefusedError(gettext("another thing has the ref '{ref}'", ref=thing.ref))
        if not thing.name.strip() or len(thing.name) > _LONGEST_WORDS:
            raise _RefusedError(gettext("it has no name"))
        span = self.span(thing.words, None)
        above = {term.iri, *term.superclasses}
        named = not above.isdisjoint(_NAMED)
        if named and not Grounds(self.context.text.slice(span)).name(thing.name):
            raise _RefusedError(gettext("the words do not say '{value}'", value=thing.name))
        if thing.id is not None:
            known = self.context.known.classes(thing.id)
            if known is None:
                raise _RefusedError(gettext("nothing has the id '{id}'", id=thing.id))
            return self.known_thing(thing, thing.id, known, span)
        # somebody may have known less of it, or more
        akin = (term.name, *(it.name for iri in above & _NAMED if (it := self.profile.class_of.get(iri)) is not None))
        if named and (found := self.context.known.named(thing.name, akin)) is not None:
            return self.known_thing(thing, found, self.context.known.classes(found) or frozenset(), span)
        return _Thing(
            id=self.mint(thing, term, named=named),
            classes=(term.name,),
            name=thing.name,
            words=thing.words,
            span=span,
            personal=term.personal,
            named=named,
        )

    def known_thing(self, thing: ProposedThing, name: str, classes: Collection[str], span: Span) -> _Thing:
        # a class that the project does not know of it is no news of a text: keys are those of either
        both = tuple(dict.fromkeys((*sorted(classes), thing.class_)))
        return _Thing(id=name, classes=both, name=thing.name, span=span, is_known=True)

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
            raise _RefusedError(gettext("'{ref}' is no thing that passed", ref=statement.about))
        statuses = self.profile.schemes.get("epistemic-status")
        if statuses is not None and statement.status not in statuses.concepts:
            raise _RefusedError(gettext("'{status}' is not a status", status=statement.status))
        span = self.span(statement.words, statement.span)
        grounds = Grounds(self.context.text.slice(span), published=day(self.context.published))
        judge = _Judge(self, grounds, statement.status)
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
            raise _RefusedError(gettext("it has no words of the text"))
        if stated is not None:
            start, end = stated
            if 0 <= start < end <= len(text.text) and fold(text.slice(stated)) == fold(words):
                self.at = start
                return stated
            raise _RefusedError(gettext("these words do not stand there in the text"))
        places = list(text.places(words))
        if not places:
            raise _RefusedError(gettext("the text does not say these words"))
        found = next((it for it in places if it[0] >= self.at), places[0])
        self.at = found[0]
        return found

    # -- facts

    def _in_order(self, facts: list[DraftedFact], used: Mapping[str, Span]) -> Iterable[DraftedFact]:
        """Return facts in the order of the text: what the same words say of a thing is one fact, its class included."""
        first: list[DraftedFact] = []
        named = {fact.id for fact in facts if "name" in fact.body}
        described: set[str] = set()
        for ref, thing in self.things.items():
            if thing.is_known or ref not in used or thing.id in described or thing.span is None:
                continue
            described.add(thing.id)
            body: dict[str, Any] = {"id": thing.id, "type": thing.classes[0]}
            name = self.profile.uses_of(thing.classes).get("name")
            if thing.named and name is not None and thing.id not in named:
                body["name"] = self.text(self.profile.keys["name"], thing.name)
            # where a fact's words hold the name, they say what it is, too
            own = [it for it in facts if it.id == thing.id and not it.personal]
            places = list(islice(self.context.text.places(thing.words), _MOST_PLACES)) or [thing.span]
            holder = next((it for it in own if any(it.span[0] <= a and b <= it.span[1] for a, b in places)), None)
            span, status = (holder.span, holder.status) if holder is not None else (thing.span, "stated")
            personal = thing.personal or (bool(facts) and not own and any(it.id == thing.id for it in facts))
            first.append(DraftedFact(body=body, span=span, status=status, personal=personal, by=self.proposal.by))
        merged: dict[tuple[Any, ...], DraftedFact] = {}
        for fact in (*first, *facts):
            same = merged.setdefault((fact.id, fact.span, fact.status, fact.personal), fact)
            if same is not fact:
                for key, value in fact.body.items():
                    same.body[key] = _both(same.body[key], value) if key in same.body else value
        # a thing is described before others say something of it
        return _joined_facts(sorted(merged.values(), key=lambda it: (it.span[0], "type" not in it.body)))

    def text(self, key: Key, text: str) -> Any:
        if not key.language_required:
            return text
        if self.context.language is None:
            raise _RefusedError(gettext("'{key}' needs a language, and that of the text is not known", key=key.name))
        return {self.context.language: text}


class _Judge:
    """Judges the values of one statement."""

    def __init__(self, gate: _Gate, grounds: Grounds, status: str) -> None:
        self.gate = gate
        self.grounds = grounds
        self.status = status
        """How the words say it: never surer than was proposed."""

    def pair(
        self, word: str, value: Value, uses: Mapping[str, KeyUse], classes: Collection[str], depth: int = 0
    ) -> Any:
        """Return the value of a key as a facts file writes it."""
        profile = self.gate.profile
        key = profile.keys.get(word)
        if key is None:
            hint = words_of(profile).hint(word, classes, ())
            raise _RefusedError(_joined(gettext("'{key}' is not a key of the profile", key=word), hint))
        if word not in uses:
            types = ", ".join(sorted(classes))
            raise _RefusedError(gettext("'{key}' is not a key of {types}", key=word, types=types))
        match value:
            case Ref():
                return self.link(key, uses[word], value)
            case Mapping():
                return self.node(key, uses[word], value, depth)
            case str() if value.strip():
                return self.scalar(key, value)
        raise _RefusedError(gettext("'{key}' has no value", key=word))

    def link(self, key: Key, use: KeyUse, ref: Ref) -> Any:
        thing = self.gate.things.get(ref.ref)
        if thing is None:
            raise _RefusedError(gettext("'{ref}' is no thing that passed", ref=ref.ref))
        if not key.takes(Kind.LINK):
            raise _RefusedError(gettext("'{key}' does not take a thing", key=key.name))
        if use.value_classes:
            classes = [self.gate.profile.classes[it] for it in thing.classes if it in self.gate.profile.classes]
            if not {iri for it in classes for iri in (it.iri, *it.superclasses)} & set(use.value_classes):
                types = ", ".join(thing.classes)
                raise _RefusedError(gettext("'{key}' does not take a thing of {types}", key=key.name, types=types))
        return thing.id

    def node(self, key: Key, use: KeyUse, node: Mapping[str, Value], depth: int) -> dict[str, Any]:
        """Return a node that belongs to its thing alone."""
        profile = self.gate.profile
        if not key.takes(Kind.LINK) or depth > _DEEPEST or not node:
            raise _RefusedError(gettext("'{key}' does not take a node", key=key.name))
        named = node.get("type")
        iris = [key.quantity] if key.quantity is not None else list(use.value_classes)
        types = [named] if isinstance(named, str) else [t.name for i in iris if (t := profile.class_of.get(i))]
        if any(it not in profile.classes for it in types):
            raise _RefusedError(gettext("'{type}' is not a class of the profile", type=types[0]))
        uses = profile.uses_of(types) if types else {}
        made: dict[str, Any] = {"type": named} if isinstance(named, str) else {}
        for word, value in node.items():
            if word == "id":
                raise _RefusedError(gettext("ids are not for a proposal to give"))
            if word != "type":
                made[word] = self.pair(word, value, uses, types, depth + 1)
        return made

    def scalar(self, key: Key, text: str) -> Any:
        """Return a value that is written as one text, if the words say it."""
        text = " ".join(text.split()) if key.kind is not Kind.TEXT else text.strip()
        if (concept := self.concept(key, text)) is not None:
            return self.term(key, concept)
        if key.quantity is not None or self.gate.figures.is_value(key) or self.gate.figures.is_number(key):
            return self.quantity(key, text)
        if key.takes(Kind.LINK) and (name := self.known_id(text)) is not None:
            return name
        if key.takes(Kind.LITERAL):
            said = [self.literal(it, text) for it in filter(None, (key.datatype, *key.datatypes))]
            if any(said):
                return Plain(text)
            if not key.takes(Kind.TEXT):
                raise self.unsaid(text)
        if not key.takes(Kind.TEXT):
            raise _RefusedError(
                gettext("'{value}' is not a term of the vocabulary '{scheme}'", value=text, scheme=key.scheme.name)
                if key.scheme is not None
                else gettext("nothing has the id '{id}'", id=text)
            )
        if not (self.grounds.name(text) if key.iri in _NAMES else self.grounds.text(text)):
            raise self.unsaid(text)
        return self.gate.text(key, text)

    def unsaid(self, text: str) -> _RefusedError:
        return _RefusedError(gettext("the words do not say '{value}'", value=text))

    def concept(self, key: Key, text: str) -> Concept | None:
        if key.scheme is None:
            return None
        if (named := key.scheme.concepts.get(text)) is not None:
            return named
        wanted = folded(text)
        labelled = (
            it
            for it in key.scheme.concepts.values()
            if wanted in {folded(label) for label in (*it.labels.values(), *it.alternatives)}
        )
        return next(labelled, None)

    def term(self, key: Key, concept: Concept) -> str:
        assert key.scheme is not None  # noqa: S101 - the concept is one of its
        said = self.grounds.term(concept, key.scheme)
        if said is False:
            raise self.unsaid(concept.name)
        if said is None and self.status == "stated":
            # it is read out of words that have no name for it
            self.status = "implied"
        return concept.name

    def quantity(self, key: Key, text: str) -> Any:
        said = self.grounds.quantity(text, self.gate.figures)
        if said is None:
            raise _RefusedError(gettext("'{value}' is not a quantity", value=text))
        if not said:
            raise self.unsaid(text)
        return Plain(text) if key.quantity is not None or key.kind is Kind.LITERAL else text

    def known_id(self, text: str) -> str | None:
        """Return an id that the project or the profile has."""
        name = self.gate.ids.normal(text)
        if self.gate.context.known.classes(name) is not None:
            return name
        iri = self.gate.ids.iri(text)
        return name if iri is not None and iri in self.gate.profile.ontology_terms else None

    def literal(self, datatype: str, text: str) -> bool:
        if datatype in _DATES:
            return self.grounds.date(text)
        if datatype in NUMBERS:
            return self.grounds.number(text)
        if datatype == _DURATION:
            return self.grounds.duration(text)
        return datatype == _BOOLEAN or self.grounds.literal(text)


def _joined_facts(facts: Iterable[DraftedFact]) -> list[DraftedFact]:
    """Return facts, those of one thing as one whose words lie within each other's."""
    kept: list[DraftedFact] = []
    last: dict[tuple[str, str, bool], DraftedFact] = {}
    for fact in facts:
        alike = (fact.id, fact.status, fact.personal)
        before = last.get(alike)
        if before is not None and _within_each_other(before, fact):
            before.body |= fact.body
            before.span = min(before.span[0], fact.span[0]), max(before.span[1], fact.span[1])
        else:
            kept.append(fact)
            last[alike] = fact
    return kept


def _within_each_other(one: DraftedFact, other: DraftedFact) -> bool:
    (a, b), (c, d) = one.span, other.span
    within = (a <= c and d <= b) or (c <= a and b <= d)
    return within and len(one.body.keys() & other.body.keys()) == 1


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


def _both(one: Any, other: Any) -> Any:
    ones = one if isinstance(one, list) else [one]
    return one if other in ones else [*ones, other]


def _joined(reason: Text, hint: str | None) -> Text:
    return joined("; ", (reason, hint)) if hint else reason
