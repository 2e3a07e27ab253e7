"""Write what a page says as a draft facts file, in the keys of the profile.

A draft passes the facts rules: it is checked by them, and what they refuse is taken out. That, and what the profile
does not know, is not lost: it is listed in comments at the end. Nobody has checked a draft against the page's text, so
its facts carry no evidence.
"""

from __future__ import annotations

import hashlib
import html
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.dataset.schema_org import schema_org
from pressgraph.export.jsonld import one_or_list
from pressgraph.facts import dangling_problems, read_facts_bytes
from pressgraph.facts.datatypes import datatype, fitting
from pressgraph.facts.date_words import mend_date
from pressgraph.facts.dates import written_form
from pressgraph.facts.drafts import checked_draft, one_line
from pressgraph.facts.ids import Ids, kind_of, slug
from pressgraph.facts.language_tags import good_language
from pressgraph.facts.mixed import is_typed_only, plain_form, takes_languages
from pressgraph.profile import Key, Kind
from pressgraph.rdf import RDF_TYPE, SCHEMA, XSD, XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pressgraph.embed.extract import Extracted
    from pressgraph.errors import Problem
    from pressgraph.profile import ClassTerm, KeyUse, Profile
    from pressgraph.rdf import Resource, Term

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
        tags = (extracted.language or "", (extracted.language or "").partition("-")[0])
        self.language = next((tag for tag in tags if good_language(tag.lower())), "en")
        self.left_out: list[str] = []
        self.about: dict[Resource, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for subject, predicate, value in _told_once(extracted.triples):
            self.about[subject][predicate].append(value)
        self.ids = self._mint()

    def write(self, name: str) -> str:
        document = self._document()
        source = self._source(document)
        facts: list[dict[str, Any]] = []
        for node in sorted(self.about, key=lambda it: (it != document, self.ids[it])):
            facts.extend(self._facts(node, source if node == document else {}))
        head = [
            f"# Read from {one_line(name)}: a draft. Check it against the page, add evidence where you can, and then",
            "# run 'pressgraph validate'.",
        ]
        body = self._checked({"source": source, "facts": facts})
        tail = []
        if self.left_out:
            tail = ["", "# Also said by the page, and not in the profile:", *(f"# - {it}" for it in self.left_out)]
        return "\n".join([*head, body.rstrip(), *tail]) + "\n"

    def _checked(self, body: dict[str, Any]) -> str:
        """Return the draft's YAML without what the facts rules refuse, which is left out instead."""
        text, out = checked_draft(body, self._problems, source={"id": "document/page"})
        self.left_out += [f"{it.about}: {it.value}" for it in out]
        return text

    def _problems(self, data: bytes) -> list[Problem]:
        checked = read_facts_bytes(data, self.profile, id_base=self.id_base, name="draft")
        return [*checked.problems, *dangling_problems(checked)]

    # -- ids

    def _mint(self) -> dict[Resource, str]:
        mint = Ids(self.profile, self.id_base)
        ids: dict[Resource, str] = {}
        taken: set[str] = set()
        for node in sorted(self.about, key=lambda it: (isinstance(it, ox.BlankNode), str(it))):
            if isinstance(node, ox.NamedNode):
                normal = mint.normal(node.value)
                if mint.iri(normal) is not None:
                    ids[node] = normal
                    taken.add(normal)
                    continue
            base = f"{kind_of(self._classes(node))}/{self._slug(node)}"
            name, number = base, 2
            while name in taken:
                name, number = f"{base}-{number}", number + 1
            taken.add(name)
            ids[node] = name
        return ids

    def _slug(self, node: Resource) -> str:
        for key in _NAMES:
            for value in self.about[node].get(SCHEMA + key, ()):
                word = slug(str(getattr(value, "value", "")))[:60].strip("-")
                if word:
                    return word
        # a blank node's label is the parser's; what is said of it is the page's
        content = repr(
            sorted(
                (p, str(o)) for p, values in self.about[node].items() for o in values if not isinstance(o, ox.BlankNode)
            )
        )
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    def _classes(self, node: Resource) -> list[ClassTerm]:
        types = {str(getattr(it, "value", "")) for it in self.about[node].get(RDF_TYPE, ())}
        iris = types & self.profile.class_of.keys()
        if not iris:
            # what the profile does not know may be a kind of what it knows
            above = (schema_org().classes.get(iri.removeprefix(SCHEMA), ()) for iri in sorted(types))
            nearest = (next((SCHEMA + it for it in one if SCHEMA + it in self.profile.class_of), None) for one in above)
            iris = {iri for iri in nearest if iri is not None and iri != f"{SCHEMA}Thing"}
        return [self.profile.class_of[iri] for iri in sorted(iris)]

    # -- the source

    def _document(self) -> Resource | None:
        """Return what is most likely the page's text: an article, else any work that is no web page or site."""
        pages = schema_org().below("WebPage") | schema_org().below("WebSite") | schema_org().below("WebPageElement")
        for wanted in ("Article", "CreativeWork"):
            for node in sorted(self.about, key=str):
                types = {str(getattr(it, "value", "")).removeprefix(SCHEMA) for it in self.about[node][RDF_TYPE]}
                if types & pages:
                    continue
                classes = {iri for term in self._classes(node) for iri in (term.iri, *term.superclasses)}
                if SCHEMA + wanted in classes:
                    return node
        return None

    def _source(self, document: Resource | None) -> dict[str, Any]:
        if document is None:
            return self._page()
        source: dict[str, Any] = {"id": self.ids[document]}
        classes = self._classes(document)
        source["type"] = one_or_list([term.name for term in classes])
        uses = self.profile.uses_of(term.name for term in classes)
        for key_name in _SOURCE_KEYS:
            key = self.profile.keys.get(key_name)
            if key is None or key_name not in uses:
                continue
            taken, more = _kept(key, uses[key_name], self.about[document].get(key.iri, ()))
            written, _ = self._values(key, taken, self.ids[document], uses[key_name])
            if written is not None:
                source[key_name] = written
                self._leave_out(self.ids[document], key_name, more)
        return source

    def _page(self) -> dict[str, Any]:
        """Return a page without an article of its own as a source: its title is all that is known."""
        title = self.extracted.title or "page"
        name, number = f"document/{slug(title)[:60].strip('-') or 'page'}", 2
        while name in self.ids.values():
            name, number = f"{name}-{number}", number + 1
        source: dict[str, Any] = {"id": name}
        if "CreativeWork" in self.profile.classes:
            source["type"] = "CreativeWork"
            uses = self.profile.uses_of(["CreativeWork"])
            key = next((self.profile.keys[it] for it in ("headline", "name") if it in uses), None)
            if key is not None:
                source[key.name] = title if key.plain_required else {self.language: title}
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
                class_iris = {term.iri for term in classes}
                self._leave_out(name, "type", [it for it in values if getattr(it, "value", None) not in class_iris])
                continue
            if key is None or (uses is not None and key.name not in uses):
                self._leave_out(name, self.profile.shrink(iri, self.id_base), values)
                continue
            if key.name in said:
                continue
            use = uses[key.name] if uses is not None else None
            taken, more = _kept(key, use, values)
            self._leave_out(name, key.name, more)
            written, other = self._values(key, taken, name, use)
            target = personal if key.personal or self._is_personal_link(key, taken) else plain
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

    def _values(self, key: Key, values: Sequence[Term], name: str, use: KeyUse | None) -> tuple[Any, Any]:
        """Return a key's values as a facts file writes them, and plain texts beside texts with a language."""
        written: list[Any] = []
        tagged: dict[str, list[str]] = defaultdict(list)
        left: list[Term] = []
        for value in values:
            if isinstance(value, ox.Literal) and not value.value.strip():
                continue  # it says nothing
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
                case Kind.MIXED, ox.Literal() if is_typed_only(key) and (text := _typed(key, value)) is not None:
                    written.append(text)
                    if text != value.value:
                        left.append(value)
                case Kind.MIXED, _ if (mixed := self._mixed(key, value)) is not None:
                    written.append(mixed)
                case Kind.LINK, ox.NamedNode() | ox.BlankNode():
                    target = self._link(value) if self._fits(value, use) else None
                    if target is None:
                        left.append(value)
                    else:
                        written.append(target)
                case _:
                    left.append(value)
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

    def _fits(self, value: Resource, use: KeyUse | None) -> bool:
        """Tell whether a thing is of a class that a key's values must have."""
        if use is None or not use.value_classes:
            return True
        classes = {iri for term in self._classes(value) for iri in (term.iri, *term.superclasses)}
        return bool(classes & set(use.value_classes))

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
            self.left_out.append(f"{name} {word}: {one_line(text)}")


def _kept(key: Key, use: KeyUse | None, values: Iterable[Term]) -> tuple[list[Term], list[Term]]:
    """Return the values of a key that a facts file can have, and those that are too many."""
    listed = list(values)
    if use is not None and use.single and (key.kind is not Kind.TEXT or key.plain_required):
        # what can be written comes before what cannot
        listed.sort(key=lambda it: isinstance(it, ox.Literal) and _lexical(key, it) is None)
        return listed[:1], listed[1:]
    return listed, []


# Documents are dated by the day, whatever the hour at which a system put them on the web.
_DAYS = frozenset({f"{SCHEMA}datePublished", f"{SCHEMA}dateModified"})


def _typed(key: Key, literal: ox.Literal) -> str | None:
    """Return a literal of a key of typed values as people write it; None where it is none of them."""
    if literal.language is not None:
        return None
    text = literal.value.strip()
    if key.iri in _DAYS and "T" in text:
        text = text.partition("T")[0]
    elif (kind := literal.datatype.value) in key.datatypes and datatype(kind).valid(text):
        return written_form(text, kind)
    typed = fitting(key.datatypes, text)
    return written_form(typed[1], typed[0]) if typed is not None else mend_date(text)


def _lexical(key: Key, literal: ox.Literal) -> str | None:
    """Return a literal as a key's datatype wants it; of a time the day, where a day is wanted."""
    definition = datatype(key.datatype)
    if definition.valid(literal.value):
        return literal.value
    day, separator, _ = literal.value.partition("T")
    if separator and definition.valid(day):
        return day
    if key.datatype != f"{XSD}date" or literal.datatype.value == XSD_STRING:
        return None
    return mend_date(literal.value)


def _told_once(triples: Iterable[ox.Triple]) -> list[tuple[Resource, str, Term]]:
    """Return statements in order, with texts as they are meant, and things that are described twice described once.

    HTML's entities mean nothing in JSON, but systems that write pages put them there. A person, an organisation or a
    place without an id is the one of the same kind and name that the page has already.
    """
    doubles = [
        (it.subject, it.predicate.value, _unescaped(it.object))
        for it in sorted(triples, key=str)
        if isinstance(it.subject, ox.NamedNode | ox.BlankNode)
    ]
    kinds: dict[Resource, set[str]] = defaultdict(set)
    names: dict[Resource, str] = {}
    for subject, predicate, value in doubles:
        if predicate == RDF_TYPE and isinstance(value, ox.NamedNode):
            local = value.value.removeprefix(SCHEMA)
            kinds[subject] |= {local, *schema_org().classes.get(local, ())} & {"Organization", "Person", "Place"}
        elif predicate == f"{SCHEMA}name" and isinstance(value, ox.Literal):
            names.setdefault(subject, " ".join(value.value.casefold().split()))
    first: dict[tuple[str, str], Resource] = {}
    same: dict[Resource, Resource] = {}
    # what has an id comes first: others can refer to it
    for node in sorted(names, key=lambda it: (isinstance(it, ox.BlankNode), str(it))):
        for kind in sorted(kinds[node]):
            earlier = first.setdefault((kind, names[node]), node)
            if earlier != node and isinstance(node, ox.BlankNode):
                same.setdefault(node, earlier)

    def one(term: Any) -> Any:
        return same.get(term, term)

    return list(dict.fromkeys((one(subject), predicate, one(value)) for subject, predicate, value in doubles))


def _unescaped(term: Term) -> Term:
    if not isinstance(term, ox.Literal) or "&" not in term.value:
        return term
    text = html.unescape(term.value)
    if text == term.value:
        return term
    if term.language is not None:
        return ox.Literal(text, language=term.language)
    return ox.Literal(text, datatype=term.datatype)
