"""Rules for web hosts: a thing's IRI sends on to its document, and a document is HTML, Turtle or JSON-LD, as asked for.

Apache's own negotiation does it (RFC 9110, 12.5.1). nginx and Caddy have none: they get a table of regular expressions
over the Accept header, in which the first that matches decides. It compares weights by their first decimal, and takes
HTML where two are equal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pressgraph.site.layout import DATA, PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.site.drawing import Drawer

_TYPES = {PAGE: "text/html", DATA["turtle"]: "text/turtle", DATA["jsonld"]: "application/ld+json"}
_WITH_DATA = "doc|ontology|terms"
_ANY = ("application/xhtml+xml", "text/*", "*/*")
_WHOLE = r"(?:,|$|;\s*q=1(?:\.0*)?\s*(?:,|;|$))"
"""The weight 1, said or not."""
NONE = "none"
_POLICY_SUFFIX = "; frame-ancestors 'none'"


def host_files(drawer: Drawer, policy: str) -> Iterator[tuple[str, bytes]]:
    """Yield the rules, and what hosts that take none look for."""
    path = urlsplit(drawer.setting.url).path
    made = {
        "hosts/apache.htaccess": _apache(path, policy),
        "hosts/nginx.conf": _nginx(path, policy),
        "hosts/Caddyfile": _caddy(drawer.setting.url, policy),
        "hosts/w3id.htaccess": _w3id(drawer),
        # GitHub Pages would leave out what begins with an underscore
        ".nojekyll": "",
    }
    yield from ((name, text.encode()) for name, text in made.items())


def accepted() -> list[tuple[str, str]]:
    """Return what Accept headers mean: regular expressions, whatever the case, and the file that each asks for.

    >>> accepted()[0], accepted()[-1][1]
    (('^$', 'index.html'), 'index.html')
    """
    table = [("^$", PAGE)]
    table += [(_asks(media_type, _WHOLE), name) for name, media_type in _TYPES.items()]
    table += [(_asks(it, _WHOLE), PAGE) for it in _ANY]
    for weight in range(9, 0, -1):
        part = rf";\s*q=0?\.{weight}[0-9]*\s*(?:,|;|$)"
        table += [(_asks(media_type, part), name) for name, media_type in _TYPES.items()]
        table += [(_asks(it, part), PAGE) for it in _ANY]
    table += [(_asks(it, r";\s*q=0?\.0[0-9]*[1-9][0-9]*\s*(?:,|;|$)"), PAGE) for it in _ANY]
    return table


def _asks(media_type: str, weight: str) -> str:
    """Return what matches a header with a media type of a weight; parameters before the weight do not count."""
    name = media_type.replace("*", r"\*").replace("+", r"\+")
    return rf"(?:^|,)\s*{name}(?:\s*;\s*[^q\s,;][^,;]*)*\s*{weight}"


def _apache(path: str, policy: str) -> str:
    return f"""\
# Apache 2.4: copy this file to the site's folder as .htaccess. It needs AllowOverride FileInfo Indexes Options, and
# mod_negotiation, mod_dir, mod_mime and mod_rewrite.
Options +MultiViews -Indexes
DirectoryIndex index
ErrorDocument 404 {path}404.html

# what a document is, where a client takes several forms equally well
AddType text/html;qs=1.0 .html
AddType text/turtle;qs=0.9 .ttl
AddType application/ld+json;qs=0.8 .jsonld
AddType application/jsonl .jsonl
AddType application/wasm .wasm
AddType application/gzip .gz
RemoveEncoding .gz
AddCharset UTF-8 .html .ttl .txt .xml .ics
AddType text/calendar .ics

RewriteEngine On
RewriteBase {path}
# a thing is not its document: https://www.w3.org/TR/cooluris/
RewriteRule ^id/(.+?)/?$ doc/$1/ [R=303,L,NE]

<IfModule mod_headers.c>
  Header always set Access-Control-Allow-Origin "*"
  Header always set X-Content-Type-Options "nosniff"
  Header always set Content-Security-Policy "{policy}{_POLICY_SUFFIX}"
  <If "%{{REQUEST_URI}} =~ m#/assets/#">
    Header set Cache-Control "public, max-age=31536000, immutable"
  </If>
