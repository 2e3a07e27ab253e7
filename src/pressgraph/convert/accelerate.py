"""The accelerated route: a function written for each shape of facts.

Facts in bulk are alike: the same keys, classes, languages and nesting, other values. What is the same for a shape is
decided once, when its function is written: which keys there are, how their values are checked, and in which order the
triples come, so that nothing is left to sort but the values of one key. A function gives, to the byte, what the checker
and the plans give, or raises NeedsCheck. Writing one costs about as much as checking one fact.

The source of a function is in `linecache` as long as the function lives, so that tracebacks show its lines.
"""

from __future__ import annotations

import linecache
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pressgraph.convert.literals import NEEDS_CHECK, escaped, quote
from pressgraph.convert.plans import FACT, NESTED, SOURCE, WORDS
from pressgraph.facts.mixed import is_typed_only
from pressgraph.facts.model import NeedsCheck
from pressgraph.profile.model import Key, Kind
from pressgraph.rdf import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pressgraph.convert.plans import Plans

    Lines: TypeAlias = Callable[[Mapping[str, Any], int | None], str]
    """The triples of a fact that has so many strings."""

_SHAPES_KEPT = 1_000
_LARGEST = 500
"""Values of a shape: larger facts are few, and checked."""


class Shape(NamedTuple):
    """What decides which function a node needs: its keys, classes and languages, and the kinds of its values.

    The kind of a value is its class; of a node or texts by language, their shape; of a list of nodes, `Nodes`. The kind
    of `type` is its value, a list as a tuple.
    """

    items: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, node: Mapping[str, Any]) -> Shape:
        """Return the shape of a node; raises one of NEEDS_CHECK."""
        items: list[tuple[str, Any]] = []
        for key, value in node.items():
            kind: Any = value.__class__
            if kind is dict:
                kind = cls.of(value)
            elif key == "type":
                kind = value if kind is str else tuple(value)
            elif kind is list and value and value[0].__class__ is dict:
                kind = Nodes(tuple([cls.of(item) for item in value]))
            items.append((key, kind))
        return cls(tuple(items))

    @property
    def size(self) -> int:
        """How many values it has, nested ones included."""
        return sum(kind.size if isinstance(kind, Shape | Nodes) else 1 for _, kind in self.items)


class Nodes(NamedTuple):
    """The shapes of the nodes in a list."""

    nodes: tuple[Shape, ...]

    @property
    def size(self) -> int:
        """How many values they have."""
        return sum(node.size for node in self.nodes)


class Accelerator:
    """Write functions for shapes as these turn up, and run them. Threads may share it.

    `plain` functions are for facts whose texts are known to need no escapes; `where` says what kind of node they are
    for.
    """

    def __init__(self, plans: Plans, *, plain: bool = False, where: int = FACT) -> None:
        self.plans = plans
        self.plain = plain
        self.where = where
        self._recent: dict[tuple[str, ...], Lines] = {}
        """By a fact's keys, what was last right for it."""
        self._made: dict[Shape, Lines | None] = {}

    def lines(self, fact: Mapping[str, Any], strings: int | None = None) -> str:
        """Return the triples of a fact, sorted, a line each.

        `strings` is how many strings it must have, keys and nested ones included.

        Raises NeedsCheck.
        """
        recent = self._recent.get(tuple(fact))
        if recent is not None:
            try:
                return recent(fact, strings)
            except NEEDS_CHECK:
                # it may have another shape
                pass
        try:
            made = self._find(fact)
            if made is None or made is recent:
                raise NeedsCheck
            return made(fact, strings)
        except NEEDS_CHECK as error:
            raise NeedsCheck from error

    def _find(self, fact: Mapping[str, Any]) -> Lines | None:
        shape = Shape.of(fact)
        compiled = self._made
        if shape in compiled:
            made = compiled[shape]
        elif shape.size > _LARGEST:
            return None
        else:
            if len(self._made) >= _SHAPES_KEPT:
                self._made, self._recent = {}, {}
            made = self._made[shape] = self.compile(shape)
        if made is not None:
            self._recent[tuple(fact)] = made
        return made

    def compile(self, shape: Shape) -> Lines | None:
        """Write the function for a shape; None where every fact of that shape needs the checker."""
        writer = _Writer(self.plans, plain=self.plain)
        try:
            source = writer.source(shape, self.where)
        except NEEDS_CHECK:
            return None
        name = f"<facts of a shape {id(writer.names):x}>"
        exec(compile(source, name, "exec"), writer.names)  # noqa: S102 - of the profile's words, quoted by repr
        made: Lines = writer.names["lines"]
        linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
        weakref.finalize(made, linecache.cache.pop, name, None)
        return made


