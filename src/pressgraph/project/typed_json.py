"""What the program writes down for itself, or for other programs: JSON of declared types.

The types are msgspec's: a reader gets an object or a ValueError, never half of a dictionary. JSON itself is Python's,
in ASCII, as names of files need not be UTF-8, which msgspec's own encoder refuses. What only the program reads can be
large, and is msgspec's wherever it can be: that takes a fifth of the time.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from pressgraph.i18n import Text
from pressgraph.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

Struct = TypeVar("Struct")

_SEAL = '{{"sha256": "{}", "kept": '


def to_json(value: object, *, indent: int | None = None, sort: bool = False) -> bytes:
    """Return a struct, or whatever holds structs, as JSON."""
    import msgspec

    return json.dumps(msgspec.to_builtins(value, enc_hook=_written), indent=indent, sort_keys=sort).encode()


def from_json(data: bytes, kind: type[Struct]) -> Struct:
    """Return what JSON says, as a type; keys that the type does not have say nothing.

    Raises ValueError.
    """
    try:
        value = json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return typed(value, kind)


def typed(value: Any, kind: type[Struct]) -> Struct:
    """Return parsed JSON as a type.

    Raises ValueError.
    """
    import msgspec

    try:
        return msgspec.convert(value, kind, dec_hook=_read)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def sealed(value: object, *, sort: bool = True) -> bytes:
    """Return what the program keeps for itself as JSON that says its own SHA-256; `sort` sorts sets and keys.

    To sort ten thousand keys that are nearly in order takes msgspec thirty times as long as to write them.

    >>> unsealed(sealed({"a": [1]}), dict)
    {'a': [1]}
    """
    import msgspec

    try:
        data = msgspec.json.encode(value, order="deterministic" if sort else None, enc_hook=_written)
    except UnicodeEncodeError:
        data = to_json(value, sort=sort)
    data += b"}"
    return _SEAL.format(hashlib.sha256(data).hexdigest()).encode() + data


def unsealed(data: bytes, kind: type[Struct]) -> Struct:
    """Return what was sealed; where a byte of it is another, nothing in it can be trusted.

    Raises ValueError.
    """
    import msgspec

    length = len(_SEAL.format("0" * 64))
    sealed_part = memoryview(data)[length:]
    digest = hashlib.sha256(sealed_part).hexdigest()
    if data[:length] != _SEAL.format(digest).encode():
        raise ValueError("it is not as it was written")
    content = sealed_part[:-1]
    try:
        return msgspec.json.decode(content, type=kind, dec_hook=_read)
    except msgspec.DecodeError:
        # as the other encoder wrote it, or of another type
        return typed(json.loads(bytes(content)), kind)


@lru_cache(maxsize=8)
def digest_of_modules(folder: Path) -> str:
    """Identify the modules of a package: another version of them may make something else of the same data."""
    # with a version of the program, what its catalogues say may change too
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(folder.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _written(value: object) -> object:
    """Return what msgspec knows of what it does not: a text in each of its languages."""
    if isinstance(value, Text):
        # of texts that are data, what they are made of
        return {"en": str(value), **value.translations} if type(value) is Text else value.by_language()
    raise NotImplementedError(type(value))


def _read(kind: type, value: Any) -> Any:
    """Return what `_written` wrote."""
    if kind is Text:
        return Text(value["en"], **{tag: words for tag, words in value.items() if tag != "en"})
    raise NotImplementedError(kind)
