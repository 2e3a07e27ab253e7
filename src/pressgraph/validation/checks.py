"""Checks that SHACL says badly: `queries/checks/*-violation.rq`, of which every row is a problem.

    # Two releases give one thing different dates.
    #
    # @severity violation
    # @message en The {path} of '{this}' is {value} here and {other} elsewhere.
    # @message de {path} von '{this}' ist hier {value} und anderswo {other}.
    SELECT ?this ?path ?value ?other WHERE { … }

`?this` is the thing, `?path` and `?value` say which of its values; they bring a row to its place. Every variable of a
row can stand in the messages. `?base`, where a query uses it, is the IRI that the project's ids are below.
What a row depends on is told from the query, so that after a change only those things are asked about which it can
affect; a query with subqueries or aggregates is asked as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import Place, ProfileError
from pressgraph.facts.rules import did_you_mean
from pressgraph.query.comments import read_header
from pressgraph.query.lexer import tokens
from pressgraph.rdf import PG
from pressgraph.validation.report import Result, Severity, result_order
from pressgraph.validation.shacl import lexical, term_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.validation.reads import KnownReads
    from pressgraph.validation.scope import Reads

CHECKS = "https://w3id.org/pressgraph/checks#"
COMPONENT = f"{PG}QueryCheck"
_SUFFIX = "-violation"
_WORDS = ("severity", "message")
_SEVERITIES = {"violation": Severity.VIOLATION, "warning": Severity.WARNING, "info": Severity.INFO}
_KNOWN = ", ".join(_SEVERITIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check: its name, its query, how bad a row is, and its message by language."""

    name: str
    text: str
    severity: Severity
    messages: Mapping[str, str]
    path: Path

    @property
    def iri(self) -> str:
        """The IRI that results name as their source."""
        return CHECKS + self.name

    def reads(self, profile: Profile, id_base: str, known: KnownReads) -> Reads:
        """Return what a row depends on."""
        return known.of_query(_with_base(self.text, id_base), profile.query_prefixes(id_base))

    def run(
        self, store: ox.Store, profile: Profile, id_base: str, *, only: Collection[str] | None = None
    ) -> list[Result]:
        """Return a result for each row over a store whose default graph is the union of its graphs.

        `only` asks about these things alone.

        Raises ProfileError for a query that cannot be run.
        """
        try:
            rows = store.query(_about(_with_base(self.text, id_base), only), prefixes=profile.query_prefixes(id_base))
        except SyntaxError as error:
            raise ProfileError(
                f"not valid SPARQL 1.1: {error.msg or error}", place=Place(file=str(self.path))
            ) from error
        if not isinstance(rows, ox.QuerySolutions):
            raise ProfileError("a check is a SELECT query", place=Place(file=str(self.path)))
        names = [variable.value for variable in rows.variables]
        if "this" not in names:
            raise ProfileError("a check selects ?this", place=Place(file=str(self.path)))
        found = {self._result({name: row[name] for name in names}, profile, id_base) for row in rows}
        return sorted(found, key=result_order)

    def _result(
        self,
        row: Mapping[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None],
        profile: Profile,
        base: str,
    ) -> Result:
        path, value = row.get("path"), row.get("value")
        words = {
            name: profile.shrink(term.value, base) if isinstance(term, ox.NamedNode) else lexical(term)
            for name, term in row.items()
            if term is not None
        }
        return Result(
            focus=term_text(row["this"]) or "",
            shape=self.iri,
            component=COMPONENT,
            severity=self.severity,
            messages=_Messages({tag: _fill(text, words) for tag, text in self.messages.items()}),
            path=path.value if isinstance(path, ox.NamedNode) else None,
            steps=(path.value,) if isinstance(path, ox.NamedNode) else (),
            value=term_text(value),
            lexical=lexical(value) if value is not None else None,
            language=value.language if isinstance(value, ox.Literal) else None,
        )


class _Messages(dict[str, str]):
    """Messages that a set of results can hold."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


def _with_base(text: str, id_base: str) -> str:
    """Put the base in place of its variable."""
    written = str(ox.Literal(id_base))
    for token in reversed([it for it in tokens(text) if it.kind == "variable" and it.text == "?base"]):
        text = text[: token.start] + written + text[token.start + len(token.text) :]
    return text


def _about(text: str, only: Collection[str] | None) -> str:
    """Restrict a query to some things, at the start of its WHERE."""
    if only is None:
        return text
    found = list(tokens(text))
    where = next(i for i, it in enumerate(found) if it.text == "{" and it.kind == "other")
    at = found[where].start + 1
    things = " ".join(f"<{it}>" for it in sorted(only) if not it.startswith("_:"))
    return f"{text[:at]} VALUES ?this {{ {things} }} {text[at:]}"


def _fill(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1], "…"), text)


def load_checks(project: Project) -> tuple[Check, ...]:
    """Return a project's checks, the shipped ones first; one of the same name takes their place.

    Raises ProfileError.
    """
    from pressgraph.project import resource_folder

    folders = [] if project.replace_profile else [resource_folder("queries")]
    folders += [path for path in project.queries if path not in folders]
    found: dict[str, Check] = {}
    for folder in folders:
        for path in sorted((folder / "checks").glob(f"*{_SUFFIX}.rq")) if folder.is_dir() else ():
            check = read_check(path)
            found[check.name] = check
    return tuple(found.values())


def read_check(path: Path) -> Check:
    """Read a check from its file.

    Raises ProfileError with the line that is wrong.
    """
    text = path.read_text(encoding="utf-8-sig")
    severity = Severity.VIOLATION
    messages: dict[str, str] = {}
    for tag in read_header(text).tags:
        place = Place(file=str(path), line=tag.line)
        match tag.word:
            case "severity":
                if tag.value not in _SEVERITIES:
                    raise ProfileError(f"'{tag.value}' is no severity", place=place, hint=f"known: {_KNOWN}")
                severity = _SEVERITIES[tag.value]
            case "message":
                language, _, message = tag.value.partition(" ")
                messages[language] = message.strip()
            case _:
                hint = did_you_mean(tag.word, _WORDS, otherwise=f"known: {', '.join(_WORDS)}")
                raise ProfileError(f"'@{tag.word}' says nothing about a check", place=place, hint=hint)
    if not messages:
        raise ProfileError("a check needs a message: '# @message en …'", place=Place(file=str(path), line=1))
    if any(token.kind == "word" and token.text.upper() == "SERVICE" for token in tokens(text)):
        raise ProfileError(
            "SERVICE would ask another endpoint, and nothing is fetched here", place=Place(file=str(path))
        )
    name = path.stem.removesuffix(_SUFFIX)
    return Check(name=name, text=text, severity=severity, messages=dict(sorted(messages.items())), path=path)
