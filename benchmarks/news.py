"""What generated releases say: news of all kinds about made-up cluster organisations.

Twelve releases in a row are about one organisation, in the order of `NEWS`, half a year apart: its first label, a new
board, a grant, a member, a better label, an agreement, a fair, figures, a project and its product, labels of other
schemes, the best label, and two days later a correction. Everything is drawn from the seed and the numbers of
organisation and release.
"""

from __future__ import annotations

import hashlib
import random
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from benchmarks import words

from pressgraph.facts.ids import slug

if TYPE_CHECKING:
    from collections.abc import Callable

Node: TypeAlias = dict[str, Any]
Release: TypeAlias = dict[str, Any]
"""A whole release: `source` and `facts`, as a line of JSON Lines or a YAML file holds it."""

_HALF_A_YEAR = 183
"""Days between two releases of an organisation."""
_SPEAKER = 0


class Organisation(NamedTuple):
    """A cluster organisation, and who speaks for it."""

    id: str
    name: dict[str, str]
    sector: int
    place: int
    legal_form: int
    people: tuple[tuple[str, str], ...]
    """Given and family names: who is quoted, the manager, and members of the board."""
    role: str
    founded: str
    first_release: date
    members: int

    @property
    def stem(self) -> str:
        """The id without its kind."""
        return self.id.removeprefix("agent/")

    @property
    def manager_role(self) -> str:
        """What the manager does, beside whoever is quoted: one office, one person."""
        return "managing-director" if self.role != "managing-director" else "cluster-manager"

    def person(self, number: int) -> Node:
        """Describe one of its people."""
        given, family = self.people[number]
        name = f"{given} {family}"
        return {"id": self.person_id(number), "type": "Person", "name": name, "givenName": given, "familyName": family}

    def person_id(self, number: int) -> str:
        """Return the id of one of its people."""
        return f"agent/{slug(' '.join(self.people[number]))}-{self.id.rpartition('-')[2]}"

    def day(self, number: int) -> date:
        """Return the day of one of its releases."""
        # the correction is a matter of days
        later = 2 if NEWS[number] is _correction else 0
        return self.first_release + timedelta(days=_HALF_A_YEAR * (number - (1 if later else 0)) + later)


def organisation(seed: int, number: int) -> Organisation:
    """Make an organisation up."""
    rng = random.Random(f"{seed}/organisation/{number}")  # noqa: S311 - made-up data
    sector, place = rng.randrange(len(words.SECTORS)), rng.randrange(len(words.PLACES))
    kind = rng.choice(words.KINDS)
    german = f"{kind[0]} {words.SECTORS[sector][1]} {words.PLACES[place][0]} {number}"
    english = f"{words.PLACES[place][1]} {words.SECTORS[sector][2]} {kind[1]} {number}"
    return Organisation(
        id=f"agent/{slug(german)}",
        name={"de": german, "en": english},
        sector=sector,
        place=place,
        legal_form=rng.randrange(len(words.FORMS)),
        people=_people(rng),
        role=rng.choice(words.ROLES),
        founded=str(date(1990, 1, 1) + timedelta(days=rng.randrange(9000))),
        first_release=date(2015, 1, 1) + timedelta(days=rng.randrange(1200)),
        members=rng.randint(20, 400),
    )


def _people(rng: random.Random) -> tuple[tuple[str, str], ...]:
    """Return names; only those who are quoted are called as somebody elsewhere may be."""
    families = rng.sample(words.FAMILY, 6)
    double = [f"{one}-{other}" for one, other in pairwise(families[1:])]
    return tuple(zip(rng.sample(words.GIVEN, 5), [families[0], *double], strict=True))


