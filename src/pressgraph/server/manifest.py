"""What a snapshot of the served dataset says of itself, as one type: it is read here, and written whole.

A manifest of an earlier version of the program lacks what that version did not know, which has defaults here. One of a
later version is refused: whoever wrote without what it knows would lose what was written over HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import msgspec

from pressgraph.dataset.failures import damaged
from pressgraph.errors import StoreError
from pressgraph.i18n import gettext
from pressgraph.project.typed_json import typed

if TYPE_CHECKING:
    from pressgraph.dataset import Snapshot

# Raise it when a program that reads the fields below could lose what is kept elsewhere.
_VERSION = 1


class GraphRevisions(msgspec.Struct, frozen=True, kw_only=True):
    """The revisions of named graphs (`pressgraph.server.revisions`): of some by name, and of all others."""

    others: str
    graphs: dict[str, str]


class ServedManifest(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot of the served dataset: what it was made from, by which rules, and what was written to it."""

    version: int = _VERSION
    id: str = ""
    """The revision of the dataset as a whole."""
    revisions: GraphRevisions | None = None
    """None: all graphs have the revision of the dataset."""
    built: str | None = None
    """The build that it was made from; see `pressgraph.server.workers.publish.Built`."""
    rules: dict[str, Any] | None = None
    """What it was published by, as `Rules.to_json` says it: compared as a whole, with all that it says."""
    gone: tuple[str, ...] = ()
    """The ids that were served once and are not any more."""
    gone_on: dict[str, str] = {}
    """The day on which an id was withdrawn, as YYYY-MM-DD; an earlier version did not note it."""
    written: bool = False
    """Whether anything was written to it over HTTP."""
    made: str = ""
    """What names the write that made it."""
    altered: int | None = None
    """When a build had last looked, in nanoseconds, as one of its graphs was written to; None: none was."""
    unnamed: bool = False
    """Whether what was written without a graph is kept apart (`pressgraph.server.workers.unnamed`)."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Read the manifest of a snapshot.

        Raises StoreError where it is damaged, or of a later version of the program.
        """
        stored = snapshot.manifest()
        version = stored.get("version", _VERSION)
        if isinstance(version, int) and version > _VERSION:
            raise StoreError(
                gettext("the served dataset {path} was written by a later version of pressgraph", path=snapshot.path),
                hint=gettext("serve it with that version"),
            )
        try:
            return typed(stored, cls)
        except ValueError as error:
            reason = gettext(
                "the {name} store {path} has no readable build.json: {reason}",
                name=snapshot.kind,
                path=snapshot.path,
                reason=error,
            )
            raise damaged(reason, name=snapshot.kind) from error

    @property
    def withdrawn(self) -> dict[str, str]:
        """The ids that are not served any more, each with its day; an empty text where nobody noted it."""
        return {it: self.gone_on.get(it, "") for it in self.gone}

    def identity(self, snapshot: Snapshot) -> str:
        """Return what names its snapshot and no other one ever, also where all are made anew."""
        return f"{snapshot.name}-{self.id}"
