"""What rules propose of a text: what its words say, in the keys of the profile, and nothing that they do not say."""

from __future__ import annotations

import sys
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressgraph.drafting import languages
from pressgraph.drafting.known import KnownNames, KnownThing, known_names
from pressgraph.drafting.patterns.grammar import Grammar
from pressgraph.drafting.patterns.propose import propose
from pressgraph.drafting.patterns.template import compile_template
from pressgraph.drafting.proposal import SOURCE, Proposal, Ref
from pressgraph.rdf import RDF_TYPE, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pressgraph.drafting.proposal import Value
    from pressgraph.profile import Profile

Said = set[tuple[str, str, str]]
DE = "Neues aus dem Netz\n\nOldenburg, 12. März 2024. "
EN = "News of the network\n\nAlderford, 14 May 2024. "


@pytest.fixture(scope="module")
def known(profile: Profile) -> KnownNames:
    return KnownNames(profile)


def said(proposal: Proposal) -> Said:
    """Return what was proposed; things are called by their names, those without one by their class."""
    called = {it.ref: it.class_ for it in proposal.things} | {SOURCE: SOURCE}
    called |= {it.ref: it.id for it in proposal.things if it.id is not None}
    called |= {it.about: it.value for it in proposal.statements if it.key == "name" and isinstance(it.value, str)}
    return {(called[it.about], it.key, _shown(it.value, called)) for it in proposal.statements}


def _shown(value: Value, called: Mapping[str, str]) -> str:
    if isinstance(value, Ref):
        return called[value.ref]
    if isinstance(value, str):
        return value
    return "; ".join(f"{key}: {_shown(one, called)}" for key, one in value.items())