class _Node(NamedTuple):
    subject: str
    """The variable that holds it."""
    parts: list[str]
    """Python expressions whose strings, joined, are the node's triples."""


class _Writer:
    """Write the function for one shape."""

    def __init__(self, plans: Plans, *, plain: bool) -> None:
        self.plans = plans
        self.plain = plain
        self.code: list[str] = []
        self.nodes: list[_Node] = []
        self.strings = 0
        """How many strings each fact has, but for those in lists."""
        self.lists: list[str] = []
        """The variables of lists of strings."""
        self.names: dict[str, Any] = {"NeedsCheck": NeedsCheck, "iris": plans.iris, "escaped": escaped, "quote": quote}
        self._count = 0

    def source(self, shape: Shape, where: int) -> str:
        """Return the source of the function; raises one of NEEDS_CHECK."""
        self.node("fact", shape, where)
        counted = " + ".join([str(self.strings), *(f"len({one})" for one in self.lists)])
        self.code.append(f"if strings is not None and strings != {counted}: raise NeedsCheck")
        subjects = ", ".join(node.subject for node in self.nodes)
        if len(self.nodes) > 1:
            # what two parts of a fact say of one node is checked together
            self.code.append(f"if len({{{subjects}}}) != {len(self.nodes)}: raise NeedsCheck")
        blocks = [f'"".join(({", ".join(_merged(node.parts))},))' for node in self.nodes if node.parts]
        if len(blocks) == 1:
            self.code.append(f"return {blocks[0]}")
        else:
            # subjects differ, and none begins with another: blocks are in the order of their triples
            self.code.append(f"blocks = [{', '.join(blocks)}]")
            self.code.append("blocks.sort()")
            self.code.append('return "\\n".join(blocks)')
        return "def lines(fact, strings):\n" + "".join(f"    {line}\n" for line in self.code)

    def new(self) -> str:
        """Return the name of a new variable."""
        self._count += 1
        return f"v{self._count}"

    def bound(self, value: Any) -> str:
        """Return a name for a value that the function uses."""
        name = f"g{len(self.names)}"
        self.names[name] = value
        return name

    def node(self, variable: str, shape: Shape, where: int) -> str:
        """Write what a node says; return the variable of its subject."""
        plans = self.plans
        kinds = dict(shape.items)
        self.strings += len(kinds) + sum(kind is str for kind in kinds.values())
        subject = self.new()
        if where == NESTED:
            self.code.append(f"if len({variable}) != {len(kinds)}: raise NeedsCheck")
        self.code.append(f'{subject} = iris[{variable}["id"]]')
        groups: list[tuple[str, list[str]]] = []
        singles: Mapping[str, bool] | None = None
        if "type" in kinds:
            types = kinds["type"]
            names: tuple[str, ...] = (types,) if isinstance(types, str) else types
            if not names:
                raise NeedsCheck
            written = types if isinstance(types, str) else list(types)
            self.code.append(f'if {variable}["type"] != {written!r}: raise NeedsCheck')
            self.strings += len(names)
            type_parts, of_types = plans.plan(types)
            groups.append((f"<{RDF_TYPE}>", _lines(subject, [repr(one) for one in sorted(set(type_parts))])))
            singles = {name: use.single for name, use in plans.profile.uses_of(names).items()}
            plan = of_types[where]
        else:
            # a concept has its classes from the vocabulary
            self.code.append(f"if {subject} in {self.bound(plans.concepts)}: raise NeedsCheck")
            plan = plans.untyped[where]
        for name, kind in kinds.items():
            if name in WORDS[where]:
                continue
            if name not in plan:
                raise NeedsCheck
            key = plans.profile.keys[name]
            single = singles is not None and singles[name]
            held = self.new()
            self.code.append(f"{held} = {variable}[{name!r}]")
            if key.quantity is not None:
                groups.append((f"<{key.iri}>", self.quantity(subject, f'{variable}["id"]', held, key, kind)))
            else:
                groups.append((f"<{key.iri}>", self.values(subject, held, key, kind, single=single)))
        predicates = [predicate for predicate, _ in groups]
        if (not groups and where != SOURCE) or len(set(predicates)) < len(predicates):
            raise NeedsCheck
        parts: list[str] = []
        for _, lines in sorted(groups, key=lambda group: group[0]):
            # a figure says of what it is one; the thing does not
            parts += ['"\\n"', *lines] if parts and lines else lines
        self.nodes.append(_Node(subject, parts))
        return subject

    def values(self, subject: str, held: str, key: Key, kind: Any, *, single: bool) -> list[str]:
        """Write how the values of a key are checked; return the parts of their triples."""
        plans = self.plans
        typed = key.kind is Kind.LITERAL or (key.kind is Kind.MIXED and is_typed_only(key))
        if typed or key.kind is Kind.TERM:
            table = self.bound(plans.tables[key.name])
            if kind is str:
                self.code.append(f"{held} = {table}[{held}]")
                return [subject, held]
            if typed and kind is list:
                return [subject, _joined(subject, "", self.sorted(f"{table}.__getitem__", held, single=single))]
            if kind is list:
                # lists of terms repeat
                target = self.new()
                self.code.append(f"if {held}.__class__ is not list: raise NeedsCheck")
                self.code.append(f"{target} = {self.bound(plans.lists(key, single=single))}[tuple({held})]")
                self.lists.append(held)
                return [subject, _joined(subject, "", target)]
            if key.kind is Kind.LITERAL and kind in {int, bool}:
                self.code.append(f"{held} = {table}[{self.bound(plans.lexical(key))}({held})]")
                return [subject, held]
        predicate = f" <{key.iri}> "
        match key.kind:
            case Kind.LINK if kind is str:
                return [subject, repr(predicate), f"iris[{held}]"]
            case Kind.LINK if isinstance(kind, Shape):
                return [subject, repr(predicate), self.linked(held, kind)]
            case Kind.LINK if kind is list:
                target = self.sorted("iris.__getitem__", held, single=single)
                return [subject, repr(predicate), _joined(subject, predicate, target)]
            case Kind.LINK if isinstance(kind, Nodes):
                target = self.nodes_of(held, kind.nodes, single=single)
                return [subject, repr(predicate), _joined(subject, predicate, target)]
            case Kind.TEXT if kind is str:
                return [subject, repr(predicate + '"'), *self.plain_text(held, key)]
            case Kind.TEXT if kind is list and plans.standing_suffix(key):
                # of each language; the shapes count them
                suffix = plans.standing_suffix(key)
                target = self.sorted("quote", held, single=False)
                return [subject, repr(predicate), _joined(subject, predicate, f"[it + {suffix!r} for it in {target}]")]
            case Kind.TEXT if kind is list and not key.language_required:
                # texts may come once for each language; the shapes count them
                function = self.bound(_one_of(frozenset(key.listed))) if key.listed else "quote"
                target = self.sorted(function, held, single=single and key.plain_required)
                return [subject, repr(predicate), _joined(subject, predicate, target)]
            case Kind.TEXT if isinstance(kind, Shape):
                return self.by_language(subject, held, key, kind)
        raise NeedsCheck

    def quantity(self, subject: str, thing: str, held: str, key: Key, kind: Any) -> list[str]:
        """Write how the node is made of what a quantity says; return the parts of the triple that leads to it.

        `thing` is an expression for the id of the subject.
        """
        if kind is int:
            self.code.append(f"{held} = str({held})")
        elif kind is not str:
            raise NeedsCheck
        node, lines = self.new(), self.new()
        self.code.append(f"{node}, {lines} = {self.bound(self.plans.quantity(key))}({subject}, {thing}, {held})")
        self.nodes.append(_Node(node, [lines]))
        return [] if key.measure is not None else [subject, repr(f" <{key.iri}> "), node]

    def linked(self, held: str, shape: Shape) -> str:
        """Return an expression for the IRI of a nested node."""
        if len(shape.items) > 1:
            return self.node(held, shape, NESTED)
        self.strings += 2
        self.code.append(f"if len({held}) != 1: raise NeedsCheck")
        return f'iris[{held}["id"]]'

    def sorted(self, function: str, held: str, *, single: bool) -> str:
        """Write the check of a list of strings; return the variable of what a function makes of them, sorted."""
        wrong = f"len({held}) != 1" if single else f"not {held}"
        self.code.append(f"if {held}.__class__ is not list or {wrong}: raise NeedsCheck")
        self.lists.append(held)
        target = self.new()
        self.code.append(f"{target} = sorted(set(map({function}, {held})))")
        return target

    def nodes_of(self, held: str, shapes: tuple[Shape, ...], *, single: bool) -> str:
        """Write the check of a list of nested nodes; return the variable of their IRIs, sorted."""
        if single and len(shapes) > 1:
            raise NeedsCheck
        self.code.append(f"if {held}.__class__ is not list or len({held}) != {len(shapes)}: raise NeedsCheck")
        iris = []
        for index, shape in enumerate(shapes):
            item = self.new()
            self.code.append(f"{item} = {held}[{index}]")
            iris.append(self.linked(item, shape))
        target = self.new()
        self.code.append(f"{target} = sorted({{{', '.join(iris)}}})")
        return target

    def plain_text(self, held: str, key: Key) -> list[str]:
        standing = self.plans.standing_suffix(key)
        if key.language_required and not standing:
            raise NeedsCheck
        if key.listed:
            self.code.append(f"if {held} not in {self.bound(frozenset(key.listed))}: raise NeedsCheck")
        return [self.text(held), repr(f'"{standing}')]

    def text(self, held: str) -> str:
        """Write the check of a text; return what stands between its quotes."""
        if self.plain:
            self.code.append(f"if not {held} or {held}.isspace(): raise NeedsCheck")
            return held
        return f"escaped({held})"

    def by_language(self, subject: str, held: str, key: Key, shape: Shape) -> list[str]:
        """Write the check of texts by language; return the parts of their triples."""
        kinds = dict(shape.items)
        if key.plain_required or not kinds:
            raise NeedsCheck
        self.strings += len(kinds)
        self.code.append(f"if len({held}) != {len(kinds)}: raise NeedsCheck")
        predicate = f" <{key.iri}> "
        texts: list[tuple[str, str]] = []
        lists: list[tuple[str, str]] = []
        suffixes = set()
        for tag, kind in kinds.items():
            item, suffix = self.new(), self.plans.tag_suffix(key, tag)
            suffixes.add(suffix)
            self.code.append(f"{item} = {held}[{tag!r}]")
            if kind is str:
                self.strings += 1
                texts.append((self.text(item), f'"{suffix}'))
            elif kind is list:
                lists.append((self.sorted("quote", item, single=False), suffix))
            else:
                raise NeedsCheck
        if len(suffixes) < len(kinds):
            raise NeedsCheck
        if len(texts) == 1 and not lists:
            text, suffix = texts[0]
            return [subject, repr(predicate + '"'), text, repr(suffix)]
        objects = self.new()
        listed = [f"'\"' + {text} + {suffix!r}" for text, suffix in texts]
        listed += [f"*[one + {suffix!r} for one in {several}]" for several, suffix in lists]
        self.code.append(f"{objects} = [{', '.join(listed)}]")
        self.code.append(f"{objects}.sort()")
        return [subject, repr(predicate), _joined(subject, predicate, objects)]


def _one_of(listed: frozenset[str]) -> Callable[[str], str]:
    """Return what quotes the texts that a key lists."""

    def quoted(text: str) -> str:
        if text not in listed:
            raise NeedsCheck
        return quote(text)

    return quoted


def _joined(subject: str, predicate: str, objects: str) -> str:
    """Return an expression for the triples of one predicate, without the beginning of the first."""
    return f'("\\n" + {subject} + {predicate!r}).join({objects})'


def _lines(subject: str, pieces: list[str]) -> list[str]:
    """Return the parts of lines that have a subject."""
    parts: list[str] = []
    for one in pieces:
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
