"""What the editor says, by language."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pressgraph.i18n import Text, gettext, ngettext, pgettext

if TYPE_CHECKING:
    from collections.abc import Callable

_WORDS: dict[str, Text] = {
    "skip": pgettext("editor", "Skip to the content"),
    "brand": pgettext("editor", "pressgraph edit"),
    "file": pgettext("editor", "File"),
    "all_files": pgettext("editor", "All files"),
    "undo": pgettext("editor", "Undo"),
    "redo": pgettext("editor", "Redo"),
    "what_changed": pgettext("editor", "What changed"),
    "facts_of_file": pgettext("editor", "Facts of this file"),
    "all_facts": pgettext("editor", "All facts"),
    "to_review": pgettext("editor", "To review"),
    "problems": pgettext("editor", "Problems"),
    "personal_facts": pgettext("editor", "Personal, not published"),
    "previous": pgettext("editor", "Previous"),
    "next": pgettext("editor", "Next to review"),
    "text_of_release": pgettext("editor", "Text of the release"),
    "marks": pgettext("editor", "What the marks mean"),
    "mark_read": pgettext("editor", "underlined"),
    "mark_read_means": pgettext("editor", "read and reviewed"),
    "mark_todo": pgettext("editor", "yellow"),
    "mark_todo_means": pgettext("editor", "to review"),
    "mark_bad": pgettext("editor", "red"),
    "mark_bad_means": pgettext("editor", "a problem"),
    "mark_personal": pgettext("editor", "hatched"),
    "mark_personal_means": pgettext("editor", "personal data, not published"),
    "mark_none_means": pgettext("editor", "no mark: nothing was read from it"),
    "mark_sure": pgettext("editor", "how sure it is; the least certain fact counts"),
    "status_stated": pgettext("editor", "stated"),
    "status_normalised": pgettext("editor", "normalised"),
    "status_implied": pgettext("editor", "implied"),
    "status_assumed": pgettext("editor", "assumed"),
    "said_todo": pgettext("editor", ", to review"),
    "said_bad": pgettext("editor", ", problem"),
    "said_personal": pgettext("editor", ", personal data, not published"),
    "facts_here": pgettext("editor", "Facts of these words"),
    "this_fact": pgettext("editor", "This fact"),
    "nothing_read": pgettext("editor", "Nothing has been read from these words yet."),
    "choose_what": pgettext(
        "editor",
        "Choose beside the text what they say. To select with the keyboard, move to a sentence with Tab, then Enter.",
    ),
    "passed_over": pgettext("editor", "Somebody found nothing worth a fact here."),
    "close_by": pgettext("editor", "Close by, to review"),
    "what_says": pgettext("editor", "What does this passage say?"),
    "find_kind": pgettext("editor", "Find a kind"),
    "type_kind": pgettext("editor", "Type to find a kind, or choose"),
    "kinds_that_fit": pgettext("editor", "Kinds that fit"),
    "find": pgettext("editor", "Find"),
    "nothing_worth": pgettext("editor", "Nothing worth a fact"),
    "no_kind": pgettext("editor", "No kind is called so."),
    "keys_hint": pgettext("editor", "choose · Enter opens the form · Shift + arrows: a word more · Esc"),
    "words": pgettext("editor", "Words of the text"),
    "look_up": pgettext("editor", "Look up"),
    "words_hint": pgettext("editor", "Select words in the text, or type or paste them here."),
    "right": pgettext("editor", "Right"),
    "change": pgettext("editor", "Change"),
    "not_so": pgettext("editor", "Not so"),
    "remove": pgettext("editor", "Remove this fact"),
    "save": pgettext("editor", "Save"),
    "cancel": pgettext("editor", "Cancel"),
    "back_to_text": pgettext("editor", "Back to the text"),
    "needed": pgettext("editor", "(needed)"),
    "how_said": pgettext("editor", "How do the words say it?"),
    "how_stated": pgettext("editor", "Stated: the words say just this."),
    "how_normalised": pgettext(
        "editor",
        "Normalised: the words say it in another form; a date, number or name has been rewritten.",
    ),
    "how_implied": pgettext("editor", "Implied: it follows from the words."),
    "how_assumed": pgettext("editor", "Assumed: the words leave it open."),
    "evidence": pgettext("editor", "Words that bear it out"),
    "evidence_hint": pgettext("editor", "Select other words, or type them."),
    "personal_check": pgettext("editor", "Personal data: keep it, do not publish it"),
    "will_be_written": pgettext("editor", "What will be written to the file"),
    "show_written": pgettext("editor", "Show what will be written"),
    "about": pgettext("editor", "Id of the thing"),
    "kind_and_about": pgettext("editor", "Kind and id of the thing"),
    "kind": pgettext("editor", "Kind of the thing"),
    "about_hint": pgettext("editor", "It names the thing in the data, and stays. Empty: one is made of its name."),
    "new_fact": pgettext("editor", "New fact"),
    "language": pgettext("editor", "Language"),
    "no_choice": pgettext("editor", "not said"),
    "last_day": pgettext("editor", "Last day"),
    "one_more": pgettext("editor", "One more"),
    "more_of": pgettext("editor", "and this, which has no field:"),
    "saved": pgettext("editor", "Saved"),
    "not_saved": pgettext("editor", "Not saved"),
    "undone": pgettext("editor", "Undone"),
    "redone": pgettext("editor", "Made again"),
    "joined": pgettext("editor", "Another program had changed other facts of the file; both changes are in it."),
    "conflict": pgettext("editor", "This fact was changed elsewhere while you worked on it"),
    "conflict_gone": pgettext(
        "editor",
        "The file was changed by another program, and this editor no longer knows how it was before. "
        "Nothing of yours is lost, and nothing has been overwritten.",
    ),
    "before": pgettext("editor", "Before"),
    "in_file": pgettext("editor", "In the file now"),
    "yours": pgettext("editor", "Yours"),
    "gone": pgettext("editor", "It is gone."),
    "unknown": pgettext("editor", "Not known any more."),
    "keep_theirs": pgettext("editor", "Keep the file’s"),
    "keep_mine": pgettext("editor", "Keep mine"),
    "keep_both": pgettext("editor", "Keep both changes"),
    "later": pgettext("editor", "Decide later: keep a copy of mine beside the file"),
    "copy_kept": pgettext("editor", "A copy of yours is kept beside the file:"),
    "could_not_save": pgettext("editor", "This could not be saved. Nothing of it is lost: here it is, to copy."),
    "to_copy": pgettext("editor", "The fact as it would have been written"),
    "files": pgettext("editor", "Files"),
    "no_files": pgettext("editor", "There is no facts file yet."),
    "paste_first": pgettext("editor", "Paste the text of a release below, and begin."),
    "new_text": pgettext("editor", "A new text"),
    "the_text": pgettext("editor", "The text of the release, with its headline in the first line"),
    "which_day": pgettext("editor", "On which day was it published?"),
    "begin": pgettext("editor", "Begin"),
    "no_text": pgettext(
        "editor",
        "The text of this source is not at hand: there is no file of it. Its facts can be changed and "
        "reviewed all the same.",
    ),
    "text_changed": pgettext("editor", "The text has changed since the facts were read from it."),
    "no_longer": pgettext("editor", "The text no longer says this there."),
    "not_edited": pgettext("editor", "This file is shown, and not edited:"),
    "nothing_changed": pgettext("editor", "Nothing has changed since this file was opened here."),
    "added": pgettext("editor", "New"),
    "removed": pgettext("editor", "Gone"),
    "changed": pgettext("editor", "Changed"),
    "in_the_file": pgettext("editor", "In the file"),
    "in_the_graph": pgettext("editor", "In words"),
    "draft_offer": pgettext("editor", "No facts have been read from this text yet."),
    "draft_told": pgettext(
        "editor",
        "A draft proposes facts by rules, on this machine. Each waits for your Right, Change or Not so; "
        "nothing is published before.",
    ),
    "draft": pgettext("editor", "Make a draft"),
    "draft_empty": pgettext(
        "editor", "The draft found nothing in this text. Select words, or choose a sentence, and say what they say."
    ),
    "model_told": pgettext(
        "editor", "Or a model that you have set up proposes them, to be reviewed just the same. This"
    ),
    "who_reviews": pgettext("editor", "Who reviews?"),
    "your_name": pgettext("editor", "Your name"),
    "who_hint": pgettext(
        "editor",
        "Or the id of a person or an organisation that these files know. It is written to "
        "each fact that you find right.",
    ),
    "go_on": pgettext("editor", "Go on"),
    "setup": pgettext("editor", "Make a project here"),
    "setup_told": pgettext(
        "editor",
        "This folder has no project yet. Three questions, and you can paste the first text.",
    ),
    "setup_title": pgettext("editor", "Who publishes? The name of your organisation"),
    "setup_base": pgettext("editor", "Under which address will your data be found?"),
    "setup_base_hint": pgettext("editor", "It ends in a slash. Leave it as it is to try things out."),
    "setup_language": pgettext("editor", "In which language do you write?"),
    "make_it": pgettext("editor", "Make the project"),
    "not_let_in": pgettext("editor", "This page is for the browser that the editor opened"),
    "not_let_in_told": pgettext("editor", "Start “pressgraph edit” again to open it in this browser."),
    "not_found": pgettext("editor", "There is no such page"),
    "refused": pgettext("editor", "This request was refused"),
    "too_large": pgettext("editor", "This is too large"),
    "failed": pgettext("editor", "This did not work"),
    "shortcuts": pgettext("editor", "Single keys (J, K, R, E) while a sentence or a fact has focus"),
    "nothing_to_review": pgettext("editor", "Nothing is left to review."),
    "then_publish": pgettext("editor", "What is saved is shown on the pages after these commands in the terminal:"),
    "none_here": pgettext("editor", "There is no such fact."),
    "which": pgettext("editor", "Which of them is meant?"),
    "of_source": pgettext("editor", "About the file"),
    "kinds_all": pgettext("editor", "Other kinds"),
    "about_release": pgettext("editor", "About this release"),
    "publish_text": pgettext("editor", "The text itself may be published: we have the right to, and want it"),
    "page_more": pgettext("editor", "More facts"),
    "no_facts": pgettext(
        "editor", "Nothing is said yet. Select words in the text, or choose a sentence, and say what they say."
    ),
    "unasked": pgettext(
        "editor", "Shapes and checks are being asked about this large file; what they find is shown then."
    ),
    "checked_fine": pgettext("editor", "Shapes and checks have been asked: nothing is wrong."),
    "found": pgettext("editor", "Found in the text,"),
    "found_once": pgettext("editor", "Found once in the text,"),
    "no_evidence": pgettext("editor", "no words of the text"),
}
_COUNTED: dict[str, Callable[[int], Text]] = {
    "problems_keep": lambda count: ngettext(
        "{count} problem keeps this from being saved.", "{count} problems keep this from being saved.", count=count
    ),
    "not_saved_problems": lambda count: ngettext(
        "Not saved: {count} problem", "Not saved: {count} problems", count=count
    ),
    "checked_wrong": lambda count: ngettext(
        "Shapes and checks have been asked: {count} fact has a problem.",
        "Shapes and checks have been asked: {count} facts have a problem.",
        count=count,
    ),
    "more_keys": lambda count: ngettext("{count} more key", "{count} more keys", count=count),
    "n_facts": lambda count: ngettext("{count} fact", "{count} facts", count=count),
    "n_to_review": lambda count: ngettext("{count} to review", "{count} to review", count=count),
    "stand_no_longer": lambda count: ngettext(
        "{count} fact no longer stands:", "{count} facts no longer stand:", count=count
    ),
}


@lru_cache(maxsize=8)
def words(language: str) -> dict[str, Any]:
    """Return all that the editor says in a language; counted ones as functions of their number."""
    said: dict[str, Any] = {key: text.to(language) for key, text in _WORDS.items()}
    for key, counted in _COUNTED.items():
        said[key] = lambda count, counted=counted: counted(count).to(language)
    said["characters"] = lambda start, end: gettext("characters {start}–{end}", start=start, end=end).to(language)
    said["conflict_told"] = lambda time: pgettext(
        "editor",
        "The file was written at {time}, by another program. Nothing of yours is lost, and nothing has been "
        "overwritten. Facts that only one of you changed are already put together; this one was changed "
        "by both.",
        time=time,
    ).to(language)
    said["ask_model"] = lambda name: pgettext("editor", "Send the text to {name}", name=name).to(language)
    said["written_as"] = lambda line: gettext("Written as {line}", line=line).to(language)
    return said
