"""Begin a facts file for a text: the text beside it, and the source block that names it, and nothing else."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pressgraph.drafting.languages import begins_release, language_of
from pressgraph.errors import PressgraphError
from pressgraph.facts.date_words import mend_date
from pressgraph.facts.ids import slug
from pressgraph.facts.yaml_text import FlowNode, Plain, to_yaml
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.drafting.release import ReleaseText
    from pressgraph.i18n import Text

_HEADLINE = 200
_DATELINE = 50
"""Characters: a longer line with a day in it says more than where and when."""
_RELEASE = 300
"""Characters that a release has at least."""
_NAME = 60
_TOP = 1_000
"""Characters in which a text says when it appeared."""
_DAY = re.compile(
    r"\b(?:\d{1,2}(?:\. ?| )[^\W\d]+ \d{4}|\d{1,2}\.\d{1,2}\.\d{4}|[^\W\d]+ \d{1,2}, \d{4}|\d{4}-\d\d-\d\d)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What was written, and what a person should know of it."""

    facts: Path
    text: Path
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a facts file for a text begins with."""

    name: str
    """That of its files."""
    text: bytes
    source: dict[str, Any]
    """The source block, without the place of the text."""
    language: str | None
    supposed: str | None
    """The day that only the text names."""
    notes: tuple[Text, ...]

    @property
    def published(self) -> str | None:
        """The day that the document states, else the one that the text names."""
        return self.source.get("datePublished") or self.supposed

    def block(self, file: str) -> dict[str, Any]:
        """Return the source block; `file` is the path of the text from the facts file."""
        return {**self.source, "file": file}


def beginning(release: ReleaseText, name: str | None = None) -> Beginning:
    """Say what a facts file for a text begins with.

    The headline is the document's title, else the first line that does not only say that this is a release, where and
    when; the day and the language are those that the document states, the language else that of the text.

    Raises PressgraphError where no name can be made of it.
    """
    headline = (release.title or _first_line(release.text))[:_HEADLINE]
    found = language_of(release.text)
    language = release.language or found
    name = slug(name) if name else "-".join(filter(None, (release.published, _short(slug(headline)))))
    if not name:
        raise PressgraphError(
            gettext("the text has no headline that a name can be made of"), hint=gettext("give one: --name NAME")
        )
    data = release.text.encode()
    source: dict[str, Any] = {
        "id": f"document/{name}",
        "type": "NewsArticle",
        "headline": FlowNode({language: headline}) if language else headline,
    }
    if release.published:
        source["datePublished"] = Plain(release.published)
    if language:
        source["inLanguage"] = language
    if release.url:
        source["url"] = release.url
    source["sha256"] = hashlib.sha256(data).hexdigest()
    supposed = next(filter(None, (mend_date(it) for it in _DAY.findall(release.text[:_TOP]))), None)
    notes = list(release.notes)
    if found is None:
        notes.append(gettext("the text is in none of the languages that are known here; write its language"))
    if _holds_several(release.text):
        notes.append(gettext("several releases seem to be in it: each needs a file of its own"))
    return Beginning(name=name, text=data, source=source, language=language, supposed=supposed, notes=tuple(notes))


def _holds_several(text: str) -> bool:
    """Tell whether a text seems to hold several releases: two say that they begin, or one does in its midst."""
    begun: list[int] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if begins_release(line):
            begun.append(at)
        at += len(line)
    inside = any(it > _RELEASE and len(text) - it > _RELEASE for it in begun)
    return len(begun) > 1 or inside


def begin(release: ReleaseText, folder: Path, name: str | None = None) -> Begun:
    """Write `texts/NAME.txt` and `releases/NAME.yaml` into a folder; what is there is never overwritten.

    A day that only the text names is offered in a comment. Raises PressgraphError for a name that is taken, or none.
    """
    start = beginning(release, name)
    text, facts = folder / "texts" / f"{start.name}.txt", folder / "releases" / f"{start.name}.yaml"
    for path in (text, facts):
        if path.exists():
            raise PressgraphError(gettext("{path} is there already", path=path), hint=gettext("give another --name"))
    block = dated(to_yaml({"source": start.block(f"../texts/{start.name}.txt"), "facts": []}), start)
    for path, content in ((text, start.text), (facts, block.encode())):
        create(path, content)
    return Begun(facts=facts, text=text, notes=start.notes)


def create(path: Path, content: bytes) -> None:
    """Write a file anew or not at all: another process may have been first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
        file.write(content)


def dated(text: str, start: Beginning) -> str:
    """Offer in a comment the day of the release, where its document does not state it."""
    if "datePublished" in start.source:
        return text
    return text.replace("\n  sha256:", f"\n  # datePublished: {start.supposed or 'YYYY-MM-DD'}\n  sha256:", 1)


def _short(name: str) -> str:
    """Return a name that is not too long, of whole words."""
    if len(name) <= _NAME:
        return name
    return name[: _NAME + 1].rpartition("-")[0] or name[:_NAME]


def _first_line(text: str) -> str:
    lines = [shown for line in text.splitlines() if (shown := " ".join(line.split()))]
    telling = (it for it in lines if not begins_release(it) and not (len(it) <= _DATELINE and _DAY.search(it)))
    return next(telling, lines[0])
