"""Export: the published part of a dataset, in every serialization, the same bytes for the same facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.convert.stored import restored
from pressgraph.dataset.description import dataset_quads
from pressgraph.dataset.withholding import Rules, count_facts
from pressgraph.dataset.writing import triple_order, write_ordered, write_quads
from pressgraph.errors import DataError
from pressgraph.export.jsonld import json_bytes, json_ld, json_ld_dataset
from pressgraph.export.published import PublishedGraph
from pressgraph.facts.ids import Ids
from pressgraph.i18n import gettext
from pressgraph.rdf import CLU, RDF_TYPE
from pressgraph.rdf.terms import is_iri

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pressgraph.dataset import Serialization
    from pressgraph.profile import Profile
    from pressgraph.project import Publication
    from pressgraph.rdf import Term
    from pressgraph.validation import ValidatedDataset

_EVIDENCE = ox.NamedNode(f"{CLU}evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The quads to publish, and what is needed to write them. `root` is the IRI that was asked about."""

    quads: frozenset[ox.Quad]
    profile: Profile
    id_base: str
    root: str | None = None
    evidence: bool = False
    """Whether receipts are among the quads, which then keep their graphs in JSON-LD."""
    withheld: int = 0
    """How many facts were left out."""

    @property
    def triples(self) -> list[ox.Triple]:
        """The union of the graphs, sorted by subject, type first."""
        return sorted({quad.triple for quad in self.quads}, key=triple_order)


def select(
    dataset: ValidatedDataset,
    *,
    about: str | None = None,
    depth: int | None = None,
    evidence: bool = False,
    rules: Rules | None = None,
    derived: bool = True,
    statuses: Collection[str] | None = None,
    published: Publication | None = None,
) -> Selection:
    """Select what to publish: everything, or the description of the id `about`.

    With either goes what is said of the dataset as a whole, `published`, in a graph of its own: who has a part of it
    alone must know under which terms.

    A description is what is said of a thing and, `depth` links deep (None: as far as they lead), of the things that it
    links to. `evidence` adds the receipts; `rules` say what is withheld, personal data where there are none. `derived`
    says whether conclusions are published beside the facts; `statuses` are those of the facts that are published, and
    of the facts that published conclusions rest on (None: all).

    Raises DataError for an id that nothing published describes.
    """
    selector = _Selector(dataset, rules or Rules(), derived=derived, statuses=statuses)
    selection = selector.select(about=about, depth=depth, evidence=evidence)
    if not published:
        return selection
    return replace(selection, quads=selection.quads | dataset_quads(dataset.graphs.base, published))


