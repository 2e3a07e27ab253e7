"""Generate facts of made-up press releases: the same for the same seed, as many as you like.

Three releases in a row are about one cluster organisation: its bronze, silver and gold label. Each release describes
everything that it links to, so that any number of them conforms to the shapes of the cluster profile.

    python benchmarks/generate.py 1000 -o facts.jsonl
    python benchmarks/generate.py 1000 --lines facts --triples-per-fact 16 -o facts.jsonl
    python benchmarks/generate.py 20 --yaml project/data --errors 0.2
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pressgraph.facts.ids import slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FACTS_PER_RELEASE = 12

_LEVELS = ("bronze", "silver", "gold")
# city in German, in English, its region in German, in English
_PLACES = (
    ("München", "Munich", "Bayern", "Bavaria"),
    ("Nürnberg", "Nuremberg", "Bayern", "Bavaria"),
    ("Köln", "Cologne", "Nordrhein-Westfalen", "North Rhine-Westphalia"),
    ("Düsseldorf", "Düsseldorf", "Nordrhein-Westfalen", "North Rhine-Westphalia"),
    ("Leipzig", "Leipzig", "Sachsen", "Saxony"),
    ("Jena", "Jena", "Thüringen", "Thuringia"),
    ("Tübingen", "Tübingen", "Baden-Württemberg", "Baden-Württemberg"),
    ("Hannover", "Hanover", "Niedersachsen", "Lower Saxony"),
    ("Lübeck", "Lübeck", "Schleswig-Holstein", "Schleswig-Holstein"),
    ("Saarbrücken", "Saarbrücken", "Saarland", "Saarland"),
    ("Graz", "Graz", "Steiermark", "Styria"),
    ("Zürich", "Zurich", "Kanton Zürich", "Canton of Zurich"),
)
# the vocabulary's terms, with the words that names are made of
_SECTORS = (
    ("biotechnology", "Biotechnologie", "Biotechnology"),
    ("medical-technology", "Medizintechnik", "Medical Technology"),
    ("photonics", "Photonik", "Photonics"),
    ("hydrogen", "Wasserstoff", "Hydrogen"),
    ("microelectronics", "Mikroelektronik", "Microelectronics"),
    ("textiles", "Textilien", "Textiles"),
    ("maritime", "Maritime Wirtschaft", "Maritime Industries"),
    ("forestry-and-wood", "Forst und Holz", "Forestry and Wood"),
    ("mechanical-engineering", "Maschinenbau", "Mechanical Engineering"),
    ("renewable-energy", "Erneuerbare Energien", "Renewable Energy"),
)
_KINDS = (("Bündnis", "Alliance"), ("Netzwerk", "Network"), ("Verbund", "Association"), ("Initiative", "Initiative"))
_FORMS = (
    ("registered-association", "e. V."),
    ("limited-liability-company", "GmbH"),
    ("non-profit-limited-liability-company", "gGmbH"),
)
_PURPOSES = (
    "pull-strands-together", "gauge-members-needs", "represent-members-interests", "initiate-projects",
    "harness-synergies", "foster-networking", "foster-innovation", "promote-internationalisation",
    "train-skilled-workers", "transfer-technology",
)  # fmt: skip
_MEMBERS = ("company", "start-up", "research-institute", "university", "hospital", "chamber", "investor")
_MERITS = ("high-quality", "performance", "innovation", "member-services", "networking", "sustainability")
_ROLES = ("president", "vice-president", "chairperson", "managing-director", "cluster-manager")
_GIVEN = ("Jürgen", "Änne", "Søren", "Zoë", "Bärbel", "Lukas", "Miriam", "Günther", "Aylin", "José", "Käthe", "Paul")
_FAMILY = ("Müller", "Groß", "Šimek", "Öztürk", "Schäfer", "Krüger", "Lindqvist", "Weiß", "Yılmaz", "Dvořák", "Bauer")
# what is claimed: type, predicate, German, English
_CLAIMS = (
    ("sentiment", None, "Bei uns freuen sich alle über dieses Label", "Everybody here is glad about this label"),
    ("evaluation", None, "Das Label zeigt, wie gut wir geworden sind", "The label shows how good we have become"),
    (
        "causal",
        "contributedTo",
        "Was die Mitglieder einbrachten, führte zum Erfolg",
        "What the members put in led to success",
    ),
    (
        "prediction",
        "raises",
        "Mit dem Label werden uns mehr Partner kennenlernen",
        "With the label more partners will get to know us",
    ),
    (
        "intention",
        "intends",
        "Wir wollen „über die Grenzen“ hinaus zusammenarbeiten",
        'We want to work together "beyond the borders"',
    ),
)

Node = dict[str, Any]
Release = dict[str, Any]
"""A whole release: `source` and `facts`, as a line of JSON Lines or a YAML file holds it."""


class Organisation(NamedTuple):
    """A cluster organisation, and who speaks for it."""

    id: str
    name: dict[str, str]
    sector: int
    place: int
    legal_form: int
    given: str
    family: str
    role: str
    founded: str
    first_release: date

    @property
    def speaker(self) -> str:
        """The id of the person who is quoted."""
        return f"agent/{slug(f'{self.given} {self.family}')}-{self.id.rpartition('-')[2]}"


def iter_releases(
    count: int,
    seed: int = 1,
    *,
    first: int = 0,
    triples_per_fact: int | None = None,
    errors: float = 0,
    mistakes: float = 0,
) -> Iterator[Release]:
    """Yield releases of about twelve facts each, from the one with the number `first` on.

    `triples_per_fact` makes wide facts instead: one organisation each, with exactly that many triples (at least 5).
    `errors` and `mistakes` are the share of releases that break one of the shapes, or one of the facts rules.
    """
    for number in range(first, first + count):
        rng = random.Random(f"{seed}/{number}")  # noqa: S311 - made-up data
        if triples_per_fact is None:
            release = _release(seed, number, rng)
        else:
            release = _wide_release(seed, number, triples_per_fact)
        if errors and rng.random() < errors:
            rng.choice(_ERRORS)(release)
        if mistakes and rng.random() < mistakes:
            rng.choice(_MISTAKES)(release)
        yield release


def release_lines(releases: Iterable[Release]) -> Iterator[str]:
    """Yield JSON Lines, a whole release on each."""
    for release in releases:
        yield _line(release)


def fact_lines(releases: Iterable[Release]) -> Iterator[str]:
    """Yield JSON Lines, a source or a fact on each; a fact names its source."""
    for release in releases:
        source = release["source"]
        yield _line({"source": source})
        for fact in release["facts"]:
            yield _line({"source": source["id"], **fact})


def write_yaml(releases: Iterable[Release], folder: Path) -> int:
    """Write a facts file for each release; return how many."""
    import yaml

    folder.mkdir(parents=True, exist_ok=True)
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    written = 0
    for release in releases:
        name = release["source"]["id"].rpartition("/")[2]
        text = yaml.dump(release, Dumper=dumper, allow_unicode=True, sort_keys=False, width=100)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        written += 1
    return written


def _line(record: Node) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


# -- what releases say


def _organisation(seed: int, number: int) -> Organisation:
    rng = random.Random(f"{seed}/organisation/{number}")  # noqa: S311 - made-up data
    sector, place = rng.randrange(len(_SECTORS)), rng.randrange(len(_PLACES))
    kind = rng.choice(_KINDS)
    german = f"{kind[0]} {_SECTORS[sector][1]} {_PLACES[place][0]} {number}"
    english = f"{_PLACES[place][1]} {_SECTORS[sector][2]} {kind[1]} {number}"
    return Organisation(
        id=f"agent/{slug(german)}",
        name={"de": german, "en": english},
        sector=sector,
        place=place,
        legal_form=rng.randrange(len(_FORMS)),
        given=rng.choice(_GIVEN),
        family=rng.choice(_FAMILY),
        role=rng.choice(_ROLES),
        founded=str(date(1990, 1, 1) + timedelta(days=rng.randrange(9000))),
        first_release=date(2015, 1, 1) + timedelta(days=rng.randrange(1200)),
    )


def _place(place: int) -> Node:
    german, english, *_ = _PLACES[place]
    return {"id": f"place/{slug(german)}", "type": "City", "name": {"de": german, "en": english}}


def _region(place: int) -> Node:
    *_, german, english = _PLACES[place]
    return {
        "id": f"place/{slug(german)}",
        "type": "AdministrativeArea",
        "name": {"de": german, "en": english},
    }


def _sector_terms(sector: int) -> list[str]:
    return sorted({_SECTORS[sector][0], _SECTORS[(sector + 3) % len(_SECTORS)][0]})


def _source(name: str, organisation: Organisation, day: date, headline: dict[str, str]) -> Node:
    return {
        "id": f"document/{name}",
        "type": "NewsArticle",
        "headline": headline,
        "datePublished": str(day),
        "sourceOrganization": organisation.id,
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
    }


def _release(seed: int, number: int, rng: random.Random) -> Release:
    org = _organisation(seed, number // len(_LEVELS))
    rank = number % len(_LEVELS)
    level = _LEVELS[rank]
    stem = org.id.removeprefix("agent/")
    day = org.first_release + timedelta(days=731 * rank)
    document, label = f"document/{stem}-{level}-{day.year}", f"label/{stem}-{level}"
    labels = {"de": f"{level.capitalize()}-Label", "en": f"{level.capitalize()} Label"}
    headline = {"de": f"{labels['de']} für {org.name['de']}", "en": f"{labels['en']} for {org.name['en']}"}
    membership, quotation = f"membership/{stem}-speaker", f"quotation/{stem}-{level}"
    kind, predicate, german, english = rng.choice(_CLAIMS)
    statement = {"de": german, "en": english}
    about_document: Node = {
        "id": document,
        "type": ["NewsArticle", "Entity"],
        "inLanguage": ["de", "en"],
        "locationCreated": _place(org.place),
        "about": [org.id, label],
    }
    what_it_is: Node = {
        "id": org.id,
        "type": ["Organization", "FormalOrganization", "ClusterOrganisation"],
        "name": org.name,
        "legalName": {"de": f"{org.name['de']} {_FORMS[org.legal_form][1]}"},
        "legalForm": _FORMS[org.legal_form][0],
        "sector": _sector_terms(org.sector),
    }
    where_it_is: Node = {"id": org.id, "areaServed": _region(org.place), "location": _place(org.place)}
    what_it_wants: Node = {
        "id": org.id,
        "purpose": sorted(rng.sample(_PURPOSES, 2)),
        "membersRepresent": sorted(rng.sample(_MEMBERS, rng.randint(1, 3))),
    }
    cluster: Node = {
        "id": org.id,
        "manages": {
            "id": f"thing/{stem}-cluster",
            "type": "Cluster",
            "name": {"en": f"{org.name['en']} cluster"},
        },
    }
    held: Node = {
        "id": org.id,
        "holdsLabel": {
            "id": label,
            "type": ["AwardedLabel", "Certification"],
            "level": level,
            "heldBy": org.id,
            "name": labels,
        },
        "hasCertification": label,
    }
    validity: Node = {
        "id": label,
        "hasValidity": {
            "id": f"validity/{stem}-{level}",
            "type": "ValidityPeriod",
            "basis": "assumed-from-release-date",
            "validFrom": str(day),
            "validUntil": str(day + timedelta(days=730)),
        },
    }
    award: Node = {
        "id": f"activity/{stem}-{level}-award",
        "type": "LabelAward",
        "awards": label,
        "concerns": org.id,
        "recognises": "outstanding-cluster-management",
        "confirms": sorted(rng.sample(_MERITS, 2)),
        "awardedBy": {
            "id": "agent/ecei",
            "type": ["Programme", "Project", "OrganizationalCollaboration"],
            "name": {"en": "European Cluster Excellence Initiative"},
        },
        "attestedOn": str(day),
    }
    assessment: Node = {
        "id": f"activity/{stem}-{level}-review",
        "type": "Assessment",
        "stage": rng.choice(("review", "audit", "benchmarking")),
        "concerns": org.id,
        "outcome": "positive",
        "conductedUnder": {"id": "agent/go-cluster", "type": ["Programme", "Project"], "name": "go-cluster"},
    }
    member: Node = {
        "id": membership,
        "type": "Membership",
        "member": {
            "id": org.speaker,
            "type": ["Person", "Agent"],
            "name": f"{org.given} {org.family}",
            "givenName": org.given,
            "familyName": org.family,
        },
        "organization": org.id,
        "role": org.role,
        "attestedOn": str(day),
    }
    quoted: Node = {
        "id": quotation,
        "type": ["QuotedStatement", "Quotation"],
        "saidBy": org.speaker,
        "spokenByCharacter": org.speaker,
        "wasQuotedFrom": document,
        "isPartOf": document,
        "inCapacity": membership,
        "text": statement,
    }
    claimed: Node = {
        "id": quotation,
        "expresses": {
            "id": f"claim/{stem}-{level}",
            "type": ["Claim", "schema:Claim"],
            "claimType": kind,
            "claimSubject": org.id,
            **({"claimPredicate": predicate, "claimObject": label} if predicate else {}),
            "text": dict(statement),
        },
    }
    nodes = [about_document, what_it_is, where_it_is, what_it_wants, cluster, held, validity]
    nodes += [award, assessment, member, quoted, claimed]
    if rank:
        before = _LEVELS[rank - 1]
        replaced: Node = {
            "id": f"label/{stem}-{before}",
            "type": "AwardedLabel",
            "level": before,
            "heldBy": org.id,
        }
        nodes.append({"id": label, "replaces": replaced})
        # as many facts as the first release: places are seldom named again
        nodes.remove(where_it_is)
    facts = _receipts(nodes, rng)
    if rng.random() < 0.25:  # noqa: PLR2004 - every fourth
        phone = f"+49 351 {rng.randrange(100_000, 1_000_000)}"
        contact: Node = {"id": f"thing/{stem}-contact", "type": "ContactPoint", "telephone": phone}
        facts[-1] = {**contact, "personal": True, "status": "normalised", "evidence": facts[-1]["evidence"]}
    return {"source": _source(document.removeprefix("document/"), org, day, headline), "facts": facts}


def _receipts(nodes: list[Node], rng: random.Random) -> list[Node]:
    """Give each fact a status and the characters that say it; some share a sentence."""
    facts: list[Node] = []
    start, end = 2, 2
    for node in nodes:
        if end == start or rng.random() < 0.7:  # noqa: PLR2004 - most sentences say one thing
            start, end = end + 1, end + rng.randint(40, 260)
        # the default is left out, as people do
        status = rng.choice(({}, {}, {"status": "implied"}, {"status": "normalised"}))
        facts.append({**node, **status, "evidence": [start, end]})
    return facts


# -- wide facts, for throughput


def _wide_release(seed: int, number: int, triples: int) -> Release:
    first = number * FACTS_PER_RELEASE
    organisations = [_organisation(seed, first + i) for i in range(FACTS_PER_RELEASE)]
    org = organisations[0]
    headline = {"de": f"Neues über {org.name['de']}", "en": f"News of {org.name['en']}"}
    facts = [
        {**_wide_fact(one, triples), "status": "stated", "evidence": [100 * i + 2, 100 * i + 90]}
        for i, one in enumerate(organisations)
    ]
    source = _source(f"{org.id.removeprefix('agent/')}-news", org, org.first_release, headline)
    return {"source": source, "facts": facts}


def _wide_fact(org: Organisation, triples: int) -> Node:
    """Describe an organisation in exactly so many triples."""
    form, suffix = _FORMS[org.legal_form]
    url = f"https://www.example.org/{org.id.removeprefix('agent/')}"
    about = {"de": "Wer hier forscht, lehrt und fertigt", "en": f"Who works on {_SECTORS[org.sector][2]} here"}
    parts: tuple[tuple[str, Any, int], ...] = (
        ("type", ["Organization", "FormalOrganization", "ClusterOrganisation"], 3),
        ("name", org.name, 2),
        ("legalName", {"de": f"{org.name['de']} {suffix}"}, 1),
        ("legalForm", form, 1),
        ("sector", _sector_terms(org.sector), 2),
        ("foundingDate", org.founded, 1),
        ("areaServed", _region(org.place), 4),
        ("url", url, 1),
        ("logo", f"{url}/logo.svg", 1),
        ("description", about, 2),
        ("purpose", [_PURPOSES[org.sector], _PURPOSES[org.sector - 1]], 2),
        ("membersRepresent", list(_MEMBERS[:3]), 3),
    )
    fact: Node = {"id": org.id}
    for key, value, count in parts:
        if count <= triples:
            fact[key] = value
            triples -= count
    if triples > 0:
        fact["alternateName"] = [f"{org.name['en']} ({i})" for i in range(triples)]
    return fact


# -- what goes wrong


def _without_headline(release: Release) -> None:
    del release["source"]["headline"]


def _modified_before_published(release: Release) -> None:
    release["source"]["dateModified"] = "1999-12-31"


def _bad_language(release: Release) -> None:
    release["facts"].append({"id": release["source"]["id"], "inLanguage": "German"})


def _label_without_holder(release: Release) -> None:
    name = release["source"]["id"].replace("document/", "label/lost-")
    release["facts"].append({"id": name, "type": "AwardedLabel", "level": "silver"})


def _period_backwards(release: Release) -> None:
    name = release["source"]["id"].replace("document/", "")
    period = {
        "id": f"validity/backwards-{name}",
        "type": "ValidityPeriod",
        "basis": "stated",
        "validFrom": "2021-01-01",
        "validUntil": "2019-01-01",
    }
    release["facts"].append({"id": f"label/{name}-backwards", "hasValidity": period})


def _nameless_event(release: Release) -> None:
    name = release["source"]["id"].replace("document/", "event/")
    release["facts"].append({"id": name, "type": "SocialEvent"})


# Each breaks a shape and no rule of facts files.
_ERRORS: tuple[Callable[[Release], None], ...] = (
    _without_headline,
    _modified_before_published,
    _bad_language,
    _label_without_holder,
    _period_backwards,
    _nameless_event,
)


def _misspelt_key(release: Release) -> None:
    release["facts"][0]["headlin"] = {"en": "A headline"}


def _unknown_term(release: Release) -> None:
    release["facts"][1]["sector"] = "biotechnolgy"


def _no_such_day(release: Release) -> None:
    release["source"]["datePublished"] = "2019-02-30"


def _unknown_status(release: Release) -> None:
    release["facts"][2]["status"] = "guessed"


def _evidence_backwards(release: Release) -> None:
    release["facts"][3]["evidence"] = [90, 10]


def _without_id(release: Release) -> None:
    del release["facts"][4]["id"]


def _personal_unmarked(release: Release) -> None:
    contact = {"id": "thing/unmarked-contact", "type": "ContactPoint", "email": "info@example.org"}
    release["facts"].append(contact)


# Each breaks a rule of facts files.
_MISTAKES: tuple[Callable[[Release], None], ...] = (
    _misspelt_key,
    _unknown_term,
    _no_such_day,
    _unknown_status,
    _evidence_backwards,
    _without_id,
    _personal_unmarked,
)


def main(arguments: list[str] | None = None) -> int:
    """Write the facts that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("releases", type=int, help="how many releases")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other facts (default: 1)")
    parser.add_argument(
        "--lines",
        choices=("releases", "facts"),
        default="releases",
        help="JSON Lines: what a line holds (default: releases)",
    )
    parser.add_argument("--triples-per-fact", type=int, metavar="N", help="wide facts of N triples each")
    parser.add_argument("--errors", type=float, default=0, metavar="RATE", help="share of releases that break a shape")
    parser.add_argument(
        "--mistakes",
        type=float,
        default=0,
        metavar="RATE",
        help="share of releases that break a rule of facts files",
    )
    target = parser.add_mutually_exclusive_group()
    target.add_argument("-o", "--output", type=Path, help="a file for the JSON Lines (default: stdout)")
    target.add_argument("--yaml", type=Path, metavar="DIR", help="write a YAML file for each release")
    options = parser.parse_args(arguments)
    releases = iter_releases(
        options.releases,
        options.seed,
        triples_per_fact=options.triples_per_fact,
        errors=options.errors,
        mistakes=options.mistakes,
    )
    if options.yaml:
        write_yaml(releases, options.yaml)
        return 0
    lines = (release_lines if options.lines == "releases" else fact_lines)(releases)
    if options.output:
        with options.output.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
    else:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.writelines(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
