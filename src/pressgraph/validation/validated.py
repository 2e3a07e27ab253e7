"""A dataset that is known to conform: what publishing takes, and only validation makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
