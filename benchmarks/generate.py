"""Generate facts of made-up press releases: the same for the same seed, as many as you like.

Twelve releases in a row are about one cluster organisation, one of each kind of news (`benchmarks/news.py`). Each
release describes everything that it links to, so that any number of them conforms to the shapes of the cluster profile.

    python benchmarks/generate.py 1000 -o facts.jsonl
    python benchmarks/generate.py 1000 --lines facts --triples-per-fact 16 -o facts.jsonl
    python benchmarks/generate.py 20 --yaml project/data --errors 0.2
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

# a script finds its own folder's modules, not the root's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import news, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from benchmarks.news import Node, Organisation, Release

FACTS_PER_RELEASE = 12


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
            release = news.release(seed, number, rng)
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


# -- wide facts, for throughput


def _wide_release(seed: int, number: int, triples: int) -> Release:
    first = number * FACTS_PER_RELEASE
    organisations = [news.organisation(seed, first + i) for i in range(FACTS_PER_RELEASE)]
    org = organisations[0]
    headline = {"de": f"Neues über {org.name['de']}", "en": f"News of {org.name['en']}"}
    facts = [
        {**_wide_fact(one, triples), "status": "stated", "evidence": [100 * i + 2, 100 * i + 90]}
        for i, one in enumerate(organisations)
    ]
    source = news.source(f"{org.id.removeprefix('agent/')}-news", org, org.first_release, headline)
    return {"source": source, "facts": facts}


def _wide_fact(org: Organisation, triples: int) -> Node:
    """Describe an organisation in exactly so many triples."""
    form, suffix = words.FORMS[org.legal_form]
    url = f"https://www.example.org/{org.id.removeprefix('agent/')}"
    about = {"de": "Wer hier forscht, lehrt und fertigt", "en": f"Who works on {words.SECTORS[org.sector][2]} here"}
    parts: tuple[tuple[str, Any, int], ...] = (
        ("type", ["Organization", "FormalOrganization", "ClusterOrganisation"], 3),
        ("name", org.name, 2),
        ("legalName", {"de": f"{org.name['de']} {suffix}"}, 1),
        ("legalForm", form, 1),
        ("sector", news.sector_terms(org.sector), 2),
        ("foundingDate", org.founded, 1),
        ("areaServed", news.region(org.place), 4),
        ("url", url, 1),
        ("logo", f"{url}/logo.svg", 1),
        ("description", about, 2),
        ("purpose", [words.PURPOSES[org.sector], words.PURPOSES[org.sector - 1]], 2),
        ("membersRepresent", list(words.MEMBERS[:3]), 3),
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
