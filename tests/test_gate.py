"""Whoever proposes it: only what the words of a text say gets into a facts file, and nobody publishes it unread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pressgraph.drafting.admitted import Context
from pressgraph.drafting.gate import admit
from pressgraph.drafting.grounds import Grounds, day
from pressgraph.drafting.known import KnownNames, KnownThing
from pressgraph.drafting.proposal import SOURCE, Proposal, ProposedStatement, ProposedThing, Ref
from pressgraph.facts.figures import figures_of
from pressgraph.text import SourceText

if TYPE_CHECKING:
    from pressgraph.drafting.admitted import Admitted
    from pressgraph.profile import Profile

TEXT = """\
Gold für Küstenlicht

Husum, 12. März 2026. Der Verein Küstenlicht e.\u00a0V. hat das „Gold-Label“ erhalten. Es gilt bis zum 28. Februar 2029.
Küstenlicht hat mehr als 180 Mitglieder und einen Umsatz von 1,8 Millionen Euro. „Wir freuen uns“, sagte Ida Lindqvist.

Kontakt
Ida Lindqvist
Telefon +49 4841 555014, presse@kuestenlicht.example
"""
CLUB = ProposedThing(ref="c", class_="ClusterOrganisation", name="Küstenlicht", words="Der Verein Küstenlicht e. V.")
LABEL = ProposedThing(ref="l", class_="AwardedLabel", name="Gold", words='das "Gold-Label"')
PERSON = ProposedThing(ref="p", class_="Person", name="Ida Lindqvist", words="sagte Ida Lindqvist")
AWARD = 'hat das "Gold-Label" erhalten'
UNTIL = "gilt bis zum 28. Februar 2029"
MEMBERS = "Küstenlicht hat mehr als 180 Mitglieder"
BUDGET = "einen Umsatz von 1,8 Millionen Euro"


def says(about: str, key: str, value: Any, words: str, status: str = "stated", **more: Any) -> ProposedStatement:
    return ProposedStatement(about=about, key=key, value=value, words=words, status=status, **more)


TRUE = (
    says("l", "heldBy", Ref("c"), AWARD),
    says("l", "level", "gold", AWARD),
    says("l", "validThrough", "2029-02-28", UNTIL, "normalised"),
    says("c", "members", "more than 180", MEMBERS),
    says("c", "turnover", "1.8 million EUR", BUDGET, "normalised"),
    says("c", "legalName", "Küstenlicht e. V.", "Küstenlicht e. V."),
    says(SOURCE, "datePublished", "2026-03-12", "12. März 2026", "normalised"),
)
LIES = (
    says("c", "members", "more than 180", "Küstenlicht zählt mehr als 180 Mitglieder"),
    says("c", "members", "190", MEMBERS),
    says("l", "validThrough", "2029-03-12", UNTIL, "implied"),
    says("l", "level", "silver", AWARD),
    says("c", "alternateName", "Nordlicht", MEMBERS),
    says("c", "nmembers", "180", MEMBERS),
    says("c", "heldBy", Ref("p"), AWARD),
    says("l", "heldBy", Ref("nobody"), AWARD),
    says("c", "parentOrganization", "agent/landesverband", MEMBERS),
    says("c", "turnover", "1.8 million USD", BUDGET),
    says("c", "turnover", "8 million EUR", BUDGET),
    says("c", "description", "Küstenlicht ist das beste Netzwerk", MEMBERS),
    says("c", "members", "more than 180", MEMBERS, "derived!"),
    says("c", "members", "more than 180", MEMBERS, span=(0, 20)),
)
"""Words, numbers, dates, terms, names, keys, places of keys, things and ids that are not; text, status, span."""


def judged(profile: Profile, id_base: str, *statements: ProposedStatement, **more: Any) -> Admitted:
    things = more.pop("things", (CLUB, LABEL, PERSON))
    context = Context(
        text=SourceText(more.pop("text", TEXT), ""),
        profile=profile,
        id_base=id_base,
        source="document/d",
        source_types=("NewsArticle",),
        language="de",
        published="2026-03-12",
        known=KnownNames(profile, more.pop("known", ())),
    )
    return admit(Proposal(by="rules", things=things, statements=statements), context)


def said(admitted: Admitted) -> dict[str, dict[str, Any]]:
    """Return what facts say, by the ids of their things."""
    found: dict[str, dict[str, Any]] = {}
    for fact in admitted.facts:
        found.setdefault(fact.id, {}).update(fact.body)
    return found


def test_what_words_say_passes_and_lies_do_not(profile: Profile, id_base: str) -> None:
    admitted = judged(profile, id_base, *TRUE, *LIES)
    found = said(admitted)
    label, club = found["label/d-gold"], found["agent/kuestenlicht"]
    assert label == {
        "id": "label/d-gold", "type": "AwardedLabel", "heldBy": "agent/kuestenlicht", "level": "gold",
        "validThrough": "2029-02-28",
    }  # fmt: skip
    assert club["legalName"] == "Küstenlicht e. V."
    assert (club["members"], club["turnover"], club["type"]) == (
        "more than 180",
        "1.8 million EUR",
        "ClusterOrganisation",
    )
    assert found["document/d"]["datePublished"] == "2026-03-12"
    assert [(it.what, str(it.reason)) for it in admitted.refused] == [
        ("agent/kuestenlicht members: more than 180", "the text does not say these words"),
        ("agent/kuestenlicht members: 190", "the words do not say '190'"),
        ("label/d-gold validThrough: 2029-03-12", "the words do not say '2029-03-12'"),
        ("label/d-gold level: silver", "the words do not say 'silver'"),
        ("agent/kuestenlicht alternateName: Nordlicht", "the words do not say 'Nordlicht'"),
        ("agent/kuestenlicht nmembers: 180", "'nmembers' is not a key of the profile; did you mean 'members'?"),
        ("agent/kuestenlicht heldBy: → p", "'heldBy' is not a key of ClusterOrganisation"),
        ("label/d-gold heldBy: → nobody", "'nobody' is no thing that passed"),
        ("agent/kuestenlicht parentOrganization: agent/landesverband", "nothing has the id 'agent/landesverband'"),
        ("agent/kuestenlicht turnover: 1.8 million USD", "the words do not say '1.8 million USD'"),
        ("agent/kuestenlicht turnover: 8 million EUR", "the words do not say '8 million EUR'"),
        (
            "agent/kuestenlicht description: Küstenlicht ist das beste Netzwerk",
            "the words do not say 'Küstenlicht ist das beste Netzwerk'",
        ),
        ("agent/kuestenlicht members: more than 180", "'derived!' is not a status"),
        ("agent/kuestenlicht members: more than 180", "these words do not stand there in the text"),
    ]
    # each fact's words are where it says
    text = SourceText(TEXT, "")
    assert all(text.slice(fact.span).strip() for fact in admitted.facts)


def test_things_that_are_none_take_what_is_said_of_them_along(profile: Profile, id_base: str) -> None:
    things = (
        replace(CLUB, class_="Klub"),
        replace(LABEL, words="das Platin-Label"),
        replace(PERSON, name="Ida Berg"),
        replace(PERSON, ref="k", id="agent/x"),
        CLUB,
        replace(CLUB, name="Nordlicht"),
    )
    statements = (says("l", "level", "gold", AWARD), says("p", "honorificPrefix", "Dr.", "sagte Ida Lindqvist"))
    admitted = judged(profile, id_base, *statements, TRUE[3], things=things)
    assert set(said(admitted)) == {"agent/kuestenlicht"}
    assert [str(it.reason) for it in admitted.refused] == [
        "'Klub' is not a class of the profile",
        "the text does not say these words",
        "the words do not say 'Ida Berg'",
        "nothing has the id 'agent/x'",
        "another thing has the ref 'c'",
        "'l' is no thing that passed",
        "'p' is no thing that passed",
    ]


def test_known_things_keep_their_ids_and_labels_are_not_one_because_of_their_name(
    profile: Profile, id_base: str
) -> None:
    known = (
        KnownThing(id="agent/kl", class_="Organization", names=("Küstenlicht", "KL")),
        KnownThing(id="label/d-gold", class_="AwardedLabel", names=("Gold",)),
        KnownThing(id="place/kuestenlicht", class_="Place", names=("Küstenlicht",)),
    )
    found = said(judged(profile, id_base, *TRUE, known=known))
    assert found["agent/kl"]["members"] == "more than 180"
    assert "type" not in found["agent/kl"]
    assert found["label/d-gold-2"]["heldBy"] == "agent/kl"
    # of two that have a name, none is meant without doubt
    twice = (*known, replace(known[0], id="agent/other"))
    assert "agent/kuestenlicht" in said(judged(profile, id_base, *TRUE, known=twice))


def test_contacts_are_personal_and_no_number_is_part_of_an_id(profile: Profile, id_base: str) -> None:
    number = "Telefon +49 4841 555014"
    contact = ProposedThing(ref="k", class_="ContactPoint", name="+49 4841 555014", words=number)
    statements = (
        says("c", "contactPoint", Ref("k"), number),
        says("k", "telephone", "+49 4841 555014", number),
        says("p", "givenName", "Ida", "Kontakt\nIda Lindqvist", personal=True),
    )
    admitted = judged(
        profile, id_base, *statements, TRUE[3], things=(CLUB, contact, replace(PERSON, words="Ida Lindqvist"))
    )
    personal = {fact.id for fact in admitted.facts if fact.personal}
    assert personal >= {"agent/ida-lindqvist"}
    assert not any("555014" in fact.id for fact in admitted.facts)
    assert all(fact.personal for fact in admitted.facts if {"telephone", "contactPoint"} & fact.body.keys())


@pytest.mark.parametrize(
    ("words", "right", "wrong"),
    [
        ("vom 1. Mai 2024 bis zum 30. April 2027", ["2024-05-01", "2027-04-30", "2024"], ["2024-04-30", "2027-05-01"]),
        ("from 12 to 14 March 2025", ["2025-03-12", "2025-03-14"], ["2025-03-13", "2024-03-12"]),
        ("am 9. März", ["2026-03-09", "2025-03-09"], ["2026-04-09", "2020-03-09"]),
        ("on 05.09.2018", ["2018-09-05"], ["2018-05-09"]),
        ("im 3. Quartal 2024", ["2024-Q3"], ["2024-Q2"]),
        ("within two years", [], ["2024", "2002"]),
        (
            "am 3. Juni 2024 von 16 bis 18.30 Uhr",
            ["2024-06-03T16:00", "2024-06-03T18:30", "2024-06-03T16:00+02:00"],
            ["2024-06-03T04:00", "2024-06-03T18:00", "2024-06-03T17:00", "2024-06-04T16:00"],
        ),
        (
            "on 3 June 2024 at 4 pm, after lunch at noon",
            ["2024-06-03T16:00", "2024-06-03T12:00"],
            ["2024-06-03T04:00", "2024-06-03T03:00", "2024-06-03T00:00"],
        ),
        ("on 3 June 2024 at 12 a.m.", ["2024-06-03T00:00"], ["2024-06-03T12:00"]),
        ("on 3 June 2024 at 7 o'clock", ["2024-06-03T07:00", "2024-06-03T19:00"], ["2024-06-03T07:30"]),
    ],
)
def test_dates_are_said_with_all_their_parts(words: str, right: list[str], wrong: list[str]) -> None:
    grounds = Grounds(words, published=day("2026-03-12"))
    assert [it for it in (*right, *wrong) if grounds.date(it)] == right


@pytest.mark.parametrize(
    ("words", "right", "wrong"),
    [
        ("17.400 Menschen", ["about 17400", "17.4"], ["174", "1740"]),
        ("4 bis 6 Millionen Euro", ["4 to 6 million EUR"], ["4 to 6 EUR", "46 million EUR"]),
        ("88 von 100 Punkten", ["88 of 100"], ["100 of 88.5", "88 of 101"]),
        ("ein Viertel tragen die Partner", ["25 %"], ["20 %", "4 %"]),
        ("vierzehn Mitglieder, 1 200 Gäste", ["14", "1200"], ["40", "200", "1", "2"]),
        ("eine Milliarde; 2 billion dollars", ["2 bn USD"], ["2 million USD", "2"]),
    ],
)
def test_quantities_are_said_with_all_their_numbers(
    words: str, right: list[str], wrong: list[str], profile: Profile
) -> None:
    grounds = Grounds(words)
    figures = figures_of(profile)
    assert [it for it in (*right, *wrong) if grounds.quantity(it, figures)] == right