</IfModule>
"""


def _nginx(path: str, policy: str) -> str:
    rows = "\n".join(f'    "~*{pattern}" {name};' for pattern, name in accepted())
    return f"""\
# nginx: include the map in the http block, and the locations in the server block of the site. The folder stands at
# the path {path} below root.
map $http_accept $pressgraph_file {{
    default {NONE};
{rows}
}}

server {{
    listen 80;
    server_name _;
    root /var/www;
    index index.html;
    absolute_redirect off;
    error_page 404 {path}404.html;
    charset utf-8;
    charset_types text/html text/turtle text/plain text/calendar application/xml;
    types {{
        text/html html;
        text/turtle ttl;
        application/ld+json jsonld;
        application/jsonl jsonl;
        application/json json;
        application/xml xml;
        text/calendar ics;
        text/plain txt;
        text/css css;
        text/javascript js;
        image/svg+xml svg;
        image/png png;
        image/jpeg jpg;
        image/webp webp;
        font/woff2 woff2;
        application/wasm wasm;
        application/gzip gz;
    }}
    add_header Access-Control-Allow-Origin "*" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Content-Security-Policy "{policy}{_POLICY_SUFFIX}" always;
    add_header Vary Accept;

    # a thing is not its document: https://www.w3.org/TR/cooluris/
    location ~ ^{path}id/(.+?)/?$ {{
        return 303 {path}doc/$1/;
    }}
    location ~ ^{path}(?:{_WITH_DATA})/(?:.*/)?$ {{
        if ($pressgraph_file = {NONE}) {{
            return 406;
        }}
        try_files $uri$pressgraph_file =404;
    }}
    location {path}assets/ {{
        expires max;
    }}
    location {path} {{
        try_files $uri $uri/ =404;
    }}
}}
"""


def _caddy(url: str, policy: str) -> str:
    path = urlsplit(url).path
    rows = "\n".join(f"\t\t`~(?i){pattern}` {name}" for pattern, name in accepted())
    return f"""\
# Caddy 2: the folder stands at the path {path} below root.
{urlsplit(url).netloc} {{
	root * /var/www
	map {{http.request.header.Accept}} {{pressgraph_file}} {{
{rows}
		default "{NONE}"
	}}
	header Access-Control-Allow-Origin "*"
	header X-Content-Type-Options nosniff
	header Content-Security-Policy "{policy}{_POLICY_SUFFIX}"
	header Vary Accept
	@turtle path *.ttl
	@jsonld path *.jsonld
	@assets path {path}assets/*
	header @assets Cache-Control "public, max-age=31536000, immutable"

	# a thing is not its document: https://www.w3.org/TR/cooluris/
	@thing path_regexp thing ^{path}id/(.+?)/?$
	redir @thing {path}doc/{{re.thing.1}}/ 303

	@document path_regexp ^{path}(?:{_WITH_DATA})/(?:.*/)?$
	@none vars {{pressgraph_file}} {NONE}
	route @document {{
		respond @none 406
		rewrite * {{path}}{{pressgraph_file}}
	}}
	route {{
		header @turtle Content-Type "text/turtle; charset=utf-8"
		header @jsonld Content-Type application/ld+json
		file_server
	}}
	handle_errors {{
		@missing expression {{err.status_code}} == 404
		rewrite @missing {path}404.html
		file_server @missing
	}}
}}
"""


def _w3id(drawer: Drawer) -> str:
    """Return the rules for whoever answers at the base, where that is another address than the site's."""
    url, layout = drawer.setting.url, drawer.layout
    lines = [
        f"# For the host of {layout.base}, such as https://w3id.org: where its IRIs are described.",
        "Options +FollowSymLinks",
        "RewriteEngine On",
        f"RewriteRule ^id/(.+?)/?$ {url}doc/$1/ [R=303,L,NE]",
        f"RewriteRule ^context(?:\\.jsonld)?$ {url}context.jsonld [R=303,L]",
    ]
    for iri in sorted(layout.namespaces):
        if iri.startswith(layout.base):
            name = iri.removeprefix(layout.base)
            lines.append(f"RewriteRule ^{re.escape(name)}(/.*)?$ {url}ontology/{name}$1/ [R=303,L,NE]")
    lines.append(f"RewriteRule ^$ {url} [R=303,L]")
    return "\n".join(lines) + "\n"
