"""Functions for facts of one shape, written when enough facts of that shape have turned up.

Facts in bulk are alike: the same keys, classes, languages and nesting, other values. What the plans of the emitter
decide for every fact, such a function has decided once: which keys there are, how their values are checked, and in
which order the triples come, so that nothing is left to sort but the values of one key. A function gives what the
plans give, to the byte, or misses, and then the plans are asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pressgraph.facts.mixed import is_typed_only
from pressgraph.profile.model import FACT_WORDS, Key, Kind
from pressgraph.rdf import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pressgraph.convert.emitter import Planner

# Where a node stands decides which words beside keys it may have.
FACT, SOURCE, NESTED = range(3)

Lines: TypeAlias = "Callable[[Mapping[str, Any], int | None], str]"
"""The triples of a fact that has so many strings."""

Shape: TypeAlias = "tuple[tuple[str, Any], ...]"

# Writing a function costs as much as a few hundred facts.
_ENOUGH = 16
_SHAPES_KEPT = 1_000
_SHAPES_COUNTED = 20_000


class Unsure(Exception):  # noqa: N818 - no error: a request for another opinion
    """A function does not know this fact, so the plans are asked; or these do not know it, so the checker is."""


DOUBTS = (Unsure, KeyError, TypeError, ValueError, AttributeError, RecursionError)
"""What values that nobody expects lead to."""


class Shapes:
    """The functions for the shapes that have turned up.

    `plain` ones are for facts whose texts are known to need no escapes.
    """

    def __init__(self, planner: Planner, *, plain: bool) -> None:
        self.planner = planner
        self.plain = plain
        self._recent: dict[tuple[str, ...], Lines] = {}
        """By a fact's keys, what was last right for it."""
        self._made: dict[Shape, Lines | None] = {}
        self._counts: dict[Shape, int] = {}

    def lines(self, fact: Mapping[str, Any], strings: int | None = None) -> str | None:
        """Return the triples of a fact, sorted, a line each; None where no function knows it.

        `strings` is how many strings it must have, keys and nested ones included.
        """
        made = self._recent.get(tuple(fact))
        if made is not None:
            try:
                return made(fact, strings)
            except DOUBTS:
                pass
        made = self._find(fact)
        if made is None:
            return None
        try:
            return made(fact, strings)
        except DOUBTS:
            return None

    def _find(self, fact: Mapping[str, Any]) -> Lines | None:
        try:
            shape = _shape(fact)
            made = self._made[shape] if shape in self._made else self._make(fact, shape)
        except DOUBTS:
            return None
        if made is not None:
            self._recent[tuple(fact)] = made
        return made

    def _make(self, fact: Mapping[str, Any], shape: Shape) -> Lines | None:
        if len(self._counts) >= _SHAPES_COUNTED:
            self._counts.clear()
        count = self._counts[shape] = self._counts.get(shape, 0) + 1
        if count < _ENOUGH or len(self._made) >= _SHAPES_KEPT:
            return None
        try:
            made = _Writer(self.planner, plain=self.plain).made(fact)
        except DOUBTS:
            made = None
        self._made[shape] = made
        return made


# What N-Quads must escape (N-Triples 1.1, 2.4), and what facts may not hold at all.
_SPECIAL = re.compile('["\\\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]')
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def escaped(text: str) -> str:
    """Return a text as it stands between the quotes of a literal.

    Raises Unsure for what facts may not hold.
    """
    if _SPECIAL.search(text) is not None:
        if _FORBIDDEN.search(text) is not None:
            raise Unsure
        text = text.translate(_ESCAPES)
    if not text or text.isspace():
        raise Unsure
    return text


def quote(text: str) -> str:
    """Return a text as the quoted string of a literal; raises Unsure as `escaped`."""
    return f'"{escaped(text)}"'


def _shape(node: Mapping[str, Any]) -> Shape:
    """Return what decides which function a node needs: its keys, classes and languages, and the kinds of its values."""
    parts: list[tuple[str, Any]] = []
    for key, value in node.items():
        kind: Any = value.__class__
        if kind is dict:
            kind = _shape(value)
        elif key == "type":
            kind = value if kind is str else tuple(value)
        elif kind is list and (not value or value[0].__class__ is dict):
            kind = tuple([_shape(item) for item in value])
        parts.append((key, kind))
    return tuple(parts)


def count_strings(value: Any) -> int:
    """Count the strings of a JSON value, keys and nested ones included."""
    kind = value.__class__
    if kind is str:
        return 1
    if kind is dict:
        return len(value) + sum(map(count_strings, value.values()))
    return sum(map(count_strings, value)) if kind is list else 0


class _Node(NamedTuple):
    subject: str
    """The variable that holds it."""
    parts: list[str]
    """Python expressions whose strings, joined, are the node's triples."""


