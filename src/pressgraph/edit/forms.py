"""Forms from the profile: which keys a thing of some classes may have, in which order, and what a filled form says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pressgraph.edit.order import LAST, by_rank, orders
from pressgraph.edit.source import plain
from pressgraph.edit.values import classes_label, concept_label, label_of, read, shown, widget_of
from pressgraph.errors import DataError
from pressgraph.facts.edit import Literal
from pressgraph.facts.ids import Ids
from pressgraph.facts.spans import yaml_spans
from pressgraph.i18n import gettext
from pressgraph.profile.model import FACT_WORDS
from pressgraph.rdf import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pressgraph.edit.known import Known
    from pressgraph.i18n import Text
    from pressgraph.profile import Key, Profile
    from pressgraph.profile.model import Concept

_USUAL = 6
_MOST_DEEP = 2
"""Nodes inside of nodes that have fields of their own; what is deeper is written as facts files have it."""
_EMPTY_ROWS = 1
_FEW_CHOICES = 5
OTHER = "\n"
"""The text of a slot whose value a field cannot show."""


@dataclass(slots=True, kw_only=True)
class Slot:
    """One value of a field, as the form shows it."""

    name: str
    """Of the input."""
    text: str = ""
    language: str = ""
    raw: Any = None
    """What the file says; None for a value that is to be said yet."""
    about: str = ""
    """What stands beneath: the id of a thing, or how the text was understood."""
    kind: str = ""
    """What kind of thing a link means, in words."""
    node: NodeForm | None = None
    problem: str = ""
    offers: tuple[tuple[str, str], ...] = ()
    """What else may be meant: names of buttons, and what they say."""


@dataclass(slots=True, kw_only=True)
class Field:
    """What is asked of a key."""

    key: Key
    label: str
    widget: str
    needed: bool = False
    single: bool = False
    group: str = ""
    slots: list[Slot] = field(default_factory=list)
    choices: tuple[Concept, ...] = ()
    classes: tuple[str, ...] = ()
    """IRIs of the classes of what is linked to."""
    definition: str = ""

    @property
    def few(self) -> bool:
        """Whether all choices can be shown at once."""
        return 0 < len(self.choices) <= _FEW_CHOICES

    @property
    def said(self) -> bool:
        """Whether the fact says something of it."""
        return any(it.raw is not None or it.text for it in self.slots)


@dataclass(slots=True, kw_only=True)
class NodeForm:
    """The fields of a node: first those that are needed or said, then the usual ones, then the rest by group."""

    types: tuple[str, ...]
    first: list[Field] = field(default_factory=list)
    groups: list[tuple[str, list[Field]]] = field(default_factory=list)
    others: dict[str, Any] = field(default_factory=dict)
    """What the node says under words that are no keys of its classes; kept as it is."""

    @property
    def fields(self) -> list[Field]:
        """All fields."""
        return [*self.first, *(it for _, fields in self.groups for it in fields)]

    @property
    def more(self) -> int:
        """How many keys stand below."""
        return sum(len(fields) for _, fields in self.groups)


class Forms:
    """Makes forms, and reads them, under a profile and what is known of a project's things."""

    def __init__(self, profile: Profile, known: Known, id_base: str, language: str, text_language: str = "") -> None:
        """Take the language that the form speaks, and that of the text it is about."""
        self.profile, self.known = profile, known
        self.language, self.text_language = language, text_language
        self._ids = Ids(profile, id_base)

    def of(
        self, types: Sequence[str], said: Mapping[str, Any], *, has: Iterable[str] = (), prefix: str = ""
    ) -> NodeForm:
        """Return the form of a node: its classes, what it says, and the keys that other facts say of its thing."""
        types = tuple(it for it in types if it in self.profile.classes)
        uses = self.profile.uses_of(types)
        order = orders(self.profile)
        usual = self._usual(types, uses)
        known, fields = set(has), []
        for name, use in uses.items():
            key = self.profile.keys[name]
            if key.deprecated is not None and name not in said:
                continue
            scheme = by_rank(key.scheme.concepts.values(), self.profile) if key.scheme is not None else ()
            fields.append(
                Field(
                    key=key,
                    label=label_of(key.labels, self.language, name),
                    widget=widget_of(key),
                    needed=use.required and name not in known,
                    single=use.single,
                    group=order.group.get(key.iri, ""),
                    choices=tuple(it for it in scheme if it.deprecated is None or it.name in _values(said.get(name))),
                    classes=use.value_classes,
                    definition=label_of(key.definitions, self.language, ""),
                )
            )
        rank = {name: at for at, name in enumerate(usual)}
        fields.sort(key=lambda it: (order.order.get(it.key.iri, LAST), it.label.casefold()))
        for one in fields:
            self._fill(one, said.get(one.key.name), f"{prefix}k.{one.key.name}")
        form = NodeForm(types=types)
        first = [it for it in fields if it.needed or it.said or it.key.name in rank]
        form.first = sorted(first, key=lambda it: (not it.needed, not it.said, rank.get(it.key.name, LAST)))
        left = [it for it in fields if it not in form.first]
        if len(form.first) < _USUAL // 2:
            form.first += left[: _USUAL - len(form.first)]
            left = [it for it in left if it not in form.first]
        by_group: dict[str, list[Field]] = {}
        for one in left:
            by_group.setdefault(one.group, []).append(one)
        ordered = sorted(by_group, key=lambda it: order.groups.get(it, (LAST, {}))[0])
        form.groups = [
            (
                label_of(order.groups.get(it, (0, {}))[1], self.language, gettext("Other").to(self.language)),
                by_group[it],
            )
            for it in ordered
        ]
        form.others = {key: it for key, it in said.items() if key not in uses and key not in FACT_WORDS}
        return form

    def _usual(self, types: Sequence[str], uses: Iterable[str]) -> list[str]:
        """Return the keys that are usually said: as the profile has it, then as the project's files do."""
        listed: dict[str, None] = {}
        for name in types:
            classes = [self.profile.classes[name]]
            above = (self.profile.class_of[it] for it in classes[0].superclasses if it in self.profile.class_of)
            classes += sorted(above, key=lambda it: (-len(it.superclasses), it.name))
            listed.update(dict.fromkeys(next((it.usual for it in classes if it.usual), ())))
        counts = {key: sum(self.known.uses(it).get(key, 0) for it in types) for key in uses}
        often = sorted((it for it in counts if counts[it]), key=lambda it: -counts[it])[:_USUAL]
        return list(dict.fromkeys([*(it for it in listed if it in counts), *often]))

    def _fill(self, one: Field, raw: Any, name: str) -> None:
        """Put the values of a field into slots, and an empty one behind them."""
        values = _values(raw)
        if one.widget == "text":
            self._fill_texts(one, raw, name)
            return
        depth = name.count("k.")
        for at, value in enumerate(values):
            slot = Slot(name=f"{name}.{at}", raw=value)
            if isinstance(value, dict):
                self._fill_node(one, slot, value, depth)
            elif isinstance(value, str):
                self._fill_scalar(one, slot, value)
            else:
                slot.text = OTHER
            one.slots.append(slot)
        if one.single and one.slots:
            return
        at = len(one.slots)
        slot = Slot(name=f"{name}.{at}")
        if one.widget == "link" and depth <= _MOST_DEEP and (kind := self._dependent(one.classes)) is not None:
            slot.node = self.of((kind,), {}, prefix=f"{slot.name}.")
        if one.widget != "yaml" or not values:
            one.slots.append(slot)

    def _fill_scalar(self, one: Field, slot: Slot, value: str) -> None:
        if one.widget == "link":
            thing = self.known.things.get(value)
            slot.text = (
                thing.name if thing is not None and len(self.known.named(thing.name, one.classes)) == 1 else value
            )
            slot.about = value if slot.text != value else ""
            slot.kind = classes_label(thing.types, self.profile, self.language) if thing is not None else ""
        elif one.widget == "term":
            slot.text = value if any(it.name == value for it in one.choices) else OTHER
        else:
            slot.text = shown(one.widget, value, self.language, self.profile)
            slot.about = value if slot.text != value else ""

    def _fill_node(self, one: Field, slot: Slot, value: Mapping[str, Any], depth: int) -> None:
        types = tuple(it for it in _values(value.get("type")) if isinstance(it, str) and it in self.profile.classes)
        named = value.get("id")
        if isinstance(named, str):
            # a thing that is described in place: shown by its name, kept as it is
            called = value.get("name")
            called = (
                next((it for it in called.values() if isinstance(it, str)), named)
                if isinstance(called, dict)
                else called
            )
            slot.text = called if isinstance(called, str) else named
            slot.about = named
        elif types and depth <= _MOST_DEEP and one.widget == "link":
            slot.node = self.of(types, value, prefix=f"{slot.name}.")
        else:
            slot.text = OTHER

    def _fill_texts(self, one: Field, raw: Any, name: str) -> None:
        pairs: list[tuple[str, Any]] = []
        if isinstance(raw, dict) and not {"id", "type"} & raw.keys():
            pairs = [(tag, it) for tag, several in raw.items() for it in _values(several)]
        elif raw is not None:
            pairs = [("", it) for it in _values(raw)]
        for at, (tag, value) in enumerate(pairs):
            text = value if isinstance(value, str) else OTHER
            one.slots.append(Slot(name=f"{name}.{at}", text=text, language=tag, raw=value))
        if not one.slots or not (one.single and "" in {it.language for it in one.slots}):
            tag = self.text_language if one.key.language_required else ""
            one.slots.append(Slot(name=f"{name}.{len(one.slots)}", language=tag))

    def _dependent(self, classes: Sequence[str]) -> str | None:
        """Return the class of nodes that belong to their thing alone, such as periods: they have no names."""
        terms = [self.profile.class_of.get(it) for it in classes]
        if len(terms) == 1 and (term := terms[0]) is not None and term.uses:
            names = {self.profile.keys[it].iri for it in term.uses}
            return term.name if f"{SCHEMA}name" not in names else None
        return None

    # -- what a filled form says

    def read(self, form: NodeForm, sent: Mapping[str, str]) -> dict[str, Any]:
        """Return what a form says by key, and note problems in its slots.

        A field that says what it said keeps what the file has, to the letter.
        """
        said: dict[str, Any] = {}
        for one in form.fields:
            value = self._texts(one, sent) if one.widget == "text" else self._field(one, sent)
            if value is not None:
                said[one.key.name] = value
        return said

    def _field(self, one: Field, sent: Mapping[str, str]) -> Any:
        base = one.slots[0].name.rpartition(".")[0] if one.slots else ""
        number = len(one.slots)
        while base and f"{base}.{number}" in sent:
            one.slots.append(Slot(name=f"{base}.{number}"))
            number += 1
        before = [it.raw for it in one.slots if it.raw is not None]
        values = [it for slot in one.slots if (it := self._slot(one, slot, sent)) is not None]
        if values == before or not values:
            # as it stood, in brackets or not
            return None if not values else (before[0] if len(before) == 1 else before)
        return values[0] if len(values) == 1 else values

    def _slot(self, one: Field, slot: Slot, sent: Mapping[str, str]) -> Any:
        if slot.node is not None:
            return self._node(slot, sent)
        text = sent.get(slot.name, slot.text).strip() if slot.text != OTHER else OTHER
        if text == slot.text and slot.raw is not None and f"new.{slot.name}" not in sent:
            return slot.raw
        slot.text, slot.about, slot.kind = text, "", ""
        if not text:
            return None
        match one.widget:
            case "link":
                return self._link(one, slot, sent)
            case "term":
                if not any(it.name == text for it in one.choices):
                    slot.problem = gettext("this is none of the terms of this list").to(self.language)
                return text
            case "yaml":
                return self._yaml(slot)
        found = read(one.widget, text, self.language, self.profile, one.key)
        slot.about = found.shown
        slot.problem = _said(found.problem, self.language)
        return found.value if found.value is not None else text

    def _node(self, slot: Slot, sent: Mapping[str, str]) -> Any:
        assert slot.node is not None  # noqa: S101 - narrows the type
        before = slot.raw if isinstance(slot.raw, dict) else None
        inner = self.read(slot.node, sent)
        if not inner and before is None:
            return None
        if not inner:
            return None
        kept = {key: it for key, it in before.items() if key in slot.node.others or key in FACT_WORDS} if before else {}
        kept.setdefault("type", slot.node.types[0] if len(slot.node.types) == 1 else list(slot.node.types))
        joined = {**kept, **inner}
        if before is None:
            return joined
        return {
            key: joined[key]
            for key in (*(it for it in before if it in joined), *(it for it in joined if it not in before))
        }

    def _link(self, one: Field, slot: Slot, sent: Mapping[str, str]) -> Any:
        text = slot.text
        made = sent.get(f"new.{slot.name}", "")
        if made in self.profile.classes:
            new_id = self.known.free_id(self.known.prefix(made), text)
            slot.about = new_id
            return {"id": new_id, "type": made, "name": text}
        things = self.known.named(text, one.classes)
        if len(things) == 1:
            slot.about = things[0].id if things[0].id != text else ""
            slot.kind = classes_label(things[0].types, self.profile, self.language)
            return things[0].id
        if len(things) > 1:
            several = ", ".join(it.id for it in things)
            slot.problem = gettext("several things are called so: {ids}", ids=several).to(self.language)
            slot.offers = tuple((f"pick.{slot.name}={it.id}", it.id) for it in things)
            return text
        if self._ids.iri(text) is not None:
            return text
        slot.problem = gettext("nothing here is called so").to(self.language)
        near = [it for it in self.known.search(text, one.classes) if it.id != text]
        offers = [(f"pick.{slot.name}={it.id}", it.name) for it in near[:3]]
        for kind in self._offered(one.classes):
            label = label_of(self.profile.classes[kind].labels, self.language, kind)
            offers.append((f"new.{slot.name}={kind}", gettext("new: {kind}", kind=label).to(self.language)))
        slot.offers = tuple(offers)
        return text

    def _offered(self, classes: Sequence[str]) -> list[str]:
        """Return the classes of which something new may be meant: those that a shape names, and usual ones below."""
        named = [term.name for it in classes if (term := self.profile.class_of.get(it)) is not None and term.uses]
        if not named:
            named = [it for it in ("Person", "Organization", "Place", "Event", "Project") if it in self.profile.classes]
        named = [it for it in named if ":" not in it]
        for it in ("ClusterOrganisation", "OrganizationalUnit"):
            term = self.profile.classes.get(it)
            if term is not None and "Organization" in named:
                named.append(it)
        return list(dict.fromkeys(named))[:5]

    def _yaml(self, slot: Slot) -> Any:
        text = " ".join(slot.text.split())
        try:
            node = yaml_spans(f"value: {text}\n", "value").get("value")
        except DataError as error:
            slot.problem = _said(error.reason, self.language)
            return text
        return plain(node) if node is not None else text

    def _texts(self, one: Field, sent: Mapping[str, str]) -> Any:
        base = one.slots[0].name.rpartition(".")[0]
        number = len(one.slots)
        while f"{base}.{number}" in sent:
            one.slots.append(Slot(name=f"{base}.{number}"))
            number += 1
        before = [(it.language, it.raw) for it in one.slots if it.raw is not None]
        values: list[tuple[str, Any]] = []
        for slot in one.slots:
            if slot.text == OTHER:
                values.append((slot.language, slot.raw))
                continue
            text = sent.get(slot.name, slot.text).replace("\r\n", "\n")
            # browsers write line ends otherwise
            text = (
                slot.raw
                if isinstance(slot.raw, str) and text.strip() == slot.raw.replace("\r\n", "\n").strip()
                else text.strip()
            )
            tag = sent.get(f"lang.{slot.name}", slot.language).strip().lower()
            slot.text, slot.language = text, tag
            if text:
                values.append((tag, text))
        if values == before:
            return _unchanged(before)
        if not values:
            return None
        if not any(tag for tag, _ in values):
            return values[0][1] if len(values) == 1 else [it for _, it in values]
        by_tag: dict[str, list[Any]] = {}
        for tag, text in values:
            by_tag.setdefault(tag or self.text_language or "en", []).append(text)
        return {tag: several[0] if len(several) == 1 else several for tag, several in by_tag.items()}


