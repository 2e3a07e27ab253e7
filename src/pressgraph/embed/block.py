"""Write the block that goes into a page: a marked script, and marked links before it.

Inside the script everything is ASCII, and `<`, `>` and `&` are escapes, so that it is the same in HTML and XHTML and in
every encoding, and nothing in the data can end it (HTML, 4.12.1.3, restrictions for contents of script elements).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pressgraph.errors import PageError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

MARK = "data-pressgraph"
ABOUT = "data-pressgraph-about"
ID = "pressgraph-"
MEDIA_TYPE = "application/ld+json"

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\x7f": "\\u007f"})
_ATTRIBUTE = re.compile(r"[^\x20-\x7e]|[&<>\"']")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A `<link>` of the block."""

    rel: str
    href: str
    media_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What is put into a page: JSON-LD, whom it is for, what it is about (an IRI), and links."""

    data: Any
    audience: str = "data"
    about: str | None = None
    links: tuple[PageLink, ...] = ()

    def write(self, number: int, newline: str) -> str:
        """Return the block's text; `number` tells it from the page's own ids."""
        marks = [("type", MEDIA_TYPE), ("id", f"{ID}{number}"), (MARK, self.audience)]
        if self.about is not None:
            marks.append((ABOUT, self.about))
        payload = script_text(self.data).replace("\n", newline)
        links = "".join(_link(link) for link in self.links)
        return f"{links}<script{_attributes(marks)}>{newline}{payload}{newline}</script>"


def script_text(data: Any) -> str:
    """Return JSON that can stand in a script element of any page.

    Raises PageError for what JSON or Unicode cannot say.
    """
    try:
        # a lone surrogate has an escape in JSON, but no reader could print what it means
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
        text = json.dumps(data, ensure_ascii=True, allow_nan=False, indent=2)
    except UnicodeEncodeError as error:
        raise PageError(gettext("the data holds half of a surrogate pair, which is no character")) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise PageError(gettext("the data cannot be written as JSON: {reason}", reason=error)) from error
    return _braces(text.translate(_ESCAPES))


def _braces(text: str) -> str:
    """Escape the braces within strings that Jinja, Liquid, Handlebars or Vue would take for their own."""
    if "{{" not in text and "{%" not in text and "{#" not in text and "}}" not in text:
        return text
    # Indented JSON has no two braces in a row outside strings, but for an empty object.
    return re.sub(r"\{(?=[{%#])", "\\\\u007b", re.sub(r"(?<=\})\}", "\\\\u007d", text))


def _link(link: PageLink) -> str:
    attributes = [("rel", link.rel), ("href", link.href)]
    if link.media_type is not None:
        attributes.append(("type", link.media_type))
    # XHTML needs the slash, HTML ignores it
    return f"<link{_attributes([*attributes, (MARK, 'link')])} />"


def _attributes(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f' {name}="{_ATTRIBUTE.sub(_reference, value)}"' for name, value in pairs)


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"
