"""Judge whether the words of a statement say its value, and write it as a facts file does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pressgraph.drafting.admitted import RefusedError
from pressgraph.drafting.proposal import Ref
from pressgraph.facts.datatypes import NUMBERS
from pressgraph.facts.figures import Figures, figures_of
from pressgraph.facts.ids import Ids
from pressgraph.facts.words import words_of
from pressgraph.facts.yaml_text import Plain
from pressgraph.i18n import gettext, joined
from pressgraph.profile import Kind
from pressgraph.rdf import EDTF, SCHEMA, XSD
from pressgraph.spelling import folded

if TYPE_CHECKING:
    from collections.abc import Collection

    from pressgraph.drafting.admitted import Context, Thing
    from pressgraph.drafting.grounds import Grounds
    from pressgraph.drafting.proposal import Value
    from pressgraph.i18n import Text
    from pressgraph.profile import Key, KeyUse, Profile
    from pressgraph.profile.model import Concept

_DATES = frozenset({EDTF, *(f"{XSD}{name}" for name in ("date", "gYearMonth", "gYear", "dateTime"))})
_DURATION = f"{XSD}duration"
_BOOLEAN = f"{XSD}boolean"
_NAMES = frozenset(f"{SCHEMA}{name}" for name in ("name", "legalName", "alternateName", "givenName", "familyName"))
_DEEPEST = 4


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a statement is judged beside: the context of its proposal, and the things that passed before it."""

    context: Context
    things: Mapping[str, Thing]

    @property
    def profile(self) -> Profile:
        """The profile whose keys and classes statements use."""
        return self.context.profile

    @cached_property
    def ids(self) -> Ids:
        """The ids of the project."""
        return Ids(self.context.profile, self.context.id_base)

    @cached_property
    def figures(self) -> Figures:
        """What the profile says of figures."""
        return figures_of(self.context.profile)

    def text(self, key: Key, text: str) -> Any:
        """Return a text as a facts file writes it, in the language of the release where the key needs one."""
        if not key.language_required:
            return text
        if self.context.language is None:
            raise RefusedError(gettext("'{key}' needs a language, and that of the text is not known", key=key.name))
        return {self.context.language: text}