# what a text says, by kind: language, words, and what they say of each thing
SAYS: dict[str, tuple[str, str, Said]] = {
    "the top of a release": (
        "de",
        "PRESSEMITTEILUNG\n" + DE + "Der Verein Moorgrün e. V. (MG) hat 120 Mitglieder.",
        {
            (SOURCE, "headline", "Neues aus dem Netz"),
            (SOURCE, "datePublished", "2024-03-12"),
            (SOURCE, "locationCreated", "Oldenburg"),
            ("Moorgrün", "legalName", "Moorgrün e. V."),
            ("Moorgrün", "legalForm", "registered-association"),
            ("Moorgrün", "alternateName", "MG"),
            ("Moorgrün", "members", "120"),
        },
    ),
    "a dateline of its own, with a country": (
        "en",
        "Cork, Ireland – 3 March 2026\n\nA headline\n\nTidal Cluster was founded in 2014 by Ada Quinn and Liam Roe.",
        {
            (SOURCE, "datePublished", "2026-03-03"),
            (SOURCE, "locationCreated", "Cork"),
            (SOURCE, "headline", "A headline"),
            ("Tidal Cluster", "foundingDate", "2014"),
            ("Tidal Cluster", "founder", "Ada Quinn"),
            ("Tidal Cluster", "founder", "Liam Roe"),
        },
    ),
    "a quotation, an office with a title": (
        "en",
        EN + '"The label is a promise," said Dr. Ruth Calder, managing director of Brinewell Pumps Ltd.',
        {
            ("QuotedStatement", "text", "The label is a promise"),
            ("QuotedStatement", "saidBy", "Ruth Calder"),
            ("Ruth Calder", "honorificPrefix", "Dr."),
            ("Membership", "organization", "Brinewell Pumps Ltd"),
            ("Membership", "role", "managing-director"),
            ("Membership", "roleName", "managing director"),
        },
    ),
    "quotations in German marks, one that goes on": (
        "de",
        DE + "Der Verein Moorgrün e. V. wächst. „Das Moor hat Zukunft“, sagte Geschäftsführerin Thea Brandis. "
        "„Und wir mit ihm.“ Dann ergänzte Vorstand Onno Harms: »Wir freuen uns sehr.«",
        {
            ("QuotedStatement", "text", "Das Moor hat Zukunft Und wir mit ihm."),
            ("QuotedStatement", "saidBy", "Thea Brandis"),
            ("QuotedStatement", "text", "Wir freuen uns sehr."),
            ("QuotedStatement", "saidBy", "Onno Harms"),
        },
    ),
    "an election, a succession, a departure": (
        "de",
        DE
        + "Die Mitgliederversammlung des Vereins Moorgrün e. V. hat am 7. März 2024 Thea Brandis und Ida Bohlen in den "
        "Vorstand gewählt. Brandis folgt als Vorsitzende auf Onno Harms, der nach sechs Jahren nicht wieder antrat.",
        {
            ("Membership", "member", "Thea Brandis"),
            ("Membership", "member", "Ida Bohlen"),
            ("Membership", "role", "board-member"),
            ("Membership", "filledBy", "election"),
            ("Membership", "startDate", "2024-03-07"),
            ("Membership", "role", "chairperson"),
            ("Membership", "predecessor", "Onno Harms"),
            ("Membership", "endedBy", "not-standing-again"),
            ("Membership", "duration", "P6Y"),
        },
    ),
    "an appointment, by a pronoun": (
        "en",
        EN
        + "Tidal Cluster has appointed Ada Quinn as chief executive. She takes up the post on 1 June 2024 and succeeds "
        "Liam Roe, who retired on 30 April 2024.",
        {
            ("Membership", "role", "managing-director"),
            ("Membership", "filledBy", "appointment"),
            ("Membership", "startDate", "2024-06-01"),
            ("Membership", "predecessor", "Liam Roe"),
            ("Membership", "endedBy", "retirement"),
            ("Membership", "endDate", "2024-04-30"),
        },
    ),
    "labels of several holders in the passive, with issuer and day": (
        "de",
        DE + "Der Verein Moorgrün e. V. und das Netzwerk Holz Nord sind am 5. März 2024 von der European Cluster "
        "Excellence Initiative mit dem Silber-Label ausgezeichnet worden. Die Label gelten bis zum 4. März 2026.",
        {
            ("AwardedLabel", "heldBy", "Moorgrün"),
            ("AwardedLabel", "heldBy", "Holz Nord"),
            ("AwardedLabel", "level", "silver"),
            ("AwardedLabel", "awardedOn", "2024-03-05"),
            ("AwardedLabel", "issuedBy", "ref:ecei"),
            ("AwardedLabel", "validThrough", "2026-03-04"),
        },
    ),
    "a renewal, its scheme, what it replaces": (
        "en",
        EN
        + "Tidal Cluster has renewed the Gold Label of the European Cluster Excellence Initiative (ECEI). It replaces "
        "its previous Silver Label and is valid for three years. Tidal Cluster scored 81 of 100 points.",
        {
            ("AwardedLabel", "heldBy", "Tidal Cluster"),
            ("AwardedLabel", "level", "gold"),
            ("AwardedLabel", "awardKind", "renewal"),
            ("AwardedLabel", "scheme", "ref:ecei-labels"),
            ("AwardedLabel", "replaces", "AwardedLabel"),
            ("AwardedLabel", "level", "silver"),
            ("ValidityPeriod", "duration", "P3Y"),
            ("Assessment", "score", "81 of 100"),
        },
    ),
    "figures with their units, their time and what they are not exactly": (
        "de",
        DE + "Die Friesische Moorwirtschaft hat 2023 rund 4,1 Milliarden Euro umgesetzt. In den 185 Unternehmen und 14 "
        "Forschungseinrichtungen arbeiteten Ende 2023 etwa 17.400 Menschen. Der Exportanteil lag bei 68 Prozent.",
        {
            ("Friesische Moorwirtschaft", "turnover", "value: about 4.1 Mrd EUR; period: 2023"),
            ("Friesische Moorwirtschaft", "companies", "185"),
            ("Friesische Moorwirtschaft", "researchInstitutions", "14"),
            ("Friesische Moorwirtschaft", "employees", "value: about 17400; asOf: late 2023"),
            ("Friesische Moorwirtschaft", "exports", "statistic: share; value: 68 %"),
        },
    ),
    "money for a project, its time and its partners": (
        "en",
        EN + "The research project Green Quay was funded by the Northern Energy Fund with up to 1.5 million euros over "
        "three years. Green Quay is coordinated by Tidal Cluster. The partners are Brinewell Pumps Ltd and the "
        "University of Alderford. Total costs are £2,100,000. Green Quay runs from 1 July 2024 to 30 June 2027.",
        {
            ("Grant", "funder", "Northern Energy Fund"),
            ("Grant", "amount", "up to 1.5 million EUR"),
            ("Grant", "duration", "P3Y"),
            ("Grant", "funds", "Green Quay"),
            ("Green Quay", "coordinator", "Tidal Cluster"),
            ("Green Quay", "partner", "Brinewell Pumps Ltd"),
            ("Green Quay", "partner", "University of Alderford"),
            ("Green Quay", "totalCost", "2100000 GBP"),
            ("Green Quay", "startDate", "2024-07-01"),
            ("Green Quay", "endDate", "2027-06-30"),
        },
    ),
    "members that join and leave": (
        "de",
        DE
        + "Zum 1. März 2024 sind die Torfwerk GmbH aus Emden und die Schilf AG dem Netzwerk Moorgrün beigetreten. Die "
        "Reet GmbH ist Ende 2023 ausgetreten.",
        {
            ("Membership", "member", "Torfwerk GmbH"),
            ("Membership", "member", "Schilf AG"),
            ("Membership", "organization", "Moorgrün"),
            ("Membership", "filledBy", "accession"),
            ("Membership", "startDate", "2024-03-01"),
            ("Membership", "member", "Reet GmbH"),
            ("Membership", "endedBy", "withdrawal"),
            ("Membership", "endDate", "late 2023"),
            ("Torfwerk GmbH", "location", "Emden"),
        },
    ),
    "an agreement": (
        "en",
        EN
        + "Alder Valley and the Tidal Cluster signed a memorandum of understanding on 13 May 2024. The agreement runs "
        "for two years. The partners want to hold seminars and carry out joint research. It was signed by Ada Quinn, "
        "chair of Alder Valley, and Liam Roe, director of the Tidal Cluster.",
        {
            ("memorandum of understanding", "party", "Alder Valley"),
            ("memorandum of understanding", "party", "Tidal Cluster"),
            ("memorandum of understanding", "signedOn", "2024-05-13"),
            ("memorandum of understanding", "duration", "P2Y"),
            ("memorandum of understanding", "purpose", "hold-seminars"),
            ("memorandum of understanding", "purpose", "research-jointly"),
            ("memorandum of understanding", "signatory", "Ada Quinn"),
            ("memorandum of understanding", "signatory", "Liam Roe"),
        },
    ),
    "events to come": (
        "en",
        EN
        + "Tidal Cluster will exhibit at the Marinex trade fair in Bremen from 15 to 18 October 2024. On 3 June 2024 "
        "it will host the AgriForum in Cork.",
        {
            ("Marinex", "startDate", "2024-10-15"),
            ("Marinex", "endDate", "2024-10-18"),
            ("Marinex", "location", "Bremen"),
            ("AgriForum", "startDate", "2024-06-03"),
            ("AgriForum", "organizer", "Tidal Cluster"),
        },
    ),
    "a stand at a fair, who is there and how many came": (
        "de",
        DE + "Vom 18. bis 20. Februar 2025 kamen mehr als 8.000 Besucher zur Messe Techna. Am Gemeinschaftsstand des "
        "Clusters Moorgrün e. V. in Halle 4, Stand C12, zeigten neun Unternehmen auf 85 Quadratmetern ihre Produkte, "
        "darunter die Torfwerk GmbH. Moorgrün wurde 2009 von 14 Mitgliedern gegründet.",
        {
            ("Techna", "startDate", "2025-02-18"),
            ("Techna", "endDate", "2025-02-20"),
            ("Techna", "visitors", "more than 8000"),
            ("Gemeinschaftsstand", "hall", "4"),
            ("Gemeinschaftsstand", "stand", "C12"),
            ("Gemeinschaftsstand", "area", "85 m²"),
            ("Gemeinschaftsstand", "partOf", "Techna"),
            ("Gemeinschaftsstand", "organizer", "Moorgrün"),
            ("Gemeinschaftsstand", "exhibitors", "9"),
            ("Gemeinschaftsstand", "exhibitor", "Torfwerk GmbH"),
            ("Moorgrün", "founders", "14"),
        },
    ),
    "names in the genitive, sentences that begin with their verb, several companies that are no one": (
        "de",
        DE
        + "Zum neuen Vorsitzenden des Kunst-Netzwerks Ems e. V. wurde am 7. März Prof. Dr. Martin Hübel gewählt. Damit "
        "hat das Netzwerk 100 Mitglieder. Im Herbst 2023 erhielt das Netzwerk das Gold-Label, das bis April 2026 "
        "gültig ist. Das Kunst-Netzwerk Ems wächst.",
        {
            ("Kunst-Netzwerk Ems", "legalName", "Kunst-Netzwerk Ems e. V."),
            ("Kunst-Netzwerk Ems", "members", "100"),
            ("Membership", "member", "Martin Hübel"),
            ("Membership", "organization", "Kunst-Netzwerk Ems"),
            ("Martin Hübel", "honorificPrefix", "Prof. Dr."),
            ("AwardedLabel", "heldBy", "Kunst-Netzwerk Ems"),
            ("AwardedLabel", "validThrough", "2026-04"),
        },
    ),
    "a company whose description has a word for not in it": (
        "en",
        EN + "Tidal Network Ltd, a not-for-profit company, was set up in 2010 and represents around 150 companies.",
        {
            ("Tidal Network Ltd", "foundingDate", "2010"),
            ("Tidal Network Ltd", "companies", "about 150"),
        },
    ),
    "an agreement of parties, signatories and a project that several sentences tell of": (
        "de",
        DE
        + "Der Verein Moorgrün e. V. und das niederländische Lichtforum Brabant haben am 11. März 2024 auf der Messe "
        "Marinex eine Rahmenvereinbarung unterzeichnet. Sie gilt zunächst für drei Jahre. Unterschrieben wurde sie "
        "von Dr. Karin Holt, Geschäftsführerin des Moorgrün e. V., und Jan de Boer, Vorsitzender des Lichtforums "
        "Brabant. Das Projekt „LUMEX“ startet am 1. Juli 2024. Projektpartner sind die Hochschule Aurich, die "
        "Klarlinse GmbH und die Firma Sehwerk. Koordiniert wird das Projekt von Moorgrün.",
        {
            ("Rahmenvereinbarung", "party", "Moorgrün"),
            ("Rahmenvereinbarung", "party", "Lichtforum Brabant"),
            ("Rahmenvereinbarung", "signedOn", "2024-03-11"),
            ("Rahmenvereinbarung", "signedAt", "Marinex"),
            ("Rahmenvereinbarung", "duration", "P3Y"),
            ("Rahmenvereinbarung", "signatory", "Karin Holt"),
            ("Rahmenvereinbarung", "signatory", "Jan de Boer"),
            ("Membership", "organization", "Lichtforum Brabant"),
            ("LUMEX", "startDate", "2024-07-01"),
            ("LUMEX", "partner", "Hochschule Aurich"),
            ("LUMEX", "partner", "Sehwerk"),
            ("LUMEX", "coordinator", "Moorgrün"),
        },
    ),
    "a name that is described, an agreement with another one, money for its project": (
        "en",
        EN + "MediNet West, the health technology cluster of the region, has signed a cooperation agreement with the "
        "Danish network CareTech Fyn. Talks with a third partner, Salus Iberia, were broken off. The Ministry of "
        "Trade is providing MediNet West with £450,000 for the project Open Ward. The project will run for 30 months. "
        "Its total budget is £900,000.",
        {
            ("cooperation agreement", "party", "MediNet West"),
            ("cooperation agreement", "party", "CareTech Fyn"),
            ("Grant", "funder", "Ministry of Trade"),
            ("Grant", "funds", "Open Ward"),
            ("Open Ward", "duration", "P30M"),
            ("Open Ward", "totalCost", "900000 GBP"),
        },
    ),
    "members that are listed behind a colon, and an event in a compound": (
        "de",
        DE
        + "Der Verein Moorgrün e. V. hat zum 1. Februar 2024 drei neue Mitglieder aufgenommen: die Torfwerk GmbH, das "
        "Institut für Moorkunde und das Start-up Boxtrack. Am 15. Mai 2024 findet in Aurich der Moorkongress statt.",
        {
            ("Membership", "member", "Torfwerk GmbH"),
            ("Membership", "member", "Institut für Moorkunde"),
            ("Membership", "member", "Boxtrack"),
            ("Membership", "startDate", "2024-02-01"),
            ("Moorkongress", "startDate", "2024-05-15"),
            ("Moorkongress", "location", "Aurich"),
        },
    ),
    "events without a name, labels that ran out, offices of ministries and of who was named last": (
        "de",
        DE + "Der Verein Moorgrün e. V. traf sich am 6. März 2024 auf der Herbsttagung in Aurich, an der 80 Gäste "
        "teilnahmen. Wirtschaftsministerin Dr. Anja Behr lobte die Arbeit. Das Wirtschaftsministerium Ems fördert ihn. "
        "Das Silber-Label des Ventilnetzes Ems ist 2023 abgelaufen. Das Ventilnetz Ems ist klein. Seine "
        "Geschäftsführerin Uta Klein zuckt die Schultern.",
        {
            ("Herbsttagung", "startDate", "2024-03-06"),
            ("Herbsttagung", "location", "Aurich"),
            ("Membership", "organization", "Wirtschaftsministerium Ems"),
            ("AwardedLabel", "heldBy", "Ventilnetz Ems"),
            ("AwardedLabel", "validThrough", "2023"),
            ("Membership", "organization", "Ventilnetz Ems"),
        },
    ),
    "plans and denials behind 'and' that take nothing from what is so": (
        "en",
        EN
        + "Tidal Cluster has more than 120 members and plans to apply for the Gold Label. It was founded in 2017 and "
        "holds no label. The annual meeting takes place on 23 April 2025 in Leeds.",
        {
            ("Tidal Cluster", "members", "more than 120"),
            ("Tidal Cluster", "foundingDate", "2017"),
            ("annual meeting", "startDate", "2025-04-23"),
            ("annual meeting", "location", "Leeds"),
        },
    ),
    "what an agreement is for, until when, and between whom the sentence before speaks of": (
        "en",
        EN
        + "On 12 March 2024 Solar Valley Attica and the Tidal Cluster met in Athens. Both organisations have signed a "
        "letter of intent. It is valid until 31 December 2026. Together they will exchange market information and "
        "train skilled workers.",
        {
            ("letter of intent", "party", "Solar Valley Attica"),
            ("letter of intent", "party", "Tidal Cluster"),
            ("letter of intent", "endDate", "2026-12-31"),
            ("letter of intent", "purpose", "share-market-information"),
            ("letter of intent", "purpose", "train-skilled-workers"),
        },
    ),
    "labels that took turns, and one that a relative clause is about": (
        "en",
        EN + "The Gold Label went to Tidal Cluster and the Bronze Label to Moor Network. The Silver Label, which Reed "
        "Alliance had held since 2020, expired at the end of 2023.",
        {
            ("AwardedLabel", "heldBy", "Tidal Cluster"),
            ("AwardedLabel", "level", "gold"),
            ("AwardedLabel", "heldBy", "Moor Network"),
            ("AwardedLabel", "level", "bronze"),
            ("AwardedLabel", "heldBy", "Reed Alliance"),
            ("AwardedLabel", "validFrom", "2020"),
        },
    ),
    "a label that is held since a day, its certificate, its points": (
        "de",
        DE + "Das Netzwerk Moorgrün trägt seit 2024 das Silber-Label. Überreicht wurde die Urkunde am 5. März 2024. "
        "Zwei Gutachter vergaben 76 von 100 Punkten. Vergeben wird das Label von EUCLES. Sie hängt im Flur.",
        {
            ("AwardedLabel", "heldBy", "Moorgrün"),
            ("AwardedLabel", "level", "silver"),
            ("AwardedLabel", "validFrom", "2024"),
            ("AwardedLabel", "awardedOn", "2024-03-05"),
            ("AwardedLabel", "issuedBy", "ref:eucles"),
            ("Assessment", "score", "76 of 100"),
            ("Assessment", "assessors", "2"),
        },
    ),
    "a label that a person hands over, and one that is held no more": (
        "de",
        DE + "Minister Jan Boll überreichte dem Netzwerk Moorgrün am 5. März 2024 das Gold-Label. Bis 2024 trug das "
        "Netzwerk das Silber-Label.",
        {
            ("AwardedLabel", "heldBy", "Moorgrün"),
            ("AwardedLabel", "level", "gold"),
            ("AwardedLabel", "awardedOn", "2024-03-05"),
            ("AwardedLabel", "level", "silver"),
            ("AwardedLabel", "validThrough", "2024"),
        },
    ),
    "members since a day, and more of them than ever": (
        "de",
        DE + "Seit dem 1. März 2024 gehören die Torfwerk GmbH und die Schilf AG dem Netzwerk Moorgrün an. Damit hat "
        "das Netzwerk 96 Mitglieder, so viele wie noch nie.",
        {
            ("Membership", "member", "Torfwerk GmbH"),
            ("Membership", "member", "Schilf AG"),
            ("Membership", "organization", "Moorgrün"),
            ("Membership", "startDate", "2024-03-01"),
            ("Moorgrün", "members", "96"),
        },
    ),
    "a label that replaces one which is told to be held since a year": (
        "en",
        EN + "Tidal Cluster has received the Silver Label. It replaces the Bronze Label that Tidal Cluster has held "
        "since 2021.",
        {("AwardedLabel", "replaces", "AwardedLabel"), ("AwardedLabel", "validFrom", "2021")},
    ),
    "offices that verbs tell of": (
        "en",
        EN + "Ada Quinn, director of Tidal Cluster, was glad. Quinn has led Tidal Cluster since May 2021. Liam Roe, "
        "who has chaired Tidal Cluster since 2020, was pleased.",
        {
            ("Membership", "role", "managing-director"),
            ("Membership", "startDate", "2021-05"),
            ("Membership", "role", "chairperson"),
            ("Membership", "startDate", "2020"),
        },
    ),
    "organisations that are only named, in a description with an adjective": (
        "de",
        DE + "Gäste waren das polnische Netzwerk Lekka Konstrukcja und die Hochschule Aurich.",
        {("Lekka Konstrukcja", "name", "Lekka Konstrukcja"), ("Hochschule Aurich", "name", "Hochschule Aurich")},
    ),
    "whose people are, and what they are there": (
        "en",
        EN + "Tidal Cluster grows. Speakers are Ada Quinn, senior scientist of Brinewell Pumps Ltd, and Dr. Liam Roe "
        "of the University of Alder. Roe has chaired Tidal Cluster since 2020.",
        {
            ("Membership", "roleName", "senior scientist"),
            ("Membership", "member", "Ada Quinn"),
            ("Membership", "organization", "Brinewell Pumps Ltd"),
            ("Liam Roe", "affiliation", "University of Alder"),
            ("Membership", "role", "chairperson"),
            ("Membership", "startDate", "2020"),
        },
    ),
    "the same in German, with who has left": (
        "de",
        DE + "Der Verein Moorgrün e. V. wächst. Gäste waren Thea Brandis, Betriebsleiterin der Torfwerk GmbH, und Dr. "
        "Onno Harms von der Hochschule Aurich. Der Vorsitzende Harms bleibt. Ausgeschieden ist zum 30. Juni "
        "2024 Onno Harms.",
        {
            ("Membership", "roleName", "Betriebsleiterin"),
            ("Membership", "member", "Thea Brandis"),
            ("Membership", "organization", "Torfwerk GmbH"),
            ("Onno Harms", "affiliation", "Hochschule Aurich"),
            ("Membership", "endDate", "2024-06-30"),
        },
    ),
    "hours of a day, in the next sentence, with the doors": (
        "de",
        DE
        + "Am 22. Mai 2024 veranstaltet der Verein Moorgrün e. V. die Konferenz Moorblick in Emden. Sie dauert von 10 "
        "bis 16.30 Uhr, Einlass ist ab 9 Uhr. Zur Konferenz Moorblick werden rund 180 Gäste erwartet.",
        {
            ("Moorblick", "startDate", "2024-05-22T10:00"),
            ("Moorblick", "endDate", "2024-05-22T16:30"),
            ("Moorblick", "doorTime", "2024-05-22T09:00"),
            ("Moorblick", "organizer", "Moorgrün"),
            ("Moorblick", "participants", "value: about 180; qualifier: forecast"),
        },
    ),
    "hours of a day before noon and after it": (
        "en",
        EN + "On 3 June 2024, from 11.30 am to 2 pm, Tidal Cluster will host a workshop in Cork.",
        {
            ("workshop", "startDate", "2024-06-03T11:30"),
            ("workshop", "endDate", "2024-06-03T14:00"),
            ("workshop", "location", "Cork"),
        },
    ),
    "events by their year, behind the noun for them or with a stand": (
        "en",
        EN + "Tidal Cluster's conference, Tideways 2025, takes place in Cork on 12 and 13 March 2025.\n\nTidal Cluster "
        "will have a joint stand at SHIPEX 2025, which opens on 5 May 2025. The stand is in hall 4.",
        {
            ("Tideways 2025", "startDate", "2025-03-12"),
            ("Tideways 2025", "endDate", "2025-03-13"),
            ("Tideways 2025", "location", "Cork"),
            ("SHIPEX 2025", "startDate", "2025-05-05"),
            ("joint stand", "hall", "4"),
            ("joint stand", "partOf", "SHIPEX 2025"),
            ("joint stand", "organizer", "Tidal Cluster"),
        },
    ),
    "a figure in the year of its clause, and one that is expected": (
        "de",
        DE + "Die Torfwerk GmbH hat im Jahr 2023 einen Umsatz von 2,9 Millionen Euro erzielt. Für 2024 rechnet "
        "die Torfwerk GmbH mit einem Umsatz von 3 Millionen Euro. Das Netzwerk Moorgrün hat 90 Mitglieder, "
        "davon 70 Unternehmen.",
        {
            ("Torfwerk GmbH", "turnover", "value: 2.9 million EUR; period: 2023"),
            ("Torfwerk GmbH", "turnover", "value: 3 million EUR; period: 2024; qualifier: forecast"),
            ("Moorgrün", "members", "90"),
            ("Moorgrün", "companies", "70"),
        },
    ),
    "an organisation that the headline calls otherwise": (
        "de",
        "Torf-Cluster Unterelbe erhält Gold-Label\n\nEmden, 1. Mai 2024. Das Moornetz Unterelbe e. V. freut sich.",
        {("AwardedLabel", "heldBy", "Moornetz Unterelbe"), ("AwardedLabel", "level", "gold")},
    ),
    "two organisations that share a proper name, both below the headline": (
        "de",
        "Torf-Cluster Unterelbe wächst\n\nStade, 1. Mai 2024. Das Moornetz Unterelbe e. V. und Torf-Cluster Unterelbe.",
        {
            ("Moornetz Unterelbe", "legalForm", "registered-association"),
            ("Torf-Cluster Unterelbe", "name", "Torf-Cluster Unterelbe"),
        },
    ),
    "a name with a word that sentences have, too": (
        "en",
        EN + "The Gold Label was also awarded to Alder Process Cluster, which was set up in Cork in 2011.",
        {("AwardedLabel", "heldBy", "Alder Process Cluster")},
    ),
    "boilerplate, publisher, contact": (
        "en",
        EN
        + "Tidal Cluster grows.\n\nAbout Tidal Cluster\nTidal Cluster is the network for maritime industries. It has "
        "more than 90 members.\n\nContact:\nOrla Byrne\nTidal Cluster\nTel: +49 (0)351 796 5106\norla@tidal.example\n",
        {
            (SOURCE, "publisher", "Tidal Cluster"),
            ("Tidal Cluster", "description", "Tidal Cluster is the network for maritime industries."),
            ("Tidal Cluster", "sector", "maritime"),
            ("Tidal Cluster", "members", "more than 90"),
            ("Tidal Cluster", "contactPoint", "ContactPoint"),
            ("ContactPoint", "telephone", "+49 351 7965106"),
            ("ContactPoint", "email", "orla@tidal.example"),
            ("Orla Byrne", "affiliation", "Tidal Cluster"),
        },
    ),
}


