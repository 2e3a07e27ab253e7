"""The text of a rule for a terminal, and its page in the documentation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.i18n import gettext
from pressgraph.languages import choose
from pressgraph.validation.report import Severity

if TYPE_CHECKING:
    from pressgraph.validation.explain.rules import Explanation

_TITLES = {"wrong": gettext("Wrong"), "right": gettext("Right")}
_WORDS = {
    Severity.VIOLATION: gettext("error"),
    Severity.WARNING: gettext("warning"),
    Severity.INFO: gettext("info"),
}


def as_text(rule: Explanation, language: str) -> str:
    """Write a rule for a terminal."""
    head = f"{rule.id}: {rule.kind.to(language)} ({_WORDS[rule.severity].to(language)})"
    blocks = [head, choose(rule.messages, language) or ""]
    blocks += [hint for hint in [choose(rule.hints, language)] if hint]
    blocks += [rule.about] if rule.about else []
    if rule.example is not None:
        for word, text in (("wrong", rule.example.wrong), ("right", rule.example.right)):
            indented = "".join(f"    {line}" if line.strip() else line for line in text.splitlines(keepends=True))
            blocks.append(f"{_TITLES[word].to(language)}:\n\n{indented.rstrip()}")
    return "\n\n".join(it for it in blocks if it) + "\n"


def as_markdown(rule: Explanation) -> str:
    """Write the page of a rule, in English with the German message beneath."""
    lines = [f"# {rule.id}", "", f"{str(rule.kind).capitalize()}. Severity: {_WORDS[rule.severity]}.", ""]
    if rule.path:
        lines += [f"It is about the key `{rule.path}`.", ""]
    for tag in ("en", "de"):
        if tag in rule.messages:
            hint = f" ({rule.hints[tag]})" if tag in rule.hints else ""
            lines += [f"> {_escaped(rule.messages[tag] + hint)}", ""]
    lines += [rule.about, ""] if rule.about else []
    if rule.example is not None:
        for word, text in (("wrong", rule.example.wrong), ("right", rule.example.right)):
            lines += [f"## {_TITLES[word]}", "", f"```{rule.example.syntax}", text.rstrip(), "```", ""]
    lines += [f"In a terminal: `pressgraph rule {rule.id}`."]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", text)
