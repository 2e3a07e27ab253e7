"""The rules that facts files obey: one sentence each, by rule id."""

from __future__ import annotations

from typing import NamedTuple

from pressgraph.errors import DataError, Place, Problem
from pressgraph.i18n import Text, gettext, joined
from pressgraph.i18n import gettext_noop as N_  # noqa: N812 - gettext's usual name for it


class Rule(NamedTuple):
    """What is wrong, and what to do where that is always the same, as messages of the catalogues."""

    message: str
    hint: str | None = None
    warns: bool = False
    """Whether facts that break it are converted all the same."""


RULES: dict[str, Rule] = {
    # the file
    "unreadable": Rule(N_("the file cannot be read: {reason}")),
    "too-large": Rule(N_("the file is larger than {limit}"), N_("split it into several files")),
    "not-utf8": Rule(N_("the text is not UTF-8 ({found})"), N_("save the file as UTF-8")),
    "bad-character": Rule(N_("{character} cannot stand in a facts file"), N_("remove it")),
    "yaml-syntax": Rule(N_("not valid YAML: {reason}")),
    "rdf-syntax": Rule(N_("not valid {format}: {reason}")),
    "tab": Rule(N_("a tab where spaces belong"), N_("indent with spaces")),
    "too-deep": Rule(N_("nested deeper than {limit} levels"), N_("name the inner thing with an id and state it as a fact of its own")),
    "second-document": Rule(N_("a second YAML document starts here"), N_("one file, one source: remove '---' and what follows")),
    "alias": Rule(N_("'*{name}' refers to another place"), N_("repeat the value; aliases are not followed")),
    "anchor": Rule(N_("'&{name}' names a place for aliases"), N_("remove it; aliases are not followed")),
    "tag": Rule(N_("'{tag}' forces a type"), N_("remove it; the profile knows the types")),
    "duplicate-key": Rule(N_("'{key}' stands twice in one node, first in line {line}"), N_("write several values as a list")),
    "key-not-text": Rule(N_("a key must be a word")),
    "empty-file": Rule(N_("the file is empty"), N_("start with 'source:' and 'facts:', or copy a sample made by 'pressgraph init'")),
    "not-a-mapping": Rule(N_("{what} must be a node with keys"), N_("write 'key: value' lines")),
    "not-a-list": Rule(N_("'facts' must be a list"), N_("start each fact with '- id:'")),
    "missing-section": Rule(N_("'{section}:' is missing")),
    "source-twice": Rule(N_("'{other}' holds facts of the source '{source}' too"), N_("keep the facts of one source in one file")),
    "unknown-section": Rule(N_("'{section}' is not a section of a facts file")),
    "not-json": Rule(N_("not a line of JSON: {reason}"), N_("JSON Lines: one object on each line")),
    # tables
    "not-a-table": Rule(N_("the table cannot be read: {reason}")),
    "no-header": Rule(N_("the first row must name the columns"), N_("'pressgraph facts template KIND' writes a table to start from")),
    "repeated-header": Rule(N_("the column '{header}' stands twice, first in column {first}"), N_("remove one; several values go into one cell, with | between them")),
    "no-column": Rule(N_("the table has no column '{header}', which [tables] names")),
    "unmapped-header": Rule(N_("'{header}' is not a key of the profile")),
    "cell-outside": Rule(N_("the cell stands in a column without a header"), N_("name the column, or empty the cell")),
    "formula": Rule(N_("the cell holds a formula without a result"), N_("open the file in a spreadsheet program and save it, or write the value")),
    "cell-error": Rule(N_("the cell holds the error {value}"), N_("correct the formula, or write the value")),
    "cell-not-text": Rule(N_("the cell holds {text} as {kind}, not as text"), N_("format the cell as text and type the value again: a spreadsheet drops what looks needless, such as leading zeros")),
    "cell-binary": Rule(N_("the cell holds bytes, not text"), N_("leave the column out, or write it as text where the table comes from")),
    "no-source": Rule(N_("the row does not say which document it was read from"), N_("add a column 'source' with the document's id, or a sheet 'source'")),
    "template-gap": Rule(N_("the template '{template}' needs the column '{name}', which is empty here")),
    "slug-collision": Rule(N_("'{value}' and '{other}' (row {line}) both become '{id}'"), N_("write the id of one of them in full")),
    # nodes
    "missing-id": Rule(N_("a fact needs the id of the thing that it is about"), N_("add 'id: kind/name', such as 'id: agent/example'")),
    "empty-fact": Rule(N_("the fact says nothing about '{id}'"), N_("add a key with a value, or remove the fact")),
    "bad-id": Rule(N_("'{id}' is not an id")),
    "dangling-id": Rule(N_("no fact describes '{id}'")),
    "unknown-prefix": Rule(N_("'{prefix}:' in '{id}' is not a prefix of the profile")),
    "unknown-type": Rule(N_("'{type}' is not a class of the profile")),
    "unknown-key": Rule(N_("'{key}' is not a key of the profile")),
    "former-key": Rule(N_("'{key}' is now called '{now}'"), N_("'pressgraph facts migrate' rewrites files"), warns=True),
    "misplaced-key": Rule(N_("'{key}' is not a key of {types}")),
    "receipt-inside": Rule(N_("'{key}' is said of a whole fact, not of a nested node"), N_("move it to the fact")),
    # values
    "no-value": Rule(N_("'{key}' has no value"), N_("write one, or remove the key")),
    "not-text": Rule(N_("'{key}' wants {wanted}, not {found}")),
    "ambiguous-text": Rule(N_("YAML reads {text} as {kind}, not as text")),
    "unknown-term": Rule(N_("'{term}' is not a term of the vocabulary '{scheme}'")),
    "not-listed": Rule(N_("'{value}' is not one of the values of '{key}'")),
    "bad-literal": Rule(N_("'{value}' is not {wanted}")),
    "bad-language": Rule(N_("'{tag}' is not a language tag")),
    "language-not-allowed": Rule(N_("'{key}' is not written in '{tag}'")),
    "language-missing": Rule(N_("'{key}' needs to say its language")),
    "language-unwanted": Rule(N_("'{key}' takes no language"), N_("write the value itself")),
    "control-character": Rule(N_("the text of '{key}' holds {character}, which cannot be published"), N_("remove it")),
    "single-value": Rule(N_("'{key}' has one value, not {count}"), N_("keep one")),
    "said-twice": Rule(N_("'{value}' says '{key}' too, which stands beside it"), N_("say it once")),
    "contradiction": Rule(N_("'{key}' of '{id}' is '{value}' here and '{other}' in line {line}"), N_("a thing has one of these")),
    # receipts
    "unknown-status": Rule(N_("'{status}' is not a status")),
    "bad-evidence": Rule(N_("evidence must be [start, end], words of the text, or a list of these: {reason}")),
    "bad-rejected": Rule(N_("'rejected' must be a list of facts, each with its id")),
    "evidence-without-text": Rule(N_("evidence in words needs the text of the source"), N_("name the text in the source, 'file: PATH', or count characters: [start, end]")),
    "evidence-absent": Rule(N_("the text of the source does not say '{words}'")),
    "evidence-several": Rule(N_("'{words}' stands in {count} places of the text: {places}"), N_("quote more of the words, or say which: {{ words: …, nth: 2 }}")),
    "evidence-without-value": Rule(N_("the evidence does not say '{value}', which '{key}' is"), N_("quote the words that say it; where they say it otherwise, write 'status: normalised', where they do not say it, 'status: implied'"), warns=True),
    "evidence-outside": Rule(N_("characters {start}–{end} are outside the source's text, which has {length}")),
    "quotation-not-in-text": Rule(N_("these words are not in the text {file}"), N_("put what they mean under 'abstract', or say with 'rendering' that they are a translation or a paraphrase")),
    "hash-differs": Rule(N_("the text of {file} has another SHA-256: {found}")),
    "bad-hash": Rule(N_("'{value}' is not a SHA-256"), N_("64 hexadecimal digits, as 'sha256sum FILE' prints them")),
    "source-file": Rule(N_("the source's text {file} cannot be read: {reason}"), N_("correct 'file:', or remove it")),
    "not-boolean": Rule(N_("'{key}' must be true or false, not '{value}'")),
    "personal-unmarked": Rule(N_("'{key}' is personal data, and the fact does not say so"), N_("add 'personal: true' to the fact, so that it is not published")),
    "unreviewed-proposal": Rule(N_("'{by}' proposed this fact, and nobody has reviewed it: it is not published"), N_("compare it with the text, then write 'reviewedBy', or remove it"), warns=True),
    "bad-allow": Rule(N_("'allow' must be a list of 'rule: reason'")),
    "same-fact-twice": Rule(N_("this fact says the same as the one in line {line}"), N_("remove one, and give the other both evidence spans")),
    "unused-allowance": Rule(N_("'{rule}' is allowed here, but nothing breaks it"), N_("remove it from 'allow'"), warns=True),
}  # fmt: skip


