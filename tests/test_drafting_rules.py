"""What rules propose of a text: facts that its words say, in the keys of the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressgraph.drafting.known import KnownNames
from pressgraph.drafting.patterns.propose import propose
from pressgraph.drafting.proposal import SOURCE, Proposal, Ref

if TYPE_CHECKING:
    from pressgraph.profile import Profile


@pytest.fixture(scope="module")
def known(profile: Profile) -> KnownNames:
    return KnownNames(profile)


def said(proposal: Proposal) -> set[tuple[str, str, str]]:
    """Return what was proposed; things are called by their names, those without one by their class."""
    called = {it.ref: it.class_ for it in proposal.things} | {SOURCE: SOURCE}
    called |= {it.about: str(it.value) for it in proposal.statements if it.key == "name" and isinstance(it.value, str)}
    return {
        (called[it.about], it.key, called[it.value.ref] if isinstance(it.value, Ref) else str(it.value))
        for it in proposal.statements
    }


TOP_DE = "Neues aus dem Netz\n\nOldenburg, 12. März 2024. "
TOP_EN = "News of the network\n\nAlderford, 14 May 2024. "
CASES = [
    (
        "de",
        TOP_DE + "Der Verein Moorgrün e. V. (MG) hat 120 Mitglieder.",
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
    (
        "en",
        TOP_EN + '"The label is a promise," said Dr. Ruth Calder, managing director of Brinewell Pumps Ltd.',
        {
            (SOURCE, "datePublished", "2024-05-14"),
            ("QuotedStatement", "text", "The label is a promise"),
            ("QuotedStatement", "saidBy", "Ruth Calder"),
            ("Ruth Calder", "honorificPrefix", "Dr."),
            ("Membership", "organization", "Brinewell Pumps Ltd"),
            ("Membership", "role", "managing-director"),
        },
    ),
]


@pytest.mark.parametrize(("language", "text", "wanted"), CASES)
def test_texts_are_read_by_the_words_of_their_language(
    language: str, text: str, wanted: set[tuple[str, str, str]], known: KnownNames
) -> None:
    assert wanted <= said(propose(text, language, known))


def test_the_words_of_each_statement_stand_where_it_says(known: KnownNames) -> None:
    for language, text, _ in CASES:
        for written in (text, text.replace("ü", "u\u0308"), text.replace("Mit", "Mit\u00ad"), "🎈" + text):
            for it in propose(written, language, known).statements:
                assert it.span is not None
                assert written[it.span[0] : it.span[1]] == it.words
