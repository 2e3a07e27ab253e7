"""Read JSON-LD 1.1 as quads, and lose no more of it than what is wrong.

Each document is expanded by itself, and all together become quads, so that blank nodes of one name are one node
(JSON-LD 1.1, 7.2). What a processor has to refuse (a number for an id) costs its key or node, what it has to drop (an
IRI that is none, a language tag that is none) its statement, and both are said with their place in the text. Nothing
is fetched: schema.org's context and the project's own are at hand.
"""

from __future__ import annotations

import html
import json
import re
import warnings
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pyoxigraph as ox

from pressgraph.dataset.json_ld_quads import PROCESSOR_RAISES, ExpandedQuads, literal
from pressgraph.dataset.json_text import Strings, first_half_pair, first_infinite, size
from pressgraph.dataset.schema_org import schema_org
from pressgraph.i18n import gettext
from pressgraph.profile import json_ld_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pressgraph.profile import Profile

_SCHEMA_CONTEXT = re.compile(
    r"https?://(?:www\.)?schema\.org(?::443|:80)?(?:/docs/jsonldcontext\.json(?:ld)?|/version/latest/\S*)?/?#?",
    re.IGNORECASE,
)
# What people write who mean it; in JSON-LD it is an address below the page's own.
_MEANT_SCHEMA = ("schema.org", "schema.org/", "www.schema.org", "www.schema.org/")
_OWN_CONTEXT = re.compile(r"https?://w3id\.org/pressgraph/(?:cluster/)?context(?:\.jsonld)?")

