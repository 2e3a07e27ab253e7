"""Templates of pages."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

import msgspec
from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined, Template
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode, missing
from markupsafe import Markup, escape

from pressgraph.pages.messages import messages
from pressgraph.pages.tongues import tongue
from pressgraph.pages.view.drawing import stairs
from pressgraph.text.contacts import without_contacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2.bccache import Bucket


_TEMPLATES = Path(__file__).with_name("templates")
_FUNCTIONS = frozenset((FunctionType, MethodType))
_marked = str.__new__
"""Makes a text HTML without looking what it is."""
_SPECIAL = re.compile(r"""[&<>"']""")
_PROSE = frozenset(
    (
        *("abstract", "articleBody", "citation", "definition", "description", "disambiguatingDescription"),
        *("headline", "purpose", "slogan", "text"),
    )
)
"""What says sentences in schema.org's words and in those of the profile: names are no place for a number."""


class Templates:
    """The templates, which write what is not marked as HTML so that it is none.

    Each language has an environment of its own, so that macros which need nothing else of a page are made once.
    """

    def __init__(self) -> None:
        self._compiled = _Compiled()
        self._environment = cache(self._made)

    def _made(self, language: str) -> Environment:
        environment = _Environment(
            loader=PackageLoader("pressgraph.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            # nothing changes a file of a package that runs
            auto_reload=False,
            bytecode_cache=self._compiled,
        )
        # what the pages of a server have in headers, or do without
        environment.globals |= {"policy": "", "scripts": (), "unanswered": ""}
        environment.globals |= {"stairs": stairs, "t": _Words(messages(language)), "language": language, "zip": zip}
        environment.filters |= {"number": _number, "script": _script, "snippet": _snippet, "tongue": tongue}
        return environment

    def draw(self, template: str, language: str, **values: Any) -> str:
        """Draw a page in a language, one of LANGUAGES."""
        return self._environment(language).get_template(template).render(**values)


class _Words(dict[str, object]):
    """Words by their names, as attributes too: Jinja asks for these first."""

    def __init__(self, words: Mapping[str, object]) -> None:
        super().__init__(words)
        self.__dict__ = self


class _Context(Context):
    """What a template knows; macros, which call one another all the time, are called as they are."""

    @internalcode
    def call(self, called: Any, /, *args: Any, **named: Any) -> Any:
        """Call something of a template."""
        kind = type(called)
        if kind is not Macro and (kind not in _FUNCTIONS or hasattr(called, "jinja_pass_arg")):
            return super().call(called, *args, **named)
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        if kind is not Macro:
            return called(*args, **named)
        left = called._argument_count - len(args)  # noqa: SLF001 - as Jinja does, a third as fast
        if named or left < 0 or called.caller or called.catch_kwargs or called.catch_varargs:
            return called(self.eval_ctx, *args, **named)
        return _marked(Markup, called._func(*args, *(missing,) * left))  # noqa: SLF001


class _Template(Template):
    """A template that escapes its values into strings: what marks each one is lost where they are joined."""

    @classmethod
    def from_code(cls, *args: Any, **named: Any) -> Template:
        """Return the template of compiled code."""
        made = super().from_code(*args, **named)
        made.root_render_func.__globals__["escape"] = _escaped
        return made

    def _get_default_module(self, ctx: Context | None = None) -> Any:  # noqa: ARG002 - Jinja's own
        """Return what others import of a template: it is made once, as no template here has globals of its own."""
        return super()._get_default_module()


class _Environment(Environment):
    """An environment of templates that are drawn a little faster than Jinja's own."""

    template_class = _Template
    context_class = _Context


def _escaped(value: Any) -> str:
    """Return what stands in HTML for a value."""
    kind = type(value)
    if kind is Markup or (kind is str and _SPECIAL.search(value) is None):
        return value  # type: ignore[no-any-return]  # a string
    return escape(value)


class _Compiled(FileSystemBytecodeCache):
    """Templates as they were compiled for another language, or by a run before: where Python keeps its own bytecode."""

    def __init__(self) -> None:
        super().__init__(str(Path(cache_from_source(str(_TEMPLATES / "templates.py"))).parent), "%s.jinja")
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])
        else:
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()
        if not sys.dont_write_bytecode:
            # somebody else's installation is not ours to write to
            with suppress(OSError):
                Path(self.directory).mkdir(parents=True, exist_ok=True)
                super().dump_bytecode(bucket)


def _script(value: Any) -> Markup:
    """Write JSON that can stand in a script element: no '<' in it, so that nothing ends the element."""
    text = json.dumps(_cut(value), ensure_ascii=False)
    # the escapes are JSON's own
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _snippet(data: Mapping[str, Any]) -> str:
    """Write the data of a page as the element that others put into theirs, whose address another one is."""
    own = {key: _cut(value, key) for key, value in data.items() if key != "mainEntityOfPage"}
    text = msgspec.json.format(json.dumps(own, ensure_ascii=False), indent=1)
    text = text.replace("<", "\\u003c").replace("{{", "{\\u007b")
    return f'<script type="application/ld+json">\n{text}\n</script>'


def _cut(value: Any, key: str = "") -> Any:
    """Cut what looks like contact data from running text, as pages do where they show it."""
    match value:
        case str() if key in _PROSE:
            return without_contacts(value)[0]
        case list():
            return [_cut(it, key) for it in value]
        case dict():
            # texts of several languages stand below theirs, as values
            return {name: _cut(it, key if name.startswith("@") else name) for name, it in value.items()}
    return value


def _number(value: int, language: str) -> str:
    """Write a whole number with the language's separator of thousands."""
    text = f"{value:,}"
    return text.replace(",", ".") if language == "de" else text
