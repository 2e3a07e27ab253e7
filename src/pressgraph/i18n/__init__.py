"""Messages in the reader's language: English in the code, other languages in catalogues (docs/languages.md).

Whoever has something to say writes `gettext("'{name}' is missing", name=name)` and gets a text in English that knows
how it is said in other languages. Whoever shows it asks for the language of its reader: one for a run of a command
(`language_of_run`), one for each request to the server. So no language is kept anywhere between the two.
"""

from pressgraph.i18n.catalogues import DOMAIN, folder_of, languages
from pressgraph.i18n.decide import language_of_run, locale_language
from pressgraph.i18n.text import (
    Text,
    by_language,
    gettext,
    gettext_noop,
    in_language,
    joined,
    ngettext,
    pgettext,
    said_in,
    some_of,
)

__all__ = [
    "DOMAIN",
    "Text",
    "by_language",
    "folder_of",
    "gettext",
    "gettext_noop",
    "in_language",
    "joined",
    "language_of_run",
    "languages",
    "locale_language",
    "ngettext",
    "pgettext",
    "said_in",
    "some_of",
]
