"""SPARQL 1.1 Update over a dataset whose default graph is the stored union of its named graphs and of `Unnamed`.

The engine would change the default graph as a graph of its own. Here each operation's changes are worked out first:
the engine evaluates its WHERE, its templates are filled with the solutions, and the union is settled for the triples
that change. So one triple costs what it costs, however large the dataset is.

What the union means for an operation (SPARQL 1.1 Update, 3; docs/serving.md):

- DELETE takes triples as WHERE finds them: one that is deleted without a graph is deleted from every graph
- CLEAR, DROP, ADD, COPY and MOVE name a graph, and the default graph by itself is what was inserted without a graph;
  they never empty the named ones
- a triple that leaves a named graph leaves the default graph unless another one has it, or it was inserted without one
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.i18n import gettext
from pressgraph.query.lexer import tokens
from pressgraph.server.workers.failed import FailedJobError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pressgraph.query.lexer import Token
    from pressgraph.server.workers.unnamed import Unnamed

_DEFAULT = union.DEFAULT
_MANY = 20_000
"""From so many quads on, a table file of their own is faster than one transaction."""


@dataclass(slots=True, kw_only=True)
class _Operation:
    """One operation of an update, in its parts; groups with their braces."""

    prologue: str
    declarations: tuple[slice, ...]
    """Where in the text the prologue's parts are."""
    start: int
    text: str
    word: str
    words: list[Token] = field(default_factory=list)
    """What is outside braces, after the first word."""
    groups: list[tuple[str, str]] = field(default_factory=list)
    """The word before each group (INSERT, DELETE, WHERE, DATA or another), and the group."""


def _operations(text: str) -> Iterator[_Operation]:
    """Split the text of an update into its operations, as far as they are such.

    Raises SyntaxError.
    """
    prologue, depth, opened, before = "", 0, 0, ""
    declarations: tuple[slice, ...] = ()
    operation: _Operation | None = None
    found = [token for token in tokens(text) if token.kind != "comment"]
    index = 0
    while index < len(found):
        token = found[index]
        sign = token.text if token.kind == "other" else ""
        if sign == "{":
            if depth == 0:
                opened = token.start
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0 and operation is not None:
                operation.groups.append((before, text[opened : token.start + 1]))
                before = ""
        elif depth:
            pass
        elif sign == ";":
            if operation is None:
                line, column = text.count("\n", 0, token.start) + 1, token.start - text.rfind("\n", 0, token.start)
                raise SyntaxError(f"error at {line}:{column}: an operation is missing before ';'")
            operation.text = text[operation.start : token.start]
            yield operation
            operation = None
        elif operation is None:
            word = token.text.upper()
            length = {"BASE": 2, "PREFIX": 3}.get(word, 0)
            if length:
                words = found[index : index + length]
                prologue += " ".join(it.text for it in words) + "\n"
                declarations += (slice(token.start, words[-1].start + len(words[-1].text)),)
                index += length
                continue
            operation = _Operation(prologue=prologue, declarations=declarations, start=token.start, text="", word=word)
            before = word
        else:
            operation.words.append(token)
            before = token.text.upper()
        index += 1
    if operation is not None:
        operation.text = text[operation.start :]
        yield operation


def _in_place(text: str, operation: _Operation) -> str:
    """Return an operation and its declarations where they stand, with white space for all else before it."""
    parts: list[str] = []
    end = 0
    for it in (*operation.declarations, slice(operation.start, operation.start)):
        parts += (re.sub(r"\S", " ", text[end : it.start]), text[it])
        end = it.stop
    return "".join((*parts, operation.text))


