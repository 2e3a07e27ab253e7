"""Languages by name: what pages say where data has a tag (BCP 47)."""

from __future__ import annotations

from pressgraph.i18n import pgettext

_NAMES = {
    "bg": pgettext("language", "Bulgarian"),
    "ca": pgettext("language", "Catalan"),
    "cs": pgettext("language", "Czech"),
    "cy": pgettext("language", "Welsh"),
    "da": pgettext("language", "Danish"),
    "de": pgettext("language", "German"),
    "el": pgettext("language", "Greek"),
    "en": pgettext("language", "English"),
    "es": pgettext("language", "Spanish"),
    "et": pgettext("language", "Estonian"),
    "eu": pgettext("language", "Basque"),
    "fi": pgettext("language", "Finnish"),
    "fr": pgettext("language", "French"),
    "ga": pgettext("language", "Irish"),
    "gl": pgettext("language", "Galician"),
    "hr": pgettext("language", "Croatian"),
    "hsb": pgettext("language", "Upper Sorbian"),
    "hu": pgettext("language", "Hungarian"),
    "it": pgettext("language", "Italian"),
    "ja": pgettext("language", "Japanese"),
    "ko": pgettext("language", "Korean"),
    "lb": pgettext("language", "Luxembourgish"),
    "lt": pgettext("language", "Lithuanian"),
    "lv": pgettext("language", "Latvian"),
    "mt": pgettext("language", "Maltese"),
    "nl": pgettext("language", "Dutch"),
    "no": pgettext("language", "Norwegian"),
    "nb": pgettext("language", "Norwegian Bokmål"),
    "pl": pgettext("language", "Polish"),
    "pt": pgettext("language", "Portuguese"),
    "ro": pgettext("language", "Romanian"),
    "ru": pgettext("language", "Russian"),
    "sk": pgettext("language", "Slovak"),
    "sl": pgettext("language", "Slovenian"),
    "sq": pgettext("language", "Albanian"),
    "sr": pgettext("language", "Serbian"),
    "sv": pgettext("language", "Swedish"),
    "tr": pgettext("language", "Turkish"),
    "uk": pgettext("language", "Ukrainian"),
    "zh": pgettext("language", "Chinese"),
}


def tongue(tag: str, language: str) -> str:
    """Return what a language is called in another one; the region stays as it is, an unknown tag, too.

    >>> tongue("en", "en"), tongue("de-AT", "en"), tongue("x-own", "en")
    ('English', 'German (AT)', 'x-own')
    """
    primary, _, rest = tag.partition("-")
    name = _NAMES.get(primary.lower())
    if name is None:
        return tag
    return f"{name.to(language)} ({rest})" if rest else name.to(language)