_MOST_SAID = 100
"""How many findings of a document are said one by one."""
_EFFORT = 10
"""How many times a document's size may be tried again to find out what is wrong in it."""
_TRY = 20
"""What it costs to try anything, in values."""
_MOST_IMPORTS = 100
"""How many different contexts of a document may import one that is at hand, each of which is made a copy of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A JSON document: what it says, and its text, where places count."""

    data: Any
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to say of a document: at which offset of its text, and what.

    `fatal` is what JSON-LD calls an error; what it has a processor drop is none. `lost` is whether anything was.
    """

    document: int
    offset: int
    reason: str
    fatal: bool
    lost: bool = True


def read_json_ld(
    documents: Sequence[Document], base: str, profile: Profile | None = None
) -> tuple[set[ox.Quad], list[Finding]]:
    """Return the quads that documents say together, and what could not be read; relative ids count from `base`."""
    expanded: list[list[Any]] = []
    findings: list[Finding] = []
    for number, document in enumerate(documents):
        reader = _Reader(number, document, base, profile)
        expanded.append(reader.expanded())
        findings.extend(reader.findings())
    return set(ExpandedQuads().quads(it for one in expanded for it in one)), findings


@dataclass(eq=False)
class _Reader:
    """Read one document."""

    number: int
    document: Document
    base: str
    profile: Profile | None
    said: dict[tuple[str, str | float | None], list[Any]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    merged: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Contexts with what they import, by how they are written."""
    effort: int = 0

    def expanded(self) -> list[Any]:
        """Return the document in expanded form, without what cannot become RDF."""
        data = self.document.data
        try:
            effort = _EFFORT * size(data) + 100 * _TRY
            data = self._with_imports(data)
            self._warn_of_no_context(data)
            with warnings.catch_warnings():
                # of terms that look like keywords
                warnings.simplefilter("ignore")
                try:
                    expanded = self._expand(data, say=True)
                except _ExpansionError:
                    self.effort = effort
                    mended = self._without_mistakes(data, lambda value: value, "")
                    expanded = [] if mended is _NOTHING else self._expand(mended, say=True)
            return [it for it in (self._sayable(one) for one in expanded) if it is not _NOTHING]
        except _ExpansionError as error:
            self.say(error.reason, None, fatal=True)
        except RecursionError:
            self.say(gettext("it is nested too deep"), None, fatal=True)
        return []

    def say(self, reason: str, written: str | float | None, *, fatal: bool, lost: bool = True) -> None:
        """Note a finding about a text of the document, written so or leading to it."""
        entry = self.said.setdefault((reason, written), [fatal, lost, 0])
        entry[2] += 1

    def findings(self) -> Iterator[Finding]:
        """Yield what was said, the same about the same once."""
        strings = Strings(self.document.text, self.base)
        for (reason, written), (fatal, lost, count) in list(self.said.items())[:_MOST_SAID]:
            offset = strings.find(written) if written is not None else 0
            yield Finding(document=self.number, offset=offset, reason=_times(reason, count), fatal=fatal, lost=lost)
        more = len(self.said) - _MOST_SAID
        if more > 0:
            fatal = any(it[0] for it in list(self.said.values())[_MOST_SAID:])
            yield Finding(
                document=self.number,
                offset=0,
                reason=gettext("and {count:,} more that is wrong", count=more),
                fatal=fatal,
            )

    # -- expansion

    def _expand(self, data: Any, *, say: bool = False) -> list[Any]:
        from pyld import jsonld

        def dropped(word: str | None) -> None:
            # a word that no context knows means nothing; one that became what looks like an IRI was meant as one
            if say and word is not None and ":" in word:
                self._look_at_iri(word)

        options = {"base": self.base, "documentLoader": self._load}
        try:
            expanded: list[Any] = jsonld.expand(data, options, on_property_dropped=dropped)
        except jsonld.JsonLdError as error:
            if self.unknown:
                url = self.unknown.pop()
                raise _ExpansionError(
                    gettext("its context {url} is not at hand, and nothing is fetched", url=url)
                ) from error
            raise _ExpansionError(gettext("not JSON-LD 1.1: {reason}", reason=_code(error))) from error
        except RecursionError as error:
            raise _ExpansionError(gettext("it is nested too deep")) from error
        except PROCESSOR_RAISES as error:
            # PyLD's own words would be Python's
            raise _ExpansionError(
                gettext("not JSON-LD 1.1: a context or a value has a form that none may have")
            ) from error
        return expanded

    def _load(self, url: str, _options: Any) -> dict[str, Any]:
        from pyld import jsonld

        context = self._context(url)
        if context is None:
            self.unknown.append(url)
            raise jsonld.JsonLdError(f"not known: {url}", "pressgraph", code="loading remote context failed")
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": context}}

    def _context(self, url: str) -> dict[str, Any] | None:
        """Return the context of an address if it is at hand."""
        name = next((it for it in _MEANT_SCHEMA if url == urljoin(self.base, it)), None)
        if name is not None:
            said = gettext("its context '{name}' is read as https://schema.org", name=name)
            self.said.setdefault((said, name), [False, False, 1])
            url = "https://schema.org"
        return _context(url, self.profile)

    def _with_imports(self, value: Any) -> Any:
        """Return a document whose contexts hold what they import (JSON-LD 1.1, 4.1.10), if that is at hand.

        The processor would keep what it makes of an import as if it were what is imported, for all that comes later.
        """
        if isinstance(value, list):
            return [self._with_imports(it) for it in value]
        if not isinstance(value, dict) or "@value" in value:
            return value
        whole = {key: self._with_imports(it) for key, it in value.items()}
        if "@context" in whole:
            contexts = whole["@context"]
            whole["@context"] = (
                [self._with_import(it) for it in contexts]
                if isinstance(contexts, list)
                else self._with_import(contexts)
            )
        return whole

    def _with_import(self, context: Any) -> Any:
        if not isinstance(context, dict) or not isinstance(context.get("@import"), str):
            return context
        written = json.dumps(context)
        if written not in self.merged:
            try:
                imported = self._context(urljoin(self.base, context["@import"]))
            except ValueError:  # no address; the processor says so
                imported = None
            if imported is None:
                return context
            if len(self.merged) == _MOST_IMPORTS:
                raise _ExpansionError(gettext("more than {count} contexts import others", count=_MOST_IMPORTS))
            own = {key: it for key, it in context.items() if key != "@import"}
            self.merged[written] = {**imported, **own}
        return self.merged[written]

    def _warn_of_no_context(self, data: Any) -> None:
        """Say of nodes without a context that their words mean nothing."""
        stack = [data]
        while stack:
            value = stack.pop()
            if isinstance(value, list):
                stack.extend(value)
            elif isinstance(value, dict) and "@context" not in value:
                lost = [key for key in value if ":" not in key and not key.startswith("@")]
                if lost:
                    reason = gettext(
                        'it states no context, so its words mean nothing; add "@context": "https://schema.org"'
                    )
                    self.said.setdefault((reason, lost[0]), [True, True, 1])
                if isinstance(value.get("@graph"), list | dict):
                    stack.append(value["@graph"])

    def _without_mistakes(self, value: Any, around: Callable[[Any], Any], word: str) -> Any:
        """Return a value without what expansion refuses in it; `around` puts what is left into its document.

        What is refused is halved (a list) or looked at key by key (a node), until it is one thing.
        """
        refused = self._refused(around(value), value)
        if refused is None:
            return value
        if isinstance(value, list) and len(value) > 1:
            half = len(value) // 2
            parts = [self._without_mistakes(it, around, word) for it in (value[:half], value[half:])]
            items = [item for part in parts if part is not _NOTHING for item in part]
        elif isinstance(value, list) and value:
            inner = self._without_mistakes(value[0], lambda it: around([it]), word)
            items = [] if inner is _NOTHING else [inner]
        elif isinstance(value, dict) and "@value" not in value:
            return self._node_without_mistakes(value, around, word)
        else:
            self._say_refused(refused, value, word)
            return _NOTHING
        # an empty list would say that there is nothing
        return items or _NOTHING

    def _node_without_mistakes(self, node: dict[str, Any], around: Callable[[Any], Any], word: str) -> Any:
        right: dict[str, Any] = {}
        # what the others depend on comes first; a node whose context cannot be read says nothing
        for key in sorted(node, key=lambda it: (it != "@context", it not in {"@type", "type"})):
            if key == "@context":
                refused = self._refused(around({key: node[key]}), node[key])
                if refused is not None:
                    self._say_refused(refused, node[key], key)
                    return _NOTHING
                right[key] = node[key]
                continue
            needed: dict[str, Any] = {name: right[name] for name in ("@context", "@type", "type") if name in right}
            inner = self._without_mistakes(node[key], partial(_inside, around, needed, key), key)
            if inner is not _NOTHING:
                right[key] = inner
        refused = self._refused(around(right), right)
        if refused is None:
            return {key: right[key] for key in node if key in right}
        self._say_refused(refused, node, word)
        return _NOTHING

    def _refused(self, data: Any, tried: Any) -> str | None:
        """Return why a document is refused, or None; when the effort is spent, all that is left is."""
        self.effort -= size(tried) + _TRY
        if self.effort < 0:
            return gettext("not JSON-LD 1.1: too much of it is wrong")
        try:
            self._expand(data)
        except _ExpansionError as error:
            return error.reason
        return None

    def _say_refused(self, reason: str, value: Any, word: str) -> None:
        written = value if isinstance(value, str) else word or None
        if word and not word.startswith("@context"):
            reason = gettext("{reason}; '{word}' is left out", reason=reason, word=word)
        self.say(reason, written, fatal=True)

    # -- what expanded form says and RDF cannot

    def _sayable(self, value: Any) -> Any:
        """Return an expanded value without the values that no RDF term can be; say what will be dropped."""
        if isinstance(value, list):
            return [it for it in map(self._sayable, value) if it is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if "@value" in value:
            return self._sayable_value(value)
        # what looks like a keyword and is none names nothing: the processor makes null of it
        if "@id" in value and value["@id"] is None:
            value = {key: item for key, item in value.items() if key != "@id"}
            if not value:
                return _NOTHING
        if isinstance(value.get("@type"), list) and None in value["@type"]:
            value = {**value, "@type": [it for it in value["@type"] if it is not None]}
        for iri in (value.get("@id"), *_texts(value.get("@type"))):
            self._look_at_iri(iri)
        writable: dict[str, Any] = {}
        for key, item in value.items():
            if not key.startswith("@"):
                self._look_at_iri(key)
            writable[key] = item if key in {"@id", "@type", "@index"} else self._sayable(item)
        return writable

    def _sayable_value(self, value: dict[str, Any]) -> Any:
        content, language, kind = value["@value"], value.get("@language"), value.get("@type")
        if not _is_text(content):
            self.say(
                gettext("half of a surrogate pair is no character; the text is left out"),
                first_half_pair(content),
                fatal=False,
            )
            return _NOTHING
        if isinstance(content, str) and "&" in content and html.unescape(content) != content:
            # the specification keeps them; systems that write pages do not mean them
            entities = gettext(
                "'{text}' holds HTML entities, which mean nothing in JSON; they stay as they are", text=_shown(content)
            )
            self.say(entities, content, fatal=False, lost=False)
        if (infinite := first_infinite(content)) is not None:
            self.say(gettext("the number is larger than xsd:double can be; it is left out"), infinite, fatal=False)
            return _NOTHING
        if isinstance(language, str) and literal("", language) is None:
            self.say(
                gettext("'{tag}' is not a language tag; its text is left out", tag=language), language, fatal=False
            )
            return _NOTHING
        if isinstance(kind, str) and kind != "@json" and (reason := _why_no_iri(kind)) is not None:
            self.say(
                gettext(
                    "'{iri}' is not an IRI ({reason}); the value of that datatype is left out",
                    iri=_shown(kind),
                    reason=reason,
                ),
                kind,
                fatal=False,
            )
            return _NOTHING
        return value

    def _look_at_iri(self, iri: Any) -> None:
        if not isinstance(iri, str) or iri.startswith("_:") or (reason := _why_no_iri(iri)) is None:
            return
        self.say(
            gettext("'{iri}' is not an IRI ({reason}); what it says is left out", iri=_shown(iri), reason=reason),
            iri,
            fatal=False,
        )


class _ExpansionError(Exception):
    """JSON that is no JSON-LD."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_NOTHING: Any = object()


def _inside(around: Callable[[Any], Any], needed: dict[str, Any], key: str, value: Any) -> Any:
    return around({**needed, key: value})


def _context(url: str, profile: Profile | None) -> dict[str, Any] | None:
    if _SCHEMA_CONTEXT.fullmatch(url):
        return dict(schema_org().context)
    if profile is not None and _OWN_CONTEXT.fullmatch(url):
        return json_ld_context(profile)
    return None


def _code(error: Any) -> str:
    while getattr(error, "cause", None) is not None:
        error = error.cause
    return str(getattr(error, "code", None) or error.args[0])


def _texts(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else (value,):
        if isinstance(item, str):
            yield item


def _times(reason: str, count: int) -> str:
    return gettext("{reason} ({count} times)", reason=reason, count=count) if count > 1 else reason


def _why_no_iri(text: str) -> str | None:
    try:
        ox.NamedNode(text)
    except ValueError as error:
        reason = (
            gettext("it is relative, and there is nothing to resolve it against") if ":" not in text else str(error)
        )
        return reason[:1].lower() + reason[1:] if not reason.startswith("IRI") else reason
    return None


def _is_text(value: Any) -> bool:
    return first_half_pair(value) is None


def _shown(text: str) -> str:
    most = 120
    short = text if len(text) <= most else f"{text[:most]}…"
    return "".join(it if it.isprintable() else f"\\u{ord(it):04x}" for it in short)
