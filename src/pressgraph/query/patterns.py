"""Every regular expression that reads what strangers send to a server, and why each takes linear time.

`re` backtracks, so an expression is linear only where no text can be divided among its repetitions in many ways. No
other module of the server, and neither guard nor lexer, has a regular expression; `tests/server/test_linear.py` holds
that, and counts the steps that each of these takes on texts made to be hard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, AnyStr


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An expression of the table."""

    name: str
    pattern: re.Pattern[Any]
    method: str
    """How it is used: match, fullmatch, search or finditer; finditer also stands for sub."""
    reads: str
    linear: str
    """Why it takes time in proportion to the text."""


TABLE: list[Row] = []


def _row(name: str, method: str, expression: AnyStr, flags: int = 0, *, reads: str, linear: str) -> re.Pattern[AnyStr]:
    pattern = re.compile(expression, flags)
    TABLE.append(Row(name=name, pattern=pattern, method=method, reads=reads, linear=linear))
    return pattern


TOKEN = _row(
    "TOKEN",
    "finditer",
    r"""
      (?P<comment>\#[^\n\r]*+)
    | (?P<string>'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*'''
              | \"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*\"""
              | '[^'\\\n\r]*+(?:\\.[^'\\\n\r]*+)*' | "[^"\\\n\r]*+(?:\\.[^"\\\n\r]*+)*")
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*+>)
    | (?P<variable>[?$]\w++)
    | (?P<names>[^\W\d_][\w.-]*+)(?P<curie>:(?:(?:[\w:%-]|\\.)(?:[\w:%-]++|\\.|\.++(?=[\w:%-]|\\.))*)?)?
    | (?P<local>:(?:(?:[\w:%-]|\\.)(?:[\w:%-]++|\\.|\.++(?=[\w:%-]|\\.))*)?)
    | (?P<word>[^\W\d]\w*+)
    | (?P<number>\d++)
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*)
    | (?P<space>\s++)
    | (?P<other>\\.|.)
    """,
    re.VERBOSE | re.DOTALL,
    reads="SPARQL text: queries, updates",
    linear=(
        "Each kind of token is read in one pass. What is read in vain: an IRI without its end, up to a character that "
        "no IRI has, and the next begins at '<', which is one; a run of names without a colon, which is passed over "
        "as a whole; dots after a name, once; a string without its end, after which no string of that kind begins up "
        "to there, since a backslash always takes the next character with it."
    ),
)
PIECE = _row(
    "PIECE",
    "finditer",
    r"(?P<word>[^\W\d]\w*+)|.",
    re.DOTALL,
    reads="a run of names, dots and hyphens of SPARQL text",
    linear="One class, repeated, followed by nothing.",
)
SPACE = _row(
    "SPACE",
    "match",
    r"(?:[ \t\r\n]++|\#[^\r\n]*+)*",
    reads="space and comments of SPARQL text",
    linear="What follows a repetition is in none of its characters, and nothing follows all.",
)
PREFIX = _row(
    "PREFIX",
    "match",
    r"[^\s:<>\"'{}()#?$]*+:",
    reads="the prefix of a declaration in SPARQL text",
    linear="The class has no colon.",
)
REFERENCE = _row(
    "REFERENCE",
    "match",
    r"<[^<>\"{}|^`\x00-\x20]*+>",
    reads="the IRI of a declaration in SPARQL text, escapes included",
    linear="The class has no '>'.",
)
QUOTED = _row(
    "QUOTED",
    "match",
    r"'[^'\\\r\n]*+'|\"[^\"\\\r\n]*+\"",
    reads="the version that SPARQL text declares",
    linear="Each class lacks the quote that ends it.",
)
KEYWORD = _row(
    "KEYWORD",
    "search",
    r"(?:SERVICE|LOAD)\b",
    re.IGNORECASE,
    reads="an IRI of SPARQL text, between a parenthesis and a hash",
    linear="Words of fixed length.",
)
CHANGING = _row(
    "CHANGING",
    "search",
    r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\b",
    re.IGNORECASE,
    reads="the text of a query",
    linear="Words of fixed length.",
)
ABSOLUTE_IRI = _row(
    "ABSOLUTE_IRI",
    "fullmatch",
    r"[A-Za-z][A-Za-z0-9+.-]*+:[^\x00-\x20<>\"{}|^`\\]*+",
    reads="a graph's name in an address or form",
    linear="The first class has no colon.",
)
HOST = _row(
    "HOST",
    "fullmatch",
    rb"[A-Za-z0-9.:\[\]_-]{1,255}",
    reads="the header Host",
    linear="One class, repeated.",
)
HOST_AND_PORT = _row(
    "HOST_AND_PORT",
    "fullmatch",
    rb"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,255})(?::[0-9]{0,5})?",
    reads="the header Host, and the host of a request's target",
    linear="Repetitions are bounded, and none takes the colon or the bracket that ends it.",
)
ABSOLUTE_FORM = _row(
    "ABSOLUTE_FORM",
    "match",
    rb"https?://([^/?#]*+)",
    re.IGNORECASE,
    reads="a request's target",
    linear="One class, repeated, followed by nothing.",
)
LISTED = _row(
    "LISTED",
    "finditer",
    # a quoted string, which may hold commas, semicolons and escapes (RFC 9110, 5.6.4), or a piece of anything else
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[,;]|[^",;]++',
    re.DOTALL,
    reads="the headers Accept, Accept-Language and Accept-Encoding",
    linear="No alternative can begin where another one does; a quoted string without its end goes to the end of all.",
)
REQUEST_LINE = _row(
    "REQUEST_LINE",
    "match",
    # '%' in the rest could spell the name of another parameter of the protocol
    rb"GET /sparql\?query=([A-Za-z0-9%+._~!$'()*,:;@/?=-]++)((?:&[A-Za-z0-9+._~-]*+=?+[A-Za-z0-9+._~/-]*+)*+)"
    rb" HTTP/1\.1\r\n",
    reads="a request's first line",
    linear="All is possessive: a parameter ends where '&' or a space comes, which none of the classes has.",
)
OTHER_PARAMETERS = _row(
    "OTHER_PARAMETERS",
    "search",
    rb"&(?:query|update|[a-z-]*graph-uri)\b",
    reads="the parameters after a query in a request's line",
    linear="The class has no '&', so each parameter is looked at twice at most.",
)
NOT_LEARNT = _row(
    "NOT_LEARNT",
    "search",
    rb"\n(?:content-length|transfer-encoding|upgrade|expect|if-none-match|connection:(?![ \t]*+keep-alive[ \t]*+\r))",
    re.IGNORECASE,
    reads="a request's head",
    linear="The spaces of a line are looked at once; lines begin with what no repetition takes.",
)
FORWARDED = _row(
    "FORWARDED",
    "search",
    rb"\nx-forwarded-",
    re.IGNORECASE,
    reads="a request's head",
    linear="Words of fixed length.",
)
FOLDERS = _row(
    "FOLDERS",
    "finditer",
    r"(?<![\w:/])/(?:[^\s/:'\"]++/)*+",
    reads="an engine's message, which may quote a query",
    linear="The class has no '/'; what is read in vain ends where the next match can begin.",
)
LINE_AND_COLUMN = _row(
    "LINE_AND_COLUMN",
    "search",
    r"\bline (\d{1,9}), column (\d{1,9})\b",
    reads="a message about a query, which may quote a request",
    linear="Repetitions are bounded.",
)
ENGINE_PLACE = _row(
    "ENGINE_PLACE",
    "match",
    r"error at (\d{1,9}):(\d{1,9}): (.*)",
    reads="an engine's message, which may quote a query",
    linear="Bounded repetitions, then one to the end of the line.",
)
LONE_PERCENT = _row(
    "LONE_PERCENT",
    "finditer",
    r"%(?![0-9A-Fa-f]{2})",
    reads="a path that a link is made of",
    linear="One sign and two more.",
)
ESCAPED_CHARACTERS = _row(
    "ESCAPED_CHARACTERS",
    "finditer",
    # percent-escapes of what is no ASCII, which an IRI has as characters (RFC 3987, 3.2)
    r"(?:%[89A-Fa-f][0-9A-Fa-f])++",
    reads="the path and the query of an address",
    linear="One group of fixed length, repeated, followed by nothing.",
)
_SEGMENT = r"(?:[^/?#%\\]|%(?:20|22|25|3C|3E|5E|60|7B|7C|7D))++"
PLAIN_PATH = _row(
    "PLAIN_PATH",
    "fullmatch",
    # The paths that mean one IRI, whoever passes them on. Proxies unite slashes, and some decode escapes of what may
    # stand in a path, such as '%2F', and escape the rest anew; an escape of what is no ASCII reads as the character.
    rf"{_SEGMENT}(?:/{_SEGMENT})*+/?",
    reads="an IRI below the base",
    linear="A segment has no '/', which begins the next.",
)