class Update:
    """An update of a store, operation by operation. Whoever calls it drops the store where it fails midway."""

    def __init__(self, store: ox.Store, unnamed: Unnamed, *, base: str, prefixes: Mapping[str, str]) -> None:
        self._store = store
        self.unnamed = unnamed
        self._base = base
        self._prefixes = dict(prefixes)
        self.graphs: set[ox.NamedNode] = set()
        """The named graphs that may have changed."""
        self.triples: set[ox.Triple] = set()
        """The triples that may have come into a graph or left it."""
        self.whole = False
        """Whether so much has changed that neither of them is complete."""

    def run(self, text: str) -> None:
        """Run an update.

        Raises SyntaxError for text that is none, FailedJobError for an operation that cannot be done.
        """
        for operation in self._parse(text):
            match operation.word:
                case "INSERT" | "DELETE" | "WITH":
                    self._modify(operation)
                case "CLEAR" | "DROP":
                    self._clear(operation)
                case "CREATE":
                    self._create(operation)
                case "ADD" | "COPY" | "MOVE":
                    self._transfer(operation)
                case word:
                    raise FailedJobError("refused", gettext("{operation} is not done here", operation=word))

    def _parse(self, text: str) -> list[_Operation]:
        """Let the engine parse an update without doing anything, and return its operations.

        Raises SyntaxError.
        """
        operations = list(_operations(text))
        if len({it.prologue for it in operations}) > 1:
            # the engine takes declarations before the first operation only (SPARQL 1.1, 19.8, rule 29)
            for operation in operations:
                self._check(operation.prologue, operation.text, partial(_in_place, text, operation))
        else:
            start = operations[0].start if operations else len(text)
            self._check(text[:start], text[start:])
        return operations

    def _check(self, prologue: str, text: str, whole: Callable[[], str] | None = None) -> None:
        """Let the engine parse operations; `whole` gives the text in which a mistake has the sender's place."""
        options: dict[str, Any] = {"base_iri": self._base, "prefixes": self._prefixes}
        # the first operation fails, and with it all
        failing = f"DROP GRAPH <urn:uuid:{secrets.token_hex(16)}>;"
        try:
            ox.Store().update(f"{prologue}{failing}{text}", **options)
        except SyntaxError:
            # once more for the message, which says where
            ox.Store().update(whole() if whole is not None else f"{prologue}{text}", **options)
            raise
        except (OSError, ValueError, RuntimeError):
            pass

    # -- DELETE and INSERT

    def _modify(self, operation: _Operation) -> None:
        groups = operation.groups
        words = [it.text.upper() for it in operation.words]
        if words[:1] == ["DATA"]:
            quads = self._quads(operation, groups[0][1])
            self.change(quads, []) if operation.word == "DELETE" else self.change([], quads)
            return
        where = groups[-1][1]
        templates = dict(groups[:-1])
        if len(groups) == 1:
            # DELETE WHERE: the pattern is the template
            templates["DELETE"] = where
        graph = self._iri(operation, operation.words[0]) if operation.word == "WITH" else None
        marks = _Marks()
        filled: dict[str, list[ox.Quad]] = {
            word: self._quads(operation, group, marks) for word, group in templates.items()
        }
        deleted, inserted = set[ox.Quad](), set[ox.Quad]()
        for solution in self._solutions(operation, where, marks, graph):
            deleted.update(marks.fill(filled.get("DELETE", ()), solution, graph))
            inserted.update(marks.fill(filled.get("INSERT", ()), solution, graph))
        self.change(deleted, inserted)

    def _quads(self, operation: _Operation, group: str, marks: _Marks | None = None) -> list[ox.Quad]:
        """Return the quads of a template or of data; variables are IRIs in it that `marks` knows."""
        scratch = ox.Store()
        text = marks.mark(group) if marks is not None else group
        scratch.update(f"{operation.prologue} INSERT DATA {text}", base_iri=self._base, prefixes=self._prefixes)
        return list(scratch)

    def _solutions(
        self, operation: _Operation, where: str, marks: _Marks, graph: ox.NamedNode | None
    ) -> Iterator[ox.QuerySolution]:
        dataset: dict[str, Any] = {}
        using, named = self._using(operation)
        if using or named:
            dataset = {"default_graph": using, "named_graphs": named}
        elif graph is not None:
            dataset = {"default_graph": [graph]}
        variables = " ".join(f"?{name}" for name in marks.variables) or f"(1 AS ?{marks.nonce})"
        found = self._store.query(
            f"{operation.prologue} SELECT {variables} WHERE {where}",
            base_iri=self._base,
            prefixes=self._prefixes,
            **dataset,
        )
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101 - a SELECT
        yield from found

    def _using(self, operation: _Operation) -> tuple[list[ox.NamedNode], list[ox.NamedNode]]:
        """Return the graphs of USING and of USING NAMED."""
        using: list[ox.NamedNode] = []
        named: list[ox.NamedNode] = []
        words = operation.words
        for index, token in enumerate(words):
            if token.kind == "word" and token.text.upper() == "USING":
                if words[index + 1].text.upper() == "NAMED":
                    named.append(self._iri(operation, words[index + 2]))
                else:
                    using.append(self._iri(operation, words[index + 1]))
        return using, named

    def change(self, deleted: Iterable[ox.Quad], inserted: Iterable[ox.Quad]) -> None:
        """Delete quads, then insert quads, and settle the union for their triples."""
        store = self._store
        removed: set[ox.Quad] = set()
        for quad in deleted:
            if quad.graph_name == _DEFAULT:
                removed.update(store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None))
                self.unnamed.remove([quad.triple])
            elif quad in store:
                removed.add(quad)
        for quad in removed:
            store.remove(quad)
        union.prune(store, {quad.triple for quad in removed if quad.graph_name != _DEFAULT}, keep=self.unnamed)
        added = set(inserted)
        self.unnamed.add(quad.triple for quad in added if quad.graph_name == _DEFAULT)
        self.note((it.graph_name for it in (*removed, *added)), (it.triple for it in (*removed, *added)))
        added |= {ox.Quad(quad.subject, quad.predicate, quad.object) for quad in added}
        if len(added) < _MANY:
            store.extend(added)
        else:
            store.bulk_extend(added)

    def note(self, names: Iterable[object], triples: Iterable[ox.Triple] = ()) -> None:
        """Note what may have changed."""
        self.graphs.update(name for name in names if isinstance(name, ox.NamedNode))
        self.triples.update(triples)

    # -- graphs

    def clear_default(self) -> None:
        """Empty the default graph by itself: what was inserted without a graph goes, unless a named graph has it."""
        self._leave(set(self.unnamed))

    def _leave(self, triples: set[ox.Triple]) -> None:
        """Take triples out of the default graph by itself."""
        self.note([], triples)
        self.unnamed.remove(triples)
        union.prune(self._store, triples)

    def _clear_all(self) -> None:
        """Empty every graph; the names stay."""
        names = self._names()
        self.note(names)
        self.whole = True
        self._store.clear()
        self.unnamed.clear()
        for name in names:
            self._store.add_graph(name)

    def clear_graph(self, name: ox.NamedNode, *, drop: bool) -> None:
        """Empty a named graph, or drop it."""
        gone = union.remove_graph(self._store, name)
        self.note([name], gone)
        if not drop:
            self._store.add_graph(name)
        union.prune(self._store, gone, keep=self.unnamed)

    def _clear(self, operation: _Operation) -> None:
        store, drop = self._store, operation.word == "DROP"
        silent, words = _silent(operation.words)
        match words[0].text.upper():
            case "GRAPH":
                name = self._iri(operation, words[1])
                if store.contains_named_graph(name):
                    self.clear_graph(name, drop=drop)
                elif not silent:
                    raise FailedJobError("refused", gettext("there is no graph {name}", name=name))
            case "NAMED":
                own = list(self.unnamed)
                names = self._names()
                self._clear_all()
                if drop:
                    for name in names:
                        store.remove_graph(name)
                self.change([], [_quad(triple, None) for triple in own])
            case "ALL":
                self._clear_all()
                if drop:
                    for name in self._names():
                        store.remove_graph(name)
            case _:
                self.clear_default()

    def _names(self) -> list[ox.NamedNode]:
        return [name for name in self._store.named_graphs() if isinstance(name, ox.NamedNode)]

    def _create(self, operation: _Operation) -> None:
        silent, words = _silent(operation.words)
        name = self._iri(operation, words[1])
        if not self._store.contains_named_graph(name):
            self.note([name])
            self._store.add_graph(name)
        elif not silent:
            raise FailedJobError("refused", gettext("there is a graph {name} already", name=name))

    def _transfer(self, operation: _Operation) -> None:
        """ADD, COPY or MOVE a graph to another one."""
        silent, words = _silent(operation.words)
        split = next(index for index, it in enumerate(words) if it.kind == "word" and it.text.upper() == "TO")
        source, target = (self._graph(operation, token) for token in (words[split - 1], words[-1]))
        if source is not None and not self._store.contains_named_graph(source):
            if not silent:
                raise FailedJobError("refused", gettext("there is no graph {name}", name=source))
            return
        if source == target:
            return
        if target is not None:
            self.note([target])
            self._store.add_graph(target)
        triples = self._triples(source)
        deleted: list[ox.Quad] = []
        if operation.word != "ADD":
            replaced = self._triples(target) - triples
            if target is None:
                self._leave(replaced)
            else:
                deleted = [_quad(triple, target) for triple in replaced]
        self.change(deleted, [_quad(triple, target) for triple in triples])
        if operation.word == "MOVE":
            if source is None:
                self._leave(triples)
            else:
                self.clear_graph(source, drop=True)

    def _graph(self, operation: _Operation, token: Token) -> ox.NamedNode | None:
        """Return the graph that a transfer names; None is the default graph."""
        return None if token.kind == "word" and token.text.upper() == "DEFAULT" else self._iri(operation, token)

    def _triples(self, graph: ox.NamedNode | None) -> set[ox.Triple]:
        if graph is None:
            return set(self.unnamed)
        return {quad.triple for quad in self._store.quads_for_pattern(None, None, None, graph)}

    # -- names

    def _iri(self, operation: _Operation, token: Token) -> ox.NamedNode:
        """Return the IRI that a token is by the operation's prefixes and base."""
        found = ox.Store().query(
            f"{operation.prologue} SELECT ({token.text} AS ?it) WHERE {{}}",
            base_iri=self._base,
            prefixes=self._prefixes,
        )
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101 - a SELECT
        iri = next(found)["it"]
        assert isinstance(iri, ox.NamedNode)  # noqa: S101 - the engine has parsed it as one
        return iri


