"""Read a project's configuration, `pressgraph.toml`.

A folder without one is a project with the defaults, so that the simplest project is a folder `data/`
with one facts file in it.
"""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.errors import Place, ProjectError
from pressgraph.i18n import gettext
from pressgraph.languages import is_well_formed
from pressgraph.project.model import (
    ABSOLUTE_ID,
    CONFIG_NAME,
    RELATIVE_ID,
    Embedding,
    Endpoint,
    Project,
    TableSettings,
    is_base,
)
from pressgraph.project.publication import KEYS as PUBLISH_KEYS
from pressgraph.project.publication import publication
from pressgraph.project.serving import KEYS as SERVE_KEYS
from pressgraph.project.serving import serving
from pressgraph.rdf import STATUSES
from pressgraph.spelling import composed, did_you_mean

if TYPE_CHECKING:
    from pressgraph.project.publication import Publication


def find_project(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds a `pressgraph.toml`, else `start`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder
    return start


def open_project(root: Path) -> Project:
    """Read the settings of the project in folder `root`.

    Raises ProjectError, with the file and what is wrong in it.
    """
    if not root.is_dir():
        raise ProjectError(
            gettext("there is no folder {folder}", folder=root), hint=gettext("name an existing folder with --project")
        )
    root = root.resolve()
    path = root / CONFIG_NAME
    if not path.is_file():
        return _settings(root, path, {})
    try:
        # Notepad and PowerShell put a mark at the beginning
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        hint = gettext("save it as UTF-8")
        raise ProjectError(
            gettext("not UTF-8, as TOML must be"), place=Place(file=str(path), line=line), hint=hint
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProjectError(gettext("not valid TOML: {reason}", reason=error), place=Place(file=str(path))) from error
    return _settings(root, path, table)


# a name for XML and for Turtle alike
_PREFIX = re.compile(r"[^\W\d_][\w-]*", re.ASCII)
_NAMESPACE = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\]+')

_SECTIONS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "project": {"base": str, "language": str, "facts": list},
    "profile": {"replace": bool, "ontology": list, "shapes": list, "queries": list},
    "publish": {"personal_data": bool, "require": str, "withhold": list, "statuses": list, **PUBLISH_KEYS},
    "derive": {"without": list},
    "embed": {"for": str, "links": bool, "on_conflict": str, "site": str, "folder": str, "pages": dict},
    "prefixes": {},
    "endpoints": {},
    "tables": {},
    "serve": SERVE_KEYS,
}


def _settings(root: Path, path: Path, table: dict[str, Any]) -> Project:
    reader = _SettingsReader(path)
    reader.known(table, _SECTIONS, gettext("section"))
    for name, keys in _SECTIONS.items():
        section = reader.table(table, name)
        if keys:
            reader.known(section, keys, gettext("key in [{section}]", section=name))
        for key, value in section.items() if name != "serve" else ():
            reader.typed(f"{name}.{key}", value, keys.get(key, object))
    project = table.get("project", {})
    profile = table.get("profile", {})
    settings: dict[str, Any] = {
        "replace_profile": profile.get("replace", False),
        "include_personal_data": table.get("publish", {}).get("personal_data", False),
        "require_reviewed": reader.requires(table.get("publish", {}).get("require")),
        "withhold": reader.ids("publish.withhold", table.get("publish", {}).get("withhold", [])),
        "statuses": reader.statuses(table.get("publish", {}).get("statuses", list(STATUSES[:3]))),
        "derive_without": tuple(reader.string_list("derive.without", table.get("derive", {}).get("without", []))),
        "prefixes": reader.prefixes(table.get("prefixes", {})),
        "endpoints": {name: reader.endpoint(name, value) for name, value in table.get("endpoints", {}).items()},
        "tables": tuple(reader.table_settings(name, value) for name, value in table.get("tables", {}).items()),
        "embedding": reader.embedding(table.get("embed", {})),
        **_own_folders(root, profile, reader),
    }
    try:
        settings["serve"] = serving(table.get("serve", {}))
    except ValueError as error:
        raise reader.error(error.args[0]) from error
    if "language" in project:
        language = project["language"]
        # languages of four letters and more could be registered, and none is
        if not is_well_formed(language) or not re.match(r"[A-Za-z]{2,3}(?:-|$)|[Xx]-", language):
            raise reader.error(
                gettext("project.language '{language}' is not a language tag", language=language),
                hint=gettext('write, for example, language = "de" (BCP 47)'),
                line=reader.line("language", language),
            )
        settings["language"] = language
    if "base" in project:
        base = project["base"]
        if not is_base(base):
            raise reader.error(
                gettext("project.base '{base}' is not an absolute http(s) IRI that ends in '/'", base=base),
                hint=gettext('write, for example, base = "https://data.example.org/"'),
            )
        settings["base"] = base
    if "facts" in project:
        settings["facts"] = tuple(reader.string_list("project.facts", project["facts"]))
        for pattern in settings["facts"]:
            if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
                raise reader.error(gettext("project.facts '{pattern}' leaves the project's folder", pattern=pattern))
    made = Project(root=root, **settings)
    published = reader.publication(table.get("publish", {}), made)
    # pages are served where they are published, if [serve] says nothing else
    serve = replace(made.serve, url=made.serve.url or published.url)
    return replace(made, published=published, serve=serve)


