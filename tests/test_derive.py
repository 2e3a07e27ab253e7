"""Rules: what they may say, what they conclude, what that rests on, and that a change comes to the same as a whole."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressgraph.dataset import GraphNames, union
from pressgraph.dataset.withholding import Rules as Publication
from pressgraph.dataset.withholding import Withheld
from pressgraph.derive import Derivation, Rules, derive
from pressgraph.derive.axioms import Axioms
from pressgraph.derive.hidden import Hidden
from pressgraph.derive.parse import parse_rule
from pressgraph.derive.proofs import SHIPPED, LateProofs, Proofs, best, combine, merge
from pressgraph.derive.rules import staged
from pressgraph.errors import ProfileError
from pressgraph.profile.compile import compile_profile
from pressgraph.profile.sources import ProfileSources
from pressgraph.rdf import CLU, PROV, XSD

if TYPE_CHECKING:
    from collections.abc import Collection

BASE = "https://example.org/id/"
EX = "https://example.org/ns#"
STATUS = "https://w3id.org/pressgraph/vocab/epistemic-status/"
PREFIXES = {
    "": EX,
    "id": BASE,
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
TRUE = ox.Literal("true", datatype=ox.NamedNode(f"{XSD}boolean"))
GRAPHS = GraphNames(id_base=BASE)
AXIOMS = Axioms.of(
    replace(
        compile_profile(ProfileSources(ontology=(), shapes=())),
        implications={
            f"{EX}heldBy": frozenset({(f"{EX}about", False), (f"{EX}holds", True)}),
            f"{EX}holds": frozenset({(f"{EX}heldBy", True)}),
        },
        superclasses={f"{EX}Board": frozenset({f"{EX}Membership"})},
    )
)
BOUNDS = {
    f"{EX}start": ((f"{EX}earliestStart",), (f"{EX}latestStart",)),
    f"{EX}end": ((f"{EX}earliestEnd",), (f"{EX}latestEnd",)),
}
RULES = {
    "attested": """\
# A role is attested on the day of its source.
# @after bounds ended
CONSTRUCT { ?m :attestedOn ?day ; :latestStart ?day }
WHERE {
  GRAPH ?fact { ?m a :Membership . }
  ?fact prov:wasDerivedFrom ?source .
  ?source :published ?day .
  FILTER NOT EXISTS { ?m :state :ended }
  FILTER NOT EXISTS { ?m :latestEnd ?end FILTER (?end < ?day) }
}""",
    "ended": """\
CONSTRUCT { ?m :latestEnd ?day } WHERE {
  GRAPH ?fact { ?m :state :ended } ?fact prov:wasDerivedFrom ?source . ?source :published ?day
}""",
    "name": """\
CONSTRUCT { ?l :name ?name } WHERE { ?l :level ?level . ?level :label ?name FILTER NOT EXISTS { ?l :name ?own } }""",
    "award": """\
# @after name
CONSTRUCT { ?who :award ?name } WHERE { ?l :name ?name . ?l :heldBy ?who }""",
    "period": """\
# @after bounds, ended
# @rests-on implied
CONSTRUCT { ?l :period ?p . ?p a :Period ; :until ?until } WHERE {
  ?l :latestEnd ?end
  BIND (?end - "-P1D"^^xsd:dayTimeDuration AS ?until)
  BIND (IRI(CONCAT(STR(?l), "/period")) AS ?p)
}""",
    "mentions": """\
CONSTRUCT { ?source :mentions ?thing } WHERE {
  GRAPH ?fact { ?thing a ?class } ?fact prov:wasDerivedFrom ?source VALUES ?class { :Membership :Label }
}""",
    "capacity": """\
