"""What a page says already, and how our data goes along with it.

Search engines take every node of every block of a page together. A second Organization of the same name is what they
and people complain about most, so that by default ours refers to the page's own by its id.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pressgraph.dataset.schema_org import schema_org
from pressgraph.embed.addresses import resolve
from pressgraph.embed.blocks import read_blocks
from pressgraph.i18n import gettext
from pressgraph.rdf import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.embed.page import Page
    from pressgraph.profile import Profile

_SCHEMA = re.compile(r"(?:https?://(?:www\.)?schema\.org/|schema:)")
_NAMES = ("name", "legalName", "alternateName")
_ADDRESSES = ("url", "sameAs")


class OnConflict(enum.Enum):
    """What to do with a page that already carries structured data."""

    LINK = "link"
    """Refer to its Organization and WebSite by their ids."""
    WARN = "warn"
    """Write our data as it is, and say so."""
    SKIP = "skip"
    """Leave the page alone."""
    FAIL = "fail"
    """Leave the page alone, and fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingNode:
    """A node of somebody else's block."""

    types: frozenset[str]
    iri: str | None
    names: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    def is_same(self, node: Mapping[str, Any]) -> bool:
        """Tell whether a node of ours is about the same thing: by id, address or name."""
        if self.iri is not None and node.get("@id") == self.iri:
            return True
        addresses = {_address(it) for key in _ADDRESSES for it in _texts(node.get(key))}
        names = {_name(it) for key in _NAMES for it in _texts(node.get(key))}
        return bool(self.addresses & addresses or self.names & names)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingMarkup:
    """The structured data that a page carries besides ours."""

    blocks: int = 0
    items: int = 0
    """How many microdata items of schema.org there are outside others."""
    organizations: tuple[ExistingNode, ...] = ()
    websites: tuple[ExistingNode, ...] = ()
    pages: tuple[ExistingNode, ...] = ()
    types: frozenset[str] = frozenset()
    notes: tuple[str, ...] = field(default=())

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.blocks or self.items)


def existing_markup(page: Page, profile: Profile | None = None, *, base: str | None = None) -> ExistingMarkup:
    """Read what a page carries besides our own block; relative ids are resolved against `base` where it is known."""
    text = page.tree.text
    has_items = "itemscope" in text or "ITEMSCOPE" in text.upper()
    if not page.tree.blocks and not has_items:
        return ExistingMarkup()
    nodes: list[ExistingNode] = []
    notes: list[str] = []
    blocks = read_blocks(page, own=False)
    for block in blocks:
        notes.extend(
            gettext("line {line}: {reason}", line=it.line, reason=it.reason) for it in block.problems if it.fatal
        )
        nodes.extend(_existing(node, base) for node in block.nodes())
    items = list(_microdata(page)) if has_items else []
    nodes.extend(items)
    organizations = schema_org().below("Organization") | _below("Organization", profile)
    return ExistingMarkup(
        blocks=len(blocks),
        items=len(items),
        organizations=tuple(it for it in nodes if it.types & organizations),
        websites=tuple(it for it in nodes if "WebSite" in it.types and it.iri is not None),
        pages=tuple(it for it in nodes if it.iri is not None and any(one.endswith("Page") for one in it.types)),
        types=frozenset(one for it in nodes for one in it.types),
        notes=tuple(notes),
    )


