"""A project: its folder, its settings, and which of its files are facts files."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.errors import ProjectError
from pressgraph.i18n import gettext
from pressgraph.project.publication import Publication
from pressgraph.project.serving import Serving
from pressgraph.rdf import STATUSES
from pressgraph.spelling import composed

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG_NAME = "pressgraph.toml"
STATE_FOLDER = ".pressgraph"
DEFAULT_BASE = "https://w3id.org/pressgraph/"
FACTS_PATTERNS = tuple(
    f"data/**/*.{suffix}"
    for suffix in (
        "yaml",
        "yml",
        "jsonl",
        "ndjson",
        "jsonl.gz",
        "jsonl.zst",
        "csv",
        "tsv",
        "xlsx",
        "xlsm",
        "xlsb",
        "xls",
        "ods",
        "parquet",
        "sql",
    )
)

# An IRI that ids and paths can be appended to (RFC 3987; characters that N-Triples would have to escape are out).
_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+/")

# Relative ids are slugs: unreserved ASCII characters (RFC 3986, 2.3), no empty and no dot segments.
RELATIVE_ID = re.compile(r"(?:[A-Za-z0-9_~][A-Za-z0-9._~-]*)(?:/[A-Za-z0-9_~][A-Za-z0-9._~-]*)+")
# Absolute IRIs, without the characters that N-Triples and HTML would have to escape.
ABSOLUTE_ID = re.compile(r"(?:https?://|ftp://|urn:|mailto:|tel:|info:|tag:)[^\s<>\"{}|\\^`\x00-\x20]+")

# What lies beside facts and is none: texts that they were read from, notes, pictures, programs, the editors' schema.
_BESIDE = frozenset(
    {
        *(".txt", ".md", ".rst", ".rtf", ".doc", ".docx", ".odt", ".pdf", ".pptx", ".eml", ".msg", ".htm", ".html"),
        *(".bmp", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".tif", ".tiff", ".webp"),
        *(".bat", ".css", ".js", ".ps1", ".py", ".sh", ".db", ".sqlite", ".sqlite3"),
    }
)
_SCHEMA = ".schema.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A SPARQL endpoint that the project gave a name to."""

    url: str
    timeout: float = 60.0
    update: str | None = None
    """Where it takes updates, if not where the address suggests."""
    store: str | None = None
    """Where it speaks the graph store protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSettings:
    """How a table that was not made for pressgraph is to be read.

    `file` is a pattern below the project's folder; `sheet` a sheet of it (None: every one). `header` is the row, from
    1, that names the columns (None: the first that is not empty). `url` is the database that a file of SQL asks.
    `columns` maps headers to keys, '' to nothing; `constants` and `templates` are by key.
    """

    name: str
    file: str
    sheet: str | None = None
    url: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """How the project puts data into web pages, where the command does not say.

    `pages` maps a pattern of paths below the project's folder, or of addresses, to an id; a `*` in the id stands for
    what the pattern's first `*` matched. `site` is the address that the folder `folder` is published at.
    """

    audience: str = "google"
    links: bool = False
    on_conflict: str = "link"
    site: str | None = None
    folder: str = "."
    pages: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project's folder and settings.

    `base` is the IRI below which its things are named: the id `agent/x` is `{base}id/agent/x`.
    `ontology`, `shapes` and `queries` are folders or files that extend the shipped profile, or
    replace it where `replace_profile` is set.
    """

    root: Path
    base: str = DEFAULT_BASE
    facts: tuple[str, ...] = FACTS_PATTERNS
    language: str = "en"
    include_personal_data: bool = False
    require_reviewed: bool = False
    """Whether only facts that somebody has reviewed are facts for those who store and publish them."""
    withhold: tuple[str, ...] = ()
    """Ids of things that are not published."""
    statuses: tuple[str, ...] = STATUSES[:3]
    """How sure the facts are that web pages are given, and those that what they are given rests on."""
    published: Publication = field(default_factory=Publication)
    """What is said of the dataset."""
    derive_without: tuple[str, ...] = ()
    """Rules, and kinds of axioms, that nothing is concluded by."""
    replace_profile: bool = False
    ontology: tuple[Path, ...] = ()
    shapes: tuple[Path, ...] = ()
    queries: tuple[Path, ...] = ()
    prefixes: dict[str, str] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    tables: tuple[TableSettings, ...] = ()
    embedding: Embedding = field(default_factory=Embedding)
    serve: Serving = field(default_factory=Serving)

    @property
    def id_base(self) -> str:
        """The IRI that relative ids are resolved against."""
        return f"{self.base}id/"

    @property
    def withheld_iris(self) -> dict[str, str]:
        """The IRIs of things that are not published, with the ids that name them in the configuration."""
        return {name if ":" in name else f"{self.id_base}{name}": name for name in self.withhold}

    @property
    def state(self) -> Path:
        """The folder of what `build` makes; it can be deleted at any time."""
        return self.root / STATE_FOLDER

    @property
    def cache(self) -> Path:
        """The folder of what is only kept because finding it out takes time."""
        return self.state / "cache"

    def facts_files(self) -> list[Path]:
        """Return the project's facts files, sorted by path."""
        return [self.root / name for name in self.facts_names()]

    def required_facts_files(self) -> list[Path]:
        """Return the project's facts files; see `required_facts_names`."""
        return [self.root / name for name in self.required_facts_names()]

    def required_facts_names(self) -> list[str]:
        """Return the project's facts files as `name_of` calls them.

        Raises ProjectError where there are none: whoever asks for all of nothing has mistaken a folder or a pattern.
        """
        if names := self.facts_names():
            return names
        raise ProjectError(
            gettext("there are no facts files in {folder}", folder=self.root),
            hint=gettext(
                "looked for {patterns}; 'pressgraph init DIR' makes a project with a sample",
                patterns=", ".join(self.facts),
            ),
        )

    def facts_names(self) -> list[str]:
        """Return the project's facts files as `name_of` calls them, sorted by path.

        Capitals do not count in a file's name. Hidden files and folders are passed over, and what a spreadsheet program
        puts beside an open workbook. A link to nothing is among them: whoever reads it says so.
        """
        return self._look()[0]

    def unread_names(self) -> list[str]:
        """Return what lies beside the facts files, looks like data, and is taken by no pattern."""
        return self._look()[1]

    def _look(self) -> tuple[list[str], list[str]]:
        by_folder: dict[str, list[str]] = {}
        for pattern in self.facts:
            folder, _, name = pattern.rpartition("/")
            by_folder.setdefault(folder, []).append(composed(name))
        taken_names: set[str] = set()
        beside: set[str] = set()
        # each folder is listed once, whatever the number of patterns: projects have many files
        for folder, names in by_folder.items():
            # "**" means folders, not files
            wanted = re.compile("|".join(translate(name) for name in names if name != "**") or "(?!)", re.IGNORECASE)
            shown = {part for part in folder.split("/") if part.startswith(".")}
            for place in self._folders(folder):
                below = place.relative_to(self.root).as_posix()
                if any(part.startswith(".") and part not in shown for part in below.split("/")) and below != ".":
                    continue
                before = "" if below == "." else f"{below}/"
                with os.scandir(place) as entries:
                    for entry in entries:
                        if entry.name.startswith((".", "~$")) or not _is_file(entry):
                            continue
                        taken = wanted.match(composed(entry.name)) is not None
                        (taken_names if taken else beside).add(f"{before}{entry.name}")
        # a project that has its facts in its own folder has everything else there too
        unread = (
            name
            for name in beside - taken_names
            if "/" in name and Path(name).suffix.lower() not in {"", *_BESIDE} and not name.endswith(_SCHEMA)
        )
        return sorted(taken_names, key=lambda name: name.replace("/", "\0")), sorted(unread)

    def _folders(self, pattern: str) -> Iterator[Path]:
        for place in self.root.glob(pattern) if pattern else (self.root,):
            if place.is_dir():
                yield place

    def tables_of(self, path: Path) -> tuple[TableSettings, ...]:
        """Return the settings of the tables in a file, in the order of the configuration."""
        name = composed(self.name_of(path))
        return tuple(table for table in self.tables if fnmatchcase(name, composed(table.file)))

    def name_of(self, path: Path) -> str:
        """Return a path as the project's messages and state name it: relative to its root where possible."""
        absolute = path if path.is_absolute() else Path.cwd() / path
        below = str(absolute).removeprefix(f"{self.root}{os.sep}")
        if below != str(absolute):
            return below.replace(os.sep, "/")
        # a name that also stands for a file of the project would be taken for that
        return str(absolute if (self.root / path).exists() else path)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry of a folder is a file, or a link to nothing or to itself, which its reader reports."""
    try:
        return entry.is_file() or not Path(entry.path).exists()
    except OSError:
        return True


def is_base(text: str) -> bool:
    """Tell whether a text can be a project's base: an absolute http(s) IRI that ends in '/'."""
    return _BASE.fullmatch(text) is not None