CONSTRUCT { ?q :as ?m } WHERE {
  GRAPH ?fact { ?q :saidBy ?who } ?fact prov:wasDerivedFrom ?source .
  GRAPH ?other { ?m :member ?who } ?other prov:wasDerivedFrom ?source .
  FILTER NOT EXISTS { ?second :member ?who FILTER (?second != ?m) }
}""",
}


def rules(texts: dict[str, str] = RULES, *, axioms: Axioms = AXIOMS) -> Rules:
    parsed = [parse_rule(text, name=name, path=Path(f"{name}.rq"), prefixes=PREFIXES) for name, text in texts.items()]
    return Rules(rules=staged(parsed, axioms, BOUNDS), axioms=axioms, bounds=BOUNDS, prefixes=PREFIXES)


def fact_graph(source: str, name: str, triples: str, status: str = "stated", *, personal: bool = False) -> str:
    """Return a fact and its receipt as TriG."""
    fact, receipts = f"<{GRAPHS.facts}{source}/{name}>", f"<{GRAPHS.provenance_of(source)}>"
    said = " ; <https://w3id.org/pressgraph/cluster#personalData> true" if personal else ""
    return (
        f"{fact} {{ {triples} }}\n{receipts} {{ {fact} prov:wasDerivedFrom <{BASE}document/{source}> ; "
        f"<https://w3id.org/pressgraph/cluster#epistemicStatus> <{STATUS}{status}>{said} . "
        f"{receipts} <http://schema.org/about> <{BASE}document/{source}> }}\n"
    )


def source_graph(source: str, day: str) -> str:
    receipts = f"<{GRAPHS.provenance_of(source)}>"
    graph = f"<{GRAPHS.facts}{source}/source>"
    document = f"<{BASE}document/{source}>"
    return (
        f'{graph} {{ {document} :published "{day}"^^xsd:date }}\n'
        f"{receipts} {{ {graph} prov:wasDerivedFrom {document} . {receipts} <http://schema.org/about> {document} }}\n"
    )


PROFILE = f"<{GRAPHS.profile}> {{ :gold :label 'Gold' . :silver :label 'Silver' }}\n"


def quads(trig: str) -> list[ox.Quad]:
    declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    return list(ox.parse(declared + trig, format=ox.RdfFormat.TRIG))


def built(trig: str, *, withhold: frozenset[str] = frozenset(), using: Rules | None = None) -> ox.Store:
    store = ox.Store()
    union.add_quads(store, quads(PROFILE + trig))
    derive(store, BASE, using or rules(), withhold=withhold)
    return store


def conclusions(store: ox.Store) -> set[str]:
    """Return what is concluded, each with the end of its graph's name, as Turtle has it with short names."""
    found = set()
    for quad in store:
        if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(GRAPHS.derived):
            said = " ".join(_short(term) for term in (quad.subject, quad.predicate, quad.object))
            found.add(f"{said} @ {quad.graph_name.value.removeprefix(GRAPHS.derived)}")
    return found