@pytest.mark.parametrize("kind", SAYS)
def test_texts_are_read_by_the_words_of_their_language(kind: str, known: KnownNames) -> None:
    language, text, wanted = SAYS[kind]
    assert wanted - said(propose(text, language, known)) == set()


AWARDS = [
    ("de", "Das Netzwerk Moorgrün nahm am 5. März 2024 das Gold-Label in Berlin entgegen."),
    ("de", "Das Netzwerk Moorgrün ist nun Träger des Gold-Labels."),
    ("de", "Das Netzwerk Moorgrün sicherte sich bereits das Gold-Label."),
    ("de", "Das Gold-Label ging an das Netzwerk Moorgrün."),
    ("en", "Moor Cluster picked up the Gold Label on 5 March 2024."),
    ("en", "Moor Cluster is now a holder of the Gold Label."),
    ("en", "The Gold Label was conferred on Moor Cluster."),
    ("en", "Moor Cluster, which is based in Cork, has earned the Gold Label."),
]


@pytest.mark.parametrize(("language", "words"), AWARDS)
def test_awards_are_told_in_many_words(language: str, words: str, known: KnownNames) -> None:
    found = said(propose((DE if language == "de" else EN) + words, language, known))
    assert ("AwardedLabel", "level", "gold") in found
    assert {it[2] for it in found if it[1] == "heldBy"} == {"Moorgrün" if language == "de" else "Moor Cluster"}


