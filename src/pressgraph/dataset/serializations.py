"""The RDF serializations that pressgraph writes: names, media types, suffixes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyoxigraph as ox


@dataclass(frozen=True, slots=True, kw_only=True)
class Serialization:
    """An RDF serialization; `named_graphs` where it keeps them."""

    name: str
    media_type: str
    suffix: str
    ox_name: str
    named_graphs: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def keeps_graphs(self) -> bool:
        """Whether pressgraph writes named graphs in it; JSON-LD can, and does where receipts need it."""
        return self.named_graphs or self.name == "jsonld"

    @property
    def ox_format(self) -> ox.RdfFormat:
        """The same as pyoxigraph calls it."""
        import pyoxigraph as ox

        form: ox.RdfFormat = getattr(ox.RdfFormat, self.ox_name)
        return form


SERIALIZATIONS = (
    Serialization(name="turtle", media_type="text/turtle", suffix=".ttl", ox_name="TURTLE", aliases=("ttl",)),
    Serialization(
        name="jsonld", media_type="application/ld+json", suffix=".jsonld", ox_name="JSON_LD", aliases=("json-ld", "json")
    ),
    Serialization(
        name="ntriples", media_type="application/n-triples", suffix=".nt", ox_name="N_TRIPLES", aliases=("nt", "n-triples")
    ),
    Serialization(
        name="nquads",
        media_type="application/n-quads",
        suffix=".nq",
        ox_name="N_QUADS",
        named_graphs=True,
        aliases=("nq", "n-quads"),
    ),
    Serialization(name="trig", media_type="application/trig", suffix=".trig", ox_name="TRIG", named_graphs=True),
    Serialization(
        name="rdfxml", media_type="application/rdf+xml", suffix=".rdf", ox_name="RDF_XML", aliases=("xml", "rdf/xml", "rdf")
    ),
)  # fmt: skip


def parsed(
    content: bytes, form: ox.RdfFormat, *, base_iri: str | None = None, rename_blank_nodes: bool = False
) -> Iterator[ox.Quad]:
    """Yield the quads of a whole document, as `pyoxigraph.parse` does, and ask for its end.

    Raises SyntaxError, also where RDF/XML breaks off between two elements, which that parser reads as if it were whole.
    """
    import pyoxigraph as ox

    yield from ox.parse(content, format=form, base_iri=base_iri, rename_blank_nodes=rename_blank_nodes)
    if form == ox.RdfFormat.RDF_XML:
        from xml.parsers import expat

        try:
            expat.ParserCreate().Parse(content, True)
        except expat.ExpatError as error:
            if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
                where = (None, error.lineno, error.offset + 1, None)
                raise SyntaxError("the document breaks off: its last element has no end", where) from None


_BY_NAME = {name: it for it in SERIALIZATIONS for name in (it.name, *it.aliases, it.media_type)}
_BY_SUFFIX = {it.suffix: it for it in SERIALIZATIONS} | {
    ".json": _BY_NAME["jsonld"],
    ".xml": _BY_NAME["rdfxml"],
}


def serialization(name: str | None, *, path: str | PurePath | None = None, default: str = "turtle") -> Serialization:
    """Return the serialization of a name, else of a file's suffix, else the default.

    Raises PressgraphError for a name that is none.
    """
    if name is not None:
        syntax = _BY_NAME.get(name.lower())
        if syntax is None:
            names = ", ".join(it.name for it in SERIALIZATIONS)
            hint = did_you_mean(name, _BY_NAME, otherwise=gettext("known: {words}", words=names))
            raise PressgraphError(gettext("'{name}' is not a format", name=name), hint=hint)
        return syntax
    if path is not None:
        by_suffix = _BY_SUFFIX.get(PurePath(path).suffix.lower())
        if by_suffix is not None:
            return by_suffix
    return _BY_NAME[default]
