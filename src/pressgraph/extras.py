"""The packages that are installed on request: which extra brings them, and what is said where one is missing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.errors import PressgraphError
from pressgraph.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Iterator


class Extra(NamedTuple):
    """What needs an extra, in English and German, and the modules that are imported for it."""

    en: str
    de: str
    modules: frozenset[str]


def _extra(en: str, de: str, *modules: str) -> Extra:
    return Extra(en, de, frozenset(modules))


# As in pyproject.toml, without what is used where it is there and not missed where it is not: uvloop, keyring.
EXTRAS: dict[str, Extra] = {
    "serve": _extra(
        "serving", "Ausliefern", "httptools", "jinja2", "markupsafe", "prometheus_client", "starlette", "uvicorn",
    ),
    "tables": _extra("a workbook", "eine Arbeitsmappe", "python_calamine", "xlrd", "xlsxwriter"),
    "watch": _extra("--watch", "--watch", "watchfiles"),
    "sql": _extra("a database", "eine Datenbank", "psycopg", "sqlalchemy"),
    "parquet": _extra("Parquet", "Parquet", "pyarrow"),
    "zstd": _extra("zstd", "zstd", "zstandard"),
    "distributed": _extra("a cluster", "ein Cluster", "distributed"),
    "s3": _extra("S3", "S3", "fsspec", "s3fs"),
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
        needs = EXTRAS[name]
        said = Text(
            f"{needs.en} needs the package {module}, which is not installed",
            de=f"{needs.de} braucht das Paket {module}, das nicht installiert ist",
        )
        raise PressgraphError(said, hint=install(name)) from error


def install(name: str) -> Text:
    """Return how an extra is installed.

    >>> install("zstd")
    "install it: pip install 'pressgraph[zstd]'"
    """
    command = f"pip install 'pressgraph[{name}]'"
    return Text(f"install it: {command}", de=f"installieren: {command}")
