"""What every page says of the site that it is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.pages.messages import messages
from pressgraph.project.publication import LICENCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressgraph.project import Project

_NAMES = {
    iri: name.replace("CC-", "CC ").replace("-4.0", " 4.0").replace("CC0-1.0", "CC0 1.0")
    for name, iri in LICENCES.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site of a project's pages, in a language. What is not known is empty."""

    title: str
    own_title: str
    """The title that the project gives; empty where it gives none."""
    description: str
    licence: str
    licence_name: str
    imprint: str
    privacy: str
    accessibility: str
    contact: str
    logo: str
    """The name of the logo among the assets."""
    logos: Mapping[str, str]
    """The names of organisations' logos among the assets, by IRI."""

    @classmethod
    def of(cls, project: Project, language: str) -> Site:
        """Return the site of a project: what `[publish]` says, else `[serve]`."""
        published, serve = project.published, project.serve
        licence = published.licence or ""
        own = published.title or serve.title
        return cls(
            title=own or str(messages(language)["site"]),
            own_title=own,
            description=published.description or "",
            licence=licence,
            licence_name=_NAMES.get(licence, licence),
            imprint=published.imprint or serve.imprint,
            privacy=published.privacy or serve.privacy,
            accessibility=published.accessibility,
            contact=published.contact or "",
            logo=f"logo{published.logo.suffix}" if published.logo is not None else "",
            logos={
                name if ":" in name else f"{project.id_base}{name}": it.name for name, it in published.logos.items()
            },
        )