# how things are named, and who does what: language, words, what they say, and the keys or values that nothing says
TOLD: dict[str, tuple[str, str, Said, Said]] = {
    "the words of a name are those of its abbreviation": (
        "de",
        DE
        + "Der Cluster Torf und Moor Ems e. V. (CTM) hat 40 Mitglieder. CTM-Geschäftsführerin Wiebke Onken freut sich.",
        {
            ("Cluster Torf und Moor Ems", "legalName", "Cluster Torf und Moor Ems e. V."),
            ("Cluster Torf und Moor Ems", "members", "40"),
            ("Membership", "organization", "Cluster Torf und Moor Ems"),
            ("Membership", "roleName", "Geschäftsführerin"),
        },
        {("Torf", "name", "Torf")},
    ),
    "a shorter name is that of the same organisation": (
        "en",
        EN + "Reed Alliance Alderford and Tidal Cluster have signed an agreement. Reed Alliance has 30 members.",
        {("Reed Alliance Alderford", "members", "30"), ("agreement", "party", "Reed Alliance Alderford")},
        {("Reed Alliance", "name", "Reed Alliance")},
    ),
    "a compound with its article is who was named before": (
        "de",
        DE + "Die Mitglieder von Moorgrün e. V. haben gewählt. Schatzmeister des Torf-Clusters bleibt Uwe Harms. Dem "
        "Torf-Cluster gehören 40 Unternehmen an.",
        {("Moorgrün", "companies", "40")},
        {("Torf-Cluster", "name", "Torf-Cluster")},
    ),
    "a name behind a noun for its kind, and alone": (
        "de",
        DE
        + "Das Torf-Cluster Nordlicht-Netz e. V. hat Käthe Onken zur Geschäftsführerin berufen. Sie folgt am 1. Juli "
        "2024 auf Uwe Harms. Das Nordlicht-Netz zählt 64 Mitglieder. Im April 2024 erhielt es das Bronze-Label. Am 12. "
        "Juni 2024 lädt das Cluster zum Torftag nach Leer ein.",
        {
            ("Torf-Cluster Nordlicht-Netz", "members", "64"),
            ("Membership", "member", "Käthe Onken"),
            ("Membership", "predecessor", "Uwe Harms"),
            ("Membership", "startDate", "2024-07-01"),
            ("AwardedLabel", "heldBy", "Torf-Cluster Nordlicht-Netz"),
            ("Torftag", "startDate", "2024-06-12"),
        },
        {("Nordlicht-Netz", "name", "Nordlicht-Netz")},
    ),
    "who led before led as whoever leads now": (
        "en",
        EN + "Ada Quinn is president of Moor Cluster. She succeeds Liam Roe, who had led Moor Cluster since 2012.",
        {
            ("Membership", "predecessor", "Liam Roe"),
            ("Membership", "member", "Liam Roe"),
            ("Membership", "startDate", "2012"),
        },
        {("Membership", "role", "managing-director")},
    ),
    "an office says whose somebody is, and nothing else need": (
        "en",
        EN + "Ada Quinn, director of Moor Ltd, spoke first. Then came Ada Quinn of Moor Ltd and Liam Roe of Reed Ltd.",
        {("Membership", "organization", "Moor Ltd"), ("Liam Roe", "affiliation", "Reed Ltd")},
        {("Ada Quinn", "affiliation", "Moor Ltd")},
    ),
    "a headline calls the association below it otherwise": (
        "de",
        DE.replace("Neues aus dem Netz", "Torf-Cluster Unterems wächst")
        + "Das Moornetz Unterems e. V. hat 40 Mitglieder.",
        {("Moornetz Unterems", "members", "40")},
        {("Torf-Cluster Unterems", "name", "Torf-Cluster Unterems")},
    ),
    "a headline names somebody else": (
        "de",
        DE.replace("Neues aus dem Netz", "Torf-Cluster Unterems wächst") + "Das Moornetz Unterems hat 40 Mitglieder.",
        {("Moornetz Unterems", "members", "40"), ("Torf-Cluster Unterems", "name", "Torf-Cluster Unterems")},
        set(),
    ),
    "a shorter name that two begin with is a third": (
        "en",
        EN + "Reed Alliance North has 10 members. Reed Alliance South has 20 members. Reed Alliance has 30 members.",
        {("Reed Alliance", "members", "30")},
        {("Reed Alliance North", "members", "30")},
    ),
    "a compound without an article is a name": (
        "de",
        DE
        + "Der Verein Moorgrün e. V. hat 30 Mitglieder. Dem Torf-Cluster gehören 40 Firmen an. Neu ist Torf-Cluster.",
        set(),
        {("Moorgrün", "companies", "40")},
    ),
    "a compound in front of the association is none": (
        "de",
        DE + "Dem Torf-Cluster gehören 40 Unternehmen an. Der Verein Moorgrün e. V. hat 30 Mitglieder.",
        {("Moorgrün", "members", "30")},
        {("Moorgrün", "companies", "40")},
    ),
    "a pronoun behind a person is that person": (
        "en",
        EN + "Moor Cluster has 40 members. Its director is Ada Quinn. In May she received the Gold Label.",
        {("Moor Cluster", "members", "40")},
        {("AwardedLabel", "heldBy", "Moor Cluster")},
    ),
    "how many there were, and how many there are in a region": (
        "de",
        DE + "Als Ada Onken 2008 begann, hatte der Verein Moorgrün e. V. 35 Mitglieder. Derzeit sind hier 87 "
        "Firmen ansässig, darunter 19 Start-ups. Das Treffen ist am 5. April 2024 beim Torfforum in der Stadthalle Au.",
        set(),
        {("Moorgrün", "members", "35"), ("Moorgrün", "startups", "19"), ("Stadthalle", "name", "Stadthalle")},
    ),
    "the one to write to is the one that the text is about": (
        "de",
        DE + "Das dänische Cluster Blaavand und der Verein Moorgrün haben einen Kooperationsvertrag geschlossen.\n\n"
        "Rückfragen bitte an: Käthe Onken, presse@moorgruen.example",
        {("Moorgrün", "contactPoint", "ContactPoint"), ("Käthe Onken", "name", "Käthe Onken")},
        {("Blaavand", "contactPoint", "ContactPoint")},
    ),
    "people in a list are none of the organisations in it": (
        "en",
        EN + "Speakers include Professor Ada Quinn of the University of Cork and Liam Roe, chief engineer at Moor Ltd.",
        {("Liam Roe", "name", "Liam Roe")},
        set(),
    ),
    "a noun in front of a name is no part of it": (
        "de",
        DE
        + "„Wir haben lange gewartet“, erklärt Torfwerk-Gründerin Lale Onken. Das Netzwerk Moorgrün hat 40 Mitglieder.",
        {("QuotedStatement", "saidBy", "Lale Onken")},
        set(),
    ),
    "to whom it is given stands first": (
        "de",
        DE + "Dem Netzwerk Moorgrün verlieh das Landesamt Leer am 5. März 2024 das Gold-Label. Damit ist das Netzwerk "
        "Moorgrün bis zum 4. März 2026 zertifiziert; seine frühere Silber-Auszeichnung ist Ende 2023 abgelaufen.",
        {
            ("AwardedLabel", "heldBy", "Moorgrün"),
            ("AwardedLabel", "issuedBy", "Landesamt Leer"),
            ("AwardedLabel", "level", "gold"),
            ("AwardedLabel", "awardedOn", "2024-03-05"),
            ("AwardedLabel", "validThrough", "2026-03-04"),
            ("AwardedLabel", "level", "silver"),
            ("AwardedLabel", "validThrough", "late 2023"),
        },
        set(),
    ),
    "a label is renewed, and another one lapses": (
        "en",
        EN + "Moor Cluster renewed its Bronze Label for a further two years. Reed Alliance let its Gold Label lapse in "
        "March 2024. Tidal Cluster has set itself the goal of obtaining the Silver Label.",
        {
            ("AwardedLabel", "awardKind", "renewal"),
            ("AwardedLabel", "duration", "P2Y"),
            ("AwardedLabel", "validThrough", "2024-03"),
        },
        {("AwardedLabel", "level", "silver"), ("AwardedLabel", "heldBy", "Tidal Cluster")},
    ),
    "two agreements with others": (
        "en",
        EN
        + "Moor Cluster and Reed Alliance intend to work together. The two clusters signed a cooperation agreement on "
        "3 May 2024. Moor Cluster and Tidal Cluster have concluded a framework agreement.",
        {
            ("cooperation agreement", "party", "Reed Alliance"),
            ("cooperation agreement", "signedOn", "2024-05-03"),
            ("framework agreement", "party", "Tidal Cluster"),
        },
        {("cooperation agreement", "party", "Tidal Cluster")},
    ),
    "figures of another time, and of others": (
        "de",
        DE + "Der Verein Moorgrün e. V. wurde 2014 mit 22 Mitgliedern gegründet. Das Netzwerk Moorgrün vertritt 62 "
        "Unternehmen mit insgesamt 5.400 Beschäftigten.",
        {("Moorgrün", "companies", "62")},
        {("Moorgrün", "members", "22"), ("Moorgrün", "employees", "5400")},
    ),
    "who leads a part leads not the whole": (
        "de",
        DE + "Ada Onken leitet die Entwicklung der Moor AG. Ein Empfang ist am 5. April 2024 in der Stadthalle Leer.",
        set(),
        {("Membership", "organization", "Moor AG"), ("Stadthalle", "name", "Stadthalle")},
    ),
}


