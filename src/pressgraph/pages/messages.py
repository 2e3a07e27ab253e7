"""The words of the pages, in the languages that there are catalogues for."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeVar

from pressgraph.i18n import gettext, languages, ngettext, pgettext
from pressgraph.i18n import gettext_noop as N_  # noqa: N812 - gettext's usual name for it
from pressgraph.rdf import DCTERMS, OA, OWL, PROV, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pressgraph.i18n import Text

K = TypeVar("K")
P = TypeVar("P")
_PLACE = re.compile("\x00([0-9])\x00")

_OWN_NAME = pgettext("a language's own name", "English")
LANGUAGES = {tag: _OWN_NAME.to(tag) if tag == "en" or _OWN_NAME.to(tag) != _OWN_NAME else tag for tag in languages()}
"""The languages, each by its own name, or by its tag where its catalogue does not say it."""

_MESSAGES = {
    "answer_table": pgettext("page", "Answer as a table"),
    "about_release": pgettext("page", "About this release"),
    "accessibility": pgettext("page", "Accessibility"),
    "affiliated": pgettext("page", "works there"),
    "all_questions": pgettext("page", "all questions"),
    "as_data": pgettext("page", "As data"),
    "as_of": pgettext("page", "As of"),
    "ask_heading": pgettext("page", "Ask"),
    "ask_menu": pgettext("page", "Ask"),
    "assessment": pgettext("page", "assessment"),
    "assumed": pgettext("page", "assumed"),
    "award": pgettext("page", "Award"),
    "awarded": pgettext("page", "Awarded"),
    "awarded_label": pgettext("page", "Awarded label"),
    "before_and_after": pgettext("page", "Before and after"),
    "by_rule": pgettext("page", "computed from the scheme’s rule"),
    "cite_and_reuse": pgettext("page", "Cite and reuse"),
    "computed": pgettext("page", "computed from the scheme’s rule"),
    "contact": pgettext("page", "Something wrong? Tell us"),
    "data": pgettext("page", "Data"),
    "everything_else": pgettext("page", "Everything else"),
    "chosen": pgettext("page", "chosen; take it away"),
    "facet_level": pgettext("page", "Level"),
    "facet_organisation": pgettext("page", "Organisation"),
    "facet_publisher": pgettext("page", "Publisher"),
    "facet_region": pgettext("page", "Region"),
    "facet_role": pgettext("page", "Role"),
    "facet_sector": pgettext("page", "Sector"),
    "facet_state": pgettext("page", "State"),
    "facet_year": pgettext("page", "Year"),
    "filter": pgettext("page", "Filter"),
    "nothing_here": pgettext("page", "Nothing here has this."),
    "page_after": pgettext("page", "Next page"),
    "page_before": pgettext("page", "Page before"),
    "state_over": pgettext("page", "run out or replaced"),
    "state_unknown": pgettext("page", "period not known"),
    "state_valid": pgettext("page", "valid today"),
    "take_away": pgettext("page", "Take the filter away"),
    "valid_in": pgettext("page", "Valid in"),
    "calendar": pgettext("page", "Calendar"),
    "feed": pgettext("page", "Feed"),
    "figure": pgettext("page", "figure"),
    "figures": pgettext("page", "Figures"),
    "for_your_website": pgettext("page", "For your website"),
    "for_your_website_more": pgettext(
        "page", "Put this into the page of your website that is about it, so that search engines read the same there."
    ),
    "derived": pgettext("page", "derived"),
    "follows_from": pgettext("page", "from facts of"),
    "follows_from_several": pgettext("page", "from facts of several releases"),
    "least_sure": pgettext("page", "the least sure of them:"),
    "former": pgettext("page", "Former"),
    "glance": pgettext("page", "At a glance"),
    "go_on": pgettext("page", "Go on from here"),
    "gone": pgettext("page", "This is no longer published."),
    "gone_more": pgettext(
        "page", "If you cited it: please take the citation out. What it said is not kept on this site."
    ),
    "holder": pgettext("page", "Holder"),
    "how_assessed": pgettext("page", "How it was assessed"),
    "implied": pgettext("page", "implied"),
    "issued_by": pgettext("page", "Issued by"),
    "know": pgettext("page", "How do we know?"),
    "label": pgettext("page", "Label"),
    "labels": pgettext("page", "Labels"),
    "labels_without_period": pgettext("page", "Labels whose period is not known"),
    "labels_today": pgettext("page", "Labels held today"),
    "language": pgettext("page", "Language"),
    "legal": pgettext("page", "Legal"),
    "level": pgettext("page", "Level"),
    "member": pgettext("page", "member"),
    "role": pgettext("page", "role"),
    "valid_row": pgettext("page", "valid"),
    "member_of": pgettext("page", "Member of"),
    "members_named": pgettext("page", "Named members"),
    "more_statements": pgettext("page", "More statements"),
    "more_releases": pgettext("page", "More releases"),
    "earlier": pgettext("page", "Earlier"),
    "name": pgettext("page", "Name"),
    "named_in": pgettext("page", "Named in"),
    "no_days": pgettext("page", "no days given"),
    "no_label": pgettext(
        "page", "No press release in this graph tells of such a label. That does not mean that there is none."
    ),
    "no_labels_today": pgettext("page", "No label is known to be valid today."),
    "no_later_label": pgettext("page", "No later label is known."),
    "no_later_label_known": pgettext("page", "No later label is known."),
    "no_page": pgettext("page", "There is no page at this address."),
    "no_people": pgettext("page", "No release names anybody with a role."),
    "no_people_why": pgettext(
        "page", "People appear here when a release says who leads the organisation or speaks for it."
    ),
    "no_period": pgettext("page", "no source states a period"),
    "no_role": pgettext("page", "No release names a role."),
    "no_start": pgettext("page", "no start is given"),
    "no_text": pgettext("page", "The text itself is not published here."),
    "no_text_more": pgettext("page", "What it tells is shown in its order; quotations are paraphrased."),
    "normalised": pgettext("page", "normalised"),
    "not_valid": pgettext("page", "Not valid today"),
    "on_page": pgettext("page", "On this page"),
    "ontology": pgettext("page", "Ontology"),
    "organisations": pgettext("page", "Organisations"),
    "question": pgettext("page", "Question"),
    "search_for": pgettext("page", "Search for an organisation, person, label or release"),
    "search_for_short": pgettext("page", "Organisation, person, label or release"),
    "paraphrased": pgettext("page", "Paraphrased."),
    "people": pgettext("page", "People"),
    "people_small": pgettext("page", "with the role they are known to have"),
    "period_unknown": pgettext("page", "period not known"),
    "period_unknown_sentence": pgettext("page", "The period of its validity is not known."),
    "personal_note": pgettext(
        "page",
        "Only what press releases say of people in their public roles is published here. Addresses, telephone numbers "
        "and contact persons are not.",
    ),
    "personal_wrong": pgettext("page", "Something is wrong, or should not be here"),
    "press_release": pgettext("page", "Press release"),
    "read_release": pgettext("page", "Read the release"),
    "releases_list": pgettext("page", "Releases"),
    "reuse": pgettext("page", "Reuse"),
    "reviewed_noun": pgettext("page", "reviewed"),
    "reviewed_one": pgettext("page", "reviewed"),
    "roles": pgettext("page", "Roles"),
    "said": pgettext("page", "Said"),
    "said_about": pgettext("page", "Said about it"),
    "says_release": pgettext("page", "As the release says"),
    "site": pgettext("page", "Facts of press releases"),
    "stated": pgettext("page", "stated"),
    "stated_by_source": pgettext("page", "stated by a source"),
    "stated_noun": pgettext("page", "stated"),
    "text": pgettext("page", "The text"),
    "text_and_facts": pgettext("page", "The text, and what it tells"),
    "text_read": pgettext("page", "The text that was read"),
    "timeline": pgettext("page", "Timeline"),
    "timeline_small": pgettext("page", "everything known that has a date"),
    "today": pgettext("page", "today"),
    "unit_of": pgettext("page", "Unit of"),
    "units": pgettext("page", "Units"),
    "units_and_members": pgettext("page", "Units and members"),
    "unplaced": pgettext("page", "Without a place in the text"),
    "valid": pgettext("page", "Valid today"),
    "validity": pgettext("page", "Validity"),
    "was_replaced": pgettext("page", "Another label took its place."),
    "was_withdrawn": pgettext("page", "It was withdrawn."),
    "what_it_tells": pgettext("page", "What it tells"),
    "who_publishes": pgettext("page", "Who publishes"),
    "about_site": pgettext("page", "About this graph"),
    "about_things": pgettext("page", "What is known"),
    "also": pgettext("page", "Also:"),
    "also_kinds": pgettext("page", "It is also:"),
    "any": pgettext("page", "any"),
    "ask": pgettext("page", "Ask"),
    "by_letter": pgettext("page", "By first letter"),
    "characters": pgettext("page", "characters"),
    "choose": pgettext("page", "Choose one"),
    "dataset": pgettext("page", "Dataset description"),
    "default": pgettext("page", "If empty:"),
    "download": pgettext("page", "Download as"),
    "endpoint": pgettext("page", "SPARQL endpoint"),
    "error": pgettext("page", "This did not work"),
    "examples": pgettext("page", "Where it is used"),
    "fact_address": pgettext("page", "The address of this fact"),
    "facts": pgettext("page", "facts"),
    "find": pgettext("page", "Search"),
    "first_page": pgettext("page", "Linked data from press releases"),
    "formats": pgettext("page", "This page as data"),
    "graph_of": pgettext("page", "The facts of press releases, as linked data"),
    "graph_says": pgettext("page", "What this graph says"),
    "home": pgettext("page", "To the first page"),
    "imprint": pgettext("page", "Imprint"),
    "instances": pgettext("page", "Things of this kind"),
    "intro": pgettext(
        "page",
        "Facts read from press releases. Each can be traced to the words it was read from.",
    ),
    "shortcuts": pgettext("page", "Ctrl+Enter runs it, Ctrl+Space completes."),
    "links_here": pgettext("page", "Where it is named"),
    "main_menu": pgettext("page", "Main menu"),
    "all_links": pgettext("page", "All that leads here"),
    "more_links": pgettext("page", "More leads here than this page shows."),
    "near": pgettext("page", "Were you looking for one of these?"),
    "newest": pgettext("page", "Newest releases"),
    "no": pgettext("page", "No"),
    "no_place": pgettext("page", "no place given"),
    "no_rows": pgettext("page", "Nothing matches."),
    "nothing_found": pgettext("page", "Nothing has a name with this text. Try fewer words, or the beginning of one."),
    "one_row": pgettext("page", "1 row"),
    "optional": pgettext("page", "may stay empty"),
    "events": pgettext("page", "Events"),
    "perhaps": pgettext("page", "perhaps"),
    "programmes": pgettext("page", "Projects and funding"),
    "others": pgettext("page", "Others"),
    "places": pgettext("page", "Places"),
    "own_query": pgettext("page", "Ask a question of your own"),
    "prefixes": pgettext("page", "Prefixes that need no declaration"),
    "privacy": pgettext("page", "Privacy"),
    "query": pgettext("page", "Query"),
    "query_problem": pgettext("page", "This could not be answered:"),
    "query_text": pgettext("page", "SPARQL query"),
    "questions": pgettext("page", "Questions to ask"),
    "read_from": pgettext("page", "Facts read from this source"),
    "releases": pgettext("page", "releases"),
    "results": pgettext("page", "Result"),
    "reviewed": pgettext("page", "reviewed by"),
    "run": pgettext("page", "Run the query"),
    "saved": pgettext("page", "Saved queries"),
    "search": pgettext("page", "Search by name"),
    "shape_paths": pgettext("page", "About:"),
    "shape_properties": pgettext("page", "Conditions:"),
    "shape_targets": pgettext("page", "For:"),
    "shapes": pgettext("page", "Shapes"),
    "skip": pgettext("page", "Skip to the content"),
    "stated_in": pgettext("page", "in"),
    "surely": pgettext("page", "surely"),
    "terms": pgettext("page", "Terms"),
    "unused": pgettext("page", "not used"),
    "used_once": pgettext("page", "used once"),
    "vocabularies": pgettext("page", "Vocabularies"),
    "whole_graph": pgettext("page", "The whole graph as data"),
    "yes": pgettext("page", "Yes"),
}
# what numbers are filled into
_WITH_NUMBERS = {
    "all_rows": N_("{count} rows"),
    "first_rows": N_("The first {count} rows; a download has them all."),
    "some_rows": N_("{shown} of {total} are shown."),
    "used": N_("used {count} times"),
}
_WITH_NUMBERS |= {
    "about_name": N_("What press releases tell of {name}, each fact with its source."),
    "about_organisation": N_("{name}: {what}"),
    "about_release_of": N_("{headline}. Press release of {by}, and what was read from it: {facts}."),
    "all_of": N_("all {count}"),
    "as_of_day": N_("as of {day}"),
    "facts_of": N_("Facts of passage {number}"),
    "told_at": N_("told at passage {number}"),
    "passage_of": N_("Passage {number}"),
    "facts_about": N_("Read {releases}: {facts} about {name}."),
    "inverse": N_("{label} (from the other side)"),
    "kind_of": N_("{kind}: {name}"),
    "latest_on": N_("latest {day}"),
    "empty_columns": N_("Empty in all rows: {columns}"),
    "leads_by": N_("By “{label}”"),
    "leads_to": N_("What leads to “{name}”"),
    "level_of_levels": N_("Level {rank} of {of}."),
    "of_labels": N_("of {scheme}"),
    "out_of": N_("{value} of {whole}"),
    "page_of": N_("page {number} of {of}"),
    "part_of": N_("part of: {whole}"),
    "role_of": N_("{role} of {body}"),
}
_COUNTED: dict[str, Callable[..., Text]] = {
    "cut_contacts": lambda count: ngettext(
        "{count} stretch that looks like contact data is not shown.",
        "{count} stretches that look like contact data are not shown.",
        count=count,
    ),
    "days_left": lambda count: ngettext("{count} day left", "{count} days left", count=count),
    "facts_noun": lambda count: ngettext("fact", "facts", count=count),
    "from_n_releases": lambda count: ngettext("from {count} release", "from {count} releases", count=count),
    "in_n_facts": lambda count: ngettext("named in {count} fact", "named in {count} facts", count=count),
    "kept_facts": lambda count: ngettext(
        "{count} fact with personal data is kept and not published.",
        "{count} facts with personal data are kept and not published.",
        count=count,
    ),
    "more_receipts": lambda count: ngettext("{count} more receipt", "{count} more receipts", count=count),
    "n_assumed": lambda count: ngettext("{count} is assumed.", "{count} are assumed.", count=count),
    "n_days": lambda count: ngettext("{count} day", "{count} days", count=count),
    "n_conclusions": lambda count: ngettext("{count} conclusion", "{count} conclusions", count=count),
    "n_facts": lambda count: ngettext("{count} fact", "{count} facts", count=count),
    "more_values": lambda count: ngettext("{count} more", "{count} more", count=count),
    "n_labels_listed": lambda count: ngettext(
        "{count} label that press releases tell of.", "{count} labels that press releases tell of.", count=count
    ),
    "n_organisations_listed": lambda count: ngettext(
        "{count} organisation that press releases tell of.",
        "{count} organisations that press releases tell of.",
        count=count,
    ),
    "n_people_listed": lambda count: ngettext(
        "{count} person whom press releases name in a public role.",
        "{count} people whom press releases name in a public role.",
        count=count,
    ),
    "n_releases_listed": lambda count: ngettext("{count} press release.", "{count} press releases.", count=count),
    "n_matching": lambda count: ngettext(
        "{count} of them matches the filter.", "{count} of them match the filter.", count=count
    ),
    "n_valid": lambda count: ngettext("{count} is valid today.", "{count} are valid today.", count=count),
    "n_implied": lambda count: ngettext("{count} is implied.", "{count} are implied.", count=count),
    "n_months": lambda count: ngettext("{count} month", "{count} months", count=count),
    "n_normalised": lambda count: ngettext(
        "{count} was only rewritten (a date, a number).", "{count} were only rewritten (a date, a number).", count=count
    ),
    "results_for": lambda count, text: ngettext(
        "{count} result for “{text}”", "{count} results for “{text}”", count=count, text=text
    ),
    "n_links": lambda count: ngettext("{count} link leads there.", "{count} links lead there.", count=count),
    "n_labels": lambda count: ngettext("{count} label", "{count} labels", count=count),
    "n_organisations": lambda count: ngettext("{count} organisation", "{count} organisations", count=count),
    "n_passages": lambda count: ngettext("{count} passage", "{count} passages", count=count),
    "n_releases": lambda count: ngettext("{count} release", "{count} releases", count=count),
    "n_reviewed": lambda count: (
        ngettext(
            "A person compared {count} of them with the text.",
            "A person compared {count} of them with the text.",
            count=count,
        )
        if count
        else gettext("Nobody has compared them with the text yet.")
    ),
    "n_stated": lambda count: ngettext(
        "{count} is said in so many words.", "{count} are said in so many words.", count=count
    ),
    "n_years": lambda count: ngettext("{count} year", "{count} years", count=count),
    "of_them_reviewed": lambda count: ngettext("{count} of them reviewed", "{count} of them reviewed", count=count),
    "publishers_noun": lambda count: ngettext("organisation that publishes", "organisations that publish", count=count),
    "soonest_first": lambda count: ngettext("{count}", "{count}, soonest to run out first", count=count),
    "others_releases": lambda count: ngettext("{count} by others", "{count} by others", count=count),
    "own_releases": lambda count: ngettext("{count} of its own", "{count} of its own", count=count),
}
_PLACES = ("one", "two", "three", "four")
# pieces of pages are put into these: links, dates
_SENTENCES = {
    "against": N_("against {one}"),
    "as_of_no_start": N_("as of {one}, start not stated"),
    "becomes": N_("{one} becomes {two}"),
    "becomes_valid": N_("{one} becomes valid"),
    "begins": N_("It begins on {one}."),
    "by_day": N_("by {one}; the day is not stated"),
    "cite": N_("“{one}”, in {two}, as of {three}. {four}."),
    "from_until": N_("from {one} until {two}"),
    "held_by": N_("Held by {one}."),
    "held_by_in_place": N_("Held by {one}, in place of {two}."),
    "if_assumed_ran_out": N_("If the assumption holds, it ran out on {one}."),
    "if_assumed_until": N_("if the assumption holds, until {one}."),
    "in_release": N_("in {one}"),
    "is_role_of": N_("{one} of {two}"),
    "more_about": N_("More: {one}"),
    "of_scheme": N_("of {one}"),
    "ran_out": N_("It ran out on {one}."),
    "replaced_by": N_("replaced by {one}"),
    "runs_out": N_("{one} runs out"),
    "since": N_("since {one}"),
    "steps_down": N_("{one} steps down as {two}"),
    "under": N_("under {one}"),
    "until": N_("until {one}"),
    "with_whom": N_("with {one}"),
    "withdrawn": N_("Withdrawn on {one}."),
}
_WITH_NUMBERS |= {
    "is_dissolved": N_("{name} is dissolved"),
    "is_founded": N_("{name} is founded"),
}
_KINDS = {
    "event": pgettext("page", "event"),
    "label": pgettext("page", "label"),
    "organisation": pgettext("page", "organisation"),
    "person": pgettext("page", "person"),
    "place": pgettext("page", "place"),
    "programme": pgettext("page", "programme"),
    "release": pgettext("page", "release"),
}
_COLUMNS = {
    "agreement": pgettext("page", "Agreement"),
    "at": pgettext("page", "Where"),
    "atLeast": pgettext("page", "At least"),
    "atMost": pgettext("page", "At most"),
    "basis": pgettext("page", "Basis"),
    "bestScore": pgettext("page", "Of at most"),
    "by": pgettext("page", "By"),
    "claim": pgettext("page", "Claim"),
    "date": pgettext("page", "Day"),
    "direction": pgettext("page", "Direction"),
    "document": pgettext("page", "Release"),
    "end": pgettext("page", "To character"),
    "endNotAfter": pgettext("page", "Ended at the latest"),
    "endNotBefore": pgettext("page", "Ended at the earliest"),
    "fact": pgettext("page", "Fact"),
    "facts": pgettext("page", "Facts"),
    "fair": pgettext("page", "Fair"),
    "field": pgettext("page", "Field"),
    "founded": pgettext("page", "Founded"),
    "from": pgettext("page", "From"),
    "grant": pgettext("page", "Grant"),
    "holder": pgettext("page", "Holder"),
    "how": pgettext("page", "How sure"),
    "id": pgettext("page", "What"),
    "in": pgettext("page", "In"),
    "initiative": pgettext("page", "Initiative"),
    "issuer": pgettext("page", "Published by"),
    "kind": pgettext("page", "Kind"),
    "label": pgettext("page", "Label"),
    "lastDay": pgettext("page", "Last day"),
    "latest": pgettext("page", "At the latest"),
    "launcher": pgettext("page", "Launched by"),
    "level": pgettext("page", "Level"),
    "member": pgettext("page", "Who"),
    "membership": pgettext("page", "Membership"),
    "mention": pgettext("page", "Words"),
    "mentionedBy": pgettext("page", "Mentioned by"),
    "new": pgettext("page", "New"),
    "now": pgettext("page", "Now"),
    "number": pgettext("page", "Number"),
    "object": pgettext("page", "Value"),
    "old": pgettext("page", "Before"),
    "organisation": pgettext("page", "Organisation"),
    "organiser": pgettext("page", "Organiser"),
    "origin": pgettext("page", "Came of"),
    "person": pgettext("page", "Person"),
    "place": pgettext("page", "Place"),
    "position": pgettext("page", "Place in order"),
    "predicate": pgettext("page", "Property"),
    "product": pgettext("page", "Product"),
    "property": pgettext("page", "Property"),
    "published": pgettext("page", "Published"),
    "quotation": pgettext("page", "Quotation"),
    "region": pgettext("page", "Region"),
    "relation": pgettext("page", "Relation"),
    "release": pgettext("page", "Release"),
    "released": pgettext("page", "On the market"),
    "reportedIn": pgettext("page", "Reported in"),
    "result": pgettext("page", "Result"),
    "reviewed": pgettext("page", "Reviewed"),
    "restsOn": pgettext("page", "Least sure"),
    "role": pgettext("page", "Role"),
    "said": pgettext("page", "Said"),
    "sector": pgettext("page", "Sector"),
    "since": pgettext("page", "Since"),
    "source": pgettext("page", "Read in"),
    "sources": pgettext("page", "Sources"),
    "stakeholder": pgettext("page", "Stakeholder"),
    "start": pgettext("page", "From character"),
    "startNotAfter": pgettext("page", "Began at the latest"),
    "startNotBefore": pgettext("page", "Began at the earliest"),
    "statements": pgettext("page", "Statements"),
    "status": pgettext("page", "How sure"),
    "subject": pgettext("page", "What"),
    "term": pgettext("page", "Term"),
    "thing": pgettext("page", "What"),
    "things": pgettext("page", "Things"),
    "to": pgettext("page", "To"),
    "type": pgettext("page", "Kind"),
    "under": pgettext("page", "By the rules of"),
    "until": pgettext("page", "Until"),
    "uses": pgettext("page", "Uses"),
    "validUntil": pgettext("page", "Not valid from"),
    "vocabulary": pgettext("page", "Vocabulary"),
    "was": pgettext("page", "Before"),
    "what": pgettext("page", "What"),
    "who": pgettext("page", "Who"),
    "with": pgettext("page", "With"),
    "words": pgettext("page", "Words"),
    "year": pgettext("page", "Year"),
}
"""Columns and fields of questions that no key of the profile names."""
_ERRORS = {
    400: pgettext("page", "This request does not make sense"),
    403: pgettext("page", "This is not allowed"),
    404: pgettext("page", "Not found"),
    406: pgettext("page", "Not available in this form"),
    410: pgettext("page", "Gone"),
    413: pgettext("page", "Too large"),
    503: pgettext("page", "Busy"),
    504: pgettext("page", "This took too long"),
}
_WORDS_OF_OTHERS = {
    f"{RDF}type": pgettext("vocabulary", "kind"),
    f"{RDFS}label": pgettext("vocabulary", "label"),
    f"{RDFS}comment": pgettext("vocabulary", "comment"),
    f"{DCTERMS}created": pgettext("vocabulary", "made on"),
    f"{DCTERMS}creator": pgettext("vocabulary", "made by"),
    f"{DCTERMS}issued": pgettext("vocabulary", "published on"),
    f"{DCTERMS}license": pgettext("vocabulary", "licence"),
    f"{DCTERMS}publisher": pgettext("vocabulary", "published by"),
    f"{DCTERMS}title": pgettext("vocabulary", "title"),
    f"{RDFS}isDefinedBy": pgettext("vocabulary", "defined by"),
    f"{RDFS}subClassOf": pgettext("vocabulary", "narrower than"),
    f"{RDFS}subPropertyOf": pgettext("vocabulary", "narrower than (property)"),
    f"{RDFS}domain": pgettext("vocabulary", "property of"),
    f"{RDFS}range": pgettext("vocabulary", "has values of kind"),
    f"{RDFS}seeAlso": pgettext("vocabulary", "see also"),
    f"{OWL}Class": pgettext("vocabulary", "class"),
    f"{OWL}Ontology": pgettext("vocabulary", "ontology"),
    f"{OWL}ObjectProperty": pgettext("vocabulary", "property"),
    f"{OWL}DatatypeProperty": pgettext("vocabulary", "property with literal values"),
    f"{OWL}AnnotationProperty": pgettext("vocabulary", "annotation"),
    f"{OWL}disjointWith": pgettext("vocabulary", "excludes"),
    f"{OWL}inverseOf": pgettext("vocabulary", "inverse of"),
    f"{OWL}equivalentClass": pgettext("vocabulary", "same as"),
    f"{OWL}versionIRI": pgettext("vocabulary", "version"),
    f"{OWL}versionInfo": pgettext("vocabulary", "version number"),
    f"{OWL}imports": pgettext("vocabulary", "imports"),
    f"{SKOS}Concept": pgettext("vocabulary", "concept"),
    f"{SKOS}ConceptScheme": pgettext("vocabulary", "vocabulary"),
    f"{OA}hasSource": pgettext("vocabulary", "from"),
    f"{OA}hasSelector": pgettext("vocabulary", "place"),
    f"{OA}start": pgettext("vocabulary", "from character"),
    f"{OA}end": pgettext("vocabulary", "to character"),
    f"{PROV}wasDerivedFrom": pgettext("vocabulary", "read from"),
    f"{PROV}Bundle": pgettext("vocabulary", "receipts"),
}
"""What other vocabularies call things, where the profile gives them no label."""


def word_of_others(iri: str, language: str) -> str:
    """Return what a term of a common vocabulary is called; an empty text for others."""
    word = _WORDS_OF_OTHERS.get(iri)
    return word.to(language) if word is not None else ""


@lru_cache(maxsize=len(LANGUAGES))
def messages(language: str) -> Mapping[str, object]:
    """Return the words in a language, one of LANGUAGES; what numbers are filled into as functions of them.

    Under `errors` are the headings by status.
    """
    return {
        **_said(_MESSAGES, language),
        **{key: partial(_filled, message, language) for key, message in _WITH_NUMBERS.items()},
        **{key: partial(_counted, counted, language) for key, counted in _COUNTED.items()},
        **{key: partial(_sentence, message, language) for key, message in _SENTENCES.items()},
        "errors": _said(_ERRORS, language),
        "columns": _said(_COLUMNS, language),
        "kinds": _said(_KINDS, language),
    }


def _said(words: Mapping[K, Text], language: str) -> dict[K, str]:
    return {key: text.to(language) for key, text in words.items()}


def _filled(message: str, language: str, **numbers: str) -> str:
    return gettext(message, **numbers).to(language)


def _counted(counted: Callable[..., Text], language: str, count: int, **more: str) -> str:
    return counted(count, **more).to(language)


def _sentence(message: str, language: str, *pieces: P) -> tuple[str | P, ...]:
    """Return a sentence with pieces in their places: `{one}` is that of the first one."""
    return tuple(pieces[it] if isinstance(it, int) else it for it in _parts(message, language))


@lru_cache(maxsize=1024)
def _parts(message: str, language: str) -> tuple[str | int, ...]:
    """Return a sentence as what stands in it, and the numbers of the pieces that are put between."""
    marks = {name: f"\0{number}\0" for number, name in enumerate(_PLACES)}
    parts = _PLACE.split(gettext(message, **marks).to(language))
    # every other part is the number of a place
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts) if index % 2 or part)