def _short(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return term.value.removeprefix(EX).removeprefix(BASE)
    return str(getattr(term, "value", term))


# -- what is concluded


def test_a_conclusion_stands_in_the_graph_of_its_source_and_of_its_least_sure_fact() -> None:
    found = conclusions(
        built(
            source_graph("a", "2025-03-01")
            + fact_graph("a", "1", "id:m a :Board", "implied")
            + fact_graph("a", "2", "id:l :level :gold ; :heldBy id:x")
        )
    )
    assert "m attestedOn 2025-03-01 @ a/implied" in found
    assert "m http://www.w3.org/1999/02/22-rdf-syntax-ns#type Membership @ a/implied" in found
    assert "l name Gold @ a/stated" in found
    assert "x award Gold @ a/stated" in found
    assert "x holds l @ a/stated" in found
    assert "l about x @ a/stated" in found


def test_what_takes_two_sources_rests_on_several_and_what_one_proves_alone_does_not() -> None:
    apart = fact_graph("a", "1", "id:l :name 'Blue'") + fact_graph("b", "1", "id:l :heldBy id:x", "assumed")
    assert "x award Blue @ several/assumed" in conclusions(built(apart))
    alone = apart + fact_graph("b", "2", "id:l :name 'Blue'")
    assert {it for it in conclusions(built(alone)) if "award" in it} == {"x award Blue @ b/assumed"}


_RANKS_BY_SOURCE = st.dictionaries(st.sampled_from(["a", "b", "c", "d", SHIPPED]), st.integers(0, 3), min_size=1)


@given(st.lists(st.tuples(_RANKS_BY_SOURCE, st.booleans()), min_size=1, max_size=3), st.integers(0, 2))
def test_proofs_that_are_found_when_asked_for_are_the_same(premises: list[tuple[Proofs, bool]], doubt: int) -> None:
    known = [proofs for proofs, _ in premises]
    # sources that turn out not to say it are asked too
    late = [LateProofs(lambda: "abcde*", proofs.get) if wait else proofs for proofs, wait in premises]
    assert combine(late, doubt) == combine(known, doubt)
    assert [best(LateProofs(lambda: "edcba*", proofs.get)) for proofs in known] == list(map(best, known))
    into = LateProofs(lambda: "abcde*", known[0].get)
    merge(into, known[-1])
    expected = dict(known[0])
    merge(expected, known[-1])
    assert into == expected


def test_of_several_proofs_the_surest_counts_and_a_rule_can_add_doubt() -> None:
    twice = fact_graph("a", "1", "id:l :heldBy id:x ; :name 'Blue'", "assumed")
    twice += fact_graph("a", "2", "id:l :heldBy id:x ; :name 'Blue'", "implied")
    assert {it for it in conclusions(built(twice)) if "award" in it} == {"x award Blue @ a/implied"}
    doubted = conclusions(built(fact_graph("a", "1", "id:l :end '2025-05'^^xsd:gYearMonth")))
    assert "l/period until 2025-06-01 @ a/implied" in doubted
    assert "l earliestEnd 2025-05-01 @ a/stated" in doubted


def test_what_is_stated_is_not_concluded_unless_the_conclusion_is_surer() -> None:
    fact = fact_graph("a", "1", "id:l :heldBy id:x ; :name 'Blue'")
    assert not [it for it in conclusions(built(fact + fact_graph("b", "1", "id:x :award 'Blue'"))) if "award" in it]
    weaker = fact + fact_graph("b", "1", "id:x :award 'Blue'", "assumed")
    assert "x award Blue @ a/stated" in conclusions(built(weaker))


def test_a_fact_of_one_source_ends_what_another_says() -> None:
    before = source_graph("a", "2025-03-01") + fact_graph("a", "1", "id:m a :Membership")
    assert "m attestedOn 2025-03-01 @ a/stated" in conclusions(built(before))
    after = before + fact_graph("b", "1", "id:m :end '2025-02-28'^^xsd:date")
    assert not [it for it in conclusions(built(after)) if "attestedOn" in it]


def test_a_label_that_says_only_its_last_day_has_no_start() -> None:
    found = conclusions(
        built(source_graph("a", "2025-03-01") + fact_graph("a", "1", "id:l :end '2027-11-30'^^xsd:date"))
    )
    assert "l latestEnd 2027-11-30 @ a/stated" in found
    assert not [it for it in found if "Start" in it]


def test_receipts_say_what_a_graph_of_conclusions_rests_on() -> None:
    store = built(fact_graph("a", "1", "id:l :heldBy id:x ; :name 'Blue'", "implied"))
    receipt = {
        (quad.predicate.value.rpartition("#")[2], _short(quad.object).rpartition("/")[2].rpartition("#")[2])
        for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(f"{GRAPHS.derivation}a"))
    }
    assert receipt == {
        ("type", "DerivedGraph"),
        ("epistemicStatus", "derived"),
        ("restsOn", "implied"),
        ("wasDerivedFrom", "a"),
    }


# -- who may see it


def test_conclusions_from_personal_facts_stand_apart_and_their_absence_tells_nothing() -> None:
    trig = source_graph("a", "2025-03-01") + fact_graph("a", "1", "id:m a :Membership ; :member id:x")
    private = fact_graph("b", "1", "id:m :state :ended", personal=True) + source_graph("b", "2025-02-01")
    found = conclusions(built(trig + private))
    # what the public facts say by themselves is said, as if there were no other
    assert "m attestedOn 2025-03-01 @ a/stated" in found
    assert "m latestEnd 2025-02-01 @ b/stated/personal" in found
    assert not [it for it in conclusions(built(trig)) if "personal" in it]