def _unchanged(before: Sequence[tuple[str, Any]]) -> Any:
    if not before:
        return None
    if before[0][0]:
        by_tag: dict[str, list[Any]] = {}
        for tag, it in before:
            by_tag.setdefault(tag, []).append(it)
        return {tag: several[0] if len(several) == 1 else several for tag, several in by_tag.items()}
    return before[0][1] if len(before) == 1 else [it for _, it in before]


def _values(raw: Any) -> list[Any]:
    if raw is None:
        return []
    return list(raw) if isinstance(raw, list) else [raw]


def _said(text: Text | str, language: str) -> str:
    from pressgraph.i18n import in_language

    return in_language(text, language) if text else ""


def fact_of(
    said: Mapping[str, Any],
    before: Mapping[str, Any],
    *,
    about: str,
    types: Sequence[str],
    status: str,
    personal: bool,
    evidence: Any,
) -> dict[str, Any]:
    """Return a fact as a file has it: its thing and classes, what it says, its receipt, in the order of `before`."""
    fact: dict[str, Any] = {"id": about}
    if types:
        stated = before.get("type")
        fact["type"] = stated if _values(stated) == list(types) else (types[0] if len(types) == 1 else list(types))
    fact.update(said)
    if status and (status != "stated" or "status" in before):
        fact["status"] = status
    if personal:
        fact["personal"] = True
    if evidence is not None:
        fact["evidence"] = evidence
    fact.update({key: it for key, it in before.items() if key in {"proposedBy", "reviewedBy", "reviewedOn", "allow"}})
    ordered = [it for it in before if it in fact]
    return {key: fact[key] for key in (*ordered, *(it for it in fact if it not in before))}


__all__ = ["OTHER", "Field", "Forms", "Literal", "NodeForm", "Slot", "concept_label", "fact_of"]
