"""What commands take: types whose values shells complete (`pressgraph completion`).

Completing knows what is wrong with a project as little as the user who is still typing: it then offers nothing.
"""

from __future__ import annotations

import datetime
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from click.shell_completion import CompletionItem

from pressgraph.cli.language import BadParameter
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pressgraph.workspace import Workspace

    Opening: TypeAlias = Callable[[], Workspace]
    """What opens the project, where its names are wanted."""

_MOST = 200
"""Names that are offered at once."""


class Word(click.ParamType):  # type: ignore[type-arg] # not generic in each version that we take
    """A text; what is right for it, the library says when it is used."""

    name = "text"

    def __init__(self, words: Callable[[Opening, str], Iterable[str]]) -> None:
        self._known = words

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the names that begin with what is typed."""
        from pressgraph.errors import PressgraphError
        from pressgraph.workspace import open_workspace

        items: list[str] = []
        with suppress(PressgraphError, OSError):
            words = self._known(lambda: open_workspace(ctx.find_root().params.get("project")), incomplete)
            items = sorted({name for name in words if name.startswith(incomplete)})
        return [CompletionItem(name) for name in items[:_MOST]]


class Pair(click.ParamType):  # type: ignore[type-arg] # not generic in each version that we take
    """A text KEY=VALUE, as a pair."""

    name = "pair"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> tuple[str, str]:
        """Part a text at its first =."""
        if isinstance(value, tuple):
            return value
        key, equals, rest = str(value).partition("=")
        if not equals:
            raise BadParameter(gettext("'{text}' is not KEY=VALUE", text=value), param_hint="-p")
        return key.strip(), rest


class Depth(click.ParamType):  # type: ignore[type-arg] # not generic in each version that we take
    """A number of links, or None for all."""

    name = "depth"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> int | None:
        """Read a number, or 'all'."""
        text = str(value)
        if value is None or text == "all":
            return None
        if not (text.isascii() and text.isdigit()):
            raise BadParameter(gettext("a number of links, or 'all'"), param_hint="--depth")
        return int(text)

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the word."""
        return [CompletionItem("all")] if "all".startswith(incomplete) else []


class WebAddress(click.ParamType):  # type: ignore[type-arg] # not generic in each version that we take
    """An http(s) address."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: click.Context | None) -> str:
        """Read an address."""
        from pressgraph.project.publication import SITE_ADDRESS

        if SITE_ADDRESS.fullmatch(str(value)):
            return str(value)
        raise BadParameter(
            gettext("'{text}' is not an http(s) address, such as https://data.example.org/", text=value),
            param_hint=param.opts[0] if param is not None else None,
        )


def _formats(_opened: Opening, _beginning: str) -> Iterable[str]:
    from pressgraph.dataset import SERIALIZATIONS

    return [form.name for form in SERIALIZATIONS]


def _result_formats(_opened: Opening, _beginning: str) -> Iterable[str]:
    from pressgraph.query.results import RESULT_FORMATS

    return RESULT_FORMATS


def _facts_formats(_opened: Opening, _beginning: str) -> Iterable[str]:
    from pressgraph.facts.tables.write import FORMATS

    return FORMATS


def _rules(opened: Opening, _beginning: str) -> Iterable[str]:
    from pressgraph.validation.explain.rules import explanations

    workspace = opened()
    return explanations(workspace.project, workspace.profile)


FORMAT = Word(_formats)
RESULT_FORMAT = Word(_result_formats)
FACTS_FORMAT = Word(_facts_formats)
PAGE_FORMAT = Word(lambda opened, beginning: ["facts", *_formats(opened, beginning)])
ENDPOINT = Word(lambda opened, _beginning: opened().project.endpoints)
ID = Word(lambda opened, beginning: opened().ids(beginning))
QUERY = Word(lambda opened, _beginning: opened().saved_queries)
RULE = Word(_rules)
KEY_CLASS = Word(lambda opened, _beginning: opened().profile.classes)
VOCABULARY = Word(lambda opened, _beginning: opened().profile.schemes)


class Day(click.ParamType):  # type: ignore[type-arg] # not generic in each version that we take
    """A day, YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> datetime.date:
        """Read a day as ISO 8601 writes it."""
        if isinstance(value, datetime.date):
            return value
        text = str(value)
        with suppress(ValueError):
            day = datetime.date.fromisoformat(text)
            if day.isoformat() == text:
                return day
        raise BadParameter(gettext("'{text}' is no day; write it as 2026-01-31", text=text), param_hint="--date")


DAY = Day()