class _Marks:
    """IRIs that stand for the variables of templates while the engine reads those as data."""

    def __init__(self) -> None:
        self.nonce = f"v{secrets.token_hex(12)}"
        self.variables: dict[str, None] = {}
        self._prefix = f"urn:{self.nonce}:"

    def mark(self, group: str) -> str:
        """Return a template with IRIs in the place of its variables."""
        parts: list[str] = []
        end = 0
        for token in tokens(group):
            if token.kind == "variable":
                name = token.text[1:]
                self.variables[name] = None
                parts += (group[end : token.start], f"<{self._prefix}{name}>")
                end = token.start + len(token.text)
        parts.append(group[end:])
        return "".join(parts)

    def fill(
        self, template: Iterable[ox.Quad], solution: ox.QuerySolution, graph: ox.NamedNode | None
    ) -> Iterator[ox.Quad]:
        """Yield a template's quads for a solution, those that are RDF; `graph` is where those without a graph go."""
        blank: dict[ox.BlankNode, ox.BlankNode] = {}
        for quad in template:
            name: Any = quad.graph_name
            try:
                terms = [self._term(it, solution, blank) for it in quad.triple]
                if isinstance(name, ox.NamedNode):
                    name = self._term(name, solution, blank)
                    if name is None:
                        continue
                elif graph is not None:
                    name = graph
                yield ox.Quad(*terms, name)  # type: ignore[call-arg]  # a triple's three
            except TypeError:
                # a variable without a value, or a literal where none may stand (SPARQL 1.1 Update, 3.1.3)
                continue

    def _term(self, term: Any, solution: ox.QuerySolution, blank: dict[ox.BlankNode, ox.BlankNode]) -> Any:
        match term:
            case ox.NamedNode() if term.value.startswith(self._prefix):
                return solution[term.value.removeprefix(self._prefix)]
            case ox.BlankNode():
                # each solution has blank nodes of its own
                return blank.setdefault(term, ox.BlankNode())
            case ox.Triple():
                return ox.Triple(*(self._term(it, solution, blank) for it in term))
        return term


def _quad(triple: ox.Triple, graph: ox.NamedNode | None) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph or _DEFAULT)


def _silent(words: Sequence[Token]) -> tuple[bool, Sequence[Token]]:
    """Return whether an operation is SILENT, and its other words."""
    silent = words[0].kind == "word" and words[0].text.upper() == "SILENT"
    return silent, words[1:] if silent else words
