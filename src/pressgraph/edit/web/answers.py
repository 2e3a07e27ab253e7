"""What a view is asked and what it answers, without the server around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The parameters of an address, and the fields of a form."""

    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return a field, else a parameter, else an empty text."""
        return self.fields.get(name, self.query.get(name, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page, an address to go to, or data for the script."""

    html: str = ""
    status: int = 200
    location: str = ""
    data: Any = None


def link(path: str, **parameters: object) -> str:
    """Return an address of the editor; what is empty is left out."""
    given = {key: str(value) for key, value in parameters.items() if value not in {None, ""}}
    return f"{path}?{urlencode(given)}" if given else path
