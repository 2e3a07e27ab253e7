"""The templates of the editor; they share sheet, fonts and signs with the pages."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment of the templates."""
    made = Environment(
        loader=PackageLoader("pressgraph.edit.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["text"] = _text
    return made


def _text(text: str) -> Markup:
    """Return characters of a text as they are: a parser of HTML would make a line feed of a carriage return."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704 - escaped
