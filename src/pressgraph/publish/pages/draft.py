"""Write what a page says as a draft facts file, in the keys of the profile.

A draft is valid as far as the profile knows what the page says. What it does not know is not lost: it is listed in
comments at the end. Nobody has checked a draft against the page's text, so its facts carry no evidence.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import yaml

from pressgraph.dataset.schema_org import schema_org
from pressgraph.facts.datatypes import datatype
from pressgraph.facts.ids import Ids, slug
from pressgraph.facts.mixed import plain_form, takes_languages
from pressgraph.profile import Key, Kind
from pressgraph.publish.jsonld import one_or_list
from pressgraph.rdf import RDF_TYPE, SCHEMA, XSD, XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pressgraph.profile import ClassTerm, Profile
    from pressgraph.publish.pages.extract import Extracted
    from pressgraph.rdf import Resource, Term

_KINDS = (
    ("Organization", "agent"),
    ("Person", "agent"),
    ("Article", "document"),
    ("CreativeWork", "document"),
    ("Place", "place"),
    ("Event", "event"),
    ("Action", "activity"),
)
_SOURCE_KEYS = ("headline", "name", "datePublished", "inLanguage", "sourceOrganization")
# An id is public even where what it names is personal data, so no telephone number is part of one.
_NAMES = ("headline", "name", "legalName")


def draft_facts(extracted: Extracted, profile: Profile, id_base: str, *, name: str) -> str:
    """Return a facts file in YAML; `name` says where the page was found."""
    return _Draft(extracted, profile, id_base).write(name)


class _Draft:
    def __init__(self, extracted: Extracted, profile: Profile, id_base: str) -> None:
        self.extracted = extracted
        self.profile = profile
        self.id_base = id_base
        self.language = extracted.language or "en"
        self.left_out: list[str] = []
        self.about: dict[Resource, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in sorted(extracted.triples, key=str):
            if isinstance(triple.subject, ox.NamedNode | ox.BlankNode):
                self.about[triple.subject][triple.predicate.value].append(triple.object)
        self.ids = self._mint()

    def write(self, name: str) -> str:
        document = self._document()
        source = self._source(document)
        facts: list[dict[str, Any]] = []
        for node in sorted(self.about, key=lambda it: (it != document, self.ids[it])):
            facts.extend(self._facts(node, source if node == document else {}))
        head = [
            f"# Read from {_one_line(name)}: a draft. Check it against the page, add evidence where you can, and then",
            "# run 'pressgraph validate'.",
        ]
        body = yaml.safe_dump(
            {"source": source, "facts": facts}, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
        )
        tail = []
        if self.left_out:
            tail = ["", "# Also said by the page, and not in the profile:", *(f"# - {it}" for it in self.left_out)]
        return "\n".join([*head, body.rstrip(), *tail]) + "\n"

    # -- ids

    def _mint(self) -> dict[Resource, str]:
        known = Ids(self.profile, self.id_base)
        ids: dict[Resource, str] = {}
        taken: set[str] = set()
        for node in sorted(self.about, key=lambda it: (isinstance(it, ox.BlankNode), str(it))):
            if isinstance(node, ox.NamedNode):
                normal = known.normal(node.value)
                if known.iri(normal) is not None:
                    ids[node] = normal
                    taken.add(normal)
                    continue
            base = f"{self._kind(node)}/{self._slug(node)}"
            name, number = base, 2
            while name in taken:
                name, number = f"{base}-{number}", number + 1
            taken.add(name)
            ids[node] = name
        return ids

    def _slug(self, node: Resource) -> str:
        for key in _NAMES:
            for value in self.about[node].get(SCHEMA + key, ()):
                found = slug(str(getattr(value, "value", "")))[:60].strip("-")
                if found:
                    return found
        # a blank node's label is the parser's; what is said of it is the page's
        said = repr(
            sorted(
                (p, str(o)) for p, values in self.about[node].items() for o in values if not isinstance(o, ox.BlankNode)
            )
        )
        return hashlib.sha256(said.encode()).hexdigest()[:12]

    def _kind(self, node: Resource) -> str:
        known = {iri for term in self._classes(node) for iri in (term.iri, *term.superclasses)}
        return next((kind for word, kind in _KINDS if SCHEMA + word in known), "thing")

    def _classes(self, node: Resource) -> list[ClassTerm]:
        types = {str(getattr(it, "value", "")) for it in self.about[node].get(RDF_TYPE, ())}
        known = types & self.profile.class_of.keys()
        if not known:
            # what the profile does not know may be a kind of what it knows
            above = (schema_org().classes.get(iri.removeprefix(SCHEMA), ()) for iri in sorted(types))
            nearest = (next((SCHEMA + it for it in one if SCHEMA + it in self.profile.class_of), None) for one in above)
            known = {iri for iri in nearest if iri is not None and iri != f"{SCHEMA}Thing"}
        return [self.profile.class_of[iri] for iri in sorted(known)]

    # -- the source

    def _document(self) -> Resource | None:
        """Return what is most likely the page's text: an article, else any work that is no web page or site."""
        for wanted in ("Article", "CreativeWork"):
            for node in sorted(self.about, key=str):
                known = {iri for term in self._classes(node) for iri in (term.iri, *term.superclasses)}
                if SCHEMA + wanted in known:
                    return node
        return None

    def _source(self, document: Resource | None) -> dict[str, Any]:
        if document is None:
            title = self.extracted.title or "page"
            return {
                "id": f"document/{slug(title)[:60].strip('-') or 'page'}",
                "type": "CreativeWork",
                "headline": {self.language: title},
            }
        source: dict[str, Any] = {"id": self.ids[document]}
        classes = self._classes(document)
        source["type"] = one_or_list([term.name for term in classes])
        uses = self.profile.uses_of(term.name for term in classes)
        for key_name in _SOURCE_KEYS:
            key = self.profile.keys.get(key_name)
            if key is None or key_name not in uses:
                continue
            values = self.about[document].get(key.iri, ())
            written, _ = self._values(key, values, self.ids[document])
            if written is not None:
                source[key_name] = written
        return source

    # -- facts

    def _facts(self, node: Resource, said: dict[str, Any]) -> Iterable[dict[str, Any]]:
        """Yield the facts about a thing: what is personal data, and what has no language beside what has one, apart."""
        classes = self._classes(node)
        name = self.ids[node]
        uses = self.profile.uses_of(term.name for term in classes) if classes else None
        plain: dict[str, Any] = {"id": name}
        types = [term.name for term in classes]
        if types and "type" not in said:
            plain["type"] = one_or_list(types)
        personal: dict[str, Any] = {"id": name}
        further: dict[str, Any] = {"id": name}
        for iri, values in sorted(self.about[node].items()):
            key = self.profile.key_of.get(iri)
            if iri == RDF_TYPE:
                known = {term.iri for term in classes}
                self._leave_out(name, "type", [it for it in values if getattr(it, "value", None) not in known])
                continue
            if key is None or (uses is not None and key.name not in uses):
                self._leave_out(name, self.profile.shrink(iri, self.id_base), values)
                continue
            if key.name in said:
                continue
            kept = list(values)
            if uses is not None and uses[key.name].single and key.kind is not Kind.TEXT:
                kept = kept[:1]
                self._leave_out(name, key.name, list(values)[1:])
            written, other = self._values(key, kept, name)
            target = personal if key.personal or self._is_personal_link(key, kept) else plain
            if written is not None:
                target[key.name] = written
            if other is not None:
                (personal if key.personal else further)[key.name] = other
        if any(term.personal for term in classes):
            personal, plain = {**plain, **personal}, {"id": name}
        for fact in (plain, further):
            if len(fact) > 1:
                yield fact
        if len(personal) > 1:
            yield {**personal, "personal": True}

    def _is_personal_link(self, key: Key, values: Iterable[Term]) -> bool:
        if key.kind is not Kind.LINK:
            return False
        return any(
            term.personal
            for value in values
            if isinstance(value, ox.NamedNode | ox.BlankNode) and value in self.about
            for term in self._classes(value)
        )

    def _values(self, key: Key, values: Sequence[Term], name: str | None = None) -> tuple[Any, Any]:
        """Return a key's values as a facts file writes them, and plain texts beside texts with a language."""
        written: list[Any] = []
        tagged: dict[str, list[str]] = defaultdict(list)
        left: list[Term] = []
        for value in values:
            match key.kind, value:
                case Kind.TEXT, ox.Literal() if value.language is not None and not key.plain_required:
                    tagged[value.language].append(value.value)
                case Kind.TEXT, ox.Literal() if key.language_required:
                    tagged[self.language].append(value.value)
                case Kind.TEXT, ox.Literal():
                    written.append(value.value)
                case Kind.LITERAL, ox.Literal() if (text := _lexical(key, value)) is not None:
                    written.append(text)
                    if text != value.value:
                        left.append(value)
                case Kind.TERM, ox.NamedNode() if (
                    key.scheme is not None
                    and (concept := self.profile.concept_of.get(value.value)) is not None
                    and concept.name in key.scheme.concepts
                ):
                    written.append(concept.name)
                case Kind.MIXED, _ if (mixed := self._mixed(key, value)) is not None:
                    written.append(mixed)
                case Kind.LINK, ox.NamedNode() | ox.BlankNode():
                    target = self._link(value)
                    if target is None:
                        left.append(value)
                    else:
                        written.append(target)
                case _:
                    left.append(value)
        if name is not None:
            self._leave_out(name, key.name, left)
        by_tag = {tag: one_or_list(texts) for tag, texts in sorted(tagged.items())}
        plain = one_or_list(written) if written else None
        return (by_tag, plain) if by_tag else (plain, None)

    def _mixed(self, key: Key, value: Term) -> Any:
        """Return what a facts file writes for a value of a key of several kinds; None where it may not be one."""
        if isinstance(value, ox.NamedNode | ox.BlankNode):
            target = self._link(value) if key.takes(Kind.LINK) else None
            return plain_form(key, {"id": target}, quotes=True) if target is not None else None
        if not isinstance(value, ox.Literal):
            return None
        if value.language is not None:
            return {value.language: value.value} if takes_languages(key) else None
        kind = value.datatype.value
        if kind in key.datatypes and datatype(kind).valid(value.value):
            # without doubt, whatever the draft is written as
            return {"@value": value.value, "@type": kind.replace(XSD, "xsd:")}
        if kind == XSD_STRING and key.takes(Kind.TEXT) and not key.language_required:
            return plain_form(key, value.value, quotes=True)
        return None

    def _link(self, value: Resource) -> str | None:
        if value in self.ids:
            return self.ids[value]
        if isinstance(value, ox.BlankNode):
            return None
        ids = Ids(self.profile, self.id_base)
        normal = ids.normal(value.value)
        # an id of the project that the page does not describe may be described by nobody
        return None if ids.is_relative(normal) or ids.iri(normal) is None else normal

    def _leave_out(self, name: str, word: str, values: Iterable[Term]) -> None:
        for value in values:
            text = self.ids.get(value) if isinstance(value, ox.NamedNode | ox.BlankNode) else None
            if text is None:
                text = (
                    self.profile.shrink(value.value, self.id_base)
                    if isinstance(value, ox.NamedNode)
                    else str(getattr(value, "value", value))
                )
            self.left_out.append(f"{name} {word}: {_one_line(text)}")


def _lexical(key: Key, literal: ox.Literal) -> str | None:
    """Return a literal as a key's datatype wants it; of a time the day, where a day is wanted."""
    known = datatype(key.datatype)
    if known.valid(literal.value):
        return literal.value
    day, separator, _ = literal.value.partition("T")
    if separator and known.valid(day):
        return day
    return None if literal.datatype.value == XSD_STRING else known.mend(literal.value)


def _one_line(text: str) -> str:
    return " ".join("".join(it if it.isprintable() else " " for it in text).split())