def test_things_are_told_apart_by_how_they_are_named(known: KnownNames) -> None:
    for kind, (language, text, wanted, unsaid) in TOLD.items():
        found = said(propose(text, language, known))
        assert wanted - found == set(), kind
        assert unsaid & found == set(), kind
    again = propose(DE + "Netzwerk Torf Ems wächst. Das Netzwerk Torf Ems e. V. (NTE) hat 40 Mitglieder.", "de", known)
    assert [it.name for it in again.things if it.class_ != "City"] == ["Netzwerk Torf Ems"]
    speaks = "Professor Ada Quinn of the University of Cork and Hamo Perrin will speak."
    people = propose(EN + speaks, "en", known)
    assert "Hamo Perrin" not in {it.name for it in people.things if it.class_ != "Person"}
    follows = propose(
        DE
        + "Der Verein Moorgrün e. V. hat gewählt. Neue Vorsitzende ist Dr. Ada Onken, Geschäftsführerin der Moor AG. "
        "Sie folgt auf Uwe Harms.",
        "de",
        known,
    )
    office = next(it.about for it in follows.statements if it.key == "predecessor")
    assert {it.value for it in follows.statements if it.about == office and it.key == "role"} == {"chairperson"}
    month = said(propose("Moor Cluster grows\n\nAlderford, February 2024\n\nMoor Cluster has 30 members.", "en", known))
    assert (SOURCE, "datePublished", "2024-02") in month


# what a text does not say: words, and the key or value that must not be proposed
DENIED = [
    ("de", "Der Verein Moorgrün e. V. hat das Gold-Label nicht erhalten.", "level"),
    ("de", "Der Verein Moorgrün e. V. hat noch kein Gold-Label.", "level"),
    ("de", "Der Verein Moorgrün e. V. soll 2026 das Gold-Label erhalten.", "level"),
    ("de", "Der Verein Moorgrün e. V. wird 2026 das Gold-Label erhalten.", "level"),
    ("de", "Der Verein Moorgrün e. V. will sich um das Gold-Label bewerben.", "level"),
    ("de", "Ob der Verein Moorgrün e. V. das Gold-Label erhält, ist offen.", "level"),
    ("de", "Das Wirtschaftsministerium Nord hat das Gold-Label überreicht.", "level"),
    ("de", "Das Landesamt Nord wurde mit dem Gold-Label ausgezeichnet.", "level"),
    ("en", "Tidal Cluster has not been awarded the Gold Label.", "level"),
    ("en", "Tidal Cluster plans to apply for the Gold Label.", "level"),
    ("en", "Tidal Cluster could be awarded the Gold Label in 2026.", "level"),
    ("en", "If all goes well, Tidal Cluster has won the Gold Label by June.", "level"),
    ("en", "The Ministry of Trade was awarded the Gold Label.", "level"),
    ("en", "Brinewell Pumps Ltd has not joined Tidal Cluster.", "filledBy"),
    ("en", "Brinewell Pumps Ltd plans to say that it joined Tidal Cluster.", "filledBy"),
    ("de", "Die Torfwerk GmbH ist dem Netzwerk Moorgrün nicht beigetreten.", "filledBy"),
    ("de", "Das Land Sachsen fördert das Projekt TORF nicht mit 2 Millionen Euro.", "amount"),
    ("en", "The Northern Energy Fund could fund the project Green Quay; it funds Green Quay with no money.", "amount"),
    ("en", "The Tidal Cluster hopes that it has 200 members in 2030.", "members"),
    ("de", "Das Netzwerk Moorgrün begrüßt drei neue Mitglieder.", "members"),
    ("en", "Tidal Cluster hasn't been awarded the Gold Label.", "level"),
    ("en", "Tidal Cluster wasn’t awarded the Gold Label.", "level"),
    ("en", "We wrote that Tidal Cluster holds the Gold Label. That is wrong.", "level"),
    ("en", "Tidal Cluster was not founded in 2014.", "foundingDate"),
    ("de", "Die Torfwerk GmbH ist Mitglied. Mit ihr erwirtschafteten die Unternehmen 2 Milliarden Euro.", "turnover"),
    ("de", "Thea Brandis wurde nicht zur Vorsitzenden gewählt.", "role"),
    ("en", "Tidal Cluster grows. Liam Roe leads the cluster's research.", "role"),
    ("en", "Tidal Cluster grows. Liam Roe leads the project Green Quay of Tidal Cluster.", "role"),
    # figures of the members together are none of the organisation's
    ("en", "Tidal Cluster represents 120 companies with 9,400 employees.", "employees"),
    ("en", "Tidal Cluster grows. Its members generated a turnover of 2.1 billion euros in 2023.", "turnover"),
    ("de", "Das Netzwerk Moorgrün wächst. Die Exportquote lag bei 43 Prozent.", "exports"),
    ("de", "Seit 2019 ist das Netzwerk Moorgrün Mitglied im Verband Torf Nord e. V.", "filledBy"),
    # "until" ends it
    ("en", "Alder Valley and the Tidal Cluster have signed an agreement until 31 December 2028.", "signedOn"),
    ("de", "Das Netzwerk Moorgrün verlor sein Silber-Label.", "level"),
    ("de", "Das Netzwerk Moorgrün ist seit 2023 Träger des Silber-Labels.", "awardedOn"),
    # what is not so, or only expected
    ("de", "Das Netzwerk Moorgrün zählt damit 72 statt der genannten 74 Mitglieder.", "members"),
    ("en", "Tidal Cluster has 72 instead of the planned 74 members.", "members"),
    ("de", "Das Netzwerk Moorgrün rechnet mit 200 Mitgliedern.", "members"),
    (
        "en",
        "Tidal Cluster grows. Ada Quinn, director of Tidal Cluster, spoke to Liam Roe, who left in 2020.",
        "endedBy",
    ),
    ("en", "Tidal Cluster grows. Ada Quinn, managing director of Tidal Cluster, was there.", "affiliation"),
    ("en", "Tidal Cluster grows. Ada Quinn, who spoke for Brinewell Pumps Ltd, was there.", "roleName"),
    ("de", "Gäste waren Thea Brandis, seit langem Mitglied der Torfwerk GmbH, und andere.", "roleName"),
    ("de", "Das Netzwerk Moorgrün lädt zur Konferenz Moorblick; weitere 40 Gäste werden erwartet.", "participants"),
    # "he" may be who was named last, and is not known to be anybody
    (
        "de",
        "Das Netzwerk Moorgrün wählte Thea Brandis zur Vorsitzenden. Es sprach Bolko Ohm. Er folgt auf Onno Harms.",
        "predecessor",
    ),
    # several hours of one day, an hour that is none
    ("en", "Tidal Cluster hosts the conference Tideways on 3 June 2024. Lunch is at 12 pm, tea at 4 pm.", "endDate"),
    ("de", "Das Netzwerk Moorgrün veranstaltet am 3. Juni 2024 um 25 Uhr die Konferenz Moorblick.", "doorTime"),
]


