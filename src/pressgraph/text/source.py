"""The text of a source: the characters of a file as they are, in which offsets count, and their hash."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING, Self

from pressgraph.i18n import gettext
from pressgraph.text.find import Searchable

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.text.fold import Span

MAX_BYTES = 10 * 1024 * 1024


class TextError(Exception):
    """A text that cannot be read; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SourceText(Searchable):
    """A text and the SHA-256 of its bytes."""

    def __init__(self, text: str, sha256: str) -> None:
        super().__init__(text)
        self.sha256 = sha256

    def slice(self, span: Span) -> str:
        """Return the characters of a span; those that the text has not are left out."""
        return self.text[span[0] : span[1]]

    @classmethod
    def of(cls, data: bytes) -> SourceText:
        """Return the text of bytes.

        Raises TextError where they are no UTF-8, or more than 10 MiB.
        """
        if len(data) > MAX_BYTES:
            raise TextError(gettext("it is larger than {limit}", limit=f"{MAX_BYTES // 1024**2} MiB"))
        try:
            return cls(data.decode(), hashlib.sha256(data).hexdigest())
        except UnicodeDecodeError as error:
            raise TextError(gettext("it is not UTF-8")) from error

    @classmethod
    def read(cls, path: Path) -> SourceText:
        """Read the text of a file.

        Raises TextError.
        """
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise TextError(gettext("it is not a file"))
            with path.open("rb") as file:
                return cls.of(file.read(MAX_BYTES + 1))
        except OSError as error:
            raise TextError(error.strerror or str(error)) from error


class Texts:
    """The texts of sources, by their paths from a folder; the last few are kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, SourceText] = {}

    def hold(self, name: str, text: SourceText) -> Self:
        """Take a text that is not in its file yet, or not in this form."""
        self._kept[name] = text
        return self

    def read(self, name: str) -> SourceText:
        """Return the text of a file.

        Raises TextError.
        """
        text = self._kept.get(name)
        if text is None:
            text = SourceText.read(self.folder / name)
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[name] = text
        return text


_KEPT = 8