class _Selector:
    def __init__(
        self, dataset: ValidatedDataset, rules: Rules, *, derived: bool, statuses: Collection[str] | None
    ) -> None:
        self.dataset = dataset
        self.store = dataset.store
        self.facts = dataset.graphs.facts
        self.rules = rules
        self.graph = PublishedGraph.of(dataset, rules, statuses=statuses, derived=derived)
        self.withheld = self.graph.withheld

    def select(self, *, about: str | None, depth: int | None, evidence: bool) -> Selection:
        root: str | None = None
        if about is None:
            quads = set(self.graph.quads())
        else:
            root = self.iri(about)
            quads = self.description(root, depth)
            if not quads:
                raise self.unknown(about, root)
        if evidence:
            quads |= self.withdrawn({quad.subject for quad in quads})
            quads |= {quad for quad in self.receipts(quads) if not self.withheld.hides(quad)}
        return Selection(
            # as convert writes them: the store keeps derived datatypes by the datatype that they are derived from
            quads=frozenset(restored(quads, self.dataset.profile)),
            profile=self.dataset.profile,
            id_base=self.dataset.graphs.id_base,
            root=root,
            evidence=evidence,
            withheld=count_facts(self.withheld.facts) if about is None else 0,
        )

    def withdrawn(self, subjects: Collection[Term]) -> set[ox.Quad]:
        """Return what was said of some things and then corrected."""
        prefix = self.dataset.graphs.withdrawn
        names = [it for it in self.store.named_graphs() if isinstance(it, ox.NamedNode) and it.value.startswith(prefix)]
        quads = (quad for name in names for quad in self.store.quads_for_pattern(None, None, None, name))
        return {quad for quad in quads if quad.subject in subjects and not self.withheld.hides(quad)}

    def iri(self, name: str) -> str:
        profile, graphs = self.dataset.profile, self.dataset.graphs
        return Ids(profile, graphs.id_base).iri_in_query(name) or name

    def unknown(self, about: str, root: str) -> DataError:
        if not is_iri(root):
            return DataError(
                gettext("'{about}' is not an id", about=about), hint=gettext("ids look like agent/example-cluster")
            )
        if root in self.rules.withhold:
            return DataError(
                gettext("'{about}' is withheld from publishing", about=about),
                hint=gettext("take it out of 'withhold' under [publish] in pressgraph.toml to publish it"),
            )
        node = ox.NamedNode(root)
        if node in self.withheld.nodes and self.rules.withhold:
            return DataError(
                gettext("all that is known of '{about}' is withheld from publishing", about=about),
                hint=gettext("'personal_data' and 'withhold' under [publish] in pressgraph.toml say what is published"),
            )
        personal = any(
            quad.graph_name in self.withheld.facts for quad in self.store.quads_for_pattern(node, None, None, None)
        )
        if personal:
            return DataError(
                gettext("all that is known of '{about}' is personal data, which is not published", about=about),
                hint=gettext("set personal_data = true under [publish] in pressgraph.toml to publish it"),
            )
        from pressgraph.spelling import did_you_mean

        base = self.dataset.graphs.id_base
        described = {
            quad.subject.value.removeprefix(base)
            for quad in self.store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), None, None)
            if isinstance(quad.subject, ox.NamedNode) and self.graph.has(quad)
        }
        hint = did_you_mean(
            about, described, otherwise=gettext("'pressgraph query where-is-it-mentioned -p text=…' finds ids")
        )
        return DataError(gettext("no fact describes '{about}'", about=about), hint=hint)

    def description(self, root: str, depth: int | None) -> set[ox.Quad]:
        return self.graph.description(root, depth=depth) if is_iri(root) else set()

    def receipts(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """Yield the receipts of the graphs that quads stand in."""
        graphs = {quad.graph_name for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
        evidence: set[tuple[ox.NamedNode, ox.NamedNode]] = set()
        bundles: set[ox.NamedNode] = set()
        for graph in graphs:
            bundle = ox.NamedNode(self.dataset.graphs.receipts_of(graph.value))
            bundles.add(bundle)
            for quad in self.store.quads_for_pattern(graph, None, None, bundle):
                yield quad
                if quad.predicate == _EVIDENCE and isinstance(quad.object, ox.NamedNode):
                    evidence.add((bundle, quad.object))
        for bundle, node in evidence:
            for quad in self.store.quads_for_pattern(node, None, None, bundle):
                yield quad
                if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(f"{node.value}/"):
                    yield from self.store.quads_for_pattern(quad.object, None, None, bundle)
        for bundle in bundles:
            for quad in self.store.quads_for_pattern(bundle, None, None, bundle):
                yield quad
                document = quad.object
                if isinstance(document, ox.NamedNode) and document.value.startswith(self.dataset.graphs.id_base):
                    for about in self.store.quads_for_pattern(document, None, None, bundle):
                        yield about
                        if isinstance(about.object, ox.NamedNode) and about.object.value == f"{document.value}/text":
                            yield from self.store.quads_for_pattern(about.object, None, None, bundle)


def export(selection: Selection, serialization: Serialization) -> bytes:
    """Write a selection: sorted, with the prefixes that it uses, without a timestamp.

    A format without named graphs gets the union of the graphs.
    """
    return next(exports(selection, (serialization,)))


def exports(selection: Selection, serializations: Iterable[Serialization]) -> Iterator[bytes]:
    """Yield a selection in several serializations, which is sorted once for all of them."""
    profile, id_base = selection.profile, selection.id_base
    prefixes = profile.query_prefixes(id_base)
    ordered: list[ox.Triple] | None = None
    for form in serializations:
        if form.name == "jsonld" and selection.evidence:
            yield json_bytes(json_ld_dataset(selection.quads, profile, id_base=id_base))
        elif form.named_graphs and form.name != "jsonld":
            yield write_quads(selection.quads, form, prefixes)
        else:
            ordered = selection.triples if ordered is None else ordered
            if form.name == "jsonld":
                yield json_bytes(json_ld(ordered, profile, id_base=id_base, root=selection.root))
            else:
                yield write_ordered(ordered, form, prefixes)
