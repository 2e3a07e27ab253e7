"""How a browser searches a site from its address line: an OpenSearch description.

https://github.com/dewitt/opensearch, draft 6 of version 1.1.
"""

from __future__ import annotations

from pressgraph.feeds.xml import DECLARATION, element, one_line
from pressgraph.i18n import gettext

MEDIA_TYPE = "application/opensearchdescription+xml"
_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
_LONGEST_NAME = 16
"""A browser shows no more of a short name."""


def opensearch(title: str, search: str, icon: str, language: str) -> bytes:
    """Return the description; `search` is the address of the page that searches, `icon` that of a picture."""
    name = one_line(title)
    told = gettext("Search for organisations, people, labels and releases: {title}", title=name)
    parts = [
        element("ShortName", name[:_LONGEST_NAME].strip()),
        element("LongName", name),
        element("Description", told.to(language)),
        element("Language", language),
        element("InputEncoding", "UTF-8"),
        *([element("Image", icon, type="image/svg+xml")] if icon else ()),
        element("Url", type="text/html", template=f"{search}?q={{searchTerms}}"),
    ]
    written = element("OpenSearchDescription", [f"\n{it}" for it in (*parts, "")], xmlns=_NAMESPACE)
    return f"{DECLARATION}{written}\n".encode()
