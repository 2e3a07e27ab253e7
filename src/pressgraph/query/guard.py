"""Refuse SPARQL text that would end or abuse an engine, before any engine sees it: lexically, without a parser.

Nesting and long chains of operators exhaust the stack of recursive parsers, which no one can catch; SERVICE and LOAD
make the server a client of whatever address the text names.

SPARQL's grammar cannot be split into tokens without parsing. `?a<?b)SERVICE#>` holds an IRI for a lexer, and a
comparison, a keyword and a comment for a parser that reads it in a FILTER; after `?a<'>'` the two do not even agree on
what is inside a string. `SERVICEa:b` is a prefixed name, and for a parser that wants no space after a keyword also a
clause. So whatever is SERVICE or LOAD in one of the readings is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from pressgraph.errors import QueryError
from pressgraph.i18n import gettext
from pressgraph.query.lexer import kinds
from pressgraph.query.patterns import KEYWORD

_OPENING, _CLOSING = "{([", "})]"
_OPERATORS = frozenset("!|&^/*+-<>=?")
_SEPARATORS = frozenset(".;,")
_NESTING = frozenset(
    {"UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "IN", "NOT", "EXISTS", "GRAPH", "VALUES", "IF", "COALESCE"}
)
_NAMING = frozenset({"PREFIX", "GRAPH", "FROM", "NAMED", "USING", "WITH", "TO", "ADD", "MOVE", "COPY", "INTO"})
"""Words after which an IRI is a name, whatever its prefix is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What query text may be; `services` are the only endpoints that SERVICE may name."""

    size: int = 1024 * 1024
    """In UTF-8 bytes."""
    depth: int = 60
    operators: int = 1000
    patterns: int = 2000
    """How many patterns and items may follow each other; planning recurses over them."""
    services: frozenset[str] = frozenset()


class RefusedQueryError(QueryError):
    """Query text that is not given to an engine: too large, too deep, or reaching for the network."""


DEFAULT_LIMITS = Limits()
_HARMLESS = frozenset({"string", "variable", "language", "number"})
_NEVER_COUNTED = _HARMLESS | {"curie"}


def check_query(text: str, limits: Limits = DEFAULT_LIMITS) -> None:
    """Check the text of a query or an update.

    Raises RefusedQueryError.
    """
    # no character has more than four bytes
    size = len(text.encode("utf-8", "surrogatepass")) if 4 * len(text) > limits.size else 0
    if size > limits.size:
        raise RefusedQueryError(gettext("the query has {size} bytes; {most} are allowed", size=size, most=limits.size))
    if _plain(text, limits):
        return
    guard = _Guard(text, limits)
    if not reaches_out(text):
        for kind, content in kinds(text):
            if kind not in _NEVER_COUNTED:
                guard.see(kind, content)
        return
    for kind, content in kinds(text):
        if kind not in _HARMLESS or guard.pending:
            guard.see(kind, content)
        guard.before = (kind, content)
    if guard.pending:
        raise guard.no_service()


def _plain(text: str, limits: Limits) -> bool:
    """Tell whether text is too short and too simple for any refusal, however it is split into tokens.

    Each operator and each pattern that is counted has a character of its own, and each level a bracket.
    """
    if len(text) > min(limits.operators, limits.patterns) or "\\" in text:
        return False
    if sum(map(text.count, _OPENING)) > limits.depth:
        return False
    return not reaches_out(text)


def reaches_out(text: str) -> bool:
    """Tell whether a text has the letters of a keyword that makes an engine a client: SERVICE or LOAD."""
    upper = text.upper()
    return "SERVICE" in upper or "LOAD" in upper


def _compares(iri: str) -> bool:
    """Tell whether an IRI, read as a comparison, would begin a string or a comment that goes on behind it.

    No reading but an IRI has two slashes before any string or comment.
    """
    plain = iri.partition("'")[0].partition("#")[0]
    return plain != iri and "//" not in plain


class _Guard:
    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.before = ("", "")
        """Kind and text of the token before."""
        self.depth = 0
        self.opened: list[str] = []
        self.operators = 0
        self.patterns = 0
        self.in_values = False
        """Whether this is the data of a VALUES block, which is a table and nests nothing."""
        self.pending = False
        """Whether the last words were SERVICE [SILENT], whose endpoint comes next."""
        self.glued = False
        """Whether the last prefixed name could be SERVICE and an endpoint."""

    def see(self, kind: str, text: str) -> None:
        if self.pending:
            if kind == "word" and text.upper() == "SILENT":
                return
            if kind != "iri" or text[1:-1] not in self.limits.services:
                raise self.no_service()
            self.pending = False
            return
        match kind:
            case "other":
                self.punctuation(text)
            case "word":
                self.word(text.upper())
            case "curie":
                self.name(text)
            case "iri":
                self.iri(text[1:-1])

    def iri(self, iri: str) -> None:
        begin, end = iri.find(")"), iri.rfind("#")
        if 0 <= begin < end and KEYWORD.search(iri, begin, end):
            # after ')' a comment can hide the rest of a SERVICE clause inside what looks like an IRI
            raise self.no_service()
        if self.opened[-1:] == ["("] and not self.in_values and _compares(iri) and not self.harmless():
            raise RefusedQueryError(
                gettext("<{iri}> could also be a comparison, and what follows it other than it looks", iri=iri[:40]),
                hint=gettext("write a space after '<', or the IRI with a scheme and '//'"),
            )
        self.hidden_in_iri(iri)

    def harmless(self) -> bool:
        """Tell whether there is nothing to refuse in the text, wherever strings and comments begin and end."""
        count = self.text.count
        return (
            not reaches_out(self.text)
            and sum(map(count, _OPENING)) <= self.limits.depth
            and sum(map(count, _OPERATORS)) <= self.limits.operators
            and sum(map(count, _SEPARATORS)) <= self.limits.patterns
        )

    def name(self, name: str) -> None:
        """See a prefixed name, which may be keywords and a shorter one: SERVICE needs '{' behind it, LOAD none."""
        prefix, (kind, before) = name.partition(":")[0].upper(), self.before
        self.glued = False
        if not reaches_out(prefix) or (kind == "word" and before.upper() in _NAMING):
            return
        self.glued = "SERVICE" in prefix
        if "LOAD" in prefix and not self.depth:
            raise self.no_load()

    def punctuation(self, text: str) -> None:
        if text in _OPENING:
            if text == "{" and self.glued and self.before[0] == "curie":
                raise self.no_service()
            self.depth += 1
            self.opened.append(text)
            if self.depth > self.limits.depth:
                raise RefusedQueryError(
                    gettext("the query is nested deeper than {limit} levels", limit=self.limits.depth)
                )
        elif text in _CLOSING:
            self.depth = max(0, self.depth - 1)
            if self.opened:
                self.opened.pop()
            self.in_values = self.in_values and text != "}"
        elif self.in_values and text[0] != "\\":
            return
        elif text in _OPERATORS:
            self.operator()
        elif text == "," and self.opened[-1:] == ["("]:
            return  # an item of a list
        elif text in _SEPARATORS:
            self.patterns += 1
            if self.patterns > self.limits.patterns:
                raise RefusedQueryError(
                    gettext("the query has more than {most} patterns and items", most=self.limits.patterns),
                    hint=gettext("put lists of values into VALUES"),
                )
        elif text[0] == "\\":
            raise RefusedQueryError(gettext("the query has a backslash outside a string"))

    def operator(self) -> None:
        self.operators += 1
        if self.operators > self.limits.operators:
            raise RefusedQueryError(
                gettext("the query has more than {most} patterns and operators", most=self.limits.operators)
            )

    def word(self, word: str) -> None:
        if word == "VALUES":
            self.in_values = True
        if word in _NESTING:
            self.operator()
        elif word == "SERVICE":
            self.pending = True
        elif "SERVICE" in word:
            # SERVICESILENT, or what ends before SERVICE does not need a space
            raise self.no_service()
        elif "LOAD" in word:
            raise self.no_load()

    def hidden_in_iri(self, iri: str) -> None:
        opened = iri.count("(") + iri.count("[")
        if opened:
            closed = iri.count(")") + iri.count("]")
            deepest = self.depth + opened
            if deepest > self.limits.depth:
                raise RefusedQueryError(
                    gettext("the query is nested deeper than {limit} levels", limit=self.limits.depth)
                )
            self.depth = max(0, self.depth + opened - min(opened, closed))
        for sign in ("!", "&&", "+", "-"):
            # an IRI has a few of these; a chain has hundreds
            self.operators += max(0, iri.count(sign) - 20)
        if self.operators > self.limits.operators:
            raise RefusedQueryError(
                gettext("the query has more than {most} patterns and operators", most=self.limits.operators)
            )

    def no_load(self) -> RefusedQueryError:
        return RefusedQueryError(gettext("LOAD would fetch a document, and nothing is fetched here"))

    def no_service(self) -> RefusedQueryError:
        if self.limits.services:
            services = ", ".join(sorted(self.limits.services))
            return RefusedQueryError(
                gettext("SERVICE may ask only endpoints that are allowed here"),
                hint=gettext("write <…>: {words}", words=services),
            )
        return RefusedQueryError(
            gettext("SERVICE would ask another endpoint, and nothing is fetched here"),
            hint=gettext("ask that endpoint itself; on the command line with --endpoint URL"),
        )
