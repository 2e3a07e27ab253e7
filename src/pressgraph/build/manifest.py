"""What a build writes down of itself, for the next one to go on from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import msgspec

from pressgraph.derive import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pressgraph.dataset import Snapshot
    from pressgraph.profile import Profile
    from pressgraph.project import Project

# Raise it when the same facts and profile give other quads than before: every project then builds anew.
_QUADS_VERSION = 4


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What all facts are converted by: where it differs, nothing of a build can be used."""

    quads: int
    """The version of the conversion."""
    profile: str
    """The digest of the profile."""
    base: str
    rules: str
    """The digest of all that derives."""
    withhold: tuple[str, ...]
    """The names that are withheld: what follows from facts about them stands apart."""

    @classmethod
    def of(cls, project: Project, profile: Profile) -> Self:
        """Return what a project's facts are converted by now."""
        return cls(
            quads=_QUADS_VERSION,
            profile=profile.digest,
            base=project.id_base,
            rules=load_rules(project, profile).digest,
            withhold=tuple(sorted(project.withheld_iris)),
        )


class FileEntry(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A facts file as it was converted."""

    facts: int
    sources: list[str]
    """The names of the sources whose facts it has, as graphs have them."""
    sha256: str = ""
    """Its fingerprint, and the one of what its evidence is checked against."""
    text: str | None = None
    """The text that its evidence is checked against: a path, from the file's folder."""
    text_sha256: str | None = None
    allow: list[Any] = msgspec.field(default_factory=list)
    """What its facts are allowed to break; see `pressgraph.validation.suppressions`."""
    warnings: list[Any] = msgspec.field(default_factory=list)
    """What the facts rules warn of in it; see `pressgraph.validation.incremental.state`."""


class BuildManifest(msgspec.Struct, frozen=True, kw_only=True):
    """A build: by what it was made, and from which files."""

    basis: Basis
    facts: int
    triples: int
    files: dict[str, FileEntry]

    @classmethod
    def of(cls, snapshot: Snapshot) -> BuildManifest | None:
        """Read the manifest of a built snapshot; None where another version of the program wrote another one.

        Raises StoreError where it is not as it was written.
        """
        return snapshot.manifest_as(cls)


def owners(files: Mapping[str, FileEntry]) -> dict[str, str]:
    """Return the file of each source."""
    return {source: name for name, entry in files.items() for source in entry.sources}


def count_sources(files: Iterable[FileEntry]) -> int:
    """Count the sources of files."""
    return sum(len(entry.sources) for entry in files)
