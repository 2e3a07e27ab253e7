"""Saved queries: SPARQL files whose leading comments say what they answer and what may be asked.

    # Which labels are valid on a day?
    #
    # @param date xsd:date The day you ask about.
    # @param_de date Der Tag, nach dem Sie fragen.
    SELECT … WHERE { VALUES ?date { "2020-06-01"^^xsd:date } … }

A parameter is a `VALUES` block with one variable; its content is the default, and a value that the user gives takes
its place. So the file stays a valid query by itself, everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.errors import Place, ProfileError, QueryError
from pressgraph.facts.datatypes import DATATYPES, datatype
from pressgraph.facts.ids import Ids
from pressgraph.i18n import gettext
from pressgraph.languages import choose
from pressgraph.query.comments import read_header
from pressgraph.query.lexer import tokens
from pressgraph.rdf import XSD
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.profile import Profile
    from pressgraph.project import Project

_PARAMETER = re.compile(r"(?P<name>\w+)\s+(?P<type>[\w:.-]+)(?P<optional>\?)?\s*(?P<description>.*)")

_TRANSLATED = "param_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a saved query.

    `type` is `xsd:…`, `string`, `id`, `id:{class}`, `lang` or `term:{vocabulary}`.
    """

    name: str
    type: str
    optional: bool
    description: str
    default: str
    """What the file's VALUES block holds; `UNDEF` means any."""
    span: tuple[int, int]
    """Where that stands in the text."""
    translations: Mapping[str, str] = field(default_factory=dict)
    """The description in other languages, by tag."""

    @property
    def is_id(self) -> bool:
        """Whether a thing is asked about."""
        return self.type.partition(":")[0] == "id"

    def in_form(self, language: str) -> dict[str, Any]:
        """Return what a form shows of the parameter whatever is chosen, described in a language, or else in English."""
        has_default = not self.is_id and self.default != "UNDEF"
        return {
            "name": self.name,
            "kind": {"xsd:date": "date", "xsd:integer": "number"}.get(self.type, "text"),
            "default": self.default.partition("^^")[0].strip().strip('"<>') if has_default else "",
            "optional": self.optional,
            "required": self.is_id and not self.optional,
            "description": self.translations.get(language, self.description),
            "description_language": language if language in self.translations else "en",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A saved query: its name, its question, its text and its parameters."""

    name: str
    question: str
    text: str
    parameters: Mapping[str, Parameter]
    tags: Mapping[str, str]
    """Other `@word value` comments: `@mode entailment`; by a language tag, the question in that language."""
    path: Path

    def fill(self, values: Mapping[str, str], profile: Profile, id_base: str) -> str:
        """Return the query's text with the parameters' values in place.

        Raises QueryError for an unknown parameter and for a value that its type does not allow.
        """
        wanted: list[tuple[tuple[int, int], str]] = []
        for name, value in values.items():
            parameter = self.parameters.get(name)
            if parameter is None:
                parameters = ", ".join(self.parameters) or gettext("none")
                hint = did_you_mean(name, self.parameters, otherwise=gettext("it has: {words}", words=parameters))
                if name == "lang":
                    hint = gettext("it has no names to choose a language for")
                raise QueryError(
                    gettext("the query '{name}' has no parameter '{parameter}'", name=self.name, parameter=name),
                    hint=hint,
                )
            wanted.append((parameter.span, _term(parameter, value, profile, id_base)))
        return _with_terms(self.text, wanted)

    @property
    def undecided(self) -> str | None:
        """The name of the saved query for what this one cannot decide (`# @undecided name`), if it has one."""
        return self.tags.get("undecided")

    def undecided_text(self, text: str, other: SavedQuery) -> str:
        """Return the query for what this one cannot decide; `text` is this one's, of which it takes the parameters."""
        here = parse_saved_query(text, name=self.name).parameters
        terms = [(it.span, here[name].default) for name, it in other.parameters.items() if name in here]
        return _with_terms(other.text, terms)

    def undecided_message(self, count: int, *languages: str) -> str:
        """Return how many things cannot be decided, in words: `# @undecided_en 1 label … | {} labels …`."""
        prefix = "undecided_"
        texts = {tag.removeprefix(prefix): text for tag, text in self.tags.items() if tag.startswith(prefix)}
        one, _, many = (choose(texts, *languages) or "1 | {}").partition("|")
        return one.strip() if count == 1 else many.strip().replace("{}", f"{count:,}")


def _with_terms(text: str, terms: Iterable[tuple[tuple[int, int], str]]) -> str:
    for (start, end), term in sorted(terms, reverse=True):
        text = f"{text[:start]} {term} {text[end:]}"
    return text


def load_saved_queries(project: Project) -> dict[str, SavedQuery]:
    """Return the saved queries by name; a project's own take the place of shipped ones.

    Queries in folders are named with them: `competency/cq01-headline-and-date`. Checks (`checks/`) and rules
    (`derive/`) are not among them, which validation and builds run, nor what page data asks (`embed/`).
    """
    from pressgraph.project import resource_folder

    folders = [] if project.replace_profile else [resource_folder("queries")]
    folders += [path for path in project.queries if path not in folders]
    queries: dict[str, SavedQuery] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.rq")) if folder.is_dir() else [folder]:
            parts = path.relative_to(folder).with_suffix("").parts if folder.is_dir() else (path.stem,)
            if parts[0] not in {"checks", "derive", "embed"}:
                query = read_saved_query(path, name="/".join(parts))
                queries[query.name] = query
    return queries


def read_saved_query(path: Path, *, name: str) -> SavedQuery:
    """Read a query file.

    Raises ProfileError for comments and VALUES blocks that do not fit each other.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(
            gettext("the query cannot be read: {reason}", reason=error), place=Place(file=str(path))
        ) from error
    return parse_saved_query(text, name=name, path=path)


def parse_saved_query(text: str, *, name: str, path: Path = Path("-")) -> SavedQuery:
    """Read a query's leading comments; see `read_saved_query`."""
    header = read_header(text)
    declared: list[tuple[int, re.Match[str]]] = []
    translations: dict[str, dict[str, str]] = {}
    tags: dict[str, str] = {}
    for tag in header.tags:
        if tag.word.startswith(_TRANSLATED):
            parameter, _, description = tag.value.partition(" ")
            if not any(match["name"] == parameter for _, match in declared):
                raise ProfileError(
                    gettext("the query '{name}' has no parameter '{parameter}'", name=name, parameter=parameter),
                    place=Place(file=str(path), line=tag.line),
                    hint=gettext("write '@param {parameter} type description' above it", parameter=parameter or "name"),
                )
            translations.setdefault(parameter, {})[tag.word.removeprefix(_TRANSLATED)] = description.strip()
        elif tag.word != "param":
            tags[tag.word] = tag.value
        elif match := _PARAMETER.fullmatch(tag.value):
            declared.append((tag.line, match))
        else:
            raise ProfileError(
                gettext("'@param {text}' is not a parameter", text=tag.value),
                place=Place(file=str(path), line=tag.line),
                hint=gettext("write '@param name type description'"),
            )
    blocks = dict(_values_blocks(text))
    parameters: dict[str, Parameter] = {}
    for number, match in declared:
        span = blocks.get(match["name"])
        if span is None:
            raise ProfileError(
                gettext("the query has no 'VALUES ?{name} {{ … }}' for its parameter", name=match["name"]),
                place=Place(file=str(path), line=number),
            )
        parameters[match["name"]] = Parameter(
            name=match["name"],
            type=match["type"],
            optional=bool(match["optional"]),
            description=match["description"].strip(),
            default=text[slice(*span)].strip(),
            span=span,
            translations=translations.get(match["name"], {}),
        )
    return SavedQuery(name=name, question=header.summary, text=text, parameters=parameters, tags=tags, path=path)


def _values_blocks(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield variable and content span of every `VALUES ?x { … }` with one variable."""
    code = [token for token in tokens(text) if token.kind != "comment"]
    for index, token in enumerate(code[:-3]):
        variable, brace = code[index + 1], code[index + 2]
        if token.text.upper() == "VALUES" and variable.kind == "variable" and brace.text == "{":
            end = next((t for t in code[index + 3 :] if t.text == "}"), None)
            if end is not None:
                yield variable.text[1:], (brace.start + 1, end.start)


def _term(parameter: Parameter, value: str, profile: Profile, id_base: str) -> str:
    """Return a parameter's value as a SPARQL term, or raise QueryError."""

    def refuse(wanted: str, hint: str | None = None) -> QueryError:
        return QueryError(
            gettext("{name}={value}: not {wanted}", name=parameter.name, value=value, wanted=wanted), hint=hint
        )

    kind, _, detail = parameter.type.partition(":")
    match kind:
        case "xsd":
            definition = datatype(XSD + detail)
            if XSD + detail not in DATATYPES or definition.valid(value):
                return f"{_string(value)}^^<{XSD}{detail}>"
            raise refuse(definition.wanted, definition.mend(value))
        case "string":
            return _string(value)
        case "lang":
            from pressgraph.facts.language_tags import good_language

            if good_language(value):
                return _string(value.lower())
            raise refuse(gettext("a language tag"), gettext("such as en or de"))
        case "id":
            iri = Ids(profile, id_base).iri_in_query(value)
            if iri is not None:
                return f"<{iri}>"
            raise refuse(gettext("an id"), gettext("ids look like agent/example-cluster"))
        case "term":
            scheme = profile.schemes.get(detail)
            if scheme is None:
                raise ProfileError(
                    gettext(
                        "the profile has no vocabulary '{scheme}', which parameter {name} wants",
                        scheme=detail,
                        name=parameter.name,
                    )
                )
            if value in scheme.concepts:
                return f"<{scheme.concepts[value].iri}>"
            known_terms = ", ".join(scheme.concepts)
            raise refuse(
                gettext("a term of the vocabulary '{scheme}'", scheme=detail),
                did_you_mean(value, scheme.concepts, otherwise=gettext("known: {words}", words=known_terms)),
            )
    raise ProfileError(
        gettext(
            "parameter {name} of a saved query has an unknown type: {type}", name=parameter.name, type=parameter.type
        )
    )


def _string(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
