"""Parse a rule: a CONSTRUCT query of the few forms for which it can be told what a conclusion rests on.

    # A role is attested on the day of the source that tells of it.
    # @after bounds
    CONSTRUCT { ?m clu:attestedOn ?day }
    WHERE {
      GRAPH ?fact { ?m a org:Membership }
      ?fact prov:wasDerivedFrom ?source .
      ?source schema:datePublished ?day .
      FILTER NOT EXISTS { ?m clu:latestEnd ?end FILTER (?end < ?day) }
    }

Triple patterns whose property is named, `GRAPH ?fact { … }` around one of them, `FILTER`, `FILTER NOT EXISTS` around
patterns and filters, `BIND` and `VALUES` with one variable. Everything else is refused with its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn, TypeAlias

import pyoxigraph as ox

from pressgraph.errors import Place, ProfileError
from pressgraph.i18n import Text, gettext
from pressgraph.query.comments import read_header
from pressgraph.query.forms import empty_store
from pressgraph.query.lexer import Token, tokens
from pressgraph.rdf import PROV, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pressgraph.query.comments import Tag

DERIVED_FROM = ox.NamedNode(f"{PROV}wasDerivedFrom")
_TYPE = ox.NamedNode(RDF_TYPE)
_FORBIDDEN = {
    "OPTIONAL": gettext("write a rule with it and one without"),
    "UNION": gettext("write two rules"),
    "MINUS": gettext("write FILTER NOT EXISTS"),
    "SELECT": gettext("a rule has no subqueries"),
    "SERVICE": gettext("a rule reads the project's own graph"),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a rule."""

    name: str


