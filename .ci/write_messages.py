"""Bring the catalogues of messages up to date with the code, and compile them.

python .ci/write_messages.py          after a change of messages, then translate what is new
python .ci/write_messages.py fr       begin a catalogue in another language

Messages are those of the code, the help of the commands, and click's own, which it looks up in our catalogue.
"""

from __future__ import annotations

import ast
import inspect
import io
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from pressgraph.cli import main
from pressgraph.cli.language import paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).resolve().parents[1] / "src" / "pressgraph"
LOCALE = SOURCE / "i18n" / "locale"
NAME = "LC_MESSAGES/pressgraph.po"
_CALLS = {"gettext": 1, "_": 1, "phrase": 1, "gettext_noop": 1, "N_": 1, "pgettext": 2, "ngettext": 2}
"""What messages are arguments of, and how many first ones belong to them; `phrase` is the `gettext` of facts files."""
_WIDTH = 100


def template() -> Catalog:
    """Return all messages, untranslated."""
    catalog = Catalog(project="pressgraph", version=version("pressgraph"), charset="utf-8", fuzzy=False)
    folders = {"": SOURCE, "click/": Path(inspect.getfile(click)).parent}
    for prefix, folder in folders.items():
        for path in sorted(folder.rglob("*.py")):
            for message, context in messages(path.read_text(encoding="utf-8")):
                catalog.add(message, locations=[(f"{prefix}{path.relative_to(folder).as_posix()}", 0)], context=context)
    for text in help_texts(main):
        catalog.add(text, locations=[("cli", 0)])
    return catalog


def messages(code: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Yield the messages of a module with their contexts; pybabel misses those that stand in calls inside of calls."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [it.value for it in node.args[: _CALLS.get(name, 0)] if isinstance(it, ast.Constant)]
        texts = tuple(it for it in given if isinstance(it, str))
        if not texts or len(texts) < _CALLS[name]:
            continue
        match name:
            case "ngettext":
                yield texts, None
            case "pgettext":
                yield texts[1], texts[0]
            case _:
                yield texts[0], None


def help_texts(command: click.Command) -> Iterator[str]:
    """Yield the help of a command, of its options and of the commands below it."""
    yield from (part for part in paragraphs(command.help or "") if part and not part.startswith("\b"))
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            yield from paragraphs(parameter.help)
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from help_texts(each)


def updated(catalog: Catalog) -> Catalog:
    """Bring a catalogue up to date: what is new is untranslated, what is gone is dropped, nothing is guessed."""
    catalog.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def read(path: Path) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def untranslated(catalog: Catalog) -> list[str]:
    """Return the messages that a catalogue does not translate."""
    return [str(it.id) for it in catalog if it.id and not all(_strings(it))]


def _strings(message: Message) -> list[str]:
    """Return the forms of a message's translation."""
    return [message.string] if isinstance(message.string, str) else [str(it) for it in message.string or [""]]


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as text."""
    stream = io.BytesIO()
    write_po(stream, catalog, width=_WIDTH, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return stream.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def write(path: Path, catalog: Catalog) -> None:
    """Write a catalogue, and what gettext reads beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(catalog))
    path.with_suffix(".mo").write_bytes(compiled(catalog))


if __name__ == "__main__":
    for tag in sys.argv[1:]:
        new = LOCALE / tag.replace("-", "_") / NAME
        if not new.exists():
            write(new, Catalog(locale=tag.replace("-", "_"), project="pressgraph", fuzzy=False))
    for path in sorted(LOCALE.glob(f"*/{NAME}")):
        found = updated(read(path))
        write(path, found)
        print(f"{path.parents[1].name}: {len(found)} messages, {len(untranslated(found))} without a translation")  # noqa: T201
