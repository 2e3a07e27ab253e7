"""The language of a run, decided once, before the command line is parsed: click speaks while it parses.

It is what `--lang` says, in front of the command or after it, else what the project states, else the locale's.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from inspect import cleandoc
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from pressgraph.i18n import DOMAIN, folder_of, gettext, in_language, language_of_run
from pressgraph.i18n.catalogues import translate
from pressgraph.languages import is_well_formed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Spoken(NamedTuple):
    """The language of a run, and what `--lang` asked for, where it was given."""

    language: str
    asked: str | None


_ENGLISH = Spoken("en", None)
_SPOKEN: ContextVar[Spoken] = ContextVar("spoken")


def spoken() -> Spoken:
    """Return the language of this run."""
    return _SPOKEN.get(_ENGLISH)


def said(text: str) -> str:
    """Return a text in the language of this run."""
    return in_language(text, spoken().language)


_EXAMPLE = "Example:"


def translated(command: click.Command) -> click.Command:
    """Return a command, and those below it, with help in the language of this run.

    It is a copy, as the next run may have another language.
    """
    if folder_of(spoken().language) is None:
        return command
    copied = copy(command)
    copied.help = _help(command.help)
    copied.params = [copy(parameter) for parameter in command.params]
    for parameter in copied.params:
        if isinstance(parameter, click.Option):
            parameter.help = _help(parameter.help)
    if isinstance(copied, click.Group):
        copied.commands = {name: translated(each) for name, each in copied.commands.items()}
    return copied


def _help(text: str | None) -> str | None:
    if not text:
        return text
    language = spoken().language

    def said(part: str) -> str:
        # an example begins with a mark, so that it is not filled, and a line of its own
        mark, title, rest = part.partition(_EXAMPLE)
        if title and mark == "\b\n":
            return mark + gettext("Example:").to(language) + rest
        return translate(language, part, None, None, 0) or part

    return "\n\n".join(map(said, paragraphs(text)))


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help text, each a message, and examples, which are not to be filled, as they are."""
    parts = cleandoc(text).split("\n\n")
    return [part if part.startswith("\b") else " ".join(part.split()) for part in parts]


class UsageError(click.UsageError):
    """A call that is wrong, in the language of this run."""

    def __init__(self, message: str) -> None:
        super().__init__(said(message))


class BadParameter(click.BadParameter):
    """A value that is wrong, in the language of this run."""

    def __init__(self, message: str, *, param_hint: str | None = None) -> None:
        super().__init__(said(message), param_hint=param_hint)


@contextmanager
def speaking(arguments: Sequence[str]) -> Iterator[None]:
    """Decide on the language of a run with these arguments, and speak it."""
    language, folder = _given("--lang", arguments), _given("--project", arguments)
    before = _SPOKEN.set(Spoken(language_of_run(language, _stated(folder)), language))
    try:
        with _click_speaks(spoken().language):
            yield
    finally:
        _SPOKEN.reset(before)


def _given(option: str, arguments: Sequence[str]) -> str | None:
    """Return the value of an option as click will find it, the last one."""
    value = None
    for argument, following in zip_longest(arguments, arguments[1:]):
        if argument == "--":
            break
        if argument == option:
            value = following
        elif argument.startswith(f"{option}="):
            value = argument.partition("=")[2]
    return value


def _stated(folder: str | None) -> str | None:
    """Return the language that the project states; what is wrong with its configuration is said when it is opened."""
    try:
        start = Path(folder) if folder is not None else Path.cwd()
    except OSError:
        return None  # somebody has removed the working directory
    places = (start,) if folder is not None else (start, *start.parents)
    path = next((config_file for place in places if (config_file := place / "pressgraph.toml").is_file()), None)
    if path is None:
        return None
    import tomllib

    try:
        language = tomllib.loads(path.read_bytes().decode("utf-8-sig"))["project"]["language"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return language if isinstance(language, str) and is_well_formed(language) else None


@contextmanager
def _click_speaks(language: str) -> Iterator[None]:
    """Let click find its own texts in our catalogue: it asks gettext's default domain, in the languages of LANGUAGE."""
    folder = folder_of(language)
    if folder is None:
        yield
        return
    import gettext as standard

    before = standard.textdomain(), os.environ.get("LANGUAGE")
    standard.bindtextdomain(DOMAIN, folder.parent)
    standard.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = folder.name
    try:
        yield
    finally:
        standard.textdomain(before[0])
        if before[1] is None:
            os.environ.pop("LANGUAGE", None)
        else:
            os.environ["LANGUAGE"] = before[1]


def _checked(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not is_well_formed(value):
        raise BadParameter(gettext("'{tag}' is not a language tag, such as en or de", tag=value))
    return value


OPTION = click.Option(
    ["--lang"],
    metavar="TAG",
    expose_value=False,
    callback=_checked,
    help="The language of messages; by default the project's, else the locale's.",
)
"""Every command has it; `speaking` reads it."""


def add_option(command: click.Command) -> None:
    """Give a command the option, and those below it."""
    command.params.append(OPTION)
    if isinstance(command, click.Group):
        for each in command.commands.values():
            add_option(each)