class Judge:
    """Judges the values of one statement."""

    def __init__(self, standing: Standing, grounds: Grounds, status: str) -> None:
        self.standing = standing
        self.grounds = grounds
        self.status = status
        """How the words say it: never surer than was proposed."""

    def pair(
        self, word: str, value: Value, uses: Mapping[str, KeyUse], classes: Collection[str], depth: int = 0
    ) -> Any:
        """Return the value of a key as a facts file writes it."""
        profile = self.standing.profile
        key = profile.keys.get(word)
        if key is None:
            hint = words_of(profile).hint(word, classes, ())
            raise RefusedError(with_hint(gettext("'{key}' is not a key of the profile", key=word), hint))
        if word not in uses:
            types = ", ".join(sorted(classes))
            raise RefusedError(gettext("'{key}' is not a key of {types}", key=word, types=types))
        match value:
            case Ref():
                return self._link(key, uses[word], value)
            case Mapping():
                return self._node(key, uses[word], value, depth)
            case str() if value.strip():
                return self._scalar(key, value)
        raise RefusedError(gettext("'{key}' has no value", key=word))

    def _link(self, key: Key, use: KeyUse, ref: Ref) -> Any:
        thing = self.standing.things.get(ref.ref)
        if thing is None:
            raise RefusedError(gettext("'{ref}' is no thing that passed", ref=ref.ref))
        if not key.takes(Kind.LINK):
            raise RefusedError(gettext("'{key}' does not take a thing", key=key.name))
        if use.value_classes:
            classes = [self.standing.profile.classes[it] for it in thing.classes if it in self.standing.profile.classes]
            if not {iri for it in classes for iri in (it.iri, *it.superclasses)} & set(use.value_classes):
                types = ", ".join(thing.classes)
                raise RefusedError(gettext("'{key}' does not take a thing of {types}", key=key.name, types=types))
        return thing.id

    def _node(self, key: Key, use: KeyUse, node: Mapping[str, Value], depth: int) -> dict[str, Any]:
        """Return a node that belongs to its thing alone."""
        profile = self.standing.profile
        if not key.takes(Kind.LINK) or depth > _DEEPEST or not node:
            raise RefusedError(gettext("'{key}' does not take a node", key=key.name))
        named = node.get("type")
        iris = [key.quantity] if key.quantity is not None else list(use.value_classes)
        types = [named] if isinstance(named, str) else [t.name for i in iris if (t := profile.class_of.get(i))]
        if any(it not in profile.classes for it in types):
            raise RefusedError(gettext("'{type}' is not a class of the profile", type=types[0]))
        uses = profile.uses_of(types) if types else {}
        made: dict[str, Any] = {"type": named} if isinstance(named, str) else {}
        for word, value in node.items():
            if word == "id":
                raise RefusedError(gettext("ids are not for a proposal to give"))
            if word != "type":
                made[word] = self.pair(word, value, uses, types, depth + 1)
        return made

    def _scalar(self, key: Key, text: str) -> Any:
        """Return a value that is written as one text, if the words say it."""
        text = " ".join(text.split()) if key.kind is not Kind.TEXT else text.strip()
        if (concept := self._concept(key, text)) is not None:
            return self._term(key, concept)
        if key.quantity is not None or self.standing.figures.is_value(key) or self.standing.figures.is_number(key):
            return self._quantity(key, text)
        if key.takes(Kind.LINK) and (name := self._known_id(text)) is not None:
            return name
        if key.takes(Kind.LITERAL):
            said = [self._literal(it, text) for it in filter(None, (key.datatype, *key.datatypes))]
            if any(said):
                return Plain(text)
            if not key.takes(Kind.TEXT):
                raise self._unsaid(text)
        if not key.takes(Kind.TEXT):
            raise RefusedError(
                gettext("'{value}' is not a term of the vocabulary '{scheme}'", value=text, scheme=key.scheme.name)
                if key.scheme is not None
                else gettext("nothing has the id '{id}'", id=text)
            )
        if not (self.grounds.name(text) if key.iri in _NAMES else self.grounds.text(text)):
            raise self._unsaid(text)
        return self.standing.text(key, text)

    def _unsaid(self, text: str) -> RefusedError:
        return RefusedError(gettext("the words do not say '{value}'", value=text))

    def _concept(self, key: Key, text: str) -> Concept | None:
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

    def _term(self, key: Key, concept: Concept) -> str:
        assert key.scheme is not None  # noqa: S101 - the concept is one of its
        said = self.grounds.term(concept, key.scheme)
        if said is False:
            raise self._unsaid(concept.name)
        if said is None and self.status == "stated":
            # it is read out of words that have no name for it
            self.status = "implied"
        return concept.name

    def _quantity(self, key: Key, text: str) -> Any:
        said = self.grounds.quantity(text, self.standing.figures)
        if said is None:
            raise RefusedError(gettext("'{value}' is not a quantity", value=text))
        if not said:
            raise self._unsaid(text)
        return Plain(text) if key.quantity is not None or key.kind is Kind.LITERAL else text

    def _known_id(self, text: str) -> str | None:
        """Return an id that the project or the profile has."""
        name = self.standing.ids.normal(text)
        if self.standing.context.known.classes(name) is not None:
            return name
        iri = self.standing.ids.iri(text)
        return name if iri is not None and iri in self.standing.profile.ontology_terms else None

    def _literal(self, datatype: str, text: str) -> bool:
        if datatype in _DATES:
            return self.grounds.date(text)
        if datatype in NUMBERS:
            return self.grounds.number(text)
        if datatype == _DURATION:
            return self.grounds.duration(text)
        return datatype == _BOOLEAN or self.grounds.literal(text)


def with_hint(reason: Text, hint: str | None) -> Text:
    """Return a reason with what may be meant, where there is something."""
    return joined("; ", (reason, hint)) if hint else reason
