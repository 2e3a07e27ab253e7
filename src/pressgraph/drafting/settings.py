"""What a user has set up: which models may be asked, and who reviews.

It stands in the user's own configuration and environment, never in a project's: a project that was cloned can neither
run a command nor send a text or a key anywhere.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pressgraph.errors import Place, PressgraphError
from pressgraph.i18n import gettext
from pressgraph.project import write_atomically
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS: dict[str, type | tuple[type, ...]] = {
    "endpoint": str,
    "model": str,
    "command": list,
    "timeout": (int, float),
    "tokens": int,
}
TIMEOUT = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that may be asked: at an address, or by a command that reads a request and writes an answer."""

    name: str
    """How `--propose` calls it."""
    model: str
    """How the server calls it, and `proposedBy`."""
    endpoint: str | None = None
    """Where `/chat/completions` is, as OpenAI's API has it."""
    command: tuple[str, ...] = ()
    key: str | None = field(default=None, repr=False)
    timeout: float = TIMEOUT
    """Seconds until an answer is given up."""
    tokens: int | None = None
    """How long an answer may be."""

    @property
    def where(self) -> str:
        """Whom a text is sent to: a host, or a command."""
        return urlsplit(self.endpoint).netloc if self.endpoint is not None else self.command[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSettings:
    """What a user has set up."""

    path: Path
    """Where it stands, or would."""
    models: Mapping[str, Model] = field(default_factory=dict)
    reviewer: str | None = None
    """The id of who reviews."""

    def model(self, name: str) -> Model:
        """Return a model by its name.

        Raises PressgraphError for one that nobody has set up.
        """
        if name in self.models:
            return self.models[name]
        found = next((it for it in self.models.values() if it.model == name), None)
        if found is not None:
            return found
        raise PressgraphError(
            gettext("no model is called '{name}'", name=name),
            hint=did_you_mean(
                name,
                ["rules", *self.models],
                otherwise=gettext(
                    "'rules' needs none; set one up in {path} under [models.{name}], with endpoint and model, or "
                    "command",
                    path=self.path,
                    name=name,
                ),
            ),
        )


def settings_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of the user's configuration: PRESSGRAPH_CONFIG, else that of their programs."""
    if named := environ.get("PRESSGRAPH_CONFIG"):
        return Path(named)
    folder = environ.get("XDG_CONFIG_HOME") or environ.get("APPDATA")
    return (Path(folder) if folder else Path.home() / ".config") / "pressgraph" / "config.toml"


def user_settings(environ: Mapping[str, str] = os.environ) -> UserSettings:
    """Read the user's configuration and environment.

    PRESSGRAPH_LLM_ENDPOINT with PRESSGRAPH_LLM_MODEL, or PRESSGRAPH_LLM_COMMAND, set up one more model. The key
    PRESSGRAPH_LLM_KEY goes to one host: PRESSGRAPH_LLM_HOST, else that of the one endpoint there is.

    Raises PressgraphError for what is wrong in it.
    """
    path = settings_path(environ)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.is_file() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PressgraphError(gettext("not valid TOML: {reason}", reason=error), place=Place(file=str(path))) from error
    reader = _Reader(path)
    models = reader.models(table.get("models", {}))
    if endpoint := environ.get("PRESSGRAPH_LLM_ENDPOINT"):
        name = environ.get("PRESSGRAPH_LLM_MODEL")
        if not name:
            raise PressgraphError(gettext("PRESSGRAPH_LLM_ENDPOINT is set, and PRESSGRAPH_LLM_MODEL is not"))
        models[name] = reader.model(name, {"endpoint": endpoint, "model": name})
    if command := environ.get("PRESSGRAPH_LLM_COMMAND"):
        name = environ.get("PRESSGRAPH_LLM_MODEL") or "command"
        models.setdefault(name, reader.model(name, {"command": shlex.split(command), "model": name}))
    review = table.get("review", {})
    reviewer = review.get("by") if isinstance(review, dict) else None
    if reviewer is not None and not isinstance(reviewer, str):
        raise reader.error(gettext("{name} must be {wanted}", name="review.by", wanted=gettext("a text in quotes")))
    return UserSettings(path=path, models=_with_key(models, environ), reviewer=reviewer)


def remember_reviewer(reviewer: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Write into the user's configuration who reviews, where it says nobody; return its file.

    Raises OSError.
    """
    path = settings_path(environ)
    before = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = f"by = {json.dumps(reviewer)}\n"
    section = re.search(r"(?m)^\[review\][^\n]*\n?", before)
    if section is not None:
        after = before[: section.end()] + line + before[section.end() :]
    else:
        after = f"{before}{chr(10) if before and not before.endswith(chr(10)) else ''}[review]\n{line}"
    with write_atomically(path) as file:
        file.write(after.encode())
    return path


def _with_key(models: dict[str, Model], environ: Mapping[str, str]) -> dict[str, Model]:
    """Give the key to the models at its host."""
    key = environ.get("PRESSGRAPH_LLM_KEY")
    if not key:
        return models
    hosts = {it.where for it in models.values() if it.endpoint is not None}
    host = environ.get("PRESSGRAPH_LLM_HOST")
    if endpoint := environ.get("PRESSGRAPH_LLM_ENDPOINT"):
        host = host or urlsplit(endpoint).netloc
    if host is None and len(hosts) > 1:
        raise PressgraphError(
            gettext(
                "PRESSGRAPH_LLM_KEY is for one host, and there are models at {hosts}", hosts=", ".join(sorted(hosts))
            ),
            hint=gettext("name its host: PRESSGRAPH_LLM_HOST"),
        )
    host = host or next(iter(hosts), None)
    return {
        name: replace(it, key=key) if it.endpoint is not None and it.where == host else it
        for name, it in models.items()
    }


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path

    def error(self, reason: str, hint: str | None = None) -> PressgraphError:
        return PressgraphError(reason, place=Place(file=str(self.path)), hint=hint)

    def models(self, table: Any) -> dict[str, Model]:
        if not isinstance(table, dict) or not all(isinstance(it, dict) for it in table.values()):
            raise self.error(gettext("'{name}' must be a section: [{name}]", name="models.NAME"))
        return {name: self.model(name, values) for name, values in table.items()}

    def model(self, name: str, values: dict[str, Any]) -> Model:
        for key, value in values.items():
            if key not in _KEYS:
                hint = did_you_mean(key, _KEYS, otherwise=gettext("known: {words}", words=", ".join(_KEYS)))
                raise self.error(
                    gettext(
                        "unknown {what}: '{name}'",
                        what=gettext("key in [{section}]", section=f"models.{name}"),
                        name=key,
                    ),
                    hint,
                )
            if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
                raise self.error(gettext("models.{name}.{key} has a value of the wrong kind", name=name, key=key))
        endpoint, command = values.get("endpoint"), values.get("command", [])
        if (endpoint is None) == (not command) or not all(isinstance(it, str) for it in command):
            raise self.error(gettext("models.{name} needs either 'endpoint' and 'model' or 'command'", name=name))
        if endpoint is not None:
            parts = urlsplit(endpoint)
            if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
                raise self.error(
                    gettext("models.{name}.endpoint '{url}' is not an http(s) address", name=name, url=endpoint)
                )
            if "model" not in values:
                raise self.error(gettext("models.{name} needs either 'endpoint' and 'model' or 'command'", name=name))
        return Model(
            name=name,
            model=values.get("model", name),
            endpoint=endpoint,
            command=tuple(command),
            timeout=float(values.get("timeout", TIMEOUT)),
            tokens=values.get("tokens"),
        )
