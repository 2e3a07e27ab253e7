"""The rules that facts files obey: one sentence each, by rule id."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from pressgraph.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

# rule id → (what is wrong, what to do where that is always the same)
RULES: dict[str, tuple[str, str | None]] = {
    # the file
    "unreadable": ("the file cannot be read: {reason}", None),
    "too-large": ("the file is larger than {limit}", "split it into several files"),
    "not-utf8": ("the text is not UTF-8 ({found})", "save the file as UTF-8"),
    "bad-character": ("{character} cannot stand in a facts file", "remove it"),
    "yaml-syntax": ("not valid YAML: {reason}", None),
    "rdf-syntax": ("not valid {format}: {reason}", None),
    "tab": ("a tab where spaces belong", "indent with spaces"),
    "too-deep": ("nested deeper than {limit} levels", "name the inner thing with an id and state it as a fact of its own"),
    "second-document": ("a second YAML document starts here", "one file, one source: remove '---' and what follows"),
    "alias": ("'*{name}' refers to another place", "repeat the value; aliases are not followed"),
    "anchor": ("'&{name}' names a place for aliases", "remove it; aliases are not followed"),
    "tag": ("'{tag}' forces a type", "remove it; the profile knows the types"),
    "duplicate-key": ("'{key}' stands twice in one node, first in line {line}", "write several values as a list"),
    "key-not-text": ("a key must be a word", None),
    "empty-file": ("the file is empty", "start with 'source:' and 'facts:', or copy a sample made by 'pressgraph init'"),
    "not-a-mapping": ("{what} must be a node with keys", "write 'key: value' lines"),
    "not-a-list": ("'facts' must be a list", "start each fact with '- id:'"),
    "missing-section": ("'{section}:' is missing", None),
    "source-twice": ("'{other}' holds facts of the source '{source}' too", "keep the facts of one source in one file"),
    "unknown-section": ("'{section}' is not a section of a facts file", None),
    "not-json": ("not a line of JSON: {reason}", "JSON Lines: one object on each line"),
    # tables
    "not-a-table": ("the table cannot be read: {reason}", None),
    "no-header": ("the first row must name the columns", "'pressgraph facts template KIND' writes a table to start from"),
    "repeated-header": ("the column '{header}' stands twice, first in column {first}", "remove one; several values go into one cell, with | between them"),
    "unmapped-header": ("'{header}' is not a key of the profile", None),
    "cell-outside": ("the cell stands in a column without a header", "name the column, or empty the cell"),
    "formula": ("the cell holds a formula without a result", "open the file in a spreadsheet program and save it, or write the value"),
    "cell-error": ("the cell holds the error {value}", "correct the formula, or write the value"),
    "no-source": ("the row does not say which document it was read from", "add a column 'source' with the document's id, or a sheet 'source'"),
    "template-gap": ("the template '{template}' needs the column '{name}', which is empty here", None),
    "slug-collision": ("'{value}' and '{other}' (row {line}) both become '{id}'", "write the id of one of them in full"),
    # nodes
    "missing-id": ("a fact needs the id of the thing that it is about", "add 'id: kind/name', such as 'id: agent/example'"),
    "empty-fact": ("the fact says nothing about '{id}'", "add a key with a value, or remove the fact"),
    "bad-id": ("'{id}' is not an id", None),
    "dangling-id": ("no fact describes '{id}'", None),
    "unknown-prefix": ("'{prefix}:' in '{id}' is not a prefix of the profile", None),
    "unknown-type": ("'{type}' is not a class of the profile", None),
    "unknown-key": ("'{key}' is not a key of the profile", None),
    "misplaced-key": ("'{key}' is not a key of {types}", None),
    "receipt-inside": ("'{key}' is said of a whole fact, not of a nested node", "move it to the fact"),
    # values
    "no-value": ("'{key}' has no value", "write one, or remove the key"),
    "not-text": ("'{key}' wants {wanted}, not {found}", None),
    "ambiguous-text": ("YAML reads {text} as {kind}, not as text", None),
    "cell-not-text": ("the cell holds {text} as {kind}, not as text", "format the cell as text and type the value again: a spreadsheet drops what looks needless, such as leading zeros"),
    "unknown-term": ("'{term}' is not a term of the vocabulary '{scheme}'", None),
    "not-listed": ("'{value}' is not one of the values of '{key}'", None),
    "bad-literal": ("'{value}' is not {wanted}", None),
    "bad-language": ("'{tag}' is not a language tag", None),
    "language-not-allowed": ("'{key}' is not written in '{tag}'", None),
    "language-missing": ("'{key}' needs to say its language", None),
    "language-unwanted": ("'{key}' takes no language", "write the value itself"),
    "control-character": ("the text of '{key}' holds {character}, which cannot be published", "remove it"),
    "single-value": ("'{key}' has one value, not {count}", "keep one"),
    "contradiction": ("'{key}' of '{id}' is '{value}' here and '{other}' in line {line}", "a thing has one of these"),
    # receipts
    "unknown-status": ("'{status}' is not a status", None),
    "bad-evidence": ("evidence must be [start, end], or a list of such spans: {reason}", None),
    "evidence-outside": ("characters {start}–{end} are outside the source's text, which has {length}", None),
    "hash-differs": ("the text of {file} has another SHA-256: {found}", None),
    "bad-hash": ("'{value}' is not a SHA-256", "64 hexadecimal digits, as 'sha256sum FILE' prints them"),
    "source-file": ("the source's text {file} cannot be read: {reason}", "correct 'file:', or remove it"),
    "not-boolean": ("'{key}' must be true or false, not '{value}'", None),
    "personal-unmarked": ("'{key}' is personal data, and the fact does not say so", "add 'personal: true' to the fact, so that it is not published"),
    "bad-allow": ("'allow' must be a list of 'rule: reason'", None),
    "same-fact-twice": ("this fact says the same as the one in line {line}", "remove one, and give the other both evidence spans"),
}  # fmt: skip


def problem(rule: str, place: Place, *, hint: str | None = None, **values: object) -> Problem:
    """Make the problem of a rule; `hint` overrides the rule's own."""
    sentence, standing_hint = RULES[rule]
    return Problem(rule=rule, place=place, message=sentence.format(**values), hint=hint or standing_hint)


def did_you_mean(wrong: str, known: Iterable[str], *, otherwise: str | None = None) -> str | None:
    """Suggest the nearest known word, ignoring case; else return `otherwise`.

    >>> did_you_mean("headlin", ["headline", "level"])
    "did you mean 'headline'?"
    """
    by_case: dict[str, str] = {}
    for word in known:
        by_case.setdefault(word.casefold(), word)
    close = difflib.get_close_matches(wrong.casefold(), by_case, n=1, cutoff=0.6)
    return f"did you mean '{by_case[close[0]]}'?" if close else otherwise