def join(data: dict[str, Any], existing: ExistingMarkup, profile: Profile | None = None) -> dict[str, Any]:
    """Return page data that refers to the page's own Organization, WebSite and WebPage instead of describing them.

    Of an Organization that the page describes, ours keeps what the page does not say, under the page's id and without
    a type: it is a further statement about the page's node, not a second one.
    """
    organizations = schema_org().below("Organization") | _below("Organization", profile)
    merged: dict[str, ExistingNode] = {}

    def same(node: Mapping[str, Any]) -> ExistingNode | None:
        same_node = merged.get(str(node.get("@id")))
        if same_node is not None or not _types(node) & organizations:
            return same_node
        # a node with an id can be referred to, so it is the better one of two
        matches = [it for it in existing.organizations if it.is_same(node)]
        return next((it for it in matches if it.iri is not None), matches[0] if matches else None)

    def change(value: Any, *, root: bool = False) -> Any:
        if isinstance(value, list):
            return [change(item) for item in value]
        if not isinstance(value, dict):
            return value
        other = same(value)
        if other is None:
            return {key: item if key == "@context" else change(item) for key, item in value.items()}
        name = other.iri or value.get("@id")
        taken = other.words | {"@context", "@id", "@type", *(("name",) if other.names else ())}
        rest = {key: change(item) for key, item in value.items() if key not in taken}
        context = {"@context": value["@context"]} if root else {}
        return {**context, **({"@id": name} if name is not None else {}), **rest}

    for node in _walk(data):
        other = same(node)
        if other is not None and isinstance(node.get("@id"), str):
            merged[node["@id"]] = other
    joined: dict[str, Any] = change(data, root=True)
    if "inLanguage" in joined:  # the root is a work
        if existing.websites and "isPartOf" not in joined:
            joined["isPartOf"] = {"@id": existing.websites[0].iri}
        if existing.pages:
            joined["mainEntityOfPage"] = {"@id": existing.pages[0].iri}
    return joined


def _existing(node: Mapping[str, Any], base: str | None) -> ExistingNode:
    iri = node.get("@id", node.get("id"))
    if isinstance(iri, str) and base is not None:
        iri = resolve(iri, base)
    return ExistingNode(
        types=frozenset(_types(node)),
        # a blank node's label or a relative id means nothing in our block
        iri=iri if isinstance(iri, str) and re.match(r"https?://|urn:", iri) else None,
        names=frozenset(_name(it) for key in _NAMES for it in _texts(node.get(key))) - {""},
        addresses=frozenset(_address(it) for key in _ADDRESSES for it in _texts(node.get(key))) - {""},
        words=frozenset(node) - {"@id", "@type", "id", "type", "@context"},
    )


def _microdata(page: Page) -> Iterator[ExistingNode]:
    stack = list(reversed(page.document.microdata()))
    while stack:
        item = stack.pop()
        properties = item.properties
        stack.extend(it for values in properties.values() for it in values if not isinstance(it, str))
        types = frozenset(_SCHEMA.sub("", one) for one in (item.type or "").split() if _SCHEMA.match(one))
        if types:
            texts = {name: [it for it in values if isinstance(it, str)] for name, values in properties.items()}
            yield ExistingNode(
                types=types,
                iri=item.id if item.id is not None and "://" in item.id else None,
                names=frozenset(_name(it) for key in _NAMES for it in texts.get(key, ())) - {""},
                addresses=frozenset(_address(it) for key in _ADDRESSES for it in texts.get(key, ())) - {""},
                words=frozenset(properties),
            )


def _below(name: str, profile: Profile | None) -> frozenset[str]:
    if profile is None:
        return frozenset()
    iri = SCHEMA + name
    return frozenset(
        one.removeprefix(SCHEMA)
        for one, term in profile.class_of.items()
        if one.startswith(SCHEMA) and (one == iri or iri in term.superclasses)
    )


def _types(node: Mapping[str, Any]) -> set[str]:
    return {_SCHEMA.sub("", it) for it in _texts(node.get("@type", node.get("type")))}


def _texts(value: Any) -> Iterable[str]:
    for item in value if isinstance(value, list) else (value,):
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            text = item.get("@value", item.get("@id"))
            if isinstance(text, str):
                yield text


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item)
    elif isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _walk(item)


def _name(text: str) -> str:
    return " ".join(text.casefold().replace(".", ". ").split()).replace(". ", ".")


def _address(text: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|/+$", "", text.strip().lower())