@pytest.mark.parametrize(("language", "words", "key"), DENIED)
def test_what_is_denied_or_only_planned_is_not_proposed(language: str, words: str, key: str, known: KnownNames) -> None:
    text = (DE if language == "de" else EN) + words
    assert key not in {it[1] for it in said(propose(text, language, known))}


def test_texts_are_read_as_blessed(known: KnownNames, golden: Callable[[str, bytes], None]) -> None:
    """Each statement, the words that say it, where they stand and how sure they are: what changes, a person reads."""
    texts = {kind: (language, text) for kind, (language, text, _) in SAYS.items()}
    begin = {"de": DE, "en": EN}
    texts |= {words: (language, begin[language] + words) for language, words in AWARDS}
    texts |= {words: (language, begin[language] + words) for language, words, _ in DENIED}
    lines: list[str] = []
    for kind, (language, text) in texts.items():
        proposal = propose(text, language, known)
        lines += ["", f"# {kind}"]
        lines += [f"{it.ref}: {it.class_} {it.name!r}, in {it.words!r}" for it in proposal.things]
        for it in proposal.statements:
            assert it.span is not None
            assert text[it.span[0] : it.span[1]] == it.words
            personal = ", personal" if it.personal else ""
            value = _shown(it.value, {thing.ref: thing.ref for thing in proposal.things} | {SOURCE: SOURCE})
            place = f"{it.span[0]}-{it.span[1]} {it.words!r}"
            lines.append(f"{it.about} {it.key} {value!r} ({it.status}{personal}), {place}")
        lines += [f"? {it}" for it in proposal.questions]
    golden("drafts.txt", "\n".join([*lines[1:], ""]).encode())


def test_the_label_of_another_is_not_taken_for_that_of_who_the_text_is_about(known: KnownNames) -> None:
    text = DE + (
        "Das Netzwerk Moorgrün wurde mit dem Silber-Label ausgezeichnet. Das Netzwerk Holz Nord, das 2019 das "
        "Bronze-Label verlor, ist Nachbar. Die Konkurrenz, das Netzwerk Robotik Oder, wurde 2022 mit dem Gold-Label "
        "ausgezeichnet. Das Label gilt bis zum 31. Mai 2026."
    )
    proposal = propose(text, "de", known)
    names = {it.ref: it.name for it in proposal.things}
    labels: dict[str, dict[str, str]] = {}
    for it in proposal.statements:
        if it.about.startswith("awardedlabel"):
            value = names[it.value.ref] if isinstance(it.value, Ref) else str(it.value)
            labels.setdefault(it.about, {})[it.key] = value
    found = {(it["heldBy"], it["level"]): it.get("validThrough") for it in labels.values()}
    assert found == {("Moorgrün", "silver"): None, ("Robotik Oder", "gold"): "2026-05-31"}


@pytest.mark.parametrize(
    ("language", "written", "value"),
    [
        ("de", "05.09.2018", "2018-09-05"),
        ("en", "05.09.2018", "2018-09-05"),
        ("de", "am 3. Mai 2019", "2019-05-03"),
        ("de", "Anfang 2019", "early 2019"),
        ("de", "Mitte September 2017", "mid 2017-09"),
        ("de", "im dritten Quartal 2025", "2025-Q3"),
        ("de", "im Herbst 2025", "autumn 2025"),
        ("en", "on May 3rd, 2019", "2019-05-03"),
        ("en", "in late 2019", "late 2019"),
        ("en", "in the second quarter of 2024", "2024-Q2"),
        ("en", "in September 2017", "2017-09"),
        ("en", "in 2014", "2014"),
        ("en", "on 31.02.2019", None),
        ("en", "on 1/2/2019", None),
        ("en", "after two years", None),
        ("en", "in room 2019a", None),
    ],
)
def test_days_have_one_reading_or_none(language: str, written: str, value: str | None, known: KnownNames) -> None:
    words = "Das Netzwerk Moorgrün wurde {} gegründet." if language == "de" else "Tidal Cluster was founded {}."
    text = (DE if language == "de" else EN) + words.format(written)
    found = {it[2] for it in said(propose(text, language, known)) if it[1] == "foundingDate"}
    assert found == ({value} if value is not None else set())


# what a text says of the hours of one day: the start, the end and the doors that are read in it
HOURS = [
    ("de", "von 10 bis 16 Uhr", "10:00", "16:00", None),
    ("de", "10–12.30 Uhr", "10:00", "12:30", None),
    ("de", "um 7 Uhr", "07:00", None, None),
    ("de", "um 23.59 Uhr", "23:59", None, None),
    ("de", "um 24 Uhr", None, None, None),
    ("de", "um 10.60 Uhr", None, None, None),
    ("de", "von 16 bis 10 Uhr", None, None, None),
    ("de", "von 10 bis 10 Uhr", None, None, None),
    ("de", "um 18.30 Uhr (Einlass 18 Uhr)", "18:30", None, "18:00"),
    ("de", "um 18.30 Uhr (Einlass 17 bis 18 Uhr)", "18:30", None, None),
    ("de", "um 10 Uhr und um 15 Uhr", None, None, None),
    ("en", "from 2 pm to 6 pm", "14:00", "18:00", None),
    ("en", "from 2 to 6 p.m.", "14:00", "18:00", None),
    ("en", "from 10 to 2 pm", "10:00", "14:00", None),
    ("en", "at 12 am", "00:00", None, None),
    ("en", "at 12 pm", "12:00", None, None),
    ("en", "at 11.30 am", "11:30", None, None),
    ("en", "at 7 o'clock", "07:00", None, None),
    ("en", "for 24 hours", None, None, None),
]


# what stands behind the day of the conference, of which none of the hours are
OTHER_HOURS = [
    "und am 4. Juni 2024 um 10 Uhr den Rundgang. Er ist kurz.",
    "in Emden. Am 5. Juni 2024 um 10 Uhr folgt ein Rundgang.",
    "in Emden. Sie beginnt nicht um 10 Uhr.",
    "in Emden. Die Konferenz Moorblick und die Messe Torfschau beginnen um 10 Uhr.",
]


