"""Begin a facts file for a text: the text beside it, and the source block that names it, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.drafting.languages import begins_release, language_of
from pressgraph.errors import PressgraphError
from pressgraph.facts.date_words import mend_date
from pressgraph.facts.ids import slug
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.drafting.release import ReleaseText
    from pressgraph.i18n import Text

_HEADLINE = 200
_DATELINE = 50
"""Characters: a longer line with a day in it says more than where and when."""
_NAME = 60
_TOP = 1_000
"""Characters in which a text says when it appeared."""
_DAY = re.compile(r"\b(?:\d{1,2}\. ?[^\W\d]+ \d{4}|\d{1,2}\.\d{1,2}\.\d{4}|[^\W\d]+ \d{1,2}, \d{4}|\d{4}-\d\d-\d\d)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What was written, and what a person should know of it."""

    facts: Path
    text: Path
    notes: tuple[Text, ...]


def begin(release: ReleaseText, folder: Path, name: str | None = None) -> Begun:
    """Write `texts/NAME.txt` and `releases/NAME.yaml` into a folder; what is there is never overwritten.

    The headline is the document's title, else the first line that does not only say that this is a release, where and
    when; the day and the language are those that the
    document states, the language else that of the text. A day that only the text names is offered in a comment.

    Raises PressgraphError for a name that is taken, or none.
    """
    headline = (release.title or _first_line(release.text))[:_HEADLINE]
    found = language_of(release.text)
    language = release.language or found
    name = slug(name) if name else "-".join(filter(None, (release.published, slug(headline)[:_NAME].strip("-"))))
    if not name:
        raise PressgraphError(
            gettext("the text has no headline that a name can be made of"), hint=gettext("give one: --name NAME")
        )
    text, facts = folder / "texts" / f"{name}.txt", folder / "releases" / f"{name}.yaml"
    for path in (text, facts):
        if path.exists():
            raise PressgraphError(gettext("{path} is there already", path=path), hint=gettext("give another --name"))
    data = release.text.encode()
    block = _source_block(release, name, headline, language, hashlib.sha256(data).hexdigest())
    for path, content in ((text, data), (facts, block.encode())):
        path.parent.mkdir(parents=True, exist_ok=True)
        # created anew or not at all: another process may have been first
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(content)
    notes = list(release.notes)
    if found is None:
        notes.append(gettext("the text is in none of the languages that are known here; write its language"))
    if sum(map(begins_release, release.text.splitlines())) > 1:
        notes.append(gettext("several releases seem to be in it: each needs a file of its own"))
    return Begun(facts=facts, text=text, notes=tuple(notes))


def _first_line(text: str) -> str:
    lines = [shown for line in text.splitlines() if (shown := " ".join(line.split()))]
    telling = (it for it in lines if not begins_release(it) and not (len(it) <= _DATELINE and _DAY.search(it)))
    return next(telling, lines[0])


def _source_block(release: ReleaseText, name: str, headline: str, language: str | None, sha256: str) -> str:
    quoted = json.dumps(headline, ensure_ascii=False)
    lines = [
        "source:",
        f"  id: document/{name}",
        "  type: NewsArticle",
        f"  headline: {{ {language}: {quoted} }}" if language else f"  headline: {quoted}",
    ]
    if release.published:
        lines.append(f"  datePublished: {release.published}")
    else:
        day = next(filter(None, (mend_date(it) for it in _DAY.findall(release.text[:_TOP]))), None)
        lines.append(f"  # datePublished: {day or 'YYYY-MM-DD'}")
    if language:
        lines.append(f"  inLanguage: {language}")
    if release.url:
        lines.append(f"  url: {json.dumps(release.url, ensure_ascii=False)}")
    lines += [f"  sha256: {sha256}", f"  file: ../texts/{name}.txt", "facts: []", ""]
    return "\n".join(lines)