Slot: TypeAlias = "Variable | ox.NamedNode | ox.Literal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A triple pattern; `fact` is the variable of the GRAPH that it stands in."""

    subject: Slot
    predicate: ox.NamedNode
    object: Slot
    fact: str | None = None

    @property
    def variables(self) -> set[str]:
        """The names of its variables, without that of its graph."""
        return {it.name for it in (self.subject, self.object) if isinstance(it, Variable)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unless:
    """What must not be there: patterns, and filters over them."""

    patterns: tuple[Pattern, ...]
    filters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, as it is written."""

    name: str
    path: Path
    text: str
    question: str
    tags: tuple[Tag, ...]
    head: tuple[Pattern, ...]
    where: tuple[Pattern, ...]
    sources: Mapping[str, Slot]
    """By variable of a GRAPH, what stands for the document that its fact was read from."""
    filters: tuple[str, ...] = ()
    binds: tuple[tuple[str, str], ...] = ()
    """Variables with their expressions, in order."""
    values: Mapping[str, tuple[ox.NamedNode | ox.Literal, ...]] = field(default_factory=dict)
    unless: tuple[Unless, ...] = ()
    minted: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Variables whose value is the IRI of another one with an ending, `IRI(CONCAT(STR(?x), "/end"))`: both."""

    def error(self, reason: Text, *, line: int = 0, hint: str | None = None) -> ProfileError:
        """Return the error of something in the rule."""
        return ProfileError(reason, place=Place(file=str(self.path), line=line), hint=hint)


def parse_rule(text: str, *, name: str, path: Path, prefixes: Mapping[str, str]) -> Rule:
    """Parse a rule; `prefixes` need not be declared in it.

    Raises ProfileError with file and line.
    """
    try:
        empty_store().query(text, prefixes=dict(prefixes))
    except SyntaxError as error:
        raise ProfileError(
            gettext("not valid SPARQL 1.1: {reason}", reason=error.msg or error),
            place=Place(file=str(path), line=_line_of(error)),
        ) from error
    return _Parser(text, name, path, prefixes).rule()


def _line_of(error: SyntaxError) -> int:
    """Return the line of the engine's error, which stands in its text too."""
    found = re.search(r" at (\d+):\d+", str(error))
    return error.lineno or (int(found[1]) if found is not None else 0)


class _Parser:
    def __init__(self, text: str, name: str, path: Path, prefixes: Mapping[str, str]) -> None:
        self.text = text
        self.name = name
        self.path = path
        self.prefixes = dict(prefixes)
        self.tokens = [it for it in tokens(text) if it.kind != "comment"]
        self.at = 0
        self.where: list[Pattern] = []
        self.sources: dict[str, Slot] = {}
        self.lines: dict[str, int] = {}
        self.filters: list[str] = []
        self.binds: list[tuple[str, str]] = []
        self.values: dict[str, tuple[ox.NamedNode | ox.Literal, ...]] = {}
        self.unless: list[Unless] = []

    # -- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else Token(kind="end", text="", start=len(self.text))

    def word(self, offset: int = 0) -> str:
        at = self.at + offset
        found = self.tokens[at] if at < len(self.tokens) else None
        return found.text.upper() if found is not None and found.kind == "word" else ""

    def take(self, text: str) -> bool:
        if self.token.text.upper() == text:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            shown = self.token.text
            self.refuse(gettext("'{text}' is expected here, not '{shown}'", text=text, shown=shown))

    def refuse(self, reason: str, hint: str | None = None) -> NoReturn:
        line = self.text.count("\n", 0, self.token.start) + 1
        raise ProfileError(
            reason,
            place=Place(file=str(self.path), line=line),
            hint=hint,
        )

    # -- the rule

    def rule(self) -> Rule:
        while self.word() in {"PREFIX", "BASE"}:
            self.prologue()
        if self.word() != "CONSTRUCT":
            self.refuse(gettext("a rule is a CONSTRUCT query"))
        self.at += 1
        self.expect("{")
        head = self.patterns()
        self.expect("}")
        self.take("WHERE")
        self.expect("{")
        self.group()
        self.expect("}")
        if self.token.kind != "end":
            self.refuse(
                gettext("nothing may follow the pattern of a rule, such as {text}", text=self.token.text),
            )
        header = read_header(self.text)
        found = Rule(
            name=self.name,
            path=self.path,
            text=self.text,
            question=header.summary,
            tags=header.tags,
            head=tuple(head),
            where=tuple(self.where),
            sources=self.sources,
            filters=tuple(self.filters),
            binds=tuple(self.binds),
            values=self.values,
            unless=tuple(self.unless),
            minted={name: ends for name, text in self.binds if (ends := _minted(text)) is not None},
        )
        self.check(found)
        return found

    def prologue(self) -> None:
        if self.word() == "BASE":
            self.refuse(gettext("a rule has no BASE"))
        prefix, iri = self.tokens[self.at + 1], self.tokens[self.at + 2]
        self.prefixes[prefix.text.removesuffix(":")] = iri.text[1:-1]
        self.at += 3

    def check(self, rule: Rule) -> None:
        self.at = 0
        facts = {it.fact for it in rule.where if it.fact is not None}
        for name in sorted(rule.sources.keys() - facts):
            self.refuse(
                gettext(
                    "?{name} is no graph of the rule: prov:wasDerivedFrom leads from GRAPH ?{name} to its document",
                    name=name,
                ),
            )
        bound = {name for it in rule.where for name in it.variables} | set(rule.values)
        bound |= {it.name for it in rule.sources.values() if isinstance(it, Variable)}
        bound |= {name for name, _ in rule.binds}
        for pattern in rule.head:
            for name in pattern.variables - bound:
                self.refuse(gettext("nothing gives ?{name} a value", name=name))
            if isinstance(pattern.subject, ox.Literal):
                self.refuse(gettext("a literal is no subject"))
        used = {name for it in (*rule.head, *rule.where) for name in it.variables}
        for name in sorted((facts & used) - rule.sources.keys()):
            self.refuse(
                gettext("?{name} is a graph: all that can be asked of it is what it was derived from", name=name),
            )

    # -- groups

    def group(self) -> None:
        while self.token.text != "}" and self.token.kind != "end":
            word = self.word()
            if word in _FORBIDDEN:
                self.refuse(gettext("a rule has no {word}", word=word), _FORBIDDEN[word])
            if self.token.text == "{":
                self.refuse(gettext("a rule has no groups in groups"))
            if word == "GRAPH":
                self.graph()
            elif word == "FILTER":
                self.filter(self.filters, self.unless)
            elif word == "BIND":
                self.bind()
            elif word == "VALUES":
                self.value_list()
            else:
                self.where += [it for it in self.patterns() if not self.leads_to_source(it)]
            self.take(".")

    def leads_to_source(self, pattern: Pattern) -> bool:
        """Tell whether a pattern asks which document a fact was read from, and note it."""
        if pattern.predicate != DERIVED_FROM or not isinstance(pattern.subject, Variable):
            return False
        self.sources[pattern.subject.name] = pattern.object
        return True

    def graph(self) -> None:
        self.at += 1
        if self.token.kind != "variable":
            self.refuse(gettext("GRAPH takes a variable"))
        name = self.token.text[1:]
        self.at += 1
        self.expect("{")
        found = self.patterns()
        if len(found) != 1 or any(it.fact == name for it in self.where):
            self.refuse(
                gettext("GRAPH ?{name} holds one pattern", name=name),
                gettext("write another GRAPH with another variable"),
            )
        self.expect("}")
        pattern = found[0]
        self.where.append(
            Pattern(subject=pattern.subject, predicate=pattern.predicate, object=pattern.object, fact=name)
        )

    def filter(self, filters: list[str], unless: list[Unless] | None) -> None:
        self.at += 1
        if self.word() == "NOT" and self.word(1) == "EXISTS":
            if unless is None:
                self.refuse(gettext("FILTER NOT EXISTS stands in another"))
            self.at += 2
            self.expect("{")
            patterns: list[Pattern] = []
            inner: list[str] = []
            while self.token.text != "}" and self.token.kind != "end":
                if self.word() in {*_FORBIDDEN, "GRAPH", "BIND", "VALUES"} or self.token.text == "{":
                    self.refuse(
                        gettext("FILTER NOT EXISTS holds patterns and filters"),
                    )
                if self.word() == "FILTER":
                    self.filter(inner, None)
                else:
                    patterns += self.patterns()
                self.take(".")
            self.expect("}")
            unless.append(Unless(patterns=tuple(patterns), filters=tuple(inner)))
            return
        if self.word() == "EXISTS":
            self.refuse(
                gettext("a rule has no FILTER EXISTS"),
                gettext("write the pattern"),
            )
        filters.append(self.expression())

    def expression(self) -> str:
        """Return the text of a filter's expression: in brackets, or the call of a function."""
        start = self.token.start
        while self.token.text != "(" and self.token.kind != "end":
            self.at += 1
        return self.text[start : self.closing()]

    def closing(self) -> int:
        """Pass over brackets; return where they end."""
        depth = 0
        while self.token.kind != "end":
            depth += {"(": 1, ")": -1}.get(self.token.text, 0)
            if self.word() == "EXISTS":
                self.refuse(gettext("EXISTS stands in an expression"))
            self.at += 1
            if not depth:
                break
        last = self.tokens[self.at - 1]
        return last.start + len(last.text)

    def bind(self) -> None:
        self.at += 1
        start = self.token.start + 1
        self.closing()
        # SPARQL's grammar ends with AS ?variable )
        name, word = self.tokens[self.at - 2], self.tokens[self.at - 3]
        if "uration" in self.text[start : word.start] and "+" in self.text[start : word.start]:
            # the engine takes + for commutative, and knows no duration plus a date
            self.refuse(
                gettext("a duration is not added: the engine may try it in the other order"),
                gettext('subtract a negative one, ?day - "-P1D"^^xsd:dayTimeDuration'),
            )
        self.binds.append((name.text[1:], self.text[start : word.start].strip()))

    def value_list(self) -> None:
        self.at += 1
        if self.token.kind != "variable":
            self.refuse(gettext("VALUES has one variable"))
        name = self.token.text[1:]
        self.at += 1
        self.expect("{")
        found: list[ox.NamedNode | ox.Literal] = []
        while not self.take("}"):
            term = self.term()
            if isinstance(term, Variable):
                self.refuse(gettext("VALUES holds terms"))
            found.append(term)
        self.values[name] = tuple(found)

    # -- triples

    def patterns(self) -> list[Pattern]:
        found: list[Pattern] = []
        while self.token.text != "}" and self.token.kind != "end" and self.word() in {"", "A", "TRUE", "FALSE"}:
            subject = self.term()
            while True:
                predicate = self.predicate()
                found.append(Pattern(subject=subject, predicate=predicate, object=self.term()))
                while self.take(","):
                    found.append(Pattern(subject=subject, predicate=predicate, object=self.term()))
                if not self.take(";"):
                    break
                if self.token.text in {".", "}"}:
                    break
            if not self.take("."):
                break
        return found

    def predicate(self) -> ox.NamedNode:
        if self.token.kind == "variable":
            self.refuse(gettext("the property of a pattern is named"))
        found = self.term()
        if self.token.text in {"/", "|", "^", "*", "+", "?"} or not isinstance(found, ox.NamedNode):
            self.path_refused()
        return found

    def path_refused(self) -> NoReturn:
        self.refuse(
            gettext("a rule has no property paths"),
            gettext("write a pattern for each step, or a rule for each alternative"),
        )

    def term(self) -> Slot:
        token = self.token
        if token.kind == "variable":
            self.at += 1
            return Variable(token.text[1:])
        if token.kind == "word" and token.text == "a":
            self.at += 1
            return _TYPE
        if token.text in {"(", "^", "!"}:
            self.path_refused()
        if token.text in {"[", "_"} or token.text.startswith("_:"):
            self.refuse(
                gettext("a rule has no blank nodes"),
                gettext("use a variable"),
            )
        start, self.at = token.start, self.at + 1
        end = start + len(token.text)
        if token.kind == "string":
            if self.token.kind == "language":
                end = self.token.start + len(self.token.text)
                self.at += 1
            elif self.token.text == "^":
                self.at += 2
                end = self.token.start + len(self.token.text)
                self.at += 1
        elif token.kind in {"number", "other"}:
            while self.token.start == end and (self.token.kind == "number" or self.token.text in {".", "-", "+"}):
                following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
                if self.token.text == "." and (
                    following is None or following.kind != "number" or following.start != end + 1
                ):
                    break
                end += len(self.token.text)
                self.at += 1
        written = self.text[start:end]
        used = (it for it in self.prefixes.items() if f"{it[0]}:" in written)
        declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in used)
        try:
            found = _term(declared, written)
        except (SyntaxError, StopIteration):
            self.at -= 1
            self.refuse(gettext("'{written}' is no term", written=written))
        if not isinstance(found, ox.NamedNode | ox.Literal):
            self.refuse(gettext("a rule has no blank nodes"))
        return found


@lru_cache(maxsize=1024)
def _term(declared: str, written: str) -> object:
    """Read a term as Turtle; rules say the same ones again and again.

    Raises SyntaxError, or StopIteration, for what is none.
    """
    return next(iter(ox.parse(f"{declared}<urn:x:s> <urn:x:p> {written} .", format=ox.RdfFormat.TURTLE))).object


def _minted(expression: str) -> tuple[str, str] | None:
    """Return the variable and the ending of `IRI(CONCAT(STR(?x), "/end"))`, None for another expression."""
    found = [it for it in tokens(expression) if it.kind != "comment"]
    shape = [it.text.upper() for it in found if it.kind not in {"variable", "string"}]
    if shape != ["IRI", "(", "CONCAT", "(", "STR", "(", ")", ",", ")", ")"]:
        return None
    variable = next((it.text[1:] for it in found if it.kind == "variable"), None)
    string = next((it.text for it in found if it.kind == "string"), None)
    if variable is None or string is None or "\\" in string or string.startswith(('"""', "'''")):
        return None
    return variable, string[1:-1]
