"""Texts in English that can be said in other languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pressgraph.i18n.catalogues import languages, translate
from pressgraph.languages import lookup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Text(str):
    """A text in English that knows its translations. Those given here are data, such as the messages of a shape.

    >>> Text("no such day", de="diesen Tag gibt es nicht").to("de-AT")
    'diesen Tag gibt es nicht'
    """

    __slots__ = ("_translations",)
    _translations: Mapping[str, str]

    def __new__(cls, english: str, **translations: str) -> Self:
        """Make a text of its English form and of translations by language tag."""
        made = super().__new__(cls, english)
        made._translations = translations
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _text, (str(self), self._translations)

    @property
    def translations(self) -> Mapping[str, str]:
        """The translations that it was made of, by language tag."""
        return self._translations

    def by_language(self) -> dict[str, str]:
        """Return the text in each language that it is known in."""
        return {"en": str(self)} | {tag: self.to(tag) for tag in (*languages(), *self._translations)}

    def to(self, language: str) -> str:
        """Return the text in a language, else in English."""
        return self._translations.get(lookup(language, ("en", *self._translations)) or "en", str(self))


class _Message(Text):
    """A message of the catalogues, with what is filled into it; texts among that are translated with it."""

    __slots__ = ("_context", "_fields", "_message", "_plural")
    _message: str
    _plural: str | None
    _context: str | None
    _fields: Mapping[str, Any]

    def __new__(cls, message: str, plural: str | None, context: str | None, fields: Mapping[str, object]) -> Self:
        """Fill in the English form; what is neither a number nor a text is written as one."""
        filled = {name: _field(value) for name, value in fields.items()}
        english = message if plural is None or filled["count"] == 1 else plural
        made = super().__new__(cls, english.format_map(filled))
        made._translations = {}
        made._message, made._plural, made._context, made._fields = message, plural, context, filled
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _Message, (self._message, self._plural, self._context, self._fields)

    def to(self, language: str) -> str:
        count = self._fields.get("count", 0) if self._plural is not None else 0
        translation = translate(language, self._message, self._plural, self._context, count)
        if not translation:
            return str(self)
        try:
            return translation.format_map(
                {name: value.to(language) if isinstance(value, Text) else value for name, value in self._fields.items()}
            )
        except (KeyError, IndexError, ValueError, AttributeError):
            # a translation that does not fit its message, in a catalogue that is not ours
            return str(self)


class _Joined(Text):
    """Texts with something between them."""

    __slots__ = ("_parts", "_separator")
    _separator: str
    _parts: tuple[str, ...]

    def __new__(cls, separator: str, parts: tuple[str, ...]) -> Self:
        """Join the English forms."""
        made = super().__new__(cls, separator.join(parts))
        made._translations = {}
        made._separator, made._parts = separator, parts
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _Joined, (self._separator, self._parts)

    def to(self, language: str) -> str:
        return in_language(self._separator, language).join(in_language(it, language) for it in self._parts)


def _field(value: object) -> object:
    return value if isinstance(value, Text | int | float) else str(value)


def _text(english: str, translations: Mapping[str, str]) -> Text:
    return Text(english, **translations)


def gettext(message: str, /, **fields: object) -> Text:
    """Return a message with its fields filled in; braces that are no fields are written twice.

    >>> gettext("there is no saved query '{query}'", query="x").to("de")
    "es gibt keine gespeicherte Abfrage 'x'"
    """
    return _Message(message, None, None, fields)


def gettext_noop(message: str) -> str:
    """Mark a message of a table for the catalogues; `gettext` says it."""
    return message


def pgettext(context: str, message: str, /, **fields: object) -> Text:
    """Return a message whose translation depends on where it stands, which the context says."""
    return _Message(message, None, context, fields)


def ngettext(one: str, many: str, /, *, count: int, **fields: object) -> Text:
    """Return the form of a message for a number, which both forms may name as `{count}`.

    >>> [str(ngettext("{count} file", "{count} files", count=n)) for n in (0, 1, 2)]
    ['0 files', '1 file', '2 files']
    """
    return _Message(one, many, None, {"count": count, **fields})


def joined(separator: str, parts: Iterable[str]) -> Text:
    """Join texts, each of which is said in the reader's language."""
    return _Joined(separator, tuple(parts))


def some_of(names: Sequence[str], most: int) -> str:
    """Return the first of some names in a line, and how many more there are.

    >>> str(some_of(["a", "b"], 2)), str(some_of(["a", "b", "c"], 1))
    ('a, b', 'a and 2 more')
    """
    shown: str = joined(", ", names[:most])
    return gettext("{names} and {count} more", names=shown, count=len(names) - most) if len(names) > most else shown


def by_language(text: str) -> dict[str, str]:
    """Return a text in each language that it is known in."""
    return text.by_language() if isinstance(text, Text) else {"en": text}


def said_in(languages: Mapping[str, str]) -> str:
    """Return the text that `by_language` has told in each language, such as one that came from another process.

    >>> in_language(said_in(by_language(gettext("there is no saved query '{query}'", query="x"))), "de")
    "es gibt keine gespeicherte Abfrage 'x'"
    """
    english, others = languages["en"], {tag: text for tag, text in languages.items() if tag != "en"}
    return Text(english, **others) if others else english


def in_language(text: str, language: str) -> str:
    """Return a text in a language where it knows its translations."""
    return text.to(language) if isinstance(text, Text) else text