def unreadable(error: DataError | OSError, file: str) -> Problem:
    """Return the problem of a file that the system, or what decompresses it, does not read."""
    reason = error.reason if isinstance(error, DataError) else error.strerror or str(error)
    return problem("unreadable", Place(file=file), reason=reason)


def phrase(message: str, /, **values: object) -> Text:
    """Return a message with its values filled in, so that what nobody sees in them is seen; see `gettext`."""
    return gettext(message, **{name: _visible(value) for name, value in values.items()})


def listing(names: list[str]) -> str:
    """Return some names in a line."""
    most = 4
    shown = ", ".join(names[:most])
    return phrase("{names} and {count} more", names=shown, count=len(names) - most) if len(names) > most else shown


def both_hints(hint: str | None, other: str) -> str:
    """Return two hints as one, where there are two."""
    return joined("; ", (hint, other)) if hint and other else hint or other


def problem(rule: str, place: Place, /, *, hint: str | None = None, **values: object) -> Problem:
    """Make the problem of a rule; `hint` overrides the rule's own."""
    definition = RULES[rule]
    standing = gettext(definition.hint) if definition.hint is not None else None
    return Problem(rule=rule, place=place, message=phrase(definition.message, **values), hint=hint or standing)


_HALVES = range(0xD800, 0xE000)
_UNSEEN = {code: f"<U+{code:04X}>" for code in (0x9, 0xA0, 0xAD, 0x2007, 0x200B, 0x202F, 0x2060, 0xFEFF, *_HALVES)}
"""Characters that nobody sees, or takes for a space, and halves of pairs, which JSON can name and nothing can write."""


def _visible(value: object) -> object:
    """Return a value as a message shows it; our own words are left alone."""
    return value.translate(_UNSEEN) if isinstance(value, str) and not isinstance(value, Text) else value