def test_conclusions_from_what_is_withheld_by_name_stand_apart() -> None:
    trig = fact_graph("a", "1", "id:l :heldBy id:secret ; :name 'Blue' . id:l :level :gold") + fact_graph(
        "b", "1", "id:secret :name 'Secret' ; :heldBy id:y"
    )
    found = conclusions(built(trig, withhold=frozenset({f"{BASE}secret"})))
    assert {it for it in found if "ecret" in it} == {it for it in found if it.endswith("/withheld")} != set()


# -- a change comes to the same as a whole

# the last is named below the one that is withheld
_THINGS = [*(f"id:{name}" for name in "mnlxy"), f"<{BASE}y/below>"]
_LINKS = ["heldBy", "member", "saidBy", "holds"]
_VALUES = [
    "a :Membership", "a :Board", "a :Label", ":state :ended", ":level :gold", ":level :silver", ":name 'Blue'",
    ":end '2025-02-20'^^xsd:date", ":end '2025'^^xsd:gYear", ":start '2024-05'^^xsd:gYearMonth", ":award 'Gold'",
    ":attestedOn '2025-03-01'^^xsd:date",
]  # fmt: skip


def _some_source(random: Random, name: str) -> str:
    trig = source_graph(name, random.choice(["2025-03-01", "2024-01-31"])) if random.randrange(4) else ""
    for _ in range(random.randrange(5)):
        triples = " . ".join(
            f"{random.choice(_THINGS)} :{random.choice(_LINKS)} {random.choice(_THINGS)}"
            if random.randrange(2)
            else f"{random.choice(_THINGS)} {random.choice(_VALUES)}"
            for _ in range(1 + random.randrange(3))
        )
        status = random.choice(["stated", "stated", "normalised", "implied", "assumed"])
        # a fact's graph is named after what it says
        graph = hashlib.sha256(triples.encode()).hexdigest()[:20]
        trig += fact_graph(name, graph, triples, status, personal=random.randrange(5) == 0)
    return trig


def replace_source(store: ox.Store, derivation: Derivation, name: str, fresh: Collection[ox.Quad]) -> None:
    """Do what a build does where one source has changed."""
    levels = derivation.before()
    prefix, receipts = f"{derivation.graphs.facts}{name}/", derivation.graphs.provenance_of(name)
    gone = {
        graph: union.remove_graph(store, graph)
        for graph in list(store.named_graphs())
        if isinstance(graph, ox.NamedNode) and (graph.value.startswith(prefix) or graph.value == receipts)
    }
    union.add_quads(store, fresh)
    union.prune(store, set().union(*gone.values()))
    came = {quad.graph_name for quad in fresh if isinstance(quad.graph_name, ox.NamedNode)}
    union.change(store, derivation.update(levels, gone, came))


@pytest.mark.parametrize("personal", [True, False])
def test_of_a_fact_that_becomes_personal_or_public_the_conclusions_move_with_it(*, personal: bool) -> None:
    """Nothing else changes: its graph is called as before, and stays."""

    def source(*, personal: bool) -> str:
        fact = fact_graph("a", "1", "id:m a :Membership ; :member id:x", personal=personal)
        return source_graph("a", "2025-03-01") + fact

    others = source_graph("b", "2025-02-01") + fact_graph("b", "1", "id:x :name 'X' ; :holds id:l")
    store = built(source(personal=not personal) + others)
    replace_source(store, Derivation(store, BASE, rules()), "a", quads(source(personal=personal)))
    found = {it for it in conclusions(store) if it.startswith("m attestedOn")}
    assert found == {f"m attestedOn 2025-03-01 @ a/stated{'/personal' if personal else ''}"}
    whole = built(source(personal=personal) + others)
    assert set(map(str, store)) == set(map(str, whole))
    assert set(store.named_graphs()) == set(whole.named_graphs())


@given(seed=st.integers(0, 2**64), named=st.booleans())
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_changes_come_to_the_same_quads_as_deriving_everything(seed: int, *, named: bool) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    withhold = frozenset({f"{BASE}y"}) if named else frozenset()
    sources = {name: _some_source(random, name) for name in "abc"}
    using = rules()
    store = built("".join(sources.values()), withhold=withhold, using=using)
    derivation = Derivation(store, BASE, using, withhold=withhold)
    for _ in range(3):
        name = random.choice("abcd")
        sources[name] = _some_source(random, name) if random.randrange(4) else ""
        replace_source(store, derivation, name, quads(sources[name]))
        whole = built("".join(sources.values()), withhold=withhold, using=using)
        assert set(map(str, store)) == set(map(str, whole))
        assert set(store.named_graphs()) == set(whole.named_graphs())


