"""The templates of the editor; they share sheet, fonts and signs with the pages."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from pressgraph.edit.web.text import as_text, drawn


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment of the templates, all compiled: the first page need not wait for that."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("pressgraph.edit.web"), PackageLoader("pressgraph.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["text"] = as_text
    made.globals["drawn"] = drawn
    for name in PackageLoader("pressgraph.edit.web").list_templates():
        made.get_template(name)
    return made
