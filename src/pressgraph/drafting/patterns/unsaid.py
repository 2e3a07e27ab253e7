"""What a file of a language may leave out, and what is read then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

UNSAID: Mapping[str, Any] = {
    **dict.fromkeys(
        (
            "abbreviations", "addresses", "adjectives", "adjectives_of_offices", "affirmed", "and", "any_company",
            "any_event", "articles", "belongs", "contractions", "contrasts", "copulas", "date_between", "date_words",
            "denials", "descriptive", "feminine", "frequent", "futures", "genitive_endings", "genitives",
            "hedges_behind", "indefinite", "inside_names", "instead", "last_day", "ministries", "months", "more",
            "negations", "no_compounds", "number_between", "number_of", "numbers", "ordinals", "own", "particles",
            "persons", "plans", "plural_articles", "possessives", "pronouns", "relatives", "since", "small", "sure",
            "tails", "titles", "until",
        ),
        (),
    ),
    **{
        key: {}
        for key in (
            "approximate", "currencies", "durations", "fractions", "frames", "heads", "hedges", "leading", "levels",
            "measures", "memberships", "nouns", "prepositions", "roles", "scales", "terms", "triggers", "works",
        )
    },
    **dict.fromkeys(("nouns_are_capital", "adjectives_alone", "nouns_behind"), False),
    "quarters": {"words": (), "first": (), "second": (), "third": (), "fourth": ()},
    "hours": {"clock": (), "morning": (), "afternoon": (), "doors": ()},
    "stand": {"nouns": (), "hall": (), "number": ()},
    "label": {"words": (), "of": (), "several": (), "bare": {}},
    "about": "(?!)",
    "contact": "(?:contact)(?= *:| *$)",
    "decimal": ".",
}  # fmt: skip
"""What a file says nothing of: it is not read in that language."""
