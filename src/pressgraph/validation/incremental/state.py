"""The state that a validation leaves: a build keeps it as JSON, so that the next one need not find it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping  # noqa: TC003 - msgspec reads the types
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pressgraph.errors import Place, Problem
from pressgraph.i18n import Text, by_language
from pressgraph.validation.report import Result  # noqa: TC001 - msgspec reads the types
from pressgraph.validation.suppressions import UNUSED
from pressgraph.version import __version__

if TYPE_CHECKING:
    from pressgraph.validation.validator import Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationState:
    """What a validation found, and which checks there were.

    `program` is the version of the program, as another one might find or word something else. `checks` are digests by
    name: of a check that reads otherwise now, nothing that it found still stands.
    """

    program: str
    results: tuple[Result, ...]
    checks: Mapping[str, str]

    @classmethod
    def of(cls, validator: Validator, results: Iterable[Result]) -> ValidationState:
        """Return what the next validation need not find again; what facts suppress is asked anew."""
        return cls(
            program=__version__,
            results=tuple(
                replace(it, allowed=None, words=()) if it.allowed is not None or it.words else it
                for it in results
                if not it.shape.endswith(UNUSED)
            ),
            checks={check.name: check.digest for check in validator.checks},
        )

    @property
    def is_of_this_program(self) -> bool:
        """Whether this version of the program found it."""
        return self.program == __version__


def warning_to_json(warning: Problem) -> list[Any]:
    """Return a warning of the facts rules as JSON, without its file."""
    place, hint = warning.place, by_language(warning.hint) if warning.hint is not None else None
    where = [place.line, place.column, place.sheet, place.header]
    return [warning.rule, by_language(warning.message), hint, *where]


def warning_from_json(stored: list[Any], file: str) -> Problem:
    """Return the warning in a file that `warning_to_json` wrote."""
    rule, message, hint, line, column, sheet, header = stored
    return Problem(
        rule=rule,
        place=Place(file=file, line=line, column=column, sheet=sheet, header=header),
        message=_read_text(message),
        hint=_read_text(hint) if hint is not None else None,
    )


def _read_text(stored: dict[str, str]) -> Text:
    return Text(stored["en"], **{tag: words for tag, words in stored.items() if tag != "en"})
