"""The state that a validation leaves: a build keeps it as JSON, so that the next one need not find it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping  # noqa: TC003 - msgspec reads the types
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from pressgraph.errors import Place, Problem
from pressgraph.i18n import Text, by_language
from pressgraph.project import link_file, sealed, unsealed, write_atomically
from pressgraph.validation.report import Result  # noqa: TC001 - msgspec reads the types
from pressgraph.validation.suppressions import UNUSED
from pressgraph.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.validation.validator import Validator

_FILE = "validation.json"


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

    @classmethod
    def load(cls, snapshot: Path) -> Self | None:
        """Return what is kept in a snapshot's folder.

        None where it is not as it was written, or another version of the program might find or word it otherwise.
        """
        with suppress(OSError, ValueError):
            state = unsealed((snapshot / _FILE).read_bytes(), cls)
            if state.program == __version__:
                return state
        return None

    def save(self, snapshot: Path, *, before: Self | None, kept: Path | None) -> None:
        """Keep it in a snapshot's folder; of equal states, the file in the folder of the one before is enough.

        To write down what was found among thousands of files takes a tenth of the time of an edit, and few change it.
        Raises OSError.
        """
        path = snapshot / _FILE
        if kept is not None and self == before:
            link_file(kept / _FILE, path)
        else:
            # that it is lost costs only time
            with write_atomically(path, durable=False) as file:
                file.write(sealed(self))


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