def test_hours_are_those_of_one_day_or_none(known: KnownNames) -> None:
    day = "2024-06-03"
    for language, words, *wanted in HOURS:
        name = "Am 3. Juni 2024 {} veranstaltet das Netzwerk Moorgrün die Konferenz Moorblick in Emden."
        if language == "en":
            name = "On 3 June 2024 {} Tidal Cluster will host the conference Tideways in Cork."
        text = (DE if language == "de" else EN) + name.format(words)
        found = {it[1]: it[2] for it in said(propose(text, language, known)) if it[2].startswith(day)}
        start, end, doors = (f"{day}T{it}" if it else None for it in wanted)
        expected = {"startDate": start or day, "endDate": end, "doorTime": doors}
        assert found == {key: value for key, value in expected.items() if value is not None}, words
        words_of = {it.key: it.words for it in propose(text, language, known).statements}
        assert wanted[0] is None or words in words_of["startDate"], words
    for words in OTHER_HOURS:
        text = f"{DE}Am 3. Juni 2024 veranstaltet das Netzwerk Moorgrün die Konferenz Moorblick {words}"
        assert not [it for it in said(propose(text, "de", known)) if "T10:00" in it[2] and it[0] == "Moorblick"], words


@pytest.mark.parametrize(
    ("language", "line", "day", "place"),
    [
        ("de", "(Oldenburg, 12. März 2024) Der Verein wächst.", "2024-03-12", "Oldenburg"),
        ("de", "Oldenburg, Dienstag, den 12. März 2024 – Der Verein wächst.", "2024-03-12", "Oldenburg"),
        ("de", "Bad Zwischenahn | 12.03.2024 | Der Verein wächst.", "2024-03-12", "Bad Zwischenahn"),
        ("en", "ALDERFORD (14 May 2024) - Tidal Cluster grows.", "2024-05-14", "Alderford"),
        ("en", "Cork, Ireland – May 14, 2024 – Tidal Cluster grows.", "2024-05-14", "Cork"),
        ("de", "Im Jahr 2024. Der Verein wächst.", None, None),
        ("en", "In May 2024 Tidal Cluster grew.", None, None),
    ],
)
def test_place_and_day_begin_a_release_in_many_forms(
    language: str, line: str, day: str | None, place: str | None, known: KnownNames
) -> None:
    found = {it[1]: it[2] for it in said(propose(f"A headline\n\n{line}", language, known)) if it[0] == SOURCE}
    assert (found.get("datePublished"), found.get("locationCreated")) == (day, place)


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "letters and marks apart": lambda it: it.replace("ü", "u\u0308").replace("ä", "a\u0308"),
    "hyphens that are not shown": lambda it: it.replace("Mitglied", "Mit\u00adglied").replace("Label", "La\u00adbel"),
    "spaces that do not break": lambda it: it.replace("12. März", "12.\u00a0März").replace("e. V.", "e.\u202fV."),
    "line feeds and carriage returns": lambda it: it.replace("\n", "\r\n"),
    "characters beyond the first plane": lambda it: "🎈 𝒩eues aus dem Netz\n" + it[it.index("\n") + 1 :],
    "no characters of width": lambda it: it.replace("Moor", "Moor\u200b"),
}


@pytest.mark.parametrize("way", WAYS)
def test_words_stand_where_a_statement_says_however_the_text_is_written(way: str, known: KnownNames) -> None:
    text = DE + "Der Verein Moorgrün e. V. hat das Gold-Label erhalten und hat 120 Mitglieder."
    written = WAYS[way](text)
    proposal = propose(written, "de", known)
    found = said(proposal)
    assert ("AwardedLabel", "level", "gold") in found
    assert ("Moorgrün", "members", "120") in found
    assert (SOURCE, "datePublished", "2024-03-12") in found
    for it in proposal.statements:
        assert it.span is not None
        assert written[it.span[0] : it.span[1]] == it.words


def test_contacts_are_personal_and_others_are_not(known: KnownNames) -> None:
    _, text, _ = SAYS["boilerplate, publisher, contact"]
    proposal = propose(text, "en", known)
    names = {it.ref: it.name for it in proposal.things}
    personal = {(names.get(it.about, it.about), it.key) for it in proposal.statements if it.personal}
    assert {it[1] for it in personal} == {"contactPoint", "telephone", "email", "name", "affiliation"}
    assert ("Orla Byrne", "name") in personal
    assert ("Tidal Cluster", "name") not in personal


def test_known_things_keep_their_ids_and_are_not_described_again(profile: Profile) -> None:
    known = KnownNames(
        profile,
        [
            KnownThing(id="agent/tidal", class_="ClusterOrganisation", names=("Tidal Cluster", "TICL")),
            KnownThing(id="agent/it", class_="Organization", names=("IT",)),
        ],
    )
    proposal = propose(EN + "TICL has 90 members. IT is what it is about.", "en", known)
    things = {it.id: it.ref for it in proposal.things}
    assert [(it.key, it.value) for it in proposal.statements if it.about == things["agent/tidal"]] == [
        ("members", "90")
    ]
    # a name of two letters means too many things
    assert "agent/it" not in things
    assert known.named("tidal cluster", ("Organization",)) == "agent/tidal"
    assert known.named("Tidal Cluster", ("Person",)) is None
    assert known.classes("agent/tidal") == frozenset({"ClusterOrganisation"})
    assert known.classes("agent/unknown") is None


def test_a_name_that_is_nearly_known_is_asked_about_and_not_taken(profile: Profile) -> None:
    things = [KnownThing(id="agent/tidal", class_="ClusterOrganisation", names=("Tidal Cluster Alderford",))]
    known = KnownNames(profile, things)
    proposal = propose(EN + "Tidal Cluster Aldeford has 90 members.", "en", known)
    assert [it.id for it in proposal.things] == [None, None]
    assert [str(it) for it in proposal.questions] == [
        "is 'Tidal Cluster Aldeford' agent/tidal, which is called 'Tidal Cluster Alderford'?"
    ]
    assert propose(EN + "Brine Cluster Norwick has 90 members.", "en", known).questions == ()


def test_names_of_a_store_are_known_except_those_that_only_the_same_text_gave(profile: Profile) -> None:
    base = "https://example.org/id/"
    store = ox.Store()

    def state(source: str, thing: str, name: str) -> None:
        graph = ox.NamedNode(f"{base}fact/{source}/abc")
        for predicate, value in (
            (RDF_TYPE, ox.NamedNode(profile.classes["Organization"].iri)),
            (f"{SCHEMA}name", ox.Literal(name)),
        ):
            for where in (graph, ox.DefaultGraph()):
                store.add(ox.Quad(ox.NamedNode(base + thing), ox.NamedNode(predicate), value, where))

    state("document/a", "agent/a", "Alder Valley")
    state("document/b", "agent/b", "Brine Valley")
    both = known_names(store, profile, base)
    assert both.named("Alder Valley", ("Organization",)) == "agent/a"
    without = known_names(store, profile, base, without=f"{base}document/a")
    assert without.named("Alder Valley", ("Organization",)) is None
    assert without.named("Brine Valley", ("Organization",)) == "agent/b"


def test_a_text_in_another_language_is_read_for_what_takes_none(known: KnownNames) -> None:
    text = "Zpráva\n\nPraha. Firma: Alfa Beta GmbH, 12 členů.\n\nContact: info@alfa.example"
    assert said(propose(text, "cs", known)) == {
        (SOURCE, "headline", "Zpráva"),
        ("Alfa Beta GmbH", "name", "Alfa Beta GmbH"),
        ("Alfa Beta GmbH", "legalForm", "limited-liability-company"),
        ("Alfa Beta GmbH", "contactPoint", "ContactPoint"),
        ("ContactPoint", "email", "info@alfa.example"),
    }


FRENCH: dict[str, Any] = {
    "frequent": ["le", "la", "les", "et", "est", "de", "des", "du", "une", "un", "dans", "pour", "par", "avec", "sur"],
    "articles": ["le", "la", "les", "un", "une", "du"],
    "contractions": [],
    "small": ["en", "à", "il", "elle", "depuis", "avec"],
    "and": ["et"],
    "decimal": ",",
    "months": [
        ["janvier"], ["février"], ["mars"], ["avril"], ["mai"], ["juin"], ["juillet"], ["août"], ["septembre"],
        ["octobre"], ["novembre"], ["décembre"],
    ],
    "ordinals": ["er"],
    "numbers": ["deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"],
    "hedges": {"about": ["environ", "près de"], "more than": ["plus de"]},
    "negations": ["n'a pas", "ne", "pas", "jamais"],
    "plans": ["souhaite", "prévoit", "devrait", "candidat"],
    "nouns": {"ClusterOrganisation": ["grappe", "réseau"]},
    "heads": {"ClusterOrganisation": ["grappe", "réseau"]},
    "roles": {"managing-director": ["directrice générale", "directeur général"]},
    "levels": {"gold": ["label or"], "silver": ["label argent"]},
    "measures": {"members": ["membres"]},
    "frames": {
        "office": ["{person:someone}, {role} (de|du) {org}"],
        "quotation": ["{quote}[,] (a déclaré|déclare) {speaker:someone}"],
        "award": ["{holder:groups} (a reçu|reçoit) {label}"],
        "counts": ["{subject} (compte|réunit) {count:counts}"],
        "founded": ["{org:group} … a été (fondé|fondée) le {date}"],
    },
}  # fmt: skip


