"""The errors of pressgraph, and the place that an error points at.

PressgraphError            exit status 2: the call is not fine
├── ProjectError           a project's folder or configuration
├── ProfileError           an ontology, a vocabulary, a shape or a saved query
├── StoreError             the built dataset
├── QueryError             a query that cannot be run
├── EndpointError          a remote SPARQL endpoint
└── DataError              exit status 1: the data is not fine
    ├── FactsError         facts that cannot be converted, with every problem found
    ├── NotConformingError a graph that the shapes refuse
    └── PageError          a web page that cannot be edited without changing something else
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pressgraph.i18n import gettext, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where something stands in a file: line and column from 1, columns in Unicode code points.

    In a table the line is the row and the column the table's; `sheet` names the sheet and `header` the column.

    >>> str(Place(file="facts.yaml", line=3, column=5))
    'facts.yaml:3:5'
    >>> str(Place(file="facts.xlsx", sheet="Labels", line=3, column=28, header="level"))
    'facts.xlsx:Labels!AB3'
    >>> str(Place(file="facts.csv", line=3, column=2, header="level"))
    'facts.csv:3:level'
    """

    file: str
    sheet: str = ""
    line: int = 0
    column: int = 0
    header: str = ""

    @property
    def name(self) -> str:
        """The file's name as text; see `shown_name`."""
        return shown_name(self.file)

    def __str__(self) -> str:
        if self.sheet:
            cell = f"!{column_letters(self.column)}{self.line}" if self.column and self.line else ""
            return f"{self.name}:{self.sheet}{cell or (f'!{self.line}' if self.line else '')}"
        if not self.line:
            return self.name
        if self.header:
            return f"{self.name}:{self.line}:{self.header}"
        return f"{self.name}:{self.line}:{self.column}" if self.column else f"{self.name}:{self.line}"


def shown_name(name: str) -> str:
    r"""Return a file's name as text that can be written: bytes that are not UTF-8, and controls, as escapes.

    >>> shown_name("caf\udce9.yaml"), shown_name("a\nb")
    ('caf\\xe9.yaml', 'a\\x0ab')
    """
    if name.isprintable() and name.isascii():
        return name
    text = (
        os.fsencode(name).decode(errors="backslashreplace") if any("\ud800" <= it <= "\udfff" for it in name) else name
    )
    return "".join(f"\\x{ord(it):02x}" if ord(it) < 32 or ord(it) == 127 else it for it in text)  # noqa: PLR2004 - ASCII


def column_letters(number: int) -> str:
    """Return how spreadsheets call a column, counted from 1.

    >>> column_letters(1), column_letters(26), column_letters(27)
    ('A', 'Z', 'AA')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class PressgraphError(Exception):
    """Anything that pressgraph tells its user instead of doing what was asked.

    `reason` is one sentence; `hint` says what to do; `place` says where.
    """

    exit_status: ClassVar[int] = 2

    def __init__(self, reason: str, *, place: Place | None = None, hint: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place
        self.hint = hint

    @property
    def sentence(self) -> Text:
        """Where, what, and what to do, in the reader's language."""
        where = (f"{self.place}: ",) if self.place else ()
        hint = (" (", self.hint, ")") if self.hint else ()
        return joined("", (*where, self.reason, *hint))

    def __str__(self) -> str:
        return str(self.sentence)


class ProjectError(PressgraphError):
    """A project's folder or configuration is not usable."""


class ProfileError(PressgraphError):
    """An ontology, a vocabulary, a shape or a saved query is not usable."""


class StoreError(PressgraphError):
    """The built dataset is missing, locked or damaged."""


class QueryError(PressgraphError):
    """A query cannot be run as it is."""


class EndpointError(PressgraphError):
    """A remote SPARQL endpoint did not answer as it should.

    `passes` says that the same request may succeed later; `retry_after` is how many seconds it asks us to wait
    (RFC 9110, section 10.2.3), where it does.
    """

    def __init__(
        self, reason: str, *, hint: str | None = None, passes: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(reason, hint=hint)
        self.passes = passes
        self.retry_after = retry_after


class DataError(PressgraphError):
    """The data is not fine; the call was."""

    exit_status = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake in a facts file: which rule, where, what, and what to do."""

    rule: str
    place: Place
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.place}: {self.message}{hint} [{self.rule}]"


class FactsError(DataError):
    """Facts that cannot be converted; `problems` holds every one found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        message: str = first.message
        if len(problems) > 1:
            message = gettext("{message} (and {count} more)", message=message, count=len(problems) - 1)
        super().__init__(message, place=first.place, hint=first.hint)
        self.problems = tuple(problems)


class NotConformingError(DataError):
    """A graph does not conform to the shapes, so it is not published."""


class PageError(DataError):
    """A web page that cannot be edited without changing something else, or holds nothing that can be read."""