def release(seed: int, number: int, rng: random.Random) -> Release:
    """Make a release up: the organisation, one kind of news, and what somebody says of it."""
    org = organisation(seed, number // len(NEWS))
    which = number % len(NEWS)
    day = org.day(which)
    headline, news = NEWS[which](org, day, rng)
    document = f"document/{org.stem}-{day}"
    text, claim = _said(org, document, rng)
    about: list[Node] = [
        {"id": document, "locationCreated": _place(org.place)},
        {
            "id": org.id,
            "type": "ClusterOrganisation",
            "name": org.name,
            "legalName": {"de": f"{org.name['de']} {words.FORMS[org.legal_form][1]}"},
            "legalForm": words.FORMS[org.legal_form][0],
            "sector": sector_terms(org.sector),
        },
        {"id": org.id, "areaServed": region(org.place), "location": _place(org.place)},
        {
            "id": f"membership/{org.stem}-speaker",
            "type": "Membership",
            "member": org.person(_SPEAKER),
            "organization": org.id,
            "role": org.role,
        },
    ]
    # as many facts in each release, about: statements are left out where there is much news
    facts = _receipts([*about, *news, text, *([claim] if len(news) < 7 else [])], rng)  # noqa: PLR2004
    if rng.random() < 0.25:  # noqa: PLR2004 - every fourth
        phone = f"+49 351 {rng.randrange(100_000, 1_000_000)}"
        contact: Node = {"id": f"thing/{org.stem}-contact", "type": "ContactPoint", "telephone": phone}
        facts[-1] = {**contact, "personal": True, "status": "normalised", "evidence": facts[-1]["evidence"]}
    said = source(document.removeprefix("document/"), org, day, headline)
    if NEWS[which] is _correction:
        said["corrects"] = f"document/{org.stem}-{org.day(which - 1)}"
    return {"source": said, "facts": facts}


def source(name: str, org: Organisation, day: date, headline: dict[str, str]) -> Node:
    """Describe a document."""
    return {
        "id": f"document/{name}",
        "type": "NewsArticle",
        "headline": headline,
        "datePublished": str(day),
        "inLanguage": ["de", "en"],
        "publisher": org.id,
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
    }


def region(place: int) -> Node:
    """Describe the region that a place lies in."""
    *_, german, english = words.PLACES[place]
    return {"id": f"place/{slug(german)}", "type": "AdministrativeArea", "name": {"de": german, "en": english}}


def sector_terms(sector: int) -> list[str]:
    """Return the terms of an organisation's sectors."""
    return sorted({words.SECTORS[sector][0], words.SECTORS[(sector + 3) % len(words.SECTORS)][0]})


def _place(place: int) -> Node:
    german, english, *_ = words.PLACES[place]
    return {"id": f"place/{slug(german)}", "type": "City", "name": {"de": german, "en": english}}


def _said(org: Organisation, document: str, rng: random.Random) -> tuple[Node, Node]:
    """Return a quotation, and what it says as a claim."""
    quotation = document.replace("document/", "quotation/")
    kind, predicate, german, english = rng.choice(words.CLAIMS)
    text = {"de": german, "en": english}
    claim: Node = {
        "id": document.replace("document/", "claim/"),
        "type": "Claim",
        "claimType": kind,
        "claimSubject": org.id,
        **({"claimPredicate": predicate, "claimObject": document} if predicate else {}),
        "text": dict(text),
    }
    said = {"id": quotation, "type": "QuotedStatement", "saidBy": org.person_id(_SPEAKER), "text": text}
    return said, {"id": quotation, "expresses": claim}


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


# -- kinds of news: a headline and facts


def _headline(org: Organisation, german: str, english: str) -> dict[str, str]:
    return {"de": f"{german} {org.name['de']}", "en": f"{english} {org.name['en']}"}


def _label(org: Organisation, level: str, day: date, kind: str) -> Node:
    """Describe a label of the European Cluster Excellence Initiative."""
    label = {"id": f"label/{org.stem}-{level}", "type": "AwardedLabel", "level": level, "heldBy": org.id}
    # a first label ends as the rule of the scheme says
    dates = {} if kind == "first" else {"validFrom": str(day), "validThrough": str(day + timedelta(days=1095))}
    return {**label, "awardKind": kind, **dates}


def _labelled(org: Organisation, level: str, day: date, rng: random.Random) -> list[Node]:
    """Say how an organisation came to a label."""
    label, stem = f"label/{org.stem}-{level}", f"activity/{org.stem}-{level}"
    assessment: Node = {
        "id": f"{stem}-assessment",
        "type": "Assessment",
        "stage": "benchmarking" if level == "bronze" else "audit",
        "concerns": org.id,
        "outcome": "positive",
        "score": f"{rng.randint(60, 99)} of 100",
        "assessors": str(rng.randint(1, 3)),
        "tookPlaceOn": f"{day - timedelta(days=40):%Y-%m}",
    }
    award: Node = {
        "id": f"{stem}-award",
        "type": "LabelAward",
        "awards": label,
        "concerns": org.id,
        "recognises": "outstanding-cluster-management",
        "confirms": sorted(rng.sample(words.MERITS, 2)),
        "awardedBy": "ref:ecei",
    }
    wanted: Node = {
        "id": org.id,
        "purpose": sorted(rng.sample(words.PURPOSES, 2)),
        "membersRepresent": sorted(rng.sample(words.MEMBERS, rng.randint(1, 3))),
    }
    return [{"id": label, "assessment": assessment}, award, wanted]


def _first_label(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
    cluster: Node = {"id": f"thing/{org.stem}-cluster", "type": "Cluster", "name": {"en": f"{org.name['en']} cluster"}}
    founded: Node = {
        "id": org.id,
        "foundingDate": org.founded[: rng.choice((4, 7, 10))],
        "founders": rng.randint(3, 20),
    }
    news = [_label(org, "bronze", day, "first"), *_labelled(org, "bronze", day, rng)]
    return _headline(org, "Bronze-Label für", "Bronze Label for"), [*news, {"id": org.id, "manages": cluster}, founded]


def _better_label(before: str, level: str) -> Callable[..., tuple[dict[str, str], list[Node]]]:
    def news(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
        replaced = {"id": f"label/{org.stem}-{before}", "type": "AwardedLabel", "level": before, "heldBy": org.id}
        found = [_label(org, level, day, "upgrade"), {"id": f"label/{org.stem}-{level}", "replaces": replaced}]
        word = level.capitalize()
        return _headline(org, f"{word}-Label für", f"{word} Label for"), [*found, *_labelled(org, level, day, rng)]

    return news


def _membership(org: Organisation, name: str, number: int, role: str, **more: Any) -> Node:
    node = {"id": f"membership/{org.stem}-{name}", "type": "Membership", "member": org.person(number)}
    return {**node, "organization": org.id, "role": role, **more}


def _board(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
    meeting, elected = f"event/{org.stem}-assembly-{day.year}", str(day - timedelta(days=rng.randint(1, 20)))
    assembly: Node = {
        "id": meeting,
        "type": "Event",
        "name": {"de": f"Mitgliederversammlung {day.year} {org.name['de']}"},
    }
    chosen = {"decidedAt": meeting, "startDate": elected}
    board = "board-member"
    news = [
        {**assembly, "startDate": elected, "organizer": org.id},
        _membership(org, "board-new", 2, board, filledBy="election", **chosen, predecessor=org.person_id(3)),
        _membership(
            org, "board-old", 3, board, endDate=elected, endedBy=rng.choice(("not-standing-again", "resignation"))
        ),
        _membership(org, "board-again", 4, board, filledBy="re-election", **chosen),
        _membership(org, "manager", 1, org.manager_role, roleName={"de": "Geschäftsführung"}),
        {"id": org.id, "members": f"{rng.choice(('about ', 'more than ', ''))}{org.members}"},
    ]
    return _headline(org, "Neuer Vorstand:", "New board:"), news


def _funder(org: Organisation) -> Node:
    german, english = words.PLACES[org.place][2:]
    name = {"de": f"Wirtschaftsministerium {german}", "en": f"Ministry of Economic Affairs, {english}"}
    return {"id": f"agent/{slug(name['de'])}", "type": "GovernmentOrganization", "name": name}


def _project(org: Organisation) -> Node:
    return {"id": f"project/{org.stem}", "type": "Project", "name": f"Light-{org.id.rpartition('-')[2]}"}


def _grant(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
    ministry, edition = _funder(org), rng.randint(1, 9)
    call = f"call/{ministry['id'].removeprefix('agent/')}-{edition}"
    round_: Node = {"id": call, "type": "Call", "name": {"en": f"competition {edition}, {ministry['name']['en']}"}}
    grant = f"grant/{org.stem}"
    news = [
        {**round_, "edition": edition, "launchedBy": ministry},
        {"id": org.id, "won": call},
        _project(org),
        {"id": grant, "type": "Grant", "funder": ministry["id"], "funds": f"project/{org.stem}", "recipient": org.id},
        {"id": grant, "call": call, "amount": f"up to {rng.randint(2, 40) * 50_000} EUR", "duration": "P2Y"},
        {"id": f"project/{org.stem}", "coordinator": org.id, "partner": _company(org, 0), "startDate": f"{day:%Y-%m}"},
        {"id": f"project/{org.stem}", "totalCost": f"{rng.randint(2, 9)}.5 million EUR", "ownShare": "20 %"},
    ]
    return _headline(org, "Förderung für", "Funding for"), news


def _company(org: Organisation, number: int) -> Node:
    name = f"{words.COMPANIES[number]}werk {org.id.rpartition('-')[2]} GmbH"
    return {
        "id": f"agent/{slug(name)}",
        "type": "Organization",
        "name": name,
        "legalForm": "limited-liability-company",
        "location": _place(org.place),
    }


def _new_member(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
    company, left = _company(org, 1), _company(org, 2)
    joined = rng.choice((f"mid {day:%Y-%m}", f"{day:%Y-%m}", str(day - timedelta(days=3))))
    membership: Node = {"type": "Membership", "organization": org.id, "role": "member"}
    name = f"membership/{org.stem}"
    news = [
        {"id": f"{name}-new", **membership, "member": company, "filledBy": "accession", "startDate": joined},
        {
            "id": f"{name}-gone",
            **membership,
            "member": left,
            "endDate": f"{day.year - 1}-12-31",
            "endedBy": "withdrawal",
        },
        {"id": org.id, "hasMember": [_company(org, 0), _company(org, 3)]},
        {"id": org.id, "members": f"more than {org.members + rng.randint(1, 9)}", "membersRepresent": ["company"]},
        {"id": org.id, "purpose": sorted(rng.sample(words.PURPOSES, 2))},
    ]
    return _headline(org, "Neues Mitglied:", "New member:"), news


def _agreement(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
    agreement, city = f"agreement/{org.stem}-{day.year}", words.PLACES[(org.place + 1) % len(words.PLACES)]
    name = {"de": f"Netz {city[0]} {org.id.rpartition('-')[2]}", "en": f"{city[1]} Net {org.id.rpartition('-')[2]}"}
    other: Node = {"id": f"agent/{slug(name['de'])}", "type": "ClusterOrganisation", "name": name}
    memorandum = {"en": f"Memorandum of {org.name['en']} and {name['en']}"}
    news = [
        {**other, "sector": sector_terms(org.sector)},
        {"id": agreement, "type": "Agreement", "name": memorandum, "party": [org.id, other["id"]]},
        {"id": agreement, "signedOn": str(day - timedelta(days=2)), "duration": f"P{rng.randint(1, 5)}Y"},
        {"id": agreement, "purpose": ["promote-cooperation", "research-jointly"], "within": "ref:europe"},
        {"id": agreement, "resultOf": _project(org)},
        {"id": f"project/{org.stem}", "state": "ended"},
    ]
    return _headline(org, "Vereinbarung mit", "Agreement with"), news


def _fair(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
    start = day - timedelta(days=30)
    # one fair for all who are there in the same month
    fair, stand = f"event/fair-{start:%Y-%m}", f"event/{org.stem}-stand-{start.year}"
    series: Node = {"id": "event/fair", "type": "EventSeries", "name": "Werkmesse"}
    what: Node = {"id": fair, "type": "Fair", "name": f"Werkmesse {start:%Y-%m}", "partOf": series}
    where: Node = {
        "hall": f"B{rng.randint(1, 9)}",
        "stand": str(rng.randint(100, 999)),
        "area": f"{rng.randint(2, 30)}0 m²",
    }
    news = [
        {**what, "startDate": f"{start:%Y-%m}"},
        {"id": stand, "type": "Stand", "name": {"de": f"Gemeinschaftsstand {org.name['de']}"}, "partOf": fair},
        {"id": stand, "organizer": org.id, **where},
        {"id": stand, "exhibitors": rng.randint(3, 30), "exhibitor": [_company(org, 0), _company(org, 1)]},
        {"id": fair, "visitors": {"value": f"more than {rng.randint(10, 40)} thousand", "saidBy": org.id}},
    ]
    return _headline(org, "So war die Werkmesse:", "How the fair was:"), news


def _figures(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
    industry = f"industry/{slug(words.SECTORS[org.sector][1])}-{slug(words.PLACES[org.place][2])}"
    name = {"de": f"{words.SECTORS[org.sector][1]} in {words.PLACES[org.place][2]}"}
    what: Node = {"id": industry, "type": "Industry", "name": name, "sector": words.SECTORS[org.sector][0]}
    people, evening = rng.randint(20, 900) * 100, f"event/{org.stem}-evening-{day.year}"
    said: Node = {"asOf": str(day.year), "saidBy": org.id}
    forecast: Node = {"asOf": str(day.year + 8), "qualifier": "forecast", "saidBy": org.id}
    growth: Node = {"statistic": "growth", "period": f"{day.year - 2}/{day.year}", "saidBy": org.id}
    party: Node = {"id": evening, "type": "Event", "name": {"de": f"Branchenabend {day.year} {org.name['de']}"}}
    news = [
        {**what, "within": region(org.place)},
        {"id": industry, "employees": {"value": people, **said}},
        {"id": industry, "companies": {"value": f"about {people // 30}", **said}},
        {"id": industry, "turnover": {"value": f"more than {rng.randint(1, 20)} Mrd EUR", **said}},
        {"id": industry, "employees": {"value": f"{rng.randint(1, 3)} to {rng.randint(4, 7)} %", **growth}},
        {"id": industry, "employees": {"value": people + 20_000, **forecast}},
        {**party, "startDate": str(day), "organizer": org.id, "participants": f"more than {rng.randint(5, 60)}0"},
    ]
    return _headline(org, "Neue Zahlen:", "New figures:"), news


def _product(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
    maker, product = _company(org, 3), f"thing/{org.stem}-sensor"
    model = f"LX-{rng.randint(2, 99)}-{org.id.rpartition('-')[2]}"
    study: Node = {"id": f"document/{org.stem}-study", "type": "Report", "headline": {"de": f"Studie {org.name['de']}"}}
    news = [
        {"id": org.id, "hasMember": maker},
        {"id": product, "type": "Product", "name": model, "manufacturer": maker["id"]},
        {"id": product, "releaseDate": f"{day.year - 1}-Q{rng.randint(1, 4)}", "resultOf": _project(org)},
        {**study, "datePublished": f"spring {day.year}", "publisher": org.id},
        {"id": maker["id"], "employees": f"about {rng.randint(2, 90)}0"},
    ]
    return _headline(org, "Neuer Sensor:", "New sensor:"), news


def _other_labels(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
    german, english = words.PLACES[org.place][2:]
    name = {"de": f"Cluster-Exzellenz {german}", "en": f"Cluster Excellence {english}"}
    scheme: Node = {"id": f"thing/{slug(name['de'])}", "type": "LabelScheme", "name": name}
    seal: Node = {"id": f"label/{org.stem}-{scheme['id'].removeprefix('thing/')}", "type": "AwardedLabel"}
    certificate: Node = {
        "id": f"label/{org.stem}-iso-9001",
        "type": "Certification",
        "name": "ISO 9001",
        "heldBy": org.id,
    }
    dates = {"validFrom": f"{day.year}-01-01", "validThrough": f"{day.year + 2}-12-31"}
    news = [
        {**seal, "scheme": scheme, "heldBy": org.id, "awardedOn": rng.choice((str(day.year), f"{day:%Y-%m}"))},
        {**certificate, "certificateNumber": f"{rng.randint(1000, 9999)}-{rng.randint(10, 99)}"},
        {"id": certificate["id"], **dates},
        {"id": org.id, "members": f"nearly {org.members + 20}"},
        {
            "id": "lvl:gold",
            "holders": {"value": f"about {rng.randint(80, 120)}", "within": "ref:europe", "saidBy": org.id},
        },
    ]
    return _headline(org, "Zwei Siegel für", "Two labels for"), news


def _correction(org: Organisation, day: date, rng: random.Random) -> tuple[dict[str, str], list[Node]]:
    last = day - timedelta(days=rng.randint(5, 50))
    role, new = org.manager_role, str(last + timedelta(days=1))
    news = [
        _membership(org, "manager", 1, role, endDate=str(last), endedBy="resignation"),
        _membership(org, "manager-new", 2, role, startDate=new, predecessor=org.person_id(1)),
        {"id": org.id, "members": f"about {org.members + 30}"},
    ]
    return _headline(org, "Berichtigung:", "Correction:"), news


NEWS: tuple[Callable[[Organisation, date, random.Random], tuple[dict[str, str], list[Node]]], ...] = (
    _first_label,
    _board,
    _grant,
    _new_member,
    _better_label("bronze", "silver"),
    _agreement,
    _fair,
    _figures,
    _product,
    _other_labels,
    _better_label("silver", "gold"),
    _correction,
)
"""The kinds of news, in the order of an organisation's releases."""