def _own_folders(root: Path, profile: dict[str, Any], reader: _SettingsReader) -> dict[str, tuple[Path, ...]]:
    """Return the project's additions to the profile: what the config names, else its folders of these names."""
    folders: dict[str, tuple[Path, ...]] = {}
    for kind in ("ontology", "shapes", "queries"):
        if kind in profile:
            paths = [root / name for name in reader.string_list(f"profile.{kind}", profile[kind])]
            for path in paths:
                if not path.exists():
                    raise reader.error(
                        gettext("profile.{kind} names {path}, which does not exist", kind=kind, path=path)
                    )
            folders[kind] = tuple(paths)
        else:
            folders[kind] = (root / kind,) if (root / kind).is_dir() else ()
    return folders


class _SettingsReader:
    """Turn TOML values into settings, with errors that name the file and the key."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def error(self, reason: str, hint: str | None = None, line: int = 0) -> ProjectError:
        return ProjectError(reason, place=Place(file=str(self.path), line=line), hint=hint)

    def line(self, key: str, value: str) -> int:
        """Return the number of the line that gives a key a text; 0 where it is written otherwise."""
        stated = re.compile(rf"""\b{key}["']?\s*=\s*["']{re.escape(value)}["']""")
        lines = enumerate(self.path.read_text(encoding="utf-8-sig").split("\n"), start=1)
        return next((number for number, line in lines if stated.search(line)), 0)

    def known(self, table: dict[str, Any], names: dict[str, Any], what: str) -> None:
        for name in table:
            if name not in names:
                hint = did_you_mean(name, names, otherwise=gettext("known: {words}", words=", ".join(names)))
                raise self.error(gettext("unknown {what}: '{name}'", what=what, name=name), hint=hint)

    def table(self, table: dict[str, Any], name: str) -> dict[str, Any]:
        section = table.get(name, {})
        if not isinstance(section, dict):
            raise self.error(gettext("'{name}' must be a section: [{name}]", name=name))
        return section

    def typed(self, name: str, value: Any, wanted: type | tuple[type, ...]) -> None:
        if not isinstance(value, wanted):
            kinds = {
                str: gettext("a text in quotes"),
                bool: gettext("true or false"),
                list: gettext("a list of texts"),
                dict: gettext("a section"),
            }
            raise self.error(
                gettext(
                    "{name} must be {wanted}", name=name, wanted=kinds[wanted] if isinstance(wanted, type) else wanted
                )
            )

    def string_list(self, name: str, value: list[Any]) -> list[str]:
        if not all(isinstance(item, str) for item in value):
            raise self.error(gettext("{name} must be {wanted}", name=name, wanted=gettext("a list of texts")))
        return list(value)

    def requires(self, value: str | None) -> bool:
        """Tell whether facts must have been reviewed."""
        if value not in {None, "reviewed"}:
            hint = did_you_mean(str(value), ["reviewed"], otherwise=gettext("known: {words}", words="reviewed"))
            raise self.error(
                gettext("publish.require '{value}' is nothing that can be asked of facts", value=value), hint
            )
        return value is not None

    def statuses(self, value: list[Any]) -> tuple[str, ...]:
        """Return statuses of facts."""
        names = self.string_list("publish.statuses", value)
        for name in names:
            if name not in STATUSES:
                statuses = ", ".join(STATUSES)
                raise self.error(
                    gettext("publish.statuses: '{name}' is no status of facts", name=name),
                    hint=did_you_mean(name, STATUSES, otherwise=gettext("known: {words}", words=statuses)),
                )
        return tuple(names)

    def publication(self, section: dict[str, Any], project: Project) -> Publication:
        """Return what is said of the dataset of a project."""
        named = self.ids("publish.publisher", [section["publisher"]]) if "publisher" in section else ()
        iris = [name if ":" in name else f"{project.id_base}{name}" for name in named]
        if not project.withheld_iris.keys().isdisjoint(iris):
            raise self.error(gettext("publish.publisher '{text}' is withheld by publish.withhold", text=named[0]))
        self.string_list("publish.keywords", section.get("keywords", []))
        try:
            return publication(section, root=project.root, publisher=next(iter(iris), None), language=project.language)
        except ValueError as error:
            raise self.error(*error.args) from error

    def ids(self, name: str, value: list[Any]) -> tuple[str, ...]:
        """Return ids: relative ones, and absolute IRIs in the form that equal ones share."""
        import pyoxigraph as ox

        ids: list[str] = []
        for text in map(composed, self.string_list(name, value)):
            try:
                good = RELATIVE_ID.fullmatch(text) or (ABSOLUTE_ID.fullmatch(text) and ox.NamedNode(text))
            except ValueError:
                good = None
            if not good:
                hint = gettext(
                    "ids look like agent/example-cluster; those with a prefix are written as whole IRIs here"
                )
                raise self.error(gettext("{name}: '{text}' is not an id", name=name, text=text), hint=hint)
            ids.append(text)
        return tuple(dict.fromkeys(ids))

    def strings(self, name: str, value: dict[str, Any]) -> dict[str, str]:
        for key, item in value.items():
            if not isinstance(item, str):
                raise self.error(
                    gettext("{name} must be {wanted}", name=f"{name}.{key}", wanted=gettext("a text in quotes"))
                )
        return dict(value)

    def prefixes(self, table: dict[str, Any]) -> dict[str, str]:
        """Return namespaces by prefixes, which Turtle, TriG, RDF/XML and SPARQL must all be able to write."""
        namespaces = self.strings("prefixes", table)
        for prefix, namespace in namespaces.items():
            if not _PREFIX.fullmatch(prefix):
                raise self.error(
                    gettext("prefixes: '{prefix}' is not a prefix", prefix=prefix),
                    hint=gettext("letters, digits and '-', as in schema"),
                )
            if not _NAMESPACE.fullmatch(namespace):
                raise self.error(
                    gettext("prefixes.{prefix}: '{namespace}' is not an IRI", prefix=prefix, namespace=namespace),
                    hint=gettext('such as "https://www.example.org/terms#"'),
                )
        return namespaces

    def table_settings(self, name: str, value: Any) -> TableSettings:
        texts = ("file", "sheet", "url", "encoding", "delimiter")
        maps = ("columns", "constants", "templates")
        if not isinstance(value, dict) or not isinstance(value.get("file"), str):
            raise self.error(
                gettext("tables.{name} must be a section with file = …", name=name),
                hint=gettext('such as file = "data/labels.csv"'),
            )
        self.known(
            value, dict.fromkeys((*texts, "header", *maps)), gettext("key in [{section}]", section=f"tables.{name}")
        )
        for key in value:
            if key != "header":
                self.typed(f"tables.{name}.{key}", value[key], str if key in texts else dict)
        header = value.get("header", 1)
        if not isinstance(header, int) or isinstance(header, bool) or header < 1:
            raise self.error(
                gettext("tables.{name}.header must be the number of the row that names the columns, from 1", name=name)
            )
        settings: dict[str, Any] = {key: value[key] for key in (*texts, "header") if key in value}
        if len(settings.get("delimiter", ",")) != 1:
            raise self.error(gettext("tables.{name}.delimiter must be one character", name=name))
        try:
            "".encode(settings.get("encoding", "utf-8"))
        except LookupError:
            hint = gettext("such as utf-8, cp1252 or utf-16")
            raise self.error(
                gettext("tables.{name}.encoding '{encoding}' is not known", name=name, encoding=settings["encoding"]),
                hint=hint,
            ) from None
        tables: dict[str, Any] = {key: self.strings(f"tables.{name}.{key}", value.get(key, {})) for key in maps}
        return TableSettings(name=name, **settings, **tables)

    def endpoint(self, name: str, value: Any) -> Endpoint:
        if isinstance(value, str):
            return Endpoint(url=value)
        if isinstance(value, dict) and isinstance(value.get("url"), str):
            self.known(
                value,
                dict.fromkeys(("url", "timeout", "update", "store")),
                gettext("key in [{section}]", section=f"endpoints.{name}"),
            )
            timeout = value.get("timeout", 60.0)
            if not isinstance(timeout, int | float) or isinstance(timeout, bool) or not 0 < timeout < math.inf:
                raise self.error(gettext("endpoints.{name}.timeout must be a number of seconds above 0", name=name))
            for key in ("update", "store"):
                if key in value:
                    self.typed(f"endpoints.{name}.{key}", value[key], str)
            return Endpoint(
                url=value["url"], timeout=float(timeout), update=value.get("update"), store=value.get("store")
            )
        raise self.error(gettext("endpoints.{name} must be an address in quotes, or a section with url = …", name=name))

    def embedding(self, section: dict[str, Any]) -> Embedding:
        choices = {"for": ("google", "full"), "on_conflict": ("link", "warn", "skip", "fail")}
        for key, words in choices.items():
            if key in section and section[key] not in words:
                raise self.error(gettext("embed.{key} must be one of {known}", key=key, known=", ".join(words)))
        site = section.get("site")
        if site is not None and not is_base(site):
            raise self.error(
                gettext("embed.site '{site}' is not an absolute http(s) address that ends in '/'", site=site)
            )
        return Embedding(
            audience=section.get("for", "google"),
            links=section.get("links", False),
            on_conflict=section.get("on_conflict", "link"),
            site=site,
            folder=section.get("folder", "."),
            pages=tuple(self.strings("embed.pages", section.get("pages", {})).items()),
        )
