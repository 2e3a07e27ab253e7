"""Look for the words of quotations in the text of their source: what is quoted verbatim stands there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from pressgraph.facts.model import LanguageMap, is_node
from pressgraph.facts.rules import problem
from pressgraph.languages import primary
from pressgraph.rdf import CLU, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressgraph.errors import Problem
    from pressgraph.facts.model import Body, Fact, Path
    from pressgraph.profile import Profile

_LEFT_OUT = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.")
_NOT_OF_WORDS = re.compile(r"[\W_]+")
# what stands in quotation marks, in the ways of English, German, French and typewriters
_QUOTED = re.compile('„([^„“”]*)[“”]|“([^“”]*)”|»([^»«]*)«|«([^«»]*)»|"([^"]*)"')


def quotation_problems(
    facts: Sequence[Fact], text: str, file: str | None, profile: Profile, *, language: str | None
) -> Iterator[Problem]:
    """Yield a problem for each wording of a quotation that is not in the text of its source, which `file` holds.

    Words are compared, not their case or the marks between them. The words between `[…]` stand in their order, and a
    quotation may be interrupted by who tells it. A wording in another language than the source's is a translation, and
    one with another `rendering` than verbatim is not looked for.
    """
    wording, rendering = profile.key_of.get(f"{SCHEMA}text"), profile.key_of.get(f"{CLU}rendering")
    quotation = profile.class_of.get(f"{CLU}QuotedStatement")
    if wording is None or rendering is None or quotation is None:
        return
    bodies = [(fact, path, body) for fact in facts for path, body in _nodes(fact.body)]
    quotations = {body["id"] for _, _, body in bodies if "id" in body and quotation.name in body.get("type", ())}
    renderings = {body["id"]: body[rendering.name] for _, _, body in bodies if "id" in body and rendering.name in body}
    looked_in: tuple[str, str] | None = None
    for fact, path, body in bodies:
        if wording.name not in body or not (body.get("id") in quotations or quotation.name in body.get("type", ())):
            continue
        said = body.get(rendering.name) or renderings.get(body.get("id", ""))
        if said not in (None, ["verbatim"]):
            continue
        for step, tag, words in _texts(body[wording.name]):
            if said is None and tag is not None and primary(tag) != primary(language or ""):
                continue
            looked_in = looked_in or _as_said(text)
            if not any(_stands_in(words, it) for it in looked_in):
                at = (*path, wording.name)
                place = fact.places.get((*at, *step)) or fact.places.get(at, fact.place)
                yield problem("quotation-not-in-text", place, file=file)


def is_said(words: str, text: str) -> bool:
    """Tell whether words stand in a text, as a quotation's do: see `quotation_problems`."""
    return any(_stands_in(words, it) for it in _as_said(text))


def _as_said(text: str) -> tuple[str, str]:
    return _words(text), _words(_quoted(text))


def _nodes(body: Body) -> Iterator[tuple[Path, Body]]:
    """Yield a body and the nodes in it, each with its path."""
    todo: list[tuple[Path, Body]] = [((), body)]
    while todo:
        at, node = todo.pop()
        yield at, node
        for key, values in node.items():
            if isinstance(values, list):
                todo += [((*at, key, index), it) for index, it in enumerate(values) if is_node(it)]


def _texts(values: list[Any]) -> Iterator[tuple[Path, str | None, str]]:
    """Yield the texts of a key, each with its steps and its language."""
    for index, value in enumerate(values):
        if isinstance(value, str):
            yield (index,), None, value
        elif isinstance(value, LanguageMap):
            for tag, texts in value.items():
                for number, words in enumerate(texts):
                    yield (index, tag, number), tag, words


def _words(text: str) -> str:
    return _NOT_OF_WORDS.sub("", normalize("NFC", text)).casefold()


def _quoted(text: str) -> str:
    return " ".join(part for match in _QUOTED.finditer(text) for part in match.groups() if part)


def _stands_in(words: str, text: str) -> bool:
    at = 0
    for part in _LEFT_OUT.split(words):
        wanted = _words(part)
        found = text.find(wanted, at)
        if found < 0:
            return False
        at = found + len(wanted)
    return True