@given(seed=st.integers(0, 2**64))
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_what_personal_facts_hide_is_the_same_asked_one_by_one(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    names = [ox.NamedNode(f"{BASE}{it}") for it in "abcdef"]
    store, graphs = ox.Store(), GraphNames(id_base=BASE)
    facts = [ox.NamedNode(f"{graphs.facts}s/{number}") for number in range(random.randrange(1, 9))]
    receipts, derived = ox.NamedNode(graphs.provenance_of("s")), ox.NamedNode(f"{PROV}wasDerivedFrom")
    for fact in facts:
        store.add(ox.Quad(fact, derived, names[0], receipts))
        if random.random() < 0.4:
            store.add(ox.Quad(fact, ox.NamedNode(f"{CLU}personalData"), TRUE, receipts))
        for _ in range(random.randrange(1, 4)):
            value: ox.NamedNode | ox.Literal = ox.Literal("x") if random.random() < 0.1 else random.choice(names)
            store.add(ox.Quad(random.choice(names), ox.NamedNode(f"{BASE}p"), value, fact))
    withheld = Withheld.of(store, Publication(), graphs)
    hidden = Hidden(store.quads_for_pattern, graphs)
    asked = random.sample([*facts, *names], len(facts) + len(names))
    told = {it for it in asked if (hidden.is_hidden(it) if it in facts else hidden.is_unknown(it))}
    assert told == withheld.nodes & set(asked)


def test_a_chain_of_hidden_facts_may_be_long() -> None:
    store, graphs = ox.Store(), GraphNames(id_base=BASE)
    names = [ox.NamedNode(f"{BASE}n{number}") for number in range(3000)]
    receipts, derived = ox.NamedNode(graphs.provenance_of("s")), ox.NamedNode(f"{PROV}wasDerivedFrom")
    for number, (one, other) in enumerate(pairwise(names)):
        fact = ox.NamedNode(f"{graphs.facts}s/{number}")
        store.extend([ox.Quad(one, ox.NamedNode(f"{BASE}p"), other, fact), ox.Quad(fact, derived, one, receipts)])
    store.add(ox.Quad(fact, ox.NamedNode(f"{CLU}personalData"), TRUE, receipts))
    hidden = Hidden(store.quads_for_pattern, graphs)
    assert hidden.is_unknown(names[0])
    assert not hidden.is_unknown(names[-1])


def test_the_rules_conclude_what_the_engine_constructs() -> None:
    """The engine's own CONSTRUCT, run until nothing is new, gives the same triples where rules need no stages."""
    plain = {name: RULES[name] for name in ("period", "name")}
    plain["period"] = plain["period"].replace("bounds, ended", "bounds")
    trig = fact_graph("a", "1", "id:l :latestEnd '2025-02-28'^^xsd:date ; :level :gold")
    trig += fact_graph("b", "1", "id:n :level :silver ; :name 'Own'") + fact_graph("c", "1", "id:m :level :silver")
    store = ox.Store()
    union.add_quads(store, quads(PROFILE + trig))
    wanted = {str(it) for text in plain.values() for it in store.query(text, prefixes=PREFIXES)}  # type: ignore[union-attr]
    using = rules(plain, axioms=Axioms())
    found = {str(quad.triple) for quad in built(trig, using=using) if "/derived/" in str(quad.graph_name)}
    assert found == wanted != set()


# -- what a rule may not say


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("CONSTRUCT { ?a :b ?c }\nWHERE { ?a :b ?c .\n OPTIONAL { ?a :d ?e } }", 3, "a rule has no OPTIONAL"),
        ("CONSTRUCT { ?a :b ?c } WHERE { { ?a :b ?c } UNION { ?a :c ?c } }", 1, "a rule has no groups in groups"),
        ("CONSTRUCT { ?a :b ?c }\nWHERE { ?a :b/:c ?c }", 2, "a rule has no property paths"),
        ("CONSTRUCT { ?a :b ?c }\nWHERE { ?a :b+ ?c }", 2, "a rule has no property paths"),
        ("CONSTRUCT { ?a :b ?c }\nWHERE { ?a ^:b ?c }", 2, "a rule has no property paths"),
        ("CONSTRUCT { ?a :b ?c }\nWHERE { ?a ?p ?c }", 2, "the property of a pattern is named"),
        ("CONSTRUCT { ?a :b ?c }\nWHERE { ?a :b [] . ?a :d ?c }", 2, "a rule has no blank nodes"),
        ("CONSTRUCT { ?a :b ?d } WHERE { ?a :b ?c }", 1, "nothing gives ?d a value"),
        ("SELECT ?a WHERE { ?a :b ?c }", 1, "a rule is a CONSTRUCT query"),
        ("CONSTRUCT { ?a :b ?c } WHERE { ?a :b ?c } LIMIT 3", 1, "nothing may follow"),
        ("CONSTRUCT { ?a :b ?c }\nWHERE { GRAPH ?f { ?a :b ?c . ?a :d ?e } }", 2, "GRAPH ?f holds one pattern"),
        ("CONSTRUCT { ?f :b ?c }\nWHERE { GRAPH ?f { ?a :b ?c } }", 1, "?f"),
        ("CONSTRUCT { ?a :b ?c } WHERE { ?a prov:wasDerivedFrom ?c }", 1, "?a is no graph of the rule"),
        ("CONSTRUCT { ?a :b ?c } WHERE { ?a :b ?c\nFILTER EXISTS { ?a :d ?e } }", 2, "a rule has no FILTER EXISTS"),
        ("CONSTRUCT { ?a :b ?c } WHERE { ?a :b ?c\nFILTER(?c > 1 && EXISTS { ?a :d ?e }) }", 2, "EXISTS stands in"),
        ("CONSTRUCT { ?a :b ?c }\nWHERE { ?a :b ", 2, "not valid SPARQL 1.1"),
        (
            'CONSTRUCT { ?a :b ?c } WHERE { ?a :d ?e\nBIND(?e + "P1D"^^xsd:dayTimeDuration AS ?c) }',
            2,
            "a duration is not added",
        ),
    ],
)
def test_a_rule_says_what_can_be_followed_or_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(ProfileError) as refused:
        parse_rule(text, name="rule", path=Path("rule.rq"), prefixes=PREFIXES)
    assert reason in str(refused.value)
    assert refused.value.place is not None
    assert (refused.value.place.file, refused.value.place.line) == ("rule.rq", line)


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"a": "# @after b\nCONSTRUCT { ?x :b ?y } WHERE { ?x :a ?y }"}, "there is no rule 'b'"),
        ({"a": "# @rests-on hope\nCONSTRUCT { ?x :b ?y } WHERE { ?x :a ?y }"}, "'hope' is no status"),
        (
            {
                "a": "# @after b\nCONSTRUCT { ?x :b ?y } WHERE { ?x :a ?y }",
                "b": "# @after a\nCONSTRUCT { ?x :c ?y } WHERE { ?x :b ?y }",
            },
            "leads back to itself",
        ),
        (
            {
                "a": "CONSTRUCT { ?x :b ?y } WHERE { ?x :a ?y }",
                "b": "CONSTRUCT { ?x :c ?y } WHERE { ?x :b ?y }",
            },
            "'a' may conclude: which of them goes first?",
        ),
        ({"a": "CONSTRUCT { ?x :c ?y } WHERE { ?x :latestEnd ?y }"}, "'bounds' may conclude"),
        # by an axiom, who concludes :holds concludes :heldBy
        (
            {
                "a": "CONSTRUCT { ?x :holds ?y } WHERE { ?x :a ?y }",
                "b": "CONSTRUCT { ?x :c ?y } WHERE { ?x :heldBy ?y }",
            },
            "'a' may conclude",
        ),
    ],
)
def test_rules_say_in_which_order_they_go(texts: dict[str, str], reason: str) -> None:
    with pytest.raises(ProfileError) as refused:
        rules(texts)
    assert reason in str(refused.value)
