"""Keep what checks compared: each in a file beside the build, as few are read or written for most edits."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pressgraph.project import link_file, write_atomically
from pressgraph.validation.checks.comparands import Comparands

if TYPE_CHECKING:
    from collections.abc import Mapping

    Compared: TypeAlias = Mapping[str, Comparands | Path]
    """What checks compared, by their names: known, or the file that keeps it."""

_FOLDER = "compared"
_DIGEST = hashlib.sha256().digest_size


def kept_in(snapshot: Path) -> dict[str, Path]:
    """Return the files of a snapshot's folder that keep what checks compared."""
    return {path.stem: path for path in (snapshot / _FOLDER).glob("*.db")}


def compared_by(check: str, compared: Compared) -> Comparands | None:
    """Return what a check compared; None where that is not known, or not as it was written: it is found out again."""
    found = compared.get(check)
    if not isinstance(found, Path):
        return found
    with suppress(OSError):
        with found.open("rb") as file:
            digest, data = file.read(_DIGEST), file.read()
        if hashlib.sha256(data).digest() == digest:
            return Comparands(data=data)
    return None


def keep(compared: Compared, snapshot: Path) -> None:
    """Keep what checks compared in a snapshot's folder, each behind its SHA-256.

    Raises OSError.
    """
    folder = snapshot / _FOLDER
    folder.mkdir()
    for check, found in compared.items():
        path = folder / f"{check}.db"
        if isinstance(found, Path):
            link_file(found, path)
        else:
            data = found.dump()
            # that it is lost costs only time
            with write_atomically(path, durable=False) as file:
                file.write(hashlib.sha256(data).digest())
                file.write(data)
