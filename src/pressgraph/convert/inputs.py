"""Open files of facts: where they lie, and those that are converted as they are read (JSON Lines, tables)."""

from __future__ import annotations

import re
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pressgraph.convert.json_lines import JsonLines
from pressgraph.convert.table_rows import TableRows
from pressgraph.errors import PressgraphError
from pressgraph.extras import install
from pressgraph.facts import is_json_lines, open_json_lines
from pressgraph.facts.tables import is_table, open_sheets
from pressgraph.facts.tables.open import SQL
from pressgraph.i18n import gettext
from pressgraph.text import Texts

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from pressgraph.convert.emitter import Emitter
    from pressgraph.convert.records import Listener
    from pressgraph.project import Project


def is_address(path: str) -> bool:
    """Tell whether a path is an address such as s3://bucket/facts.jsonl, which fsspec opens."""
    return "://" in path


def shown(text: str) -> str:
    """Return a text with addresses in it, without their passwords and signatures.

    >>> shown("ftp://kim:secret@example.org/facts.jsonl")
    'ftp://example.org/facts.jsonl'
    >>> shown("https://example.org/facts.jsonl?Signature=secret")
    'https://example.org/facts.jsonl'
    """
    return re.sub(r"""(https?://[^\s?'"]+)\?[^\s'"]*""", r"\1", re.sub(r"://[^/@\s:]*:[^/@\s]*@", "://", text))


@contextmanager
def worded(address: str) -> Iterator[None]:
    """Say in one line what a package that opens addresses raises; raises PressgraphError."""
    try:
        yield
    except PressgraphError:
        raise
    except ImportError as error:
        s3 = address.startswith("s3:")
        hint = install("s3") if s3 else gettext("install fsspec, and what it names for the address")
        raise PressgraphError(shown(f"{address}: {error}"), hint=hint) from error
    except Exception as error:
        # each of these packages has errors of its own
        hint = None
        reason = str(error).partition("\n")[0] or type(error).__name__
        if isinstance(error, FileNotFoundError):
            # some give only the path again
            reason = error.strerror or (reason if " " in reason else gettext("there is no such file"))
        elif isinstance(error, PermissionError):
            hint = gettext("are the right credentials in the environment, on each worker too?")
        raise PressgraphError(shown(f"{address}: {reason}"), hint=hint) from error


def open_bytes(path: str) -> IO[bytes]:
    """Open a local file or an address for reading.

    Raises OSError for a file, PressgraphError for an address.
    """
    if not is_address(path):
        return Path(path).open("rb")
    with worded(path):
        import fsspec

        opened: IO[bytes] = fsspec.open(path, "rb").open()
    return opened


def size_of(path: str) -> int:
    """Return how many bytes an input has; 0 where that is not known before it is read."""
    if not is_address(path):
        return Path(path).stat().st_size
    with open_bytes(path) as file:
        return int(getattr(file, "size", 0) or 0)


def known_size(paths: Iterable[str]) -> int:
    """Return how many bytes inputs have together; 0 where that is not known of one, as of a query's answer."""
    total = 0
    for path in paths:
        size = size_of(path)
        if path.lower().endswith(SQL) or (is_address(path) and not size):
            return 0
        total += size
    return total


def is_stream(path: Path) -> bool:
    """Tell whether a file is converted record by record, rather than checked as a whole as YAML is."""
    return is_json_lines(path) or (str(path) != "-" and is_table(path))


def texts_beside(path: str | Path) -> Texts | None:
    """Return where the texts lie that a file of facts names: in its folder; those beside an address are not read."""
    if is_address(str(path)):
        return None
    return Texts(Path.cwd() if str(path) == "-" else Path(path).parent)


def _lines_of(path: Path) -> Generator[bytes, None, None]:
    with open_json_lines(path) as lines:
        yield from lines


@contextmanager
def open_stream(
    path: Path,
    project: Project,
    emitter: Emitter,
    *,
    listen: Listener | None = None,
    groups: Sequence[int] | None = None,
) -> Iterator[JsonLines | TableRows]:
    """Open a file for conversion: iterating what this gives yields N-Quads.

    `groups` are the row groups of a Parquet file to read; `listen` as in `Records`.
    """
    name = project.name_of(path)
    texts = texts_beside(path)
    if is_json_lines(path):
        with closing(_lines_of(path)) as lines:
            yield JsonLines(lines, emitter, name=name, listen=listen, texts=texts)
        return
    settings = project.tables_of(path)
    sheets, problems = open_sheets(path, name=name, settings=settings, root=project.root, groups=groups)
    tables = TableRows(
        sheets if not problems else [], emitter, name=name, settings=settings, listen=listen, texts=texts
    )
    tables.problems.extend(problems)
    yield tables