class _Writer:
    """Write the function for facts of the shape that an example has."""

    def __init__(self, planner: Planner, *, plain: bool) -> None:
        self.planner = planner
        self.plain = plain
        self.code: list[str] = []
        self.nodes: list[_Node] = []
        self.strings = 0
        """How many strings each fact has, but for those in lists."""
        self.lists: list[str] = []
        """The variables of lists of strings."""
        self.names: dict[str, Any] = {"Unsure": Unsure, "iris": planner.iris, "escaped": escaped, "quote": quote}
        self._count = 0

    def made(self, fact: Mapping[str, Any]) -> Lines:
        self.node("fact", fact, nested=False)
        counted = " + ".join([str(self.strings), *(f"len({one})" for one in self.lists)])
        self.code.append(f"if strings is not None and strings != {counted}: raise Unsure")
        subjects = ", ".join(node.subject for node in self.nodes)
        if len(self.nodes) > 1:
            # what two parts of a fact say of one node is checked together
            self.code.append(f"if len({{{subjects}}}) != {len(self.nodes)}: raise Unsure")
        blocks = [f'"".join(({", ".join(_merged(node.parts))},))' for node in self.nodes]
        if len(blocks) == 1:
            self.code.append(f"return {blocks[0]}")
        else:
            # subjects differ, and none begins with another: blocks are in the order of their triples
            self.code.append(f"blocks = [{', '.join(blocks)}]")
            self.code.append("blocks.sort()")
            self.code.append('return "\\n".join(blocks)')
        source = "def lines(fact, strings):\n" + "".join(f"    {line}\n" for line in self.code)
        exec(compile(source, "<shape>", "exec"), self.names)  # noqa: S102 - of the profile's words, quoted by repr
        made: Lines = self.names["lines"]
        return made

    def new(self) -> str:
        """Return the name of a new variable."""
        self._count += 1
        return f"v{self._count}"

    def bound(self, value: Any) -> str:
        """Return a name for a value that the function uses."""
        name = f"g{len(self.names)}"
        self.names[name] = value
        return name

    def node(self, variable: str, node: Mapping[str, Any], *, nested: bool = True) -> str:
        """Write what a node says; return the variable of its subject."""
        planner = self.planner
        where = NESTED if nested else FACT
        self.strings += len(node) + sum(value.__class__ is str for value in node.values())
        subject = self.new()
        if nested:
            self.code.append(f"if len({variable}) != {len(node)}: raise Unsure")
        self.code.append(f'{subject} = iris[{variable}["id"]]')
        groups: list[tuple[str, list[str]]] = []
        types = node.get("type")
        singles: Mapping[str, bool] | None = None
        if "type" in node:
            names: tuple[str, ...] = (types,) if isinstance(types, str) else tuple(types or ())
            if not names:
                raise Unsure
            self.code.append(f'if {variable}["type"] != {types!r}: raise Unsure')
            self.strings += 0 if isinstance(types, str) else len(names)
            said, plans = planner.plan(types if isinstance(types, str) else names)
            groups.append((f"<{RDF_TYPE}>", _lines(subject, [repr(one) for one in sorted(set(said))])))
            singles = {name: use.single for name, use in planner.emitter.profile.uses_of(names).items()}
            plan = plans[where]
        else:
            # a concept has its classes from the vocabulary
            self.code.append(f"if {subject} in {self.bound(planner.concepts)}: raise Unsure")
            plan = planner.untyped[where]
        words = ("id", "type") if nested else FACT_WORDS
        for name, value in node.items():
            if name in words:
                continue
            if name not in plan:
                raise Unsure
            key = planner.emitter.profile.keys[name]
            single = singles is not None and singles[name]
            held = self.new()
            self.code.append(f"{held} = {variable}[{name!r}]")
            groups.append((f"<{key.iri}>", self.values(subject, held, key, value, single=single)))
        predicates = [predicate for predicate, _ in groups]
        if not groups or len(set(predicates)) < len(predicates):
            raise Unsure
        parts: list[str] = []
        for _, lines in sorted(groups, key=lambda group: group[0]):
            parts += ['"\\n"', *lines] if parts else lines
        self.nodes.append(_Node(subject, parts))
        return subject

    def values(self, subject: str, held: str, key: Key, value: Any, *, single: bool) -> list[str]:
        """Write how the values of a key are checked; return the parts of their triples."""
        kind = value.__class__
        planner = self.planner
        match key.kind:
            case Kind.TERM | Kind.LITERAL if kind is str:
                self.code.append(f"{held} = {self.bound(planner.tables[key.name])}[{held}]")
                return [subject, held]
            case Kind.MIXED if kind is str and is_typed_only(key):
                self.code.append(f"{held} = {self.bound(planner.tables[key.name])}[{held}]")
                return [subject, held]
            case Kind.LITERAL if kind is int or kind is bool:
                lexical = self.bound(planner.lexical(key))
                self.code.append(f"{held} = {self.bound(planner.tables[key.name])}[{lexical}({held})]")
                return [subject, held]
            case Kind.TERM if kind is list:
                # lists of terms repeat
                found = self.new()
                self.code.append(f"if {held}.__class__ is not list: raise Unsure")
                self.code.append(f"{found} = {self.bound(planner.lists(key, single=single))}[tuple({held})]")
                self.lists.append(held)
                return [subject, _joined(subject, "", found)]
            case Kind.LITERAL if kind is list:
                found = self.sorted(f"{self.bound(planner.tables[key.name])}.__getitem__", held, single=single)
                return [subject, _joined(subject, "", found)]
            case Kind.LINK if kind is str:
                return [subject, repr(f" <{key.iri}> "), f"iris[{held}]"]
            case Kind.LINK if kind is dict:
                return [subject, repr(f" <{key.iri}> "), self.linked(held, value)]
            case Kind.LINK if kind is list and value:
                predicate = f" <{key.iri}> "
                if value[0].__class__ is str:
                    found = self.sorted("iris.__getitem__", held, single=single)
                else:
                    found = self.nodes_of(held, value, single=single)
                return [subject, repr(predicate), _joined(subject, predicate, found)]
            case Kind.TEXT if kind is str:
                return [subject, repr(f' <{key.iri}> "'), *self.plain_text(held, key)]
            case Kind.TEXT if kind is list and not key.language_required and not key.listed:
                # texts may come once for each language; the shapes count them
                found = self.sorted("quote", held, single=single and key.plain_required)
                predicate = f" <{key.iri}> "
                return [subject, repr(predicate), _joined(subject, predicate, found)]
            case Kind.TEXT if kind is dict:
                return self.by_language(subject, held, key, value)
        raise Unsure

    def linked(self, held: str, value: Mapping[str, Any]) -> str:
        """Return an expression for the IRI of a nested node."""
        if len(value) > 1:
            return self.node(held, value)
        self.strings += 2
        self.code.append(f"if len({held}) != 1: raise Unsure")
        return f'iris[{held}["id"]]'

    def sorted(self, function: str, held: str, *, single: bool) -> str:
        """Write the check of a list of strings; return the variable of what a function makes of them, sorted."""
        wrong = f"len({held}) != 1" if single else f"not {held}"
        self.code.append(f"if {held}.__class__ is not list or {wrong}: raise Unsure")
        self.lists.append(held)
        found = self.new()
        self.code.append(f"{found} = sorted(set(map({function}, {held})))")
        return found

    def nodes_of(self, held: str, values: list[Any], *, single: bool) -> str:
        """Write the check of a list of nested nodes; return the variable of their IRIs, sorted."""
        if single and len(values) > 1:
            raise Unsure
        self.code.append(f"if {held}.__class__ is not list or len({held}) != {len(values)}: raise Unsure")
        iris = []
        for index, value in enumerate(values):
            if value.__class__ is not dict:
                raise Unsure
            item = self.new()
            self.code.append(f"{item} = {held}[{index}]")
            iris.append(self.linked(item, value))
        found = self.new()
        self.code.append(f"{found} = sorted({{{', '.join(iris)}}})")
        return found

    def plain_text(self, held: str, key: Key) -> list[str]:
        if key.language_required:
            raise Unsure
        if key.listed:
            self.code.append(f"if {held} not in {self.bound(frozenset(key.listed))}: raise Unsure")
        return [self.text(held), "'\"'"]

    def text(self, held: str) -> str:
        """Write the check of a text; return what stands between its quotes."""
        if self.plain:
            self.code.append(f"if not {held} or {held}.isspace(): raise Unsure")
            return held
        return f"escaped({held})"

    def by_language(self, subject: str, held: str, key: Key, value: Mapping[str, Any]) -> list[str]:
        if key.plain_required or not value:
            raise Unsure
        self.strings += 2 * len(value)
        self.code.append(f"if len({held}) != {len(value)}: raise Unsure")
        predicate = f" <{key.iri}> "
        found: list[tuple[str, str]] = []
        for tag, text in value.items():
            if text.__class__ is not str:
                raise Unsure
            item = self.new()
            self.code.append(f"{item} = {held}[{tag!r}]")
            found.append((self.text(item), f'"{self.planner.tag_suffix(key, tag)}'))
        if len({suffix for _, suffix in found}) < len(found):
            raise Unsure
        if len(found) == 1:
            text, suffix = found[0]
            return [subject, repr(predicate + '"'), text, repr(suffix)]
        objects = self.new()
        listed = ", ".join(f"'\"' + {text} + {suffix!r}" for text, suffix in found)
        self.code.append(f"{objects} = [{listed}]")
        self.code.append(f"{objects}.sort()")
        return [subject, repr(predicate), _joined(subject, predicate, objects)]


def _joined(subject: str, predicate: str, objects: str) -> str:
    """Return an expression for the triples of one predicate, without the beginning of the first."""
    return f'("\\n" + {subject} + {predicate!r}).join({objects})'


def _lines(subject: str, said: list[str]) -> list[str]:
    """Return the parts of lines that have a subject."""
    parts: list[str] = []
    for one in said:
        parts += ['"\\n"', subject, one] if parts else [subject, one]
    return parts


def _merged(parts: list[str]) -> list[str]:
    """Merge strings that stand side by side."""
    merged: list[str] = []
    for part in parts:
        if merged and part[0] in "\"'" and merged[-1][0] in "\"'":
            merged[-1] += " " + part
        else:
            merged.append(part)
    return merged
