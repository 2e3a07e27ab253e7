"""The packages that are installed on request: which extra brings them, and what is said where one is missing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.errors import PressgraphError
from pressgraph.i18n import Text, gettext

if TYPE_CHECKING:
    from collections.abc import Iterator


class Extra(NamedTuple):
    """What needs an extra, and the modules that are imported for it."""

    user: str
    modules: frozenset[str]


def _extra(user: str, *modules: str) -> Extra:
    return Extra(user, frozenset(modules))


# As in pyproject.toml, without what is used where it is there and not missed where it is not: uvloop, keyring.
EXTRAS: dict[str, Extra] = {
    "serve": _extra(
        gettext("serving"), "httptools", "markupsafe", "prometheus_client", "starlette", "uvicorn",
    ),
    "tables": _extra(gettext("a workbook"), "python_calamine", "xlrd", "xlsxwriter"),
    "watch": _extra("--watch", "watchfiles"),
    "sql": _extra(gettext("a database"), "psycopg", "sqlalchemy"),
    "parquet": _extra("Parquet", "pyarrow"),
    "zstd": _extra("zstd", "zstandard"),
    "distributed": _extra(gettext("a cluster"), "distributed"),
    "draft": _extra(gettext("a PDF or a DOCX"), "docx", "pypdfium2"),
    "s3": _extra("S3", "fsspec", "s3fs"),
}  # fmt: skip


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Import what an extra brings.

    Raises PressgraphError where it is not installed; a module that fails by itself is not taken for a missing one.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in EXTRAS[name].modules:
            raise
        user = EXTRAS[name].user
        sentence = gettext("{user} needs the package {package}, which is not installed", user=user, package=module)
        raise PressgraphError(sentence, hint=install(name)) from error


def install(name: str) -> Text:
    """Return how an extra is installed.

    >>> install("zstd")
    "install it: pip install 'pressgraph[zstd]'"
    """
    command = f"pip install 'pressgraph[{name}]'"
    return gettext("install it: {command}", command=command)
