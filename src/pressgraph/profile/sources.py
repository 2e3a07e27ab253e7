"""The Turtle files of a profile, read once and parsed once.

They are parsed with pyoxigraph: with rdflib, that would cost every command a third of a second.
"""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import Place, ProfileError
from pressgraph.i18n import gettext
from pressgraph.project import Project, resource_folder
from pressgraph.rdf import OWL, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

# Files of this name prefix are the project's own: their terms never take a short name from a shipped term.
OWN = "project/"


@dataclass(frozen=True, repr=False)
class TurtleFile:
    """A Turtle file of a profile; equal names and contents, equal files.

    It is parsed when its triples or prefixes are first asked for, and no more. Its blank nodes are its own.
    """

    name: str
    content: bytes

    def __repr__(self) -> str:
        """Return a line without the content."""
        return f"<TurtleFile {self.name}>"

    def __reduce__(self) -> tuple[type[TurtleFile], tuple[str, bytes]]:
        """Hand on to another process what was read, not what was parsed."""
        return TurtleFile, (self.name, self.content)

    @property
    def own(self) -> bool:
        """Whether the file is the project's."""
        return self.name.startswith(OWN)

    @property
    def triples(self) -> tuple[ox.Triple, ...]:
        """The triples, in the order of the file.

        Raises ProfileError with the place of a mistake.
        """
        return self._parsed[0]

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes that the file declares.

        Raises ProfileError as `triples` does.
        """
        return self._parsed[1]

    @cached_property
    def _parsed(self) -> tuple[tuple[ox.Triple, ...], Mapping[str, str]]:
        parser = ox.parse(self.content, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        try:
            triples = tuple(quad.triple for quad in parser)
        except SyntaxError as error:
            raise ProfileError(
                gettext("not valid Turtle: {reason}", reason=error.msg),
                place=Place(file=self.name.removeprefix(OWN), line=error.lineno or 0, column=error.offset or 0),
            ) from error
        return triples, parser.prefixes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSources:
    """The Turtle files of a profile, in layers: the shipped profile first."""

    ontology: tuple[TurtleFile, ...]
    shapes: tuple[TurtleFile, ...]
    prefixes: tuple[tuple[str, str], ...] = ()
    cache: Path | None = field(default=None, compare=False)
    """The folder in which what is made of them may be kept."""

    @property
    def digest(self) -> str:
        """Identify the sources: equal digests, equal profiles."""
        digest = hashlib.sha256()
        for kind, files in (("ontology", self.ontology), ("shapes", self.shapes)):
            for file in files:
                digest.update(f"{kind}\0{file.name}\0{len(file.content)}\0".encode())
                digest.update(file.content)
        for prefix, iri in self.prefixes:
            digest.update(f"prefix\0{prefix}\0{iri}\0".encode())
        return digest.hexdigest()


def profile_sources(project: Project) -> ProfileSources:
    """Read the Turtle files of a project's profile."""
    shipped: dict[str, Path] = {kind: resource_folder(kind) for kind in ("ontology", "shapes")}
    files: dict[str, tuple[TurtleFile, ...]] = {}
    for kind, own in (("ontology", project.ontology), ("shapes", project.shapes)):
        read: dict[str, TurtleFile] = {}
        if not project.replace_profile:
            read.update({file.name: file for file in _read_turtle(shipped[kind])})
        for path in own:
            # The repository is a project too: its own folders are the shipped ones.
            if path.resolve() != shipped[kind].resolve():
                read.update({file.name: file for file in _read_turtle(path, prefix=OWN)})
        files[kind] = tuple(read.values())
    if project.replace_profile:
        files["ontology"] = (
            *_imported([*files["ontology"], *files["shapes"]], shipped["ontology"]),
            *files["ontology"],
        )
    if not files["shapes"]:
        raise ProfileError(
            gettext("the profile has no shapes"),
            hint=gettext("add shapes/*.ttl, or leave out 'replace = true' in [profile]"),
        )
    return ProfileSources(
        ontology=files["ontology"],
        shapes=files["shapes"],
        prefixes=tuple(sorted(project.prefixes.items())),
        cache=project.cache,
    )


@lru_cache(maxsize=1)
def consumer_shapes() -> tuple[TurtleFile, ...]:
    """Return the shipped shapes of consumers such as search engines, which are no part of the profile."""
    folder = resource_folder("shapes") / "consumers"
    return tuple(TurtleFile(f"consumers/{path.name}", _bytes(path)) for path in sorted(folder.glob("*.ttl")))


def _imported(own: Iterable[TurtleFile], folder: Path) -> list[TurtleFile]:
    """Return the shipped ontologies and vocabularies that files import, and those that these import."""
    imports = ox.NamedNode(f"{OWL}imports")
    kinds = {ox.NamedNode(f"{OWL}Ontology"), ox.NamedNode(f"{SKOS}ConceptScheme")}
    wanted = _objects(own, imports)
    if not wanted:
        return []
    shipped = list(_read_turtle(folder))
    imported: list[TurtleFile] = []
    while True:
        more = [
            file
            for file in shipped
            if file not in imported
            and any(
                triple.object in kinds and document_of(str(getattr(triple.subject, "value", ""))) in wanted
                for triple in _triples(file)
            )
        ]
        if not more:
            return imported
        imported += more
        wanted |= _objects(more, imports)


def _objects(files: Iterable[TurtleFile], predicate: ox.NamedNode) -> set[str]:
    return {
        document_of(triple.object.value)
        for file in files
        for triple in _triples(file)
        if triple.predicate == predicate and isinstance(triple.object, ox.NamedNode)
    }


def _triples(file: TurtleFile) -> tuple[ox.Triple, ...]:
    try:
        return file.triples
    except ProfileError:
        # whoever compiles the file says where
        return ()


def _read_turtle(path: Path, *, prefix: str = "") -> Iterator[TurtleFile]:
    if path.is_file():
        yield TurtleFile(prefix + path.name, _bytes(path))
        return
    for file in sorted(path.rglob("*.ttl")):
        # shapes/consumers/ holds what search engines ask of pages, not what facts may say.
        if "consumers" not in file.relative_to(path).parts:
            yield TurtleFile(f"{prefix}{path.name}/{file.relative_to(path).as_posix()}", _bytes(file))


def _bytes(path: Path) -> bytes:
    """Return Turtle without a byte order mark, as the parser wants it; editors write one, some of them UTF-16."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProfileError(
            gettext("it cannot be read: {reason}", reason=error.strerror or error), place=Place(file=str(path))
        ) from error
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace").encode()
    return content.removeprefix(codecs.BOM_UTF8)


def document_of(iri: str) -> str:
    """Return the IRI of the document that an ontology's or a namespace's IRI means: without the sign at its end."""
    return iri.removesuffix("#").removesuffix("/")
