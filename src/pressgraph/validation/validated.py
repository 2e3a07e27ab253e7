"""A dataset that is known to conform: what publishing takes, and only validation makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.dataset import union
from pressgraph.validation.engines import engine as choose_engine
from pressgraph.validation.inspect import Inspector
from pressgraph.validation.report import Report

if TYPE_CHECKING:
    import pyoxigraph as ox

    from pressgraph.dataset import GraphNames, Snapshot
    from pressgraph.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedDataset:
    """An open store whose graphs conform to the profile's shapes."""

    store: ox.Store
    profile: Profile
    graphs: GraphNames

    @classmethod
    def published(cls, snapshot: Snapshot, profile: Profile, graphs: GraphNames) -> ValidatedDataset:
        """Open a published snapshot: `build` publishes only what conforms."""
        return cls(store=snapshot.open(), profile=profile, graphs=graphs)


def validate_store(store: ox.Store, profile: Profile, *, engine: str = "auto") -> Report:
    """Run the shapes over a store's default graph: the union of its graphs."""
    inspector = Inspector(store, profile, "", engine=choose_engine(engine, profile))
    report = Report(triples=union.size(store), engine=inspector.engine.name)
    return report.with_results(inspector.full())
