"""Templates of pages."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pressgraph.pages.messages import messages
from pressgraph.pages.tongues import tongue
from pressgraph.pages.view.drawing import stairs


class Templates:
    """The templates, which write what is not marked as HTML so that it is none."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("pressgraph.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # what the pages of a server have in headers, or do without
        self._environment.globals |= {"policy": "", "scripts": (), "unanswered": ""}
        self._environment.globals["stairs"] = stairs
        self._environment.filters |= {"number": _number, "script": _script, "tongue": tongue}

    def draw(self, template: str, language: str, **values: Any) -> str:
        """Draw a page in a language, one of LANGUAGES."""
        return self._environment.get_template(template).render(t=messages(language), language=language, **values)


def _script(value: Any) -> Markup:
    """Write JSON that can stand in a script element: no '<' in it, so that nothing ends the element."""
    text = json.dumps(value, ensure_ascii=False)
    # the escapes are JSON's own
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _number(value: int, language: str) -> str:
    """Write a whole number with the language's separator of thousands."""
    text = f"{value:,}"
    return text.replace(",", ".") if language == "de" else text
