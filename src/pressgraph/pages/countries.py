"""Countries by name: what pages say where data has a code (ISO 3166-1 alpha-2)."""

from __future__ import annotations

from pressgraph.i18n import pgettext

_NAMES = {
    "AD": pgettext("country", "Andorra"),
    "AE": pgettext("country", "United Arab Emirates"),
    "AL": pgettext("country", "Albania"),
    "AM": pgettext("country", "Armenia"),
    "AR": pgettext("country", "Argentina"),
    "AT": pgettext("country", "Austria"),
    "AU": pgettext("country", "Australia"),
    "AZ": pgettext("country", "Azerbaijan"),
    "BA": pgettext("country", "Bosnia and Herzegovina"),
    "BE": pgettext("country", "Belgium"),
    "BG": pgettext("country", "Bulgaria"),
    "BR": pgettext("country", "Brazil"),
    "BY": pgettext("country", "Belarus"),
    "CA": pgettext("country", "Canada"),
    "CH": pgettext("country", "Switzerland"),
    "CL": pgettext("country", "Chile"),
    "CN": pgettext("country", "China"),
    "CO": pgettext("country", "Colombia"),
    "CY": pgettext("country", "Cyprus"),
    "CZ": pgettext("country", "Czechia"),
    "DE": pgettext("country", "Germany"),
    "DK": pgettext("country", "Denmark"),
    "EE": pgettext("country", "Estonia"),
    "EG": pgettext("country", "Egypt"),
    "ES": pgettext("country", "Spain"),
    "FI": pgettext("country", "Finland"),
    "FO": pgettext("country", "Faroe Islands"),
    "FR": pgettext("country", "France"),
    "GB": pgettext("country", "United Kingdom"),
    "GE": pgettext("country", "Georgia"),
    "GL": pgettext("country", "Greenland"),
    "GR": pgettext("country", "Greece"),
    "HR": pgettext("country", "Croatia"),
    "HU": pgettext("country", "Hungary"),
    "IE": pgettext("country", "Ireland"),
    "IL": pgettext("country", "Israel"),
    "IN": pgettext("country", "India"),
    "IS": pgettext("country", "Iceland"),
    "IT": pgettext("country", "Italy"),
    "JP": pgettext("country", "Japan"),
    "KE": pgettext("country", "Kenya"),
    "KR": pgettext("country", "South Korea"),
    "LI": pgettext("country", "Liechtenstein"),
    "LT": pgettext("country", "Lithuania"),
    "LU": pgettext("country", "Luxembourg"),
    "LV": pgettext("country", "Latvia"),
    "MA": pgettext("country", "Morocco"),
    "MC": pgettext("country", "Monaco"),
    "MD": pgettext("country", "Moldova"),
    "ME": pgettext("country", "Montenegro"),
    "MK": pgettext("country", "North Macedonia"),
    "MT": pgettext("country", "Malta"),
    "MX": pgettext("country", "Mexico"),
    "NG": pgettext("country", "Nigeria"),
    "NL": pgettext("country", "Netherlands"),
    "NO": pgettext("country", "Norway"),
    "NZ": pgettext("country", "New Zealand"),
    "PL": pgettext("country", "Poland"),
    "PT": pgettext("country", "Portugal"),
    "RO": pgettext("country", "Romania"),
    "RS": pgettext("country", "Serbia"),
    "SA": pgettext("country", "Saudi Arabia"),
    "SE": pgettext("country", "Sweden"),
    "SG": pgettext("country", "Singapore"),
    "SI": pgettext("country", "Slovenia"),
    "SK": pgettext("country", "Slovakia"),
    "SM": pgettext("country", "San Marino"),
    "TN": pgettext("country", "Tunisia"),
    "TR": pgettext("country", "Türkiye"),
    "TW": pgettext("country", "Taiwan"),
    "UA": pgettext("country", "Ukraine"),
    "US": pgettext("country", "United States"),
    "VA": pgettext("country", "Vatican City"),
    "VN": pgettext("country", "Vietnam"),
    "XK": pgettext("country", "Kosovo"),
    "ZA": pgettext("country", "South Africa"),
}
"""Countries that releases of clusters in Europe speak of; ISO 3166-1, and XK as the European Union uses it."""


def country(code: str, language: str) -> str:
    """Return what a country is called in a language; an unknown code stays as it is.

    >>> country("DE", "en"), country("Freedonia", "en"), country("ZZ", "en")
    ('Germany', 'Freedonia', 'ZZ')
    """
    name = _NAMES.get(code.upper()) if len(code) == len("DE") else None
    return name.to(language) if name is not None else code
