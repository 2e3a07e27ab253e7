"""Words that are no keys: what is suggested for them, by their meaning in the thing's classes, English and German."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from pressgraph.facts import read_facts_bytes
from pressgraph.facts.words import words_of
from pressgraph.profile import Profile

# What first-time users typed into an organisation, the class that they meant, and the key that says it there.
GUESSES = """
since Membership startDate · until Membership endDate · from Membership startDate · to Membership endDate
person Membership member · function Membership role · position Membership role · title NewsArticle headline
start Event startDate · end Event endDate · members Organization members · employees Organization employees
turnover Organization turnover · revenue Organization turnover · website Organization url · homepage Organization url
phone ContactPoint telephone · mail ContactPoint email · street PostalAddress street · zip PostalAddress postalCode
city PostalAddress city · country PostalAddress country · ceo Membership role · chairman Membership role
partners Project partner · founders Organization founders · founded Organization foundingDate
abbreviation Organization alternateName · shortName Organization alternateName · fullName Organization legalName
date NewsArticle datePublished · place NewsArticle locationCreated · venue Event location · booth Stand stand
visitors Event visitors · exhibitors Event exhibitors · participants Event participants · amount Grant amount
funding Grant amount · funder Grant funder · currency Figure currency · period Figure period
teaser NewsArticle abstract · subtitle NewsArticle alternativeHeadline · language NewsArticle inLanguage
photo NewsArticle image · link NewsArticle url · quote QuotedStatement text · speaker QuotedStatement saidBy
said QuotedStatement text · holder AwardedLabel heldBy · awardDate AwardedLabel awardedOn
expires AwardedLabel validThrough · score Assessment score · signedOn Agreement signedOn · parties Agreement party
category Claim claimType · topic NewsArticle about · email_address ContactPoint email · Mitglieder Organization members
Ort NewsArticle locationCreated · Datum NewsArticle datePublished · gueltigBis AwardedLabel validThrough
Titel NewsArticle headline · Sprecher QuotedStatement saidBy
"""
TABLE = [tuple(it.split()) for line in GUESSES.strip().splitlines() for it in line.split(" · ")]


@pytest.mark.parametrize(("word", "meant", "key"), TABLE)
def test_a_guess_leads_to_the_key_or_to_the_class_that_has_it(
    word: str, meant: str, key: str, profile: Profile
) -> None:
    text = (
        "source: { id: document/x, type: NewsArticle, headline: X, datePublished: 2024-05-02 }\n"
        f"facts:\n  - {{ id: agent/o, type: Organization, {word}: 1 }}\n"
    )
    found = read_facts_bytes(text.encode(), profile, id_base="https://data.example.org/id/", name="x.yaml")
    hints = [str(it.hint) for it in found.problems if it.rule in {"unknown-key", "misplaced-key"}]
    if word in profile.classes["Organization"].uses:
        assert hints == []
        return
    (hint,) = hints
    own = words_of(profile).meant(word, ["Organization"])
    assert meant in hint or f"'{key}'" in hint or (own is not None and f"'{own}'" in hint), hint


@pytest.mark.parametrize(
    ("fact", "hint"),
    [
        ("type: Membership, members: 3", "did you mean 'member'?"),
        ("type: Membership, seit: 2018", "did you mean 'startDate'?"),
        ("type: Event, Farbe der Halle 3: x", "'pressgraph profile keys Event' lists them"),
        # compounds: the word that they are a kind of, and those beside a number or a date
        ("type: Event, Motto der Messe: x", "did you mean 'motto'?"),
        ("type: Project, Verbundprojektpartner: agent/b", "did you mean 'partner'?"),
        ("type: Organization, number of members: 3", "did you mean 'members'?"),
        ("type: Event, exhibitor count: 3", "did you mean 'exhibitors'?"),
        ("type: Membership, beginDate: 2018", "did you mean 'startDate'?"),
        ("type: AwardedLabel, Gültigkeitsdatum: 2018", "did you mean 'validThrough'?"),
        ("type: Organization, Geschäftsführerin: agent/b", "'role' (Membership)"),
        ("type: Stand, Messe: event/b", "did you mean 'partOf'?"),
        ("type: Rahmenvertrag", "did you mean 'Agreement'?"),
        ("type: Fachworkshop", "did you mean 'Event'?"),
        ("type: Event, startDat: 2018", "did you mean 'startDate'?"),
        ("type: AwardedLabel, gültig bis: 2018", "did you mean 'validThrough'?"),
        # JSON-LD's keywords, and properties and classes by their IRIs
        ('type: Organization, "@value": x', "no JSON-LD: a value stands behind its key"),
        ('type: Organization, name: { "@value": x, "@language": de }', "a language is a key: 'de: …'"),
        ('type: Organization, name: { "@list": [a, b] }', "several values stand in brackets"),
        ('"@type": Organization', "did you mean 'type'?"),
        ('type: Organization, "@reverse": { memberOf: agent/b }', "no key begins with @"),
        ('type: Organization, "@context": x', "leave it out; the profile says what keys mean"),
        # what schema.org calls a property; words that merely share letters
        ("type: Event, performer: agent/b", "did you mean 'speaker'?"),
        ("type: Event, programm: x", "did you mean 'programme'?"),
        ('type: Organization, "schema:name": x', "did you mean 'name'?"),
        ('type: Organization, "https://schema.org/name": x', "did you mean 'name'?"),
        ('type: "https://schema.org/Organization"', "did you mean 'Organization'?"),
        ("type: schema:Organization", "did you mean 'Organization'?"),
    ],
)
def test_words_are_looked_for_in_the_classes_of_the_thing(fact: str, hint: str, profile: Profile) -> None:
    text = f"source: {{ id: document/x }}\nfacts:\n  - {{ id: thing/x, {fact} }}\n"
    found = read_facts_bytes(text.encode(), profile, id_base="https://data.example.org/id/", name="x.yaml")
    assert any(hint in str(it.hint) for it in found.problems), [str(it) for it in found.problems]


def test_words_of_people_who_do_not_know_the_keys_lead_to_them(profile: Profile) -> None:
    words = words_of(profile)
    asked = {
        "Organization": "Gründungsjahr foundingDate · Mitarbeiterzahl employees · Vereinssitz location · seat location"
        " · Postanschrift address · Jahresumsatz turnover · Mutterkonzern parentOrganization · memberCount members",
        "Membership": "Amtsantritt startDate · Amtsende endDate · successorOf predecessor · appointedOn startDate"
        " · tenure duration · stepped-down endedBy · Mandat role",
        "Grant": "Geldgeber funder · donor funder · Förderzeitraum duration · grantAmount amount · Vorhaben funds",
        "Event": "Tagungsort location · Referent speaker · Messebeginn startDate · hostedBy organizer"
        " · Ticketlink registration",
        "AwardedLabel": "Ablaufdatum validThrough · awardee heldBy · Verleihungsdatum awardedOn · grantedBy issuedBy",
        "Agreement": "Vertragslaufzeit duration · signDate signedOn · contractingParties party",
        "Person": "Familienname familyName · surname familyName · employer affiliation",
        "NewsArticle": "Schlagzeile headline · Erscheinungsdatum datePublished · Verfasserin author",
        "Product": "producer manufacturer · Herstellerfirma manufacturer · Markteinführungstermin releaseDate",
        "Figure": "referenceYear asOf · Stichtag asOf · Quellenangabe saidBy",
        "PostalAddress": "zipCode postalCode · Hausnummer street · Bundesland region",
        "Call": "Bewerbungsfrist deadline · applyBy deadline · Preisgeld budget",
    }
    told = {
        (name, word): (words.hint(word, [name], ()), key)
        for name, listed in asked.items()
        for word, key in (it.rsplit(" ", 1) for it in listed.split(" · "))
    }
    assert {it: hint for it, (hint, key) in told.items() if f"'{key}'" not in hint} == {}


def test_no_word_means_two_keys_of_one_class(profile: Profile) -> None:
    for term in profile.classes.values():
        given = [(word.casefold(), key) for key, use in term.uses.items() for word in use.words]
        meant = dict(given)
        assert [it for it in given if meant[it[0]] != it[1]] == [], term.name


# What these judge stands in pages, which say it in schema.org's own words
PAGES = {"google-breadcrumb.ttl", "google-dataset.ttl", "google-profile-page.ttl"}


def test_every_key_that_a_message_names_is_a_key(root: Path, profile: Profile) -> None:
    named: dict[str, set[str]] = {}
    for path in sorted((root / "shapes").rglob("*.ttl")):
        graph = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        for quad in graph:
            if quad.predicate.value == "http://www.w3.org/ns/shacl#message" and path.name not in PAGES:
                for word in re.findall(r"'([A-Za-z]+)'", quad.object.value):
                    named.setdefault(word, set()).add(path.name)
    assert {"registration", "speaker", "street", "free"} <= named.keys()
    assert {word: files for word, files in named.items() if word not in profile.keys} == {}