def test_a_further_language_is_a_file(profile: Profile, known: KnownNames) -> None:
    """What the file leaves out is not read in that language."""
    grammar = Grammar(FRENCH, profile, "fr")
    text = (
        "Label or pour la vallée\n\nLyon, 14 mai 2024. La grappe Eau Vive a reçu le label or. La grappe Eau Vive "
        "compte environ 120 membres. La grappe Eau Vive a été fondée le 1er mars 2014. « Nous sommes très heureux », a "
        "déclaré Claire Fontaine, directrice générale de Eau Vive. Le réseau Bois Clair n'a pas reçu le label argent."
    )
    found = said(propose(text, grammar, known))
    assert {
        (SOURCE, "datePublished", "2024-05-14"),
        ("AwardedLabel", "heldBy", "Eau Vive"),
        ("AwardedLabel", "level", "gold"),
        ("Eau Vive", "members", "about 120"),
        ("Eau Vive", "foundingDate", "2014-03-01"),
        ("QuotedStatement", "saidBy", "Claire Fontaine"),
        ("QuotedStatement", "text", "Nous sommes très heureux"),
        ("Membership", "role", "managing-director"),
    } - found == set()
    assert ("AwardedLabel", "level", "silver") not in found


def test_each_language_says_all_that_is_asked_of_languages() -> None:
    files_ = [it for it in files(languages).iterdir() if it.name.endswith(".toml")]
    said = {it.name: tomllib.loads(it.read_text(encoding="utf-8")) for it in files_}
    assert said["de.toml"].keys() == said["en.toml"].keys()
    assert said["de.toml"]["frames"].keys() - said["en.toml"]["frames"].keys() == set()
    assert said["de.toml"]["triggers"].keys() == said["en.toml"]["triggers"].keys()


def test_a_template_that_is_none_says_so() -> None:
    with pytest.raises(ValueError, match="not closed"):
        compile_template("{org} [has", ["and"])
    with pytest.raises(ValueError, match="tuple"):
        compile_template("{x:nothing}", ["and"])


# where each kind of statement stands: words of a text, and for a key (and value) the exact words that say it
PLACES: list[tuple[str, str, dict[str, str]]] = [
    (
        "en",
        "Now, Tidal Cluster signed a letter of intent with Alder Valley on 13 May 2024; it is valid for two years.",
        {
            "party=Tidal Cluster": "Now, Tidal Cluster signed a letter of intent with Alder Valley on 13 May 2024",
            "signedOn": "Now, Tidal Cluster signed a letter of intent with Alder Valley on 13 May 2024",
            "duration": "it is valid for two years",
        },
    ),
    (
        "en",
        "Tidal Cluster (TC) has held the Silver Label from 2019 to 2022; it has 131 members, as always.",
        {
            "alternateName": "Tidal Cluster (TC)",
            "level": "Tidal Cluster (TC) has held the Silver Label from 2019 to 2022",
            "validThrough": "Tidal Cluster (TC) has held the Silver Label from 2019 to 2022",
            "members": "it has 131 members",
        },
    ),
    (
        "de",
        "Die Torfwerk GmbH aus Emden, 2011 gegründet, ist am 1. März 2024 dem Netzwerk Moorgrün beigetreten.",
        {
            "name=Torfwerk GmbH": "Torfwerk GmbH",
            "name=Moorgrün": "Moorgrün",
            "name=Emden": "Emden",
            "location": "Die Torfwerk GmbH aus Emden",
            "legalForm": "Torfwerk GmbH",
        },
    ),
    (
        "de",
        "„Das Moor hat Zukunft“, sagte Geschäftsführerin Dr. Thea Brandis vom Moorgrün e. V. der Presse.",
        {
            "text": "„Das Moor hat Zukunft“, sagte Geschäftsführerin Dr. Thea Brandis",
            "saidBy": "„Das Moor hat Zukunft“, sagte Geschäftsführerin Dr. Thea Brandis",
            "honorificPrefix": "Dr.",
            "name=Thea Brandis": "Thea Brandis",
            "roleName": "Geschäftsführerin",
            "legalName": "Moorgrün e. V.",
        },
    ),
    (
        "de",
        "Das Netzwerk Moorgrün wurde mit dem Gold-Label ausgezeichnet; die Urkunde wurde am 5. März 2024 überreicht.",
        {
            "heldBy": "Das Netzwerk Moorgrün wurde mit dem Gold-Label ausgezeichnet",
            "awardedOn": "die Urkunde wurde am 5. März 2024 überreicht.",
        },
    ),
    (
        "en",
        "The Ministry of Trade funds the project Green Quay with £450,000 for two years, says Ada Quinn, its chair.",
        {
            "amount": "The Ministry of Trade funds the project Green Quay with £450,000 for two years",
            "name=Green Quay": "Green Quay",
        },
    ),
    (
        "en",
        "On 3 June 2024 Tidal Cluster will host the AgriForum in Cork; admission is free.",
        {
            "startDate": "On 3 June 2024 Tidal Cluster will host the AgriForum in Cork",
            "location": "On 3 June 2024 Tidal Cluster will host the AgriForum in Cork",
        },
    ),
]


def test_each_statement_stands_in_exactly_its_words(known: KnownNames) -> None:
    wrong = []
    for language, words, wanted in PLACES:
        top = DE if language == "de" else EN
        proposal = propose(top + words, language, known)
        for which, place in wanted.items():
            key, _, value = which.partition("=")
            names = {it.ref: it.name for it in proposal.things}
            found = {
                (it.words, it.span)
                for it in proposal.statements
                if it.key == key
                and it.about != SOURCE
                and (not value or value in {it.value, names.get(getattr(it.value, "ref", ""))})
            }
            start = len(top) + words.index(place)
            if (place, (start, start + len(place))) not in found:
                wrong.append((which, place, found))
    assert wrong == []


HOSTILE = {
    "names": "Alder Brine Calder " * 600,
    "small words": "the of and for in at by " * 500,
    "marks": "“„\"'»«(" * 1600,
    "numbers": "12,345 to 67,890 million of 3 " * 380,
    "titles": "Dr. Prof. " * 1100,
    "commas": ", " * 5600,
    "letters": "A" * 11_000,
    "dots": "A. " * 3700,
    "legal forms": "GmbH e. V. & Co. KG " * 560,
    "addresses": "a.b-c@d.e-" * 1100,
    "lines": "Contact\n\n" * 1240,
    "mentions": "Tidal Cluster has 1 members and " * 350,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_work_grows_with_the_text(kind: str, known: KnownNames) -> None:
    """Twice the text is about twice the work: counted in steps of the reading, not in time."""

    def steps(text: str) -> int:
        count = 0

        def trace(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(trace)
        try:
            propose(text, "en", known)
        finally:
            sys.setprofile(None)
        return count

    half = HOSTILE[kind][: len(HOSTILE[kind]) // 2]
    propose(half[:500], "en", known)
    assert steps(HOSTILE[kind]) < 3.2 * steps(half) + 2_000


PIECES = """Der Verein|Moorgrün e. V.|Tidal Cluster|hat|has|das Gold-Label|the Silver Label|erhalten|received|sagte
Dr. Ada Quinn|said|„Wir freuen uns.“|“We are glad,”|12|Mitglieder|members|am 3. Mai 2024|2.000|Euro|.|,|und|von|bis
Über Moorgrün|Contact:|a@b.example|(MG)|Torfwerk GmbH|beigetreten|joined|Geschäftsführer|''|»|«|🎈""".replace("\n", "|")
WORDS = st.lists(
    st.sampled_from([*PIECES.split("|"), "\n", "\n\n", "\r\n", "\u2028", "\u00ad", "u\u0308", "\U000f0000"]),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(words=WORDS, language=st.sampled_from(["de", "en", None]), joiner=st.sampled_from([" ", "", "\n"]))
def test_whatever_is_written_the_words_of_statements_stand_in_it(
    words: list[str], language: str | None, joiner: str, known: KnownNames
) -> None:
    text = joiner.join(words)
    proposal = propose(text, language, known)
    refs = {it.ref for it in proposal.things} | {SOURCE}
    for it in proposal.things:
        assert it.words in text
    for statement in proposal.statements:
        assert statement.span is not None
        assert text[statement.span[0] : statement.span[1]] == statement.words != ""
        assert statement.about in refs
        assert not isinstance(statement.value, Ref) or statement.value.ref in refs
    assert propose(text, language, known) == proposal
