"""The things that a project knows by name: those of its built graph, or of its facts files before the first build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.dataset import Snapshots
from pressgraph.drafting.known import KnownNames, KnownThing, known_names
from pressgraph.facts import names_in, read_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.profile import Profile
    from pressgraph.project import Project

_MOST_FILES = 200
"""Facts files that are read where nothing is built."""


def known_of(project: Project, profile: Profile) -> KnownNames:
    """Return what a project knows: its things with their names and classes, and the reference data of the profile."""
    snapshot = Snapshots(project.state).current()
    if snapshot is not None:
        return known_names(snapshot.open(), profile, project.id_base)
    return KnownNames(profile, _of_files(project, profile))


def _of_files(project: Project, profile: Profile) -> Iterator[KnownThing]:
    paths = [it for it in project.facts_files() if it.suffix.lower() in {".yaml", ".yml"}]
    for path in paths[:_MOST_FILES]:
        file = read_facts(path, profile, id_base=project.id_base, name=project.name_of(path))
        names = names_in(file)
        types: dict[str, str] = {}
        for fact in file.facts:
            for kind in fact.body.get("type", ()):
                types.setdefault(str(fact.body["id"]), kind)
        for id_, kind in types.items():
            if id_ in names:
                yield KnownThing(id=id_, class_=kind, names=tuple(sorted(names[id_])))
